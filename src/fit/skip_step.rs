//! How a callback skips the step of an optimiser.

/// Lets a handler at `on_train_batch_before_step` skip the step of the optimiser at hand, for example because its gradients are not finite.
/// The batch goes on with the next optimiser.
///
/// A step that is skipped is not counted, and has no `on_train_batch_after_step`. If the steps of all optimisers are skipped, the batch has no
/// `on_update_end`. The loop of a session asks [`FitSession::skips_step`](super::FitSession::skips_step).
///
/// ```
/// use callbacks::fit::SkipStep;
/// use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).on(Fit::on_train_batch_before_step, |loss: &Loss, skip: &mut SkipStep| {
///     if loss.value() > 100.0 {
///         skip.skip();
///     }
/// });
/// trainer.fit(vec![Points(vec![(1.0, 99.0)]), Points(vec![(1.0, 2.0)])])?.outcome.ok().unwrap();
/// assert_eq!(trainer.get::<Step>(), Some(&Step::new(1)));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SkipStep(bool);

impl SkipStep {
    /// Skips the step of the optimiser at hand.
    ///
    /// ```
    /// # use callbacks::fit::SkipStep;
    /// let mut skip = SkipStep::default();
    /// skip.skip();
    /// assert!(skip.is_skipped());
    /// ```
    pub fn skip(&mut self) {
        self.0 = true;
    }

    /// Whether a handler has skipped the step.
    ///
    /// ```
    /// # use callbacks::fit::SkipStep;
    /// assert!(!SkipStep::default().is_skipped());
    /// ```
    pub fn is_skipped(&self) -> bool {
        self.0
    }

    /// Returns whether the step is skipped, and forgets it for the next one.
    pub(super) fn take(&mut self) -> bool {
        std::mem::take(&mut self.0)
    }
}
