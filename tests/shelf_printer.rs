//! What others print while progress is shown.
#![cfg(feature = "indicatif")]

mod support {
    pub(crate) mod journal;
    pub(crate) mod terminal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::Attach;
use callbacks::driver::Driver;
use callbacks::shelf::{Printer, Progress};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use support::journal::Journal;
use support::terminal::{Page, shown, terminal};
use support::walk::walk;

#[test]
fn what_is_printed_stands_above_the_bar() {
    let (progress, term) = terminal();
    let printer = progress.printer();
    let seen = term.clone();
    let mut driver = walk().state(printer).callback(progress.steps(1));
    let print = move |printer: &Printer| {
        printer.println("one\ntwo");
        let lines = shown(&seen);
        assert_eq!(lines[..2], ["one", "two"]);
        assert!(
            lines[2].starts_with("step [=====") && lines.len() == 3,
            "{lines:?}"
        );
    };
    driver.plan().on(Driver::on_step_end, print).weight(20.0);
    assert!(driver.run(1).unwrap().is_finished());
    assert_eq!(
        shown(&term),
        ["one", "two", "step 1/1: place 1.0000", "finished"]
    );
}

#[test]
fn the_bar_makes_room_for_a_callback_that_prints() {
    let (progress, term) = terminal();
    let printer = progress.printer();
    let seen = term.clone();
    let mut driver = walk().callback(progress.steps(1));
    let print = move || {
        let with_bar = shown(&seen);
        printer.suspend(|| {
            assert!(shown(&seen).is_empty());
            printer.suspend(|| printer.println("mine"));
            assert_eq!(shown(&seen), ["mine"]);
        });
        assert_eq!(shown(&seen)[1..], with_bar);
    };
    driver.plan().on(Driver::on_step_end, print).weight(20.0);
    let outcome = driver.run(1).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(shown(&term), ["mine", "step 1/1: place 1.0000", "finished"]);
}

#[test]
fn the_bar_is_back_after_a_closure_that_panicked() {
    let (progress, term) = terminal();
    let printer = progress.printer();
    let seen = Journal::default();
    let mut driver = walk().callback(progress.steps(2));
    let throw = move || {
        let thrown = AssertUnwindSafe(|| printer.suspend(|| resume_unwind(Box::new("thrown"))));
        assert!(catch_unwind(thrown).is_err());
    };
    driver.plan().on(Driver::on_step_end, throw).weight(5.0);
    let (on, note) = (term.clone(), seen.clone());
    let look = move || note.note(shown(&on).len().to_string());
    driver.plan().on(Driver::on_step_end, look).weight(20.0);
    assert!(driver.run(2).unwrap().is_finished());
    assert_eq!(seen.take(), ["1", "1"]);
}

#[test]
fn a_writer_prints_whole_lines() {
    let page = Page::default();
    let progress = Progress::lines(page.clone());
    let mut first = progress.printer();
    let mut second = first.clone();
    write!(first, "a{}", 1).unwrap();
    write!(second, "b\nb").unwrap();
    writeln!(first, "a\na").unwrap();
    assert_eq!(page.lines(), ["b", "a1a", "a"]);
    drop(second);
    assert_eq!(page.lines(), ["b", "a1a", "a", "b"]);
}
