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
    pub(crate) failures: Vec<BackgroundFailure>,
    /// The number of dropped calls in this run, by handler.
    pub(crate) dropped: BTreeMap<HandlerId, u64>,
}

impl BackgroundReport {
    pub(crate) fn count_dropped(&mut self, handler: HandlerId) {
        *self.dropped.entry(handler).or_insert(0) += 1;
    }
}
