//! Learners that can compute in half precision, with a loss that is scaled.

use callback_runtime::BoxError;

/// A learner that can compute in half precision: for [`MixedPrecision`](crate::shelf::MixedPrecision) of the shelf.
///
/// Gradients of small values vanish in half precision. So the learner multiplies the loss by a scale before `backward`, and the callback divides
/// the gradients by it, skips steps whose gradients are not finite, and adjusts the scale.
///
/// ```
/// use callbacks::{BoxError, HalfPrecision};
///
/// struct Model {
///     is_half: bool,
///     /// What `backward` multiplies the loss by.
///     loss_scale: f64,
/// }
///
/// impl HalfPrecision for Model {
///     fn set_half_precision(&mut self, is_on: bool) -> Result<(), BoxError> {
///         self.is_half = is_on;
///         Ok(())
///     }
///
///     fn set_loss_scale(&mut self, scale: f64) -> Result<(), BoxError> {
///         self.loss_scale = scale;
///         Ok(())
///     }
/// }
/// # let mut model = Model { is_half: false, loss_scale: 1.0 };
/// # model.set_half_precision(true)?;
/// # model.set_loss_scale(2.0)?;
/// # assert!(model.is_half && model.loss_scale == 2.0);
/// # Ok::<(), BoxError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the learner `{Self}` offers no half precision",
    label = "mixed precision needs a learner that can scale its loss",
    note = "implement `callbacks::HalfPrecision` for `{Self}` if its framework can compute in half precision, or leave the callback out"
)]
pub trait HalfPrecision {
    /// Computes `forward` and `loss` in half precision from now on, or in full precision again. An `Err` says that the device cannot.
    fn set_half_precision(&mut self, is_on: bool) -> Result<(), BoxError>;

    /// Sets the number by which `backward` multiplies the loss, and so its gradients. The loss that callbacks see is not multiplied.
    fn set_loss_scale(&mut self, scale: f64) -> Result<(), BoxError>;
}
