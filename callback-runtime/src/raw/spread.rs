//! The handlers of a group at the same time, and what each of them came to.

use super::thunk::{Code, Entry, Handed, IntoError};
use crate::executor::Executor;
use crate::failure::BoxError;
use crate::flow::Flow;
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// One handler of a group, which an [`Executor`] runs on any thread. See there.
pub struct Job<'j> {
    run: &'j mut dyn FnMut(),
}

// SAFETY: made in this module alone, of handlers that may leave the loop's thread: `Work::is_portable`.
unsafe impl Send for Job<'_> {}

impl Job<'_> {
    /// Runs the handler. It does not panic, and does nothing the second time.
    pub fn run(&mut self) {
        (self.run)();
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

/// What the handlers of a group came to, in their order.
pub(crate) struct Together {
    pub(crate) done: Vec<(usize, Done)>,
    /// The executor panicked.
    pub(crate) broken: Option<Payload>,
}

/// What a handler came to: nothing of it is bound to the thread on which it ran.
pub(crate) enum Done {
    Continue,
    Absent,
    Raised(Flow),
    Failed(BoxError),
    Panicked(Payload),
    /// The conversion of its error panicked.
    Unconverted(Payload),
}

pub(crate) type Payload = Box<dyn Any + Send>;

/// What comes back from another thread may.
const _: fn() = || {
    fn may_leave<T: Send>() {}
    may_leave::<Done>();
};

/// A handler that is to run.
pub(super) struct Work<'l> {
    pub(super) at: usize,
    pub(super) entry: &'l Entry,
    pub(super) into_error: Option<&'l IntoError>,
    /// Its own: no other handler has it.
    pub(super) handed: Handed<'l>,
    /// Its callback, its function and all it asks for may leave the loop's thread.
    pub(super) is_portable: bool,
    pub(super) is_timed: bool,
    pub(super) took: Option<Duration>,
    pub(super) done: Option<Done>,
}

impl Work<'_> {
    /// # Safety
    /// What the entry's call asks for; and what the works of one group ask for agrees with each other.
    unsafe fn run(&mut self) {
        if self.done.is_some() {
            return;
        }
        let (entry, handed) = (self.entry, &mut self.handed);
        // SAFETY: as the caller says.
        let call = || unsafe { (entry.call)(entry, handed) };
        let began = self.is_timed.then(Instant::now);
        let came_to = catch_unwind(AssertUnwindSafe(call));
        self.took = began.map(|began| began.elapsed());
        self.done = Some(match came_to {
            Ok(()) => self.outcome(),
            Err(panic) => Done::Panicked(panic),
        });
    }

    /// An error is converted here, where it arose: it need not be one that may go elsewhere.
    fn outcome(&mut self) -> Done {
        let code = self.handed.take_code();
        let sink = &mut self.handed.sink;
        if let (Some(error), Some(into_error)) = (sink.error.take(), self.into_error) {
            return match catch_unwind(AssertUnwindSafe(|| into_error(error))) {
                Ok(error) => Done::Failed(error),
                Err(panic) => Done::Unconverted(panic),
            };
        }
        match (code, sink.flow.take()) {
            (Code::Absent, _) => Done::Absent,
            (_, Some(flow)) => Done::Raised(flow),
            (_, None) => Done::Continue,
        }
    }
}

/// Runs all of them, at the same time as far as the executor can and they may, and says whether it panicked.
///
/// # Safety
/// The entries are aimed at the table of the views, which has what they need and which nobody else uses meanwhile; what they ask
/// for agrees with each other, and no two of them are of one callback. Those that are portable may run on any thread.
pub(super) unsafe fn spread(executor: &dyn Executor, works: &mut [Work<'_>]) -> Option<Payload> {
    // The loop's thread has something to do: what must stay there, or else the first of all.
    let stays = works.iter().any(|work| !work.is_portable);
    let (mut away, mut home) = (Vec::new(), Vec::new());
    for (nth, work) in works.iter_mut().enumerate() {
        let is_away = work.is_portable && (stays || nth > 0);
        // SAFETY: as the caller says.
        let run = move || unsafe { work.run() };
        if is_away {
            away.push(run);
        } else {
            home.push(run);
        }
    }
    let mut here = || home.iter_mut().for_each(|run| run());
    let mut jobs: Vec<Job<'_>> = away.iter_mut().map(|run| Job { run }).collect();
    let ran = catch_unwind(AssertUnwindSafe(|| executor.run(&mut jobs, &mut here)));
    if ran.is_ok() {
        // What the executor left out.
        here();
        jobs.iter_mut().for_each(Job::run);
    }
    ran.err()
}
