//! NetKet's run loop: attempts that are rejected.
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

use callbacks::driver::{
    Attempt, Driver, RejectedAttempts, Rejecter, TooManyRejections, VariationalDriver, Verdict,
    reject_if,
};
use callbacks::fit::Step;
use callbacks::{Attach, Failure, Outcome, Record};
use std::error::Error;
use support::journal::Journal;
use support::walk::{STEP, Walk, finish, places_logged, traced, walk};

fn in_first_two(attempt: &Attempt) -> bool {
    attempt.get() <= 2
}

#[test]
fn all_are_asked_and_any_rejects_and_the_driver_has_a_rule_of_its_own() {
    for rejecter in 0..4 {
        let (mut driver, journal) = traced();
        for callback in 0..3 {
            let note = journal.clone();
            let verdict = move |attempt: &Attempt| {
                note.note(format!("asked {callback}"));
                Verdict::reject_if(callback == rejecter && attempt.get() == 1)
            };
            driver.plan().on(Driver::on_compute_update_end, verdict);
        }
        driver.driven_mut().refuse_until = if rejecter == 3 { 2 } else { 0 };
        finish(&mut driver, 1);
        let text = journal.take();
        let asked = text.iter().filter(|line| line.starts_with("asked"));
        assert_eq!(asked.count(), 6);
        let begun = text.iter().filter(|line| *line == "on_step_start");
        assert_eq!(begun.count(), 2);
        assert_eq!(text.iter().filter(|line| *line == "judge").count(), 2);
        assert_eq!(driver.driven().x, 0.5);
    }
}

#[test]
fn a_rejected_attempt_goes_back_to_on_step_start() {
    let (driver, journal) = traced();
    let mut driver = driver.on(Driver::on_compute_update_end, reject_if(in_first_two));
    finish(&mut driver, 1);
    let attempt = |number| {
        let lines = STEP.map(|line| line.replace("from 1", &format!("from {number}")));
        lines.to_vec()
    };
    let mut expected = vec!["on_run_start".to_owned()];
    expected.extend(attempt(1)[..7].to_vec());
    expected.extend(attempt(2)[..7].to_vec());
    expected.extend(attempt(3));
    expected.push("on_run_end".to_owned());
    assert_eq!(journal.take(), expected);
}

#[test]
fn the_attempt_is_counted_and_a_limit_ends_a_permanent_rejecter_by_name() {
    for (limit, driver) in [(100, walk()), (3, walk().retry_limit(3))] {
        let mut driver = driver;
        driver.driven_mut().refuse_until = 2;
        let (plan, accept) = (driver.plan(), || Verdict::Accept);
        plan.on(Driver::on_compute_update_end, accept)
            .named("lenient");
        plan.on(Driver::on_compute_update_end, || Verdict::Reject)
            .named("picky");
        let outcome = driver.run(5).unwrap();
        let why = too_many(&outcome);
        assert_eq!((why.attempts, why.step), (limit, Step::new(1)));
        let rejecters = why.rejecters.iter();
        let rejecters: Vec<_> = rejecters
            .map(|(callback_ref, times)| (name(callback_ref), *times))
            .collect();
        let all = u64::try_from(limit).unwrap();
        assert_eq!(rejecters, [("picky", all), ("the driver", 1)]);
        let text = why.to_string();
        let begin = format!("{limit} attempts at step 1 were rejected, by ");
        let end = " and by the accept rule of the driven system (1 of them); \
                   accept more, change what is attempted, or give a greater `retry_limit`";
        assert!(text.starts_with(&begin) && text.ends_with(end), "{text}");
        assert_eq!(driver.get::<Attempt>(), Some(&Attempt::new(all)));
        assert_eq!((driver.driven().x, driver.step()), (0.0, Step::new(0)));
    }
}

fn too_many(outcome: &Outcome) -> &TooManyRejections {
    let cause = outcome.failed().and_then(Failure::source);
    cause
        .and_then(|cause| cause.downcast_ref())
        .expect("too many rejections")
}

fn name(rejecter: &Rejecter) -> &str {
    match rejecter {
        Rejecter::Callback(origin) => origin.callback().unwrap(),
        Rejecter::Driven => "the driver",
    }
}

#[test]
fn what_a_rejected_attempt_logged_is_discarded_and_there_for_a_callback_that_asks() {
    let journal = Journal::default();
    let note = journal.clone();
    let report = move |record: &Record, rejected: &RejectedAttempts| {
        let attempts = rejected.iter().map(|one| {
            let callback_ref: Vec<_> = one.rejecters.iter().map(name).collect();
            format!("{} by {callback_ref:?} with {}", one.attempt, one.record)
        });
        note.note(format!("{record} after {:?}", attempts.collect::<Vec<_>>()));
    };
    let mut driver = walk()
        .on(
            Driver::on_step_start,
            |attempt: &Attempt, record: &mut Record| {
                if attempt.get() == 1 {
                    record.set("first", 1.0);
                }
            },
        )
        .on(Driver::on_step_end, report);
    let once = |step: &Step, attempt: &Attempt| step.get() == 0 && attempt.get() == 1;
    driver
        .plan()
        .on(Driver::on_compute_update_end, reject_if(once))
        .named("once");
    finish(&mut driver, 2);
    let expected = [
        "place 2 after [\"1 by [\\\"once\\\"] with first 1  place 1\"]",
        "first 1  place 3 after []",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn a_retry_is_no_rollback_unless_the_driver_has_snapshots() {
    let (driver, journal) = places_logged(walk());
    let mut driver = driver.on(Driver::on_compute_update_end, reject_if(in_first_two));
    finish(&mut driver, 2);
    assert_eq!(journal.take(), ["1: place 3", "2: place 6"]);

    let (driver, journal) = places_logged(walk().rollback());
    let mut driver = driver.on(Driver::on_compute_update_end, reject_if(in_first_two));
    finish(&mut driver, 2);
    assert_eq!(journal.take(), ["1: place 1", "2: place 2"]);
    let mut limited = walk().rollback().retry_limit(2);
    limited
        .plan()
        .on(Driver::on_compute_update_end, || Verdict::Reject);
    assert!(limited.run(1).unwrap().failed().is_some());
    assert_eq!(limited.driven().drawn, 0);
}

#[test]
fn a_run_begins_without_the_attempts_and_the_log_of_the_last_one() {
    let journal = Journal::default();
    let mut driver = walk().on(Driver::on_compute_update_end, reject_if(in_first_two));
    finish(&mut driver, 1);
    let left = |driver: &VariationalDriver<Walk>| {
        let rejected = driver.get::<RejectedAttempts>().unwrap();
        (
            rejected.iter().count(),
            driver.get::<Record>().unwrap().iter().count(),
        )
    };
    assert_eq!(left(&driver), (2, 1));
    for at in [Driver::on_run_start, Driver::on_run_end] {
        let note = journal.clone();
        let see = move |rejected: &RejectedAttempts, attempt: &Attempt, record: &Record| {
            note.note(format!("{} {attempt} {record}", rejected.iter().count()));
        };
        driver.plan().on(at, see);
    }
    // A run that comes to no step leaves nothing of the one before.
    finish(&mut driver, 0);
    assert_eq!(journal.take(), ["0 0 ", "0 0 "]);
    assert_eq!(left(&driver), (0, 0));
    finish(&mut driver, 1);
    assert_eq!(journal.take(), ["0 0 ", "2 3 place 6"]);
}
