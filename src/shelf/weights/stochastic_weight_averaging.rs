//! Averages the parameters at the ends of rounds, with a learning rate of its own.

use super::average::{Average, RunMemory, claims_end};
use super::curve::{cosine, line};
use crate::fit::LearningRate;
use crate::{Parameters, settings, weight};
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, Local, LocalMut, Outcome, Record, Rounds};
use std::fmt;

/// Averages the parameters of the model `M` with equal weights, at the ends of epochs from a given one on, and anneals the learning rate to
/// a constant: stochastic weight averaging (Izmailov et al. 2018, <https://arxiv.org/abs/1803.05407>), as `AveragedModel` and
/// `SWALR` of `PyTorch` do it (`torch.optim.swa_utils`).
///
/// The model has [`Parameters`], and is in the state of the loop. An epoch stands for any round of a loop, such as a step of a driver; one that
/// was cut short is not averaged. After the run the average is here, and with [`apply_at_end`](Self::apply_at_end) the model gets it. Running
/// statistics of a model, such as those of batch normalisation, were computed with the old parameters: run one more pass over the training
/// data then.
/// The average belongs to one fit or one driver. A saved run has it, and how far the learning rate is annealed; the average of another model
/// fails the restored run at the next epoch that is averaged. The weight is [`LAST`](crate::weight::LAST), so that other schedules do not change the
/// learning rate that this one anneals.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::StochasticWeightAveraging;
/// # use doc_models::{Line, Points};
///
/// let averaging = StochasticWeightAveraging::<Line>::from_epoch(2).apply_at_end();
/// let mut trainer = Trainer::new(Line::default()).epochs(3).learning_rate(0.25).callback(averaging);
/// // The slope is 1, 1.5 and 1.75 at the ends of the epochs.
/// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.625);
/// # Ok::<(), PlanError>(())
/// ```
pub struct StochasticWeightAveraging<M: Parameters> {
    first: u64,
    every: u64,
    schedule: Option<RateAnnealing>,
    applies_at_end: bool,
    average: Average<M>,
    memory: RunMemory,
}

/// How the learning rates reach their last value.
#[derive(Debug)]
struct RateAnnealing {
    to: f64,
    rounds: u64,
    is_linear: bool,
    /// The learning rates before the schedule, and the number of rounds since then. `None` before the schedule begins.
    progress: Option<(LearningRate, u64)>,
}

impl<M: Parameters + 'static> StochasticWeightAveraging<M> {
    /// Averages the parameters at the ends of the epochs from this one on. The first epoch is 1.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::StochasticWeightAveraging;
    /// # use doc_models::Line;
    /// let never = StochasticWeightAveraging::<Line>::from_epoch(0);
    /// assert!(Trainer::new(Line::default()).callback(never).check().is_err());
    /// ```
    pub fn from_epoch(epoch: u64) -> Self {
        Self {
            first: epoch,
            every: 1,
            schedule: None,
            applies_at_end: false,
            average: Average::default(),
            memory: RunMemory::default(),
        }
    }

    /// Averages at the end of each `epochs`-th epoch alone, counted from the first one that is averaged.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::StochasticWeightAveraging;
    /// # use doc_models::{Line, Points};
    /// let averaging = StochasticWeightAveraging::<Line>::from_epoch(1).every(2).apply_at_end();
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).learning_rate(0.25).callback(averaging);
    /// // 1 and 1.75
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.375);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn every(mut self, epochs: u64) -> Self {
        self.every = epochs;
        self
    }

    /// Anneals the learning rate to `rate` in this number of epochs, along half a cosine wave, and keeps it there. It begins at the end of the
    /// first epoch that is averaged, with the rate that the others have set. 0 epochs set it at once. Each of several optimisers begins with its
    /// own rate, as each parameter group of `SWALR` does.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::StochasticWeightAveraging;
    /// # use doc_models::{Line, Points};
    /// let averaging = StochasticWeightAveraging::<Line>::from_epoch(2).learning_rate(0.02, 2);
    /// let mut trainer = Trainer::new(Line::default()).epochs(4).learning_rate(0.1).callback(averaging);
    /// trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.ok().unwrap();
    /// assert_eq!(trainer.get::<LearningRate>().map(LearningRate::get), Some(0.02));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate(mut self, rate: f64, epochs: u64) -> Self {
        self.schedule = Some(RateAnnealing {
            to: rate,
            rounds: epochs,
            is_linear: false,
            progress: None,
        });
        self
    }

    /// Anneals the learning rate to `rate` along a line, and otherwise like [`learning_rate`](Self::learning_rate).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::StochasticWeightAveraging;
    /// # use doc_models::{Line, Points};
    /// let averaging = StochasticWeightAveraging::<Line>::from_epoch(1).linear_learning_rate(0.5, 2);
    /// let mut trainer = Trainer::new(Line::default()).epochs(2).learning_rate(0.25).callback(averaging);
    /// // A step with 0.25, and one with 0.375.
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.75);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn linear_learning_rate(self, rate: f64, epochs: u64) -> Self {
        let mut averaging = self.learning_rate(rate, epochs);
        if let Some(schedule) = &mut averaging.schedule {
            schedule.is_linear = true;
        }
        averaging
    }

    /// Puts the average into the model at the end of a run, unless the run failed.
    ///
    /// ```
    /// # use callbacks::shelf::StochasticWeightAveraging;
    /// # use doc_models::Line;
    /// let averaging = StochasticWeightAveraging::<Line>::from_epoch(10).apply_at_end();
    /// assert!(averaging.average().is_none());
    /// ```
    pub fn apply_at_end(mut self) -> Self {
        self.applies_at_end = true;
        self
    }

    /// Returns the average: of the last run with an epoch to average. `None` before the first one.
    ///
    /// ```
    /// # use callbacks::shelf::StochasticWeightAveraging;
    /// # use doc_models::Line;
    /// assert!(StochasticWeightAveraging::<Line>::from_epoch(10).average().is_none());
    /// ```
    pub fn average(&self) -> Option<&M::Snapshot> {
        self.average.get()
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.memory.persist(fields);
        fields.nested("average", |fields| self.average.persist(fields));
        if let Some(schedule) = &mut self.schedule {
            schedule.persist(fields);
        }
    }

    fn add(&mut self, round: u64, model: &M) -> Result<(), BoxError> {
        self.average.load(model)?;
        if !self.memory.is_current {
            self.average = Average::default();
            self.memory.is_current = true;
        }
        if (round - self.first).is_multiple_of(self.every.max(1)) {
            self.average.add(model, f64::recip)?;
        }
        Ok(())
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let rate = self.schedule.as_ref().map_or(0.0, |schedule| schedule.to);
        let info = if self.applies_at_end {
            claims_end::<M>(info)
        } else {
            info
        };
        info.valid_if(self.first > 0, "from_epoch", self.first, "give 1 or more")
            .valid_if(self.every > 0, "every", self.every, "give 1 or more")
            .valid_if(
                rate.is_finite() && rate >= 0.0,
                "learning_rate",
                rate,
                settings::NOT_NEGATIVE,
            )
    }
}

impl RateAnnealing {
    /// Begins the schedule at the end of its first round, with the present rates, or counts one more round.
    fn advance(&mut self, rates: &LearningRate) {
        let (_, rounds) = self.progress.get_or_insert_with(|| (rates.clone(), 0));
        *rounds = rounds.saturating_add(1);
    }

    /// Sets the rate of each optimiser to that of the round, once the schedule has begun.
    fn apply(&self, rates: &mut LearningRate) {
        let Some((from, rounds)) = &self.progress else {
            return;
        };
        let curve = if self.is_linear { line } else { cosine };
        rates.change_from(from, |from| curve(from, self.to, (*rounds, self.rounds)));
    }

    /// Names what a saved run has of the schedule.
    fn persist(&mut self, fields: &mut Fields<'_>) {
        let progress = self.progress.take();
        let mut rounds = progress.as_ref().map(|(_, rounds)| *rounds);
        fields.field("annealed_rounds", &mut rounds);
        self.progress = rounds.map(|rounds| {
            let mut from = progress.map_or_else(|| LearningRate::new(0.0), |(from, _)| from);
            fields.nested("annealed_from", |fields| from.persist(fields));
            (from, rounds)
        });
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::LAST, declare = Self::declare, persist = Self::persist)]
impl<M: Parameters + 'static> StochasticWeightAveraging<M> {
    fn on_enter(&mut self, record: &Record) {
        self.memory.begin_run(record);
        let schedule = self.schedule.as_mut();
        if let Some(schedule) = schedule.filter(|_| !self.memory.is_current) {
            schedule.progress = None;
        }
    }

    fn on_scope_begin(&mut self, learning_rate: Option<&mut LearningRate>) {
        if let (Some(rates), Some(schedule)) = (learning_rate, &self.schedule) {
            schedule.apply(rates);
        }
    }

    fn on_round_end(
        &mut self,
        record: &Record,
        model: Local<'_, M>,
        learning_rate: Option<&mut LearningRate>,
    ) -> Result<(), BoxError> {
        let round = record.round().number();
        if round < self.first || !record.is_complete() {
            return Ok(());
        }
        self.add(round, &model)?;
        if let (Some(rates), Some(schedule)) = (learning_rate, &mut self.schedule) {
            schedule.advance(rates);
            schedule.apply(rates);
        }
        Ok(())
    }

    fn on_exit(&mut self, outcome: &Outcome, mut model: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.average.load(&model)?;
        match self.average.get() {
            Some(average)
                if self.applies_at_end && self.memory.is_current && outcome.failed().is_none() =>
            {
                model.restore(average)
            }
            _ => Ok(()),
        }
    }
}

impl<M: Parameters> fmt::Debug for StochasticWeightAveraging<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StochasticWeightAveraging")
            .field("from_epoch", &self.first)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}
