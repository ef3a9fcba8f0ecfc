//! Updates in a fit whose learner has a step of its own and in a session, and settings of accumulation that cannot work.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod given;
}

use callbacks::fit::{Fit, Loss, OptimizerName, OwnStep, SkipStep, Step, Trainer};
use callbacks::prelude::*;
use callbacks::shelf::{ClipGradients, MixedPrecision, WeightDecay};
use callbacks::{CallbackInfo, Problem, ProblemKind};
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

#[derive(Debug)]
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

impl callbacks::HalfPrecision for Own {
    fn set_half_precision(&mut self, _: bool) -> Result<(), callbacks::BoxError> {
        panic!("nothing runs");
    }

    fn set_loss_scale(&mut self, _: f64) -> Result<(), callbacks::BoxError> {
        panic!("nothing runs");
    }
}

impl callbacks::Parameters for Own {
    type Snapshot = ();

    fn visit(
        &self,
        _: &mut dyn FnMut(&str, &[f64]) -> Result<(), callbacks::BoxError>,
    ) -> Result<(), callbacks::BoxError> {
        Ok(())
    }

    fn visit_mut(
        &mut self,
        _: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), callbacks::BoxError>,
    ) -> Result<(), callbacks::BoxError> {
        Ok(())
    }

    fn snapshot(&self) -> Result<(), callbacks::BoxError> {
        Ok(())
    }

    fn restore_where(
        &mut self,
        (): &(),
        _: &dyn Fn(&str) -> bool,
    ) -> Result<(), callbacks::BoxError> {
        Ok(())
    }

    fn average_into(&self, (): &mut (), _: f64) -> Result<(), callbacks::BoxError> {
        Ok(())
    }
}

/// A callback of a user that says which breakpoint it needs.
struct Flip;

impl Callback<Fit> for Flip {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().needs(Fit::on_train_batch_before_step)
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_train_batch_before_step, |_: &mut Self| {});
    }
}

/// Attaches the callbacks that have no effect without `on_train_batch_before_step`.
fn attach<A: Attach<Loop = Fit>>(to: A) -> A {
    to.callback(ClipGradients::<Vec<f64>>::by_norm(1.0))
        .callback(MixedPrecision::<Own>::new())
        .callback(WeightDecay::<Own>::constant(0.1))
        .callback(Flip)
}

/// Checks that each of them is a problem with this remedy, and returns the first.
fn each_is_not_fired(error: &PlanError, remedy: &str) -> Problem {
    let mut names: Vec<&str> = error.problems().iter().map(Problem::callback).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["ClipGradients", "Flip", "MixedPrecision", "WeightDecay"],
        "{error}"
    );
    for problem in error.problems() {
        assert_eq!(problem.kind(), ProblemKind::NotFired, "{problem}");
        assert_eq!(problem.breakpoint(), Some("on_train_batch_before_step"));
        assert!(
            problem
                .location()
                .to_string()
                .contains("gradients_updates.rs:")
        );
        assert!(
            problem.hint().is_some_and(|hint| hint.contains(remedy)),
            "{problem}"
        );
    }
    error.problems()[0].clone()
}

#[test]
fn a_callback_that_changes_steps_is_a_problem_with_a_step_of_the_learner() {
    let error = attach(Trainer::new(Own)).fit(vec![()]).unwrap_err();
    let problem = each_is_not_fired(&error, "leave `own_step` out of the learner");
    assert!(
        problem.to_string().contains(
            "has no effect without this breakpoint, which this run does not fire: the learner has a step of its own"
        ),
        "{problem}"
    );
}

#[test]
fn a_callback_that_changes_steps_is_a_problem_in_a_session_that_does_not_fire_them() {
    let error = attach(Fit::session(1).state(Own)).start().unwrap_err();
    each_is_not_fired(&error, "write `.fires(Fit::on_train_batch_before_step)`");
    let session = Fit::session(1).fires(Fit::on_train_batch_before_step);
    assert!(session.callback(Flip).start().is_ok());
}

#[test]
fn a_callback_that_changes_steps_is_no_problem_of_a_run_without_training() {
    let mut trainer = Trainer::new(Own).callback(Flip);
    let evaluated = trainer.evaluate(vec![()]).unwrap();
    assert!(evaluated.outcome.is_finished());
    assert!(trainer.predict(vec![()]).unwrap().outcome.is_finished());
    assert!(trainer.check().is_err());
}

#[test]
fn a_skip_that_a_session_does_not_ask_for_ends_with_its_batch() {
    let fit = Fit::session(1)
        .fires(Fit::on_train_batch_before_step)
        .on(
            Fit::on_train_batch_before_step,
            |at: &Iteration, skip: &mut SkipStep| {
                if at.get() == 1 {
                    skip.skip();
                }
            },
        )
        .start()
        .unwrap();
    let mut skipped = Vec::new();
    for _ in fit.epochs() {
        for batch in fit.train(0..3) {
            fit.fire(Fit::on_train_batch_before_step).unwrap();
            if batch > 0 {
                skipped.push(fit.skips_step());
            }
        }
    }
    assert!(fit.finish().is_finished());
    assert_eq!(skipped, [false, false]);
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
