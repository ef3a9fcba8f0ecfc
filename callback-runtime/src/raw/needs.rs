//! Which slots handlers require, and which are filled: a word of bits each, so that one is looked for in the other at once.
//! Slots beyond the word are looked at one by one.

use super::fetch::Want;

/// The filled ones of the first slots.
#[derive(Default)]
pub(super) struct Presence(u64);

/// The slots that must be filled.
#[derive(Debug, Clone, Default)]
pub(super) struct Needs {
    bits: u64,
    /// Those that have no bit.
    far: Vec<usize>,
}

impl Presence {
    #[inline]
    pub(super) fn set(&mut self, slot: usize, filled: bool) {
        if let Some(bit) = bit(slot) {
            self.0 = if filled { self.0 | bit } else { self.0 & !bit };
        }
    }

    /// Whether all are there that have a bit.
    #[inline]
    pub(super) fn covers(&self, needs: &Needs) -> bool {
        needs.bits & !self.0 == 0
    }
}

impl Needs {
    pub(super) fn of(wants: &[Want]) -> Self {
        let mut needs = Self::default();
        needs.add(wants);
        needs
    }

    pub(super) fn add(&mut self, wants: &[Want]) {
        for want in wants.iter().filter(|want| !want.optional) {
            match bit(want.slot) {
                Some(bit) => self.bits |= bit,
                None if self.far.contains(&want.slot) => {}
                None => self.far.push(want.slot),
            }
        }
    }

    /// Those that have no bit.
    #[inline]
    pub(super) fn far(&self) -> &[usize] {
        &self.far
    }
}

#[inline]
fn bit(slot: usize) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(slot).unwrap_or(u32::MAX))
}
