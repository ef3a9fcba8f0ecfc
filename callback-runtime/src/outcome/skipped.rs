//! The handlers that did not run: their state was absent, or their period was never due.

use crate::callback::short_type_name;
use crate::debug_as_display;
use crate::loops::Breakpoint;
use crate::outcome::Origin;
use crate::outcome::remarks::Times;
use crate::plan::INSERT_ADVICE;
use crate::raw::{Access, AccessKind};
use std::fmt;

/// A handler that did not run at some firings of a breakpoint, because state that it requires was absent.
///
/// ```
/// use callbacks::prelude::*;
/// breakpoints! { pub loop Relax { scope STEP { before_step; on_force with f64; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, |force: &f64| println!("{force}")).named("print");
/// // This loop leaves its step before there is a force.
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let skipped = &outcome.skipped()[0];
/// assert_eq!((skipped.callback(), skipped.times()), ("print", 1));
/// assert_eq!(skipped.breakpoint().name(), "after_step");
/// assert!(skipped.missing().eq(["f64"]));
/// let text = outcome.to_string();
/// assert!(text.starts_with("finished (1 handler skipped)\n  print at after_step ("), "{text}");
/// assert!(text.ends_with(" was skipped once: no `f64` in the state; to run without it, ask for `Option<&f64>`"), "{text}");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Skipped {
    origin: Origin,
    at: Breakpoint,
    times: u64,
    missing: Vec<MissingState>,
}

/// A type of state that was absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingState {
    /// The short name of the type.
    name: String,
    /// Whether the handler asks for the state to change it.
    is_changed: bool,
    /// Whether the loop declares that the state exists during the whole run.
    is_of_whole_run: bool,
}

impl MissingState {
    /// The state of `access`, which was absent. `is_of_whole_run` says whether the loop declares that it exists during the whole run.
    pub(crate) fn new(access: &Access, is_of_whole_run: bool) -> Self {
        Self {
            name: short_type_name(access.type_name),
            is_changed: access.kind == AccessKind::Write,
            is_of_whole_run,
        }
    }

    /// Returns the parameter that does not require the state.
    fn optional(&self) -> String {
        let Self { name, .. } = self;
        if self.is_changed {
            format!("`Option<&mut {name}>`")
        } else {
            format!("`Option<&{name}>`")
        }
    }
}

impl Skipped {
    pub(crate) fn new(
        origin: Origin,
        at: Breakpoint,
        times: u64,
        missing: Vec<MissingState>,
    ) -> Self {
        Self {
            origin,
            at,
            times,
            missing,
        }
    }

    /// Returns the name of the callback.
    pub fn callback(&self) -> &str {
        self.origin.callback().unwrap_or_default()
    }

    /// Returns the breakpoint.
    pub fn breakpoint(&self) -> &Breakpoint {
        &self.at
    }

    /// Returns the handler, with the line where it is written and the line that attached its callback.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns how often the handler was skipped.
    pub fn times(&self) -> u64 {
        self.times
    }

    /// Returns the short names of the types that were absent when the handler was first skipped.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.missing.iter().map(|missing| missing.name.as_str())
    }

    /// Returns what to write so that the handler runs.
    fn advice(&self) -> String {
        // Inserting state before the run does not help if the loop provides it only in a part of the run, or something removes it.
        if self.missing.iter().all(|missing| missing.is_of_whole_run) {
            return INSERT_ADVICE.to_owned();
        }
        let optional: Vec<String> = self.missing.iter().map(MissingState::optional).collect();
        format!("to run without it, ask for {}", optional.join(" and "))
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing: Vec<String> = self.missing().map(|name| format!("`{name}`")).collect();
        let (missing, times) = (missing.join(" and no "), Times(self.times));
        let (origin, advice) = (&self.origin, self.advice());
        write!(
            f,
            "{origin} was skipped {times}: no {missing} in the state; {advice}"
        )
    }
}

/// A handler with a period that was never due in a run, because no counter of its units moved.
///
/// See [`Outcome::never_due`](crate::Outcome::never_due) for an example.
#[derive(Clone, PartialEq, Eq)]
pub struct NeverDue {
    origin: Origin,
    at: Breakpoint,
    why: String,
}

impl NeverDue {
    pub(crate) fn new(origin: Origin, at: Breakpoint, why: String) -> Self {
        Self { origin, at, why }
    }

    /// Returns the name of the callback.
    pub fn callback(&self) -> &str {
        self.origin.callback().unwrap_or_default()
    }

    /// Returns the breakpoint.
    pub fn breakpoint(&self) -> &Breakpoint {
        &self.at
    }

    /// Returns the handler, with the line where it is written and the line that attached its callback.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns which counters did not move.
    pub fn why(&self) -> &str {
        &self.why
    }
}

impl fmt::Display for NeverDue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was never due: {}", self.origin, self.why)
    }
}

debug_as_display!(Skipped, NeverDue);
