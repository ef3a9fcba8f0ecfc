//! The learner: a model and its optimisers, as forward, loss, backward and step.

use super::{Fit, LearningRate, Loss, OptimizerName, Phase};
use callback_runtime::persist::Fields;
use callback_runtime::{Availability, BoxError, Ctx};
use std::fmt;

/// A model with its optimisers, which the fit loop trains.
///
/// Batch, prediction and gradients are state while they exist, so that handlers can read and change them: `&mut Batch` at
/// `on_train_batch_begin`, `&mut Prediction` at `on_train_batch_after_pred`, `&mut Gradients` at
/// `on_train_batch_before_step`. State has one value per type, so these are three different types: wrap a framework's `Tensor` in a
/// struct for each.
///
/// ```
// The learner of `examples/hello.rs` and of the examples in this crate's documentation.
#[doc = include_str!("../../examples/hello/line.rs")]
///
/// let mut trainer = callbacks::fit::Trainer::new(Line::default()).epochs(50).learning_rate(0.1);
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0), (2.0, 4.0)])])?;
/// assert!((fitted.learner.slope - 2.0).abs() < 1e-6);
/// # Ok::<(), callbacks::PlanError>(())
/// ```
pub trait Learner: Sized + 'static {
    /// Input and target of one step.
    type Batch: 'static;
    /// The output of `forward`.
    type Prediction: 'static;
    /// The output of `backward`, which `step` consumes. Callbacks that measure or change gradients need the trait
    /// [`Gradients`](crate::Gradients).
    type Gradients: 'static;

    /// Returns the number of samples in a batch: the weight of its loss in the mean of a pass. A batch without samples is trained on like
    /// any other, but does not change the mean. A learner whose loss is a mean over samples has to handle it.
    fn samples(&self, batch: &Self::Batch) -> u64;

    /// Computes the prediction for a batch. `phase` is for layers that behave differently in training.
    fn forward(&mut self, batch: &Self::Batch, phase: Phase) -> Result<Self::Prediction, BoxError>;

    /// Computes the loss of a prediction. If reading it would wait for a device, [`Loss::lazy`] defers the wait.
    fn loss(
        &mut self,
        prediction: &Self::Prediction,
        batch: &Self::Batch,
    ) -> Result<Loss, BoxError>;

    /// Computes the gradients of the last loss, for one optimiser.
    fn backward(
        &mut self,
        prediction: &Self::Prediction,
        batch: &Self::Batch,
        optimizer: OptimizerName,
    ) -> Result<Self::Gradients, BoxError>;

    /// Updates the parameters with one optimiser, at this learning rate.
    fn step(
        &mut self,
        gradients: Self::Gradients,
        learning_rate: f64,
        optimizer: OptimizerName,
    ) -> Result<(), BoxError>;

    /// Returns the optimisers, in the order in which they step. For each of them, a training batch goes through forward, loss, backward
    /// and step.
    fn optimizers(&self) -> &'static [&'static str] {
        &["main"]
    }

    /// Returns the parameter groups that can have a learning rate of their own, beside the optimisers: none by default. A trainer sets the
    /// rate of a group with [`learning_rate_of`](super::Trainer::learning_rate_of), and schedules have it by its name.
    fn parameter_groups(&self) -> &'static [&'static str] {
        &[]
    }

    /// Updates the parameters with one optimiser whose parameter groups have learning rates of their own: [`LearningRate::of_group`]. By
    /// default it calls [`step`](Self::step) with the rate of the optimiser.
    ///
    /// ```
    /// use callbacks::BoxError;
    /// use callbacks::fit::OptimizerName;
    /// use callbacks::prelude::*;
    /// use callbacks::schedule::Exponential;
    /// use callbacks::shelf::RateSchedule;
    ///
    /// /// A line with a bias that learns faster than the slope.
    /// #[derive(Default)]
    /// struct Line {
    ///     slope: f64,
    ///     bias: f64,
    /// }
    ///
    /// struct Gradients {
    ///     slope: f64,
    ///     bias: f64,
    /// }
    ///
    /// impl Learner for Line {
    ///     // …
    /// #     type Batch = (f64, f64);
    /// #     type Prediction = f64;
    ///     type Gradients = Gradients;
    /// #     fn samples(&self, _: &(f64, f64)) -> u64 { 1 }
    /// #     fn forward(&mut self, at: &(f64, f64), _: Phase) -> Result<f64, BoxError> { Ok(self.slope * at.0 + self.bias) }
    /// #     fn loss(&mut self, y: &f64, at: &(f64, f64)) -> Result<Loss, BoxError> { Ok(Loss::from((y - at.1).powi(2))) }
    /// #     fn backward(&mut self, y: &f64, at: &(f64, f64), _: OptimizerName) -> Result<Gradients, BoxError> {
    /// #         Ok(Gradients { slope: 2.0 * (y - at.1) * at.0, bias: 2.0 * (y - at.1) })
    /// #     }
    ///
    ///     fn parameter_groups(&self) -> &'static [&'static str] {
    ///         &["bias"]
    ///     }
    ///
    ///     fn step_groups(&mut self, gradients: Gradients, rates: &LearningRate, _: OptimizerName) -> Result<(), BoxError> {
    ///         self.slope -= rates.get() * gradients.slope;
    ///         self.bias -= rates.of_group("bias") * gradients.bias;
    ///         Ok(())
    ///     }
    /// #
    /// #     fn step(&mut self, _: Gradients, _: f64, _: OptimizerName) -> Result<(), BoxError> { Err("it has groups".into()) }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default())
    ///     .learning_rate(0.1)
    ///     .learning_rate_of("bias", 0.25)
    ///     .callback(RateSchedule::per_epoch(Exponential::new(0.5)).of("bias"));
    /// let fitted = trainer.fit(vec![(0.0, 1.0)])?;
    /// assert_eq!(fitted.learner.bias, 0.5);
    /// # Ok::<(), PlanError>(())
    /// ```
    fn step_groups(
        &mut self,
        gradients: Self::Gradients,
        rates: &LearningRate,
        optimizer: OptimizerName,
    ) -> Result<(), BoxError> {
        self.step(gradients, rates.get(), optimizer)
    }

    /// Names what a saved run has of the learner, for checkpoints: its parameters, what its optimisers remember, and its random numbers. The
    /// names `parameters` and `optimizer` let a run that continues choose among them. A learner that names nothing cannot be saved, which is a
    /// problem of a plan with a checkpoint.
    ///
    /// ```
    /// use callbacks::persist::Fields;
    /// # use callbacks::BoxError;
    /// # use callbacks::fit::OptimizerName;
    /// # use callbacks::prelude::*;
    /// # struct Line { slope: f64, velocity: f64 }
    ///
    /// impl Learner for Line {
    ///     // …
    /// #     type Batch = ();
    /// #     type Prediction = f64;
    /// #     type Gradients = f32;
    /// #     fn samples(&self, _: &()) -> u64 { 1 }
    /// #     fn forward(&mut self, _: &(), _: Phase) -> Result<f64, BoxError> { Ok(self.slope) }
    /// #     fn loss(&mut self, at: &f64, _: &()) -> Result<Loss, BoxError> { Ok(Loss::from(*at)) }
    /// #     fn backward(&mut self, _: &f64, _: &(), _: OptimizerName) -> Result<f32, BoxError> { Ok(0.0) }
    /// #     fn step(&mut self, _: f32, _: f64, _: OptimizerName) -> Result<(), BoxError> { Ok(()) }
    ///     fn persist_fields(&mut self, fields: &mut Fields<'_>) {
    ///         fields.field("parameters.slope", &mut self.slope);
    ///         fields.field("optimizer.velocity", &mut self.velocity);
    ///     }
    /// }
    /// ```
    fn persist_fields(&mut self, _fields: &mut Fields<'_>) {}

    /// Returns a step that replaces the four functions above, in training and validation. The breakpoints inside of a batch do not fire
    /// then.
    fn own_step(&self) -> Option<OwnStep> {
        None
    }
}

/// A learner's own step, and the state that it provides.
///
/// ```
/// use callbacks::BoxError;
/// use callbacks::fit::{OptimizerName, OwnStep};
/// use callbacks::prelude::*;
///
/// /// A model whose framework has one function for a whole step.
/// struct Halving(f64);
///
/// impl Learner for Halving {
///     // …
/// #     type Batch = ();
/// #     type Prediction = f64;
/// #     type Gradients = f32;
/// #     fn samples(&self, _: &()) -> u64 { 1 }
/// #     fn forward(&mut self, _: &(), _: Phase) -> Result<f64, BoxError> { Ok(self.0) }
/// #     fn loss(&mut self, at: &f64, _: &()) -> Result<Loss, BoxError> { Ok(Loss::from(*at)) }
/// #     fn backward(&mut self, _: &f64, _: &(), _: OptimizerName) -> Result<f32, BoxError> { Ok(0.0) }
/// #     fn step(&mut self, _: f32, _: f64, _: OptimizerName) -> Result<(), BoxError> { Ok(()) }
///     fn own_step(&self) -> Option<OwnStep> {
///         let step = OwnStep::new(|mut ctx| {
///             let model = ctx.get_mut::<Self>().ok_or("the model is gone")?;
///             model.0 *= 0.5;
///             let loss = Loss::from(model.0);
///             ctx.insert(loss);
///             Ok(())
///         });
///         Some(step.provides(|availability| availability.between::<Loss>(Fit::on_train_batch_end, Fit::on_train_batch_end)))
///     }
/// }
///
/// let mut trainer = Trainer::new(Halving(1.0)).on(Fit::on_train_batch_end, |loss: &Loss| println!("{loss}"));
/// let fitted = trainer.fit(vec![(), ()])?;
/// assert_eq!(fitted.learner.0, 0.25);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, Copy)]
pub struct OwnStep {
    pub(super) step: fn(Ctx<'_>) -> Result<(), BoxError>,
    pub(super) availability: fn(&mut Availability<Fit>),
}

impl OwnStep {
    /// Creates a step from a function that finds learner, batch and [`Phase`] in the state. A [`Loss`] and values of the learner's types
    /// that it leaves in the state are removed after the batch.
    pub fn new(step: fn(Ctx<'_>) -> Result<(), BoxError>) -> Self {
        Self {
            step,
            availability: |_| {},
        }
    }

    /// Declares which state the step provides, and where it exists. Without this, a plan assumes that it provides none.
    pub fn provides(mut self, availability: fn(&mut Availability<Fit>)) -> Self {
        self.availability = availability;
        self
    }
}

impl fmt::Debug for OwnStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnStep").finish_non_exhaustive()
    }
}
