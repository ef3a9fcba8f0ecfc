//! Which slots a list of handlers requires, and which are filled: a word of bits each, so that one is looked for in the other
//! at once. Slots beyond the word are looked at one by one, off the straight path.

use super::fetch::Want;

/// The filled ones of the first slots.
#[derive(Default)]
pub(super) struct Presence(u64);

/// The slots that must be filled.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Needs {
    bits: u64,
    /// There are slots among them that have no bit.
    more: bool,
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
    pub(super) fn add(&mut self, wants: &[Want]) {
        for want in wants.iter().filter(|want| !want.optional) {
            match bit(want.slot) {
                Some(bit) => self.bits |= bit,
                None => self.more = true,
            }
        }
    }

    /// Whether each of them has a bit.
    pub(super) fn are_bits(self) -> bool {
        !self.more
    }
}

#[inline]
fn bit(slot: usize) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(slot).unwrap_or(u32::MAX))
}
