//! Schedules that are made of others: multiplied, scaled, and clamped below.

use super::{Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;

/// A schedule multiplied with another one; [`Schedule::times`] makes it.
///
/// ```
/// use callbacks::schedule::{Exponential, SchedulePosition, Schedule, Warmup};
///
/// let schedule = Exponential::new(0.5).times(Warmup::linear(2).from(0.5));
/// assert_eq!(schedule.value(1.0, SchedulePosition::new(1)), 0.5 * 0.75);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times<A, B> {
    first: A,
    second: B,
}

impl<A, B> Times<A, B> {
    pub(super) const fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: Schedule, B: Schedule> Schedule for Times<A, B> {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        self.second.value(self.first.value(initial, at), at)
    }

    fn needs_total(&self) -> bool {
        self.first.needs_total() || self.second.needs_total()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        self.second.declare(self.first.declare(info))
    }
}

/// A schedule with every value multiplied by a factor; [`Schedule::scaled`] makes it.
///
/// ```
/// use callbacks::schedule::{Constant, SchedulePosition, Schedule};
///
/// assert_eq!(Constant::new(0.5).scaled(0.5).value(1.0, SchedulePosition::new(0)), 0.25);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaled<S> {
    schedule: S,
    by: f64,
}

impl<S> Scaled<S> {
    pub(super) const fn new(schedule: S, by: f64) -> Self {
        Self { schedule, by }
    }
}

impl<S: Schedule> Schedule for Scaled<S> {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        self.by * self.schedule.value(initial, at)
    }

    fn needs_total(&self) -> bool {
        self.schedule.needs_total()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        settings::finite(self.schedule.declare(info), "scaled", self.by)
    }
}

/// A schedule with every value below a bound replaced by the bound; [`Schedule::at_least`] makes it.
///
/// ```
/// use callbacks::schedule::{Linear, SchedulePosition, Schedule};
///
/// assert_eq!(Linear::new(1.0, 0.0).at_least(0.1).value(1.0, SchedulePosition::new(10).of(10)), 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtLeast<S> {
    schedule: S,
    min: f64,
}

impl<S> AtLeast<S> {
    pub(super) const fn new(schedule: S, min: f64) -> Self {
        Self { schedule, min }
    }
}

impl<S: Schedule> Schedule for AtLeast<S> {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        let value = self.schedule.value(initial, at);
        // `f64::max` would replace NaN, too.
        if value < self.min { self.min } else { value }
    }

    fn needs_total(&self) -> bool {
        self.schedule.needs_total()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        settings::finite(self.schedule.declare(info), "at_least", self.min)
    }
}
