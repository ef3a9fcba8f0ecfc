//! Counts passes and batches of each phase, as state for other callbacks.

use crate::fit::{Epoch, Iteration, Phase};
use crate::weight;
use callback_macros::callback;
use callback_runtime::persist::Fields;

/// Counts the passes and batches of each phase, in all runs of a trainer, and provides them as a [`PhaseCounts`].
///
/// [`Epoch`] and [`Iteration`] are reset with every fit; a record stays in the state, and goes on counting. The recorder runs before all
/// other callbacks, so that they find the record up to date.
///
/// It is for [`Fit`](crate::Fit) alone, whose passes the phases are. The counters of other loops are state that the loop declares.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{PhaseCounts, Recorder};
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(3)
///     .callback(Recorder)
///     .on(Fit::on_epoch_end, |counts: &PhaseCounts| println!("{} epochs in all", counts.of(Phase::Train).epochs));
/// for _ in 0..2 {
///     trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.ok().unwrap();
/// }
/// let counts = trainer.get::<PhaseCounts>().unwrap();
/// assert_eq!(counts.of(Phase::Train).epochs.get(), 6);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorder;

/// The numbers of passes and batches of each phase. [`Recorder`] provides this state.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::PhaseCounts;
///
/// let counts = PhaseCounts::default();
/// assert_eq!(counts.of(Phase::Valid).iterations.get(), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhaseCounts {
    train: Counts,
    valid: Counts,
    predict: Counts,
}

/// The numbers of passes and batches of one phase.
///
/// ```
/// use callbacks::shelf::Counts;
///
/// let Counts { epochs, iterations, .. } = Counts::default();
/// assert_eq!((epochs.get(), iterations.get()), (0, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// The number of passes that have ended. From `on_…_end` on it includes the pass.
    pub epochs: Epoch,
    /// The number of batches that have ended, in all passes. From `on_…_batch_end` on it includes the batch.
    pub iterations: Iteration,
    /// The number of batches that have ended in the last pass, or in the pass under way.
    pub iterations_of_epoch: Iteration,
}

impl PhaseCounts {
    /// Returns the counts of a phase; zeros for [`Phase::Between`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// use callbacks::shelf::{Counts, PhaseCounts};
    /// # use doc_models::{Line, Points};
    /// # use callbacks::shelf::Recorder;
    ///
    /// let mut trainer = Trainer::new(Line::default()).callback(Recorder);
    /// let points = Points(vec![(1.0, 2.0)]);
    /// trainer.evaluate(vec![points.clone(), points])?.outcome.ok().unwrap();
    /// let counts = trainer.get::<PhaseCounts>().unwrap();
    /// assert_eq!(counts.of(Phase::Valid).iterations_of_epoch.get(), 2);
    /// assert_eq!(counts.of(Phase::Train), Counts::default());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn of(&self, phase: Phase) -> Counts {
        match phase {
            Phase::Between => Counts::default(),
            Phase::Train => self.train,
            Phase::Valid => self.valid,
            Phase::Predict => self.predict,
        }
    }

    /// Names the counts for a saved run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::PhaseCounts;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.persist_fields("phase_counts", PhaseCounts::persist);
    /// ```
    pub fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.nested("train", |fields| self.train.persist(fields));
        fields.nested("valid", |fields| self.valid.persist(fields));
        fields.nested("predict", |fields| self.predict.persist(fields));
    }

    fn update(&mut self, phase: Phase, update: impl FnOnce(&mut Counts)) {
        match phase {
            Phase::Between => {}
            Phase::Train => update(&mut self.train),
            Phase::Valid => update(&mut self.valid),
            Phase::Predict => update(&mut self.predict),
        }
    }
}

impl Counts {
    fn persist(&mut self, fields: &mut Fields<'_>) {
        let Self {
            epochs,
            iterations,
            iterations_of_epoch,
        } = *self;
        let mut counts = [epochs.get(), iterations.get(), iterations_of_epoch.get()];
        let names = ["epochs", "iterations", "iterations_of_epoch"];
        for (name, count) in names.into_iter().zip(&mut counts) {
            fields.field(name, count);
        }
        let [epochs, iterations, iterations_of_epoch] = counts;
        *self = Self {
            epochs: Epoch::new(epochs),
            iterations: Iteration::new(iterations),
            iterations_of_epoch: Iteration::new(iterations_of_epoch),
        };
    }
}

#[callback(discover = false, ready_made, weight = weight::FIRST, provides(PhaseCounts))]
impl Recorder {
    fn on_phase_begin(&self, phase: &Phase, counts: &mut PhaseCounts) {
        counts.update(*phase, |counts| {
            counts.iterations_of_epoch = Iteration::default();
        });
    }

    fn on_batch_end(&self, phase: &Phase, counts: &mut PhaseCounts) {
        counts.update(*phase, |counts| {
            counts.iterations = Iteration::new(counts.iterations.get() + 1);
            counts.iterations_of_epoch = Iteration::new(counts.iterations_of_epoch.get() + 1);
        });
    }

    fn on_phase_end(&self, phase: &Phase, counts: &mut PhaseCounts) {
        counts.update(*phase, |counts| {
            counts.epochs = Epoch::new(counts.epochs.get() + 1);
        });
    }
}
