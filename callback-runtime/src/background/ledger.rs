//! What happened in the background and is to be told in the loop.

use crate::failure::Cause;
use std::collections::BTreeMap;

/// A handler: its breakpoint, and its place in that one's list.
pub(crate) type Whose = (usize, usize);

/// A failure of a handler that the loop has not been told of.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) whose: Whose,
    pub(crate) cause: Cause,
}

/// The failures that the loop has not been told of, and how many calls were dropped.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    late: Vec<Late>,
    dropped: BTreeMap<Whose, u64>,
}

impl Ledger {
    pub(crate) fn fail(&mut self, whose: Whose, cause: Cause) {
        self.late.push(Late { whose, cause });
    }

    pub(crate) fn drop_one(&mut self, whose: Whose) {
        *self.dropped.entry(whose).or_insert(0) += 1;
    }

    pub(crate) fn take_late(&mut self) -> Vec<Late> {
        std::mem::take(&mut self.late)
    }

    pub(crate) fn dropped(&self) -> Vec<(Whose, u64)> {
        let dropped = self.dropped.iter();
        dropped.map(|(whose, times)| (*whose, *times)).collect()
    }
}
