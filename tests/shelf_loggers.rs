//! The loggers of the shelf: what a fit and a driver leave in a file.
#![cfg(all(feature = "csv", feature = "json"))]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::Driver;
use callbacks::fit::{Fit, Step, Trainer};
use callbacks::shelf::{Csv, JsonLines};
use callbacks::{Attach, Callback, Closure, Complex, Hyperparameters, OnFailure, Record, Stats};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::walk;

/// A file that can be read while it is written.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap().clone();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(String::from)
            .collect()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn fill(step: &Step, record: &mut Record) {
    record.set("energy", Stats::of([-1.0, -3.0]));
    record.set("overlap", Complex { re: 0.5, im: -0.25 });
    record.set("vector", vec![1.0, 2.0]);
    record.set("says \"hi\", twice", f64::NAN);
    if step.get() == 1 {
        record.set("rare", 1.5);
    }
}

#[test]
fn a_driver_leaves_a_line_of_json_for_each_step_with_what_others_logged() {
    let page = Page::default();
    let logger = JsonLines::new(page.clone());
    let mut driver = walk().callback(logger).on(Driver::on_step_end, fill);
    assert!(driver.run(2).unwrap().is_finished());
    let rest = r#""energy":{"mean":-2.0,"error_of_mean":1.0,"variance":1.0},"overlap":{"re":0.5,"im":-0.25},"vector":[1.0,2.0],"says \"hi\", twice":null"#;
    let expected = [
        format!(r#"{{"step":1,"place":1.0,{rest},"rare":1.5}}"#),
        format!(r#"{{"step":2,"place":2.0,{rest}}}"#),
    ];
    assert_eq!(page.lines(), expected);
}

#[test]
fn a_driver_leaves_a_row_for_each_step_under_the_columns_of_the_first() {
    let page = Page::default();
    let logger = Csv::new(page.clone());
    let mut driver = walk().callback(logger).on(Driver::on_step_end, fill);
    assert!(driver.run(1).unwrap().is_finished());
    assert!(driver.run(1).unwrap().is_finished());
    let columns = "step,place,energy.mean,energy.error_of_mean,energy.variance,overlap.re,overlap.im,\
                   vector.0,vector.1,\"says \"\"hi\"\", twice\",rare";
    let expected = [
        columns,
        "1,1,-2,1,1,0.5,-0.25,1,2,NaN,1.5",
        "2,2,-2,1,1,0.5,-0.25,1,2,NaN,",
    ];
    assert_eq!(page.lines(), expected);
}

#[test]
fn an_integer_is_written_in_full_and_a_text_as_it_is() {
    let (table, lines) = (Page::default(), Page::default());
    let mut driver = walk()
        .callback(Csv::new(table.clone()))
        .callback(JsonLines::new(lines.clone()))
        .on(Driver::on_step_end, |record: &mut Record| {
            record.set("seed", i64::MAX);
            record.set("kind", "a, \"b\"");
        });
    assert!(driver.run(1).unwrap().is_finished());
    assert_eq!(
        table.lines(),
        [
            "step,place,seed,kind",
            "1,1,9223372036854775807,\"a, \"\"b\"\"\"",
        ]
    );
    assert_eq!(
        lines.lines(),
        [r#"{"step":1,"place":1.0,"seed":9223372036854775807,"kind":"a, \"b\""}"#]
    );
}

fn settings() -> Hyperparameters {
    let settings = Hyperparameters::new().set("lr", 0.1).set("layers", 3);
    settings.set("optimizer", "a \"b\"").set("nesterov", true)
}

#[test]
fn hyperparameters_are_a_line_of_json_before_the_first_row_and_no_row_of_a_table() {
    let (table, lines) = (Page::default(), Page::default());
    let mut driver = walk()
        .state(settings())
        .callback(Csv::new(table.clone()))
        .callback(JsonLines::new(lines.clone()));
    for _ in 0..2 {
        assert!(driver.run(1).unwrap().is_finished());
    }
    let first =
        r#"{"hyperparameters":{"lr":0.1,"layers":3,"optimizer":"a \"b\"","nesterov":true}}"#;
    let rows = [r#"{"step":1,"place":1.0}"#, r#"{"step":2,"place":2.0}"#];
    assert_eq!(lines.lines(), [first, rows[0], rows[1]]);
    assert_eq!(table.lines(), ["step,place", "1,1", "2,2"]);
    // In a fit; other ones of a later fit have a line of their own.
    let page = Page::default();
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .callback(JsonLines::new(page.clone()))
        .on(Fit::on_epoch_end, |settings: &Hyperparameters| {
            assert!(settings.get("lr").is_some());
        });
    for rate in [0.1, 0.1, 0.2] {
        trainer = trainer.state(Hyperparameters::new().set("lr", rate));
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    }
    let lines = page.lines();
    let kinds = lines
        .iter()
        .map(|line| line.starts_with(r#"{"hyperparameters":"#));
    assert!(kinds.eq([true, false, false, true, false]), "{lines:?}");
}

/// What fails a driver of a walker that logs what `writer` tells.
fn refused<K: 'static, F>(logger: impl Callback<Driver> + Send, writer: F) -> String
where
    F: Closure<K, Out = ()>,
{
    let mut driver = walk().callback(logger).on(Driver::on_step_end, writer);
    let outcome = driver.run(3).unwrap();
    outcome.failed().unwrap().cause().to_string()
}

#[test]
fn a_column_that_comes_too_late_fails_the_run_and_says_what_to_do() {
    let late = |step: &Step, record: &mut Record| {
        if step.get() == 2 {
            record.set("late", 1.0);
        }
    };
    assert_eq!(
        refused(Csv::new(Page::default()), late),
        "`late` has no column, as it is not in the first row; \
         declare it with `columns([\"late\"])`, or write JSON lines"
    );
    let parts = |step: &Step, record: &mut Record| {
        if step.get() == 2 {
            record.set("late", Complex { re: 1.0, im: 0.0 });
        }
    };
    assert_eq!(
        refused(Csv::new(Page::default()), parts),
        "`late.re`, `late.im` have no column, as they are not in the first row; \
         declare them with `columns([\"late.re\", \"late.im\"])`, or write JSON lines"
    );
}

#[test]
fn a_column_that_is_declared_waits_for_what_comes_later() {
    let page = Page::default();
    let logger = Csv::new(page.clone()).columns(["rare.re", "rare.im", "never", "place"]);
    let rare = |step: &Step, record: &mut Record| {
        if step.get() == 2 {
            record.set("rare", Complex { re: 0.5, im: -0.25 });
        }
    };
    let mut driver = walk().callback(logger).on(Driver::on_step_end, rare);
    assert!(driver.run(3).unwrap().is_finished());
    assert_eq!(
        page.lines(),
        [
            "step,place,rare.re,rare.im,never",
            "1,1,,,",
            "2,2,0.5,-0.25,",
            "3,3,,,"
        ]
    );
}

#[test]
fn a_column_that_is_declared_twice_is_refused_before_the_run() {
    let logger = Csv::new(Page::default()).columns(["rare", "rare"]);
    let error = walk().callback(logger).run(3).unwrap_err().to_string();
    let text = "Csv: has a `columns` of [\"rare\", \"rare\"]\n    give each name once";
    assert!(error.contains(text), "{error}");
}

#[test]
fn no_two_columns_have_one_name() {
    let step = |record: &mut Record| record.set("step", 1.0);
    let text =
        "`step` is the column of the step's number; log the value with that name under another one";
    assert_eq!(refused(Csv::new(Page::default()), step), text);
    assert_eq!(refused(JsonLines::new(Page::default()), step), text);
    // As a part of another value is called, from the first row on or later.
    let text = "two values have the column `energy.mean`; log one of them under another name";
    for from in [1, 2] {
        let twice = move |step: &Step, record: &mut Record| {
            record.set("energy", Stats::of([-1.0, -3.0]));
            if step.get() >= from {
                record.set("energy.mean", 1.0);
            }
        };
        assert_eq!(refused(Csv::new(Page::default()), twice), text);
    }
}

#[test]
fn neither_have_they_in_a_fit() {
    let text = "`epoch` is the column of the epoch's number; log the value with that name under another one";
    for csv in [true, false] {
        let mut trainer = Trainer::new(Line::new(&Journal::default()));
        trainer.plan().on(Fit::on_epoch_end, |record: &mut Record| {
            record.set("epoch", 0.75);
        });
        if csv {
            trainer.plan().add(Csv::new(Page::default()));
        } else {
            trainer.plan().add(JsonLines::new(Page::default()));
        }
        let fitted = trainer.fit(inputs([1.0])).unwrap();
        assert_eq!(fitted.outcome.failed().unwrap().cause().to_string(), text);
    }
}

#[test]
fn a_fit_leaves_a_line_and_a_row_for_each_epoch() {
    let (lines, rows) = (Page::default(), Page::default());
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(2)
        .learning_rate(0.5)
        .callback(JsonLines::new(lines.clone()))
        .callback(Csv::new(rows.clone()))
        .on(Fit::on_epoch_end, |record: &mut Record| {
            record.set("accuracy", 0.75);
        });
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let expected = [
        r#"{"epoch":1,"train_loss":1.0,"accuracy":0.75}"#,
        r#"{"epoch":2,"train_loss":0.5,"accuracy":0.75}"#,
    ];
    assert_eq!(lines.lines(), expected);
    assert_eq!(
        rows.lines(),
        ["epoch,train_loss,accuracy", "1,1,0.75", "2,0.5,0.75"]
    );
}

/// A file that takes five bytes, errs once, and then takes what it gets; and how often it was given something.
#[derive(Clone, Default)]
struct Moody(Page, Arc<Mutex<u32>>);

impl Write for Moody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut calls = self.1.lock().unwrap();
        *calls += 1;
        match *calls {
            1 => self.0.write(&bytes[..5]),
            2 => Err(io::Error::other("not now")),
            _ => self.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_takes_half_a_line_gets_the_rest_of_it_before_the_next_one() {
    let (rows, lines) = (Moody::default(), Moody::default());
    let mut driver = walk();
    let (csv, json) = (Csv::new(rows.clone()), JsonLines::new(lines.clone()));
    driver.plan().add(csv).on_failure(OnFailure::Warn);
    driver.plan().add(json).on_failure(OnFailure::Warn);
    let outcome = driver.run(3).unwrap();
    assert_eq!(outcome.to_string(), "finished (2 failures swallowed)");
    // The row that was not begun is lost.
    assert_eq!(rows.0.lines(), ["step,place", "2,2", "3,3"]);
    let expected = [1, 2, 3].map(|step| format!(r#"{{"step":{step},"place":{step}.0}}"#));
    assert_eq!(lines.0.lines(), expected);
}

#[test]
fn a_line_of_json_is_written_in_one_piece() {
    let lines = Moody::default();
    *lines.1.lock().unwrap() = 2;
    let logger = JsonLines::new(lines.clone());
    let mut driver = walk().callback(logger).on(Driver::on_step_end, fill);
    assert!(driver.run(3).unwrap().is_finished());
    assert_eq!(*lines.1.lock().unwrap(), 5);
}

#[test]
fn json_has_no_value_that_is_called_as_a_part_of_another_one_is() {
    let text = "two values have the name `energy.mean`; log one of them under another name";
    let twice = |record: &mut Record| {
        record.set("energy", Stats::of([-1.0, -3.0]));
        record.set("energy.old", 1.0);
        record.set("energy.mean", 1.0);
    };
    assert_eq!(refused(JsonLines::new(Page::default()), twice), text);
}
