//! Decoupled weight decay, with a schedule.

use super::curve::Curve;
use crate::fit::{LearningRate, MicroStep, OptimizerName, SkipStep, Step};
use crate::{Driver, Fit, Parameters, weight};
use callback_macros::callback;
use callback_runtime::{BoxError, CallbackInfo, LocalMut};
use std::borrow::Cow;
use std::fmt;

/// Shrinks the parameters of the model `M` before each update: `parameter · (1 − learning rate · decay)`, the decoupled weight decay of `AdamW`
/// (Loshchilov and Hutter 2019, <https://arxiv.org/abs/1711.05101>).
///
/// The model has [`Parameters`](trait@Parameters). The decay may change over the steps, and [`only`](Self::only) chooses the parameters by name, such
/// as all but the biases. A driver has no learning rate: there the factor is `1 − decay`. Use an optimiser without a weight decay of its own.
///
/// With several optimisers it shrinks the parameters once for each update, with the learning rate of the first one, or with
/// [`of`](Self::of) before the step of one of them. A step that is skipped shrinks nothing: the weight is [`LAST`](crate::weight::LAST), so that it sees what
/// the others have skipped.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::WeightDecay;
/// # use doc_models::{Line, Points};
///
/// let decay = WeightDecay::<Line>::constant(0.5);
/// let mut trainer = Trainer::new(Line { slope: 2.0 }).learning_rate(0.5).callback(decay);
/// // 2 · (1 − 0.5 · 0.5); the gradient is 0 at a slope of 2.
/// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.5);
/// # Ok::<(), PlanError>(())
/// ```
pub struct WeightDecay<M> {
    decay: Curve,
    includes: Box<dyn Fn(&str) -> bool + Send>,
    optimizer: Option<Cow<'static, str>>,
    /// The batch in which the parameters were shrunk for the last time.
    last: Option<MicroStep>,
    model: std::marker::PhantomData<fn() -> M>,
}

impl<M: Parameters + 'static> WeightDecay<M> {
    /// A decay that stays the same.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::WeightDecay;
    /// # use doc_models::Line;
    /// let growing = WeightDecay::<Line>::constant(-0.1);
    /// assert!(Trainer::new(Line::default()).callback(growing).check().is_err());
    /// ```
    pub fn constant(decay: f64) -> Self {
        Self::new(Curve::Constant(decay))
    }

    /// A decay that goes along a line from one value to another one in a number of steps, and stays there.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::WeightDecay;
    /// # use doc_models::{Line, Points};
    /// let decay = WeightDecay::<Line>::linear(0.0, 0.5, 1);
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).epochs(2).learning_rate(0.5).callback(decay);
    /// // The first step has no decay.
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.5);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn linear(from: f64, to: f64, steps: u64) -> Self {
        Self::new(Curve::Linear { from, to, steps })
    }

    /// A decay that goes along half a cosine wave from one value to another one in a number of steps, and stays there.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::WeightDecay;
    /// # use doc_models::Line;
    /// let decay = WeightDecay::<Line>::cosine(0.04, 0.4, 100_000);
    /// assert!(Trainer::new(Line::default()).callback(decay).check().is_ok());
    /// ```
    pub fn cosine(from: f64, to: f64, steps: u64) -> Self {
        Self::new(Curve::Cosine { from, to, steps })
    }

    /// A decay that a function computes from the number of steps before.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::WeightDecay;
    /// # use doc_models::Line;
    /// let decay = WeightDecay::<Line>::with(|step| if step < 1000 { 0.0 } else { 0.01 });
    /// assert!(Trainer::new(Line::default()).callback(decay).check().is_ok());
    /// ```
    pub fn with(decay: impl Fn(u64) -> f64 + Send + 'static) -> Self {
        Self::new(Curve::Any(Box::new(decay)))
    }

    fn new(decay: Curve) -> Self {
        Self {
            decay,
            includes: Box::new(|_| true),
            optimizer: None,
            last: None,
            model: std::marker::PhantomData,
        }
    }

    /// Shrinks only the tensors whose names this function accepts.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::WeightDecay;
    /// # use doc_models::{Line, Points};
    /// let decay = WeightDecay::<Line>::constant(0.5).only(|name| name != "slope");
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).callback(decay);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 2.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn only(mut self, includes: impl Fn(&str) -> bool + Send + 'static) -> Self {
        self.includes = Box::new(includes);
        self
    }

    /// Shrinks before the steps of this optimiser alone, with its learning rate.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::WeightDecay;
    /// # use doc_models::{Line, Points};
    /// let decay = WeightDecay::<Line>::constant(0.5).of("main");
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).learning_rate(0.5).callback(decay);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.5);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn of(mut self, optimizer: impl Into<Cow<'static, str>>) -> Self {
        self.optimizer = Some(optimizer.into());
        self
    }

    fn shrink(&self, model: &mut M, step: u64, rate: f64) -> Result<(), BoxError> {
        let factor = 1.0 - rate * self.decay.at(step);
        model.scale_where(factor, &self.includes)
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let is_decay = |decay: f64| decay.is_finite() && decay >= 0.0;
        let [from, to] = self.decay.bounds();
        let wrong = if is_decay(from) { to } else { from };
        let remedy = "give one that is finite and not negative";
        info.valid_if(is_decay(from) && is_decay(to), "decay", wrong, remedy)
            .needs(Fit::on_train_batch_before_step)
    }
}

#[callback(Fit, Driver, register = false, ready_made, weight = weight::LAST, declare = Self::declare)]
impl<M: Parameters + 'static> WeightDecay<M> {
    fn on_enter(&mut self) {
        self.last = None;
    }

    fn on_train_batch_before_step(
        &mut self,
        mut model: LocalMut<'_, M>,
        rate: &LearningRate,
        optimizer: Option<&OptimizerName>,
        step: &Step,
        micro_step: &MicroStep,
        skip: &SkipStep,
    ) -> Result<(), BoxError> {
        let is_chosen = match &self.optimizer {
            Some(name) => optimizer.is_some_and(|optimizer| optimizer.0 == name),
            None => self.last != Some(*micro_step),
        };
        if skip.is_skipped() || !is_chosen {
            return Ok(());
        }
        self.last = Some(*micro_step);
        self.shrink(&mut model, step.get(), rate.get())
    }

    fn before_parameter_update(
        &mut self,
        mut model: LocalMut<'_, M>,
        step: &Step,
    ) -> Result<(), BoxError> {
        self.shrink(&mut model, step.get(), 1.0)
    }
}

impl<M> fmt::Debug for WeightDecay<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeightDecay")
            .field("decay", &self.decay)
            .finish_non_exhaustive()
    }
}
