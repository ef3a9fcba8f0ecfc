//! What an outcome tells beside its ending: what was skipped, never due, refused, swallowed or dropped, and what the loop remarks.

use crate::background::Dropped;
use crate::outcome::{NeverDue, Skipped, Stop, Swallowed};
use crate::run::MAX_REFUSED;
use std::fmt::{self, Display};

/// The number of lines of each kind that a text shows before it counts the others.
const SHOWN: usize = 5;

/// What a run did not do, beside its ending.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remarks {
    /// The handlers that were skipped because state that they require was absent.
    pub(crate) skipped: Vec<Skipped>,
    /// The handlers whose period was never due, because no counter of its units moved.
    pub(crate) never_due: Vec<NeverDue>,
    /// The stops that the rule of the plan refused. The run stores a limited number of them.
    pub(crate) refused: Vec<Stop>,
    /// The failures that did not fail the run.
    pub(crate) swallowed: Vec<Swallowed>,
    /// The calls in the background that were not made.
    pub(crate) dropped: Vec<Dropped>,
    /// What the loop and handlers remark.
    pub(crate) of_run: Vec<Remark>,
}

/// What a loop or a handler remarks of a run, such as data without a batch: see [`Run::remark`](crate::Run::remark) and
/// [`Flow::remark`](crate::Flow::remark).
///
/// ```
/// # use callbacks::prelude::*;
/// let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| {
///     run.remark("the grid had no cells");
///     run.remark("the grid had no cells");
///     Ok(())
/// })?;
/// let remark = &outcome.remarks()[0];
/// assert_eq!((remark.text(), remark.times()), ("the grid had no cells", 2));
/// assert_eq!(remark.to_string(), "the grid had no cells (2 times)");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    text: String,
    times: u64,
}

impl Remark {
    /// Adds a text to the remarks, or counts it if it is among them.
    pub(crate) fn add(text: String, remarks: &mut Vec<Self>) {
        match remarks.iter_mut().find(|remark| remark.text == text) {
            Some(remark) => remark.times += 1,
            None => remarks.push(Self { text, times: 1 }),
        }
    }

    /// Returns the text; that of a handler begins with the name of its callback.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns how often it was remarked.
    pub fn times(&self) -> u64 {
        self.times
    }
}

impl Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.times {
            1 => f.write_str(&self.text),
            times => write!(f, "{} ({})", self.text, Times(times)),
        }
    }
}

impl Remarks {
    /// Returns how many there are of each kind, separated by commas; an empty text if there are none.
    pub(super) fn summary(&self) -> String {
        let counts = [
            count(self.skipped.len() as u64, "handler", "skipped"),
            count(self.never_due.len() as u64, "handler", "never due"),
            count(self.refused.len() as u64, "stop", "refused").map(|count| self.at_least(count)),
            count(
                self.swallowed.iter().map(Swallowed::times).sum(),
                "failure",
                "swallowed",
            ),
            count(
                self.dropped.iter().map(Dropped::times).sum(),
                "background call",
                "dropped",
            ),
            count(self.of_run.len() as u64, "remark", "").map(|count| count.trim_end().to_owned()),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        counts.join(", ")
    }

    /// Says that there may be more refused stops, if the run has stored as many as it stores.
    fn at_least(&self, count: String) -> String {
        if self.refused.len() < MAX_REFUSED {
            count
        } else {
            format!("at least {count}")
        }
    }

    /// Writes an indented line for each remark. The swallowed failures are only counted: `tracing` has reported them.
    pub(super) fn write_lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_kind(f, &self.skipped)?;
        write_kind(f, &self.never_due)?;
        write_kind(f, &self.refused)?;
        write_kind(f, &self.dropped)?;
        write_kind(f, &self.of_run)
    }
}

/// Returns `2 stops refused` for a number of things and what happened to them; `None` if the number is 0.
fn count(number: u64, thing: &str, what: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {thing} {what}")),
        _ => Some(format!("{number} {thing}s {what}")),
    }
}

fn write_kind(f: &mut fmt::Formatter<'_>, remarks: &[impl Display]) -> fmt::Result {
    for remark in remarks.iter().take(SHOWN) {
        write!(f, "\n  {remark}")?;
    }
    match remarks.len().checked_sub(SHOWN) {
        Some(more @ 1..) => write!(f, "\n  … and {more} more"),
        _ => Ok(()),
    }
}

/// A number of times, as text: `once` or `5 times`.
pub(crate) struct Times(pub(crate) u64);

impl Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("once"),
            times => write!(f, "{times} times"),
        }
    }
}
