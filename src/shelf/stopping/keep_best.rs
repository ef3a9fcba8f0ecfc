//! Keeps the best parameters of a run, and restores them where it ends.

use super::EarlyStopping;
use super::improvement::{Direction, Improvement};
use super::monitor::Monitor;
use crate::model::Parameters;
use crate::weight;
use callback_macros::callback;
use callback_runtime::{
    BoxError, Callback, CallbackInfo, Handlers, Local, LocalMut, Record, Round, Rounds,
};
use std::borrow::Cow;
use std::fmt;

/// Keeps a copy of the parameters of `M` at the best value of a number of the [`Record`], and restores them where the run ends, in every
/// loop with [`Rounds`] whose state has an `M`, such as the learner of a fit.
///
/// The parameters are restored at the exit of the run, also after a stop, an interrupt, an error or a panic. Between the runs of one driver
/// the best value stays, as the shelf's [memory](crate::shelf#memory) does. The copy takes as much memory as the parameters.
///
/// The copy has the parameters at the end of the best round. A `train_loss` is a mean over the pass, while they changed, and the loss of a
/// driver's step comes before its update; a `valid_loss` is that of the copy. [`Ema`](crate::shelf::Ema) validates its average instead: attach
/// it with [`without_validation`](crate::shelf::Ema::without_validation), so that the numbers are those of the parameters that are kept.
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
    /// The parameters of the best round.
    kept: Option<(Round, M::Snapshot)>,
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
            kept: None,
        }
    }

    /// Returns the best value.
    pub fn best(&self) -> Option<f64> {
        self.improvement.best
    }

    /// Returns the round whose parameters are kept.
    pub fn round(&self) -> Option<Round> {
        self.kept.as_ref().map(|(round, _)| *round)
    }

    fn keep(&mut self, record: &Record, model: &M) -> Result<(), BoxError> {
        let value = self.monitor.read(record)?;
        if value.is_some_and(|value| self.improvement.compare(value)) {
            self.kept = Some((record.round(), model.snapshot()?));
        }
        Ok(())
    }

    fn restore(&self, model: &mut M) -> Result<(), BoxError> {
        match &self.kept {
            Some((_, snapshot)) => model.restore(snapshot),
            None => Ok(()),
        }
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        info.monitors(self.monitor.name.clone())
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS, declare = Self::declare)]
impl<M: Parameters + 'static> KeepBest<M> {
    fn on_enter(&mut self, record: &Record) {
        if !self.monitor.continues(record) {
            self.monitor.reset();
            self.improvement.reset();
            self.kept = None;
        }
    }

    fn on_round_end(&mut self, record: &Record, model: Local<'_, M>) -> Result<(), BoxError> {
        self.keep(record, &model)
    }

    fn on_exit(&self, mut model: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.restore(&mut model)
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
}

impl<L: Rounds, M: Parameters + 'static> Callback<L> for RestoreBest<M> {
    fn info(&self) -> CallbackInfo {
        Callback::<L>::info(&self.stopping)
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
