//! Reduces learning rates when a number does not improve any more.

use super::super::stopping::{Direction, Monitor, Patience};
use super::BEFORE_LOGGERS;
use super::optimizer::{SETS_RATE, of_optimizer, recorded_name, refer_to_optimizer};
use crate::fit::LearningRate;
use crate::settings;
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{CallbackInfo, Record, Rounds};
use std::borrow::Cow;

/// Multiplies the [`LearningRate`] by a factor when a number of the [`Record`] has not improved for some time, as
/// `torch.optim.lr_scheduler.ReduceLROnPlateau`, in every loop with [`Rounds`] whose state has a rate.
///
/// It looks at complete rounds only, after the callbacks that add values and before the loggers. Its memory
/// [belongs to one fit or one driver](crate::shelf#memory). A name that nothing puts into the record is a problem of
/// the plan, and a number that is not there is waited for, as with [`EarlyStopping`](crate::shelf::EarlyStopping). NaN is no improvement.
///
/// A [`RateSchedule`](super::RateSchedule) of the same optimiser sets the rate anew at each position, and so undoes a reduction. The two are a
/// problem of the plan, unless the schedule ends with [`until`](super::RateSchedule::until). PyTorch chains them, because its schedulers
/// multiply the present rate; the schedules of this crate are functions of the position, so that a resume has the same rates. Two of
/// this kind that watch different numbers reduce one after the other; two that watch the same number are a problem of the plan.
///
/// # Differences from other libraries
///
/// [Patience](crate::shelf#patience) is the number of looks without improvement that pass, and the next one reduces the rate, as in PyTorch;
/// `patience = p` of Keras is `.patience(p - 1)`. PyTorch's relative threshold has the wrong sign if the best value is negative;
/// [`threshold`](Self::threshold) is right for either sign.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::ReduceOnPlateau;
/// # use doc_models::{Line, Points};
///
/// let plateau = ReduceOnPlateau::minimize("train_loss").factor(0.5).patience(4).min_rate(1e-3).record();
/// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(12).learning_rate(0.1).callback(plateau);
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.025]));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReduceOnPlateau {
    monitor: Monitor,
    direction: Direction,
    factor: f64,
    patience: Patience,
    threshold: f64,
    is_absolute: bool,
    cooldown: u64,
    min_rate: f64,
    eps: f64,
    optimizer: Option<Cow<'static, str>>,
    is_recorded: bool,
    best: Option<f64>,
    /// The number of looks that are left of a cooldown.
    cooldown_left: u64,
}

impl ReduceOnPlateau {
    /// Watches a number that should become small, such as `valid_loss`.
    ///
    /// ```
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// let plateau = ReduceOnPlateau::minimize("valid_loss").factor(0.2);
    /// assert_eq!(plateau.best(), None);
    /// ```
    pub fn minimize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Monitor::new(monitor), Direction::Minimize)
    }

    /// Watches a number that should become great, such as `valid_accuracy`.
    ///
    /// ```
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// let plateau = ReduceOnPlateau::maximize("valid_accuracy").patience(5);
    /// assert_eq!(plateau.best(), None);
    /// ```
    pub fn maximize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Monitor::new(monitor), Direction::Maximize)
    }

    fn new(monitor: Monitor, direction: Direction) -> Self {
        Self {
            monitor,
            direction,
            factor: 0.1,
            patience: Patience::new(10),
            threshold: 1e-4,
            is_absolute: false,
            cooldown: 0,
            min_rate: 0.0,
            eps: 1e-8,
            optimizer: None,
            is_recorded: false,
            best: None,
            cooldown_left: 0,
        }
    }

    /// Sets the factor of a reduction, from 0 to less than 1; 0.1 by default.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::Line;
    /// let growing = ReduceOnPlateau::minimize("train_loss").factor(1.5);
    /// let mut trainer = Trainer::new(Line::default()).callback(growing);
    /// let problem = trainer.check().unwrap_err().to_string();
    /// assert!(problem.contains("has a `factor` of 1.5") && problem.contains("give one from 0 to less than 1"));
    /// ```
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// Sets the number of looks in a row without improvement that pass; the next one reduces the rate. 10 by default. See
    /// [patience](crate::shelf#patience).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let plateau = ReduceOnPlateau::minimize("train_loss").factor(0.5).patience(1).record();
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(5).learning_rate(1.0).callback(plateau);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([1.0, 1.0, 1.0, 0.5, 0.5]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn patience(mut self, looks: u64) -> Self {
        self.patience = Patience::new(looks);
        self
    }

    /// Sets the smallest relative improvement: a value improves if it is better than the best one by more than this fraction of the best one's
    /// magnitude, from 0 to less than 1. 1e-4 by default. It replaces an absolute threshold.
    ///
    /// ```
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// // A loss of 0.495 does not improve on one of 0.5, and one of 0.49 does.
    /// let plateau = ReduceOnPlateau::minimize("valid_loss").threshold(0.015);
    /// assert_eq!(plateau.best(), None);
    /// ```
    pub fn threshold(mut self, fraction: f64) -> Self {
        self.threshold = fraction;
        self.is_absolute = false;
        self
    }

    /// Sets the smallest absolute improvement: a value improves if it is better than the best one by more than this, finite and not negative. It
    /// replaces a relative threshold.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let plateau = ReduceOnPlateau::minimize("train_loss").factor(0.5).patience(0).absolute_threshold(0.1).record();
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(3).learning_rate(1.0).callback(plateau);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([1.0, 1.0, 0.5]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn absolute_threshold(mut self, delta: f64) -> Self {
        self.threshold = delta;
        self.is_absolute = true;
        self
    }

    /// Sets the number of looks after a reduction that are not counted as without improvement; 0 by default.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let plateau = ReduceOnPlateau::minimize("train_loss").factor(0.5).patience(0).cooldown(2).record();
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(6).learning_rate(1.0).callback(plateau);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([1.0, 1.0, 0.5, 0.5, 0.5, 0.25]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn cooldown(mut self, looks: u64) -> Self {
        self.cooldown = looks;
        self
    }

    /// Sets the smallest rate, finite and not negative; 0 by default. PyTorch calls it `min_lr`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let plateau = ReduceOnPlateau::minimize("train_loss").factor(0.5).patience(0).min_rate(0.4).record();
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(4).learning_rate(1.0).callback(plateau);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([1.0, 1.0, 0.5, 0.4]));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[doc(alias = "min_lr")]
    pub fn min_rate(mut self, rate: f64) -> Self {
        self.min_rate = rate;
        self
    }

    /// Sets the smallest change of a rate, finite and not negative: a reduction by this or less is not made. 1e-8 by default.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let plateau = ReduceOnPlateau::minimize("train_loss").factor(0.5).patience(0).eps(0.3).record();
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(4).learning_rate(1.0).callback(plateau);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([1.0, 1.0, 0.5, 0.5]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn eps(mut self, change: f64) -> Self {
        self.eps = change;
        self
    }

    /// Sets the number of rounds before the first look; 0 by default.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let plateau = ReduceOnPlateau::minimize("train_loss").factor(0.5).patience(0).start_from(2).record();
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(5).learning_rate(1.0).callback(plateau);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([1.0, 1.0, 1.0, 1.0, 0.5]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn start_from(mut self, epochs_or_steps: u64) -> Self {
        self.monitor.start_from = epochs_or_steps;
        self
    }

    /// Reduces the rate of one optimiser alone. By default each is reduced.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::Line;
    /// let critic = ReduceOnPlateau::minimize("train_loss").of("main");
    /// assert!(Trainer::new(Line::default()).callback(critic).check().is_ok());
    /// ```
    pub fn of(mut self, optimizer: impl Into<Cow<'static, str>>) -> Self {
        self.optimizer = Some(optimizer.into());
        self
    }

    /// Adds the rate of each round to its record, as `lr`, for loggers; see [`RateSchedule::record`](super::RateSchedule::record).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let plateau = ReduceOnPlateau::minimize("train_loss").record();
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(2).learning_rate(1.0).callback(plateau);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr").map(|(_, rate)| rate).eq([1.0, 1.0]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn record(mut self) -> Self {
        self.is_recorded = true;
        self
    }

    /// Returns the value of the last improvement.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ReduceOnPlateau;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(ReduceOnPlateau::minimize("train_loss"));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(trainer.plan().get::<ReduceOnPlateau>().and_then(ReduceOnPlateau::best), Some(4.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// Looks at a value. Returns whether the rate is to be reduced.
    fn look(&mut self, value: f64) -> bool {
        let improves = self.improves(value);
        if improves {
            self.best = Some(value);
        }
        let is_cooling = self.cooldown_left > 0;
        self.cooldown_left = self.cooldown_left.saturating_sub(1);
        let counts = !improves && !is_cooling;
        if self.patience.count_look(counts).is_none() {
            return false;
        }
        self.patience.reset();
        self.cooldown_left = self.cooldown;
        true
    }

    fn improves(&self, value: f64) -> bool {
        let (worst, sign) = match self.direction {
            Direction::Minimize => (f64::INFINITY, -1.0),
            Direction::Maximize => (f64::NEG_INFINITY, 1.0),
        };
        let best = self.best.unwrap_or(worst);
        let bound = if self.is_absolute {
            best + sign * self.threshold
        } else {
            best * (1.0 + sign * best.signum() * self.threshold)
        };
        self.direction.gain(value, bound) > 0.0
    }

    fn reduce(&self, rate: &mut LearningRate) {
        rate.change(self.optimizer.as_deref(), |_, present| {
            let reduced = (present * self.factor).max(self.min_rate);
            if present - reduced > self.eps {
                reduced
            } else {
                present
            }
        });
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.monitor.persist(fields);
        self.patience.persist(fields);
        fields.field("best", &mut self.best);
        fields.field("cooldown_left", &mut self.cooldown_left);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::below_one(info, "factor", self.factor);
        let info = if self.is_absolute {
            settings::not_negative(info, "absolute_threshold", self.threshold)
        } else {
            settings::below_one(info, "threshold", self.threshold)
        };
        let info = settings::not_negative(info, "min_rate", self.min_rate);
        let info = settings::not_negative(info, "eps", self.eps);
        let info = self.declare_rate(info.monitors(self.monitor.name.clone()));
        if self.is_recorded {
            info.produces(recorded_name(self.optimizer.as_ref()))
        } else {
            info
        }
    }

    /// Declares whose rate it reduces, and that a schedule of that rate would undo this.
    fn declare_rate(&self, info: CallbackInfo) -> CallbackInfo {
        let optimizer = self.optimizer.as_ref();
        let deed = format!("reduces the learning rate by `{}`", self.monitor.name);
        let alone = "attach one, or give each an optimiser of its own with `.of(…)`";
        let undone = "it undoes each reduction: end it with `.until(…)`, or give each an optimiser of its own with `.of(…)`";
        refer_to_optimizer(info, optimizer)
            .claims(of_optimizer(deed, alone, optimizer))
            .excludes(of_optimizer(SETS_RATE, undone, optimizer))
    }

    /// Resets the memory, when a run begins that does not continue the last one.
    fn reset(&mut self, record: &Record) {
        self.monitor.reset(record);
        self.patience.reset();
        self.best = None;
        self.cooldown_left = 0;
    }
}

#[callback(Rounds, register = false, ready_made, weight = BEFORE_LOGGERS, declare = Self::declare, persist = Self::persist)]
impl ReduceOnPlateau {
    fn on_enter(&mut self, record: &Record, rate: &LearningRate) -> Result<(), String> {
        if !self.monitor.continues(record) {
            self.reset(record);
        }
        let optimizer = self.optimizer.as_deref();
        optimizer.map_or(Ok(()), |name| rate.check_name(name))
    }

    fn on_round_end(&mut self, record: &mut Record, rate: &mut LearningRate) -> Result<(), String> {
        if self.is_recorded {
            for (name, rate) in rate.named(self.optimizer.as_deref()) {
                record.set(name, rate);
            }
        }
        let value = self.monitor.read(record)?;
        if value.is_some_and(|value| self.look(value)) {
            self.reduce(rate);
        }
        Ok(())
    }
}
