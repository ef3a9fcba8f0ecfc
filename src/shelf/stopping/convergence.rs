//! Stops when a number has converged to its target.

use super::monitor::{Memory, Monitor};
use super::patience::Patience;
use crate::weight;
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{CallbackInfo, Flow, Record, Rounds};
use std::borrow::Cow;
use std::collections::VecDeque;

/// Stops when a number, smoothed over a window, has been at its target or below it for some time. For variances, which go to zero in an
/// eigenstate.
///
/// It looks at the [`Record`] of each complete round, in every loop with [`Rounds`], with the weight [`STOPPERS`](crate::weight::STOPPERS): after
/// the callbacks that add values, unless they have a greater weight. Its memory [belongs to one fit or one driver](crate::shelf#memory).
///
/// # Differences from NetKet
///
/// [Patience](crate::shelf#patience) is the same as in NetKet. NetKet takes the mean over the values so far, up to the window; here the
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
    /// Watches the number called `monitor`, with a window of 10 looks and a [patience](crate::shelf#patience) of 10.
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
            monitor: Monitor::new(monitor),
            target,
            smoothing_window: 10,
            patience: Patience::new(10),
            window: VecDeque::new(),
        }
    }

    /// Sets the number of looks that the mean is over: 10 by default, 1 for no smoothing. The number cannot converge before the window is
    /// full.
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

    /// Sets the number of looks in a row that pass with a mean at the target or below it; the next one stops the run. 10 by default. See
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
        self.patience = Patience::new(looks);
        self
    }

    /// Sets the number of rounds before the first look. Their values are not in the window.
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

    fn look(&mut self, record: &Record) -> Result<Flow, String> {
        let Some(value) = self.monitor.read(record)? else {
            return Ok(Flow::Continue);
        };
        let converged = self.smooth(value).filter(|mean| *mean <= self.target);
        let is_exceeded = self.patience.count_look(converged.is_some()).is_some();
        let Some(mean) = converged.filter(|_| is_exceeded) else {
            return Ok(Flow::Continue);
        };
        let (name, target) = (&self.monitor.name, self.target);
        Ok(self.patience.stop(format!(
            "`{name}` has converged to {target} or below: {mean}"
        )))
    }

    /// Adds a value to the window. Returns the mean over the window if it is full.
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

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.monitor.persist(fields);
        self.patience.persist(fields);
        fields.field("window", &mut self.window);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let (target, window) = (self.target, self.smoothing_window);
        let remedy = "give 1 for no smoothing, or more";
        info.monitors(self.monitor.name.clone())
            .valid_if(!target.is_nan(), "target", target, "give a number")
            .valid_if(window > 0, "smoothing_window", window, remedy)
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS, declare = Self::declare, persist = Self::persist)]
impl ConvergenceStopping {
    fn on_enter(&mut self, record: &Record) {
        if self.monitor.begin_run(&mut self.patience, record) == Memory::Reset {
            self.window.clear();
        }
    }

    fn on_round_end(&mut self, record: &Record) -> Result<Flow, String> {
        self.look(record)
    }
}
