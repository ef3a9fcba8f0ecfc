//! One rhythm and its marks: the only arithmetic.

use super::{Amount, Unit};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Beat {
    pub(super) unit: Unit,
    pub(super) every: Amount,
    pub(super) offset: Option<Amount>,
    pub(super) until: Option<Amount>,
    pub(super) once: bool,
}

impl Beat {
    pub(super) fn new(unit: Unit, every: Amount) -> Self {
        Self {
            unit,
            every,
            offset: None,
            until: None,
            once: false,
        }
    }

    /// `amount` as this beat's unit is counted; one that cannot be counted so stays, and is a problem.
    pub(super) fn amount(&self, amount: Amount) -> Amount {
        match amount {
            Amount::Whole(_) if !self.unit.is_whole() => Amount::Real(amount.as_f64()),
            _ => amount,
        }
    }
}
