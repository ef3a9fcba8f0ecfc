//! What bad input gets: a typed failure or a problem of the plan, never a panic and never silence.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Epochs, OwnStep};
use callbacks::prelude::*;
use callbacks::{CallbackInfo, Cause, ProblemKind, Registration};
use support::journal::Journal;
use support::line::{Input, Line, inputs};

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default())).epochs(2)
}

/// Why the fit of a trainer failed.
fn failure(trainer: &mut Trainer<Line>) -> String {
    let fitted = trainer.fit(inputs([1.0, 2.0])).expect("the plan is right");
    let failure = fitted.outcome.failed().expect("the run fails");
    failure.cause().to_string()
}

/// What is wrong with the plan of a fit.
fn problem(trainer: &mut Trainer<Line>) -> String {
    let error = trainer.check().expect_err("a setting is wrong");
    let [problem] = error.problems() else {
        panic!("one problem: {error}");
    };
    assert_eq!(problem.kind(), ProblemKind::Setting);
    assert!(problem.location().file().ends_with("misuse.rs"));
    problem.to_string()
}

#[test]
fn state_of_the_fit_loop_that_a_handler_took_is_reported_by_its_name() {
    fn taking<T: 'static>() -> String {
        let take = |mut ctx: Ctx<'_>| drop(ctx.remove::<T>());
        failure(&mut trainer().on(Fit::on_train_batch_end, take))
    }
    for (text, name) in [
        (taking::<Epochs>(), "Epochs"),
        (taking::<Epoch>(), "Epoch"),
        (taking::<Record>(), "Record"),
        (taking::<History>(), "History"),
    ] {
        assert!(
            text.contains(name) && text.contains("has to put one back"),
            "{text}"
        );
    }
}

#[test]
fn a_stop_is_refused_while_the_number_of_epochs_is_unknown() {
    let mut trainer = trainer().min_epochs(2);
    trainer.plan().on(Fit::on_epoch_begin, |mut ctx: Ctx<'_>| {
        assert!(ctx.remove::<Epochs>().is_ok());
    });
    trainer
        .plan()
        .on(Fit::on_epoch_begin, || Flow::stop("enough"));
    let fitted = trainer.fit(inputs([1.0])).expect("the plan is right");
    assert_eq!(fitted.outcome.refused().len(), 1);
    assert!(fitted.outcome.failed().is_some());
}

#[test]
fn epochs_that_a_handler_changes_count() {
    let more = |epochs: &mut Epochs| epochs.max = 7;
    let mut trainer = trainer().on(Fit::on_fit_begin, more);
    let fitted = trainer.fit(inputs([1.0])).expect("the plan is right");
    assert_eq!(fitted.history.len(), 7);
}

#[test]
fn settings_that_cannot_be_are_problems_of_the_plan() {
    let of = |change: fn(Trainer<Line>) -> Trainer<Line>| problem(&mut change(trainer()));
    assert!(of(|of| of.min_epochs(9)).contains("at least 9 epochs and at most 2"));
    assert!(of(|of| of.learning_rate(f64::NAN)).contains("a learning rate of NaN"));
    assert!(
        of(|of| of.learning_rate_of("mian", 0.1)).contains("the learner's optimisers are: main")
    );
    let with = |optimizers| {
        let mut trainer = trainer();
        trainer.learner().optimizers = optimizers;
        problem(&mut trainer)
    };
    assert!(with(&[]).contains("nothing is trained"));
    assert!(with(&["a", "b", "a"]).contains("two optimisers are called `a`"));
}

#[test]
fn a_learner_that_panics_when_asked_is_a_problem_of_the_plan() {
    struct Panics;
    impl Learner for Panics {
        type Batch = Input;
        type Prediction = f64;
        type Gradients = f32;
        fn samples(&self, _: &Input) -> u64 {
            1
        }
        fn forward(&mut self, _: &Input, _: Phase) -> Result<f64, callbacks::BoxError> {
            Ok(0.0)
        }
        fn loss(&mut self, _: &f64, _: &Input) -> Result<Loss, callbacks::BoxError> {
            Ok(Loss::from(0.0))
        }
        fn backward(
            &mut self,
            _: &f64,
            _: &Input,
            _: callbacks::fit::OptimizerName,
        ) -> Result<f32, callbacks::BoxError> {
            Ok(0.0)
        }
        fn step(
            &mut self,
            _: f32,
            _: f64,
            _: callbacks::fit::OptimizerName,
        ) -> Result<(), callbacks::BoxError> {
            Ok(())
        }
        fn own_step(&self) -> Option<OwnStep> {
            panic!("not today")
        }
    }
    let error = Trainer::new(Panics).check().expect_err("it panics");
    assert!(error.to_string().contains("`own_step` panicked"));
}

#[test]
fn a_batch_that_is_a_prediction_too_is_a_problem_that_names_both() {
    struct Same;
    impl Learner for Same {
        type Batch = Input;
        type Prediction = Input;
        type Gradients = f64;
        fn samples(&self, _: &Input) -> u64 {
            1
        }
        fn forward(&mut self, batch: &Input, _: Phase) -> Result<Input, callbacks::BoxError> {
            Ok(batch.clone())
        }
        fn loss(&mut self, _: &Input, _: &Input) -> Result<Loss, callbacks::BoxError> {
            Ok(Loss::from(0.0))
        }
        fn backward(
            &mut self,
            _: &Input,
            _: &Input,
            _: callbacks::fit::OptimizerName,
        ) -> Result<f64, callbacks::BoxError> {
            Ok(0.0)
        }
        fn step(
            &mut self,
            _: f64,
            _: f64,
            _: callbacks::fit::OptimizerName,
        ) -> Result<(), callbacks::BoxError> {
            Ok(())
        }
    }
    let error = Trainer::new(Same).check().expect_err("they are one type");
    let [problem] = error.problems() else {
        panic!("one problem: {error}");
    };
    assert!(
        problem
            .to_string()
            .contains("its `Batch` and its `Prediction` are both")
    );
    assert!(problem.location().file().ends_with("misuse.rs"));
}

struct Shy;

impl Callback<Fit> for Shy {
    fn info(&self) -> CallbackInfo {
        panic!("ask somebody else")
    }

    fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
}

#[test]
fn a_callback_that_panics_when_asked_what_it_is_is_a_problem_of_the_plan() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Shy);
    let error = plan.check(&State::new()).expect_err("it panics");
    assert!(
        error
            .to_string()
            .contains("Shy: its `info` panicked: ask somebody else"),
        "{error}"
    );
}

#[test]
fn a_filter_that_panics_is_a_problem_of_the_plan_and_asked_again() {
    let mut plan = Plan::<Fit>::new();
    plan.discover_if(|_: &Registration| panic!("no"));
    callbacks_of_this_file();
    for _ in 0..2 {
        let error = plan.check(&State::new()).expect_err("it panics");
        assert!(
            error.to_string().contains("its filter panicked: no"),
            "{error}"
        );
    }
}

/// One registered callback, so that a filter is asked.
fn callbacks_of_this_file() {
    #[derive(Default)]
    struct Registered;

    #[callback]
    impl Registered {
        fn on_fit_end(&self) {}
    }
    let _ = Registered;
}

#[test]
fn a_panic_in_a_drop_does_not_leave_the_library() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(std::thread::panicking(), "the bomb");
        }
    }
    let mut trainer = trainer();
    let explode = || -> () { drop(Bomb) };
    trainer.plan().on(Fit::on_train_batch_end, explode);
    assert!(failure(&mut trainer).contains("the bomb"));
}

#[test]
fn a_loop_that_fires_what_scopes_and_runs_fire_has_failed() {
    for at in [
        Fit::on_enter,
        Fit::on_exit,
        Fit::on_stop,
        Fit::on_fit_error,
        Fit::on_epoch_begin,
        Fit::on_fit_end,
    ] {
        let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| run.fire(at));
        let outcome = outcome.expect("the plan is right");
        let cause = outcome.failed().expect("it is no place to fire").cause();
        assert!(matches!(cause, Cause::Misplaced(_)), "{at:?}: {cause}");
        assert!(cause.to_string().contains(at.breakpoint().name()));
    }
}

#[test]
fn a_scope_opened_where_it_is_not_declared_is_a_failure() {
    for (outer, inner) in [
        (Fit::FIT, Fit::FIT),
        (Fit::EPOCH, Fit::FIT),
        (Fit::TRAIN, Fit::VALID_BATCH),
        (Fit::TRAIN, Fit::VALID),
    ] {
        let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| {
            run.scope(outer, |run| run.scope(inner, |_| Ok(())))?;
            Ok(())
        });
        let outcome = outcome.expect("the plan is right");
        let cause = outcome
            .failed()
            .expect("it is not inside")
            .cause()
            .to_string();
        assert!(
            cause.contains(inner.info().name()) && cause.contains("is not inside"),
            "{cause}"
        );
    }
}

#[test]
fn a_scope_may_be_left_out_and_opened_alone() {
    for (outer, inner) in [(Fit::FIT, Fit::TRAIN), (Fit::EPOCH, Fit::VALID_BATCH)] {
        let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| {
            run.scope(outer, |run| run.scope(inner, |_| Ok(())))?;
            Ok(())
        });
        assert!(outcome.expect("the plan is right").is_finished());
    }
}

#[test]
fn state_that_the_loop_provides_elsewhere_is_not_provided_by_a_leftover() {
    let mut trainer = trainer()
        .state(Loss::from(5.0))
        .on(Fit::on_train_batch_begin, |_: &Loss| {});
    let error = trainer.check().expect_err("the loop takes it away");
    assert_eq!(error.problems()[0].kind(), ProblemKind::NotHere);
}
