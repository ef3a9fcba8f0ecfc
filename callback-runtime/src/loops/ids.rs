//! The ids of a loop's breakpoints and scopes, and the macro that declares id types.

use super::MAX_BREAKPOINTS;

/// Declares id types. An id is an index into the lists that have one element for each breakpoint, callback and so on.
macro_rules! id_types {
    ($($(#[$attr:meta])* $vis:vis struct $id:ident;)+) => {$(
        $(#[$attr])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        $vis struct $id(usize);

        impl $id {
            #[inline]
            $vis const fn new(index: usize) -> Self {
                Self(index)
            }

            #[inline]
            $vis const fn index(self) -> usize {
                self.0
            }
        }

        impl<T> std::ops::Index<$id> for Vec<T> {
            type Output = T;

            #[inline]
            fn index(&self, id: $id) -> &T {
                &self.as_slice()[id.index()]
            }
        }

        impl<T> std::ops::IndexMut<$id> for Vec<T> {
            #[inline]
            fn index_mut(&mut self, id: $id) -> &mut T {
                &mut self.as_mut_slice()[id.index()]
            }
        }

        impl<T> std::ops::Index<$id> for [T] {
            type Output = T;

            #[inline]
            fn index(&self, id: $id) -> &T {
                &self[id.index()]
            }
        }
    )+};
}
pub(crate) use id_types;

id_types! {
    /// A breakpoint of a loop, by its index in [`Loop::BREAKPOINTS`](super::Loop::BREAKPOINTS).
    pub(crate) struct BreakpointId;

    /// A scope of a loop, by its index in [`Loop::SCOPES`](super::Loop::SCOPES).
    pub(crate) struct ScopeId;
}

impl BreakpointId {
    /// Returns the ids of the first `count` breakpoints, in order; at most [`MAX_BREAKPOINTS`].
    pub(crate) fn first_ids(count: usize) -> impl DoubleEndedIterator<Item = Self> {
        (0..count.min(MAX_BREAKPOINTS)).map(Self)
    }

    /// Returns the ids from `first` to `last`, both included.
    pub(crate) fn between(first: Self, last: Self) -> impl Iterator<Item = Self> {
        (first.0..=last.0).map(Self)
    }
}
