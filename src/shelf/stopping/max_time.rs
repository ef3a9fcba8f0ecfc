//! Stops when a run has taken too long.

use crate::weight;
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{CallbackInfo, Flow, Rounds};
use std::time::{Duration, Instant};

/// Stops when a run has taken longer than a limit, on a monotonic clock, in every loop with [`Rounds`]. It looks at the end of every
/// scope, phase and round, such as a batch of training or validation, and where a loop declares `polls`, such as each attempt at a step of a
/// [`Driver`](crate::Driver). It has the weight [`STOPPERS`](crate::weight::STOPPERS). The limit is for each run, also of one driver.
/// In a restored run the time before it was saved counts, and the time in between does not.
///
/// NetKet's `Timeout` refuses a limit of 0. Here it is a limit like any other, and stops the run at the first look.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::MaxTime;
/// use std::time::Duration;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(MaxTime::new(Duration::ZERO));
/// assert!(driver.run(500)?.stopped().is_some_and(|stop| stop.reason().starts_with("time is up")));
/// assert_eq!(driver.step().get(), 0);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct MaxTime {
    limit: Duration,
    /// How long before the limit the run stops.
    margin: Duration,
    /// When the last run began; `None` before the first one.
    begin: Option<Instant>,
    /// The time that the run has taken before it was saved and restored.
    before: Duration,
}

impl MaxTime {
    /// Sets the limit for each run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::MaxTime;
    /// # use std::time::Duration;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).callback(MaxTime::new(Duration::from_secs(3600)));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            margin: Duration::ZERO,
            begin: None,
            before: Duration::ZERO,
        }
    }

    /// Stops the run this long before the limit, so that there is time for what it does at its end, such as a last checkpoint.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::MaxTime;
    /// # use std::time::Duration;
    /// # use doc_models::{Line, Points};
    /// // A job of 12 hours, and 5 minutes for its end.
    /// let limit = MaxTime::new(Duration::from_hours(12)).margin(Duration::from_mins(5));
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).callback(limit);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    ///
    /// let limit = MaxTime::new(Duration::from_mins(5)).margin(Duration::from_hours(12));
    /// assert!(Trainer::new(Line::default()).callback(limit).check().is_err());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    fn elapsed(&self) -> Duration {
        let since = self.begin.map_or(Duration::ZERO, |begin| begin.elapsed());
        self.before.saturating_add(since)
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut elapsed = self.elapsed();
        fields.field("elapsed", &mut elapsed);
        if fields.is_loading() {
            (self.begin, self.before) = (Some(Instant::now()), elapsed);
        }
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let (limit, margin) = (self.limit, format!("{:?}", self.margin));
        let remedy = format!("give one that is not longer than the limit of {limit:?}");
        info.valid_if(self.margin <= limit, "margin", margin, &remedy)
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS, declare = Self::declare, persist = Self::persist)]
impl MaxTime {
    fn on_enter(&mut self) {
        (self.begin, self.before) = (Some(Instant::now()), Duration::ZERO);
    }

    fn on_poll(&mut self) -> Flow {
        self.begin.get_or_insert_with(Instant::now);
        let elapsed = self.elapsed();
        if elapsed < self.limit.saturating_sub(self.margin) {
            return Flow::Continue;
        }
        let margin = if self.margin.is_zero() {
            String::new()
        } else {
            format!(", {:?} before its end", self.margin)
        };
        Flow::stop(format!(
            "time is up: {elapsed:.0?} of {:?}{margin}",
            self.limit
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::MaxTime;
    use crate::{Driver, Fit};
    use callback_runtime::{Break, Callback, Flow, Loop, Outcome, Plan, Run, State};
    use std::time::{Duration, Instant};

    const HOUR: Duration = Duration::from_hours(1);

    /// A callback whose last run began two hours ago.
    fn used_up() -> MaxTime {
        MaxTime {
            limit: HOUR,
            margin: Duration::ZERO,
            begin: Instant::now().checked_sub(2 * HOUR),
            before: Duration::ZERO,
        }
    }

    fn run<L>(body: impl FnOnce(&mut Run<'_, L>) -> Result<(), Break>) -> Outcome
    where
        L: Loop,
        MaxTime: Callback<L>,
    {
        let mut plan = Plan::<L>::new();
        plan.add(used_up());
        plan.run(&mut State::new(), body).unwrap()
    }

    #[test]
    fn the_limit_is_for_each_run() {
        // On some systems an `Instant` cannot be earlier than the start of the machine.
        if used_up().begin.is_none() {
            return;
        }
        assert_ne!(used_up().on_poll(), Flow::Continue);
        let fit = run::<Fit>(|run| {
            let body = |run: &mut Run<'_, Fit>| run.scope(Fit::EPOCH, |_| Ok(()));
            run.scope(Fit::FIT, body).map(drop)
        });
        assert!(fit.is_finished(), "{fit}");
        let driver = run::<Driver>(|run| {
            let body = |run: &mut Run<'_, Driver>| run.fire(Driver::on_step_end);
            run.scope(Driver::RUN, body).map(drop)
        });
        assert!(driver.is_finished(), "{driver}");
    }
}
