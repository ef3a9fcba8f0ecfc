//! When a number improves on the best one so far.

use crate::shelf::digits::round_digits;
use callback_runtime::CallbackInfo;

/// Whether smaller or greater values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::shelf) enum Direction {
    Minimize,
    Maximize,
}

impl Direction {
    /// Returns by how much a value is better than another one.
    pub(in crate::shelf) fn gain(self, value: f64, than: f64) -> f64 {
        match self {
            Self::Minimize => than - value,
            Self::Maximize => value - than,
        }
    }
}

/// The rule by which a number improves, and the best one so far.
#[derive(Debug, Clone)]
pub(super) struct Improvement {
    pub(super) direction: Direction,
    pub(super) min_delta: f64,
    /// A fraction of the magnitude of what is to be improved on.
    pub(super) min_relative_delta: f64,
    /// What the first improvement has to improve on.
    pub(super) baseline: Option<f64>,
    /// The value of the last improvement.
    pub(super) best: Option<f64>,
}

impl Improvement {
    /// Any better value improves.
    pub(super) const fn new(direction: Direction) -> Self {
        Self {
            direction,
            min_delta: 0.0,
            min_relative_delta: 0.0,
            baseline: None,
            best: None,
        }
    }

    /// Whether a value is better than the best one so far. NaN and infinite values never are.
    pub(super) fn improves(&self, value: f64) -> bool {
        let is_better = |than: f64| self.direction.gain(value, than) > self.required_gain(than);
        value.is_finite() && self.reference().is_none_or(is_better)
    }

    /// Compares a value with the best one so far, which it becomes if it improves. Returns whether it does.
    pub(super) fn compare(&mut self, value: f64) -> bool {
        let improves = self.improves(value);
        if improves {
            self.best = Some(value);
        }
        improves
    }

    /// Forgets the best value, when a run begins that does not continue the last one.
    pub(super) const fn reset(&mut self) {
        self.best = None;
    }

    /// Describes what a value had to improve on, and by how much, as in ` on 0.2125 by more than 0.01`.
    pub(super) fn describe(&self) -> String {
        let digits = |value: f64| round_digits(value, 6);
        let Some(reference) = self.reference() else {
            return String::new();
        };
        let baseline = if self.best.is_none() {
            " the baseline"
        } else {
            ""
        };
        let required = self.required_gain(reference);
        let by = match self.min_relative_delta {
            _ if required <= 0.0 => String::new(),
            relative if relative > 0.0 && required > self.min_delta => {
                format!(" by more than {}, {relative} of it", digits(required))
            }
            _ => format!(" by more than {}", digits(required)),
        };
        format!(" on{baseline} {}{by}", digits(reference))
    }

    /// Declares the settings that are not valid.
    pub(super) fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let is_delta = |delta: f64| delta.is_finite() && delta >= 0.0;
        let (delta, relative) = (self.min_delta, self.min_relative_delta);
        let baseline = self.baseline.unwrap_or_default();
        let remedy = "give one that is finite and not negative";
        info.valid_if(is_delta(delta), "min_delta", delta, remedy)
            .valid_if(is_delta(relative), "min_relative_delta", relative, remedy)
            .valid_if(!baseline.is_nan(), "baseline", baseline, "give a number")
    }

    /// Returns the value that the next one has to improve on.
    fn reference(&self) -> Option<f64> {
        self.best.or(self.baseline)
    }

    /// Returns the gain on `reference` that an improvement has to exceed.
    fn required_gain(&self, reference: f64) -> f64 {
        // Any finite value improves on an infinite baseline.
        let relative = if reference.is_finite() {
            self.min_relative_delta * reference.abs()
        } else {
            0.0
        };
        self.min_delta.max(relative)
    }
}
