//! A straight line between two factors.

use super::{Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;

/// Goes from one factor of the initial value to another one, in equal steps, as `torch.optim.lr_scheduler.LinearLR`. It spans the whole run,
/// or [a given number of positions](Self::over).
///
/// ```
/// use callbacks::schedule::{Linear, SchedulePosition, Schedule};
///
/// let values = (0..6).map(|epoch| Linear::new(1.0, 0.0).value(2.0, SchedulePosition::new(epoch).of(4)));
/// assert!(values.eq([2.0, 1.5, 1.0, 0.5, 0.0, 0.0]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Linear {
    from: f64,
    to: f64,
    length: Option<u64>,
}

impl Linear {
    /// Creates a line between two factors that are finite and not negative.
    ///
    /// ```
    /// # use callbacks::schedule::{Linear, SchedulePosition, Schedule};
    /// assert_eq!(Linear::new(1.0, 0.5).value(0.5, SchedulePosition::new(5).of(10)), 0.375);
    /// ```
    pub const fn new(from: f64, to: f64) -> Self {
        Self {
            from,
            to,
            length: None,
        }
    }

    /// Sets the position at which the second factor is reached, 1 or more. It stays from there on.
    ///
    /// ```
    /// # use callbacks::schedule::{Linear, SchedulePosition, Schedule};
    /// assert_eq!(Linear::new(1.0, 0.5).over(4).value(0.5, SchedulePosition::new(9)), 0.25);
    /// ```
    pub const fn over(self, length: u64) -> Self {
        Self {
            length: Some(length),
            ..self
        }
    }
}

impl Schedule for Linear {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        let fraction = at.fraction(self.length);
        initial * (self.from + (self.to - self.from) * fraction)
    }

    fn needs_total(&self) -> bool {
        self.length.is_none()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::not_negative(info, "from", self.from);
        let info = settings::not_negative(info, "to", self.to);
        settings::at_least_one(info, "over", self.length)
    }
}
