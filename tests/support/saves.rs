//! A callback that has a run saved wherever it can be resumed, and notes what it saw.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::persist::SavedRun;
use callbacks::{
    BoxError, Breakpoint, Callback, CallbackInfo, Flow, Handlers, Loop, Outcome, Record,
};
use std::sync::{Arc, Mutex};

/// What a process that saves at every place has noted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Saves(Arc<Mutex<Notes>>);

#[derive(Debug, Default)]
struct Notes {
    /// The breakpoints, each with the record there.
    lines: Vec<String>,
    /// The saved runs, each with the number of lines before it.
    runs: Vec<(usize, String)>,
}

impl Saves {
    /// The callback that saves and notes.
    pub(crate) fn callback(&self) -> SaveAll {
        SaveAll(self.clone())
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().lines.clone()
    }

    /// The saved runs as JSON, each with the lines that were written before it.
    pub(crate) fn runs(&self) -> Vec<(usize, String)> {
        self.0.lock().unwrap().runs.clone()
    }
}

/// Asks for a save at every breakpoint, and keeps what it gets.
pub(crate) struct SaveAll(Saves);

impl SaveAll {
    fn note(&self, at: &Breakpoint, record: Option<&Record>) -> Flow {
        let record = record.map(text_of);
        let line = format!("{at}: {}", record.unwrap_or_default());
        self.0.0.lock().unwrap().lines.push(line);
        Flow::Save
    }

    fn receive(&mut self, run: &SavedRun) -> Result<(), BoxError> {
        let mut notes = self.0.0.lock().unwrap();
        let entry = (notes.lines.len(), serde_json::to_string(run)?);
        notes.runs.push(entry);
        Ok(())
    }
}

impl<L: Loop> Callback<L> for SaveAll {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>()
            .receives_saved_runs(Self::receive)
            .receives_halted_runs()
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_all(Self::note);
    }
}

/// What one process did.
#[derive(Debug, PartialEq)]
pub(crate) struct Done {
    /// The outcome, and what else must be the same.
    pub(crate) end: String,
    pub(crate) lines: Vec<String>,
    pub(crate) runs: Vec<(usize, String)>,
}

/// Asserts that a run that is cut at any of its saves and continued by another process does what the run that was never cut does: the same
/// breakpoints with the same records, the same saved runs, the same end. `run` is a process: it begins anew or continues.
pub(crate) fn assert_cuts_leave_no_trace(what: &str, run: &dyn Fn(Option<SavedRun>) -> Done) {
    let whole = run(None);
    assert!(!whole.runs.is_empty(), "{what}: nothing was saved");
    for (nth, (lines, saved)) in whole.runs.iter().enumerate() {
        let saved = serde_json::from_str(saved).unwrap();
        let rest = run(Some(saved));
        let place = format!(
            "{what}: cut at save {nth}, after {:?}",
            whole.lines[..*lines].last()
        );
        assert_eq!(rest.lines, whole.lines[*lines..], "{place}");
        let later = whole.runs[nth + 1..].iter();
        let later: Vec<_> = later.map(|(at, run)| (at - lines, run.clone())).collect();
        assert_eq!(rest.runs, later, "{place}");
        assert_eq!(rest.end, whole.end, "{place}");
    }
}

/// All of a record, to the last digit.
pub(crate) fn text_of(record: &Record) -> String {
    let values: Vec<_> = record.iter().collect();
    let lacking: Vec<_> = record.lacking().collect();
    format!(
        "{} complete {} {values:?} lacking {lacking:?}",
        record.round(),
        record.is_complete()
    )
}

/// How a run ended, without what it remarks.
pub(crate) fn ending_of(outcome: &Outcome) -> String {
    let text = outcome.to_string();
    if outcome.is_finished() {
        "finished".to_owned()
    } else {
        text
    }
}

/// What one process did, of which `rest` must be the same, too.
pub(crate) fn done(saves: &Saves, outcome: &Outcome, rest: &str) -> Done {
    let stopped = outcome.stopped().map(callbacks::Stop::to_string);
    let ending = stopped.unwrap_or_else(|| ending_of(outcome));
    Done {
        end: format!("{ending} {rest}"),
        lines: saves.lines(),
        runs: saves.runs(),
    }
}
