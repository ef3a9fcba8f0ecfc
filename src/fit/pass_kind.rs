//! The kinds of passes, and what they note in the state.

use super::loss::MeanLoss;
use super::{Fit, Iteration, Phase, Total};
use crate::require::require;
use callback_runtime::{Break, Ctx, Record, Scope};

/// A kind of pass: its phase, its scopes, and the name of its mean loss.
#[derive(Debug, Clone, Copy)]
pub(super) struct PassKind {
    pub(super) phase: Phase,
    pub(super) scope: Scope<Fit>,
    pub(super) batch_scope: Scope<Fit>,
    /// The name of the mean loss in the record.
    pub(super) metric: &'static str,
}

impl PassKind {
    pub(super) const TRAIN: Self = Self {
        phase: Phase::Train,
        scope: Fit::TRAIN,
        batch_scope: Fit::TRAIN_BATCH,
        metric: "train_loss",
    };
    pub(super) const VALID: Self = Self {
        phase: Phase::Valid,
        scope: Fit::VALID,
        batch_scope: Fit::VALID_BATCH,
        metric: "valid_loss",
    };
    pub(super) const PREDICT: Self = Self {
        phase: Phase::Predict,
        scope: Fit::PREDICT,
        batch_scope: Fit::PREDICT_BATCH,
        metric: "predict_loss",
    };

    /// Returns what to say of a pass over data without a batch. A prediction of nothing is no mistake.
    pub(super) fn remark(self, batches: u64) -> Option<&'static str> {
        match self.phase {
            Phase::Train if batches == 0 => Some("the training pass had no batch"),
            Phase::Valid if batches == 0 => Some("the validation pass had no batch"),
            _ => None,
        }
    }

    /// Sets the mean loss of the pass in the record, if a batch had a loss.
    pub(super) fn record_mean(self, state: &mut Ctx<'_>, mean: MeanLoss) -> Result<(), Break> {
        let mean = mean
            .finish()
            .map_err(|error| format!("the loss could not be read: {error}"))?;
        if let Some(mean) = mean {
            require::<Record>(state)?.set(self.metric, mean);
        }
        Ok(())
    }

    /// Notes that a handler has left the pass or one of its batches: the mean loss is lacking, unless there is one.
    pub(super) fn note_left(self, state: &mut Ctx<'_>) -> Result<(), Break> {
        let record = require::<Record>(state)?;
        if record.get(self.metric).is_none() {
            record.lack(self.metric);
        }
        Ok(())
    }
}

/// Returns the length of a source of batches, if its size hint is exact.
pub(super) fn exact_total((lower, upper): (usize, Option<usize>)) -> Total {
    let exact = upper.filter(|upper| *upper == lower);
    Total::new(exact.and_then(|total| total.try_into().ok()))
}

/// Sets the phase, where a pass begins and after it.
pub(super) fn set_phase(state: &mut Ctx<'_>, phase: Phase) {
    state.insert(phase);
    state.insert(Iteration::default());
    state.insert(Total::default());
}
