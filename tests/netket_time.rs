//! Simulated time: runs by it, periods in it, and times that cannot be.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::float_cmp,
    reason = "a handler's parameters are what the runtime hands it; the walker's arithmetic is exact"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Driven, Driver, Time, VariationalDriver, stop_if};
use callbacks::fit::{Step, Total};
use callbacks::shelf::{ObservableCallback, SaveState};
use callbacks::{Attach, BoxError, Local, Outcome, Period, Record};
use std::panic::resume_unwind;
use support::journal::Journal;
use support::walk::{Move, Place, Walk, finish, walk};

#[test]
fn a_run_may_go_on_for_a_span_of_simulated_time() {
    let mut driver = walk();
    assert!(driver.run_for(Time::new(2.0)).unwrap().is_finished());
    assert_eq!((driver.step(), driver.driven().x), (Step::new(4), 2.0));
    assert!(driver.run_for(Time::new(0.75)).unwrap().is_finished());
    assert_eq!((driver.step(), driver.driven().x), (Step::new(6), 3.0));
    assert!(driver.run_for(Time::new(0.0)).unwrap().is_finished());
    assert_eq!(driver.step(), Step::new(6));
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(driver.run_for(Time::new(wrong)).is_err());
    }
    // A span that is too small beside the time, or beyond all numbers, would never be over.
    for (x, span) in [(1e17, 1.0), (f64::MAX, f64::MAX)] {
        let mut driver = walk();
        driver.driven_mut().x = x;
        let text = driver.run_for(Time::new(span)).unwrap_err().to_string();
        assert!(text.contains("a run for a span of"), "{text}");
        assert!(driver.run_for(Time::new(0.0)).unwrap().is_finished());
    }
    // A time that stands still would never be over.
    let mut driver = walk().on(Driver::before_parameter_update, |update: &mut Move| {
        update.0 = 0.0;
    });
    let outcome = driver.run_for(Time::new(1.0)).unwrap();
    assert!(
        outcome
            .failed()
            .unwrap()
            .cause()
            .to_string()
            .contains("did not grow")
    );
    assert_eq!(driver.step(), Step::new(1));
}

#[test]
fn how_many_steps_a_run_has_is_known_unless_it_goes_on_for_a_simulated_time() {
    let iterations = Journal::default();
    let note = iterations.clone();
    let mut driver = walk().on(Driver::on_step_end, move |total: &Total| {
        note.note(format!("{:?}", total.get()));
    });
    finish(&mut driver, 2);
    assert_eq!(iterations.take(), ["Some(2)"; 2]);
    assert!(driver.run_for(Time::new(1.0)).unwrap().is_finished());
    assert_eq!(iterations.take(), ["None"; 2]);
}

/// A walker that is observed and saved with this period, and what was observed and saved.
fn watched(period: &Period) -> (VariationalDriver<Walk>, Journal) {
    let (saved, observed) = (Journal::default(), Journal::default());
    let save = SaveState::new(period.clone(), move |walk: &Walk, round| {
        let step = round.number();
        walk.journal.note(format!("{step}: saved at {}", walk.x));
        Ok(())
    });
    let seen = |walk: &Walk, _: &Place| walk.x;
    let mut driver = VariationalDriver::new(Walk::new(&saved));
    driver.plan().add_local(save);
    driver
        .plan()
        .add(ObservableCallback::new("seen", period.clone(), seen));
    let note = observed.clone();
    let see = move |record: &Record, step: &Step| {
        if let Some(seen) = record.value("seen") {
            note.note(format!("{step}: seen at {seen}"));
        }
    };
    driver.plan().on(Driver::on_step_end, see);
    (driver, observed)
}

/// What was observed and saved, in order of the steps.
fn journal(driver: &VariationalDriver<Walk>, observed: &Journal) -> Vec<String> {
    let saved = driver.driven().journal.take().into_iter();
    let saved = saved.filter(|line| line.contains("saved"));
    let mut lines: Vec<String> = saved.chain(observed.take()).collect();
    lines.sort();
    lines
}

#[test]
fn a_period_of_the_shelf_does_not_see_where_one_run_ends_and_the_next_begins() {
    let periods = [
        Period::time(1.0),
        Period::time(0.75),
        Period::time(0.2),
        Period::steps(2),
    ];
    for period in &periods {
        let (mut driver, observed) = watched(period);
        finish(&mut driver, 9);
        let whole = journal(&driver, &observed);
        assert!(whole.len() >= 7, "{whole:?}");
        for first in 0..=9 {
            let (mut driver, observed) = watched(period);
            finish(&mut driver, first);
            finish(&mut driver, 9 - first);
            assert_eq!(
                journal(&driver, &observed),
                whole,
                "{period}, {first} steps first"
            );
        }
    }
}

#[test]
fn a_step_that_was_stopped_after_its_observation_is_not_observed_again() {
    for period in [Period::time(1.0), Period::steps(2)] {
        let (mut driver, observed) = watched(&period);
        finish(&mut driver, 5);
        let mut whole = journal(&driver, &observed);
        let (driver, observed) = watched(&period);
        let mut stops = 1;
        let mut once = move |step: &Step| {
            let is_due = step.get() == 2 && stops > 0;
            stops -= i32::from(is_due);
            is_due
        };
        let stop = stop_if("enough", move |step: &Step| once(step));
        let mut driver = driver.on(Driver::before_parameter_update, stop);
        assert!(driver.run(5).unwrap().stopped().is_some());
        finish(&mut driver, 3);
        whole.retain(|line| line != "3: seen at 1");
        assert_eq!(journal(&driver, &observed), whole, "{period}");
        assert!(whole.contains(&"5: seen at 2".to_owned()), "{whole:?}");
    }
}

#[test]
fn what_was_seen_in_a_step_that_failed_at_its_end_is_not_seen_again() {
    let mut fails = true;
    let fail = move |step: &Step| {
        let is_due = step.get() == 3 && std::mem::take(&mut fails);
        if is_due { Err("broken") } else { Ok(()) }
    };
    let (observed, seen) = (Journal::default(), |walk: &Walk, _: &Place| walk.x);
    let mut driver = walk().on(Driver::on_step_end, fail);
    driver.driven_mut().journal = observed.clone();
    driver
        .plan()
        .add(ObservableCallback::new("seen", Period::time(1.0), seen));
    driver.plan().on(
        Driver::before_parameter_update,
        |walk: Local<'_, Walk>, record: &Record| {
            if let Some(seen) = record.value("seen") {
                walk.journal.note(format!("seen at {seen}"));
            }
        },
    );
    assert!(driver.run(4).unwrap().failed().is_some());
    finish(&mut driver, 3);
    let text = observed.take().into_iter();
    let text: Vec<_> = text.filter(|line| line.starts_with("seen")).collect();
    assert_eq!(text, ["seen at 1", "seen at 2"]);
}

#[test]
fn the_result_of_several_updates_is_observed_in_the_step_after_them() {
    let cases: [(_, &[_]); 4] = [
        (Period::steps(5), &["6: seen at 2.5", "11: seen at 5"]),
        (
            Period::steps(9).first(),
            &["1: seen at 0", "10: seen at 4.5"],
        ),
        (Period::time(2.0), &["5: seen at 2", "9: seen at 4"]),
        (Period::time(4.0).first(), &["1: seen at 0", "9: seen at 4"]),
    ];
    for (period, expected) in cases {
        let (mut driver, observed) = watched(&period);
        finish(&mut driver, 11);
        assert_eq!(observed.take(), expected, "{period}");
    }
}

/// What is driven tells such a time.
struct Clock(fn() -> f64);

impl Driven for Clock {
    type Samples = Place;
    type Update = Move;

    fn sample(&mut self) -> Result<Place, BoxError> {
        Ok(Place(1.0))
    }

    fn compute_loss_and_update(&mut self, _: &Place, _: &mut Record) -> Result<Move, BoxError> {
        Ok(Move(0.5))
    }

    fn update_parameters(&mut self, _: &Move) -> Result<(), BoxError> {
        Ok(())
    }

    fn time(&self) -> Time {
        Time::new(self.0())
    }
}

fn why(outcome: &Outcome) -> String {
    outcome.failed().expect("a failure").cause().to_string()
}

#[test]
fn a_time_that_is_no_number_fails_a_run_with_words() {
    for (time, text) in [
        ((|| f64::NAN) as fn() -> f64, "the simulated time is NaN"),
        (|| f64::INFINITY, "the simulated time is inf"),
    ] {
        let outcomes = [
            VariationalDriver::new(Clock(time)).run_for(Time::new(1.0)),
            VariationalDriver::new(Clock(time)).run_for(Time::new(0.0)),
            VariationalDriver::new(Clock(time)).run(0),
            VariationalDriver::new(Clock(time)).run(2),
        ];
        for outcome in outcomes {
            assert!(why(&outcome.unwrap()).starts_with(text));
        }
    }
    let mut driver = walk().on(Driver::before_parameter_update, |update: &mut Move| {
        update.0 = f64::NAN;
    });
    let outcome = driver.run_for(Time::new(1.0)).unwrap();
    assert!(why(&outcome).starts_with("the simulated time is NaN"));
    assert_eq!(driver.step(), Step::new(1));
}

#[test]
fn a_panic_where_the_time_is_asked_for_is_a_problem_of_the_plan() {
    let clock = || VariationalDriver::new(Clock(|| resume_unwind(Box::new("no clock"))));
    let refused = [
        clock().check(),
        clock().run(0).map(drop),
        clock().run(2).map(drop),
        clock().run_for(Time::new(1.0)).map(drop),
        clock().explain().map(drop),
    ];
    for refused in refused {
        let error = refused.unwrap_err();
        assert_eq!(error.problems().len(), 1);
        let text = error.to_string();
        assert!(text.contains("`Driven::time` panicked: no clock"), "{text}");
    }
}
