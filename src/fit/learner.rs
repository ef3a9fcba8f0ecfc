//! What a fit drives: forward, loss, backward, step.

use super::{Fit, Loss, OptimizerName, Phase};
use callback_runtime::{Availability, BoxError, Ctx};
use std::fmt;

/// A model with its optimisers: what the fit loop drives.
///
/// Batch, prediction and gradients are state while they exist, so that handlers read and change them: `&mut Batch` at
/// `on_train_batch_begin`, `&mut Prediction` at `on_train_batch_after_pred`, `&mut Gradients` at
/// `on_train_batch_before_step`. State has one value per type, so the three are three types: wrap what a framework calls
/// `Tensor` in a struct each.
///
/// ```
// The learner of `examples/hello.rs`, which the trainer's examples include too.
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
    /// What `forward` makes of a batch.
    type Prediction: 'static;
    /// What `backward` finds, and `step` uses up. What the callbacks on the shelf need of it are the small traits
    /// [`Norm`](super::Norm) and [`Scale`](super::Scale).
    type Gradients: 'static;

    /// How many samples a batch has: the weight of its loss in the mean of a pass. A batch without samples changes no mean; it is trained
    /// on as any other, so that a learner whose loss is a mean looks for it itself.
    fn samples(&self, batch: &Self::Batch) -> u64;

    /// The prediction for a batch. `phase` tells training from the rest, for layers that differ.
    fn forward(&mut self, batch: &Self::Batch, phase: Phase) -> Result<Self::Prediction, BoxError>;

    /// The loss of a prediction. Where reading it would wait for a device, [`Loss::lazy`] puts that off.
    fn loss(
        &mut self,
        prediction: &Self::Prediction,
        batch: &Self::Batch,
    ) -> Result<Loss, BoxError>;

    /// The gradients of the last loss, for one optimiser.
    fn backward(
        &mut self,
        prediction: &Self::Prediction,
        batch: &Self::Batch,
        optimizer: OptimizerName,
    ) -> Result<Self::Gradients, BoxError>;

    /// One update of the parameters by one optimiser, at this learning rate.
    fn step(
        &mut self,
        gradients: Self::Gradients,
        learning_rate: f64,
        optimizer: OptimizerName,
    ) -> Result<(), BoxError>;

    /// The optimisers, in the order in which they step. For each of them a training batch goes through forward, loss, backward
    /// and step.
    fn optimizers(&self) -> &'static [&'static str] {
        &["main"]
    }

    /// A step of the learner's own in place of the four above, in training and validation. The five breakpoints inside of
    /// a batch are silent then.
    fn own_step(&self) -> Option<OwnStep> {
        None
    }
}

/// A step of a learner's own, and the state that it provides.
///
/// ```
/// use callbacks::BoxError;
/// use callbacks::fit::{OptimizerName, OwnStep};
/// use callbacks::prelude::*;
///
/// /// A model whose framework has one call for a whole step.
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
    /// A step that finds learner, batch and [`Phase`] in the state. What it leaves there is removed behind the batch, if it
    /// is a [`Loss`] or one of the learner's types.
    pub fn new(step: fn(Ctx<'_>) -> Result<(), BoxError>) -> Self {
        Self {
            step,
            availability: |_| {},
        }
    }

    /// Says which state the step provides, and from where on. Without this a plan takes it that there is none.
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
