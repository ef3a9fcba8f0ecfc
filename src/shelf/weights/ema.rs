//! Exponential moving averages of the parameters.

use super::average::{Average, RunMemory, claims_end, claims_validation};
use super::validation_swap::{ValidationSwap, bounds_validation};
use crate::fit::Step;
use crate::{Parameters, weight};
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{
    BoxError, Breakpoint, CallbackInfo, Local, LocalMut, Outcome, Record, Role, Rounds,
};
use std::fmt;

/// Averages the parameters of the model `M` exponentially: after each update `average = decay · average + (1 − decay) · parameters`.
///
/// The model has [`Parameters`], and is in the state of the loop: the learner of a fit, the driven system of a driver, a model that is lent to
/// a session. The average begins as a copy of the parameters after the first update, as `AveragedModel` of `PyTorch` does
/// (`torch.optim.swa_utils`). In a loop whose state has no [`Step`] it is updated after each round.
///
/// The average takes the place of the parameters in each validation of the run, from the last handler of `on_valid_begin` to the last one of
/// `on_valid_end`; metrics and stoppers see its values. Afterwards the parameters are put back, exact to the bit, also if a stop, an error or a
/// panic ends the validation. [`evaluate`](crate::fit::Trainer::evaluate) is a run of its own, and validates the parameters.
///
/// [`KeepBest`](crate::shelf::KeepBest) and [`restore_best`](crate::shelf::EarlyStopping::restore_best) keep what a number was measured with:
/// the average if they monitor a number of the validation, such as `valid_loss`, and the parameters if they monitor `train_loss`. What others
/// save at the end of an epoch are the parameters.
///
/// A plan can have one `Ema` of a model that validates, and one average that is applied at the end; write `.without_validation()` for the
/// others, or let one have [several decays](Self::and).
///
/// A saved run has the averages, and in a validation the model's own parameters beside them: the model has the average then. They are
/// loaded where the restored run first reaches a handler of this callback; parameters of another model fail the run there.
///
/// After the run the average is here, until another run updates it; with [`apply_at_end`](Self::apply_at_end) the model gets it. The average
/// belongs to one fit or one driver, and a snapshot needs as much memory as the parameters. It has the weight
/// [`LAST`](crate::weight::LAST).
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::Ema;
/// # use doc_models::{Line, Points};
///
/// let points = vec![Points(vec![(1.0, 2.0)]); 2];
/// let mut trainer = Trainer::new(Line::default())
///     .learning_rate(0.25)
///     .valid(points.clone())
///     .callback(Ema::<Line>::new(0.5))
///     .on(Fit::on_valid_batch_end, |line: &Line| assert_eq!(line.slope, 1.25));
/// // The slope is 1 after the first update, and 1.5 after the second one.
/// assert_eq!(trainer.fit(points)?.learner.slope, 1.5);
/// # Ok::<(), PlanError>(())
/// ```
pub struct Ema<M: Parameters> {
    averages: Vec<(f64, Average<M>)>,
    warm_up: WarmUp,
    every: u64,
    validates: bool,
    applies_at_end: bool,
    memory: RunMemory,
    /// The number of the step at the last update, and that of the updates of the model since the last update of the average.
    last_step: Option<u64>,
    missed: u64,
    swap: ValidationSwap<M>,
}

/// How the first updates count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WarmUp {
    None,
    Growing,
    Unbiased,
}

impl<M: Parameters + 'static> Ema<M> {
    /// Averages with this decay, from 0 to below 1. The average reaches back about `1 / (1 − decay)` updates.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::Line;
    /// let mut trainer = Trainer::new(Line::default()).callback(Ema::<Line>::new(1.0));
    /// assert!(trainer.check().unwrap_err().to_string().contains("has a `decay` of 1"));
    /// ```
    pub fn new(decay: f64) -> Self {
        Self {
            averages: vec![(decay, Average::default())],
            warm_up: WarmUp::None,
            every: 1,
            validates: true,
            applies_at_end: false,
            memory: RunMemory::default(),
            last_step: None,
            missed: 0,
            swap: ValidationSwap::default(),
        }
    }

    /// Adds an average with another decay. Validations use the first one.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(Ema::<Line>::new(0.999).and(0.9));
    /// trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.ok().unwrap();
    /// let ema = trainer.plan().get::<Ema<Line>>().unwrap();
    /// assert_eq!(ema.averages().map(|(decay, _)| decay).collect::<Vec<_>>(), [0.999, 0.9]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn and(mut self, decay: f64) -> Self {
        self.averages.push((decay, Average::default()));
        self
    }

    /// Lets the decay grow to its value: it is at most `(1 + n) / (10 + n)` at the n-th update, as in `ExponentialMovingAverage` of
    /// TensorFlow, so that the average soon forgets how the model began.
    ///
    /// ```
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::Line;
    /// let ema = Ema::<Line>::new(0.9999).warm_up();
    /// assert_eq!(ema.averages().count(), 0);
    /// ```
    pub fn warm_up(mut self) -> Self {
        self.warm_up = WarmUp::Growing;
        self
    }

    /// Weights the parameters of n updates ago by `decayⁿ`, and divides by the sum of the weights, as Adam corrects the bias
    /// of its averages: the first parameters have no more weight than the others.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .learning_rate(0.25)
    ///     .callback(Ema::<Line>::new(0.5).unbiased().apply_at_end());
    /// // (0.5 · 1 + 1.5) / 1.5
    /// assert!((trainer.fit(vec![Points(vec![(1.0, 2.0)]); 2])?.learner.slope - 4.0 / 3.0).abs() < 1e-12);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn unbiased(mut self) -> Self {
        self.warm_up = WarmUp::Unbiased;
        self
    }

    /// Updates the averages after every `updates` updates of the model, at least 1.
    ///
    /// ```
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::Line;
    /// let ema = Ema::<Line>::new(0.99).every(10);
    /// assert_eq!(ema.averages().count(), 0);
    /// ```
    pub fn every(mut self, updates: u64) -> Self {
        self.every = updates;
        self
    }

    /// Leaves the model's own parameters in place in validations.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::{Line, Points};
    /// let points = vec![Points(vec![(1.0, 2.0)])];
    /// let mut trainer = Trainer::new(Line::default())
    ///     .epochs(2)
    ///     .learning_rate(0.5)
    ///     .valid(points.clone())
    ///     .callback(Ema::<Line>::new(0.9).without_validation());
    /// assert_eq!(trainer.fit(points)?.history.of("valid_loss").last().map(|(_, loss)| loss), Some(0.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn without_validation(mut self) -> Self {
        self.validates = false;
        self
    }

    /// Puts the first average into the model at the end of a run, unless the run failed. The best parameters of
    /// [`KeepBest`](crate::shelf::KeepBest) win: they are restored afterwards.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .learning_rate(0.25)
    ///     .callback(Ema::<Line>::new(0.5).apply_at_end());
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)]); 2])?.learner.slope, 1.25);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn apply_at_end(mut self) -> Self {
        self.applies_at_end = true;
        self
    }

    /// Returns the first average: of the last run that updated the model. `None` before the first update.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Parameters;
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).learning_rate(0.25).callback(Ema::<Line>::new(0.5));
    /// trainer.fit(vec![Points(vec![(1.0, 2.0)]); 2])?.outcome.ok().unwrap();
    /// let mut averaged = Line::default();
    /// averaged.restore(trainer.plan().get::<Ema<Line>>().and_then(Ema::average).unwrap()).unwrap();
    /// assert_eq!((averaged.slope, trainer.learner().slope), (1.25, 1.5));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn average(&self) -> Option<&M::Snapshot> {
        self.averages().next().map(|(_, average)| average)
    }

    /// Returns the decays and their averages; none before the first update.
    ///
    /// ```
    /// # use callbacks::shelf::Ema;
    /// # use doc_models::Line;
    /// assert_eq!(Ema::<Line>::new(0.99).averages().count(), 0);
    /// ```
    pub fn averages(&self) -> impl Iterator<Item = (f64, &M::Snapshot)> {
        let averages = self.averages.iter();
        averages.filter_map(|(decay, average)| Some((*decay, average.get()?)))
    }

    /// Loads what a saved run has had of the averages, now that the model is there.
    fn load(&mut self, model: &M) -> Result<(), BoxError> {
        let mut averages = self.averages.iter_mut();
        averages.try_for_each(|(_, average)| average.load(model))
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.memory.persist(fields);
        fields.field("last_step", &mut self.last_step);
        fields.field("missed", &mut self.missed);
        for (index, (_, average)) in self.averages.iter_mut().enumerate() {
            let name = format!("averages.{index}");
            fields.nested(&name, |fields| average.persist(fields));
        }
        self.swap.persist(fields);
    }

    /// Updates the averages, if it is time.
    fn update(&mut self, model: &M) -> Result<(), BoxError> {
        self.load(model)?;
        if !self.memory.is_current {
            for (_, average) in &mut self.averages {
                *average = Average::default();
            }
            self.memory.is_current = true;
            self.missed = 0;
        }
        self.missed = self.missed.saturating_add(1);
        if self.missed < self.every {
            return Ok(());
        }
        self.missed = 0;
        let warm_up = self.warm_up;
        for (decay, average) in &mut self.averages {
            average.add(model, |count| warm_up.share(*decay, count))?;
        }
        Ok(())
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let mut info = info.valid_if(self.every > 0, "every", self.every, "give 1 or more");
        if self.validates {
            info = claims_validation::<M>(info);
        }
        if self.applies_at_end {
            info = claims_end::<M>(info);
        }
        self.averages.iter().fold(info, |info, (decay, _)| {
            let is_valid = (0.0..1.0).contains(decay);
            info.valid_if(is_valid, "decay", decay, "give one from 0 to below 1")
        })
    }
}

impl WarmUp {
    /// Returns the share of the newest parameters, which are the `count`-th.
    fn share(self, decay: f64, count: f64) -> f64 {
        match self {
            Self::None => 1.0 - decay,
            Self::Growing => 1.0 - decay.min((1.0 + count) / (10.0 + count)),
            Self::Unbiased => (1.0 - decay) / (1.0 - decay.powf(count)),
        }
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::LAST, declare = Self::declare, persist = Self::persist)]
impl<M: Parameters + 'static> Ema<M> {
    fn on_enter(&mut self, record: &Record, step: Option<&Step>) {
        self.memory.begin_run(record);
        self.last_step = step.map(|step| step.get());
    }

    fn on_scope_begin(
        &mut self,
        at: &Breakpoint,
        mut model: LocalMut<'_, M>,
    ) -> Result<(), BoxError> {
        self.load(&model)?;
        let is_used = self.validates && self.memory.is_current;
        let average = self.averages.first().and_then(|(_, average)| average.get());
        match average.filter(|_| is_used && bounds_validation(at)) {
            Some(average) => self.swap.swap_in(&mut model, average),
            None => Ok(()),
        }
    }

    fn on_scope_end(
        &mut self,
        at: &Breakpoint,
        mut model: LocalMut<'_, M>,
    ) -> Result<(), BoxError> {
        if at.role() == Role::End && bounds_validation(at) {
            return self.swap.swap_back(&mut model);
        }
        Ok(())
    }

    fn on_poll(&mut self, step: Option<&Step>, model: Local<'_, M>) -> Result<(), BoxError> {
        let step = step.map(|step| step.get());
        if step.is_none() || step == self.last_step {
            return Ok(());
        }
        self.last_step = step;
        self.update(&model)
    }

    fn on_round_end(&mut self, step: Option<&Step>, model: Local<'_, M>) -> Result<(), BoxError> {
        if step.is_some() {
            return Ok(());
        }
        self.update(&model)
    }

    fn on_exit(&mut self, outcome: &Outcome, mut model: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.swap.swap_back(&mut model)?;
        self.load(&model)?;
        match self.average() {
            Some(average)
                if self.applies_at_end && self.memory.is_current && outcome.failed().is_none() =>
            {
                model.restore(average)
            }
            _ => Ok(()),
        }
    }
}

impl<M: Parameters> fmt::Debug for Ema<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decays: Vec<f64> = self.averages.iter().map(|(decay, _)| *decay).collect();
        f.debug_struct("Ema")
            .field("decays", &decays)
            .finish_non_exhaustive()
    }
}
