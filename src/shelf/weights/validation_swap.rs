//! The use of an average in validations: the model's own parameters are kept, and put back afterwards.

use crate::Parameters;
use crate::shelf::snapshot_slot::SnapshotSlot;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, Breakpoint};

/// The parameters of a model while an average is in their place.
pub(super) struct ValidationSwap<M: Parameters> {
    own: SnapshotSlot<M>,
}

impl<M: Parameters> Default for ValidationSwap<M> {
    fn default() -> Self {
        Self {
            own: SnapshotSlot::default(),
        }
    }
}

impl<M: Parameters + 'static> ValidationSwap<M> {
    /// Puts the average into the model, unless it is there. After an error the model's own parameters are still kept.
    pub(super) fn swap_in(&mut self, model: &mut M, average: &M::Snapshot) -> Result<(), BoxError> {
        if self.own.is_empty() {
            self.own = SnapshotSlot::of(model.snapshot()?);
            model.restore(average)?;
        }
        Ok(())
    }

    /// Puts the model's own parameters back, if an average is in their place.
    pub(super) fn swap_back(&mut self, model: &mut M) -> Result<(), BoxError> {
        self.own.load(model)?;
        if let Some(own) = self.own.get() {
            model.restore(own)?;
            self.own = SnapshotSlot::default();
        }
        Ok(())
    }

    /// Names the model's own parameters, which a run that is saved in a validation has nowhere else.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        self.own.persist("own_parameters", fields);
    }
}

/// Whether the breakpoint begins or ends a validation: a phase called `valid`.
pub(super) fn bounds_validation(at: &Breakpoint) -> bool {
    at.bounds_phase() && at.phase() == Some("valid")
}
