//! The position of a loop: how far it has counted.

use super::{Amount, Unit};

/// The position of a loop: an amount for each unit, and `None` for a unit that the loop does not count.
///
/// ```
/// use callbacks::{Position, Unit};
///
/// let position = Position::new().with(Unit::Steps, 120).with(Unit::Time, 0.6);
/// assert_eq!(position.whole(Unit::Steps), Some(120));
/// assert_eq!(position.get(Unit::Time), Some(0.6));
/// assert_eq!(position.get(Unit::Epochs), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// The amount of each unit, in the order of [`Unit`].
    amounts: [Option<Amount>; Unit::ALL.len()],
}

impl Position {
    /// The position of a loop that counts nothing.
    ///
    /// ```
    /// use callbacks::{Position, Unit};
    ///
    /// assert!(Unit::ALL.iter().all(|unit| Position::new().get(*unit).is_none()));
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the position with `unit` at `amount`. An amount that is not valid in `unit`, such as half a step or -1, is stored as it is; no
    /// period in that unit is due there.
    ///
    /// ```
    /// use callbacks::{Position, Unit};
    ///
    /// assert_eq!(Position::new().with(Unit::Epochs, 3).get(Unit::Epochs), Some(3.0));
    /// ```
    pub fn with(mut self, unit: Unit, amount: impl Into<Amount>) -> Self {
        self.amounts[unit as usize] = Some(amount.into());
        self
    }

    /// Returns the amount of `unit` as a real number. A whole amount beyond 2^53 is rounded.
    ///
    /// ```
    /// use callbacks::{Position, Unit};
    ///
    /// assert_eq!(Position::new().with(Unit::Seconds, 1.5).get(Unit::Seconds), Some(1.5));
    /// ```
    pub fn get(&self, unit: Unit) -> Option<f64> {
        self.amount(unit).map(Amount::as_f64)
    }

    /// Returns the exact amount of `unit`, if it is a whole number.
    ///
    /// ```
    /// use callbacks::{Position, Unit};
    ///
    /// let position = Position::new().with(Unit::Samples, u64::MAX);
    /// assert_eq!(position.whole(Unit::Samples), Some(u64::MAX));
    /// ```
    pub fn whole(&self, unit: Unit) -> Option<u64> {
        self.amount(unit).and_then(Amount::whole)
    }

    pub(crate) fn amount(&self, unit: Unit) -> Option<Amount> {
        self.amounts[unit as usize]
    }

    /// Returns the amounts without the seconds, which differ between two visits at the same position.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (Unit, Amount)> {
        let units = Unit::ALL.into_iter().filter(|unit| *unit != Unit::Seconds);
        units.filter_map(|unit| Some((unit, self.amount(unit)?)))
    }

    /// Returns the position without the seconds, which no run repeats.
    pub(crate) fn without_seconds(mut self) -> Self {
        self.amounts[Unit::Seconds as usize] = None;
        self
    }

    /// Whether a unit is at a smaller amount than in `other`.
    pub(crate) fn is_behind(&self, other: &Self) -> bool {
        let mut counted = self.counted();
        counted.any(|(unit, amount)| other.get(unit).is_some_and(|other| amount.as_f64() < other))
    }

    /// Whether all amounts are 0.
    pub(crate) fn is_beginning(&self) -> bool {
        self.counted().all(|(_, amount)| amount.as_f64() == 0.0)
    }

    /// Whether both positions are the same except for the seconds. NaN is the same as NaN.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        let bits =
            |(unit, amount): (Unit, Amount)| (unit, amount.whole(), amount.as_f64().to_bits());
        self.counted().map(bits).eq(other.counted().map(bits))
    }
}
