//! Stops when nothing gets better any more.

use super::InvalidSettings;
use super::in_a_row::InARow;
use super::monitor::{Monitor, Readings};
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
/// Each fit begins anew. The runs of a driver are one, as its steps are: the best value and the patience go on; a run that follows one
/// that this has stopped has all its patience again.
///
/// A number that is not there the first time one looks fails the run. One that was there before is waited for.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::EarlyStopping;
/// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
/// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
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
    patience: u64,
    baseline: Option<f64>,
    goal: Option<f64>,
    best: Option<f64>,
    waited: InARow,
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
            patience: 1,
            baseline: None,
            goal: None,
            best: None,
            waited: InARow::default(),
        }
    }

    /// An improvement counts if it is greater than this, which is finite and not negative; 0 if nothing is said.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
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
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
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

    /// Stops at the so-manieth look in a row that brings no improvement; the first one if nothing is said. 1 or more: for what others
    /// call a patience of 0, too, is the first one.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let stopping = EarlyStopping::minimize("energy").min_delta(0.1).patience(3);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 6);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn patience(mut self, looks: u64) -> Self {
        self.patience = looks;
        self
    }

    /// An improvement counts if it is one on this, too: the baseline of Keras and luz. That of NetKet, at which a run stops, is the
    /// [`goal`](Self::goal).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let stopping = EarlyStopping::minimize("energy").baseline(0.2).patience(4);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 4);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    /// Stops as soon as this is reached: what NetKet, but not Keras, calls the baseline.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
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

    /// Does not look before this epoch or step.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let stopping = EarlyStopping::minimize("energy").min_delta(9.0).start_from(7);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 8);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn start_from(mut self, epoch_or_step: u64) -> Self {
        self.monitor.start_from = epoch_or_step;
        self
    }

    /// The best value so far, as far as it counts.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
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
        let waited = self.waited.count(!improves);
        if improves || waited < self.patience {
            return Flow::Continue;
        }
        let on = self.best.or(self.baseline);
        let on = on.map(|best| format!(" on {best}")).unwrap_or_default();
        let looks = if waited == 1 { "look" } else { "looks" };
        self.waited.stop(format!(
            "`{name}` has not improved{on} in {waited} {looks}: {value}"
        ))
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
            .expect_patience(self.patience)
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
        (self.best, self.waited) = (None, InARow::default());
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

    fn on_run_start(&mut self) {
        self.waited.begin_run();
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<Flow, String> {
        self.look(step.get(), log)
    }
}
