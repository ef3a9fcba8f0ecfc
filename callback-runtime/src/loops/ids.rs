//! The ids of a loop's breakpoints and scopes.

use super::MOST_BREAKPOINTS;

/// A breakpoint of a loop, by its index in [`Loop::BREAKPOINTS`](super::Loop::BREAKPOINTS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BreakpointId(u16);

/// A scope of a loop, by its index in [`Loop::SCOPES`](super::Loop::SCOPES).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ScopeId(u8);

impl BreakpointId {
    #[inline]
    pub(crate) const fn new(index: u16) -> Self {
        Self(index)
    }

    #[inline]
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    /// The ids of the first `count` breakpoints, in order.
    pub(crate) fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> {
        let count = count.min(MOST_BREAKPOINTS);
        (0..u16::try_from(count).unwrap_or_default()).map(Self)
    }

    /// The ids from `first` to `last`, both included.
    pub(crate) fn between(first: Self, last: Self) -> impl Iterator<Item = Self> {
        (first.0..=last.0).map(Self)
    }
}

impl ScopeId {
    pub(crate) const fn new(index: u8) -> Self {
        Self(index)
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Declares the index of a thing in the lists that have one element for each such thing.
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

        $crate::loops::indexes_lists!($id);
    )+};
}
pub(crate) use id_types;

/// Lets an id index the lists that have one element for each thing with such an id.
macro_rules! indexes_lists {
    ($($id:ty),*) => {$(
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
    )*};
}
pub(crate) use indexes_lists;

indexes_lists!(BreakpointId, ScopeId);
