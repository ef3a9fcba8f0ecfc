//! Where a loop stands.

use super::{Amount, Unit};

/// Where a loop stands, by unit. What it does not count is `None`.
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
    amounts: [Option<Amount>; Unit::ALL.len()],
}

impl Position {
    /// One of a loop that counts nothing.
    ///
    /// ```
    /// use callbacks::{Position, Unit};
    ///
    /// assert!(Unit::ALL.iter().all(|unit| Position::new().get(*unit).is_none()));
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with `unit` at `amount`. What cannot be counted so, like half a step or -1, is kept as it was given: nothing is
    /// due there.
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

    /// How many, as a real number: rounded beyond 2^53.
    ///
    /// ```
    /// use callbacks::{Position, Unit};
    ///
    /// assert_eq!(Position::new().with(Unit::Seconds, 1.5).get(Unit::Seconds), Some(1.5));
    /// ```
    pub fn get(&self, unit: Unit) -> Option<f64> {
        self.amount(unit).map(Amount::as_f64)
    }

    /// How many, exactly, if they are whole.
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

    /// The counts without the seconds, which differ at each visit of the same position.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (Unit, Amount)> {
        let units = Unit::ALL.into_iter().filter(|unit| *unit != Unit::Seconds);
        units.filter_map(|unit| Some((unit, self.amount(unit)?)))
    }

    /// Whether a unit of it has counted less than that of `other`.
    pub(crate) fn is_behind(&self, other: &Self) -> bool {
        self.counted().any(|(unit, amount)| {
            let other = other.amount(unit).map(Amount::as_f64);
            other.is_some_and(|other| amount.as_f64() < other)
        })
    }

    /// Whether nothing has been counted yet.
    pub(crate) fn is_beginning(&self) -> bool {
        self.counted().all(|(_, amount)| amount.as_f64() == 0.0)
    }

    /// Whether both are the same place, whatever the clock says. A NaN is where it is.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        let bits =
            |(unit, amount): (Unit, Amount)| (unit, amount.whole(), amount.as_f64().to_bits());
        self.counted().map(bits).eq(other.counted().map(bits))
    }
}
