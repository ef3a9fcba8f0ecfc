//! The use of an average in validations: the model's own parameters are kept, and put back afterwards.

use crate::Parameters;
use callback_runtime::{BoxError, Breakpoint};

/// The parameters of a model while an average is in their place.
pub(super) struct ValidationSwap<M: Parameters>(Option<M::Snapshot>);

impl<M: Parameters> Default for ValidationSwap<M> {
    fn default() -> Self {
        Self(None)
    }
}

impl<M: Parameters> ValidationSwap<M> {
    /// Puts the average into the model, unless it is there. After an error the model's own parameters are still kept.
    pub(super) fn swap_in(&mut self, model: &mut M, average: &M::Snapshot) -> Result<(), BoxError> {
        if self.0.is_none() {
            self.0 = Some(model.snapshot()?);
            model.restore(average)?;
        }
        Ok(())
    }

    /// Puts the model's own parameters back, if an average is in their place.
    pub(super) fn swap_back(&mut self, model: &mut M) -> Result<(), BoxError> {
        let Some(own) = &self.0 else {
            return Ok(());
        };
        model.restore(own)?;
        self.0 = None;
        Ok(())
    }
}

/// Whether the breakpoint begins or ends a validation: a phase called `valid`.
pub(super) fn bounds_validation(at: &Breakpoint) -> bool {
    at.bounds_phase() && at.phase() == Some("valid")
}
