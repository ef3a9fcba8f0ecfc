//! How a run ended.

use crate::breakpoint::Breakpoint;
use crate::failure::{Failure, Origin};
use std::fmt;
use std::sync::Arc;

/// Who stopped a run, where and why. State at `on_stop` and `on_interrupt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    origin: Origin,
    reason: String,
}

impl Stop {
    pub(crate) fn new(origin: Origin, reason: String) -> Self {
        Self { origin, reason }
    }

    /// Who and where.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Why, in the callback's words.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)
    }
}

/// The one ending of a run.
#[derive(Debug, Clone)]
pub enum Ending {
    /// The loop came to its end.
    Finished,
    /// A callback stopped it.
    Stopped(Stop),
    /// It was interrupted from outside.
    Interrupted(Stop),
    /// An error or a panic, in a callback or in the loop.
    Failed(Failure),
}

/// A handler that did not run because state it requires was absent, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    callback: Arc<str>,
    at: Breakpoint,
    times: u64,
}

impl Skipped {
    pub(crate) fn new(callback: Arc<str>, at: Breakpoint, times: u64) -> Self {
        Self {
            callback,
            at,
            times,
        }
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
}

/// How a run ended, and what is worth knowing of it. State at `on_exit`.
#[derive(Debug, Clone)]
#[must_use = "a run that failed says so in its outcome; `outcome.ok()?` turns that into an error"]
pub struct Outcome {
    ending: Ending,
    refused: Vec<Stop>,
    skipped: Vec<Skipped>,
}

impl Outcome {
    pub(crate) fn new(ending: Ending, refused: Vec<Stop>, skipped: Vec<Skipped>) -> Self {
        Self {
            ending,
            refused,
            skipped,
        }
    }

    /// Attaches what went wrong in an exit. The first error is kept.
    pub(crate) fn attach(&mut self, later: Failure) {
        match &mut self.ending {
            Ending::Failed(failure) => failure.attach(later),
            ending => *ending = Ending::Failed(later),
        }
    }

    pub(crate) fn set_skipped(&mut self, skipped: Vec<Skipped>) {
        self.skipped = skipped;
    }

    /// How the run ended.
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// The failure as an error, for `?`. A run that was stopped or interrupted has not failed.
    ///
    /// ```
    /// # use callbacks::Outcome;
    /// fn report(outcome: &Outcome) -> Result<(), Box<dyn std::error::Error>> {
    ///     println!("{outcome}");
    ///     outcome.ok()?;
    ///     Ok(())
    /// }
    /// ```
    pub fn ok(&self) -> Result<(), Failure> {
        match &self.ending {
            Ending::Failed(failure) => Err(failure.clone()),
            _ => Ok(()),
        }
    }

    /// Whether the loop came to its end.
    pub fn is_finished(&self) -> bool {
        matches!(self.ending, Ending::Finished)
    }

    /// Who stopped it, if it was stopped.
    pub fn stopped(&self) -> Option<&Stop> {
        match &self.ending {
            Ending::Stopped(stop) => Some(stop),
            _ => None,
        }
    }

    /// Who interrupted it, if it was interrupted.
    pub fn interrupted(&self) -> Option<&Stop> {
        match &self.ending {
            Ending::Interrupted(stop) => Some(stop),
            _ => None,
        }
    }

    /// How it failed, if it did.
    pub fn failed(&self) -> Option<&Failure> {
        match &self.ending {
            Ending::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// Stops that were refused, because the loop did not allow one yet (before `min_epochs`). At most the first hundred.
    pub fn refused(&self) -> &[Stop] {
        &self.refused
    }

    /// Handlers that did not run now and then, because state they require was absent.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ending {
            Ending::Finished => f.write_str("finished"),
            Ending::Stopped(stop) => write!(f, "stopped by {stop}"),
            Ending::Interrupted(stop) => write!(f, "interrupted by {stop}"),
            Ending::Failed(failure) => write!(f, "failed in {failure}"),
        }
    }
}
