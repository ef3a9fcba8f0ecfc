//! The slots that handlers require and the slots that are filled, as one word of bits each: one comparison finds whether all required
//! slots are filled. Slots beyond the word are compared one by one.

use super::fetch::Access;
use super::slot::SlotId;

/// The filled slots among those that have a bit.
#[derive(Default)]
pub(super) struct FilledSlots(u64);

/// The slots that must be filled before some handlers can be called.
#[derive(Debug, Clone, Default)]
pub(super) struct RequiredSlots {
    /// The required slots that have a bit.
    bits: u64,
    /// The required slots that have no bit, each once.
    overflow: Vec<SlotId>,
}

impl FilledSlots {
    #[inline]
    pub(super) fn set(&mut self, slot: SlotId, filled: bool) {
        if let Some(bit) = bit(slot) {
            self.0 = if filled { self.0 | bit } else { self.0 & !bit };
        }
    }

    /// Whether all required slots that have a bit are filled.
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

    /// Adds the slots that `accesses` require.
    pub(super) fn add(&mut self, accesses: &[Access]) {
        for access in accesses.iter().filter(|access| !access.optional) {
            match bit(access.slot) {
                Some(bit) => self.bits |= bit,
                None if self.overflow.contains(&access.slot) => {}
                None => self.overflow.push(access.slot),
            }
        }
    }

    /// The required slots that have no bit.
    #[inline]
    pub(super) fn overflow(&self) -> &[SlotId] {
        &self.overflow
    }
}

/// Returns the bit of a slot. `None` if the slot is beyond the word.
#[inline]
fn bit(slot: SlotId) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(slot.index()).unwrap_or(u32::MAX))
}
