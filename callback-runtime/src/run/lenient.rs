//! Failures of callbacks that were attached with patience: they do not fail the run, but may disable their callback.

use super::Run;
use super::heed::origin;
use crate::breakpoint::{Loop, Role};
use crate::catch::quietly;
use crate::failure::{Cause, Fault};
use crate::leniency::{OnFailure, Swallowed};
use crate::plan::Placed;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What a run knows of the failures that it swallowed.
#[derive(Default)]
pub(super) struct Swallows {
    /// By breakpoint and callback.
    failures: BTreeMap<(usize, usize), Swallowed>,
    /// The callbacks that run no more.
    disabled: BTreeSet<usize>,
}

impl<L: Loop> Run<'_, L> {
    /// A handler failed: so does the run, unless its callback may.
    #[cold]
    pub(super) fn blame(&mut self, at: usize, index: usize, cause: Cause) -> ControlFlow<()> {
        let placed = &self.resolved.lists[at][index];
        let is_swallowed = is_lenient(L::BREAKPOINTS[at].role(), placed, &cause);
        let fault = Fault::new(origin::<L>(self.resolved, at, index), cause);
        if !is_swallowed {
            return self.course.fail(fault);
        }
        self.swallow(at, placed, fault);
        ControlFlow::Continue(())
    }

    fn swallow(&mut self, at: usize, placed: &Placed, fault: Fault) {
        quietly(|| tracing::warn!(%fault, "a failure is swallowed"));
        let panicked = matches!(fault.cause(), Cause::Panic(_));
        let (instance, swallows) = (placed.instance, &mut self.course.swallows);
        let name = self.resolved.names[instance].clone();
        swallows.add((at, instance), fault, || {
            Swallowed::new(name, L::BREAKPOINTS[at])
        });
        let failures = swallows.failures_of(instance);
        if panicked || placed.on_failure.disables_after(failures) {
            swallows.disable((at, instance));
            self.mute(instance);
            self.machine.workers().discard(instance);
        }
    }

    /// From now on no handler of a callback runs, but for its exit.
    fn mute(&mut self, instance: usize) {
        let name = &self.resolved.names[instance];
        quietly(|| tracing::warn!(callback = %name, "disabled for the rest of the run"));
        for (at, list) in self.resolved.lists.iter().enumerate() {
            let is_exit = L::BREAKPOINTS[at].role() == Role::Exit;
            let its = |placed: &Placed| placed.instance == instance && !is_exit;
            let handlers = list.iter().enumerate().filter(|(_, placed)| its(placed));
            handlers.for_each(|(index, _)| self.machine.mute(at, index));
        }
    }
}

/// Whether what a handler did at a breakpoint of this role can be swallowed.
fn is_lenient(role: Role, placed: &Placed, cause: &Cause) -> bool {
    let may_fail = placed.on_failure != OnFailure::Fail;
    // What it was changing is everybody's.
    let is_half_done = placed.changes_state && matches!(cause, Cause::Panic(_));
    may_fail && !is_half_done && role != Role::Enter
}

impl Swallows {
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

    pub(super) fn have_disabled(&self, instance: usize) -> bool {
        self.disabled.contains(&instance)
    }

    /// As the outcome tells them.
    pub(super) fn told(&self) -> Vec<Swallowed> {
        self.failures.values().cloned().collect()
    }
}
