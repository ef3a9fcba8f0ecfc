//! Stops when a loss is no number any more.

use super::monitor::{Monitor, Readings};
use crate::driver::{Driver, LogData};
use crate::fit::{Fit, Metrics};
use callback_macros::callback;
use callback_runtime::Flow;
use std::borrow::Cow;

/// Stops when a number is NaN or infinite for longer than one has patience: of the metrics at the end of an epoch in [`Fit`], of the
/// log at the end of a step in [`Driver`]. Weight 100.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::InvalidLossStopping;
/// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: f64::NAN }).callback(InvalidLossStopping::new("energy").patience(2));
/// let outcome = driver.run(500)?;
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("`energy` is NaN, for the 3rd time in a row"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct InvalidLossStopping {
    monitor: Monitor,
    patience: u64,
    invalid: u64,
}

impl InvalidLossStopping {
    /// Watches a number, and has no patience.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::InvalidLossStopping;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(9).callback(InvalidLossStopping::new("train_loss"));
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, f64::INFINITY)])])?;
    /// assert!(fitted.outcome.stopped().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self {
            monitor: Monitor::of(monitor),
            patience: 0,
            invalid: 0,
        }
    }

    /// Bears so many invalid values in a row.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::InvalidLossStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let stopping = InvalidLossStopping::new("energy").patience(4);
    /// let mut driver = VariationalDriver::new(Well { x: f64::INFINITY }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 5);
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
        self.invalid = if value.is_finite() {
            0
        } else {
            self.invalid + 1
        };
        if self.invalid <= self.patience {
            return Ok(Flow::Continue);
        }
        let (name, times) = (&self.monitor.name, ordinal(self.invalid));
        Ok(Flow::stop(format!(
            "`{name}` is {value}, for the {times} time in a row"
        )))
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
    // The runs of a driver are one, as its steps are.
    fn on_fit_begin(&mut self) {
        self.invalid = 0;
    }

    fn on_epoch_end(&mut self, metrics: &Metrics) -> Result<Flow, String> {
        self.look(metrics)
    }

    fn on_step_end(&mut self, log: &LogData) -> Result<Flow, String> {
        self.look(log)
    }
}
