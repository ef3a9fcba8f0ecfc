//! The number in a record that a stopper watches.

use super::patience::Patience;
use callback_runtime::persist::Fields;
use callback_runtime::{Record, RecordId};
use std::borrow::Cow;

/// The name of the number that a stopper watches, and what the stopper remembers of it.
#[derive(Debug, Clone)]
pub(in crate::shelf) struct Monitor {
    pub(in crate::shelf) name: Cow<'static, str>,
    /// The number of rounds before the first look.
    pub(in crate::shelf) start_from: u64,
    /// Whether the number was there at a look since the memory was reset.
    was_seen: bool,
    /// The record of the run that began last.
    record: Option<RecordId>,
    /// The number of the last round in that record; `None` before the first one.
    last_round: Option<u64>,
}

/// What the begin of a run does to the memory of a stopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    Kept,
    Reset,
}

impl Monitor {
    pub(in crate::shelf) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            start_from: 0,
            was_seen: false,
            record: None,
            last_round: None,
        }
    }

    /// Resets the memory, when a run begins that does not continue the last one.
    pub(in crate::shelf) fn reset(&mut self, record: &Record) {
        self.was_seen = false;
        self.record = record.id();
        self.last_round = None;
    }

    /// Begins a run: resets its own memory and the patience if the run does not continue the last one.
    pub(super) fn begin_run(&mut self, patience: &mut Patience, record: &Record) -> Memory {
        if self.continues(record) {
            patience.begin_run();
            return Memory::Kept;
        }
        self.reset(record);
        patience.reset();
        Memory::Reset
    }

    /// Whether a run that begins with this record continues the last one: it has the same record, and begins at its last round, or one round
    /// later, since a failure at the end of a round can come before the stopper records the round.
    pub(in crate::shelf) fn continues(&self, record: &Record) -> bool {
        let number = record.round().number();
        let is_next = |last: u64| number == last || number == last.saturating_add(1);
        self.record == record.id() && self.last_round.is_some_and(is_next)
    }

    /// Names what a saved run has of the monitor. The run that continues it has begun with a record of its own.
    pub(in crate::shelf) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("was_seen", &mut self.was_seen);
        fields.field("last_round", &mut self.last_round);
    }

    /// Returns the number, if it is in the record of a complete round. A number that is not declared and has never been there is an error: its
    /// name may be misspelt, or a callback may log it too late, and the stopper would never stop. It is no error if a part of the round was
    /// left.
    pub(in crate::shelf) fn read(&mut self, record: &Record) -> Result<Option<f64>, String> {
        let round = record.round().number();
        (self.record, self.last_round) = (record.id(), Some(round));
        if round <= self.start_from || !record.is_complete() {
            return Ok(None);
        }
        let value = record.get(&self.name);
        self.was_seen |= value.is_some();
        let may_come = record.is_declared(&self.name) || record.lacking().next().is_some();
        if self.was_seen || may_come {
            return Ok(value);
        }
        Err(record.explain_absence(&self.name))
    }

    /// Returns the number, if it is in the record of a round that is not complete yet.
    pub(super) fn peek(&self, record: &Record) -> Option<f64> {
        let is_watched = record.round().number() > self.start_from;
        is_watched.then(|| record.get(&self.name)).flatten()
    }
}
