//! The parameters that are kept are those that the best value was measured with, in each loop.
#![allow(
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod given;
}

use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, Ema, KeepBest, RestoreBest};
use callbacks::{OnFailure, Parameters};
use support::given::{Batch, Given, one};

/// A place whose energy is its square. Each update moves it by `-1`.
#[derive(Debug, Clone, PartialEq, Parameters)]
struct Place(f64);

struct Nothing;
struct Move(f64);

impl Place {
    fn energy(&self) -> f64 {
        self.0 * self.0
    }
}

impl Driven for Place {
    type Samples = Nothing;
    type Update = Move;

    fn sample(&mut self) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn compute_loss_and_update(
        &mut self,
        _: &Nothing,
        record: &mut Record,
    ) -> Result<Move, BoxError> {
        record.set("energy", self.energy());
        Ok(Move(-1.0))
    }

    fn update_parameters(&mut self, update: &Move) -> Result<(), BoxError> {
        self.0 += update.0;
        Ok(())
    }
}

fn keep() -> KeepBest<Place> {
    KeepBest::minimize("energy")
}

fn driver(place: f64) -> VariationalDriver<Place> {
    VariationalDriver::new(Place(place)).callback(keep())
}

/// Asserts that the restored parameters have the best value, and returns it with its step.
fn best(driver: &mut VariationalDriver<Place>) -> (f64, u64) {
    let energy = driver.driven().energy();
    let kept = driver.plan().get::<KeepBest<Place>>().unwrap();
    assert_eq!(kept.best(), Some(energy));
    (energy, kept.round().unwrap().number())
}

#[test]
fn a_driver_keeps_the_parameters_before_the_update_of_the_best_step() {
    let mut driver = driver(2.0);
    // The first run ends after a step whose energy is 4, and restores its place.
    for (steps, expected) in [(1, (4.0, 1)), (5, (0.0, 4))] {
        assert!(driver.run(steps).unwrap().is_finished());
        assert_eq!(best(&mut driver), expected);
    }
}

#[test]
fn early_stopping_restores_the_parameters_before_the_update() {
    let stopping = EarlyStopping::minimize("energy").patience(1);
    let stopping: RestoreBest<Place> = stopping.restore_best();
    let mut driver = VariationalDriver::new(Place(2.5)).callback(stopping);
    assert!(driver.run(99).unwrap().stopped().is_some());
    assert_eq!(driver.driven(), &Place(0.5));
    let stopping = driver.plan().get::<RestoreBest<Place>>().unwrap();
    assert_eq!(stopping.stopping().best(), Some(0.25));
    assert_eq!(stopping.keeping().best(), Some(0.25));
}

#[test]
fn a_rejected_attempt_is_not_kept_and_the_accepted_one_is() {
    // The first attempt of each step is measured elsewhere, that of the first step at the lowest place, and is rejected.
    let mut driver = driver(3.0)
        .on(
            Driver::on_compute_update_start,
            |attempt: &Attempt, place: &mut Place| {
                place.0 += if attempt.get() == 1 { -3.0 } else { 3.0 };
            },
        )
        .on(
            Driver::on_compute_update_end,
            reject_if(|attempt: &Attempt| attempt.get() == 1),
        );
    assert!(driver.run(3).unwrap().is_finished());
    assert_eq!(best(&mut driver), (1.0, 3));
}

#[test]
fn a_step_that_is_stopped_before_its_update_is_not_kept() {
    for weight in [f64::NEG_INFINITY, f64::INFINITY] {
        let mut driver = driver(3.0);
        let mut stops = true;
        let stop = move |step: &Step| step.get() == 1 && std::mem::take(&mut stops);
        let plan = driver.plan();
        plan.on(Driver::before_parameter_update, stop_if("enough", stop))
            .weight(weight);
        assert!(driver.run(9).unwrap().stopped().is_some());
        assert_eq!(best(&mut driver), (9.0, 1));
        // The next run makes that step again, from another place.
        driver.driven_mut().0 = 1.5;
        assert!(driver.run(4).unwrap().is_finished());
        assert_eq!(best(&mut driver), (0.25, 3));
    }
}

#[test]
fn a_number_that_is_added_or_changed_after_the_update_has_the_parameters_after_it() {
    for name in ["late", "energy"] {
        let mut driver = VariationalDriver::new(Place(2.0))
            .callback(KeepBest::<Place>::minimize(name))
            .on(
                Driver::on_step_end,
                move |place: &Place, record: &mut Record| {
                    record.set(name, place.energy());
                },
            );
        assert!(driver.run(5).unwrap().is_finished());
        assert_eq!(best(&mut driver), (0.0, 2));
    }
}

breakpoints! {
    /// A loop of a user that changes its parameters after they were measured.
    pub loop Descent with Step as steps, Place {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                before_update measures;
                after_step completes Step;
            }
            on_run_end;
        }
    }
}

#[test]
fn a_loop_of_ones_own_says_where_its_numbers_are_measured() {
    let (mut plan, mut state) = (Plan::<Descent>::new(), State::new());
    state.insert(Place(2.0));
    plan.add(keep());
    let outcome = plan.run(&mut state, |run| {
        run.scope(Descent::RUN, |run| {
            for _ in 0..5 {
                run.scope(Descent::STEP, |run| {
                    if let Some((place, record)) = run.state().query::<(&Place, &mut Record)>() {
                        record.set("energy", place.energy());
                    }
                    run.fire(Descent::before_update)?;
                    run.state().get_mut::<Place>().unwrap().0 -= 1.0;
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    assert_eq!(state.get::<Place>(), Some(&Place(0.0)));
}

/// A fit whose validation loss is its first parameter, which is 1, 3, 2, … after the epochs.
fn fit(keep: impl Callback<Fit> + Send, ema: Ema<Given>) -> (Given, Vec<f64>) {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .learning_rate(1.0)
        .epochs(4)
        .valid(vec![one(0.0)])
        .callback(keep)
        .callback(ema);
    let batches = |epoch: u64| -> Vec<Batch> {
        let index = usize::try_from(epoch).unwrap() - 1;
        vec![one([-1.0, -2.0, 1.0, 1.0][index])]
    };
    let fitted = trainer.fit(batches).unwrap();
    let losses = fitted.history.of("valid_loss").map(|(_, loss)| loss);
    let losses = losses.collect();
    (fitted.learner.clone(), losses)
}

#[test]
fn where_an_average_is_validated_the_average_is_what_is_kept() {
    for applies in [false, true] {
        let ema = || {
            let ema = Ema::<Given>::new(0.5);
            if applies { ema.apply_at_end() } else { ema }
        };
        let (learner, losses) = fit(KeepBest::<Given>::maximize("valid_loss"), ema());
        // The averages of 1, 3, 2 and 1.
        assert_eq!(losses, [1.0, 2.0, 2.0, 1.5]);
        assert_eq!(learner.place().to_bits(), 2.0_f64.to_bits());
        let stopping = EarlyStopping::maximize("valid_loss").patience(9);
        let (learner, _) = fit(stopping.restore_best::<Given>(), ema());
        assert_eq!(learner.place().to_bits(), 2.0_f64.to_bits());
    }
}

#[test]
fn where_the_parameters_are_validated_or_trained_they_are_what_is_kept() {
    let ema = Ema::<Given>::new(0.5).without_validation().apply_at_end();
    let (learner, _) = fit(KeepBest::<Given>::maximize("valid_loss"), ema);
    assert_eq!(learner.place().to_bits(), 3.0_f64.to_bits());
    // The loss of an epoch is the parameter before its update: 0, 1, 3 and 2.
    let keep = KeepBest::<Given>::maximize("train_loss");
    let (learner, _) = fit(keep, Ema::<Given>::new(0.5));
    assert_eq!(learner.place().to_bits(), 2.0_f64.to_bits());
}

#[test]
fn a_session_keeps_the_average_that_it_has_validated() {
    let mut model = vec![0.0];
    let fit = Fit::session(3)
        .lend(&mut model)
        .callback(Ema::<Vec<f64>>::new(0.5))
        .callback(KeepBest::<Vec<f64>>::maximize("valid_loss"))
        .start()
        .unwrap();
    for _ in fit.epochs() {
        for loss in fit.train([1.0]) {
            fit.borrow::<Vec<f64>>().unwrap()[0] += 1.0;
            fit.loss(loss);
        }
        for () in fit.valid([()]) {
            let loss = fit.borrow::<Vec<f64>>().unwrap()[0];
            fit.loss(loss);
        }
    }
    assert!(fit.finish().is_finished());
    assert_eq!(model, [2.25]);
}

/// Parameters that cannot be copied while they are 2.
#[derive(Debug)]
struct Fragile(f64);

impl Parameters for Fragile {
    type Snapshot = f64;

    fn visit(
        &self,
        _: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        Ok(())
    }

    fn visit_mut(
        &mut self,
        _: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        Ok(())
    }

    fn snapshot(&self) -> Result<f64, BoxError> {
        if self.0.to_bits() == 2.0_f64.to_bits() {
            return Err("the device is lost".into());
        }
        Ok(self.0)
    }

    fn restore_where(&mut self, snapshot: &f64, _: &dyn Fn(&str) -> bool) -> Result<(), BoxError> {
        self.0 = *snapshot;
        Ok(())
    }

    fn average_into(&self, _: &mut f64, _: f64) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn a_copy_that_fails_leaves_the_best_value_and_the_kept_parameters_as_they_are() {
    for (name, fails_run) in [
        ("before", true),
        ("before", false),
        ("after", true),
        ("after", false),
    ] {
        let (mut plan, mut state) = (Plan::<Descent>::new(), State::new());
        state.insert(Place(0.0));
        state.insert(Fragile(0.0));
        let attached = plan.add(KeepBest::<Fragile>::maximize(name));
        if !fails_run {
            attached.on_failure(OnFailure::Warn);
        }
        let outcome = plan.run(&mut state, |run| {
            for _ in 0..3 {
                run.scope(Descent::STEP, |run| {
                    if let Some((model, step, record)) =
                        run.state().query::<(&mut Fragile, &Step, &mut Record)>()
                    {
                        model.0 = step.as_f64();
                        record.set("before", step.as_f64());
                    }
                    run.fire(Descent::before_update)?;
                    if let Some(record) = run.state().get_mut::<Record>() {
                        let value = record.get("before").unwrap();
                        record.set("after", value);
                    }
                    Ok(())
                })?;
            }
            Ok(())
        });
        assert_eq!(outcome.unwrap().failed().is_some(), fails_run);
        let kept = plan.get::<KeepBest<Fragile>>().unwrap();
        let expected = if fails_run { 1 } else { 3 };
        assert_eq!(kept.round().unwrap().number(), expected, "{name}");
        assert_eq!(kept.best(), Some(state.get::<Fragile>().unwrap().0));
    }
}
