//! What makes a rejected attempt one that has not been, and a stopped step one that has not begun.

use super::Driven;

/// What is driven can be put back to where it was: samplers and random numbers included. Asked for with
/// [`VariationalDriver::rollback`](super::VariationalDriver::rollback); without it, a rejected attempt has moved them on, as in
/// NetKet.
///
/// It is put back where an attempt was rejected, and where a step was stopped, interrupted or left before its update: the next run makes
/// that step as if it had not begun. A stop wins over a rejection at the same breakpoint; with a rollback both come to the same. After a
/// failure it is left as it is, to be looked at.
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
/// #     fn compute_loss_and_update(&mut self, _: &Sample, _: &mut LogData) -> Result<Nothing, BoxError> { Ok(Nothing) }
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
    /// What is kept of it during a step.
    type Snapshot: 'static;

    /// What an attempt may change, before the first attempt of a step.
    fn snapshot(&self) -> Self::Snapshot;

    /// Puts it back, after an attempt that was rejected, or a step that was stopped before its update.
    fn restore(&mut self, snapshot: &Self::Snapshot);
}

/// Keeps a snapshot whose type only it knows.
pub(super) trait Keep<D> {
    fn keep(&mut self, driven: &D);
    fn restore(&self, driven: &mut D);
    fn forget(&mut self);
}

/// The snapshot of the step under way.
pub(super) struct Kept<D: Rollback>(pub(super) Option<D::Snapshot>);

impl<D: Rollback> Keep<D> for Kept<D> {
    fn keep(&mut self, driven: &D) {
        self.0 = Some(driven.snapshot());
    }

    fn restore(&self, driven: &mut D) {
        if let Some(snapshot) = &self.0 {
            driven.restore(snapshot);
        }
    }

    fn forget(&mut self) {
        self.0 = None;
    }
}
