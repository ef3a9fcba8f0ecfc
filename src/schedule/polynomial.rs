//! A polynomial decay to 0.

use super::{Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;

/// Decays to 0 as a power of what is left: `initial · (1 - t/T)^power`, as `torch.optim.lr_scheduler.PolynomialLR`. It spans the whole run, or
/// [a given number of positions](Self::over).
///
/// ```
/// use callbacks::schedule::{Polynomial, SchedulePosition, Schedule};
///
/// assert_eq!(Polynomial::new(2.0).value(1.0, SchedulePosition::new(5).of(10)), 0.25);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Polynomial {
    power: f64,
    length: Option<u64>,
}

impl Polynomial {
    /// Creates a decay with this power, finite and not negative; 1 is a straight line.
    ///
    /// ```
    /// # use callbacks::schedule::{Polynomial, SchedulePosition, Schedule};
    /// assert_eq!(Polynomial::new(1.0).value(0.5, SchedulePosition::new(5).of(10)), 0.25);
    /// ```
    pub const fn new(power: f64) -> Self {
        Self {
            power,
            length: None,
        }
    }

    /// Sets the position `T` at which the value is 0, 1 or more.
    ///
    /// ```
    /// # use callbacks::schedule::{Polynomial, SchedulePosition, Schedule};
    /// assert_eq!(Polynomial::new(1.0).over(4).value(0.5, SchedulePosition::new(9)), 0.0);
    /// ```
    pub const fn over(self, length: u64) -> Self {
        Self {
            length: Some(length),
            ..self
        }
    }
}

impl Schedule for Polynomial {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        initial * (1.0 - at.fraction(self.length)).powf(self.power)
    }

    fn needs_total(&self) -> bool {
        self.length.is_none()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::not_negative(info, "power", self.power);
        settings::at_least_one(info, "over", self.length)
    }
}
