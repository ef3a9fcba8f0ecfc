//! Who runs the handlers of a group at the same time.

use crate::raw::Job;
use std::time::Duration;

/// Runs handlers at the same time that have nothing to do with each other. A plan is given one with
/// [`Plan::executor`](crate::Plan::executor).
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::{Executor, Job};
/// use std::time::Duration;
///
/// /// One thread for each handler.
/// struct Threads;
///
/// impl Executor for Threads {
///     fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
///         std::thread::scope(|scope| {
///             for job in jobs {
///                 scope.spawn(move || job.run());
///             }
///             here();
///         });
///     }
///
///     fn pays(&self, saved: Duration) -> bool {
///         saved >= Duration::from_millis(1)
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.executor(Threads);
/// ```
pub trait Executor: Send + Sync + 'static {
    /// Runs each job once, on any thread and at the same time as far as it can, calls `here` on this thread, and returns when all
    /// are done.
    ///
    /// What it leaves out is done afterwards on the loop's thread, and what it does twice is done once. If it panics, the run
    /// fails.
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut());

    /// Whether it is worth its while to run handlers at the same time that would be done sooner by `saved` if that cost nothing.
    ///
    /// As each handler was measured, on average: the time of all of them, one after the other, less that of the longest. Where it pays
    /// whatever they save, [`Duration::ZERO`] too, nothing is measured.
    fn pays(&self, saved: Duration) -> bool {
        saved >= Duration::from_micros(100)
    }
}
