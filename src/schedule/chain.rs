//! Schedules one after the other.

use super::{Schedule, SchedulePosition};
use callback_runtime::CallbackInfo;
use std::fmt;

/// Schedules one after the other, with milestones between them, as `torch.optim.lr_scheduler.SequentialLR`. [`Schedule::then`] makes it.
///
/// ```
/// use callbacks::schedule::{Chain, Exponential, SchedulePosition, Schedule};
///
/// let mut chain = Chain::new(|_: u64| 0.1);
/// for milestone in [10, 20] {
///     chain = chain.then(milestone, Exponential::new(0.5));
/// }
/// assert_eq!(chain.value(1.0, SchedulePosition::new(22)), 0.25);
/// ```
pub struct Chain {
    first: Box<dyn Schedule>,
    /// The other schedules, each with the position where it begins.
    rest: Vec<(u64, Box<dyn Schedule>)>,
}

impl Chain {
    /// Creates a chain of one schedule.
    ///
    /// ```
    /// # use callbacks::schedule::{Chain, Constant, SchedulePosition, Schedule};
    /// let chain = Chain::new(Constant::new(0.5)).then(3, Constant::new(0.25));
    /// assert_eq!(chain.value(1.0, SchedulePosition::new(3)), 0.25);
    /// ```
    pub fn new(first: impl Schedule) -> Self {
        Self {
            first: Box::new(first),
            rest: Vec::new(),
        }
    }

    /// Continues with `next` from the position `milestone` on, which is greater than the milestones before it; see [`Schedule::then`].
    ///
    /// ```
    /// # use callbacks::schedule::{Chain, Constant, SchedulePosition, Schedule};
    /// let chain = Chain::new(Constant::new(0.5)).then(3, Constant::new(0.25)).then(5, Constant::new(0.125));
    /// assert_eq!(chain.value(1.0, SchedulePosition::new(6)), 0.125);
    /// ```
    pub fn then(mut self, milestone: u64, next: impl Schedule) -> Self {
        self.rest.push((milestone, Box::new(next)));
        self
    }

    /// Returns the schedule at a position, where it begins and where the next one begins.
    fn locate(&self, count: u64) -> (&dyn Schedule, u64, Option<u64>) {
        let passed = self.rest.iter().take_while(|(begin, _)| *begin <= count);
        let passed = passed.count();
        let end = self.rest.get(passed).map(|(begin, _)| *begin);
        let current = passed.checked_sub(1).and_then(|index| self.rest.get(index));
        match current {
            Some((begin, schedule)) => (schedule.as_ref(), *begin, end),
            None => (self.first.as_ref(), 0, end),
        }
    }
}

impl Schedule for Chain {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        let (schedule, begin, end) = self.locate(at.count());
        let local = SchedulePosition::new(at.count().saturating_sub(begin));
        let total = end.or(at.total());
        let local = total.map_or(local, |total| local.of(total.saturating_sub(begin)));
        schedule.value(initial, local)
    }

    fn needs_total(&self) -> bool {
        let last = self.rest.last().map_or(&self.first, |(_, last)| last);
        last.needs_total()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let milestones: Vec<u64> = self.rest.iter().map(|(begin, _)| *begin).collect();
        let is_increasing = milestones.is_sorted_by(|one, next| one < next);
        let is_valid = is_increasing && milestones.first() != Some(&0);
        let remedy = "give positions above 0 that increase";
        let info = info.valid_if(is_valid, "then", format!("{milestones:?}"), remedy);
        let rest = self.rest.iter();
        rest.fold(self.first.declare(info), |info, (_, next)| {
            next.declare(info)
        })
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milestones: Vec<u64> = self.rest.iter().map(|(begin, _)| *begin).collect();
        f.debug_struct("Chain")
            .field("milestones", &milestones)
            .finish_non_exhaustive()
    }
}
