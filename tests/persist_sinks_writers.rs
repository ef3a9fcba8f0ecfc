//! Loggers that continue a file in a run that begins anew, and those that write to a writer, which cannot go back.

mod support {
    pub(crate) mod sinks;
}

use callbacks::shelf::{Csv, JsonLines};
use callbacks::{Callback, OnFailure, Plan, Record};
use foreign_loop::Relax;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use support::sinks::{Folder, begin, resume, run};

/// A writer that can be read, and what it does with the calls of `write`.
#[derive(Clone, Default)]
struct Page {
    written: Arc<Mutex<Vec<u8>>>,
    /// The number of bytes that each call takes; `None` for an error. Later calls take all.
    moods: Arc<Mutex<Vec<Option<usize>>>>,
    is_closed: Arc<Mutex<bool>>,
}

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mood = self.moods.lock().unwrap().pop();
        match mood {
            None => self.written.lock().unwrap().write(bytes),
            Some(Some(count)) => self.written.lock().unwrap().write(&bytes[..count]),
            Some(None) => Err(io::Error::other("not now")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if *self.is_closed.lock().unwrap() {
            return Err(io::Error::other("the pipe is closed"));
        }
        Ok(())
    }
}

fn plan_of(logger: impl Callback<Relax> + Send) -> Plan<Relax> {
    let mut plan = Plan::new();
    plan.add(logger);
    plan
}

#[test]
fn a_writer_gets_no_second_header_and_the_outcome_says_that_it_cannot_go_back() {
    let page = Page::default();
    let killed = run(&mut plan_of(Csv::new(page.clone()).columns(["rare"])), 4);
    let mut plan = plan_of(Csv::new(page.clone()).columns(["rare"]));
    plan.restore(killed.saved_at(2));
    let resumed = run(&mut plan, 5);
    assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
    let text = page.text();
    let steps: Vec<_> = text
        .lines()
        .map(|row| row.split(',').next().unwrap())
        .collect();
    assert_eq!(steps, ["step", "1", "2", "3", "4", "3", "4", "5"]);
    let remark = "`Csv` writes to a writer, which cannot go back: what was written after the run was saved is \
                  written again; give it the path of a file with `to_file`";
    assert_eq!(resumed.restored.as_ref().unwrap().remarks(), [remark]);
    assert!(resumed.remarks().contains(remark), "{}", resumed.remarks());
}

#[test]
fn a_writer_after_a_file_and_a_file_after_a_writer() {
    let folder = Folder::new("changed");
    let to_file = || Csv::to_file(folder.at("metrics.csv")).columns(["rare"]);
    let page = Page::default();
    let of_file = run(&mut plan_of(to_file()), 3);
    let mut plan = plan_of(Csv::new(page.clone()));
    plan.restore(of_file.saved_at(2));
    let resumed = run(&mut plan, 3);
    assert!(
        resumed.remarks().contains("cannot go back"),
        "{}",
        resumed.remarks()
    );
    assert_eq!(page.text().lines().count(), 1);

    let before = folder.files();
    let of_writer = run(&mut plan_of(Csv::new(page).columns(["rare"])), 3);
    let mut plan = plan_of(to_file());
    plan.restore(of_writer.saved_at(2));
    let cause = run(&mut plan, 3).cause();
    let expected = "metrics.csv is there, and the saved run has no position in it; resume with what callbacks \
                    remember, give the callback the name that it had in the saved run, go on in the file with `append()`, begin a \
                    new one beside it with `or_new_file()`, or move it away";
    assert!(cause.contains(expected), "{cause}");
    assert_eq!(folder.files(), before);
    let mut plan = plan_of(to_file().or_new_file());
    plan.restore(of_writer.saved_at(2));
    let resumed = run(&mut plan, 3);
    assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
    let remark = "`Csv` goes on in a new file: ";
    assert!(resumed.remarks().contains(remark), "{}", resumed.remarks());
    assert_eq!(folder.text("metrics.2.csv").lines().count(), 2);
}

#[test]
fn a_run_whose_writer_cannot_be_flushed_cannot_be_saved() {
    let page = Page::default();
    *page.is_closed.lock().unwrap() = true;
    let cause = run(&mut plan_of(Csv::new(page)), 3).cause();
    assert_eq!(
        cause,
        "the run cannot be saved: `Csv.file`: the pipe is closed"
    );
    let folder = Folder::new("gone");
    let path = folder.at("missing").join("metrics.csv");
    let cause = run(&mut plan_of(JsonLines::to_file(&path)), 3).cause();
    let expected = format!(
        "the run cannot be saved: `JsonLines.file`: {}: ",
        path.display()
    );
    assert!(cause.starts_with(&expected), "{cause}");
}

#[test]
fn a_line_that_was_written_in_part_is_completed_before_the_run_is_saved() {
    let page = Page::default();
    // From the last one on: the header in two parts, and then an error in it.
    *page.moods.lock().unwrap() = vec![None, Some(4), Some(3)];
    let mut plan = Plan::new();
    plan.add(Csv::new(page.clone()).columns(["rare"]))
        .on_failure(OnFailure::Warn);
    let ran = run(&mut plan, 1);
    assert!(ran.outcome.is_finished(), "{}", ran.outcome);
    // The row was lost, as it was not begun; the header was completed when the run was saved.
    assert_eq!(page.text().lines().count(), 1);
    assert!(page.text().ends_with(",rare\n"), "{}", page.text());
}

#[test]
fn a_file_under_another_name_of_the_callback_is_not_replaced() {
    let folder = Folder::new("renamed");
    let named = |name: &'static str| {
        move |plan: &mut Plan<Relax>, folder: &Path| {
            plan.add(Csv::to_file(folder.join("metrics.csv")).columns(["rare"]))
                .named(name);
        }
    };
    let killed = begin(&named("old"), &folder, 3);
    let before = folder.files();
    let cause = resume(&named("new"), &folder, killed.saved_at(2), 4).cause();
    let expected = "the saved run cannot be restored: `new.file`: ";
    assert!(cause.starts_with(expected), "{cause}");
    assert!(
        cause.contains("is there, and the saved run has no position in it"),
        "{cause}"
    );
    assert_eq!(folder.files(), before);
    // One that is not there, or has nothing in it, begins.
    for files in [vec![], vec![("metrics.csv".to_owned(), vec![])]] {
        folder.put(&files);
        let resumed = resume(&named("new"), &folder, killed.saved_at(2), 4);
        assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
        assert_eq!(folder.text("metrics.csv").lines().count(), 3);
    }
}

fn appending(plan: &mut Plan<Relax>, folder: &Path) {
    plan.add(
        Csv::to_file(folder.join("metrics.csv"))
            .columns(["rare"])
            .append(),
    );
    plan.add(JsonLines::to_file(folder.join("metrics.jsonl")).append());
}

fn replacing(plan: &mut Plan<Relax>, folder: &Path) {
    plan.add(Csv::to_file(folder.join("metrics.csv")).columns(["rare"]));
}

#[test]
fn a_run_that_begins_anew_continues_a_file_without_a_second_header() {
    let folder = Folder::new("append");
    for _ in 0..2 {
        assert!(begin(&appending, &folder, 2).outcome.is_finished());
    }
    let text = folder.text("metrics.csv");
    let steps: Vec<_> = text
        .lines()
        .map(|row| row.split(',').next().unwrap())
        .collect();
    assert_eq!(steps, ["step", "1", "2", "1", "2"]);
    assert_eq!(folder.text("metrics.jsonl").lines().count(), 4);
    // Another plan replaces it.
    assert!(begin(&replacing, &folder, 1).outcome.is_finished());
    assert_eq!(folder.text("metrics.csv").lines().count(), 2);
}

#[test]
fn a_run_that_continued_a_file_goes_back_in_it() {
    let (folder, expected) = (Folder::new("append-cut"), Folder::new("append-whole"));
    for each in [&folder, &expected] {
        begin(&appending, each, 2);
    }
    let before = folder.files();
    begin(&appending, &expected, 6);
    for cut in 0..=5 {
        folder.put(&before);
        let killed = begin(&appending, &folder, 5);
        let resumed = resume(&appending, &folder, killed.saved_at(cut), 6);
        assert!(resumed.outcome.is_finished(), "{cut}: {}", resumed.outcome);
        assert_eq!(folder.files(), expected.files(), "{cut}");
    }
    // Whether the file was continued at first is no matter.
    folder.put(&before);
    let killed = begin(&appending, &folder, 5);
    let resumed = resume(&replacing, &folder, killed.saved_at(0), 6);
    assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
    assert_eq!(folder.read("metrics.csv"), expected.read("metrics.csv"));
}

#[test]
fn a_row_that_a_killed_process_has_left_unfinished_gets_a_line_break() {
    let folder = Folder::new("append-torn");
    begin(&appending, &folder, 2);
    let files = folder.files();
    for cut in 1..4 {
        let mut torn = files.clone();
        for (_, bytes) in &mut torn {
            bytes.truncate(bytes.len() - cut);
        }
        folder.put(&torn);
        assert!(begin(&appending, &folder, 1).outcome.is_finished());
        for (name, bytes) in &torn {
            let text = folder.text(name);
            let text = text.strip_prefix(std::str::from_utf8(bytes).unwrap());
            let added: Vec<&str> = text.unwrap().lines().collect();
            assert_eq!((added.len(), added[0]), (2, ""), "{added:?}");
        }
    }
}

#[test]
fn a_file_with_other_columns_is_not_continued() {
    let folder = Folder::new("append-columns");
    let path = folder.at("metrics.csv");
    let csv = || Csv::to_file(&path).append();
    fs::write(&path, "step,energy,other\n1,0.5,7\n").unwrap();
    let cause = run(&mut plan_of(csv().columns(["rare"])), 1).cause();
    let expected = format!(
        "{} has no column `rare`, which is declared; its columns are `step`, `energy`, `other`; write to another file, \
         or leave out `append()` to replace it",
        path.display()
    );
    assert_eq!(cause, expected);
    let cause = run(&mut plan_of(csv()), 1).cause();
    let expected = format!(
        "`pair.re`, `pair.im`, `force.mean`, `force.error_of_mean`, `force.variance`, `kind` have no column in {}; \
         write to another file, or leave out `append()` to replace it",
        path.display()
    );
    assert_eq!(cause, expected);
    assert_eq!(folder.text("metrics.csv"), "step,energy,other\n1,0.5,7\n");
    // Columns without a value are empty.
    fs::write(
        &path,
        "kind,a,step,force.error_of_mean,pair.im,pair.re,energy,force.mean,force.variance\n",
    )
    .unwrap();
    assert!(run(&mut plan_of(csv()), 1).outcome.is_finished());
    let text = folder.text("metrics.csv");
    let row = text.lines().nth(1).unwrap();
    assert!(row.starts_with("\"step, \"\"1\"\"\",,1,"), "{row}");
}

#[test]
fn the_settings_of_a_file_are_refused_for_a_writer() {
    for (plan, logger) in [
        (plan_of(Csv::new(io::sink()).append()), "Csv"),
        (plan_of(JsonLines::new(io::sink()).append()), "JsonLines"),
    ] {
        let mut plan = plan;
        let error = plan
            .check(&callbacks::State::new())
            .unwrap_err()
            .to_string();
        let expected = format!(
            "{logger}: `append` is a setting of a file, and this writes to a writer\n    make it with `{logger}::to_file`"
        );
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn what_is_not_a_file_is_refused_when_it_is_opened() {
    let folder = Folder::new("not-a-file");
    let cause = run(&mut plan_of(Csv::to_file(folder.at(""))), 1).cause();
    let text =
        "is a folder, and only a file can go back; give the path of a file, or open it as a writer";
    assert!(cause.contains(text), "{cause}");
}

#[test]
fn a_record_that_fails_a_row_leaves_a_file_that_can_be_restored() {
    let folder = Folder::new("refused-row");
    let attach = |plan: &mut Plan<Relax>, folder: &Path| {
        plan.add(Csv::to_file(folder.join("metrics.csv")))
            .on_failure(OnFailure::Warn);
        plan.on(Relax::before_step, |_: &mut Record| {});
    };
    // The value `rare` of the third step has no column.
    let killed = begin(&attach, &folder, 4);
    assert_eq!(folder.text("metrics.csv").lines().count(), 4);
    let resumed = resume(&attach, &folder, killed.saved_at(2), 4);
    assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
    assert_eq!(folder.text("metrics.csv").lines().count(), 4);
}
