//! Checks a trainer with a few batches, before hours are spent.

mod error;
mod learner_copy;
mod tracker;

pub use error::{SanityCheckError, SanityPart};

use crate::fit::{Batches, Learner, Phase, SaveParameters, Trainer};
use crate::{Attach, Parameters};
use callback_runtime::{BoxError, Outcome, Record, State};
use learner_copy::{LearnerCopy, call};
use std::fmt;
pub(super) use tracker::NoSteps;
use tracker::{Trace, Tracker};

/// Checks a trainer with a few batches, before hours are spent on a fit: data, forward, loss, backward and step, the validation pass, metrics,
/// the names that stoppers watch, and the files of loggers and checkpoints. Afterwards the trainer is as before.
///
/// The check is a fit of one epoch with one batch of training and one of validation ([`batches`](Self::batches)), with all callbacks of the
/// trainer, so that what is attached is what is checked. It is no callback, because only the trainer can run the handlers of a whole fit.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::SanityCheck;
/// # use callbacks::BoxError;
/// # use callbacks::fit::OptimizerName;
/// # use doc_models::line::{Heights, Slope};
/// # use doc_models::Points;
///
/// #[derive(Clone)]
/// struct Line { slope: f64 }
/// # impl Learner for Line {
/// #     type Batch = Points;
/// #     type Prediction = Heights;
/// #     type Gradients = Slope;
/// #     fn samples(&self, batch: &Points) -> u64 { batch.0.len() as u64 }
/// #     fn forward(&mut self, batch: &Points, _: Phase) -> Result<Heights, BoxError> { Ok(Heights(batch.0.iter().map(|(x, _)| self.slope * x).collect())) }
/// #     fn loss(&mut self, heights: &Heights, batch: &Points) -> Result<Loss, BoxError> { Ok(Loss::from((heights.0[0] - batch.0[0].1).powi(2))) }
/// #     fn backward(&mut self, _: &Heights, _: &Points, _: OptimizerName) -> Result<Slope, BoxError> { Ok(Slope(1.0)) }
/// #     fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> { self.slope -= rate * slope.0; Ok(()) }
/// # }
///
/// let train = vec![Points(vec![(1.0, 2.0)]), Points(vec![(2.0, 4.0)])];
/// let mut trainer = Trainer::new(Line { slope: 1.0 }).epochs(500).valid(train.clone());
/// let checked = SanityCheck::by_clone().run(&mut trainer, train.clone())?;
/// assert_eq!(checked.record.get("valid_loss"), Some(1.0201));
/// assert_eq!(trainer.learner().slope, 1.0);
///
/// // The whole fit of 500 epochs.
/// assert!(trainer.fit(train)?.outcome.is_finished());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A loop of your own, a session and a driver have no such check: run them for one round.
///
/// # What is as before
///
/// * the learner: by its [clone](Self::by_clone), by [what it saves](Self::by_saving), by [its parameters](Self::by_parameters), or
///   [otherwise](Self::restoring);
/// * the counters, the record, the history, the learning rate, and the periods of handlers;
/// * the callbacks that are attached [for one run](callback_runtime::Attachment::for_one_run): the fit after the check is their run;
/// * what callbacks of the shelf remember: it [belongs to one fit](crate::shelf#memory);
/// * the files of `Csv`, `JsonLines`, `TensorBoard` and [`SaveState::to_file`](super::SaveState::to_file). They check the values and their file,
///   and write nothing into it; a checkpoint is written to a file beside its own, which is removed.
///
/// The check cannot undo what other callbacks do, such as printing a line. Their handlers ask for `Option<&`[`DryRun`]`>` to do it only in
/// a fit. For state that they change, see [`keeps`](Self::keeps).
///
/// The training data is what [`run`](Self::run) is given. The validation data is that of the trainer, which is asked for the batches of
/// epoch 1. A source whose order depends on the epoch alone, as [`Batches`] should, is as before. One that also counts its calls is not.
///
/// # What fails
///
/// [`SanityCheckError`] says which part failed. A loss that is NaN or infinite is an error too, and so is an interrupt. A stop is none, as a
/// fit would stop as well.
pub struct SanityCheck<M> {
    batches: usize,
    copy: LearnerCopy<M>,
    keeps: Vec<KeepState>,
    has_steps: bool,
}

/// Copies a value of the state, and returns what puts it back.
type KeepState = fn(&State) -> RestoreState;
type RestoreState = Box<dyn FnOnce(&mut State)>;

/// This state is there while a [`SanityCheck`] runs. A handler that writes a file or sends a message asks for it, with `Option`.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::DryRun;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).on(Fit::on_epoch_end, |record: &Record, dry: Option<&DryRun>| {
///     if dry.is_none() {
///         println!("would send {record} to a server");
///     }
/// });
/// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DryRun(pub(crate) ());

/// The result of a [`SanityCheck`] in which nothing failed.
///
/// ```
/// use callbacks::shelf::SanityChecked;
///
/// fn describe(checked: &SanityChecked) -> String {
///     format!("{} and {} batches, {}", checked.train_batches, checked.valid_batches, checked.record)
/// }
/// # let _ = describe;
/// ```
#[derive(Debug)]
pub struct SanityChecked {
    /// The record of the epoch, with the values that loggers and stoppers find.
    pub record: Record,
    /// The number of training batches.
    pub train_batches: u64,
    /// The number of validation batches; 0 if the trainer has no validation data.
    pub valid_batches: u64,
    /// How the check ended: finished or stopped. Its text has the warnings of callbacks whose failures are swallowed.
    pub outcome: Outcome,
}

impl<M: Learner> SanityCheck<M> {
    /// Restores the learner from a clone. If the learner has an optimiser or a generator of random numbers, the clone has them too. Clones must
    /// not share parameters, as those of candle's `VarMap` do.
    ///
    /// ```
    /// use callbacks::fit::Learner;
    /// use callbacks::shelf::SanityCheck;
    ///
    /// fn check<M: Learner + Clone>() -> SanityCheck<M> {
    ///     SanityCheck::by_clone().batches(2)
    /// }
    /// ```
    pub fn by_clone() -> Self
    where
        M: Clone,
    {
        Self::with(LearnerCopy::by_clone())
    }

    /// Restores the learner by [`SaveParameters`]: it is saved in memory before the check and loaded after it. Then it is saved again, and
    /// bytes that differ are an error. So this also checks that a checkpoint of the learner loads, before hours are spent.
    ///
    /// ```
    /// use callbacks::fit::{Learner, SaveParameters};
    /// use callbacks::shelf::SanityCheck;
    ///
    /// fn check<M: Learner + SaveParameters>() -> SanityCheck<M> {
    ///     SanityCheck::by_saving()
    /// }
    /// ```
    pub fn by_saving() -> Self
    where
        M: SaveParameters,
    {
        Self::with(LearnerCopy::by_saving())
    }

    /// Restores the learner by its [`Parameters`]. What they do not include, such as the momentum of an optimiser, is not restored:
    /// [`without_steps`](Self::without_steps) leaves the optimiser alone.
    ///
    /// ```
    /// use callbacks::Parameters;
    /// use callbacks::fit::Learner;
    /// use callbacks::shelf::SanityCheck;
    ///
    /// fn check<M: Learner + Parameters>() -> SanityCheck<M> {
    ///     SanityCheck::by_parameters().without_steps()
    /// }
    /// ```
    pub fn by_parameters() -> Self
    where
        M: Parameters,
    {
        Self::restoring(M::snapshot, |learner, snapshot| learner.restore(&snapshot))
    }

    /// Restores the learner by two functions.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::SanityCheck;
    /// # use doc_models::{Line, Points};
    /// let check = SanityCheck::restoring(|line: &Line| Ok(line.slope), |line, slope| {
    ///     line.slope = slope;
    ///     Ok(())
    /// });
    /// let mut trainer = Trainer::new(Line { slope: 1.0 });
    /// check.run(&mut trainer, vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!(trainer.learner().slope, 1.0);
    /// # Ok::<(), callbacks::shelf::SanityCheckError>(())
    /// ```
    pub fn restoring<S: 'static>(
        snapshot: impl Fn(&M) -> Result<S, BoxError> + 'static,
        restore: impl Fn(&mut M, S) -> Result<(), BoxError> + 'static,
    ) -> Self {
        Self::with(LearnerCopy::new(snapshot, restore))
    }

    const fn with(copy: LearnerCopy<M>) -> Self {
        Self {
            batches: 1,
            copy,
            keeps: Vec::new(),
            has_steps: true,
        }
    }

    /// Sets the greatest number of batches in each pass; 1 by default. A trainer that
    /// [accumulates](crate::fit::Trainer::accumulate) gradients steps after the last of them. With 0 there is nothing to check, which is an error of
    /// [`run`](Self::run).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::SanityCheck;
    /// # use doc_models::{Line, Points};
    /// let check = SanityCheck::restoring(|line: &Line| Ok(line.slope), |line, slope| Ok(line.slope = slope)).batches(2);
    /// let checked = check.run(&mut Trainer::new(Line::default()), vec![Points(vec![(1.0, 2.0)]); 99])?;
    /// assert_eq!((checked.train_batches, checked.valid_batches), (2, 0));
    /// # Ok::<(), callbacks::shelf::SanityCheckError>(())
    /// ```
    pub fn batches(mut self, batches: usize) -> Self {
        self.batches = batches;
        self
    }

    /// [Skips](crate::fit::SkipStep) the steps of the optimisers: for a learner whose optimisers cannot be restored. A
    /// learner with a [step of its own](crate::fit::OwnStep) steps all the same.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::SanityCheck;
    /// # use doc_models::{Line, Points};
    /// let check = SanityCheck::restoring(|_: &Line| Ok(()), |_, ()| Ok(())).without_steps();
    /// let mut trainer = Trainer::new(Line { slope: 1.0 });
    /// check.run(&mut trainer, vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!(trainer.learner().slope, 1.0);
    /// # Ok::<(), callbacks::shelf::SanityCheckError>(())
    /// ```
    pub fn without_steps(mut self) -> Self {
        self.has_steps = false;
        self
    }

    /// Restores a value of the state, too, which handlers change.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::SanityCheck;
    /// # use doc_models::{Line, Points};
    /// #[derive(Clone)]
    /// struct Seen(u32);
    ///
    /// let check = SanityCheck::restoring(|line: &Line| Ok(line.slope), |line, slope| Ok(line.slope = slope)).keeps::<Seen>();
    /// let mut trainer = Trainer::new(Line::default())
    ///     .state(Seen(0))
    ///     .on(Fit::on_train_batch_end, |seen: &mut Seen| seen.0 += 1);
    /// check.run(&mut trainer, vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!(trainer.get::<Seen>().unwrap().0, 0);
    /// # Ok::<(), callbacks::shelf::SanityCheckError>(())
    /// ```
    pub fn keeps<T: Clone + 'static>(mut self) -> Self {
        self.keeps.push(keep_state::<T>);
        self
    }

    /// Checks the trainer. The training data is for this check alone: give the fit its own.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::{SanityCheck, SanityPart};
    /// # use doc_models::{Line, Points};
    /// let check = SanityCheck::restoring(|line: &Line| Ok(line.slope), |line, slope| Ok(line.slope = slope));
    /// let mut trainer = Trainer::new(Line::default()).valid(|_| Vec::<Points>::new());
    /// let error = check.run(&mut trainer, vec![Points(vec![(1.0, 2.0)])]).unwrap_err();
    /// assert_eq!(error.part(), Some(&SanityPart::Data(Phase::Valid)));
    /// assert_eq!(error.to_string(), "the sanity check failed in the validation data: it has no batch; give it at least one");
    /// ```
    pub fn run(
        &self,
        trainer: &mut Trainer<M>,
        train: impl Batches<M::Batch>,
    ) -> Result<SanityChecked, SanityCheckError> {
        if self.batches == 0 {
            return Err(SanityCheckError::no_batches());
        }
        let restore_learner = self.copy.take(trainer.learner())?;
        let copies = self.keeps.iter();
        let copies = copies.map(|keep| call(|| Ok(keep(trainer.state_mut()))));
        let restore_state = copies
            .collect::<Result<Vec<_>, _>>()
            .map_err(|cause| SanityCheckError::new(SanityPart::Copy, cause))?;
        let (tracker, trace) = Tracker::new();
        trainer.plan().add(tracker);
        if !self.has_steps {
            trainer.plan().add(NoSteps);
        }
        let result = trainer.dry_run(train, self.batches);
        trainer.plan().remove::<Tracker>();
        trainer.plan().remove::<NoSteps>();
        let mut failed = restore_each(restore_state, trainer.state_mut());
        failed.extend(restore_learner(trainer.learner()).err());
        let checked = result
            .map_err(SanityCheckError::from)
            .and_then(|(outcome, history)| judge(outcome, last_record(&history), &trace.take()));
        let mut failed = failed.into_iter();
        match failed.next() {
            Some(first) => Err(first.with_others(failed.chain(checked.err()))),
            None => checked,
        }
    }
}

/// Puts the values of the state back. Returns the errors of those that could not be put back.
fn restore_each(values: Vec<RestoreState>, state: &mut State) -> Vec<SanityCheckError> {
    let restored = values.into_iter().map(|restore| {
        call(|| {
            restore(state);
            Ok(())
        })
    });
    let failed = restored.filter_map(Result::err);
    failed
        .map(|cause| SanityCheckError::new(SanityPart::Restore, cause))
        .collect()
}

fn keep_state<T: Clone + 'static>(state: &State) -> RestoreState {
    let value = state.get::<T>().cloned();
    Box::new(|state| match value {
        Some(value) => drop(state.insert(value)),
        None => drop(state.remove::<T>()),
    })
}

/// Returns the record of the epoch, also if the epoch was cut short.
fn last_record(history: &crate::fit::History) -> Record {
    let mut records = history.iter().chain(history.cut_short());
    let last = records.next_back();
    last.map(|(_, record)| record.clone()).unwrap_or_default()
}

/// Returns what the check has found.
fn judge(
    outcome: Outcome,
    record: Record,
    trace: &Trace,
) -> Result<SanityChecked, SanityCheckError> {
    if let Some(failure) = outcome.failed() {
        return Err(SanityCheckError::failed(failure, trace));
    }
    if outcome.interrupted().is_some() {
        return Err(SanityCheckError::interrupted(&outcome));
    }
    if outcome.is_finished() {
        for phase in [Phase::Train, Phase::Valid] {
            if trace.passes(phase) > 0 && trace.batches(phase) == 0 {
                return Err(SanityCheckError::no_data(phase));
            }
        }
    }
    for (phase, name) in [(Phase::Train, "train_loss"), (Phase::Valid, "valid_loss")] {
        if let Some(loss) = record.get(name).filter(|loss| !loss.is_finite()) {
            return Err(SanityCheckError::not_finite(phase, name, loss));
        }
    }
    Ok(SanityChecked {
        train_batches: trace.batches(Phase::Train),
        valid_batches: trace.batches(Phase::Valid),
        record,
        outcome,
    })
}

impl<M> fmt::Debug for SanityCheck<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SanityCheck")
            .field("batches", &self.batches)
            .finish_non_exhaustive()
    }
}
