//! The end of an update in a fit whose learner has a step of its own and in a session, and settings of accumulation that cannot work.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod given;
}

use callbacks::Attach;
use callbacks::fit::{Fit, Loss, OptimizerName, OwnStep, SkipStep, Step, Trainer};
use support::given::Given;

#[test]
fn settings_that_cannot_work_are_problems_of_the_plan() {
    let mut none = Trainer::new(Given::new(1, 0)).accumulate(0);
    let text = none.check().unwrap_err().to_string();
    assert!(
        text.contains("`accumulate` has groups of 0 batches"),
        "{text}"
    );
    assert!(
        Trainer::new(Given::new(1, 0))
            .accumulate(u64::MAX)
            .check()
            .is_ok()
    );
    assert!(
        own_step(2)
            .check()
            .unwrap_err()
            .to_string()
            .contains("a step of its own")
    );
    assert!(own_step(1).check().is_ok());
}

/// A trainer whose learner has a step of its own.
fn own_step(batches: u64) -> Trainer<Own> {
    Trainer::new(Own).accumulate(batches)
}

struct Own;

impl callbacks::fit::Learner for Own {
    type Batch = ();
    type Prediction = f64;
    type Gradients = Vec<f64>;

    fn samples(&self, (): &()) -> u64 {
        1
    }

    fn forward(&mut self, (): &(), _: callbacks::fit::Phase) -> Result<f64, callbacks::BoxError> {
        Ok(0.0)
    }

    fn loss(&mut self, _: &f64, (): &()) -> Result<Loss, callbacks::BoxError> {
        Ok(Loss::from(0.0))
    }

    fn backward(
        &mut self,
        _: &f64,
        (): &(),
        _: OptimizerName,
    ) -> Result<Vec<f64>, callbacks::BoxError> {
        Ok(vec![])
    }

    fn step(&mut self, _: Vec<f64>, _: f64, _: OptimizerName) -> Result<(), callbacks::BoxError> {
        Ok(())
    }

    fn own_step(&self) -> Option<OwnStep> {
        Some(OwnStep::new(|_| Ok(())))
    }
}

#[test]
fn an_own_step_is_an_update() {
    let mut updates =
        Trainer::new(Own)
            .state(0_u32)
            .on(Fit::on_update_end, |count: &mut u32, step: &Step| {
                *count += 1;
                assert_eq!(u64::from(*count), step.get());
            });
    assert!(updates.fit(vec![(), ()]).unwrap().outcome.is_finished());
    assert_eq!(updates.get::<u32>(), Some(&2));
}

#[test]
fn a_session_says_that_its_loop_fires_the_end_of_an_update() {
    let notes = |fires: bool| {
        let mut builder = Fit::session(1).on(Fit::on_update_end, || {});
        if fires {
            builder = builder.fires(Fit::on_update_end);
        }
        let fit = builder.start().unwrap();
        for _ in fit.epochs() {
            for _ in fit.train([1.0]) {
                assert!(!fires || fit.fire(Fit::on_update_end).is_ok());
            }
        }
        let (plan, _, outcome) = fit.into_parts();
        assert!(outcome.is_finished(), "{outcome}");
        plan.notes().len()
    };
    assert_eq!((notes(false), notes(true)), (1, 0));
}

#[test]
fn a_handler_that_would_skip_a_step_elsewhere_is_a_problem_of_the_plan() {
    let check = |at| {
        let skip = |skip: &mut SkipStep| skip.skip();
        Trainer::new(Given::new(1, 0)).on(at, skip).check()
    };
    assert!(check(Fit::on_train_batch_before_step).is_ok());
    for at in [
        Fit::on_train_batch_after_loss,
        Fit::on_train_batch_after_step,
        Fit::on_epoch_end,
    ] {
        assert!(check(at).is_err(), "{at:?}");
    }
}
