//! Stops when nothing gets better any more.

use super::InvalidSettings;
use super::monitor::{Monitor, Readings};
use super::patience::Patience;
use super::settings::Settings;
use crate::driver::{Driver, LogData};
use crate::fit::{Epoch, Fit, Metrics, Step};
use callback_macros::callback;
use callback_runtime::Flow;
use std::borrow::Cow;

/// Stops when a number has not improved for some time: of the metrics at the end of an epoch in [`Fit`], of the log at the end of
/// a step in [`Driver`].
///
/// Its direction must be said. It runs late, so that it sees what others put into metrics or log: in `Fit` with weight infinity, in
/// `Driver` with 100, behind the loggers' 10.
///
/// It looks at complete epochs and steps only, and what it remembers is [of one fit, or of one driver](crate::shelf#memory).
///
/// A number that is not there at the first look fails the run, unless [something was left](Metrics::lacking). A number that has been
/// there in the same fit or driver is waited for.
///
/// # For those who come from elsewhere
///
/// [Patience](crate::shelf#patience) is NetKet's; `patience = 3` of luz, Keras or Lightning is `.patience(2)`. The `baseline` of Keras, luz
/// and NetKet is the [`baseline`](Self::baseline); that of older versions of NetKet, at which a run stops, is the [`goal`](Self::goal).
/// NetKet's `min_reldelta` has the wrong sign where the best value is negative; [`min_relative_delta`](Self::min_relative_delta) is
/// right for either sign.
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

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Minimize,
    Maximize,
}

impl EarlyStopping {
    /// Watches a number that is to become small, such as `valid_loss` or `energy`.
    ///
    /// ```
    /// # use callbacks::shelf::EarlyStopping;
    /// let stopping = EarlyStopping::minimize("energy.variance");
    /// assert_eq!(stopping.best(), None);
    /// ```
    pub fn minimize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Monitor::of(monitor), Direction::Minimize)
    }

    /// Watches a number that is to become great, such as `valid_accuracy`.
    ///
    /// ```
    /// # use callbacks::shelf::EarlyStopping;
    /// let stopping = EarlyStopping::maximize("valid_accuracy").patience(10);
    /// assert_eq!(stopping.best(), None);
    /// ```
    pub fn maximize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Monitor::of(monitor), Direction::Maximize)
    }

    fn of(monitor: Monitor, direction: Direction) -> Self {
        Self {
            monitor,
            direction,
            min_delta: 0.0,
            min_relative_delta: 0.0,
            patience: Patience::of(0),
            baseline: None,
            goal: None,
            best: None,
        }
    }

    /// An improvement counts if it is greater than this, which is finite and not negative; 0 if nothing is said.
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

    /// An improvement counts if it is greater than this part of the size of the best value, whatever its sign; 0 if nothing is
    /// said. Together with [`min_delta`](Self::min_delta) it must be greater than both.
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
    pub fn min_relative_delta(mut self, part: f64) -> Self {
        self.min_relative_delta = part;
        self
    }

    /// Lets this many looks in a row pass that bring no improvement; the next one stops the run. 0 by default. See
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
        self.patience = Patience::of(looks);
        self
    }

    /// An improvement counts if it is one on this, too: the baseline of Keras, luz and NetKet. That of older versions of NetKet, at
    /// which a run stops, is the [`goal`](Self::goal).
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

    /// Stops as soon as this is reached.
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

    /// Lets this many epochs or steps pass before the first look, as `start_from_step` of NetKet and `start_from_epoch` of Keras do.
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

    /// The best value so far, as far as it counts.
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

    fn look(&mut self, at: u64, readings: &impl Readings) -> Result<Flow, String> {
        let read = self.monitor.read(at, readings)?;
        Ok(read.map_or(Flow::Continue, |value| self.consider(value)))
    }

    fn consider(&mut self, value: f64) -> Flow {
        let name = &self.monitor.name;
        if let Some(goal) = self.goal.filter(|goal| self.gain(value, *goal) >= 0.0) {
            return Flow::stop(format!("`{name}` has reached {goal}: {value}"));
        }
        let improves = self.improves(value);
        if improves {
            self.best = Some(value);
        }
        let Some(waited) = self.patience.exceeded_by(!improves) else {
            return Flow::Continue;
        };
        let on = self.best.or(self.baseline);
        let on = on.map(|best| format!(" on {best}")).unwrap_or_default();
        let looks = if waited == 1 { "look" } else { "looks" };
        self.patience.stop(format!(
            "`{name}` has not improved{on} in {waited} {looks}: {value}"
        ))
    }

    /// A fit begins, or a run of another driver.
    fn begin_anew(&mut self) {
        self.monitor.begin_anew();
        self.patience.begin_anew();
        self.best = None;
    }

    fn improves(&self, value: f64) -> bool {
        let Some(bar) = self.best.or(self.baseline) else {
            return !value.is_nan();
        };
        let part = self.min_relative_delta * bar.abs();
        // From an infinite value any finite one is an improvement.
        let part = if bar.is_finite() { part } else { 0.0 };
        self.gain(value, bar) > self.min_delta.max(part)
    }

    /// By how much a value is better than another.
    fn gain(&self, value: f64, than: f64) -> f64 {
        match self.direction {
            Direction::Minimize => than - value,
            Direction::Maximize => value - than,
        }
    }

    fn check(&self) -> Result<(), InvalidSettings> {
        let of = |value: Option<f64>| value.unwrap_or_default();
        let is_delta = |delta: f64| delta.is_finite() && delta >= 0.0;
        let (delta, relative) = (self.min_delta, self.min_relative_delta);
        let (baseline, goal) = (of(self.baseline), of(self.goal));
        let remedy = "give one that is finite and not negative";
        Settings::of("EarlyStopping")
            .expect(is_delta(delta), "min_delta", delta, remedy)
            .expect(is_delta(relative), "min_relative_delta", relative, remedy)
            .expect(!baseline.is_nan(), "baseline", baseline, "give a number")
            .expect(!goal.is_nan(), "goal", goal, "give a number")
            .done()
    }
}

#[callback(Fit, discover = false, weight = f64::INFINITY)]
impl EarlyStopping {
    #[on(enter)]
    fn enter_a_fit(&self) -> Result<(), InvalidSettings> {
        self.check()
    }

    fn on_fit_begin(&mut self) {
        self.begin_anew();
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &Metrics) -> Result<Flow, String> {
        self.look(epoch.get(), metrics)
    }
}

#[callback(Driver, discover = false, weight = 100)]
impl EarlyStopping {
    #[on(enter)]
    fn enter_a_driver(&self) -> Result<(), InvalidSettings> {
        self.check()
    }

    fn on_run_start(&mut self, step: &Step) {
        if self.monitor.goes_on_from(*step) {
            self.patience.begin_run();
        } else {
            self.begin_anew();
        }
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<Flow, String> {
        self.monitor.reach(*step);
        self.look(step.get(), log)
    }
}
