//! The failure of a run: its origin, its cause, and the failures after it.

use crate::callback::Location;
use crate::debug_as_display;
use crate::loops::Breakpoint;
use crate::outcome::dispose;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The error type of handlers and loops. Any error that is `Send` and `Sync` converts into it.
///
/// A `main` that returns it accepts every error of this crate by `?`. One that returns a plain `Box<dyn Error>` accepts the errors that are types,
/// such as a [`PlanError`](crate::PlanError) and a [`Failure`], and no `BoxError`: the standard library does not convert one box into the other.
///
/// ```
/// use callbacks::BoxError;
///
/// fn read(text: &str) -> Result<f64, BoxError> {
///     if text.is_empty() {
///         return Err("nothing to read".into());
///     }
///     Ok(text.parse()?)
/// }
///
/// assert_eq!(read("0.5").unwrap(), 0.5);
/// assert_eq!(read("").unwrap_err().to_string(), "nothing to read");
/// ```
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The origin of a stop or a failure: a callback at a breakpoint, the loop itself, or the restore of a saved run.
///
/// Its text names the callback, the breakpoint, the line of the handler, and the line that attached the callback:
/// `Log at on_epoch_end (src/log.rs:8, attached at src/main.rs:12)`. It names one line if the two are the same, as for a closure, and only
/// the one that attached it for a [ready-made](crate::CallbackInfo::ready_made) callback.
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::before_step, || Flow::stop("enough")).named("patience");
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let origin = outcome.stopped().unwrap().origin();
/// assert_eq!(origin.callback(), Some("patience"));
/// assert_eq!(origin.breakpoint().map(Breakpoint::name), Some("before_step"));
/// assert!(origin.location().is_some());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    /// The name of the callback. This field and the others are `None` for the loop itself.
    callback: Option<Arc<str>>,
    at: Option<Breakpoint>,
    /// The source location of the handler; the call that attached the callback, if it is ready-made.
    location: Option<Location>,
    /// The call that attached the callback.
    attached_at: Option<Location>,
    /// Whether no callback and no loop is the origin, but a saved run that could not be restored.
    is_restore: bool,
}

impl Origin {
    /// A handler of the callback `callback` at the breakpoint `at`.
    pub(crate) fn handler(
        callback: Arc<str>,
        at: Breakpoint,
        location: Location,
        attached_at: Location,
    ) -> Self {
        Self {
            callback: Some(callback),
            at: Some(at),
            location: Some(location),
            attached_at: Some(attached_at),
            is_restore: false,
        }
    }

    /// A handler of another process, from which this run continues.
    pub(crate) fn saved(callback: Arc<str>, at: Breakpoint) -> Self {
        Self {
            callback: Some(callback),
            at: Some(at),
            location: None,
            attached_at: None,
            is_restore: false,
        }
    }

    /// The loop itself: the closure of [`Plan::run`](crate::Plan::run), or the learner that it drives.
    pub(crate) fn of_loop() -> Self {
        Self {
            callback: None,
            at: None,
            location: None,
            attached_at: None,
            is_restore: false,
        }
    }

    /// The restore of a saved run, before the loop begins.
    pub(crate) fn of_restore() -> Self {
        Self {
            is_restore: true,
            ..Self::of_loop()
        }
    }

    /// Returns the name of the callback; `None` for the loop itself, and for a saved run that cannot be restored.
    pub fn callback(&self) -> Option<&str> {
        self.callback.as_deref()
    }

    /// Returns the breakpoint; `None` for the loop itself.
    pub fn breakpoint(&self) -> Option<&Breakpoint> {
        self.at.as_ref()
    }

    /// Returns where the handler is written or, for a [ready-made](crate::CallbackInfo::ready_made) callback, where it is attached; `None`
    /// for the loop itself, and for a stop of the saved run from which this one continues.
    pub fn location(&self) -> Option<Location> {
        self.location
    }

    /// Returns the call that attached the callback, such as `plan.add(…)`, `.callback(…)` or `plan.discover()`; `None` for the loop itself.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::stop("small enough")).named("patience");
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// let attached_at = outcome.stopped().unwrap().origin().attached_at().unwrap();
    /// assert_eq!(outcome.to_string(), format!("stopped by patience at before_step ({attached_at}): small enough"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn attached_at(&self) -> Option<Location> {
        self.attached_at
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_restore {
            return f.write_str("the restore");
        }
        let (Some(callback), Some(at)) = (&self.callback, &self.at) else {
            return f.write_str("the loop itself");
        };
        let Some(location) = self.location else {
            return write!(f, "{callback} at {at} of the saved run");
        };
        write!(f, "{callback} at {at} ({location}")?;
        if let Some(attached_at) = self.attached_at.filter(|at| !at.is_same_line(&location)) {
            write!(f, ", attached at {attached_at}")?;
        }
        f.write_str(")")
    }
}

/// The cause of a failure.
///
/// ```
/// use callbacks::Cause;
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, || "a".parse::<u32>().map(drop));
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// match outcome.failed().map(Failure::cause) {
///     Some(Cause::Error(error)) => assert!(error.is::<std::num::ParseIntError>()),
///     other => unreachable!("{other:?}"),
/// }
/// # Ok::<(), PlanError>(())
/// ```
#[non_exhaustive]
pub enum Cause {
    /// A handler or the loop returned this error.
    Error(BoxError),
    /// A handler or the loop panicked with this message.
    Panic(String),
    /// A handler left a scope that was not open. The string is the name of the scope.
    NotOpen(String),
    /// The loop fired a breakpoint or opened a scope at a point where its declaration does not allow it. The string says what it did.
    Misplaced(String),
}

impl Cause {
    /// Returns the cause of a caught panic. Drops the payload, and catches a panic of its destructor.
    pub(crate) fn of_panic(payload: Box<dyn Any + Send>) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned());
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(payload)));
        if let Err(second_payload) = dropped {
            // The destructor of this payload may panic, too.
            std::mem::forget(second_payload);
        }
        Self::Panic(message)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Panic(message) => write!(f, "panicked: {message}"),
            Self::Misplaced(what) => f.write_str(what),
            Self::NotOpen(scope) => write!(
                f,
                "left the scope {scope}, which is not open there; leave a scope that encloses the breakpoint, or stop"
            ),
        }
    }
}

/// The failure of a run: where it failed and why, and the failures after the first. It is cheap to clone. It is state at the error breakpoint
/// of a loop (`on_fit_error`).
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } stop => on_stop; error => on_error; } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::before_step, || Err::<(), _>("the disk is full")).named("save");
/// plan.on(Relax::on_error, |failure: &Failure| Err::<(), _>(format!("no mail about {}", failure.cause())));
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let failure = outcome.failed().unwrap();
/// assert_eq!(failure.origin().callback(), Some("save"));
/// assert_eq!(failure.cause().to_string(), "the disk is full");
/// assert_eq!(failure.later().count(), 1);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone)]
pub struct Failure {
    /// The failure that failed the run.
    first: Arc<Fault>,
    /// The failures after it, in order.
    later: Vec<Arc<Fault>>,
}

/// A single error or panic: where it happened, and its cause. A [`Failure`] has several.
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, || Err::<(), _>("the disk is full"));
/// plan.on(Relax::on_exit, || Err::<(), _>("the disk is gone")).named("close");
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let later = outcome.failed().and_then(|failure| failure.later().next()).unwrap();
/// assert_eq!(later.origin().callback(), Some("close"));
/// assert_eq!(later.cause().to_string(), "the disk is gone");
/// # Ok::<(), PlanError>(())
/// ```
pub struct Fault {
    origin: Origin,
    cause: Cause,
}

impl Fault {
    pub(crate) fn new(origin: Origin, cause: Cause) -> Self {
        Self { origin, cause }
    }

    /// Returns the callback and the breakpoint, or the loop, that failed.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the cause.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }
}

impl Drop for Fault {
    /// Drops the error, which has a user's type. A panic of its destructor is caught.
    fn drop(&mut self) {
        let cause = std::mem::replace(&mut self.cause, Cause::Panic(String::new()));
        dispose(cause, "an error");
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.cause)
    }
}

impl Failure {
    pub(crate) fn new(first: Fault) -> Self {
        Self {
            first: Arc::new(first),
            later: Vec::new(),
        }
    }

    /// Adds `later` and the failures after it to the later failures.
    pub(crate) fn attach(&mut self, later: Self) {
        self.later.push(later.first);
        self.later.extend(later.later);
    }

    /// Returns the callback and the breakpoint, or the loop, that failed.
    pub fn origin(&self) -> &Origin {
        &self.first.origin
    }

    /// Returns the cause.
    pub fn cause(&self) -> &Cause {
        &self.first.cause
    }

    /// Returns the later failures, in order. They are failures of handlers of the error breakpoint, of the exits, or of the loop.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// for name in ["one", "two", "three"] {
    ///     plan.on(Relax::on_exit, move || Err::<(), _>(name));
    /// }
    /// let outcome = plan.run(&mut State::new(), |_| Ok(()))?;
    /// let later = outcome.failed().unwrap().later().map(|fault| fault.cause().to_string());
    /// assert_eq!(later.collect::<Vec<_>>(), ["two", "one"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn later(&self) -> impl Iterator<Item = &Fault> {
        self.later.iter().map(Arc::as_ref)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.later()
            .try_for_each(|fault| write!(f, "\n  later, {fault}"))
    }
}

debug_as_display!(Origin, Cause, Fault, Failure);

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.cause() {
            Cause::Error(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
