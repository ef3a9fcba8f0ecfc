//! The shelf's stop handle: which runs it stops, where, and for which reason.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::fit::{Iteration, Trainer};
use callbacks::prelude::*;
use callbacks::shelf::StopHandle;
use std::sync::mpsc;
use std::thread;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::walk;

fn reason(outcome: &Outcome) -> Option<&str> {
    outcome.stopped().map(Stop::reason)
}

fn place(outcome: &Outcome) -> Option<&str> {
    let stop = outcome.stopped()?;
    stop.origin().breakpoint().map(Breakpoint::name)
}

#[test]
fn another_thread_stops_a_run_that_has_no_end() {
    let handle = StopHandle::new();
    let (begun, has_begun) = mpsc::channel();
    let mut driver = walk()
        .callback(handle.clone())
        .on(Driver::on_step_end, move |step: &Step| {
            if step.get() == 3 {
                begun.send(()).unwrap();
            }
        });
    let other = thread::spawn(move || {
        has_begun.recv().unwrap();
        handle.stop("enough");
    });
    let outcome = driver.run(u64::MAX).unwrap();
    other.join().unwrap();
    assert_eq!(reason(&outcome), Some("enough"));
    assert!(driver.step().get() >= 3);
}

#[test]
fn a_fit_stops_in_a_validation() {
    let handle = StopHandle::new();
    let stop = handle.clone();
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .valid(inputs([1.0, 2.0, 3.0]))
        .callback(handle)
        .on(Fit::on_valid_batch_begin, move |iteration: &Iteration| {
            if iteration.get() == 2 {
                stop.stop(format!("batch {iteration}"));
            }
        });
    let outcome = trainer.fit(inputs([1.0])).unwrap().outcome;
    assert_eq!(reason(&outcome), Some("batch 2"));
    assert_eq!(place(&outcome), Some("on_valid_batch_end"));
}

#[test]
fn a_request_that_comes_too_early_is_in_time_and_stays_until_it_is_reset() {
    let handle = StopHandle::new();
    let (mut first, mut second) = (
        walk().callback(handle.clone()),
        walk().callback(handle.clone()),
    );
    handle.stop("first");
    handle.stop("second");
    for driver in [&mut first, &mut second] {
        let outcome = driver.run(5).unwrap();
        assert_eq!(
            (reason(&outcome), place(&outcome)),
            (Some("first"), Some("on_enter"))
        );
        assert_eq!(driver.step().get(), 0);
    }
    assert_eq!(reason(&first.run(5).unwrap()), Some("first"));
    handle.reset();
    assert!(first.run(5).unwrap().is_finished());
    // Behind the last step there is nothing to stop; the next run is stopped.
    handle.stop("third");
    assert_eq!(reason(&first.run(5).unwrap()), Some("third"));
    assert_eq!(first.step().get(), 5);
}

#[test]
fn a_fit_that_is_stopped_before_it_begins_trains_nothing() {
    let journal = Journal::default();
    let handle = StopHandle::new();
    handle.stop("not today");
    let mut trainer = Trainer::new(Line::new(&journal)).callback(handle);
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    assert_eq!(reason(&fitted.outcome), Some("not today"));
    assert_eq!((fitted.history.len(), journal.take().len()), (0, 0));
}

#[test]
fn runs_at_the_same_time_are_all_stopped_and_nested_ones_too() {
    let handle = StopHandle::new();
    let nested = handle.clone();
    let mut outer = walk()
        .callback(handle.clone())
        .on(Driver::on_step_end, move || {
            let stop = nested.clone();
            let mut inner = walk()
                .callback(nested.clone())
                .on(Driver::on_step_end, move || stop.stop("inside"));
            assert_eq!(
                inner.run(9).unwrap().stopped().map(Stop::reason),
                Some("inside")
            );
        });
    assert_eq!(reason(&outer.run(9).unwrap()), Some("inside"));
    assert_eq!(outer.step().get(), 1);
}

#[test]
fn the_least_number_of_epochs_refuses_the_stop_until_it_is_reached() {
    let handle = StopHandle::new();
    handle.stop("enough");
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(9)
        .min_epochs(2)
        .callback(handle);
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    assert_eq!(reason(&fitted.outcome), Some("enough"));
    assert_eq!(fitted.history.len(), 2);
}
