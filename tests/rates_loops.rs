//! Learning rates and other values by a schedule, in a driver and in a loop of another crate.

mod support {
    pub(crate) mod journal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Driver, VariationalDriver};
use callbacks::fit::{LearningRate, Step};
use callbacks::schedule::{Exponential, Linear, Schedule, SchedulePosition};
use callbacks::shelf::{RateSchedule, ValueSchedule};
use callbacks::{Attach, Outcome, Plan, Record, State, breakpoints};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use std::sync::{Arc, Mutex};
use support::walk::{Walk, walk};

type Seen = Arc<Mutex<Vec<f64>>>;

fn take(seen: &Seen) -> Vec<f64> {
    std::mem::take(&mut *seen.lock().unwrap())
}

fn finish(outcome: &Outcome) {
    assert!(outcome.is_finished(), "{outcome}");
}

/// The values of a schedule at the positions of a run.
fn values(schedule: &impl Schedule, initial: f64, total: u64) -> Vec<f64> {
    let positions = (0..total).map(|at| SchedulePosition::new(at).of(total));
    positions.map(|at| schedule.value(initial, at)).collect()
}

#[test]
fn a_loop_without_epochs_says_so() {
    let mut driver = walk()
        .state(LearningRate::new(0.5))
        .callback(RateSchedule::per_epoch(Exponential::new(0.5)));
    let error = driver.run(1).unwrap_err();
    let text = error.to_string().replace("\n    ", "; ");
    let expected = "RateSchedule: counts epochs, and this loop has steps; write `per_round`";
    assert!(text.ends_with(expected), "{text}");
    let set = |walk: &mut Walk, value| walk.x = value;
    let mut driver = walk().callback(ValueSchedule::per_epoch(|_: u64| 1.0, 1.0, set));
    assert_eq!(driver.run(1).unwrap_err().problems().len(), 1);
}

#[test]
fn in_a_driver_the_position_goes_on_with_the_next_run() {
    for schedule in [RateSchedule::per_step, RateSchedule::per_round] {
        let seen = Seen::default();
        let note = Arc::clone(&seen);
        let mut driver = walk()
            .state(LearningRate::new(1.0))
            .callback(schedule(Linear::new(1.0, 0.0)).total(8))
            .on(
                Driver::before_parameter_update,
                move |rate: &LearningRate| {
                    note.lock().unwrap().push(rate.get());
                },
            );
        for steps in [3, 5] {
            finish(&driver.run(steps).unwrap());
        }
        assert_eq!(take(&seen), values(&Linear::new(1.0, 0.0), 1.0, 8));
    }
}

#[test]
fn in_a_driver_the_length_is_that_of_the_runs_so_far() {
    let seen = Seen::default();
    let note = Arc::clone(&seen);
    let mut driver = walk()
        .state(LearningRate::new(1.0))
        .callback(RateSchedule::per_step(Linear::new(1.0, 0.0)).record())
        .on(Driver::on_step_end, move |record: &Record| {
            note.lock().unwrap().extend(record.get("lr"));
        });
    finish(&driver.run(4).unwrap());
    assert_eq!(take(&seen), [1.0, 0.75, 0.5, 0.25]);
    finish(&driver.run(4).unwrap());
    assert_eq!(take(&seen), [0.5, 0.375, 0.25, 0.125]);
}

#[test]
fn a_loop_of_another_crate_has_schedules() {
    let mut plan = Plan::<Relax>::new();
    plan.add(RateSchedule::per_round(Linear::new(1.0, 0.0)).record());
    let seen = Seen::default();
    let note = Arc::clone(&seen);
    plan.on(Relax::on_force, move |rate: &LearningRate| {
        note.lock().unwrap().push(rate.get());
    });
    let cooling =
        ValueSchedule::per_step(Exponential::new(0.5), 8.0, |energy: &mut Energy, value| {
            energy.0 = value;
        });
    plan.add(cooling.record_as("temperature"));
    let mut state = State::new();
    state.insert(LearningRate::new(1.0));
    state.insert(Energy(0.0));
    finish(&relax(&mut plan, &mut state, 4).unwrap());
    assert_eq!(take(&seen), [1.0, 0.75, 0.5, 0.25]);
    let record = state.get::<Record>().unwrap();
    assert_eq!(
        (record.get("lr"), record.get("temperature")),
        (Some(0.25), Some(1.0))
    );
}

breakpoints! {
    loop Newton with Step as steps {
        scope STEP counts Step { before_step; after_step completes Step; }
    }
}

#[test]
fn a_session_of_items_with_an_exact_length_has_the_length_of_a_schedule() {
    let seen = Seen::default();
    let run = |again: bool| {
        let mut plan = Plan::<Newton>::new();
        let note = Arc::clone(&seen);
        plan.on(Newton::before_step, move |rate: &LearningRate| {
            note.lock().unwrap().push(rate.get());
        });
        let schedule = RateSchedule::per_step(Linear::new(1.0, 0.0));
        let session = plan
            .session()
            .state(LearningRate::new(1.0))
            .callback(schedule)
            .start()
            .unwrap();
        for _ in session.each(Newton::STEP, 0..4) {}
        if again {
            for _ in session.each(Newton::STEP, 0..4) {}
        }
        finish(&session.finish());
    };
    run(false);
    assert_eq!(take(&seen), [1.0, 0.75, 0.5, 0.25]);
    run(true);
    let second = [0.5, 0.375, 0.25, 0.125];
    assert_eq!(take(&seen)[4..], second);
    let schedule = RateSchedule::per_step(Linear::new(1.0, 0.0));
    let session = Plan::<Newton>::new()
        .session()
        .state(LearningRate::new(1.0))
        .callback(schedule)
        .start()
        .unwrap();
    for _ in session.each(Newton::STEP, (0..4).filter(|_| true)) {}
    let outcome = session.finish();
    let text = outcome.failed().unwrap().cause().to_string();
    assert!(text.contains("give it with `.total(…)`"), "{text}");
}

#[test]
fn a_value_of_an_earlier_run_is_not_recorded() {
    let once = ValueSchedule::per_step(|_: u64| 1.0, 8.0, |walk: &mut Walk, value| walk.x = value);
    let mut driver = walk().callback(once.until(1).record_as("place"));
    let recorded = |driver: &VariationalDriver<Walk>| driver.get::<Record>().unwrap().get("place");
    finish(&driver.run(2).unwrap());
    // The walker records its place under the same name, before the schedule does.
    assert_eq!(recorded(&driver), Some(8.0));
    finish(&driver.run(1).unwrap());
    assert_eq!(recorded(&driver), Some(3.0));
}
