//! Failures that do not fail the run, because of the policy of their callback. They may disable the callback.

use super::{HandlerRecord, RunCore};
use crate::callback::{CallbackId, HandlerId};
use crate::loops::{BreakpointId, Role};
use crate::outcome::{Cause, Fault, OnFailure, Swallowed, quietly};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// The failures that a run swallowed.
#[derive(Default)]
pub(crate) struct SwallowedFailures {
    /// By breakpoint and callback.
    failures: BTreeMap<(BreakpointId, CallbackId), Swallowed>,
    /// The callbacks that are disabled for the rest of the run.
    disabled: BTreeSet<CallbackId>,
}

impl RunCore<'_> {
    /// Fails the run because a handler failed, unless its callback may fail.
    #[cold]
    pub(crate) fn report_failure(&mut self, handler: HandlerId, cause: Cause) -> ControlFlow<()> {
        let role = self.loop_info.role(handler.breakpoint);
        let is_swallowed = is_lenient(role, self.dispatcher.record(handler), &cause);
        let fault = Fault::new(self.origin(handler), cause);
        if !is_swallowed {
            return self.run_state.fail(fault);
        }
        self.swallow(handler, fault);
        ControlFlow::Continue(())
    }

    fn swallow(&mut self, handler: HandlerId, fault: Fault) {
        quietly(|| tracing::warn!(%fault, "a failure is swallowed"));
        let panicked = matches!(fault.cause(), Cause::Panic(_));
        let record = self.dispatcher.record(handler);
        let (callback, policy) = (record.callback, record.on_failure);
        let key = (handler.breakpoint, callback);
        let swallowed = &mut self.run_state.swallowed;
        swallowed.add(key, fault, || {
            let name = self.resolved.names[callback].clone();
            Swallowed::new(name, self.loop_info.breakpoints[handler.breakpoint])
        });
        if panicked || policy.disables_after(swallowed.failures_of(callback)) {
            swallowed.disable(key);
            self.mute(callback);
            self.dispatcher.workers().discard(callback);
        }
    }

    /// From now on no handler of a callback runs, but for its exit.
    fn mute(&mut self, callback: CallbackId) {
        let name = &self.resolved.names[callback];
        quietly(|| tracing::warn!(callback = %name, "disabled for the rest of the run"));
        let is_muted = |(handler, record): &(HandlerId, &HandlerRecord)| {
            record.callback == callback && self.loop_info.role(handler.breakpoint) != Role::Exit
        };
        let handlers = self.dispatcher.all_records().filter(is_muted);
        let handlers: Vec<HandlerId> = handlers.map(|(handler, _)| handler).collect();
        for handler in handlers {
            self.dispatcher.mute(handler);
        }
    }
}

/// Whether what a handler did at a breakpoint of this role can be swallowed.
fn is_lenient(role: Role, record: &HandlerRecord, cause: &Cause) -> bool {
    let may_fail = record.on_failure != OnFailure::Fail;
    // A panic may leave the state half-changed, which concerns every callback.
    let is_half_done = record.changes_state && matches!(cause, Cause::Panic(_));
    may_fail && !is_half_done && role != Role::Enter
}

impl SwallowedFailures {
    fn add(
        &mut self,
        key: (BreakpointId, CallbackId),
        fault: Fault,
        first: impl FnOnce() -> Swallowed,
    ) {
        self.failures.entry(key).or_insert_with(first).add(fault);
    }

    /// How often a callback has failed, anywhere.
    fn failures_of(&self, callback: CallbackId) -> u64 {
        let its = self.failures.iter().filter(|(key, _)| key.1 == callback);
        its.map(|(_, swallowed)| swallowed.times()).sum()
    }

    fn disable(&mut self, key: (BreakpointId, CallbackId)) {
        self.failures.entry(key).and_modify(Swallowed::disable);
        self.disabled.insert(key.1);
    }

    pub(crate) fn has_disabled(&self, callback: CallbackId) -> bool {
        self.disabled.contains(&callback)
    }

    /// The swallowed failures, for the outcome.
    pub(crate) fn report(&self) -> Vec<Swallowed> {
        self.failures.values().cloned().collect()
    }
}
