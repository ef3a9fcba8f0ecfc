//! A set of breakpoints, one bit each.

use crate::loops::MOST_BREAKPOINTS;

/// A set of breakpoints of one loop. Of a fixed size, so that asking for a constant breakpoint is one load and one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct BreakpointSet([u64; MOST_BREAKPOINTS / 64]);

impl BreakpointSet {
    pub(crate) const ALL: Self = Self([!0; MOST_BREAKPOINTS / 64]);

    #[inline]
    pub(crate) fn has(&self, index: usize) -> bool {
        self.0
            .get(index / 64)
            .is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    pub(crate) fn set(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        (0..MOST_BREAKPOINTS).filter(move |index| self.has(*index))
    }
}

impl FromIterator<usize> for BreakpointSet {
    fn from_iter<I: IntoIterator<Item = usize>>(indices: I) -> Self {
        let mut marks = Self::default();
        indices.into_iter().for_each(|index| marks.set(index));
        marks
    }
}
