//! Where a fit is inside of an epoch, so that a saved run continues at the next batch.

use super::loss::MeanLoss;
use super::pass_kind::PassKind;
use super::{Batches, History, Iteration, LearningRate, Phase};
use crate::require::require;
use crate::shelf::{DryRun, PhaseCounts};
use callback_runtime::persist::{Fields, SavedFields, SavedValue, SavedValueError};
use callback_runtime::{Break, Ctx, Plan, Run};
use std::error::Error;
use std::fmt;

/// Where a fit is inside of an epoch, while its run is saved, and after it is restored.
#[derive(Debug, Clone, Default)]
pub(super) struct FitPosition {
    /// The pass under way; `None` between two epochs.
    pub(super) pass: Option<PassPosition>,
    /// What the sources of batches remember.
    sources: SourceStates,
    /// Which fit of its trainer it is of.
    fit: FitNumber,
    /// Whether it is that of a saved run.
    pub(super) is_restored: bool,
}

/// Which fit of its trainer a fit is, from 1. It is state of the fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd)]
pub(super) struct FitNumber(u64);

/// How far a pass is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PassPosition {
    phase: Phase,
    /// The number of batches so far.
    pub(super) batches: u64,
    /// The sum of the losses so far, each times the samples of its batch.
    loss_sum: f64,
    samples: f64,
    /// Whether a handler has left one of the batches.
    pub(super) was_left: bool,
}

/// What the sources of batches remember: as they were where the pass under way began, because it asks them for its batches again.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceStates {
    train: Saved,
    valid: Saved,
}

/// The fields of a source; `None` where no run was saved.
type Saved = Option<Result<SavedFields, SavedValueError>>;

/// The number of values that a fit saves by itself.
pub(super) const FIT_STATE: usize = 4;

/// Declares what a saved run has of a fit.
pub(super) fn persist_fit(plan: &mut Plan<super::Fit>) {
    plan.persist_fields("Fit", FitPosition::persist);
    plan.persist_fields("LearningRate", LearningRate::persist);
    plan.persist_fields("History", History::persist);
    plan.persist_fields("PhaseCounts", PhaseCounts::persist);
}

impl FitPosition {
    fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut pass = self.pass.unwrap_or_default();
        pass.persist(fields);
        self.pass = (pass.phase != Phase::Between).then_some(pass);
        fields.field("fit", &mut self.fit.0);
        persist_source("train", &mut self.sources.train, fields);
        persist_source("valid", &mut self.sources.valid, fields);
        self.is_restored = fields.is_loading();
    }

    /// Removes the position of the saved run from which this one continues. The default is the beginning of a fit.
    pub(super) fn take(state: &mut Ctx<'_>) -> Self {
        state.get_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Counts the fit, which is the one of the saved run if it continues one. Refuses to continue a later fit of a trainer than the one that
    /// begins: `fit(…)` where a second `fit(…)` was saved.
    pub(super) fn count_fit(&self, state: &mut Ctx<'_>) -> Result<(), Break> {
        if state.get::<DryRun>().is_some() {
            return Ok(());
        }
        let FitNumber(before) = FitNumber::of(state);
        let (number, FitNumber(saved)) = (before + 1, self.fit);
        if self.is_restored && saved > number {
            return Err(format!(
                "the saved run is fit {saved} of its trainer, and this is fit {number}; make the fits before it first, without the \
                 checkpoint, or give each fit of the program a directory of its own"
            )
            .into());
        }
        state.insert(FitNumber(if self.is_restored { saved } else { number }));
        Ok(())
    }

    /// Loads what the sources of batches remember.
    pub(super) fn load_sources<B: 'static>(
        &self,
        train: &mut dyn Batches<B>,
        valid: Option<&mut (dyn Batches<B> + 'static)>,
    ) -> Result<(), Break> {
        load_source("the training data", &self.sources.train, train)?;
        match valid {
            Some(valid) => load_source("the validation data", &self.sources.valid, valid),
            None => Ok(()),
        }
    }

    /// Puts a position into the state, for a run that is about to be saved.
    pub(super) fn put(state: &mut Ctx<'_>, pass: Option<PassPosition>, sources: &SourceStates) {
        let fit = FitNumber::of(state);
        state.insert(Self {
            pass,
            sources: sources.clone(),
            fit,
            is_restored: false,
        });
    }
}

impl FitNumber {
    fn of(state: &Ctx<'_>) -> Self {
        state.get().copied().unwrap_or_default()
    }
}

impl PassPosition {
    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field_with(
            "phase",
            &mut self.phase,
            |phase| Ok(SavedValue::Text(phase.name().to_owned())),
            load_phase,
        );
        fields.field("batches", &mut self.batches);
        fields.field("loss_sum", &mut self.loss_sum);
        fields.field("samples", &mut self.samples);
        fields.field("was_left", &mut self.was_left);
    }

    /// Returns how far a pass is. Reads the losses that are not in the sum yet.
    pub(super) fn of(kind: PassKind, state: &Ctx<'_>, mean: &mut MeanLoss, was_left: bool) -> Self {
        let (loss_sum, samples) = mean.sums();
        Self {
            phase: kind.phase,
            batches: state.get().map_or(0, |at: &Iteration| at.get()),
            loss_sum,
            samples,
            was_left,
        }
    }

    /// Whether it is a position in a pass of this kind.
    pub(super) fn is_in(&self, kind: PassKind) -> bool {
        self.phase == kind.phase
    }

    pub(super) fn mean(&self) -> MeanLoss {
        MeanLoss::of_sums(self.loss_sum, self.samples)
    }

    /// Skips the batches that the saved run has made, and counts them.
    pub(super) fn skip<T, E>(
        &self,
        state: &mut Ctx<'_>,
        batches: &mut (impl Iterator<Item = Result<T, E>> + ?Sized),
    ) -> Result<(), Break>
    where
        Break: From<E>,
    {
        for skipped in 0..self.batches {
            match batches.next() {
                Some(batch) => drop(batch?),
                None => {
                    return Err(TooFewBatches {
                        made: self.batches,
                        found: skipped,
                    }
                    .into());
                }
            }
        }
        *require::<Iteration>(state)? = Iteration::new(self.batches);
        Ok(())
    }
}

/// The failure of a fit that continues in the middle of a pass, and whose data has fewer batches than the saved run has made of it.
///
/// ```
/// # #[cfg(feature = "checkpoint")]
/// # fn main() -> Result<(), callbacks::BoxError> {
/// use callbacks::Cause;
/// use callbacks::checkpoint::Resume;
/// use callbacks::fit::TooFewBatches;
/// use callbacks::prelude::*;
/// use callbacks::shelf::Checkpoint;
/// # use doc_models::{Line, Points};
///
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-too-few-{}", std::process::id()));
/// let batches = |count| vec![Points(vec![(1.0, 2.0)]); count];
/// let interrupt = |step: &Step| if step.get() == 2 { Flow::interrupt("Ctrl-C") } else { Flow::Continue };
/// let mut trainer = Trainer::new(Line::default())
///     .callback(Checkpoint::to(&folder))
///     .on(Fit::on_train_batch_end, interrupt);
/// assert!(trainer.fit(batches(3))?.outcome.interrupted().is_some());
///
/// let mut trainer = Trainer::new(Line::default()).resume(Resume::latest(&folder))?;
/// let outcome = trainer.fit(batches(1))?.outcome;
/// let Some(Cause::Error(error)) = outcome.failed().map(|failure| failure.cause()) else {
///     panic!("{outcome}");
/// };
/// let error = error.downcast_ref::<TooFewBatches>().ok_or("another error")?;
/// assert_eq!((error.made(), error.found()), (2, 1));
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "checkpoint"))]
/// # fn main() {}
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TooFewBatches {
    made: u64,
    found: u64,
}

impl TooFewBatches {
    /// Returns the number of batches that the saved run has made.
    pub const fn made(&self) -> u64 {
        self.made
    }

    /// Returns the number of batches that the data has for the pass.
    pub const fn found(&self) -> u64 {
        self.found
    }
}

impl fmt::Display for TooFewBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { made, found } = self;
        write!(
            f,
            "the saved run has made {made} batches of this pass, and the data has {found} for it; continue with the same data"
        )
    }
}

callback_runtime::debug_as_display!(TooFewBatches);

impl Error for TooFewBatches {}

impl SourceStates {
    /// Saves what the sources of batches remember where a pass begins, if the run can be saved before the next one.
    pub(super) fn for_saves<B: 'static>(
        run: &Run<'_, super::Fit>,
        train: &mut dyn Batches<B>,
        valid: Option<&mut (dyn Batches<B> + 'static)>,
    ) -> Self {
        if run.has_receivers() {
            Self::of(train, valid)
        } else {
            Self::default()
        }
    }

    /// Saves what the sources of batches remember.
    pub(super) fn of<B: 'static>(
        train: &mut dyn Batches<B>,
        valid: Option<&mut (dyn Batches<B> + 'static)>,
    ) -> Self {
        Self {
            train: Some(SavedFields::save(|fields| train.persist_fields(fields))),
            valid: valid.map(|valid| SavedFields::save(|fields| valid.persist_fields(fields))),
        }
    }
}

fn persist_source(name: &str, saved: &mut Saved, fields: &mut Fields<'_>) {
    fields.field_with(
        name,
        saved,
        |saved| match saved {
            Some(saved) => saved.clone().map(SavedFields::into_value),
            None => Ok(SavedValue::Null),
        },
        |saved, value| {
            *saved = match value {
                SavedValue::Null => None,
                value => Some(Ok(SavedFields::from_value(value)?)),
            };
            Ok(())
        },
    );
}

fn load_source<B: 'static>(
    what: &str,
    saved: &Saved,
    batches: &mut (impl Batches<B> + ?Sized),
) -> Result<(), Break> {
    let Some(saved) = saved.clone() else {
        return Ok(());
    };
    let loaded = saved.and_then(|saved| saved.load(|fields| batches.persist_fields(fields)));
    loaded.map_err(|error| format!("{what} cannot continue: {error}").into())
}

fn load_phase(phase: &mut Phase, saved: SavedValue) -> Result<(), SavedValueError> {
    let name: String = saved.into_type()?;
    let phases = [Phase::Between, Phase::Train, Phase::Valid, Phase::Predict];
    match phases.into_iter().find(|each| each.name() == name) {
        Some(found) => {
            *phase = found;
            Ok(())
        }
        None => Err(SavedValueError::new(format!("there is no phase `{name}`"))),
    }
}

/// Marks the place between two epochs as one from which a fit can be resumed.
pub(super) fn resume_point_between_epochs<B: 'static>(
    run: &mut Run<'_, super::Fit>,
    train: &mut dyn Batches<B>,
    valid: Option<&mut (dyn Batches<B> + 'static)>,
) -> Result<(), Break> {
    run.resume_point_with(|state| {
        FitPosition::put(state, None, &SourceStates::of(train, valid));
    })
}
