//! The undecided orders in an explanation: pairs of callbacks that use the same state at one breakpoint.

use super::gather::StateLabels;
use crate::loops::Breakpoint;
use crate::plan::PlanCore;
use std::fmt;

/// A pair of callbacks whose order matters and is decided only by insertion: both write the same state, or one reads state that the other
/// writes after it.
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
    /// The number of other breakpoints at which the two use the same state.
    pub(super) more: usize,
    /// Whether the first only reads the state.
    pub(super) reads: bool,
}

impl Undecided {
    /// The name of the callback that runs first now.
    pub fn first(&self) -> &str {
        &self.first
    }

    /// The name of the callback that runs second now.
    pub fn second(&self) -> &str {
        &self.second
    }

    /// The type of the state that both use.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The first breakpoint at which both use it.
    pub fn breakpoint(&self) -> &'static Breakpoint {
        self.breakpoint
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second, state) = (&self.first, &self.second, &self.state);
        let at = self.breakpoint;
        if self.reads {
            write!(f, "{first} reads {state} at {at}, then {second} writes it")?;
        } else {
            write!(f, "{first}, then {second}: both write {state} at {at}")?;
        }
        match self.more {
            0 => Ok(()),
            1 => f.write_str(", and at 1 other breakpoint"),
            more => write!(f, ", and at {more} other breakpoints"),
        }
    }
}

/// Returns the undecided pairs of a plan: first the pairs of writers, then those of a reader and a writer.
pub(super) fn undecided_pairs(plan: &PlanCore, labels: &StateLabels) -> Vec<Undecided> {
    let resolved = &plan.resolved;
    let pairs = resolved.undecided.iter().map(|pair| Undecided {
        first: resolved.names[pair.first].to_string(),
        second: resolved.names[pair.second].to_string(),
        state: labels.label(pair.type_id, pair.type_name),
        breakpoint: &plan.loop_info.breakpoints[pair.at],
        more: pair.more,
        reads: pair.reads,
    });
    let mut pairs: Vec<Undecided> = pairs.collect();
    pairs.sort_by_key(|pair| pair.reads);
    pairs
}
