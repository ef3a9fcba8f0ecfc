//! Stops when a number has come to where it is to be.

use super::InvalidSettings;
use super::monitor::{Monitor, Readings};
use super::patience::Patience;
use super::settings::Settings;
use crate::driver::{Driver, LogData};
use crate::fit::{Epoch, Fit, Metrics, Step};
use callback_macros::callback;
use callback_runtime::Flow;
use std::borrow::Cow;
use std::collections::VecDeque;

/// Stops when a number, smoothed over a window, has been at its target or below for some time. For variances, which go to zero in an
/// eigenstate.
///
/// It looks at the metrics at the end of an epoch in [`Fit`], and at the log at the end of a step in [`Driver`], with weight 100:
/// behind what fills them, unless that has a greater weight. It looks at complete epochs and steps only, and what it remembers is
/// [of one fit, or of one driver](crate::shelf#memory).
///
/// # For those who come from NetKet
///
/// [Patience](crate::shelf#patience) is NetKet's. NetKet takes the mean over the values that there are, up to the window; here the
/// [window](Self::smoothing_window) must be full.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::ConvergenceStopping;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .callback(ConvergenceStopping::new("energy.variance", 1e-4).smoothing_window(3).patience(2));
/// let outcome = driver.run(500)?;
/// assert!(outcome.stopped().is_some_and(|stop| stop.reason().starts_with("`energy.variance` has converged")));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConvergenceStopping {
    monitor: Monitor,
    target: f64,
    smoothing_window: usize,
    patience: Patience,
    window: VecDeque<f64>,
}

impl ConvergenceStopping {
    /// Watches a number, for a target; smoothed over 10 looks, with a [patience](crate::shelf#patience) of 10.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ConvergenceStopping;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 0.0 }).callback(ConvergenceStopping::new("energy", 0.5));
    /// assert!(driver.run(100)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 20);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(monitor: impl Into<Cow<'static, str>>, target: f64) -> Self {
        Self {
            monitor: Monitor::of(monitor),
            target,
            smoothing_window: 10,
            patience: Patience::of(10),
            window: VecDeque::new(),
        }
    }

    /// Takes the mean over this many looks: 10 by default, 1 for no smoothing. Nothing has converged before there have been as many.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ConvergenceStopping;
    /// # use doc_models::Well;
    /// let stopping = ConvergenceStopping::new("energy.variance", 0.3).smoothing_window(2).patience(0);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 3);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn smoothing_window(mut self, looks: usize) -> Self {
        self.smoothing_window = looks;
        self
    }

    /// Lets this many looks in a row pass at which the mean is at the target or below; the next one stops the run. 10 by default. See
    /// [patience](crate::shelf#patience).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ConvergenceStopping;
    /// # use doc_models::Well;
    /// let stopping = ConvergenceStopping::new("energy.variance", 0.3).smoothing_window(1).patience(2);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 4);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn patience(mut self, looks: u64) -> Self {
        self.patience = Patience::of(looks);
        self
    }

    /// Lets this many epochs or steps pass before the first look: their values are not in the window either.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ConvergenceStopping;
    /// # use doc_models::Well;
    /// let stopping = ConvergenceStopping::new("energy", 9.0).smoothing_window(2).patience(0).start_from(7);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 9);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn start_from(mut self, epochs_or_steps: u64) -> Self {
        self.monitor.start_from = epochs_or_steps;
        self
    }

    fn look(&mut self, at: u64, readings: &impl Readings) -> Result<Flow, String> {
        let Some(value) = self.monitor.read(at, readings)? else {
            return Ok(Flow::Continue);
        };
        let there = self.smooth(value).filter(|mean| *mean <= self.target);
        let exceeded = self.patience.exceeded_by(there.is_some()).is_some();
        let Some(mean) = there.filter(|_| exceeded) else {
            return Ok(Flow::Continue);
        };
        let (name, target) = (&self.monitor.name, self.target);
        Ok(self.patience.stop(format!(
            "`{name}` has converged to {target} or below: {mean}"
        )))
    }

    /// A fit begins, or a run of another driver.
    fn begin_anew(&mut self) {
        self.monitor.begin_anew();
        self.patience.begin_anew();
        self.window.clear();
    }

    /// The mean over the window, once it is full.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a window has fewer than 2^53 values"
    )]
    fn smooth(&mut self, value: f64) -> Option<f64> {
        self.window.push_back(value);
        while self.window.len() > self.smoothing_window {
            self.window.pop_front();
        }
        let is_full = self.window.len() == self.smoothing_window;
        is_full.then(|| self.window.iter().sum::<f64>() / self.window.len() as f64)
    }
}

#[callback(Fit, Driver, discover = false, weight = 100)]
impl ConvergenceStopping {
    fn on_enter(&self) -> Result<(), InvalidSettings> {
        let (target, window) = (self.target, self.smoothing_window);
        Settings::of("ConvergenceStopping")
            .expect(!target.is_nan(), "target", target, "give a number")
            .expect(
                window > 0,
                "smoothing_window",
                window,
                "give 1 for no smoothing, or more",
            )
            .done()
    }

    fn on_fit_begin(&mut self) {
        self.begin_anew();
    }

    fn on_run_start(&mut self, step: &Step) {
        if self.monitor.goes_on_from(*step) {
            self.patience.begin_run();
        } else {
            self.begin_anew();
        }
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &Metrics) -> Result<Flow, String> {
        self.look(epoch.get(), metrics)
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<Flow, String> {
        self.monitor.reach(*step);
        self.look(step.get(), log)
    }
}
