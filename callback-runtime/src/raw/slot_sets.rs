//! Which slots handlers require, and which are filled: one word of bits each, so that one operation compares them. Slots beyond the
//! word are checked one by one.

use super::fetch::Access;
use super::slot::SlotId;

/// The filled ones of the first slots.
#[derive(Default)]
pub(super) struct FilledSlots(u64);

/// The slots that must be filled.
#[derive(Debug, Clone, Default)]
pub(super) struct RequiredSlots {
    bits: u64,
    /// Those that have no bit.
    far: Vec<SlotId>,
}

impl FilledSlots {
    #[inline]
    pub(super) fn set(&mut self, slot: SlotId, filled: bool) {
        if let Some(bit) = bit(slot) {
            self.0 = if filled { self.0 | bit } else { self.0 & !bit };
        }
    }

    /// Whether all are there that have a bit.
    #[inline]
    pub(super) fn covers(&self, required: &RequiredSlots) -> bool {
        required.bits & !self.0 == 0
    }
}

impl RequiredSlots {
    pub(super) fn of(accesses: &[Access]) -> Self {
        let mut required = Self::default();
        required.add(accesses);
        required
    }

    pub(super) fn add(&mut self, accesses: &[Access]) {
        for access in accesses.iter().filter(|access| !access.optional) {
            match bit(access.slot) {
                Some(bit) => self.bits |= bit,
                None if self.far.contains(&access.slot) => {}
                None => self.far.push(access.slot),
            }
        }
    }

    /// Those that have no bit.
    #[inline]
    pub(super) fn far(&self) -> &[SlotId] {
        &self.far
    }
}

#[inline]
fn bit(slot: SlotId) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(slot.index()).unwrap_or(u32::MAX))
}
