//! What happened in the background and is to be told in the loop.

use crate::outcome::Cause;
use std::collections::BTreeMap;

/// A handler: its breakpoint, and its place in that one's list.
pub(crate) type HandlerPlace = (usize, usize);

/// A failure of a handler that the loop has not been told of.
#[derive(Debug)]
pub(crate) struct BackgroundFailure {
    pub(crate) handler: HandlerPlace,
    pub(crate) cause: Cause,
}

/// The failures that the loop has not been told of, and how many calls were dropped.
#[derive(Debug, Default)]
pub(crate) struct BackgroundReport {
    failures: Vec<BackgroundFailure>,
    dropped: BTreeMap<HandlerPlace, u64>,
}

impl BackgroundReport {
    pub(crate) fn fail(&mut self, handler: HandlerPlace, cause: Cause) {
        self.failures.push(BackgroundFailure { handler, cause });
    }

    pub(crate) fn drop_one(&mut self, handler: HandlerPlace) {
        *self.dropped.entry(handler).or_insert(0) += 1;
    }

    pub(crate) fn take_failures(&mut self) -> Vec<BackgroundFailure> {
        std::mem::take(&mut self.failures)
    }

    pub(crate) fn dropped(&self) -> Vec<(HandlerPlace, u64)> {
        let dropped = self.dropped.iter();
        dropped.map(|(handler, times)| (*handler, *times)).collect()
    }
}
