//! The failures and the dropped calls of a worker, until the loop collects them.

use crate::callback::HandlerId;
use crate::outcome::Cause;
use std::collections::BTreeMap;

/// The failure of a call in the background.
#[derive(Debug)]
pub(crate) struct BackgroundFailure {
    /// The handler that was called.
    pub(crate) handler: HandlerId,
    /// The error that it returned, or its panic.
    pub(crate) cause: Cause,
}

/// What a worker reports to the loop. It is empty when a run begins.
#[derive(Debug, Default)]
pub(crate) struct BackgroundReport {
    /// The failures that the loop has not collected, in the order of the calls.
    failures: Vec<BackgroundFailure>,
    /// The number of dropped calls in this run, by handler.
    dropped: BTreeMap<HandlerId, u64>,
}

impl BackgroundReport {
    pub(crate) fn add_failure(&mut self, handler: HandlerId, cause: Cause) {
        self.failures.push(BackgroundFailure { handler, cause });
    }

    pub(crate) fn count_dropped(&mut self, handler: HandlerId) {
        *self.dropped.entry(handler).or_insert(0) += 1;
    }

    /// Removes and returns the failures that the loop has not collected.
    pub(crate) fn take_failures(&mut self) -> Vec<BackgroundFailure> {
        std::mem::take(&mut self.failures)
    }

    /// Returns the number of dropped calls in this run, by handler.
    pub(crate) fn dropped(&self) -> Vec<(HandlerId, u64)> {
        let dropped = self.dropped.iter();
        dropped.map(|(handler, times)| (*handler, *times)).collect()
    }
}
