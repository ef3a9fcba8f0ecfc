//! What a fit drives: forward, loss, backward, step.

use super::{Fit, Loss, OptimizerName, Phase};
use callback_runtime::{BoxError, Ctx, States};
use std::fmt;

/// A model with its optimisers: what the fit loop drives.
///
/// Batch, prediction and gradients are state while they exist, so that handlers read and change them: `&mut Batch` at
/// `on_train_batch_begin`, `&mut Prediction` at `on_train_batch_after_pred`, `&mut Gradients` at
/// `on_train_batch_before_step`. State has one value per type, so the three are three types: wrap what a framework calls
/// `Tensor` in a struct each.
///
/// ```
/// use callbacks::fit::{Learner, Loss, OptimizerName, Phase};
/// use callbacks::BoxError;
///
/// /// Fits a line through the origin.
/// #[derive(Default)]
/// struct Line {
///     slope: f64,
/// }
///
/// #[derive(Clone)]
/// struct Points(Vec<(f64, f64)>);
/// struct Heights(Vec<f64>);
/// struct Slope(f64);
///
/// impl Learner for Line {
///     type Batch = Points;
///     type Prediction = Heights;
///     type Gradients = Slope;
///
///     fn samples(&self, batch: &Points) -> u64 {
///         batch.0.len() as u64
///     }
///
///     fn forward(&mut self, batch: &Points, _: Phase) -> Result<Heights, BoxError> {
///         Ok(Heights(batch.0.iter().map(|(x, _)| self.slope * x).collect()))
///     }
///
///     fn loss(&mut self, heights: &Heights, batch: &Points) -> Result<Loss, BoxError> {
///         let errors = heights.0.iter().zip(&batch.0).map(|(height, (_, y))| (height - y).powi(2));
///         Ok(Loss::from(errors.sum::<f64>() / batch.0.len() as f64))
///     }
///
///     fn backward(&mut self, heights: &Heights, batch: &Points, _: OptimizerName) -> Result<Slope, BoxError> {
///         let slopes = heights.0.iter().zip(&batch.0).map(|(height, (x, y))| 2.0 * (height - y) * x);
///         Ok(Slope(slopes.sum::<f64>() / batch.0.len() as f64))
///     }
///
///     fn step(&mut self, gradients: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
///         self.slope -= rate * gradients.0;
///         Ok(())
///     }
/// }
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

    /// How many samples a batch has: the weight of its loss in the mean of a pass.
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
/// use callbacks::fit::{Fit, Loss, OwnStep};
///
/// let step = OwnStep::new(|mut ctx| {
///     // … the learner and the batch are in `ctx` …
///     ctx.insert(Loss::from(0.5));
///     Ok(())
/// })
/// .provides(|states| states.between::<Loss>(Fit::on_train_batch_end, Fit::on_train_batch_end));
/// ```
#[derive(Clone, Copy)]
pub struct OwnStep {
    pub(super) step: fn(Ctx<'_>) -> Result<(), BoxError>,
    pub(super) states: fn(&mut States<Fit>),
}

impl OwnStep {
    /// A step that finds learner, batch and [`Phase`] in the state. What it leaves there is removed behind the batch, if it
    /// is a [`Loss`] or one of the learner's types.
    pub fn new(step: fn(Ctx<'_>) -> Result<(), BoxError>) -> Self {
        Self {
            step,
            states: |_| {},
        }
    }

    /// Says which state the step provides, and from where on. Without this a plan takes it that there is none.
    pub fn provides(mut self, states: fn(&mut States<Fit>)) -> Self {
        self.states = states;
        self
    }
}

impl fmt::Debug for OwnStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnStep").finish_non_exhaustive()
    }
}
