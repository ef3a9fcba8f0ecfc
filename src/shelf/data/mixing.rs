//! The settings of the callbacks that mix samples, and what each of them draws for a batch.

use super::MixError;
use super::draws::Draws;
use crate::fit::Phase;
use callback_runtime::CallbackInfo;

const REMEDY: &str = "give a finite one above 0";

/// The settings of a callback that mixes samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixing {
    /// Shares are drawn from Beta(alpha, alpha).
    pub(super) alpha: f64,
    pub(super) seed: u64,
    /// Whether the batches of validation are mixed, too.
    pub(super) validates: bool,
}

impl Mixing {
    pub(super) const fn new(alpha: f64) -> Self {
        Self {
            alpha,
            seed: 0,
            validates: false,
        }
    }

    /// Returns the random numbers of a batch. `epoch` and `batch` count from 1.
    pub(super) fn draws(self, epoch: u64, phase: Phase, batch: u64) -> Result<Draws, MixError> {
        if !self.is_valid() {
            let text = format!("an `alpha` of {}; {REMEDY}", self.alpha);
            return Err(MixError::new(text));
        }
        Ok(Draws::new(self.seed, epoch, phase, batch))
    }

    pub(super) fn declare(self, info: CallbackInfo) -> CallbackInfo {
        info.valid_if(self.is_valid(), "alpha", self.alpha, REMEDY)
    }

    fn is_valid(self) -> bool {
        self.alpha.is_finite() && self.alpha > 0.0
    }
}
