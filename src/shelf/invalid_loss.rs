//! Stops when a loss is no number any more.

use super::in_a_row::InARow;
use super::monitor::{Monitor, Readings};
use crate::driver::{Driver, LogData};
use crate::fit::{Epoch, Fit, Metrics, Step};
use callback_macros::callback;
use callback_runtime::Flow;
use std::borrow::Cow;

/// Stops when a number is NaN or infinite for longer than one has patience: of the metrics at the end of an epoch in [`Fit`], of the
/// log at the end of a step in [`Driver`]. Weight 100.
///
/// Each fit begins anew. The runs of a driver are one, as its steps are: the patience goes on; a run that follows one that this has
/// stopped has all of it again.
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
    invalid: InARow,
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
            invalid: InARow::default(),
        }
    }

    /// Bears so many invalid values in a row; none if nothing is said.
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

    /// Does not look before this epoch or step.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::InvalidLossStopping;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let stopping = InvalidLossStopping::new("energy").start_from(7);
    /// let mut driver = VariationalDriver::new(Well { x: f64::INFINITY }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some());
    /// assert_eq!(driver.step().get(), 7);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn start_from(mut self, epoch_or_step: u64) -> Self {
        self.monitor.start_from = epoch_or_step;
        self
    }

    fn look(&mut self, at: u64, readings: &impl Readings) -> Result<Flow, String> {
        let Some(value) = self.monitor.read(at, readings)? else {
            return Ok(Flow::Continue);
        };
        let times = self.invalid.count(!value.is_finite());
        if times <= self.patience {
            return Ok(Flow::Continue);
        }
        let (name, times) = (&self.monitor.name, ordinal(times));
        Ok(self.invalid.stop(format!(
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
    fn on_fit_begin(&mut self) {
        self.invalid = InARow::default();
    }

    fn on_run_start(&mut self) {
        self.invalid.begin_run();
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &Metrics) -> Result<Flow, String> {
        self.look(epoch.get(), metrics)
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<Flow, String> {
        self.look(step.get(), log)
    }
}
