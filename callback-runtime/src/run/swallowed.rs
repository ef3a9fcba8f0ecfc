//! Failures that do not fail the run because of the policy of their callback. They can disable the callback.

use super::{HandlerRecord, RunCore};
use crate::callback::{CallbackId, HandlerId};
use crate::loops::{BreakpointId, Role};
use crate::outcome::{Cause, Fault, OnFailure, Swallowed, quietly};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// The failures that did not fail the run.
#[derive(Default)]
pub(crate) struct SwallowedFailures {
    /// The failures, by breakpoint and callback.
    failures: BTreeMap<(BreakpointId, CallbackId), Swallowed>,
    /// The callbacks that are disabled for the rest of the run.
    disabled: BTreeSet<CallbackId>,
}

impl RunCore<'_> {
    /// Fails the run because a handler failed, unless the policy of its callback swallows the failure. Returns `Break` if the run has failed.
    #[cold]
    pub(crate) fn report_failure(&mut self, handler: HandlerId, cause: Cause) -> ControlFlow<()> {
        let role = self.loop_info.role(handler.breakpoint);
        let is_swallowed = can_swallow(role, self.dispatcher.record(handler), &cause);
        let fault = Fault::new(self.origin(handler), cause);
        if !is_swallowed {
            return self.run_state.fail(fault);
        }
        self.swallow(handler, fault);
        ControlFlow::Continue(())
    }

    /// Records a failure without failing the run. Disables the callback after a panic, or if its policy says so.
    fn swallow(&mut self, handler: HandlerId, fault: Fault) {
        quietly(|| tracing::warn!(%fault, "a failure is swallowed"));
        let panicked = matches!(fault.cause(), Cause::Panic(_));
        let record = self.dispatcher.record(handler);
        let (callback, policy) = (record.callback, record.on_failure);
        let key = (handler.breakpoint, callback);
        let swallowed = &mut self.run_state.cold.swallowed;
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

    /// Disables all handlers of a callback for the rest of the run, except those for exit.
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

/// Whether the policy of a handler swallows this failure at a breakpoint of this role.
fn can_swallow(role: Role, record: &HandlerRecord, cause: &Cause) -> bool {
    let may_fail = record.on_failure != OnFailure::Fail;
    // The panic of a handler that changes the state may leave it half-changed for all callbacks.
    let is_half_changed = record.changes_state && matches!(cause, Cause::Panic(_));
    may_fail && !is_half_changed && role != Role::Enter
}

impl SwallowedFailures {
    /// Adds a failure. `first` makes the entry for the first failure of a callback at a breakpoint.
    fn add(
        &mut self,
        key: (BreakpointId, CallbackId),
        fault: Fault,
        first: impl FnOnce() -> Swallowed,
    ) {
        self.failures.entry(key).or_insert_with(first).add(fault);
    }

    /// Returns how often a callback has failed, over all breakpoints.
    fn failures_of(&self, callback: CallbackId) -> u64 {
        let failures = self.failures.iter();
        let of_callback = failures.filter(|(key, _)| key.1 == callback);
        of_callback.map(|(_, swallowed)| swallowed.times()).sum()
    }

    /// Marks a callback as disabled, because of its failure at this breakpoint.
    fn disable(&mut self, key: (BreakpointId, CallbackId)) {
        self.failures.entry(key).and_modify(Swallowed::disable);
        self.disabled.insert(key.1);
    }

    pub(crate) fn has_disabled(&self, callback: CallbackId) -> bool {
        self.disabled.contains(&callback)
    }

    /// Returns the swallowed failures, for the outcome.
    pub(crate) fn report(&self) -> Vec<Swallowed> {
        self.failures.values().cloned().collect()
    }
}
