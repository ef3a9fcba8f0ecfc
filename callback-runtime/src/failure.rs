//! How a run fails: where, why, and what went wrong after it.

use crate::breakpoint::Breakpoint;
use crate::site::Site;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Any error that a handler or a loop may answer.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Who did something, and where: a callback at a breakpoint, or the loop itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    callback: Option<Arc<str>>,
    at: Option<Breakpoint>,
    site: Option<Site>,
}

impl Origin {
    pub(crate) fn handler(callback: Arc<str>, at: Breakpoint, site: Site) -> Self {
        Self {
            callback: Some(callback),
            at: Some(at),
            site: Some(site),
        }
    }

    /// The loop itself: the closure given to `run`, or the learner it drives.
    pub(crate) fn of_loop() -> Self {
        Self {
            callback: None,
            at: None,
            site: None,
        }
    }

    /// The callback's name; `None` if it was the loop itself.
    pub fn callback(&self) -> Option<&str> {
        self.callback.as_deref()
    }

    /// The breakpoint; `None` if it was the loop itself.
    pub fn breakpoint(&self) -> Option<&Breakpoint> {
        self.at.as_ref()
    }

    /// Where the handler is written.
    pub fn site(&self) -> Option<Site> {
        self.site
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.callback, &self.at, self.site) {
            (Some(callback), Some(at), Some(site)) => write!(f, "{callback} at {at} ({site})"),
            _ => f.write_str("the loop itself"),
        }
    }
}

/// Why a run failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// An `Err`, of a handler or of the loop.
    Error(BoxError),
    /// A panic, with its message.
    Panic(String),
    /// A handler left a scope that was not open: its name.
    NotOpen(String),
}

impl Cause {
    /// The cause that a caught panic is. The payload is dropped here, where a panic in its own `drop` is caught too.
    pub(crate) fn of_panic(payload: Box<dyn Any + Send>) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned());
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(payload)));
        if let Err(another) = dropped {
            // Nothing more can be done with a payload whose drop panics than not to drop the next one.
            std::mem::forget(another);
        }
        Self::Panic(message)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Panic(message) => write!(f, "panicked: {message}"),
            Self::NotOpen(scope) => write!(
                f,
                "left the scope {scope}, which is not open there; leave a scope that encloses the breakpoint, or stop"
            ),
        }
    }
}

/// How a run failed: who, where and why. Cheap to clone; state at the loop's error breakpoint (`on_fit_error`).
#[derive(Debug, Clone)]
pub struct Failure {
    first: Arc<Fault>,
    later: Vec<Arc<Fault>>,
}

/// One thing that went wrong.
#[derive(Debug)]
pub struct Fault {
    origin: Origin,
    cause: Cause,
}

impl Fault {
    pub(crate) fn new(origin: Origin, cause: Cause) -> Self {
        Self { origin, cause }
    }

    /// Who and where.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Why.
    pub fn cause(&self) -> &Cause {
        &self.cause
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

    pub(crate) fn attach(&mut self, later: Self) {
        self.later.push(later.first);
        self.later.extend(later.later);
    }

    /// Who and where.
    pub fn origin(&self) -> &Origin {
        &self.first.origin
    }

    /// Why.
    pub fn cause(&self) -> &Cause {
        &self.first.cause
    }

    /// What went wrong after it, in the handlers that were told of it and in the exits.
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

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.cause() {
            Cause::Error(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
