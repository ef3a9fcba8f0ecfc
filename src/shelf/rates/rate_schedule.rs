//! Applies a schedule to learning rates.

use super::optimizer::{SETS_RATE, of_optimizer, recorded_name, refer_to_optimizer};
use super::timing::{RunPosition, ScheduleUnit, Timing};
use crate::fit::{BatchesPerStep, Epochs, Iteration, LearningRate, Phase, Step, Total};
use crate::schedule::Schedule;
use crate::weight;
use callback_runtime::{Callback, CallbackInfo, Handlers, Record, Rounds};
use std::borrow::Cow;
use std::fmt;

/// Applies a [schedule](crate::schedule) to the [`LearningRate`], per step or per epoch, in every loop with [`Rounds`] whose state has one.
///
/// It sets the rate once at each position, before the step or the epoch begins: per step at the begin of each batch of training, with the
/// number of steps before it. The initial value of the schedule is the optimiser's rate at the begin of the fit. Since a schedule depends on
/// the position alone, a fit that is resumed has the rates of one that was not interrupted, and a second fit those of the first one.
///
/// # The length of the run
///
/// A schedule that spans the whole run takes its length from the run. Epochs: [`Epochs`]. Steps of a fit: the number of epochs times that
/// of the steps in a pass, if the source of batches has an exact length; a fit that accumulates gradients has
/// [several batches per step](crate::fit::BatchesPerStep). Rounds of another loop: [`Total`], from the round on at which the
/// run begins; in a session of your own loop, the items of [`each`](callback_runtime::Session::each) if their number is exact. If the length is
/// not known, the run fails before its first step: give it with [`total`](Self::total).
///
/// # Several optimisers
///
/// The schedule applies to every optimiser, with the initial rate of each, or to [the one you name](Self::of). Attach one schedule for each of
/// several optimisers. A second one for the same optimiser is a problem of the plan, unless one of the two ends with [`until`](Self::until):
/// [chain](crate::schedule::Schedule::then) the schedules. It has the weight [`EARLY`](crate::weight::EARLY), so that callbacks without a weight may change the rate that it sets.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::schedule::{Cosine, StepDecay, Warmup};
/// use callbacks::shelf::RateSchedule;
/// # use doc_models::{Line, Points};
///
/// let schedule = RateSchedule::per_epoch(StepDecay::new(10, 0.5)).record();
/// let mut trainer = Trainer::new(Line::default()).epochs(30).learning_rate(0.1).callback(schedule);
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// let rates: Vec<f64> = fitted.history.of("lr").map(|(_, rate)| rate).collect();
/// assert_eq!((rates[9], rates[10], rates[29]), (0.1, 0.05, 0.025));
/// # Ok::<(), PlanError>(())
/// ```
pub struct RateSchedule {
    schedule: Box<dyn Schedule>,
    timing: Timing,
    optimizer: Option<Cow<'static, str>>,
    is_recorded: bool,
}

impl RateSchedule {
    /// Applies a schedule whose positions are steps: updates of the parameters in a fit, and rounds in a loop whose rounds are steps.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::OneCycle;
    /// # use callbacks::shelf::RateSchedule;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(5).callback(RateSchedule::per_step(OneCycle::new(0.1)));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)]); 4])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn per_step(schedule: impl Schedule) -> Self {
        Self::new(schedule, ScheduleUnit::Steps)
    }

    /// Applies a schedule whose positions are epochs, in a loop whose rounds are epochs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::RateSchedule;
    /// # use doc_models::{Line, Points};
    /// let schedule = RateSchedule::per_epoch(|epoch: u64| if epoch < 3 { 1.0 } else { 0.1 });
    /// let mut trainer = Trainer::new(Line::default()).epochs(5).callback(schedule);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(trainer.get::<LearningRate>().map(LearningRate::get), Some(0.001));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn per_epoch(schedule: impl Schedule) -> Self {
        Self::new(schedule, ScheduleUnit::Epochs)
    }

    /// Applies a schedule whose positions are the rounds of the loop, whatever they are.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Exponential;
    /// # use callbacks::shelf::RateSchedule;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 })
    ///     .state(LearningRate::new(0.1))
    ///     .callback(RateSchedule::per_round(Exponential::new(0.5)));
    /// assert!(driver.run(3)?.is_finished());
    /// assert_eq!(driver.get::<LearningRate>().map(LearningRate::get), Some(0.025));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn per_round(schedule: impl Schedule) -> Self {
        Self::new(schedule, ScheduleUnit::Rounds)
    }

    fn new(schedule: impl Schedule, unit: ScheduleUnit) -> Self {
        Self {
            schedule: Box::new(schedule),
            timing: Timing::new(unit),
            optimizer: None,
            is_recorded: false,
        }
    }

    /// Applies the schedule to the rate of one optimiser alone, or of one
    /// [parameter group](crate::fit::Learner::parameter_groups).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Exponential;
    /// # use callbacks::shelf::RateSchedule;
    /// # use doc_models::Line;
    /// let misspelt = RateSchedule::per_epoch(Exponential::new(0.9)).of("mian");
    /// let mut trainer = Trainer::new(Line::default()).callback(misspelt);
    /// let error = trainer.check().unwrap_err();
    /// assert_eq!(error.problems()[0].hint(), Some("did you mean `main`?"));
    /// ```
    pub fn of(mut self, optimizer: impl Into<Cow<'static, str>>) -> Self {
        self.optimizer = Some(optimizer.into());
        self
    }

    /// Sets the number of positions in the whole run, in place of what the run knows. So a schedule spans several runs of a driver, or ends
    /// before the fit does.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Linear;
    /// # use callbacks::shelf::RateSchedule;
    /// # use doc_models::{Line, Points};
    /// let schedule = RateSchedule::per_step(Linear::new(1.0, 0.0)).total(8);
    /// let mut trainer = Trainer::new(Line::default()).epochs(6).learning_rate(0.25).callback(schedule);
    /// // A source without an exact length.
    /// let batches = |_: u64| std::iter::once(Points(vec![(1.0, 2.0)])).filter(|_| true);
    /// assert!(trainer.fit(batches)?.outcome.is_finished());
    /// assert_eq!(trainer.get::<LearningRate>().map(LearningRate::get), Some(0.09375));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn total(mut self, positions: u64) -> Self {
        self.timing.total = Some(positions);
        self
    }

    /// Leaves the rate alone from this position on, so that another callback, such as [`ReduceOnPlateau`](super::ReduceOnPlateau), can change
    /// it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Warmup;
    /// # use callbacks::shelf::{RateSchedule, ReduceOnPlateau};
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .epochs(50)
    ///     .learning_rate(0.1)
    ///     .callback(RateSchedule::per_epoch(Warmup::linear(5)).until(6))
    ///     .callback(ReduceOnPlateau::minimize("train_loss").patience(3));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn until(mut self, position: u64) -> Self {
        self.timing.until = Some(position);
        self
    }

    /// Adds the rate to the record of each round, as `lr`, for loggers: the rate of the last step. With several optimisers there is one value
    /// for each, such as `lr.generator`, and so it is with [`of`](Self::of).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Exponential;
    /// # use callbacks::shelf::RateSchedule;
    /// # use doc_models::{Line, Points};
    /// let schedule = RateSchedule::per_epoch(Exponential::new(0.5)).of("main").record();
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).learning_rate(0.4).callback(schedule);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("lr.main").map(|(_, rate)| rate).eq([0.4, 0.2, 0.1]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn record(mut self) -> Self {
        self.is_recorded = true;
        self
    }

    fn apply(&mut self, now: RunPosition<'_>, rate: &mut LearningRate) -> Result<(), String> {
        let next = self.timing.next(now, self.schedule.needs_total())?;
        let Some(at) = next else { return Ok(()) };
        let mut invalid = None;
        rate.change(self.optimizer.as_deref(), |initial, present| {
            let value = self.schedule.value(initial, at);
            if value.is_finite() {
                return value;
            }
            invalid = Some(value);
            present
        });
        let report = |value| {
            let at = at.count();
            Err(format!(
                "the schedule of the learning rate gives {value} at position {at}; let it give finite ones"
            ))
        };
        invalid.map_or(Ok(()), report)
    }
}

impl<L: Rounds> Callback<L> for RateSchedule {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        let info = info.persist::<Self>(|this, fields| this.timing.persist(fields));
        let info = self.schedule.declare(info.weight(weight::EARLY));
        let info = self.timing.declare::<L>(info);
        let info = refer_to_optimizer(info, self.optimizer.as_ref());
        let info = if self.timing.until.is_none() {
            let remedy = "chain the schedules with `.then(…)`, or give each an optimiser of its own with `.of(…)`";
            info.claims(of_optimizer(SETS_RATE, remedy, self.optimizer.as_ref()))
        } else {
            info
        };
        if self.is_recorded {
            info.produces(recorded_name(self.optimizer.as_ref()))
        } else {
            info
        }
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::begin_run);
        h.on_each(L::on_scope_begin, Self::begin_scope);
        h.on_each(L::on_poll, Self::poll);
        h.on_each(L::on_round_end, Self::record_rate);
    }
}

/// The handlers.
impl RateSchedule {
    fn begin_run(&mut self, record: &Record, rate: &LearningRate) -> Result<(), String> {
        self.timing.begin_run(record);
        let optimizer = self.optimizer.as_deref();
        optimizer.map_or(Ok(()), |name| rate.check_name(name))
    }

    #[expect(clippy::too_many_arguments, reason = "a fit counts in several units")]
    fn begin_scope(
        &mut self,
        record: &Record,
        phase: Option<&Phase>,
        iteration: Option<&Iteration>,
        step: Option<&Step>,
        epochs: Option<&Epochs>,
        total: Option<&Total>,
        batches_per_step: Option<&BatchesPerStep>,
        rate: &mut LearningRate,
    ) -> Result<(), String> {
        let now = RunPosition {
            record,
            phase,
            iteration,
            step,
            epochs,
            total,
            batches_per_step,
        };
        self.apply(now, rate)
    }

    /// For a loop whose rounds are no scopes, such as the driver's.
    fn poll(
        &mut self,
        record: &Record,
        phase: Option<&Phase>,
        total: Option<&Total>,
        rate: &mut LearningRate,
    ) -> Result<(), String> {
        RunPosition::at_poll(record, phase, total).map_or(Ok(()), |now| self.apply(now, rate))
    }

    fn record_rate(&mut self, rate: &LearningRate, record: &mut Record) {
        if self.is_recorded {
            for (name, rate) in rate.named(self.optimizer.as_deref()) {
                record.set(name, rate);
            }
        }
    }
}

impl fmt::Debug for RateSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateSchedule")
            .field("timing", &self.timing)
            .field("optimizer", &self.optimizer)
            .finish_non_exhaustive()
    }
}
