//! The dynamic scale of a loss, as `torch.amp.GradScaler` changes it.

use callback_runtime::persist::Fields;

/// The scale of the loss, and when it changes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LossScale {
    pub(super) initial: f64,
    pub(super) growth: f64,
    pub(super) backoff: f64,
    /// The number of updates in a row with finite gradients after which the scale grows.
    pub(super) interval: u64,
    scale: f64,
    /// The number of updates with finite gradients since the last change.
    finite: u64,
}

impl Default for LossScale {
    /// The defaults of `torch.amp.GradScaler`.
    fn default() -> Self {
        Self {
            initial: 65_536.0,
            growth: 2.0,
            backoff: 0.5,
            interval: 2000,
            scale: 65_536.0,
            finite: 0,
        }
    }
}

impl LossScale {
    pub(super) fn get(&self) -> f64 {
        self.scale
    }

    /// Begins with the initial scale.
    pub(super) fn reset(&mut self) {
        self.scale = self.initial;
        self.finite = 0;
    }

    /// Names what a saved run has of the scale.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("scale", &mut self.scale);
        fields.field("finite_updates", &mut self.finite);
    }

    /// Changes the scale after an update. It does not grow beyond the largest `f32`, as in `PyTorch`.
    pub(super) fn update(&mut self, is_finite: bool) {
        if !is_finite {
            self.scale *= self.backoff;
            self.finite = 0;
            return;
        }
        self.finite = self.finite.saturating_add(1);
        if self.finite >= self.interval {
            self.finite = 0;
            let grown = self.scale * self.growth;
            if grown <= f64::from(f32::MAX) {
                self.scale = grown;
            }
        }
    }
}
