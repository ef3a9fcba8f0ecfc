//! How far each phase has come: state that other callbacks reckon with.

use crate::fit::{Epoch, Iteration, Phase};
use callback_macros::callback;

/// Counts the passes and batches of each phase, in all runs so far, and provides them as a [`Record`].
///
/// [`Epoch`] and [`Iteration`] begin anew with every fit; a record goes on, as it stays in the state. It runs before all others, so
/// that whoever reads it at the same breakpoint finds it up to date.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{Record, Recorder};
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(3)
///     .callback(Recorder)
///     .on(Fit::on_epoch_end, |record: &Record| println!("{} epochs in all", record.of(Phase::Train).epochs));
/// for _ in 0..2 {
///     trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.ok().unwrap();
/// }
/// let record = trainer.get::<Record>().unwrap();
/// assert_eq!(record.of(Phase::Train).epochs.get(), 6);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorder;

/// How far each phase has come. The state that [`Recorder`] provides.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::Record;
///
/// let record = Record::default();
/// assert_eq!(record.of(Phase::Valid).iterations.get(), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    train: Counts,
    valid: Counts,
    predict: Counts,
}

/// How far one phase has come.
///
/// ```
/// use callbacks::shelf::Counts;
///
/// let Counts { epochs, iterations, .. } = Counts::default();
/// assert_eq!((epochs.get(), iterations.get()), (0, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many of its passes have ended. From its `on_…_end` on it includes that pass.
    pub epochs: Epoch,
    /// How many of its batches have ended, in all passes. From its `on_…_batch_end` on it includes that batch.
    pub iterations: Iteration,
    /// How many batches have ended in its last pass, the one under way if there is one.
    pub iterations_of_epoch: Iteration,
}

impl Record {
    /// What is recorded of a phase; nothing of [`Phase::Between`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// use callbacks::shelf::{Counts, Record};
    /// # use doc_models::{Line, Points};
    /// # use callbacks::shelf::Recorder;
    ///
    /// let mut trainer = Trainer::new(Line::default()).callback(Recorder);
    /// let points = Points(vec![(1.0, 2.0)]);
    /// trainer.evaluate(vec![points.clone(), points])?.outcome.ok().unwrap();
    /// let record = trainer.get::<Record>().unwrap();
    /// assert_eq!(record.of(Phase::Valid).iterations_of_epoch.get(), 2);
    /// assert_eq!(record.of(Phase::Train), Counts::default());
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

    fn change(&mut self, phase: Phase, change: impl FnOnce(&mut Counts)) {
        match phase {
            Phase::Between => {}
            Phase::Train => change(&mut self.train),
            Phase::Valid => change(&mut self.valid),
            Phase::Predict => change(&mut self.predict),
        }
    }
}

#[callback(discover = false, weight = f64::NEG_INFINITY, provides(Record))]
impl Recorder {
    fn on_phase_begin(&self, phase: &Phase, record: &mut Record) {
        record.change(*phase, |counts| {
            counts.iterations_of_epoch = Iteration::default();
        });
    }

    fn on_batch_end(&self, phase: &Phase, record: &mut Record) {
        record.change(*phase, |counts| {
            counts.iterations = Iteration::new(counts.iterations.get() + 1);
            counts.iterations_of_epoch = Iteration::new(counts.iterations_of_epoch.get() + 1);
        });
    }

    fn on_phase_end(&self, phase: &Phase, record: &mut Record) {
        record.change(*phase, |counts| {
            counts.epochs = Epoch::new(counts.epochs.get() + 1);
        });
    }
}
