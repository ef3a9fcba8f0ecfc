//! Counters: state that counts a unit of a loop, and the amounts that it counts.

use super::Unit;
use crate::raw::PlainCounter;
use std::fmt;

/// State that counts a unit of a loop, so that periods can read it. The loop declares which unit it counts.
///
/// [`counter!`](crate::counter) writes the impl for a struct with one number. Write the impl by hand if the count is computed:
///
/// ```
/// use callbacks::{Amount, Count, Counter};
///
/// struct Seen(Vec<String>);
///
/// impl Counter for Seen {
///     fn count(&self) -> Count<'_> {
///         Count::Computed(self.0.len() as u64)
///     }
/// }
///
/// assert_eq!(Amount::from(Seen(vec!["one".into()]).count()), Amount::Whole(1));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not count",
    label = "what a loop counts implements `Counter`",
    note = "for `struct {Self}(u64)` write `callbacks::counter!({Self}: u64);`; for another one write `impl Counter for {Self}`"
)]
pub trait Counter: Sized + 'static {
    /// Returns the current count.
    fn count(&self) -> Count<'_>;

    /// Whether [`advance`](Self::advance) counts, so that a scope can count with this: `scope STEP counts Step`. `counter!` sets it for a
    /// whole number.
    const ADVANCES: bool = false;

    /// Counts one more. Does nothing if this does not [advance](Self::ADVANCES).
    fn advance(&mut self) {}

    /// Sets the count that a saved run had. Does nothing by default, because a count that is computed is there again with what it counts.
    fn restore(&mut self, count: Amount) {
        let _ = count;
    }

    /// The proof that the bytes of the value are its count. `None` unless the macro `counter!` wrote the impl.
    #[doc(hidden)]
    const PLAIN: Option<PlainCounter<Self>> = None;
}

impl Counter for u64 {
    fn count(&self) -> Count<'_> {
        Count::Whole(self)
    }

    fn restore(&mut self, count: Amount) {
        if let Amount::Whole(count) = count {
            *self = count;
        }
    }

    const PLAIN: Option<PlainCounter<Self>> = PlainCounter::NUMBER;
}

/// The current count of a [`Counter`]: a reference if the state stores the number.
///
/// ```
/// use callbacks::{Amount, Count};
///
/// let time = 0.5;
/// assert_eq!(Amount::from(Count::Real(&time)), Amount::Real(0.5));
/// assert_eq!(Amount::from(Count::Computed(3)), Amount::Whole(3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Count<'a> {
    /// A whole number that the state stores.
    Whole(&'a u64),
    /// A real number that the state stores, for simulated time.
    Real(&'a f64),
    /// A whole number that the counter computes.
    Computed(u64),
}

/// An amount of a unit. Whole amounts are exact, also beyond 2^53.
///
/// ```
/// use callbacks::Amount;
///
/// assert_eq!(Amount::from(10).to_string(), "10");
/// assert_eq!(Amount::from(0.5).as_f64(), 0.5);
/// assert_eq!(Amount::from(0.5).whole(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A number of epochs, steps, micro-steps or samples.
    Whole(u64),
    /// A span of simulated time, or a number of seconds.
    Real(f64),
}

impl Amount {
    /// Returns the amount as a real number. A whole amount beyond 2^53 is rounded.
    ///
    /// ```
    /// assert_eq!(callbacks::Amount::Whole(3).as_f64(), 3.0);
    /// ```
    #[expect(clippy::cast_precision_loss, reason = "the documentation says so")]
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }

    /// Returns the amount as `unit` is counted. Returns an amount that cannot be converted as it is; the plan reports it.
    pub(super) fn in_unit(self, unit: Unit) -> Self {
        match self {
            Self::Whole(_) if !unit.is_whole() => Self::Real(self.as_f64()),
            _ => self,
        }
    }

    /// Returns a whole amount; `None` for a real one.
    ///
    /// ```
    /// assert_eq!(callbacks::Amount::Whole(3).whole(), Some(3));
    /// ```
    pub const fn whole(self) -> Option<u64> {
        match self {
            Self::Whole(whole) => Some(whole),
            Self::Real(_) => None,
        }
    }
}

impl From<u64> for Amount {
    fn from(whole: u64) -> Self {
        Self::Whole(whole)
    }
}

impl From<u32> for Amount {
    fn from(whole: u32) -> Self {
        Self::Whole(whole.into())
    }
}

impl From<usize> for Amount {
    fn from(whole: usize) -> Self {
        Self::Whole(whole as u64)
    }
}

/// Converts literals, whose type is `i32` by default. A negative number becomes a [`Real`](Amount::Real); what uses the amount reports it.
impl From<i32> for Amount {
    fn from(whole: i32) -> Self {
        u64::try_from(whole).map_or(Self::Real(whole.into()), Self::Whole)
    }
}

impl From<f64> for Amount {
    fn from(real: f64) -> Self {
        Self::Real(real)
    }
}

impl From<Count<'_>> for Amount {
    fn from(count: Count<'_>) -> Self {
        match count {
            Count::Whole(whole) => Self::Whole(*whole),
            Count::Real(real) => Self::Real(*real),
            Count::Computed(whole) => Self::Whole(whole),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => fmt::Display::fmt(whole, f),
            Self::Real(real) => fmt::Display::fmt(real, f),
        }
    }
}
