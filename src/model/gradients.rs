//! The gradients of a model, for callbacks that clip, accumulate, watch or scale them.

#![expect(
    clippy::type_complexity,
    reason = "a visitor is written once in the traits, and as users write it"
)]

use super::norm::combine_norms;
use callback_runtime::BoxError;

/// Gradients that callbacks can measure, scale, clamp and add.
///
/// `#[derive(callbacks::Gradients)]` implements it for structs of gradients, as [`derive(Parameters)`](trait@super::Parameters) does for
/// parameters; the same types have it, and names and order follow the same rules. An `Err` is an error of the device.
///
/// ```
/// use callbacks::{BoxError, Gradients};
///
/// #[derive(callbacks::Gradients)]
/// struct Slopes {
///     weights: Vec<f32>,
///     bias: f32,
/// }
///
/// let mut slopes = Slopes { weights: vec![2.0, 3.0], bias: -6.0 };
/// assert_eq!(slopes.norm(2.0)?, 7.0);
/// slopes.scale(0.5)?;
/// slopes.clamp(2.0)?;
/// assert_eq!((slopes.weights[1], slopes.bias), (1.5, -2.0));
/// slopes.bias = f32::INFINITY;
/// assert!(!slopes.is_finite()?);
/// # Ok::<(), BoxError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "callbacks cannot use the gradients `{Self}`",
    label = "this has no `Gradients`",
    note = "write `#[derive(callbacks::Gradients)]` above `{Self}`, or implement `callbacks::Gradients` for it"
)]
pub trait Gradients {
    /// Calls `visitor` with the name and the elements of each tensor, until it returns an `Err`. Elements of another type than `f64` are
    /// converted.
    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError>;

    /// Calls `visitor` with the name and the p-norm of each tensor, as [`norm`](Self::norm) defines it.
    ///
    /// ```
    /// use callbacks::{BoxError, Gradients};
    ///
    /// let mut norms = Vec::new();
    /// ([3.0, -4.0], [6.0]).norms(2.0, &mut |name, norm| norms.push((name.to_owned(), norm)))?;
    /// assert_eq!(norms, [("0".to_owned(), 5.0), ("1".to_owned(), 6.0)]);
    /// # Ok::<(), BoxError>(())
    /// ```
    fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError>;

    /// Computes the p-norm over all elements: `(Σ|x|^p)^(1/p)`, or the largest `|x|` for `p = ∞`. NaN if an element is NaN, 0 without
    /// elements. `p` is positive.
    ///
    /// ```
    /// use callbacks::{BoxError, Gradients};
    ///
    /// assert_eq!([3.0, -4.0].norm(1.0)?, 7.0);
    /// assert_eq!([3.0, -4.0].norm(f64::INFINITY)?, 4.0);
    /// # Ok::<(), BoxError>(())
    /// ```
    fn norm(&self, p: f64) -> Result<f64, BoxError> {
        let mut norms = Vec::new();
        self.norms(p, &mut |_, norm| norms.push(norm))?;
        Ok(combine_norms(norms, p))
    }

    /// Whether every element is finite: neither NaN nor infinite.
    fn is_finite(&self) -> Result<bool, BoxError> {
        Ok(self.norm(f64::INFINITY)?.is_finite())
    }

    /// Multiplies each tensor by the factor that `factor` returns for its name. `factor` is called once for each tensor, in their order.
    ///
    /// ```
    /// use callbacks::{BoxError, Gradients};
    ///
    /// let mut pair = ([1.0, 2.0], [3.0]);
    /// pair.scale_each(&mut |name| if name == "0" { 2.0 } else { 1.0 })?;
    /// assert_eq!(pair, ([2.0, 4.0], [3.0]));
    /// # Ok::<(), BoxError>(())
    /// ```
    fn scale_each(&mut self, factor: &mut dyn FnMut(&str) -> f64) -> Result<(), BoxError>;

    /// Multiplies every element by a number.
    ///
    /// ```
    /// use callbacks::{BoxError, Gradients};
    ///
    /// let mut gradients = [3.0, -4.0];
    /// gradients.scale(0.5)?;
    /// assert_eq!(gradients, [1.5, -2.0]);
    /// # Ok::<(), BoxError>(())
    /// ```
    fn scale(&mut self, by: f64) -> Result<(), BoxError> {
        self.scale_each(&mut |_| by)
    }

    /// Limits every element to `-limit..=limit`, of a `limit` that is not negative. NaN stays.
    fn clamp(&mut self, limit: f64) -> Result<(), BoxError>;

    /// Adds other gradients of the same shape, multiplied by a number. Another shape is an `Err`.
    ///
    /// ```
    /// use callbacks::{BoxError, Gradients};
    ///
    /// let mut sum = [1.0, 2.0];
    /// sum.add_scaled(&[4.0, 8.0], 0.5)?;
    /// assert_eq!(sum, [3.0, 6.0]);
    /// # Ok::<(), BoxError>(())
    /// ```
    fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError>;
}
