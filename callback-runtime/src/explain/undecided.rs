//! The undecided orders in an explanation: callbacks that use the same state at one breakpoint.

use super::gather::Labels;
use crate::loops::Breakpoint;
use crate::plan::{PlanCore, UndecidedPair};
use std::fmt;

/// Two callbacks whose order matters and only insertion decides it: both write the same state, or one reads what the other writes
/// after it.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {}).named("halve");
/// plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {}).named("warm up");
/// let explanation = plan.explain(&State::new())?;
/// let pair = &explanation.undecided()[0];
/// assert_eq!((pair.first(), pair.second(), pair.state()), ("halve", "warm up", "LearningRate"));
/// assert_eq!(pair.to_string(), "halve, then warm up: both write LearningRate at on_epoch_end");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    pub(super) first: String,
    pub(super) second: String,
    pub(super) state: String,
    pub(super) breakpoint: &'static Breakpoint,
    /// At how many other breakpoints it is the same.
    pub(super) more: usize,
    /// The first reads what the second writes.
    pub(super) reads: bool,
}

impl Undecided {
    /// The callback that goes first now.
    pub fn first(&self) -> &str {
        &self.first
    }

    /// The other.
    pub fn second(&self) -> &str {
        &self.second
    }

    /// The type of the state that both touch.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The first breakpoint at which they do.
    pub fn breakpoint(&self) -> &'static Breakpoint {
        self.breakpoint
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            first,
            second,
            state,
            breakpoint,
            ..
        } = self;
        if self.reads {
            write!(
                f,
                "{first} reads {state} at {breakpoint}, then {second} writes it"
            )?;
        } else {
            write!(
                f,
                "{first}, then {second}: both write {state} at {breakpoint}"
            )?;
        }
        match self.more {
            0 => Ok(()),
            1 => f.write_str(", and at 1 other breakpoint"),
            more => write!(f, ", and at {more} other breakpoints"),
        }
    }
}

/// The undecided pairs of a plan: the writers, then the readers.
pub(super) fn undecided(plan: &PlanCore, labels: &Labels) -> Vec<Undecided> {
    let resolved = &plan.resolved;
    let pair_of = |pair: &UndecidedPair, reads: bool| Undecided {
        first: resolved.names[pair.first].to_string(),
        second: resolved.names[pair.second].to_string(),
        state: labels.label(pair.type_id, pair.type_name),
        breakpoint: &plan.loop_info.breakpoints[pair.at],
        more: pair.more,
        reads,
    };
    let writers = resolved.undecided.iter().map(|pair| pair_of(pair, false));
    let readers = resolved
        .early_readers
        .iter()
        .map(|pair| pair_of(pair, true));
    writers.chain(readers).collect()
}
