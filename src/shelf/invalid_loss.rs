//! Stops when a loss is no number any more.

use super::monitor::{Monitor, Readings};
use super::patience::Patience;
use crate::driver::{Driver, LogData};
use crate::fit::{Epoch, Fit, Metrics, Step};
use callback_macros::callback;
use callback_runtime::Flow;
use std::borrow::Cow;

/// Stops when a number is NaN or infinite for longer than its [patience](crate::shelf#patience): of the metrics at the end of an epoch in
/// [`Fit`], of the log at the end of a step in [`Driver`]. Weight 100.
///
/// It looks at complete epochs and steps only, and what it remembers is [of one fit, or of one driver](crate::shelf#memory).
///
/// # For those who come from NetKet
///
/// NetKet's `InvalidLossStopping(patience=4)` stops at the 4th invalid value in a row, where its other stoppers would stop at the 5th.
/// Here patience is the same for all: that one is `.patience(3)`.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::InvalidLossStopping;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: f64::NAN }).callback(InvalidLossStopping::new("energy").patience(2));
/// let outcome = driver.run(500)?;
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("`energy` is NaN, for the 3rd time in a row"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct InvalidLossStopping {
    monitor: Monitor,
    patience: Patience,
}

impl InvalidLossStopping {
    /// Watches a number, and has no patience.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::InvalidLossStopping;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(9).callback(InvalidLossStopping::new("train_loss"));
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, f64::INFINITY)])])?;
    /// assert!(fitted.outcome.stopped().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self {
            monitor: Monitor::of(monitor),
            patience: Patience::of(0),
        }
    }

    /// Lets this many invalid values in a row pass; the next one stops the run. 0 by default. See [patience](crate::shelf#patience).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::InvalidLossStopping;
    /// # use doc_models::Well;
    /// let stopping = InvalidLossStopping::new("energy").patience(4);
    /// let mut driver = VariationalDriver::new(Well { x: f64::INFINITY }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 5);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn patience(mut self, looks: u64) -> Self {
        self.patience = Patience::of(looks);
        self
    }

    /// Lets this many epochs or steps pass before the first look.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::InvalidLossStopping;
    /// # use doc_models::Well;
    /// let stopping = InvalidLossStopping::new("energy").start_from(7);
    /// let mut driver = VariationalDriver::new(Well { x: f64::INFINITY }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 8);
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
        let Some(times) = self.patience.exceeded_by(!value.is_finite()) else {
            return Ok(Flow::Continue);
        };
        let (name, times) = (&self.monitor.name, ordinal(times));
        Ok(self.patience.stop(format!(
            "`{name}` is {value}, for the {times} time in a row"
        )))
    }

    /// A fit begins, or a run of another driver.
    fn begin_anew(&mut self) {
        self.monitor.begin_anew();
        self.patience.begin_anew();
    }
}

fn ordinal(number: u64) -> String {
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

#[callback(Fit, Driver, discover = false, weight = 100)]
impl InvalidLossStopping {
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
