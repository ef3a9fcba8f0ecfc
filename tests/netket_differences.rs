//! What differs from NetKet, row by row of the table in the documentation of `callbacks::driver`. The rows on stoppers are tested in
//! `shelf_stopping.rs`.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Attempt, Driver, RejectedAttempts, Samples, reject_if};
use callbacks::fit::Step;
use callbacks::{At, Attach, Flow, Record, Stop};
use support::journal::Journal;
use support::walk::{Move, Place, finish, walk};

/// The breakpoints of an attempt at which a handler answers nothing or a flow.
const PLACES: [(At<Driver>, &str); 4] = [
    (Driver::on_step_start, "start"),
    (Driver::on_compute_update_start, "compute"),
    (Driver::before_parameter_update, "before"),
    (Driver::on_step_end, "end"),
];

/// Notes what `line` makes of step and attempt at each of them.
fn positions(attempts_rejected: u64, steps: u64) -> Vec<String> {
    let journal = Journal::default();
    let rejects = move |attempt: &Attempt| attempt.get() <= attempts_rejected;
    let mut driver = walk().on(Driver::on_compute_update_end, reject_if(rejects));
    for (at, name) in PLACES {
        let note = journal.clone();
        let see =
            move |step: &Step, attempt: &Attempt| note.note(format!("{name} {step}.{attempt}"));
        driver.plan().on(at, see);
    }
    finish(&mut driver, steps);
    journal.take()
}

#[test]
fn a_step_is_counted_once_its_update_is_made() {
    let first = ["start 0.1", "compute 0.1", "before 0.1", "end 1.1"];
    let second = ["start 1.1", "compute 1.1", "before 1.1", "end 2.1"];
    assert_eq!(positions(0, 2), [first, second].concat());
    let mut driver = walk().on(Driver::on_step_end, || Flow::stop("enough"));
    assert_eq!(
        driver.run(9).unwrap().stopped().map(Stop::reason),
        Some("enough")
    );
    assert_eq!(driver.step(), Step::new(1));
}

#[test]
fn attempts_are_counted_from_one() {
    let rejected = ["start 0.1", "compute 0.1"];
    let accepted = ["start 0.2", "compute 0.2", "before 0.2", "end 1.2"];
    assert_eq!(positions(1, 1), [&rejected[..], &accepted].concat());
}

#[test]
fn what_computing_the_update_logs_is_there_when_it_is_judged() {
    let journal = Journal::default();
    let note = journal.clone();
    let judge = move |record: &Record| {
        note.note(record.to_string());
        false
    };
    let mut driver = walk().on(Driver::on_compute_update_end, reject_if(judge));
    finish(&mut driver, 1);
    assert_eq!(journal.take(), ["place 1"]);
}

#[test]
fn a_rejected_attempt_leaves_its_log_apart_and_no_samples_and_no_update() {
    let journal = Journal::default();
    let note = journal.clone();
    let see = move |samples: &Samples<Place>,
                    update: Option<&Move>,
                    record: &Record,
                    rejected: &RejectedAttempts| {
        let apart: Vec<String> = rejected.iter().map(|one| one.record.to_string()).collect();
        note.note(format!(
            "{:?} {update:?} {:?} {apart:?}",
            samples.get(),
            record.to_string()
        ));
    };
    let first = |attempt: &Attempt| attempt.get() == 1;
    let mut driver = walk()
        .on(Driver::on_step_start, see)
        .on(Driver::on_compute_update_end, reject_if(first));
    finish(&mut driver, 1);
    let expected = [r#"None None "" []"#, r#"None None "" ["place 1"]"#];
    assert_eq!(journal.take(), expected);
}
