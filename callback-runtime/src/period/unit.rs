//! The units that loops count.

use std::fmt;

/// A unit that loops count. The state of a loop has a type for each unit, so that steps cannot be mistaken for epochs.
///
/// ```
/// use callbacks::Unit;
///
/// assert_eq!(Unit::MicroSteps.to_string(), "micro-steps");
/// assert_eq!(Unit::Steps.symbol(), "U");
/// assert!(Unit::Epochs < Unit::Steps); // The order of the parts of a period's short name.
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// Passes over the data, as whole numbers.
    Epochs,
    /// Updates of the optimised parameters, or steps of a simulation, as whole numbers.
    Steps,
    /// Batches of an update that accumulates several batches, as whole numbers.
    MicroSteps,
    /// Samples, as whole numbers.
    Samples,
    /// Simulated time in the loop's own unit, as real numbers.
    Time,
    /// Seconds of wall-clock time since the run began, as real numbers.
    Seconds,
}

/// The names of the units, in their order: the symbol, the word of the attribute, the singular and the plural.
const NAMES: [[&str; 4]; Unit::ALL.len()] = [
    ["E", "epochs", "epoch", "epochs"],
    ["U", "steps", "step", "steps"],
    ["M", "micro_steps", "micro-step", "micro-steps"],
    ["S", "samples", "sample", "samples"],
    ["T", "time", "time", "of time"],
    ["s", "seconds", "second", "seconds"],
];

impl Unit {
    /// All units, in their order.
    ///
    /// ```
    /// use callbacks::Unit;
    ///
    /// assert!(Unit::ALL.is_sorted());
    /// ```
    pub const ALL: [Self; 6] = [
        Self::Epochs,
        Self::Steps,
        Self::MicroSteps,
        Self::Samples,
        Self::Time,
        Self::Seconds,
    ];

    /// Returns the letter of the unit in short names: `E` epochs, `U` steps (updates), `M` micro-steps, `S` samples, `T` simulated time, `s` seconds.
    ///
    /// ```
    /// use callbacks::Unit;
    ///
    /// assert_eq!(Unit::ALL.map(Unit::symbol).concat(), "EUMSTs");
    /// ```
    pub const fn symbol(self) -> &'static str {
        NAMES[self as usize][0]
    }

    /// Returns the name of the unit in the attribute `every`.
    ///
    /// ```
    /// use callbacks::Unit;
    ///
    /// assert_eq!(Unit::MicroSteps.word(), "micro_steps");
    /// ```
    pub const fn word(self) -> &'static str {
        NAMES[self as usize][1]
    }

    /// Whether the unit is counted in whole numbers (`u64`), and not in real numbers (`f64`).
    ///
    /// ```
    /// use callbacks::Unit;
    ///
    /// assert!(Unit::Samples.is_whole() && !Unit::Time.is_whole());
    /// ```
    pub const fn is_whole(self) -> bool {
        !matches!(self, Self::Time | Self::Seconds)
    }

    /// Returns the name of the unit after the number 1.
    pub(crate) const fn singular(self) -> &'static str {
        NAMES[self as usize][2]
    }

    /// Returns the name of the unit after any other number.
    pub(crate) const fn plural(self) -> &'static str {
        NAMES[self as usize][3]
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::MicroSteps => "micro-steps",
            _ => self.word(),
        })
    }
}
