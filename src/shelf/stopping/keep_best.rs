//! Keeps the best parameters of a run, and restores them where it ends.

use super::EarlyStopping;
use super::improvement::{Direction, Improvement};
use super::monitor::Monitor;
use crate::model::Parameters;
use crate::shelf::snapshot_slot::SnapshotSlot;
use crate::shelf::weights::claims_model;
use crate::weight;
use callback_runtime::persist::Fields;
use callback_runtime::{
    AtEach, BoxError, Callback, CallbackInfo, Handlers, Local, LocalMut, Record, Round, Rounds,
};
use std::borrow::Cow;
use std::fmt;

/// Keeps a copy of the parameters of `M` at the best value of a number of the [`Record`], and restores them where the run ends, in every
/// loop with [`Rounds`] whose state has an `M`, such as the learner of a fit.
///
/// The parameters are restored at the exit of the run, also after a stop, an interrupt, an error or a panic. Between the runs of one driver
/// the best value stays, as the shelf's [memory](crate::shelf#memory) does. It holds one copy of the
/// parameters, and two while a round improves.
///
/// # Which parameters are kept
///
/// The parameters at the first place where the record has the number: the end of a phase, or a breakpoint that the loop declares with
/// `measures`. So a driver's step has those before its update, as the
/// `BestIterKeeper` of NetKet, and a `valid_loss` those in the validation: if [`Ema`](crate::shelf::Ema) validates its average, that is what
/// is kept. If the number comes or changes after that, the parameters at the end of the round are kept. A `train_loss` is a mean over the
/// pass, while the parameters changed; its parameters are those at the end of the pass.
///
/// The best parameters are restored after an `apply_at_end` of [`Ema`](crate::shelf::Ema::apply_at_end) or
/// [`StochasticWeightAveraging`](crate::shelf::StochasticWeightAveraging::apply_at_end), and replace what these have applied.
///
/// NaN and infinite values are never the best ones.
///
/// A saved run has the best value and the copies. A restored run loads the copies where it first measures or ends; those of another model
/// fail it there.
///
/// It is luz's `keep_best_model`. [`EarlyStopping::restore_best`] is both in one.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::KeepBest;
/// # use doc_models::{Line, Points};
///
/// // Each step goes too far: the loss is least in the first epoch, at whose end the slope is 6.
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(5)
///     .learning_rate(1.5)
///     .callback(KeepBest::<Line>::minimize("train_loss"));
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// assert_eq!(fitted.learner.slope, 6.0);
/// let best = trainer.plan().get::<KeepBest<Line>>().unwrap();
/// assert_eq!((best.best(), best.round().map(|round| round.number())), (Some(4.0), Some(1)));
/// # Ok::<(), PlanError>(())
/// ```
pub struct KeepBest<M: Parameters> {
    monitor: Monitor,
    improvement: Improvement,
    /// The number of the round under way, once it is in the record.
    measured: Option<Measured<M>>,
    /// The best round, and its parameters.
    round: Option<Round>,
    kept: SnapshotSlot<M>,
    /// What counts the rounds of the run that began last.
    unit: &'static str,
    restores: bool,
}

/// Claims the parameters of `M` where a run ends: only one callback can restore its own.
fn claims_restoring<M>(info: CallbackInfo) -> CallbackInfo {
    let remedy = "write `.without_restoring()` on one of them, or attach one";
    claims_model::<M>(info, "restores the best parameters of the model", remedy)
}

/// A number of a round that is not complete yet.
struct Measured<M: Parameters> {
    round: Round,
    value: f64,
    /// The parameters with this number; empty if it does not improve on the best one, or the copy has failed.
    snapshot: SnapshotSlot<M>,
}

impl<M: Parameters> KeepBest<M> {
    /// Keeps the parameters at the smallest value of a number, such as `valid_loss`.
    ///
    /// ```
    /// # use callbacks::shelf::KeepBest;
    /// let keep = KeepBest::<Vec<f64>>::minimize("valid_loss");
    /// assert_eq!(keep.best(), None);
    /// ```
    pub fn minimize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Monitor::new(monitor), Direction::Minimize)
    }

    /// Keeps the parameters at the greatest value of a number, such as `valid_accuracy`.
    ///
    /// ```
    /// # use callbacks::shelf::KeepBest;
    /// let keep = KeepBest::<Vec<f64>>::maximize("valid_accuracy");
    /// assert_eq!(keep.round(), None);
    /// ```
    pub fn maximize(monitor: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Monitor::new(monitor), Direction::Maximize)
    }

    fn new(monitor: Monitor, direction: Direction) -> Self {
        Self {
            monitor,
            improvement: Improvement::new(direction),
            measured: None,
            round: None,
            kept: SnapshotSlot::default(),
            unit: "",
            restores: true,
        }
    }

    /// Keeps the parameters, and does not restore them where a run ends. For more than one instance in a plan, since only one can restore
    /// the parameters of a model.
    ///
    /// ```
    /// # use callbacks::Parameters;
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::KeepBest;
    /// # use doc_models::{Line, Points};
    /// let keep = KeepBest::<Line>::minimize("train_loss").without_restoring();
    /// let mut trainer = Trainer::new(Line::default()).epochs(2).learning_rate(1.5).callback(keep);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, -6.0);
    /// let mut best = Line::default();
    /// best.restore(trainer.plan().get::<KeepBest<Line>>().and_then(KeepBest::snapshot).unwrap()).unwrap();
    /// assert_eq!(best.slope, 6.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn without_restoring(mut self) -> Self {
        self.restores = false;
        self
    }

    /// Returns the parameters that are kept, which [`Parameters::restore`] puts into a model. `None` before the first value.
    pub fn snapshot(&self) -> Option<&M::Snapshot> {
        self.kept.get()
    }

    /// Returns the best value.
    pub fn best(&self) -> Option<f64> {
        self.improvement.best
    }

    /// Returns the round whose parameters are kept.
    pub fn round(&self) -> Option<Round> {
        self.round
    }

    /// Copies the parameters where the record first has the number of the round, if it is the best one so far. The copy is kept once the
    /// round is complete.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn measure(&mut self, record: &Record, model: Local<'_, M>) -> Result<(), BoxError> {
        let Some(value) = self.monitor.peek(record) else {
            return Ok(());
        };
        let round = record.round();
        let is_same = |measured: &Measured<M>| measured.is_of(round, value);
        if self.measured.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        let measured = self.measured.insert(Measured {
            round,
            value,
            snapshot: SnapshotSlot::default(),
        });
        if self.improvement.improves(value) {
            measured.snapshot = SnapshotSlot::of(model.snapshot()?);
        }
        Ok(())
    }

    /// Keeps the parameters of a complete round, if its value is the best one so far. After an error the last ones are still kept.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn keep(&mut self, record: &Record, model: Local<'_, M>) -> Result<(), BoxError> {
        self.load(&model)?;
        let measured = self.measured.take();
        let value = self.monitor.read(record)?;
        let Some(value) = value.filter(|value| self.improvement.improves(*value)) else {
            return Ok(());
        };
        let round = record.round();
        let snapshot = match measured.filter(|measured| measured.is_of(round, value)) {
            Some(measured) => measured.snapshot,
            None => SnapshotSlot::of(model.snapshot()?),
        };
        // Without a snapshot its copy has failed, and the parameters may be others by now.
        if !snapshot.is_empty() {
            (self.round, self.kept) = (Some(round), snapshot);
            self.improvement.compare(value);
        }
        Ok(())
    }

    fn restore(&mut self, mut model: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.measured = None;
        self.load(&model)?;
        match self.snapshot() {
            Some(snapshot) if self.restores => model.restore(snapshot),
            _ => Ok(()),
        }
    }

    /// Loads the parameters that a saved run has had, now that the model is there.
    fn load(&mut self, model: &M) -> Result<(), BoxError> {
        if let Some(measured) = &mut self.measured {
            measured.snapshot.load(model)?;
        }
        self.kept.load(model)
    }

    /// Names what a saved run has of the best parameters, and of the round under way.
    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.monitor.persist(fields);
        fields.field("best", &mut self.improvement.best);
        let mut round = self.round.map(Round::number);
        fields.field("best_round", &mut round);
        self.round = round.map(|number| Round::new(self.unit, number));
        self.kept.persist("best_parameters", fields);
        self.persist_measured(fields);
    }

    fn persist_measured(&mut self, fields: &mut Fields<'_>) {
        let measured = self.measured.take();
        let mut number = measured
            .as_ref()
            .map(|measured| (measured.round.number(), measured.value));
        fields.field("measured", &mut number);
        let mut snapshot = measured
            .map(|measured| measured.snapshot)
            .unwrap_or_default();
        snapshot.persist("measured_parameters", fields);
        self.measured = number.map(|(round, value)| Measured {
            round: Round::new(self.unit, round),
            value,
            snapshot,
        });
    }

    /// Forgets the best parameters when a run begins that does not continue the last one.
    fn begin(&mut self, record: &Record) {
        self.measured = None;
        self.unit = record.round().unit();
        if !self.monitor.continues(record) {
            self.monitor.reset(record);
            self.improvement.reset();
            (self.round, self.kept) = (None, SnapshotSlot::default());
        }
    }
}

impl<M: Parameters> Measured<M> {
    fn is_of(&self, round: Round, value: f64) -> bool {
        self.round == round && self.value.to_bits() == value.to_bits()
    }
}

/// Written by hand, because it looks at places for which `Rounds` has no name.
impl<L: Rounds, M: Parameters + 'static> Callback<L> for KeepBest<M> {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>()
            .ready_made()
            .weight(weight::STOPPERS)
            .persist::<Self>(Self::persist)
            .monitors(self.monitor.name.clone());
        if self.restores {
            claims_restoring::<M>(info)
        } else {
            info
        }
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::begin);
        h.on_each(AtEach::measured(), Self::measure);
        h.on_each(L::on_round_end, Self::keep);
        h.on_exit(Self::restore);
    }
}

/// [`EarlyStopping`] that restores the best parameters of `M` where the run ends. [`EarlyStopping::restore_best`] makes it.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{EarlyStopping, RestoreBest};
/// # use doc_models::{Line, Points};
///
/// let stopping: RestoreBest<Line> = EarlyStopping::minimize("train_loss").patience(2).restore_best();
/// let mut trainer = Trainer::new(Line::default()).epochs(50).learning_rate(1.5).callback(stopping);
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!(fitted.outcome.stopped().is_some());
/// assert_eq!(fitted.learner.slope, 6.0);
/// let stopping = trainer.plan().get::<RestoreBest<Line>>().unwrap();
/// assert_eq!(stopping.stopping().best(), Some(4.0));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
pub struct RestoreBest<M: Parameters> {
    stopping: EarlyStopping,
    keeping: KeepBest<M>,
}

impl<M: Parameters> RestoreBest<M> {
    pub(super) fn new(stopping: EarlyStopping, monitor: Monitor, direction: Direction) -> Self {
        let keeping = KeepBest::new(monitor, direction);
        Self { stopping, keeping }
    }

    /// Returns the part that stops the run.
    pub fn stopping(&self) -> &EarlyStopping {
        &self.stopping
    }

    /// Returns the part that keeps and restores the parameters.
    pub fn keeping(&self) -> &KeepBest<M> {
        &self.keeping
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.nested("stopping", |fields| self.stopping.persist(fields));
        fields.nested("keeping", |fields| self.keeping.persist(fields));
    }
}

impl<L: Rounds, M: Parameters + 'static> Callback<L> for RestoreBest<M> {
    fn info(&self) -> CallbackInfo {
        let info = Callback::<L>::info(&self.stopping);
        claims_restoring::<M>(info.persist::<Self>(Self::persist))
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.forward(&self.keeping, |this| &mut this.keeping);
        h.forward(&self.stopping, |this| &mut this.stopping);
    }
}

impl<M: Parameters> fmt::Debug for KeepBest<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepBest")
            .field("monitor", &self.monitor)
            .field("best", &self.best())
            .field("round", &self.round())
            .finish_non_exhaustive()
    }
}
