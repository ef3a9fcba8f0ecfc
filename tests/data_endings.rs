//! The callbacks that change batches, and the one that scales losses, leave each ending of a fit as it is.

mod support {
    pub(crate) mod complaint;
    pub(crate) mod given;
    pub(crate) mod sink;
}

use callbacks::fit::{Fit, Learner, Trainer};
use callbacks::shelf::{LabelSmoothing, MixBatch, MixedPrecision, Mixup};
use callbacks::{At, Attach, BoxError, Flow};
use support::given::{Given, one};
use support::sink::{Sink, sink};

/// Where a fit of two epochs with validation is ended.
const PLACES: [At<Fit>; 14] = [
    Fit::on_fit_begin,
    Fit::on_epoch_begin,
    Fit::on_train_begin,
    Fit::on_train_batch_begin,
    Fit::on_train_batch_after_pred,
    Fit::on_train_batch_after_loss,
    Fit::on_train_batch_before_backward,
    Fit::on_train_batch_before_step,
    Fit::on_train_batch_after_step,
    Fit::on_train_batch_end,
    Fit::on_valid_batch_begin,
    Fit::on_valid_batch_end,
    Fit::on_epoch_end,
    Fit::on_fit_end,
];

/// What a handler does there.
#[derive(Debug, Clone, Copy)]
enum End {
    Stop,
    Interrupt,
    LeaveEpoch,
    Fail,
    Panic,
}

const ENDS: [End; 5] = [
    End::Stop,
    End::Interrupt,
    End::LeaveEpoch,
    End::Fail,
    End::Panic,
];

impl End {
    fn act(self) -> Result<Flow, BoxError> {
        match self {
            Self::Stop => Ok(Flow::stop("enough")),
            Self::Interrupt => Ok(Flow::interrupt("SIGINT")),
            Self::LeaveEpoch => Ok(Flow::leave(Fit::EPOCH)),
            Self::Fail => Err("no disk".into()),
            Self::Panic => panic!("a mistake"),
        }
    }
}

/// A handler that ends the fit at its second call there, or at its first one where there is one alone.
fn ended<M: Learner>(trainer: Trainer<M>, at: At<Fit>, end: End) -> Trainer<M> {
    let (mut calls, last) = (
        0,
        if ["on_fit_begin", "on_fit_end"].contains(&at.breakpoint().name()) {
            1
        } else {
            2
        },
    );
    trainer.plan_with(|plan| {
        plan.on(at, move || {
            calls += 1;
            if calls == last {
                end.act()
            } else {
                Ok(Flow::Continue)
            }
        })
        .named("end");
    })
}

/// Ends fits at every place in every way, with and without a callback. `is_clean` looks at the learner after each of them.
fn assert_same_endings<M: Learner>(
    batches: &[M::Batch],
    make: impl Fn() -> Trainer<M>,
    attach: impl Fn(Trainer<M>) -> Trainer<M>,
    is_clean: impl Fn(&M) -> bool,
) where
    M::Batch: Clone,
{
    let fit = |mut trainer: Trainer<M>| {
        let fitted = trainer.fit(batches.to_vec()).unwrap();
        (fitted.outcome.to_string(), is_clean(fitted.learner))
    };
    for (at, end) in PLACES.into_iter().flat_map(|at| ENDS.map(|end| (at, end))) {
        let trainer = || make().epochs(2).valid(batches.to_vec());
        let (expected, _) = fit(ended(trainer(), at, end));
        for late in [false, true] {
            let trainer = if late {
                attach(ended(trainer(), at, end))
            } else {
                ended(attach(trainer()), at, end)
            };
            let (outcome, is_clean) = fit(trainer);
            assert_eq!(outcome, expected, "{at:?} {end:?}");
            assert!(is_clean, "{at:?} {end:?}");
        }
    }
}

/// Samples with one-hot targets.
#[derive(Debug, Clone)]
struct Samples {
    inputs: Vec<f64>,
    targets: Vec<Vec<f64>>,
}

impl MixBatch for Samples {
    type Inputs = Vec<f64>;
    type Targets = Vec<Vec<f64>>;

    fn parts(&mut self) -> (&mut Vec<f64>, &mut Vec<Vec<f64>>) {
        (&mut self.inputs, &mut self.targets)
    }
}

fn samples() -> Vec<Samples> {
    let two = Samples {
        inputs: vec![1.0, 2.0],
        targets: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
    };
    vec![two; 2]
}

#[test]
fn mixup_and_label_smoothing_leave_each_ending_as_it_is() {
    let any = |_: &Sink<Samples>| true;
    let mixup = |trainer: Trainer<Sink<Samples>>| {
        trainer.callback(Mixup::<Samples>::new(0.4).on_validation())
    };
    assert_same_endings(&samples(), sink, mixup, any);
    let smoothing = |trainer: Trainer<Sink<Samples>>| {
        trainer.callback(LabelSmoothing::<Samples>::new(0.1).on_validation())
    };
    assert_same_endings(&samples(), sink, smoothing, any);
}

#[test]
fn mixed_precision_leaves_each_ending_as_it_is_and_the_learner_in_full_precision() {
    let make = || Trainer::new(Given::new(1, 0)).learning_rate(0.5);
    let precision = |trainer: Trainer<Given>| trainer.callback(MixedPrecision::<Given>::new());
    let is_clean = |given: &Given| given.precision == (1.0, false);
    assert_same_endings(&[one(1.0), one(-2.0)], make, precision, is_clean);
    // An overflow skips its step, and ends nothing.
    assert_same_endings(&[one(f64::INFINITY), one(1.0)], make, precision, is_clean);
}
