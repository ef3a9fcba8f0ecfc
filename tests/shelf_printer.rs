//! What others print while progress is shown.
#![cfg(feature = "indicatif")]

mod support {
    pub(crate) mod journal;
    pub(crate) mod terminal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::Driver;
use callbacks::shelf::{Printer, Progress};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
fn the_bar_is_out_of_the_way_of_who_prints_on_his_own() {
    let (progress, term) = terminal();
    let printer = progress.printer();
    let seen = term.clone();
    let mut driver = walk().callback(progress.steps(1));
    let print = move || {
        let before = shown(&seen);
        let thrown = catch_unwind(AssertUnwindSafe(|| {
            printer.suspend(|| {
                assert!(shown(&seen).is_empty());
                printer.suspend(|| printer.println("mine"));
                assert_eq!(shown(&seen), ["mine"]);
            });
            printer.suspend(|| std::panic::resume_unwind(Box::new("thrown")));
        }));
        assert!(thrown.is_err() && before.len() == 1);
        printer.println("theirs");
        assert_eq!(shown(&seen).len(), 3);
    };
    driver.plan().on(Driver::on_step_end, print).weight(20.0);
    let outcome = driver.run(1).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(
        shown(&term),
        ["mine", "theirs", "step 1/1: place 1.0000", "finished"]
    );
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
