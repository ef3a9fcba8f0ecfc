//! Failures of callbacks that were attached with patience: they do not fail the run, but may disable their callback.

use super::Run;
use super::reply::origin;
use crate::loops::{Loop, Role};
use crate::outcome::{Cause, Fault, OnFailure, Swallowed, quietly};
use crate::plan::HandlerRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What a run knows of the failures that it swallowed.
#[derive(Default)]
pub(crate) struct SwallowedFailures {
    /// By breakpoint and callback.
    failures: BTreeMap<(usize, usize), Swallowed>,
    /// The callbacks that run no more.
    disabled: BTreeSet<usize>,
}

impl<L: Loop> Run<'_, L> {
    /// A handler failed: so does the run, unless its callback may.
    #[cold]
    pub(crate) fn report_failure(
        &mut self,
        at: usize,
        index: usize,
        cause: Cause,
    ) -> ControlFlow<()> {
        let record = &self.resolved.lists[at][index];
        let is_swallowed = is_lenient(L::BREAKPOINTS[at].role(), record, &cause);
        let fault = Fault::new(origin::<L>(self.resolved, at, index), cause);
        if !is_swallowed {
            return self.run_state.fail(fault);
        }
        self.swallow(at, record, fault);
        ControlFlow::Continue(())
    }

    fn swallow(&mut self, at: usize, record: &HandlerRecord, fault: Fault) {
        quietly(|| tracing::warn!(%fault, "a failure is swallowed"));
        let panicked = matches!(fault.cause(), Cause::Panic(_));
        let (instance, swallowed) = (record.instance, &mut self.run_state.swallowed);
        let name = self.resolved.names[instance].clone();
        swallowed.add((at, instance), fault, || {
            Swallowed::new(name, L::BREAKPOINTS[at])
        });
        let failures = swallowed.failures_of(instance);
        if panicked || record.on_failure.disables_after(failures) {
            swallowed.disable((at, instance));
            self.mute(instance);
            self.dispatcher.workers().discard(instance);
        }
    }

    /// From now on no handler of a callback runs, but for its exit.
    fn mute(&mut self, instance: usize) {
        let name = &self.resolved.names[instance];
        quietly(|| tracing::warn!(callback = %name, "disabled for the rest of the run"));
        for (at, list) in self.resolved.lists.iter().enumerate() {
            let is_exit = L::BREAKPOINTS[at].role() == Role::Exit;
            let its = |record: &HandlerRecord| record.instance == instance && !is_exit;
            let handlers = list.iter().enumerate().filter(|(_, record)| its(record));
            handlers.for_each(|(index, _)| self.dispatcher.mute(at, index));
        }
    }
}

/// Whether what a handler did at a breakpoint of this role can be swallowed.
fn is_lenient(role: Role, record: &HandlerRecord, cause: &Cause) -> bool {
    let may_fail = record.on_failure != OnFailure::Fail;
    // What it was changing is everybody's.
    let is_half_done = record.changes_state && matches!(cause, Cause::Panic(_));
    may_fail && !is_half_done && role != Role::Enter
}

impl SwallowedFailures {
    fn add(&mut self, key: (usize, usize), fault: Fault, first: impl FnOnce() -> Swallowed) {
        self.failures.entry(key).or_insert_with(first).add(fault);
    }

    /// How often a callback has failed, anywhere.
    fn failures_of(&self, instance: usize) -> u64 {
        let its = self.failures.iter().filter(|(key, _)| key.1 == instance);
        its.map(|(_, swallowed)| swallowed.times()).sum()
    }

    fn disable(&mut self, key: (usize, usize)) {
        self.failures.entry(key).and_modify(Swallowed::disable);
        self.disabled.insert(key.1);
    }

    pub(crate) fn has_disabled(&self, instance: usize) -> bool {
        self.disabled.contains(&instance)
    }

    /// As the outcome tells them.
    pub(crate) fn report(&self) -> Vec<Swallowed> {
        self.failures.values().cloned().collect()
    }
}
