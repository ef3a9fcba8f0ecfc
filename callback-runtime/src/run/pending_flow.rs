//! What callbacks wish, and which wish acts.

use crate::outcome::{Origin, Stop};
use std::fmt;

/// The outermost thing that callbacks wished so far, and who wished it first.
pub(crate) struct PendingFlow {
    pub(crate) kind: PendingKind,
    pub(crate) origin: Origin,
}

/// Ordered from the innermost to the outermost: only what is greater replaces what is pending.
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
    /// How far out it reaches.
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
    /// Takes the place of what is pending, if it reaches further out.
    pub(crate) fn raise(self, has_pending: &mut Option<Self>) {
        let further = has_pending
            .as_ref()
            .is_none_or(|has_pending| self.kind.reach() > has_pending.kind.reach());
        if further {
            *has_pending = Some(self);
        }
    }

    /// As it is told to `on_stop` and `on_interrupt`.
    pub(crate) fn as_stop(&self) -> Option<Stop> {
        match &self.kind {
            PendingKind::Leave(_) => None,
            PendingKind::Stop(reason) | PendingKind::Interrupt(reason) => {
                Some(Stop::new(self.origin.clone(), reason.clone()))
            }
        }
    }
}
