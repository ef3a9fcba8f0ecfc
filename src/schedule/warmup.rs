//! Warm-up: from a fraction of the initial value to all of it.

use super::{Chain, Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;

/// Rises from a fraction of the initial value to all of it, and stays there: along a straight line, or by the same factor at each position.
///
/// The linear one is `torch.optim.lr_scheduler.LinearLR(start_factor = from, total_iters = length)`. The exponential one is
/// `initial · from^(1 - t/length)`.
///
/// ```
/// use callbacks::schedule::{SchedulePosition, Schedule, Warmup};
///
/// let values = |warmup: Warmup| (0..4).map(move |step| warmup.value(1.0, SchedulePosition::new(step)));
/// assert!(values(Warmup::linear(2).from(0.25)).eq([0.25, 0.625, 1.0, 1.0]));
/// assert!(values(Warmup::exponential(2).from(0.25)).eq([0.25, 0.5, 1.0, 1.0]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Warmup {
    length: u64,
    from: f64,
    is_exponential: bool,
}

impl Warmup {
    /// Creates a warm-up of this length, 1 or more, along a straight line, from a tenth of the initial value.
    ///
    /// ```
    /// # use callbacks::schedule::{SchedulePosition, Schedule, Warmup};
    /// assert_eq!(Warmup::linear(500).value(0.5, SchedulePosition::new(0)), 0.05);
    /// ```
    pub const fn linear(length: u64) -> Self {
        Self {
            length,
            from: 0.1,
            is_exponential: false,
        }
    }

    /// Creates a warm-up of this length by the same factor at each position, from a tenth of the initial value.
    ///
    /// ```
    /// # use callbacks::schedule::{SchedulePosition, Schedule, Warmup};
    /// assert_eq!(Warmup::exponential(500).value(0.5, SchedulePosition::new(500)), 0.5);
    /// ```
    pub const fn exponential(length: u64) -> Self {
        Self {
            is_exponential: true,
            ..Self::linear(length)
        }
    }

    /// Sets the fraction of the initial value at position 0: finite and not negative, and above 0 if the warm-up is exponential. 0.1 by
    /// default.
    ///
    /// ```
    /// # use callbacks::schedule::{SchedulePosition, Schedule, Warmup};
    /// assert_eq!(Warmup::linear(500).from(0.5).value(0.5, SchedulePosition::new(0)), 0.25);
    /// ```
    pub const fn from(self, fraction: f64) -> Self {
        Self {
            from: fraction,
            ..self
        }
    }

    /// Continues with another schedule when the warm-up is complete. The other one begins there at its own position 0, and its total is what
    /// is left of the run.
    ///
    /// ```
    /// use callbacks::schedule::{Cosine, SchedulePosition, Schedule, Warmup};
    ///
    /// let schedule = Warmup::linear(10).before(Cosine::new());
    /// assert_eq!(schedule.value(0.5, SchedulePosition::new(10).of(100)), 0.5);
    /// assert_eq!(schedule.value(0.5, SchedulePosition::new(55).of(100)), 0.25);
    /// ```
    pub fn before(self, next: impl Schedule) -> Chain {
        if self.length == 0 {
            // A problem of the plan, and no second one of the chain.
            return Chain::new(self);
        }
        self.then(self.length, next)
    }
}

impl Schedule for Warmup {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        let fraction = at.fraction(Some(self.length));
        if fraction >= 1.0 {
            initial
        } else if self.is_exponential {
            initial * self.from.powf(1.0 - fraction)
        } else {
            initial * (self.from + (1.0 - self.from) * fraction)
        }
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::at_least_one(info, "length", Some(self.length));
        if self.is_exponential {
            settings::positive(info, "from", self.from)
        } else {
            settings::not_negative(info, "from", self.from)
        }
    }
}
