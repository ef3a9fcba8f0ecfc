//! Stops when a number does not improve any more.

use super::RestoreBest;
use super::improvement::{Direction, Improvement};
use super::monitor::{Memory, Monitor};
use super::patience::Patience;
use crate::model::Parameters;
use crate::shelf::digits::round_digits;
use crate::weight;
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{CallbackInfo, Flow, Record, Rounds};
use std::borrow::Cow;

/// Stops when a number of the [`Record`] has not improved for some time, in every loop with [`Rounds`].
///
/// It has the weight [`STOPPERS`](crate::weight::STOPPERS), so that it sees what other callbacks add, and runs after the loggers.
///
/// It looks at complete rounds only. Its memory [belongs to one fit or one driver](crate::shelf#memory).
///
/// A name that nothing puts into the record is a problem of the plan ([`CallbackInfo::monitors`]). The stopper waits for
/// a declared number that a round does not have. A number that is not declared, and is missing at the first look, fails the run: its name may
/// be misspelt. It does not if [a part of the round was left](Record::lacking).
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
    improvement: Improvement,
    patience: Patience,
    goal: Option<f64>,
    divergence: Option<f64>,
    checks_finite: bool,
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
            improvement: Improvement::new(direction),
            patience: Patience::new(0),
            goal: None,
            divergence: None,
            checks_finite: false,
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
        self.improvement.min_delta = delta;
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
        self.improvement.min_relative_delta = fraction;
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
        self.improvement.baseline = Some(value);
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

    /// Sets the value beyond which the run stops at once, because the number diverges: a greater one for a number that should become small,
    /// and a smaller one otherwise. It is the `divergence_threshold` of Lightning.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// let stopping = EarlyStopping::minimize("energy").patience(9).divergence(1.0);
    /// let mut driver = VariationalDriver::new(Well { x: 2.0 }).callback(stopping);
    /// assert!(driver.run(99)?.stopped().is_some_and(|stop| stop.reason().starts_with("`energy` is worse than 1:")));
    /// assert_eq!(driver.step().get(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn divergence(mut self, value: f64) -> Self {
        self.divergence = Some(value);
        self
    }

    /// Stops the run at once if the number is NaN or infinite, as the `check_finite` of Lightning. Without this, such a value does not
    /// improve, and a [`divergence`](Self::divergence) may stop the run. [`InvalidLossStopping`](super::InvalidLossStopping) has patience.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::Well;
    /// let stopping = EarlyStopping::minimize("energy").patience(9).check_finite();
    /// let mut driver = VariationalDriver::new(Well { x: f64::NAN }).callback(stopping);
    /// assert_eq!(driver.run(99)?.stopped().map(Stop::reason), Some("`energy` is NaN"));
    /// assert_eq!(driver.step().get(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn check_finite(mut self) -> Self {
        self.checks_finite = true;
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

    /// Restores the parameters of the best round where the run ends, whatever its ending. `M` is a type of the state with parameters, such as
    /// the learner. This comes last: it returns another type. [`KeepBest`](super::KeepBest) does it without stopping, and says which
    /// parameters these are.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use doc_models::{Line, Points};
    /// // Each step goes too far: the first epoch is the best one.
    /// let stopping = EarlyStopping::minimize("train_loss").patience(2).restore_best::<Line>();
    /// let mut trainer = Trainer::new(Line::default()).epochs(50).learning_rate(1.5).callback(stopping);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.outcome.stopped().is_some());
    /// assert_eq!(fitted.learner.slope, 6.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn restore_best<M: Parameters>(self) -> RestoreBest<M> {
        let (monitor, direction) = (self.monitor.clone(), self.improvement.direction);
        RestoreBest::new(self, monitor, direction)
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
        self.improvement.best
    }

    fn look(&mut self, record: &Record) -> Result<Flow, String> {
        let value = self.monitor.read(record)?;
        Ok(value.map_or(Flow::Continue, |value| self.evaluate(value)))
    }

    fn evaluate(&mut self, value: f64) -> Flow {
        let improves = self.improvement.compare(value);
        let looks = self.patience.count_look(!improves);
        let at_once = self.reason_to_stop_at_once(value);
        let reason = at_once.or_else(|| Some(self.describe_looks(looks?, value)));
        reason.map_or(Flow::Continue, |reason| self.patience.stop(reason))
    }

    fn describe_looks(&self, looks: u64, value: f64) -> String {
        let (name, on) = (&self.monitor.name, self.improvement.describe());
        let unit = if looks == 1 { "look" } else { "looks" };
        let value = round_digits(value, 6);
        format!("`{name}` has not improved{on} in {looks} {unit}: {value}")
    }

    fn reason_to_stop_at_once(&self, value: f64) -> Option<String> {
        let name = &self.monitor.name;
        let gain = |on: &f64| self.improvement.direction.gain(value, *on);
        let reaches = |goal: &f64| value.is_finite() && gain(goal) >= 0.0;
        if let Some(goal) = self.goal.filter(reaches) {
            return Some(format!("`{name}` has reached {goal}: {value}"));
        }
        if let Some(threshold) = self.divergence.filter(|threshold| gain(threshold) < 0.0) {
            return Some(format!("`{name}` is worse than {threshold}: {value}"));
        }
        (self.checks_finite && !value.is_finite()).then(|| format!("`{name}` is {value}"))
    }

    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        self.monitor.persist(fields);
        self.patience.persist(fields);
        fields.field("best", &mut self.improvement.best);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let is_number = |value: Option<f64>| value.is_none_or(|value| !value.is_nan());
        let (goal, divergence) = (self.goal, self.divergence);
        let shown = Option::unwrap_or_default;
        let info = self
            .improvement
            .declare(info.monitors(self.monitor.name.clone()));
        info.valid_if(is_number(goal), "goal", shown(goal), "give a number")
            .valid_if(
                is_number(divergence),
                "divergence",
                shown(divergence),
                "give a number",
            )
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS, declare = Self::declare, persist = Self::persist)]
impl EarlyStopping {
    fn on_enter(&mut self, record: &Record) {
        if self.monitor.begin_run(&mut self.patience, record) == Memory::Reset {
            self.improvement.reset();
        }
    }

    fn on_round_end(&mut self, record: &Record) -> Result<Flow, String> {
        self.look(record)
    }
}
