//! The record of a bound handler: everything but how it is called.

use crate::background::Background;
use crate::callback::{CallbackId, Location, Rank};
use crate::outcome::OnFailure;
use crate::period::{HandlerPeriod, Period};
use crate::raw::Access;

/// A bound handler, in the list of its breakpoint.
pub(crate) struct HandlerRecord {
    /// Its callback.
    pub(crate) callback: CallbackId,
    /// The place of its callback in the order of the plan.
    pub(crate) rank: Rank,
    /// Where it is written.
    pub(crate) location: Location,
    /// The state it asks for; empty for a handler that provides state.
    pub(crate) accesses: Vec<Access>,
    /// Whether it may change the state.
    pub(crate) changes_state: bool,
    /// What its failure does to the run.
    pub(crate) on_failure: OnFailure,
    /// The state that it provides, where it does nothing else.
    pub(crate) provides: Option<Access>,
    /// How often it runs; `None` for a handler that runs whenever its breakpoint fires.
    pub(crate) period: Option<Box<HandlerPeriod>>,
    /// Whether it asks why it runs.
    pub(crate) asks_why: bool,
    pub(crate) traits: HandlerTraits,
    /// The number of its group among those of its breakpoint, from 1.
    pub(crate) group: Option<usize>,
    /// Whether it can run in the background.
    pub(crate) can_run_in_background: bool,
    /// Its queue, where it runs in the background.
    pub(crate) queue: Option<Background>,
}

/// What decides whether a handler may run in parallel with another one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HandlerTraits {
    /// What it returns is put into the state.
    pub(crate) returns_answer: bool,
    /// It may return a flow.
    pub(crate) returns_flow: bool,
    /// It may leave the loop's thread.
    pub(crate) is_portable: bool,
}

impl HandlerRecord {
    /// The period as it was declared.
    pub(crate) fn declared_period(&self) -> Option<&Period> {
        self.period.as_deref().map(HandlerPeriod::declared)
    }
}
