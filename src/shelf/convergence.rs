//! Stops when a number has come to where it is to be.

use super::monitor::{Monitor, Readings};
use crate::driver::{Driver, LogData};
use crate::fit::{Fit, Metrics};
use callback_macros::callback;
use callback_runtime::Flow;
use std::borrow::Cow;
use std::collections::VecDeque;

/// Stops when a number, smoothed over a window, has been at its target or below for some time. For variances, which go to zero in an
/// eigenstate.
///
/// It looks at the metrics at the end of an epoch in [`Fit`], and at the log at the end of a step in [`Driver`], behind others, with
/// weight 100.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::ConvergenceStopping;
/// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
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
    patience: u64,
    window: VecDeque<f64>,
    reached: u64,
}

impl ConvergenceStopping {
    /// Watches a number, for a target; smoothed over 10 looks, with a patience of 10.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ConvergenceStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 0.0 }).callback(ConvergenceStopping::new("energy", 0.5));
    /// assert!(driver.run(100)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 19);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(monitor: impl Into<Cow<'static, str>>, target: f64) -> Self {
        Self {
            monitor: Monitor::of(monitor),
            target,
            smoothing_window: 10,
            patience: 10,
            window: VecDeque::new(),
            reached: 0,
        }
    }

    /// Takes the mean over so many looks; 1 for no smoothing. Until there have been as many, nothing has converged.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ConvergenceStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let stopping = ConvergenceStopping::new("energy.variance", 0.3).smoothing_window(2).patience(1);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 3);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn smoothing_window(mut self, looks: usize) -> Self {
        self.smoothing_window = looks.max(1);
        self
    }

    /// Stops at the so-manieth look in a row at which the mean is at the target or below.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ConvergenceStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let stopping = ConvergenceStopping::new("energy.variance", 0.3).smoothing_window(1).patience(3);
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 4);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn patience(mut self, looks: u64) -> Self {
        self.patience = looks;
        self
    }

    fn look(&mut self, readings: &impl Readings) -> Result<Flow, String> {
        let Some(value) = self.monitor.read(readings)? else {
            return Ok(Flow::Continue);
        };
        let mean = self.smooth(value);
        let is_there = mean.is_some_and(|mean| mean <= self.target);
        self.reached = if is_there { self.reached + 1 } else { 0 };
        match mean {
            Some(mean) if is_there && self.reached >= self.patience => {
                let (name, target) = (&self.monitor.name, self.target);
                Ok(Flow::stop(format!(
                    "`{name}` has converged to {target} or below: {mean}"
                )))
            }
            _ => Ok(Flow::Continue),
        }
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
    // The runs of a driver are one, as its steps are.
    fn on_fit_begin(&mut self) {
        self.window.clear();
        self.reached = 0;
    }

    fn on_epoch_end(&mut self, metrics: &Metrics) -> Result<Flow, String> {
        self.look(metrics)
    }

    fn on_step_end(&mut self, log: &LogData) -> Result<Flow, String> {
        self.look(log)
    }
}
