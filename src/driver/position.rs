//! Where a driver stands, beside its [`Step`](crate::fit::Step).

use callback_runtime::counter;
use std::fmt;

/// The attempt under way at the step under way, from 1; 0 before the first. After an attempt that was accepted it stays until the
/// next step. NetKet, which counts from 0, keeps it to itself.
///
/// ```
/// use callbacks::driver::Attempt;
///
/// let attempt = Attempt::new(2);
/// assert_eq!(attempt.get(), 2);
/// assert_eq!(attempt.to_string(), "2");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Attempt(u64);

impl Attempt {
    /// The attempt of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// As a number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A simulated time, or a span of it, in the units of what is simulated. As state it is how far what is driven has come.
///
/// ```
/// use callbacks::driver::Time;
///
/// let time = Time::new(0.25);
/// assert_eq!(time.get(), 0.25);
/// assert_eq!(format!("{time:.1}"), "0.2");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Time(f64);

impl Time {
    /// So much time.
    pub const fn new(time: f64) -> Self {
        Self(time)
    }

    /// As a number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

counter!(Time: f64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
