//! The use of an average in validations: the model's own parameters are kept, and put back afterwards.

use crate::Parameters;
use callback_runtime::{BoxError, Breakpoint, Ctx};
use std::marker::PhantomData;

/// The parameters of a model while an average is in their place.
pub(super) struct ValidationSwap<M: Parameters> {
    own: Option<M::Snapshot>,
    /// Whether this average has claimed the validations of the run.
    has_claim: bool,
}

/// Whether an average has claimed the validations of the model `M`: two of them would put back each other's parameters.
pub(super) struct ValidationClaim<M> {
    is_taken: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Parameters> Default for ValidationSwap<M> {
    fn default() -> Self {
        Self {
            own: None,
            has_claim: false,
        }
    }
}

impl<M: Parameters + 'static> ValidationSwap<M> {
    /// Claims the validations of the run that begins. Fails if another average has claimed them.
    pub(super) fn claim(&mut self, state: &mut Ctx<'_>) -> Result<(), String> {
        if self.has_claim {
            // The last run had no exit.
            return Ok(());
        }
        if state
            .get::<ValidationClaim<M>>()
            .is_some_and(|claim| claim.is_taken)
        {
            return Err(
                "another average of the same model takes the place of the parameters in validations; \
                 write `.without_validation()` for one of the two"
                    .into(),
            );
        }
        self.has_claim = true;
        state.insert(ValidationClaim::<M> {
            is_taken: true,
            model: PhantomData,
        });
        Ok(())
    }

    /// Gives the claim back, where the run ends.
    pub(super) fn release(&mut self, claim: Option<&mut ValidationClaim<M>>) {
        if let Some(claim) = claim.filter(|_| self.has_claim) {
            claim.is_taken = false;
        }
        self.has_claim = false;
    }

    /// Puts the average into the model, unless it is there. After an error the model's own parameters are still kept.
    pub(super) fn swap_in(&mut self, model: &mut M, average: &M::Snapshot) -> Result<(), BoxError> {
        if self.own.is_none() {
            self.own = Some(model.snapshot()?);
            model.restore(average)?;
        }
        Ok(())
    }

    /// Puts the model's own parameters back, if an average is in their place.
    pub(super) fn swap_back(&mut self, model: &mut M) -> Result<(), BoxError> {
        let Some(own) = &self.own else {
            return Ok(());
        };
        model.restore(own)?;
        self.own = None;
        Ok(())
    }
}

/// Whether the breakpoint begins or ends a validation: a phase called `valid`.
pub(super) fn bounds_validation(at: &Breakpoint) -> bool {
    at.bounds_phase() && at.phase() == Some("valid")
}
