//! Flows that interrupt a run, and which of two flows takes effect.

use crate::outcome::{Origin, Reason, Stop};
use std::fmt;

/// A flow that interrupts a run.
pub(crate) struct PendingFlow {
    pub(crate) kind: PendingKind,
    /// The handler that returned the flow.
    pub(crate) origin: Origin,
}

/// What a flow does to the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PendingKind {
    /// Leave the open scope at this depth; 0 is the outermost.
    Leave(usize),
    /// Stop the run, for this reason.
    Stop(Reason),
    /// Interrupt the run, for this reason.
    Interrupt(Reason),
}

impl fmt::Display for PendingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leave(_) => f.write_str("left the outermost scope"),
            Self::Stop(reason) | Self::Interrupt(reason) => reason.fmt(f),
        }
    }
}

impl PendingKind {
    /// Returns how much of the loop the flow ends, for comparison.
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
    /// Returns the flow that ends more of the loop, or this one if both end the same.
    pub(crate) fn outermost(self, later: Self) -> Self {
        if later.kind.reach() > self.kind.reach() {
            later
        } else {
            self
        }
    }

    /// Returns the stop that handlers of `on_stop` and `on_interrupt` find in the state; `None` for a leave.
    pub(crate) fn as_stop(&self) -> Option<Stop> {
        match &self.kind {
            PendingKind::Leave(_) => None,
            PendingKind::Stop(reason) | PendingKind::Interrupt(reason) => {
                Some(Stop::new(self.origin.clone(), reason.clone()))
            }
        }
    }
}
