//! Stops runs from elsewhere, such as another thread.

use crate::weight;
use callback_macros::callback;
use callback_runtime::{Flow, Rounds};
use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Stops runs from elsewhere: another thread, a server, the handler of a signal that the program has itself. It is a callback for every loop
/// with [`Rounds`]; its clones share one request. It has the weight [`STOPPERS`](crate::weight::STOPPERS).
///
/// [`stop`](Self::stop) stops every run that a clone is attached to: those that are under way, at the end of their next scope or round,
/// such as a batch, or where the loop declares `polls`; and those that begin later, before their first step. So a request is never too early, and one
/// that comes after the end of a run stops the next one. [`reset`](Self::reset) withdraws the request. The first of several reasons counts.
///
/// The run ends as [stopped](callback_runtime::Outcome::stopped). A rule such as the least number of epochs can refuse that.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::StopHandle;
/// # use doc_models::Well;
///
/// let handle = StopHandle::new();
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(handle.clone());
/// let operator = std::thread::spawn(move || handle.stop("the operator says so"));
/// let outcome = driver.run(u64::MAX)?;
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("the operator says so"));
/// # operator.join().unwrap();
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, Default)]
pub struct StopHandle {
    request: Arc<Request>,
}

#[derive(Default)]
struct Request {
    /// Whether there is a reason, so that a look without one takes no lock.
    is_made: AtomicBool,
    reason: Mutex<Option<Cow<'static, str>>>,
}

impl StopHandle {
    /// Makes a handle without a request.
    ///
    /// ```
    /// # use callbacks::shelf::StopHandle;
    /// assert!(!StopHandle::new().is_stopped());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops all runs that a clone of this handle is attached to, now and later. If they are stopped already, the first reason stays.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::StopHandle;
    /// # use doc_models::Well;
    /// let handle = StopHandle::new();
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(handle.clone());
    /// handle.stop("too early is in time");
    /// handle.stop("another reason");
    /// let outcome = driver.run(500)?;
    /// assert_eq!(outcome.stopped().map(Stop::reason), Some("too early is in time"));
    /// assert_eq!(driver.step().get(), 0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn stop(&self, reason: impl Into<Cow<'static, str>>) {
        let reason = reason.into();
        let mut first = self.reason();
        first.get_or_insert(reason);
        self.request.is_made.store(true, Ordering::Release);
    }

    /// Withdraws the request, so that runs can begin again.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::StopHandle;
    /// # use doc_models::Well;
    /// let handle = StopHandle::new();
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(handle.clone());
    /// handle.stop("a pause");
    /// assert!(driver.run(5)?.stopped().is_some());
    /// handle.reset();
    /// assert!(driver.run(5)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn reset(&self) {
        let mut reason = self.reason();
        self.request.is_made.store(false, Ordering::Release);
        *reason = None;
    }

    /// Whether the handle stops runs.
    ///
    /// ```
    /// # use callbacks::shelf::StopHandle;
    /// let handle = StopHandle::new();
    /// handle.clone().stop("the clones share one request");
    /// assert!(handle.is_stopped());
    /// ```
    pub fn is_stopped(&self) -> bool {
        self.request.is_made.load(Ordering::Acquire)
    }

    fn reason(&self) -> MutexGuard<'_, Option<Cow<'static, str>>> {
        let reason = self.request.reason.lock();
        reason.unwrap_or_else(PoisonError::into_inner)
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS)]
impl StopHandle {
    #[on(enter, poll)]
    fn look(&self) -> Flow {
        if !self.is_stopped() {
            return Flow::Continue;
        }
        self.reason().clone().map_or(Flow::Continue, Flow::stop)
    }
}

impl fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("StopHandle");
        debug.field("is_stopped", &self.is_stopped()).finish()
    }
}
