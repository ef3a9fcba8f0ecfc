//! Applies a schedule to any value of the state.

use super::timing::{RunPosition, ScheduleUnit, Timing};
use crate::fit::{BatchesPerStep, Epochs, Iteration, Phase, Step, Total};
use crate::schedule::{Schedule, SchedulePosition};
use crate::settings;
use crate::weight;
use callback_runtime::persist::Fields;
use callback_runtime::{Callback, CallbackInfo, Claim, Handlers, LocalMut, Record, Rounds};
use std::borrow::Cow;
use std::fmt;

/// Applies a [schedule](crate::schedule) to a value of the state, in every loop with [`Rounds`]: a temperature that is annealed, a weight decay,
/// a momentum, a part of the learner or of the driven system.
///
/// It calls the setter once at each position, before the step or the epoch begins, as [`RateSchedule`](super::RateSchedule) does, which says
/// where the length of the run is from. A `T` that is not state of the loop is a problem of the plan. It has the weight
/// [`EARLY`](crate::weight::EARLY).
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::schedule::Exponential;
/// use callbacks::shelf::ValueSchedule;
/// # use doc_models::Well;
///
/// struct Temperature(f64);
///
/// let cooling = ValueSchedule::per_step(Exponential::new(0.5), 8.0, |temperature: &mut Temperature, value| temperature.0 = value)
///     .record_as("temperature");
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).state(Temperature(8.0)).callback(cooling);
/// assert!(driver.run(4)?.is_finished());
/// assert_eq!(driver.get::<Record>().and_then(|record| record.get("temperature")), Some(1.0));
/// # Ok::<(), PlanError>(())
/// ```
pub struct ValueSchedule<T> {
    schedule: Box<dyn Schedule>,
    initial: f64,
    set: Set<T>,
    timing: Timing,
    name: Option<Cow<'static, str>>,
    /// The value that was set last, in this run.
    value: Option<f64>,
    /// Whether the value comes from a saved run, and the target may be as the program made it.
    is_restored: bool,
}

/// Puts a value into the state.
type Set<T> = Box<dyn FnMut(&mut T, f64) + Send>;

impl<T: 'static> ValueSchedule<T> {
    /// Applies a schedule whose positions are steps. `initial` is its initial value, and `set` puts a value into the state.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Cosine;
    /// # use callbacks::shelf::ValueSchedule;
    /// # use doc_models::{Line, Points};
    /// struct WeightDecay(f64);
    ///
    /// let decay = ValueSchedule::per_step(Cosine::new(), 1e-2, |decay: &mut WeightDecay, value| decay.0 = value);
    /// let mut trainer = Trainer::new(Line::default()).epochs(5).state(WeightDecay(0.0)).callback(decay);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)]); 2])?.outcome.is_finished());
    /// assert!(trainer.get::<WeightDecay>().is_some_and(|decay| decay.0 < 1e-3));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn per_step(
        schedule: impl Schedule,
        initial: f64,
        set: impl FnMut(&mut T, f64) + Send + 'static,
    ) -> Self {
        Self::new(schedule, initial, set, ScheduleUnit::Steps)
    }

    /// Applies a schedule whose positions are epochs, in a loop whose rounds are epochs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ValueSchedule;
    /// # use doc_models::{Line, Points};
    /// let jump = |epoch: u64| if epoch == 2 { 1.0 } else { 0.0 };
    /// let slope = ValueSchedule::per_epoch(jump, 7.0, |line: &mut Line, value| line.slope = value);
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).learning_rate(0.0).callback(slope);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 7.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn per_epoch(
        schedule: impl Schedule,
        initial: f64,
        set: impl FnMut(&mut T, f64) + Send + 'static,
    ) -> Self {
        Self::new(schedule, initial, set, ScheduleUnit::Epochs)
    }

    /// Applies a schedule whose positions are the rounds of the loop, whatever they are.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Linear;
    /// # use callbacks::shelf::ValueSchedule;
    /// # use doc_models::Well;
    /// let place = ValueSchedule::per_round(Linear::new(1.0, 0.0), 8.0, |well: &mut Well, value| well.x = value);
    /// let mut driver = VariationalDriver::new(Well::default()).callback(place);
    /// assert!(driver.run(4)?.is_finished());
    /// assert_eq!(driver.driven().x, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn per_round(
        schedule: impl Schedule,
        initial: f64,
        set: impl FnMut(&mut T, f64) + Send + 'static,
    ) -> Self {
        Self::new(schedule, initial, set, ScheduleUnit::Rounds)
    }

    fn new(
        schedule: impl Schedule,
        initial: f64,
        set: impl FnMut(&mut T, f64) + Send + 'static,
        unit: ScheduleUnit,
    ) -> Self {
        Self {
            schedule: Box::new(schedule),
            initial,
            set: Box::new(set),
            timing: Timing::new(unit),
            name: None,
            value: None,
            is_restored: false,
        }
    }

    /// Sets the number of positions in the whole run, in place of what the run knows.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Linear;
    /// # use callbacks::shelf::ValueSchedule;
    /// # use doc_models::Well;
    /// // The schedule spans both runs of the driver.
    /// let place = ValueSchedule::per_step(Linear::new(1.0, 0.0), 8.0, |well: &mut Well, value| well.x = value).total(8);
    /// let mut driver = VariationalDriver::new(Well::default()).callback(place);
    /// assert!(driver.run(4)?.is_finished() && driver.run(4)?.is_finished());
    /// assert_eq!(driver.driven().x, 0.5);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn total(mut self, positions: u64) -> Self {
        self.timing.total = Some(positions);
        self
    }

    /// Leaves the value alone from this position on.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ValueSchedule;
    /// # use doc_models::Well;
    /// let place = ValueSchedule::per_step(|_: u64| 1.0, 8.0, |well: &mut Well, value| well.x = value).until(1);
    /// let mut driver = VariationalDriver::new(Well::default()).callback(place);
    /// assert!(driver.run(3)?.is_finished());
    /// assert_eq!(driver.driven().x, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn until(mut self, position: u64) -> Self {
        self.timing.until = Some(position);
        self
    }

    /// Adds the value that the run has set last to the record of each round under this name, for loggers.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::StepDecay;
    /// # use callbacks::shelf::ValueSchedule;
    /// # use doc_models::{Line, Points};
    /// struct Momentum(f64);
    ///
    /// let momentum = ValueSchedule::per_epoch(StepDecay::new(1, 0.5), 0.8, |momentum: &mut Momentum, value| momentum.0 = value);
    /// let mut trainer = Trainer::new(Line::default()).epochs(2).state(Momentum(0.8)).callback(momentum.record_as("momentum"));
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.history.of("momentum").map(|(_, value)| value).eq([0.8, 0.4]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn record_as(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn value_at(&self, at: SchedulePosition) -> Result<f64, String> {
        let value = self.schedule.value(self.initial, at);
        if value.is_finite() {
            return Ok(value);
        }
        let at = at.count();
        Err(format!(
            "the schedule gives {value} at position {at}; let it give finite ones"
        ))
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.timing.persist(fields);
        fields.field("value", &mut self.value);
        self.is_restored |= fields.is_loading();
    }

    fn apply(&mut self, now: RunPosition<'_>, target: &mut T) -> Result<(), String> {
        let is_restored = std::mem::take(&mut self.is_restored);
        if let Some(value) = self.value.filter(|_| is_restored) {
            (self.set)(target, value);
        }
        if let Some(at) = self.timing.next(now, self.schedule.needs_total())? {
            let value = self.value_at(at)?;
            (self.set)(target, value);
            self.value = Some(value);
        }
        Ok(())
    }
}

impl<L: Rounds, T: 'static> Callback<L> for ValueSchedule<T> {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        let info = info.persist::<Self>(Self::persist);
        let info = self.schedule.declare(info.weight(weight::EARLY));
        let info = settings::finite(self.timing.declare::<L>(info), "initial", self.initial);
        match &self.name {
            Some(name) => {
                let deed = format!("records `{name}`");
                let claim = Claim::new(deed, "give one of them another name");
                info.claims(claim).produces(name.clone())
            }
            None => info,
        }
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::begin_run);
        h.on_each(L::on_scope_begin, Self::begin_scope);
        h.on_each(L::on_poll, Self::poll);
        h.on_each(L::on_round_end, Self::record_value);
    }
}

/// The handlers.
impl<T: 'static> ValueSchedule<T> {
    fn begin_run(&mut self, record: &Record) {
        self.value = None;
        self.is_restored = false;
        self.timing.begin_run(record);
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
        mut target: LocalMut<'_, T>,
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
        self.apply(now, &mut target)
    }

    /// For a loop whose rounds are no scopes, such as the driver's.
    fn poll(
        &mut self,
        record: &Record,
        phase: Option<&Phase>,
        total: Option<&Total>,
        mut target: LocalMut<'_, T>,
    ) -> Result<(), String> {
        RunPosition::at_poll(record, phase, total)
            .map_or(Ok(()), |now| self.apply(now, &mut target))
    }

    fn record_value(&mut self, record: &mut Record) {
        if let (Some(name), Some(value)) = (&self.name, self.value) {
            record.set(name.clone(), value);
        }
    }
}

impl<T> fmt::Debug for ValueSchedule<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueSchedule")
            .field("initial", &self.initial)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}
