//! Undoing rejected attempts and stopped steps.

use super::Driven;

/// A driven system that can be restored to a snapshot, with its samplers and random numbers.
/// [`VariationalDriver::rollback`](super::VariationalDriver::rollback) enables it. Without it, a rejected attempt leaves the samplers
/// changed, as in NetKet.
///
/// The driver restores the system after a rejected attempt, and after a step that was stopped, interrupted or left before its update: the
/// next run makes that step as if it had not begun. A stop wins over a rejection at the same breakpoint; with a rollback the two have the
/// same effect on the system. After a failure the system stays as it is, for inspection.
///
/// ```
/// use callbacks::prelude::*;
/// /// Each sample is the one before, plus one.
/// struct Counting(u32);
/// struct Sample(u32);
/// struct Nothing;
///
/// impl Driven for Counting {
///     type Samples = Sample;
///     type Update = Nothing;
///     fn sample(&mut self) -> Result<Sample, BoxError> {
///         self.0 += 1;
///         Ok(Sample(self.0))
///     }
///     // …
/// #     fn compute_loss_and_update(&mut self, _: &Sample, _: &mut Record) -> Result<Nothing, BoxError> { Ok(Nothing) }
/// #     fn update_parameters(&mut self, _: &Nothing) -> Result<(), BoxError> { Ok(()) }
/// }
///
/// impl Rollback for Counting {
///     type Snapshot = u32;
///     fn snapshot(&self) -> u32 {
///         self.0
///     }
///     fn restore(&mut self, snapshot: &u32) {
///         self.0 = *snapshot;
///     }
/// }
///
/// let twice = || reject_if(|attempt: &Attempt| attempt.get() < 3);
/// let mut driver = VariationalDriver::new(Counting(0)).on(Driver::on_compute_update_end, twice());
/// assert!(driver.run(1)?.is_finished());
/// assert_eq!(driver.driven().0, 3);
///
/// let mut driver = VariationalDriver::new(Counting(0)).on(Driver::on_compute_update_end, twice()).rollback();
/// assert!(driver.run(1)?.is_finished());
/// assert_eq!(driver.driven().0, 1);
/// # Ok::<(), PlanError>(())
/// ```
pub trait Rollback: Driven {
    /// What an attempt may change. It lives as long as a step.
    type Snapshot: 'static;

    /// Returns a snapshot, before the first attempt of a step.
    fn snapshot(&self) -> Self::Snapshot;

    /// Restores a snapshot, after a rejected attempt or a step that was stopped before its update.
    fn restore(&mut self, snapshot: &Self::Snapshot);
}

/// A [`StepSnapshot`] whose type is erased, since only some driven systems have one.
pub(super) trait ErasedSnapshot<D> {
    fn take(&mut self, driven: &D);
    fn restore(&self, driven: &mut D);
    fn clear(&mut self);
}

/// The snapshot of the step under way.
pub(super) struct StepSnapshot<D: Rollback>(pub(super) Option<D::Snapshot>);

impl<D: Rollback> ErasedSnapshot<D> for StepSnapshot<D> {
    fn take(&mut self, driven: &D) {
        self.0 = Some(driven.snapshot());
    }

    fn restore(&self, driven: &mut D) {
        if let Some(snapshot) = &self.0 {
            driven.restore(snapshot);
        }
    }

    fn clear(&mut self) {
        self.0 = None;
    }
}
