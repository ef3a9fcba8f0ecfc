//! What a failure of a callback does to the run, and the record of the failures that did not fail the run.

use crate::loops::Breakpoint;
use crate::outcome::Fault;
use std::fmt;
use std::sync::Arc;

/// How many failures of a callback at a breakpoint are stored. A callback that fails at every batch must not fill the memory.
const MAX_FAULTS: usize = 10;

/// What a failure of a callback does to the run. An attachment sets it with [`on_failure`](crate::Attachment::on_failure). `tracing`
/// reports swallowed failures, and the [outcome](crate::Outcome::swallowed) lists them.
///
/// `Warn` and `DisableAfter` swallow an error of a handler, and a leave of a scope that is not open. They swallow a panic if the handler
/// cannot change the state; the callback is disabled at once, because it may be half-changed.
///
/// A panic of a handler that asks for `&mut` or [`Ctx`](crate::Ctx), or that returns an answer, fails the run, because the state may be
/// half-changed. A failure in `on_enter` fails the run, because the callback may lack resources that it needs.
///
/// In the rest of the run, a disabled callback runs only its exit. The next run enables it again.
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, || Err::<(), _>("the network is down"))
///     .named("upload")
///     .on_failure(OnFailure::DisableAfter(3));
/// let outcome = plan.run(&mut State::new(), |run| {
///     for _ in 0..10 {
///         run.scope(Relax::STEP, |_| Ok(()))?;
///     }
///     Ok(())
/// })?;
/// assert!(outcome.is_finished());
/// assert_eq!(outcome.swallowed()[0].times(), 3);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OnFailure {
    /// The run fails.
    #[default]
    Fail,
    /// The failure is swallowed.
    Warn,
    /// The failure is swallowed, and the callback is disabled after this many failures. 0 is the same as 1.
    DisableAfter(u32),
}

impl OnFailure {
    /// Whether a callback is disabled after this many failures.
    pub(crate) fn disables_after(self, failures: u64) -> bool {
        matches!(self, Self::DisableAfter(most) if failures >= u64::from(most))
    }
}

impl fmt::Display for OnFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fail => f.write_str("fail"),
            Self::Warn => f.write_str("warn"),
            Self::DisableAfter(most) => write!(f, "disable after {}", most.max(&1)),
        }
    }
}

/// The failures of one callback at one breakpoint that did not fail the run, because it was attached with
/// [`on_failure`](crate::Attachment::on_failure).
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, || Err::<(), _>("the network is down"))
///     .named("upload")
///     .on_failure(OnFailure::Warn);
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let swallowed = &outcome.swallowed()[0];
/// assert_eq!((swallowed.callback(), swallowed.times()), ("upload", 1));
/// assert_eq!(swallowed.breakpoint().name(), "after_step");
/// assert_eq!(swallowed.first().next().unwrap().cause().to_string(), "the network is down");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Swallowed {
    callback: Arc<str>,
    at: Breakpoint,
    /// The first [`MAX_FAULTS`] failures.
    first: Vec<Arc<Fault>>,
    /// The number of all failures.
    times: u64,
    /// Whether the last failure disabled the callback.
    disabled: bool,
}

impl Swallowed {
    pub(crate) fn new(callback: Arc<str>, at: Breakpoint) -> Self {
        Self {
            callback,
            at,
            first: Vec::new(),
            times: 0,
            disabled: false,
        }
    }

    /// Counts a failure, and stores it if it is one of the first.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.times += 1;
        if self.first.len() < MAX_FAULTS {
            self.first.push(Arc::new(fault));
        }
    }

    pub(crate) fn disable(&mut self) {
        self.disabled = true;
    }

    /// Returns the name of the callback.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// Returns the breakpoint.
    pub fn breakpoint(&self) -> &Breakpoint {
        &self.at
    }

    /// Returns the number of failures.
    pub fn times(&self) -> u64 {
        self.times
    }

    /// Returns the first failures, at most ten. Later ones are only [counted](Self::times).
    pub fn first(&self) -> impl Iterator<Item = &Fault> {
        self.first.iter().map(Arc::as_ref)
    }

    /// Whether the last failure disabled the callback for the rest of the run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, || Err::<(), _>("no disk")).on_failure(OnFailure::DisableAfter(1));
    /// plan.on(Relax::after_step, || Err::<(), _>("no mail")).on_failure(OnFailure::Warn);
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// let disabled = outcome.swallowed().iter().map(|swallowed| swallowed.disabled());
    /// assert_eq!(disabled.collect::<Vec<_>>(), [true, false]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn disabled(&self) -> bool {
        self.disabled
    }
}
