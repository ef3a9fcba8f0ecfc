//! Flows that interrupt a run, and which of two acts.

use crate::outcome::{Origin, Stop};
use std::fmt;

/// A flow that interrupts a run, and the handler that returned it.
pub(crate) struct PendingFlow {
    pub(crate) kind: PendingKind,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PendingKind {
    /// Leave the open scope at this depth; 0 is the outermost.
    Leave(usize),
    Stop(String),
    Interrupt(String),
}

impl fmt::Display for PendingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leave(_) => f.write_str("left the outermost scope"),
            Self::Stop(reason) | Self::Interrupt(reason) => f.write_str(reason),
        }
    }
}

impl PendingKind {
    /// How much of the loop it ends.
    fn reach(&self) -> (u8, std::cmp::Reverse<usize>) {
        let (rank, depth) = match self {
            Self::Leave(depth) => (0, *depth),
            Self::Stop(_) => (1, 0),
            Self::Interrupt(_) => (2, 0),
        };
        (rank, std::cmp::Reverse(depth))
    }
}

impl PendingFlow {
    /// The one of both that ends more of the loop; this one, where both end the same.
    pub(crate) fn outermost(self, later: Self) -> Self {
        if later.kind.reach() > self.kind.reach() {
            later
        } else {
            self
        }
    }

    /// The stop as `on_stop` and `on_interrupt` get it; `None` for a leave.
    pub(crate) fn as_stop(&self) -> Option<Stop> {
        match &self.kind {
            PendingKind::Leave(_) => None,
            PendingKind::Stop(reason) | PendingKind::Interrupt(reason) => {
                Some(Stop::new(self.origin.clone(), reason.clone()))
            }
        }
    }
}
