//! Stops when a number does not improve any more.

use super::InvalidSettings;
use super::monitor::Monitor;
use super::patience::Patience;
use super::settings::SettingsCheck;
use crate::weight;
use callback_macros::callback;
use callback_runtime::{Flow, Record, Rounds};
use std::borrow::Cow;

/// Stops when a number of the [`Record`] has not improved for some time, in every loop with [`Rounds`].
///
/// It has the weight [`STOPPERS`](crate::weight::STOPPERS), so that it sees what other callbacks add, and runs after the loggers.
///
/// It looks at complete rounds only. Its memory [belongs to one fit or one driver](crate::shelf#memory).
///
/// A number that is missing at the first look fails the run, unless [a part of the round was left](Record::lacking). If the number was there before, in
/// the same fit or driver, the look is skipped.
///
/// # Differences from other libraries
///
/// [Patience](crate::shelf#patience) is the same as in NetKet; `patience = 3` of luz, Keras or Lightning is `.patience(2)`. The `baseline`
/// of Keras, luz and NetKet is [`baseline`](Self::baseline); that of older versions of NetKet, at which a run stops, is
/// [`goal`](Self::goal). NetKet's `min_reldelta` has the wrong sign if the best value is negative;
/// [`min_relative_delta`](Self::min_relative_delta) is right for either sign.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::EarlyStopping;
/// # use doc_models::{Line, Points};
/// # use doc_models::Well;
///
/// let stopping = || EarlyStopping::minimize("train_loss").min_delta(0.01).patience(3);
/// let mut trainer = Trainer::new(Line::default()).epochs(500).learning_rate(0.1).callback(stopping());
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!(fitted.outcome.stopped().is_some_and(|stop| stop.reason().starts_with("`train_loss` has not improved")));
///
/// let stopping = EarlyStopping::minimize("energy").min_relative_delta(1e-6).patience(5);
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
/// assert!(driver.run(500)?.stopped().is_some());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EarlyStopping {
    monitor: Monitor,
    direction: Direction,
    min_delta: f64,
    min_relative_delta: f64,
    patience: Patience,
    baseline: Option<f64>,
    goal: Option<f64>,
    best: Option<f64>,
}

/// Whether smaller or greater values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Minimize,
    Maximize,
}

impl EarlyStopping {
    /// Watches a number that should become small, such as `valid_loss` or `energy`.
    ///
    /// ```
    /// # use callbacks::shelf::EarlyStopping;
    /// let stopping = EarlyStopping::minimize("energy.variance");
    /// assert_eq!(stopping.best(), None);
    /// ```
    pub fn minimize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Monitor::new(monitor), Direction::Minimize)
    }

    /// Watches a number that should become great, such as `valid_accuracy`.
    ///
    /// ```
    /// # use callbacks::shelf::EarlyStopping;
    /// let stopping = EarlyStopping::maximize("valid_accuracy").patience(10);
    /// assert_eq!(stopping.best(), None);
    /// ```
    pub fn maximize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Monitor::new(monitor), Direction::Maximize)
    }

    fn new(monitor: Monitor, direction: Direction) -> Self {
        Self {
            monitor,
            direction,
            min_delta: 0.0,
            min_relative_delta: 0.0,
            patience: Patience::new(0),
            baseline: None,
            goal: None,
            best: None,
        }
    }

    /// Sets the smallest improvement: a value improves if it is better than the best one by more than `delta`, which is finite and not
    /// negative. 0 by default.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// let stopping = EarlyStopping::minimize("energy").min_delta(0.1);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 4);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.min_delta = delta;
        self
    }

    /// Sets the smallest relative improvement: a value improves if it is better than the best one by more than this fraction of the best
    /// one's magnitude. 0 by default. If [`min_delta`](Self::min_delta) is set, too, an improvement must exceed both.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// let stopping = EarlyStopping::minimize("energy").min_relative_delta(0.5);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 3);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn min_relative_delta(mut self, fraction: f64) -> Self {
        self.min_relative_delta = fraction;
        self
    }

    /// Sets the number of looks in a row that pass without an improvement; the next one stops the run. 0 by default. See
    /// [patience](crate::shelf#patience).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// // The energy is 1.25, 0.5, 0.3125, 0.265625, 0.25390625, …
    /// let stopping = EarlyStopping::minimize("energy").min_delta(0.1).patience(2);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 6);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn patience(mut self, looks: u64) -> Self {
        self.patience = Patience::new(looks);
        self
    }

    /// Sets the value that the first improvement has to improve on, as the baseline of Keras, luz and NetKet. That of older versions of
    /// NetKet, at which a run stops, is [`goal`](Self::goal).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// let stopping = EarlyStopping::minimize("energy").baseline(0.2).patience(3);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 4);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    /// Sets the value at which the run stops at once.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// let stopping = EarlyStopping::minimize("energy").goal(0.3);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 4);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn goal(mut self, value: f64) -> Self {
        self.goal = Some(value);
        self
    }

    /// Sets the number of rounds before the first look, like `start_from_step` of NetKet and `start_from_epoch` of Keras.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// // The first look is at step 8, and the first without improvement at step 9.
    /// let stopping = EarlyStopping::minimize("energy").min_delta(9.0).start_from(7);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 9);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn start_from(mut self, epochs_or_steps: u64) -> Self {
        self.monitor.start_from = epochs_or_steps;
        self
    }

    /// Returns the value of the last improvement.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(EarlyStopping::minimize("energy"));
    /// assert!(driver.run(2)?.is_finished());
    /// assert_eq!(driver.plan().get::<EarlyStopping>().and_then(EarlyStopping::best), Some(0.5));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    fn look(&mut self, record: &Record) -> Result<Flow, String> {
        let value = self.monitor.read(record)?;
        Ok(value.map_or(Flow::Continue, |value| self.evaluate(value)))
    }

    fn evaluate(&mut self, value: f64) -> Flow {
        let name = &self.monitor.name;
        if let Some(goal) = self.goal.filter(|goal| self.gain(value, *goal) >= 0.0) {
            return Flow::stop(format!("`{name}` has reached {goal}: {value}"));
        }
        let improves = self.improves(value);
        if improves {
            self.best = Some(value);
        }
        let Some(looks) = self.patience.count_look(!improves) else {
            return Flow::Continue;
        };
        let reference = self.best.or(self.baseline);
        let on = reference.map(|reference| format!(" on {reference}"));
        let on = on.unwrap_or_default();
        let unit = if looks == 1 { "look" } else { "looks" };
        self.patience.stop(format!(
            "`{name}` has not improved{on} in {looks} {unit}: {value}"
        ))
    }

    /// Resets the memory, when a run begins that does not continue the last one.
    fn reset(&mut self) {
        self.monitor.reset();
        self.patience.reset();
        self.best = None;
    }

    fn improves(&self, value: f64) -> bool {
        let Some(reference) = self.best.or(self.baseline) else {
            return !value.is_nan();
        };
        let relative = self.min_relative_delta * reference.abs();
        // Any finite value improves on an infinite one.
        let relative = if reference.is_finite() { relative } else { 0.0 };
        self.gain(value, reference) > self.min_delta.max(relative)
    }

    /// Returns by how much a value is better than another one.
    fn gain(&self, value: f64, than: f64) -> f64 {
        match self.direction {
            Direction::Minimize => than - value,
            Direction::Maximize => value - than,
        }
    }

    fn check(&self) -> Result<(), InvalidSettings> {
        let is_delta = |delta: f64| delta.is_finite() && delta >= 0.0;
        let (delta, relative) = (self.min_delta, self.min_relative_delta);
        let baseline = self.baseline.unwrap_or_default();
        let goal = self.goal.unwrap_or_default();
        let remedy = "give one that is finite and not negative";
        SettingsCheck::new("EarlyStopping")
            .require(is_delta(delta), "min_delta", delta, remedy)
            .require(is_delta(relative), "min_relative_delta", relative, remedy)
            .require(!baseline.is_nan(), "baseline", baseline, "give a number")
            .require(!goal.is_nan(), "goal", goal, "give a number")
            .finish()
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS)]
impl EarlyStopping {
    fn on_enter(&mut self, record: &Record) -> Result<(), InvalidSettings> {
        if self.monitor.continues_at(record.round()) {
            self.patience.begin_run();
        } else {
            self.reset();
        }
        self.check()
    }

    fn on_round_end(&mut self, record: &Record) -> Result<Flow, String> {
        self.look(record)
    }
}
