//! A constant factor.

use super::{Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;

/// A constant factor of the initial value, as `torch.optim.lr_scheduler.ConstantLR`.
///
/// ```
/// use callbacks::schedule::{Constant, SchedulePosition, Schedule};
///
/// let schedule = Constant::new(0.25).until(2);
/// let values = (0..4).map(|epoch| schedule.value(1.0, SchedulePosition::new(epoch)));
/// assert!(values.eq([0.25, 0.25, 1.0, 1.0]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant {
    factor: f64,
    until: Option<u64>,
}

impl Constant {
    /// Creates a schedule with this factor, finite and not negative, at every position.
    ///
    /// ```
    /// # use callbacks::schedule::{Constant, SchedulePosition, Schedule};
    /// assert_eq!(Constant::new(0.25).value(0.5, SchedulePosition::new(1000)), 0.125);
    /// ```
    pub const fn new(factor: f64) -> Self {
        Self {
            factor,
            until: None,
        }
    }

    /// Ends the factor: from this position on, the value is the initial one.
    ///
    /// ```
    /// # use callbacks::schedule::{Constant, SchedulePosition, Schedule};
    /// assert_eq!(Constant::new(0.25).until(5).value(0.5, SchedulePosition::new(5)), 0.5);
    /// ```
    pub const fn until(self, position: u64) -> Self {
        Self {
            until: Some(position),
            ..self
        }
    }
}

impl Schedule for Constant {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        if self.until.is_some_and(|end| at.count() >= end) {
            initial
        } else {
            initial * self.factor
        }
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::at_least_one(info, "until", self.until);
        settings::not_negative(info, "factor", self.factor)
    }
}
