//! The record of a bound handler: all of its properties except the function to call.

use crate::background::Background;
use crate::callback::{BoundTo, CallbackId, Location, Rank};
use crate::loops::BreakpointId;
use crate::outcome::OnFailure;
use crate::period::{HandlerPeriod, JointPeriod, Period};
use crate::raw::Access;

/// The properties of a bound handler. The dispatcher has a list of them for each breakpoint.
pub(crate) struct HandlerRecord {
    /// The callback that the handler belongs to.
    pub(crate) callback: CallbackId,
    /// The position of the callback in the order of the plan.
    pub(crate) rank: Rank,
    /// The breakpoint of the handler.
    pub(crate) at: BreakpointId,
    /// The source location of the handler; the call that attached its callback, if that is ready-made.
    pub(crate) location: Location,
    /// The state that the handler asks for. Empty for a handler that provides state.
    pub(crate) accesses: Vec<Access>,
    /// Whether the handler may change the state.
    pub(crate) changes_state: bool,
    /// What a failure of the handler does to the run.
    pub(crate) on_failure: OnFailure,
    /// The state that the handler provides; `None` for a handler that does not provide state.
    pub(crate) provides: Option<Access>,
    /// The period of the handler and its progress in this run. `None` for a handler that runs whenever its breakpoint fires.
    pub(crate) period: Option<Box<HandlerPeriod>>,
    /// The handlers with which it shares its period.
    pub(crate) joint: Option<JointPeriod>,
    /// Whether the handler was added at this breakpoint alone.
    pub(crate) bound_to: BoundTo,
    /// Whether the handler asks for `Due`, the reason why it runs.
    pub(crate) asks_why: bool,
    /// The properties that decide whether it may run in parallel. `Dispatcher::bind` sets them.
    pub(crate) traits: HandlerTraits,
    /// The number of its group at its breakpoint, from 1. `Dispatcher::form_groups` sets it.
    pub(crate) group: Option<usize>,
    /// Whether the handler can run in the background.
    pub(crate) can_run_in_background: bool,
    /// The queue of its callback, if the handler runs in the background.
    pub(crate) queue: Option<Background>,
}

/// The properties of a handler that decide whether it may run in parallel with another one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HandlerTraits {
    /// Whether the handler returns an answer, which is put into the state.
    pub(crate) returns_answer: bool,
    /// Whether the handler may return a flow.
    pub(crate) returns_flow: bool,
    /// Whether the handler may run on another thread than that of the loop.
    pub(crate) is_portable: bool,
}

impl HandlerRecord {
    /// Returns the period as it was declared.
    pub(crate) fn declared_period(&self) -> Option<&Period> {
        self.period.as_deref().map(HandlerPeriod::declared)
    }
}
