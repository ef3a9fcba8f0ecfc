//! Stops when a loss is NaN or infinite.

use super::monitor::Monitor;
use super::patience::Patience;
use crate::weight;
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{CallbackInfo, Flow, Record, Rounds};
use std::borrow::Cow;

/// Stops when a number of the [`Record`] is NaN or infinite for longer than its [patience](crate::shelf#patience), in every loop with
/// [`Rounds`]. It has the weight [`STOPPERS`](crate::weight::STOPPERS).
///
/// It looks at complete rounds only. Its memory [belongs to one fit or one driver](crate::shelf#memory).
///
/// # Differences from NetKet
///
/// NetKet's `InvalidLossStopping(patience=4)` stops at the 4th invalid value in a row; NetKet's other stoppers would stop at the 5th. Here
/// patience is the same for all stoppers: write `.patience(3)`.
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
    /// Watches the number called `monitor`, with a patience of 0.
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
            monitor: Monitor::new(monitor),
            patience: Patience::new(0),
        }
    }

    /// Sets the number of invalid values in a row that pass; the next one stops the run. 0 by default. See
    /// [patience](crate::shelf#patience).
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
        self.patience = Patience::new(looks);
        self
    }

    /// Sets the number of rounds before the first look.
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

    fn look(&mut self, record: &Record) -> Result<Flow, String> {
        let Some(value) = self.monitor.read(record)? else {
            return Ok(Flow::Continue);
        };
        let Some(looks) = self.patience.count_look(!value.is_finite()) else {
            return Ok(Flow::Continue);
        };
        let (name, nth) = (&self.monitor.name, ordinal(looks));
        Ok(self
            .patience
            .stop(format!("`{name}` is {value}, for the {nth} time in a row")))
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.monitor.persist(fields);
        self.patience.persist(fields);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        info.monitors(self.monitor.name.clone())
    }
}

fn ordinal(number: u64) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS, declare = Self::declare, persist = Self::persist)]
impl InvalidLossStopping {
    fn on_enter(&mut self, record: &Record) {
        self.monitor.begin_run(&mut self.patience, record);
    }

    fn on_round_end(&mut self, record: &Record) -> Result<Flow, String> {
        self.look(record)
    }
}
