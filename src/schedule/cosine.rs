//! Half a period of a cosine, once or again and again.

use super::position::as_f64;
use super::{Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;
use std::f64::consts::PI;

/// Decays along half a period of a cosine: `min + (initial - min) · (1 + cos(π·t/T)) / 2`, as
/// `torch.optim.lr_scheduler.CosineAnnealingLR`. It spans the whole run, or [a given number of positions](Self::over). After its end it
/// stays at its minimum, where PyTorch's rises again.
///
/// Source: Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*, equation 5.
///
/// ```
/// use callbacks::schedule::{Cosine, SchedulePosition, Schedule};
///
/// let schedule = Cosine::new().min(0.1);
/// assert_eq!(schedule.value(1.0, SchedulePosition::new(0).of(10)), 1.0);
/// assert_eq!(schedule.value(1.0, SchedulePosition::new(10).of(10)), 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cosine {
    min: f64,
    length: Option<u64>,
}

impl Cosine {
    /// Creates a decay to 0.
    ///
    /// ```
    /// # use callbacks::schedule::{Cosine, SchedulePosition, Schedule};
    /// assert_eq!(Cosine::new().value(0.5, SchedulePosition::new(5).of(10)), 0.25);
    /// ```
    pub const fn new() -> Self {
        Self {
            min: 0.0,
            length: None,
        }
    }

    /// Sets the last value, such as a learning rate. It is finite.
    ///
    /// ```
    /// # use callbacks::schedule::{Cosine, SchedulePosition, Schedule};
    /// assert_eq!(Cosine::new().min(0.01).value(0.5, SchedulePosition::new(10).of(10)), 0.01);
    /// ```
    pub const fn min(self, min: f64) -> Self {
        Self { min, ..self }
    }

    /// Sets the position `T` at which the minimum is reached, 1 or more.
    ///
    /// ```
    /// # use callbacks::schedule::{Cosine, SchedulePosition, Schedule};
    /// assert_eq!(Cosine::new().over(4).value(0.5, SchedulePosition::new(7)), 0.0);
    /// ```
    pub const fn over(self, length: u64) -> Self {
        Self {
            length: Some(length),
            ..self
        }
    }
}

impl Schedule for Cosine {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        half_period(initial, self.min, at.fraction(self.length))
    }

    fn needs_total(&self) -> bool {
        self.length.is_none()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::finite(info, "min", self.min);
        settings::at_least_one(info, "over", self.length)
    }
}

/// Decays along half a period of a cosine, and begins again from the initial value, as
/// `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`.
///
/// Source: Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*.
///
/// ```
/// use callbacks::schedule::{CosineRestarts, SchedulePosition, Schedule};
///
/// let schedule = CosineRestarts::new(2).growth(2);
/// let values = (0..8).map(|epoch| (schedule.value(1.0, SchedulePosition::new(epoch)) * 100.0).round());
/// assert!(values.eq([100.0, 50.0, 100.0, 85.0, 50.0, 15.0, 100.0, 96.0]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CosineRestarts {
    first: u64,
    growth: u64,
    min: f64,
}

impl CosineRestarts {
    /// Creates decays to 0. The first one has this length, 1 or more.
    ///
    /// ```
    /// # use callbacks::schedule::{CosineRestarts, SchedulePosition, Schedule};
    /// assert_eq!(CosineRestarts::new(10).value(0.5, SchedulePosition::new(20)), 0.5);
    /// ```
    pub const fn new(first: u64) -> Self {
        Self {
            first,
            growth: 1,
            min: 0.0,
        }
    }

    /// Makes each decay longer than the one before it, by this factor, 1 or more.
    ///
    /// ```
    /// # use callbacks::schedule::{CosineRestarts, SchedulePosition, Schedule};
    /// // The decays begin at 0, 10, 30, 70, …
    /// assert_eq!(CosineRestarts::new(10).growth(2).value(0.5, SchedulePosition::new(30)), 0.5);
    /// ```
    pub const fn growth(self, growth: u64) -> Self {
        Self { growth, ..self }
    }

    /// Sets the value that each decay leads to, such as a learning rate. It is finite.
    ///
    /// ```
    /// # use callbacks::schedule::{CosineRestarts, SchedulePosition, Schedule};
    /// assert_eq!(CosineRestarts::new(10).min(0.25).value(0.75, SchedulePosition::new(5)), 0.5);
    /// ```
    pub const fn min(self, min: f64) -> Self {
        Self { min, ..self }
    }

    /// Returns the position in the decay under way, and the length of this decay.
    fn locate(&self, count: u64) -> (u64, u64) {
        let first = self.first.max(1);
        if self.growth <= 1 {
            return (count % first, first);
        }
        let (mut at, mut length) = (count, first);
        while at >= length {
            at -= length;
            length = length.saturating_mul(self.growth);
        }
        (at, length)
    }
}

impl Schedule for CosineRestarts {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        let (at, length) = self.locate(at.count());
        half_period(initial, self.min, as_f64(at) / as_f64(length))
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::at_least_one(info, "first", Some(self.first));
        let info = settings::at_least_one(info, "growth", Some(self.growth));
        settings::finite(info, "min", self.min)
    }
}

fn half_period(from: f64, to: f64, fraction: f64) -> f64 {
    to + (from - to) * (1.0 + (PI * fraction).cos()) / 2.0
}
