//! The trait that a thread pool implements to run the handlers of a group at the same time.

use crate::raw::Job;
use std::time::Duration;

/// Runs independent handlers at the same time. [`Plan::executor`](crate::Plan::executor) gives an executor to a plan.
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
    /// Runs each job once on any thread, calls `here` on this thread, and returns when all of them are done. The jobs and `here` may run
    /// at the same time.
    ///
    /// After this returns, the plan runs the jobs that were left out on the loop's thread. A job that is run a second time does nothing. If
    /// this panics, the run fails.
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut());

    /// Whether to run handlers at the same time if this saves the time `saved`, without the cost of the threads.
    ///
    /// The plan measures how long each handler takes on average. `saved` is the sum of these times without the longest one. If the answer
    /// for [`Duration::ZERO`] is `true`, the plan measures nothing.
    fn pays(&self, saved: Duration) -> bool {
        saved >= Duration::from_micros(100)
    }
}
