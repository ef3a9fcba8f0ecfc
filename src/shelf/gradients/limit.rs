//! The limits of gradients, as `PyTorch` defines them.

use crate::Gradients;
use callback_runtime::BoxError;

/// What `PyTorch` adds to a norm before it divides by it.
const EPSILON: f64 = 1e-6;

/// A limit of gradients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Limit {
    /// The norm over all elements, as `torch.nn.utils.clip_grad_norm_` limits it.
    Norm(f64),
    /// The norm of each tensor on its own.
    TensorNorm(f64),
    /// Each element, as `torch.nn.utils.clip_grad_value_` limits it.
    Value(f64),
}

impl Limit {
    /// Returns the setting's name and value.
    pub(super) fn setting(self) -> (&'static str, f64) {
        match self {
            Self::Norm(limit) => ("max_norm", limit),
            Self::TensorNorm(limit) => ("max_norm of each tensor", limit),
            Self::Value(limit) => ("max_value", limit),
        }
    }

    /// Limits gradients whose norm this is. Gradients that are not finite keep their norm.
    pub(super) fn apply<G: Gradients + ?Sized>(
        self,
        gradients: &mut G,
        norm: f64,
        p: f64,
    ) -> Result<(), BoxError> {
        match self {
            Self::Norm(max) => match factor(max, norm) {
                Some(factor) => gradients.scale(factor),
                None => Ok(()),
            },
            Self::TensorNorm(max) => {
                let mut factors = Vec::new();
                gradients.norms(p, &mut |_, norm| factors.push(factor(max, norm)))?;
                let mut factors = factors.into_iter();
                gradients.scale_each(&mut |_| factors.next().flatten().unwrap_or(1.0))
            }
            Self::Value(max) => gradients.clamp(max),
        }
    }
}

/// Returns the factor that limits a norm; `None` if it is below the limit, or not finite.
fn factor(max: f64, norm: f64) -> Option<f64> {
    let factor = max / (norm + EPSILON);
    (norm.is_finite() && factor < 1.0).then_some(factor)
}
