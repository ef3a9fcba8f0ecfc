//! Values that change over the steps of a run.

use std::f64::consts::PI;
use std::fmt;

/// A value that depends on the number of steps.
pub(super) enum Curve {
    Constant(f64),
    Linear { from: f64, to: f64, steps: u64 },
    Cosine { from: f64, to: f64, steps: u64 },
    Any(Box<dyn Fn(u64) -> f64 + Send>),
}

impl Curve {
    pub(super) fn at(&self, step: u64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Linear { from, to, steps } => between(*from, *to, progress(step, *steps)),
            Self::Cosine { from, to, steps } => {
                between(*from, *to, cosine_share(progress(step, *steps)))
            }
            Self::Any(value) => value(step),
        }
    }

    /// Returns the values that settings give.
    pub(super) fn bounds(&self) -> [f64; 2] {
        match self {
            Self::Constant(value) => [*value, *value],
            Self::Linear { from, to, .. } | Self::Cosine { from, to, .. } => [*from, *to],
            Self::Any(_) => [0.0, 0.0],
        }
    }
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Constant(_) => "Constant",
            Self::Linear { .. } => "Linear",
            Self::Cosine { .. } => "Cosine",
            Self::Any(_) => "Any",
        };
        let [from, to] = self.bounds();
        f.debug_struct(name)
            .field("from", &from)
            .field("to", &to)
            .finish_non_exhaustive()
    }
}

/// Returns the value at a share of the way.
pub(super) fn between(from: f64, to: f64, share: f64) -> f64 {
    to * share + from * (1.0 - share)
}

/// Returns the share of half a cosine wave at a share of the way.
pub(super) fn cosine_share(share: f64) -> f64 {
    (1.0 - (PI * share).cos()) / 2.0
}

/// Returns the share of the way after some steps, from 0 to 1.
#[expect(
    clippy::cast_precision_loss,
    reason = "a run has fewer than 2^53 steps"
)]
pub(super) fn progress(step: u64, steps: u64) -> f64 {
    if step >= steps {
        return 1.0;
    }
    step as f64 / steps as f64
}
