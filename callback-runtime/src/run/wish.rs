//! What callbacks wish, and which wish acts.

use crate::failure::Origin;
use crate::outcome::Stop;
use std::fmt;

/// The outermost thing that callbacks wished so far, and who wished it first.
pub(super) struct Wish {
    pub(super) what: What,
    pub(super) origin: Origin,
}

/// Ordered from the innermost to the outermost: only what is greater replaces what is pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Leave the open scope at this depth; 0 is the outermost.
    Leave(usize),
    Stop(String),
    Interrupt(String),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leave(_) => f.write_str("left the outermost scope"),
            Self::Stop(reason) | Self::Interrupt(reason) => f.write_str(reason),
        }
    }
}

impl What {
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

impl Wish {
    /// Takes the place of what is pending, if it reaches further out.
    pub(super) fn raise(self, pending: &mut Option<Self>) {
        let further = pending
            .as_ref()
            .is_none_or(|pending| self.what.reach() > pending.what.reach());
        if further {
            *pending = Some(self);
        }
    }

    /// As it is told to `on_stop` and `on_interrupt`.
    pub(super) fn as_stop(&self) -> Option<Stop> {
        match &self.what {
            What::Leave(_) => None,
            What::Stop(reason) | What::Interrupt(reason) => {
                Some(Stop::new(self.origin.clone(), reason.clone()))
            }
        }
    }
}
