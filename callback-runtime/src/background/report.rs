//! What happened in the background and is to be told in the loop.

use crate::callback::HandlerId;
use crate::outcome::Cause;
use std::collections::BTreeMap;

/// A failure of a handler that the loop has not been told of.
#[derive(Debug)]
pub(crate) struct BackgroundFailure {
    pub(crate) handler: HandlerId,
    pub(crate) cause: Cause,
}

/// The failures that the loop has not been told of, and how many calls were dropped.
#[derive(Debug, Default)]
pub(crate) struct BackgroundReport {
    failures: Vec<BackgroundFailure>,
    dropped: BTreeMap<HandlerId, u64>,
}

impl BackgroundReport {
    pub(crate) fn fail(&mut self, handler: HandlerId, cause: Cause) {
        self.failures.push(BackgroundFailure { handler, cause });
    }

    pub(crate) fn drop_one(&mut self, handler: HandlerId) {
        *self.dropped.entry(handler).or_insert(0) += 1;
    }

    pub(crate) fn take_failures(&mut self) -> Vec<BackgroundFailure> {
        std::mem::take(&mut self.failures)
    }

    pub(crate) fn dropped(&self) -> Vec<(HandlerId, u64)> {
        let dropped = self.dropped.iter();
        dropped.map(|(handler, times)| (*handler, *times)).collect()
    }
}
