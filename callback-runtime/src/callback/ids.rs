//! The ids of a plan's callbacks and of their handlers.

use crate::loops::{BreakpointId, indexes_lists};

/// A callback of a plan, by its index among the attached ones. It stays the same until a callback is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CallbackId(usize);

/// The place of a handler in the list of its breakpoint: handlers run in the order of their turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Turn(usize);

/// A handler that is bound to a breakpoint of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct HandlerId {
    pub(crate) breakpoint: BreakpointId,
    pub(crate) turn: Turn,
}

/// The place of a callback in the order of its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Rank(usize);

impl Rank {
    pub(crate) const fn new(index: usize) -> Self {
        Self(index)
    }

    pub(crate) const fn index(self) -> usize {
        self.0
    }
}

impl CallbackId {
    pub(crate) const fn new(index: usize) -> Self {
        Self(index)
    }

    pub(crate) const fn index(self) -> usize {
        self.0
    }

    /// The ids of the first `count` callbacks, in order.
    pub(crate) fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..count).map(Self)
    }
}

impl Turn {
    pub(crate) const FIRST: Self = Self(0);

    #[inline]
    pub(crate) const fn new(index: usize) -> Self {
        Self(index)
    }

    #[inline]
    pub(crate) const fn index(self) -> usize {
        self.0
    }

    #[inline]
    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The first `count` turns, in order.
    pub(crate) fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..count).map(Self)
    }

    /// The turns from this one on, before `end`.
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

indexes_lists!(CallbackId, Turn, Rank);
