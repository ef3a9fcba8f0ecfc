//! Where a session can be resumed.

use super::FitSession;
use crate::fit::pass_kind::PassKind;
use crate::fit::resume::{FitPosition, PassPosition, SourceStates};

impl FitSession<'_> {
    /// Whether the loop is in an epoch that a saved run has begun, before the pass in which that run was.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).start()?;
    /// for _epoch in fit.epochs() {
    ///     if !fit.is_resumed() {
    ///         println!("a new epoch");
    ///     }
    /// }
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_resumed(&self) -> bool {
        self.resumed.get().is_some()
    }

    /// Marks the place between two epochs as one from which the loop can be resumed.
    pub(super) fn resume_point_between_epochs(&self) {
        self.session.resume_point_with(|state| {
            FitPosition::put(state, None, &SourceStates::default());
        });
    }

    /// Marks the place after a batch as one from which the loop can be resumed.
    pub(super) fn resume_point_after_batch(&self, kind: PassKind, was_left: bool) {
        self.session.resume_point_with(|state| {
            let mean = &mut self.pass.borrow_mut().mean;
            let at = PassPosition::of(kind, state, mean, was_left);
            FitPosition::put(state, Some(at), &SourceStates::default());
        });
    }
}
