//! Decoupled weight decay, with a schedule.

use super::curve::Curve;
use crate::fit::{LearningRate, MicroStep, OptimizerName, SkipStep, Step};
use crate::shelf::rates::{of_optimizer, refer_to_optimizer};
use crate::shelf::sanity_check::NoSteps;
use crate::{Driver, Fit, Parameters, weight};
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, CallbackRef, LocalMut};
use std::borrow::Cow;
use std::fmt;

/// Shrinks the parameters of the model `M` before each update: `parameter · (1 − learning rate · decay)`, the decoupled weight decay of `AdamW`
/// (Loshchilov and Hutter 2019, <https://arxiv.org/abs/1711.05101>).
///
/// The model has [`Parameters`](trait@Parameters). The decay may change over the steps, and [`matching`](Self::matching) chooses the parameters by name,
/// such as all but the biases. A driver has no learning rate: there the factor is `1 − decay`. Use an optimiser without a weight decay of its own.
///
/// With several optimisers it shrinks the parameters once for each batch, with the learning rate of the first one that steps, or with
/// [`of`](Self::of) before the step of one of them. A step that is [skipped](SkipStep) shrinks nothing: the weight is
/// [`LAST`](crate::weight::LAST), so that it sees what the others have skipped. A callback of yours that stops a fit before a step skips that
/// step, too, as [`TerminateOnNan`](crate::shelf::TerminateOnNan) does; otherwise the fit ends with parameters that were shrunk. A driver
/// with [`rollback`](crate::driver::VariationalDriver::rollback) restores them where a step is stopped before its update.
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
    /// Whether all parameters shrink, and not those that `includes` chooses.
    is_of_all: bool,
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

    /// A decay that a function computes from the number of steps before. If it is not finite or negative, the run fails with
    /// [`InvalidDecay`].
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
            is_of_all: true,
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
    /// let decay = WeightDecay::<Line>::constant(0.5).matching(|name| name != "slope");
    /// let mut trainer = Trainer::new(Line { slope: 2.0 }).callback(decay);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 2.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn matching(mut self, includes: impl Fn(&str) -> bool + Send + 'static) -> Self {
        self.is_of_all = false;
        self.includes = Box::new(includes);
        self
    }

    /// Shrinks before the steps of this optimiser alone, with its learning rate. An optimiser that the trainer
    /// does not have is a problem of the plan; in a session and in a driver, which has no optimisers, the run fails when it begins.
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
        let decay = self.decay.at(step);
        if !is_decay(decay) {
            return Err(InvalidDecay { step, decay }.into());
        }
        model.scale_where(1.0 - rate * decay, &self.includes)
    }

    /// Whether the parameters shrink before the step of this optimiser.
    fn is_chosen(
        &self,
        optimizer: Option<&OptimizerName>,
        micro_step: MicroStep,
    ) -> Result<bool, String> {
        match (&self.optimizer, optimizer) {
            (None, _) => Ok(self.last != Some(micro_step)),
            (Some(name), Some(optimizer)) => Ok(optimizer.0 == name),
            (Some(name), None) => Err(has_no_optimizer(name)),
        }
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut last = self.last.map(MicroStep::get);
        fields.field("last", &mut last);
        self.last = last.map(MicroStep::new);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = info.after(CallbackRef::of::<NoSteps>());
        let [from, to] = self.decay.bounds();
        let wrong = if is_decay(from) { to } else { from };
        let remedy = "give one that is finite and not negative";
        let info = info
            .valid_if(is_decay(from) && is_decay(to), "decay", wrong, remedy)
            .needs(Fit::on_train_batch_before_step);
        let optimizer = self.optimizer.as_ref();
        let info = refer_to_optimizer(info, optimizer);
        if self.is_of_all {
            let remedy = "choose the parameters of each with `.matching(…)`, or attach one";
            info.claims(of_optimizer(SHRINKS, remedy, optimizer))
        } else {
            info
        }
    }
}

/// The claim of one that shrinks all parameters.
const SHRINKS: &str = "shrinks all parameters before each update";

fn is_decay(decay: f64) -> bool {
    decay.is_finite() && decay >= 0.0
}

fn has_no_optimizer(name: &str) -> String {
    format!("the loop has no optimiser `{name}`, and no other one with a name; leave out `.of(…)`")
}

#[callback(Fit, Driver, register = false, ready_made, weight = weight::LAST, declare = Self::declare, persist = Self::persist)]
impl<M: Parameters + 'static> WeightDecay<M> {
    fn on_enter(&mut self, rate: Option<&LearningRate>) -> Result<(), String> {
        self.last = None;
        match (&self.optimizer, rate) {
            (Some(name), Some(rate)) => rate.check_optimizer(name),
            _ => Ok(()),
        }
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
        if skip.is_skipped() || !self.is_chosen(optimizer, *micro_step)? {
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
        if let Some(name) = &self.optimizer {
            return Err(has_no_optimizer(name).into());
        }
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

/// The cause of the failure of a [`WeightDecay`] whose function returns NaN, an infinity or a negative number.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{InvalidDecay, WeightDecay};
/// use std::error::Error;
/// # use doc_models::{Line, Points};
///
/// let decay = WeightDecay::<Line>::with(|step| if step < 2 { 0.1 } else { f64::NAN });
/// let outcome = Trainer::new(Line::default()).callback(decay).fit(vec![Points(vec![(1.0, 2.0)]); 5])?.outcome;
/// let why = outcome.failed().and_then(Error::source).and_then(|cause| cause.downcast_ref::<InvalidDecay>()).unwrap();
/// assert_eq!(why.step, 2);
/// assert!(why.to_string().starts_with("the weight decay after 2 steps is NaN"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct InvalidDecay {
    /// The number of steps before.
    pub step: u64,
    /// What the function has returned.
    pub decay: f64,
}

impl fmt::Display for InvalidDecay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, decay } = self;
        let steps = if *step == 1 { "step" } else { "steps" };
        write!(
            f,
            "the weight decay after {step} {steps} is {decay}; let the function return one that is finite and not negative"
        )
    }
}

callback_runtime::debug_as_display!(InvalidDecay);

impl std::error::Error for InvalidDecay {}
