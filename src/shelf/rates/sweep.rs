//! What a sweep over learning rates has measured so far.

use super::RateCurve;
use crate::fit::Step;
use callback_runtime::persist::Fields;

/// What a sweep has measured so far.
#[derive(Debug, Clone)]
pub(super) struct Sweep {
    pub(super) curve: RateCurve,
    /// The number of steps so far.
    count: u64,
    /// The number of steps before this pass.
    count_before: u64,
    /// The rate of the step under way.
    rate: f64,
    /// What the fit has counted of steps before the one under way.
    steps_before: u64,
    /// The sum of the losses in the batches of the step under way, and their number.
    group: (f64, u64),
    /// The weighted sum of the losses so far; its weights add up to `1 - smoothing^count`.
    weighted_sum: f64,
    /// The lowest smoothed loss so far; `None` before the first one.
    best: Option<f64>,
}

impl Sweep {
    pub(super) const fn new() -> Self {
        Self {
            curve: RateCurve::new(),
            count: 0,
            count_before: 0,
            rate: 0.0,
            steps_before: 0,
            group: (0.0, 0),
            weighted_sum: 0.0,
            best: None,
        }
    }

    /// Whether a sweep of this many steps is complete.
    pub(super) const fn is_complete(&self, steps: u64) -> bool {
        self.count >= steps
    }

    /// Returns the number of steps so far.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Returns how much of a sweep of this many steps is made: 0 at the first one, 1 at the last one.
    pub(super) fn fraction(&self, steps: u64) -> f64 {
        as_f64(self.count) / as_f64(steps.saturating_sub(1).max(1))
    }

    /// Begins a batch.
    pub(super) fn begin_batch(&mut self, step: Step, rate: f64) {
        self.steps_before = step.get();
        self.rate = rate;
    }

    /// Adds the loss of a batch. Returns the mean loss of the step if the batch has completed it, or has a loss that is not finite.
    pub(super) fn end_batch(&mut self, step: Step, loss: f64) -> Option<f64> {
        let (sum, batches) = self.group;
        let (sum, batches) = (sum + loss, batches.saturating_add(1));
        if step.get() == self.steps_before && loss.is_finite() {
            self.group = (sum, batches);
            return None;
        }
        self.group = (0.0, 0);
        Some(sum / as_f64(batches))
    }

    /// Adds a point to the curve. Returns whether its smoothed loss is not finite, or exceeds the lowest one by this factor.
    pub(super) fn end_step(&mut self, loss: f64, smoothing: f64, stop_factor: f64) -> bool {
        let smoothed = self.smooth(loss, smoothing);
        self.curve.set_smoothing(smoothing);
        self.curve.push(self.rate, loss, smoothed);
        let best = self.best.unwrap_or(f64::INFINITY).min(smoothed);
        self.best = Some(best);
        let bound = best + (stop_factor - 1.0) * best.abs();
        let has_exploded = smoothed > bound || !smoothed.is_finite();
        if has_exploded {
            self.curve.note_explosion();
        }
        has_exploded
    }

    /// Ends a pass, and drops the losses of batches that have made no step. Returns whether the pass has made a step.
    pub(super) fn end_pass(&mut self) -> bool {
        self.group = (0.0, 0);
        let before = std::mem::replace(&mut self.count_before, self.count);
        self.count > before
    }

    /// Names what a saved run has of the sweep.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.nested("curve", |fields| self.curve.persist(fields));
        fields.field("count", &mut self.count);
        fields.field("count_before", &mut self.count_before);
        fields.field("rate", &mut self.rate);
        fields.field("steps_before", &mut self.steps_before);
        fields.field("group", &mut self.group);
        fields.field("weighted_sum", &mut self.weighted_sum);
        fields.field("best", &mut self.best);
    }

    /// Counts a step. Returns the mean of the losses so far, with weights that decay exponentially.
    fn smooth(&mut self, loss: f64, share: f64) -> f64 {
        self.count = self.count.saturating_add(1);
        self.weighted_sum = share * self.weighted_sum + (1.0 - share) * loss;
        let exponent = i32::try_from(self.count).unwrap_or(i32::MAX);
        self.weighted_sum / (1.0 - share.powi(exponent))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a sweep has fewer than 2^53 steps"
)]
fn as_f64(count: u64) -> f64 {
    count as f64
}
