//! The parameters are back after a validation with an average, equal to the bit, whatever ends the validation.

mod support {
    pub(crate) mod given;
}

use callbacks::fit::{Fit, Trainer};
use callbacks::shelf::Ema;
use callbacks::{At, Attach, BoxError, Breakpoint, Callback, Flow, Handlers};
use support::given::{Given, one};

/// What a callback does in a validation.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Nothing,
    Leave,
    LeaveEpoch,
    Stop,
    Interrupt,
    Fail,
    Panic,
}

const ACTS: [Act; 7] = [
    Act::Nothing,
    Act::Leave,
    Act::LeaveEpoch,
    Act::Stop,
    Act::Interrupt,
    Act::Fail,
    Act::Panic,
];

struct Actor {
    act: Act,
    at: At<Fit>,
}

impl Actor {
    fn act(&self, _: &Breakpoint) -> Result<Flow, BoxError> {
        match self.act {
            Act::Nothing => Ok(Flow::Continue),
            Act::Leave => Ok(Flow::leave(Fit::VALID)),
            Act::LeaveEpoch => Ok(Flow::leave(Fit::EPOCH)),
            Act::Stop => Ok(Flow::stop("enough")),
            Act::Interrupt => Ok(Flow::interrupt("now")),
            Act::Fail => Err("broken".into()),
            Act::Panic => panic!("broken"),
        }
    }
}

impl Callback<Fit> for Actor {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(self.at, Self::act);
    }
}

#[test]
fn the_parameters_are_put_back_whatever_ends_the_validation() {
    let places = [
        Fit::on_valid_begin,
        Fit::on_valid_batch_begin,
        Fit::on_valid_batch_after_pred,
        Fit::on_valid_batch_after_loss,
        Fit::on_valid_batch_end,
        Fit::on_valid_end,
    ];
    for at in places {
        for act in ACTS {
            for weight in [f64::NEG_INFINITY, 0.0, f64::INFINITY] {
                let mut trainer = Trainer::new(Given::new(1, 1))
                    .learning_rate(0.1)
                    .valid(vec![one(0.0), one(0.0)])
                    .callback(Ema::<Given>::new(0.9))
                    .plan_with(|plan| {
                        plan.add(Actor { act, at }).weight(weight);
                    });
                let mut expected = 0.0_f64;
                for _ in 0..2 {
                    let outcome = trainer
                        .fit(vec![one(1.0), one(-0.3), one(0.7)])
                        .unwrap()
                        .outcome;
                    let is_failure = matches!(act, Act::Fail | Act::Panic);
                    assert_eq!(
                        outcome.failed().is_some(),
                        is_failure,
                        "{act:?} at {at:?}: {outcome}"
                    );
                    for slope in [1.0, -0.3, 0.7] {
                        expected -= 0.1 * slope;
                    }
                    let place = trainer.learner().place();
                    assert_eq!(place.to_bits(), expected.to_bits(), "{act:?} at {at:?}");
                }
            }
        }
    }
}

#[test]
fn the_validation_sees_the_average_at_every_batch() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .learning_rate(1.0)
        .epochs(2)
        .valid(vec![one(0.0), one(0.0)])
        .callback(Ema::<Given>::new(0.5));
    let fitted = trainer.fit(vec![one(-1.0)]).unwrap();
    assert_eq!(fitted.learner.validated, [1.0, 1.0, 1.5, 1.5]);
    let losses: Vec<f64> = fitted
        .history
        .of("valid_loss")
        .map(|(_, loss)| loss)
        .collect();
    assert_eq!(losses, [1.0, 1.5]);
    // The training went on from the parameters.
    let losses: Vec<f64> = fitted
        .history
        .of("train_loss")
        .map(|(_, loss)| loss)
        .collect();
    assert_eq!(losses, [0.0, 1.0]);
}

#[test]
fn a_learner_that_panics_in_a_validation_has_its_parameters_back() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .learning_rate(1.0)
        .valid(|_: u64| -> Vec<support::given::Batch> { panic!("no data") })
        .callback(Ema::<Given>::new(0.5));
    let outcome = trainer.fit(vec![one(-1.0), one(-1.0)]).unwrap().outcome;
    assert!(outcome.failed().is_some());
    assert_eq!(trainer.learner().place().to_bits(), 2.0_f64.to_bits());
}

#[test]
fn a_session_whose_validation_is_cut_short_has_its_parameters_back() {
    let mut model = vec![0.0];
    let fit = Fit::session(3)
        .lend(&mut model)
        .callback(Ema::<Vec<f64>>::new(0.5))
        .start()
        .unwrap();
    let mut seen = Vec::new();
    for epoch in fit.epochs() {
        for loss in fit.train([1.0]) {
            fit.borrow::<Vec<f64>>().unwrap()[0] += 1.0;
            fit.loss(loss);
        }
        for loss in fit.valid([1.0, 2.0]) {
            seen.push(fit.borrow::<Vec<f64>>().unwrap()[0]);
            fit.loss(loss);
            if epoch == 2 {
                break;
            }
        }
        seen.push(-fit.borrow::<Vec<f64>>().unwrap()[0]);
    }
    assert!(fit.finish().is_finished());
    assert_eq!(seen, [1.0, 1.0, -1.0, 1.5, -2.0, 2.25, 2.25, -3.0]);
    assert_eq!(model, [3.0]);
}
