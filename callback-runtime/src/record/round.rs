//! [`Round`]: the number of a round, and what counts it.

use std::fmt;

/// A round of a loop: what counts it, and its number. The first round has the number 1; 0 is before the first round.
///
/// ```
/// use callbacks::Round;
///
/// let round = Round::new("epoch", 3);
/// assert_eq!((round.unit(), round.number()), ("epoch", 3));
/// assert_eq!(round.to_string(), "epoch 3");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    unit: &'static str,
    number: u64,
}

impl Round {
    /// Makes a round from the name of what counts it, such as `epoch`, and its number.
    pub const fn new(unit: &'static str, number: u64) -> Self {
        Self { unit, number }
    }

    /// Returns the name of what counts the rounds, such as `epoch`.
    pub const fn unit(self) -> &'static str {
        self.unit
    }

    /// Returns the number of the round.
    pub const fn number(self) -> u64 {
        self.number
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.unit, self.number)
    }
}
