//! A set of the breakpoints of one loop, as a bit set.

use super::{BreakpointId, MAX_BREAKPOINTS};

/// A set of breakpoints of one loop. Each breakpoint is one bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct BreakpointSet([u64; MAX_BREAKPOINTS / 64]);

impl BreakpointSet {
    /// The set with all bits, whatever the number of the loop's breakpoints.
    pub(crate) const ALL: Self = Self([!0; MAX_BREAKPOINTS / 64]);

    #[inline]
    pub(crate) fn contains(&self, breakpoint: BreakpointId) -> bool {
        let index = breakpoint.index();
        self.0
            .get(index / 64)
            .is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn insert(&mut self, breakpoint: BreakpointId) {
        let index = breakpoint.index();
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = BreakpointId> {
        BreakpointId::first_ids(MAX_BREAKPOINTS)
            .filter(move |breakpoint| self.contains(*breakpoint))
    }
}

impl FromIterator<BreakpointId> for BreakpointSet {
    fn from_iter<I: IntoIterator<Item = BreakpointId>>(breakpoints: I) -> Self {
        let mut set = Self::default();
        breakpoints
            .into_iter()
            .for_each(|breakpoint| set.insert(breakpoint));
        set
    }
}
