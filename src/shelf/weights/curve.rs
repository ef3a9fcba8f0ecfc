//! Values that change over the steps of a run.

use crate::schedule::{Cosine, Linear, Schedule, SchedulePosition};
use std::fmt;

/// A value that depends on the number of steps before.
pub(super) enum Curve {
    Constant(f64),
    Linear { from: f64, to: f64, steps: u64 },
    Cosine { from: f64, to: f64, steps: u64 },
    Any(Box<dyn Fn(u64) -> f64 + Send>),
}

impl Curve {
    /// Returns the value after some steps.
    pub(super) fn at(&self, step: u64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Linear { from, to, steps } => line(*from, *to, (step, *steps)),
            Self::Cosine { from, to, steps } => cosine(*from, *to, (step, *steps)),
            Self::Any(value) => value(step),
        }
    }

    /// Returns the first and the last value, as far as they are known.
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

/// Returns the value at a step of so many, on a straight line.
pub(super) fn line(from: f64, to: f64, (step, steps): (u64, u64)) -> f64 {
    let line = Linear::new(from, to).over(steps);
    line.value(1.0, SchedulePosition::new(step))
}

/// Returns the value at a step of so many, on half a period of a cosine.
pub(super) fn cosine(from: f64, to: f64, (step, steps): (u64, u64)) -> f64 {
    let cosine = Cosine::new().min(to).over(steps);
    cosine.value(from, SchedulePosition::new(step))
}
