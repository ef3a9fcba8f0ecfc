//! The ids of a plan's callbacks and of their handlers.

use crate::loops::{BreakpointId, id_types};

id_types! {
    /// A callback of a plan, by its index among the attached callbacks. It stays the same until a callback is removed.
    pub(crate) struct CallbackId;

    /// The position of a callback in the order of its plan.
    pub(crate) struct Rank;

    /// The position of a handler in the list of its breakpoint. Handlers run in the order of their turns.
    pub struct Turn;
}

/// A handler that is bound to a breakpoint of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct HandlerId {
    pub(crate) breakpoint: BreakpointId,
    pub(crate) turn: Turn,
}

impl CallbackId {
    /// Returns the ids of the first `count` callbacks, in order.
    pub(crate) fn first_ids(
        count: usize,
    ) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..count).map(Self)
    }
}

impl Turn {
    pub(crate) const FIRST: Self = Self(0);

    #[inline]
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Returns the first `count` turns, in order.
    pub(crate) fn first_turns(
        count: usize,
    ) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..count).map(Self)
    }

    /// Returns the turns from this one to `end`, which is not included.
    pub(crate) fn until(self, end: Self) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (self.0..end.0).map(Self)
    }
}

impl HandlerId {
    #[inline]
    pub(crate) const fn new(breakpoint: BreakpointId, turn: Turn) -> Self {
        Self { breakpoint, turn }
    }
}
