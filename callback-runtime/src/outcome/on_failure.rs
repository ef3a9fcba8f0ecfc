//! What a failure of one callback does to a run, and the record of the failures that did not end it.

use crate::loops::Breakpoint;
use crate::outcome::Fault;
use std::fmt;
use std::sync::Arc;

/// So many failures of a callback at a breakpoint are kept in full: one that fails at every batch must not fill the memory.
const KEPT: usize = 10;

/// What a failure of a callback does to the run. An attachment sets it with [`on_failure`](crate::Attachment::on_failure). `tracing`
/// reports swallowed failures, and the [outcome](crate::Outcome::swallowed) lists them.
///
/// An error of a handler is swallowed, and so is a leave of a scope that is not open. A panic is swallowed if the handler cannot change
/// the state; its callback is disabled at once, because it may be half-changed. A panic of a handler that asks for `&mut` or
/// [`Ctx`](crate::Ctx), or that answers, fails the run: the state may be half-changed. So does a failure to enter, because the
/// callback lacks what it needs to run.
///
/// A disabled callback runs no handler in the rest of the run but its exit. The next run enables it again.
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
    /// It is swallowed.
    Warn,
    /// Failures are swallowed, and the callback is disabled once it has this many. 0 is the same as 1.
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
    first: Vec<Arc<Fault>>,
    times: u64,
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

    pub(crate) fn add(&mut self, fault: Fault) {
        self.times += 1;
        if self.first.len() < KEPT {
            self.first.push(Arc::new(fault));
        }
    }

    pub(crate) fn disable(&mut self) {
        self.disabled = true;
    }

    /// The callback's name.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// The breakpoint.
    pub fn breakpoint(&self) -> &Breakpoint {
        &self.at
    }

    /// How often.
    pub fn times(&self) -> u64 {
        self.times
    }

    /// The first ten in full; of later ones only the number is known.
    pub fn first(&self) -> impl Iterator<Item = &Fault> {
        self.first.iter().map(Arc::as_ref)
    }

    /// Whether the callback was disabled by the last of them, for the rest of the run.
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
