//! Values and callbacks whose every part that a library may call panics, as far as a test wants it.
#![allow(dead_code, reason = "no test uses all of it")]

use super::process::say;
use super::subscriber::BadSubscriber;
use callbacks::prelude::*;
use callbacks::{Answer, Cause, Ending};
use std::fmt;
use std::panic::{panic_any, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// The subscriber of `tracing`.
    Subscriber(BadSubscriber),
    /// The `Display` of errors, which a subscriber calls.
    Display,
    /// The `Drop` of these.
    Error,
    Answer,
    State,
    Copy,
    Callback,
    Payload,
}

impl Fault {
    pub(crate) const ALL: [(&str, Self); 10] = [
        ("nothing", Self::None),
        ("a subscriber", Self::Subscriber(BadSubscriber::Panics)),
        (
            "a subscriber's answer",
            Self::Subscriber(BadSubscriber::PanicsWhenAsked),
        ),
        ("the display of an error", Self::Display),
        ("the drop of an error", Self::Error),
        ("the drop of an answer", Self::Answer),
        ("the drop of a state", Self::State),
        ("the drop of a copy", Self::Copy),
        ("the drop of a callback", Self::Callback),
        ("the drop of a payload", Self::Payload),
    ];

    pub(crate) fn named(name: &str) -> Self {
        let found = Self::ALL.iter().find(|(its, _)| *its == name);
        found.map(|(_, fault)| *fault).expect("a fault")
    }

    /// Sets the subscriber up.
    pub(crate) fn begin(self) {
        match self {
            Self::Subscriber(subscriber) => subscriber.install(),
            Self::Display => BadSubscriber::Formats.install(),
            _ => {}
        }
    }
}

/// Panics, unless the thread does already: such a panic is the fault of the value alone.
fn panic_at_drop(what: &str) {
    assert!(std::thread::panicking(), "the drop of {what} panics");
}

/// An error whose `Display` or `Drop` may panic.
#[derive(Debug)]
pub(crate) struct Bad(pub(crate) Fault);

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(self.0 != Fault::Display, "an error that cannot be shown");
        f.write_str("a bad error")
    }
}

impl std::error::Error for Bad {}

impl Drop for Bad {
    fn drop(&mut self) {
        if self.0 == Fault::Error {
            panic_at_drop("an error");
        }
    }
}

/// A payload whose `Drop` panics, with one whose `Drop` panics too.
pub(crate) struct Payload(pub(crate) u8);

impl Drop for Payload {
    fn drop(&mut self) {
        if self.0 > 0 && !std::thread::panicking() {
            panic_any(Self(self.0 - 1));
        }
    }
}

/// An answer whose `Drop` may panic.
#[derive(Clone, Debug)]
pub(crate) struct Vote(pub(crate) Fault);

impl Answer for Vote {
    fn merge(self, other: Self) -> Self {
        drop(other);
        self
    }
}

impl Drop for Vote {
    fn drop(&mut self) {
        if self.0 == Fault::Answer {
            panic_at_drop("an answer");
        }
    }
}

/// State whose `Drop`, or that of its copies, may panic.
#[derive(Debug)]
pub(crate) struct Touchy<const N: usize> {
    pub(crate) fault: Fault,
    pub(crate) is_copy: bool,
}

impl<const N: usize> Touchy<N> {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            fault,
            is_copy: false,
        }
    }
}

impl<const N: usize> Clone for Touchy<N> {
    fn clone(&self) -> Self {
        Self {
            is_copy: true,
            ..*self
        }
    }
}

impl<const N: usize> Drop for Touchy<N> {
    fn drop(&mut self) {
        let what = if self.is_copy {
            Fault::Copy
        } else {
            Fault::State
        };
        if self.fault == what {
            panic_at_drop("a value");
        }
    }
}

/// How a callback makes a run end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ends {
    Finished,
    Stopped,
    Interrupted,
    Error,
    Panic,
    /// It fails again and again, and may.
    Swallowed,
    /// It fails at the end.
    AtItsExit,
    /// The same of a panic.
    PanicAtItsExit,
    /// Another callback fails in the background.
    LateError,
    LatePanic,
}

impl Ends {
    pub(crate) const ALL: [Self; 10] = [
        Self::Finished,
        Self::Stopped,
        Self::Interrupted,
        Self::Error,
        Self::Panic,
        Self::Swallowed,
        Self::AtItsExit,
        Self::PanicAtItsExit,
        Self::LateError,
        Self::LatePanic,
    ];
}

/// More than are kept of what is swallowed.
pub(crate) const STEPS: u64 = 14;

/// The breakpoints of the loops at which an actor acts.
const ACTS_AT: [&str; 3] = ["on_step", "on_train_batch_end", "on_step_end"];

/// A callback that says when it enters and exits, and makes the run end in between.
pub(crate) struct Actor {
    pub(crate) name: &'static str,
    pub(crate) ends: Ends,
    pub(crate) fault: Fault,
}

impl Actor {
    fn enter(&mut self) {
        say(format!("enter {}", self.name));
    }

    fn act(&mut self, at: &Breakpoint) -> Result<Flow, Bad> {
        if !ACTS_AT.contains(&at.name()) {
            return Ok(Flow::Continue);
        }
        match self.ends {
            Ends::Stopped => Ok(Flow::stop("enough")),
            Ends::Interrupted => Ok(Flow::interrupt("SIGINT")),
            Ends::Error | Ends::Swallowed => Err(Bad(self.fault)),
            Ends::Panic => self.panic(),
            _ => Ok(Flow::Continue),
        }
    }

    fn panic(&self) -> ! {
        match self.fault {
            Fault::Payload => resume_unwind(Box::new(Payload(3))),
            _ => panic!("a panic"),
        }
    }

    fn exit(&mut self, outcome: &Outcome) -> Result<(), Bad> {
        say(format!("exit {}: {}", self.name, ending(outcome)));
        match self.ends {
            Ends::AtItsExit => Err(Bad(self.fault)),
            Ends::PanicAtItsExit => self.panic(),
            _ => Ok(()),
        }
    }
}

impl<L: Loop> Callback<L> for Actor {
    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::enter);
        h.on_all(Self::act);
        h.on_exit(Self::exit);
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        say(format!("drop {}", self.name));
        if self.fault == Fault::Callback {
            panic_at_drop("a callback");
        }
    }
}

/// How a run ended and who ended it, without the text of any error.
pub(crate) fn ending(outcome: &Outcome) -> String {
    match outcome.ending() {
        Ending::Finished => "finished".to_owned(),
        Ending::Stopped(stop) => format!("stopped by {}", stop.origin().callback().unwrap_or("?")),
        Ending::Interrupted(stop) => {
            format!("interrupted by {}", stop.origin().callback().unwrap_or("?"))
        }
        Ending::Failed(failure) => {
            let cause = match failure.cause() {
                Cause::Error(error) if error.is::<Bad>() => "bad error",
                Cause::Error(_) => "other error",
                Cause::Panic(_) => "panic",
                _ => "misuse",
            };
            let by = failure.origin().callback().unwrap_or("the loop");
            format!("failed by {by}: {cause}")
        }
    }
}

/// A callback that only reads, and can run beside another one or later.
pub(crate) struct Reader<const N: usize> {
    pub(crate) name: &'static str,
    pub(crate) ends: Ends,
    pub(crate) fault: Fault,
    failed: AtomicBool,
}

impl<const N: usize> Reader<N> {
    pub(crate) fn new(name: &'static str, ends: Ends, fault: Fault) -> Self {
        Self {
            name,
            ends,
            fault,
            failed: AtomicBool::new(false),
        }
    }

    pub(crate) fn enter(&mut self) {
        say(format!("enter {}", self.name));
    }

    pub(crate) fn exit(&mut self, outcome: &Outcome) {
        say(format!("exit {}: {}", self.name, ending(outcome)));
    }

    /// Fails once, if it is to fail.
    pub(crate) fn read(&self, _: &Touchy<N>) -> Result<(), Bad> {
        let fails = matches!(self.ends, Ends::LateError | Ends::LatePanic);
        if !fails || self.failed.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        match (self.ends, self.fault) {
            (Ends::LateError, _) => Err(Bad(self.fault)),
            (_, Fault::Payload) => resume_unwind(Box::new(Payload(3))),
            _ => panic!("a panic"),
        }
    }
}

impl<const N: usize> Drop for Reader<N> {
    fn drop(&mut self) {
        say(format!("drop {}", self.name));
        if self.fault == Fault::Callback {
            panic_at_drop("a callback");
        }
    }
}
