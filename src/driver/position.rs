//! The position of a driver, besides its [`Step`](crate::fit::Step).

use callback_runtime::counter;
use std::fmt;

/// The number of the current attempt at a step, from 1; 0 before the first step. It stays after the attempt is accepted, until the next
/// step begins. In NetKet this number is private, and counts from 0.
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
    /// The attempt with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A simulated time or a span of it, in the units of the simulation. As state, it is the time that the driven system has reached.
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
    /// This time.
    pub const fn new(time: f64) -> Self {
        Self(time)
    }

    /// Returns the time as a number.
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
