//! The state of a run: its progress, what interrupts it, and what its outcome will report.

use super::ending::OuterValues;
use super::pending_flow::{PendingFlow, PendingKind};
use super::remarks::Skips;
use super::swallowed::SwallowedFailures;
use crate::callback::{HandlerId, Rank};
use crate::loops::{BreakpointId, BreakpointSet, ScopeId};
use crate::outcome::{Failure, Fault, Origin, Remark, Stop, quietly};
use crate::persist::SaveRequests;
use crate::plan::{Resolved, StopRule};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The number of refused stops that a run records. The limit keeps a callback that stops at every batch from filling the memory.
pub(crate) const MAX_REFUSED: usize = 100;

/// The progress of a run, and what its outcome will report.
#[derive(Default)]
pub(crate) struct RunState {
    /// The breakpoints at which firing has work: those with handlers that have no period; all of them while `slow_path` is set.
    pub(crate) active: BreakpointSet,
    /// The breakpoints with handlers that have a period. Firing has work there if one of the handlers may be due.
    pub(crate) waiting: BreakpointSet,
    /// Whether firing must look at more than the handlers, because the run is interrupted or a flow is deferred.
    pub(crate) slow_path: bool,
    /// The open scopes, outermost first.
    pub(crate) open: Vec<ScopeId>,
    /// How close the run is to its ending.
    pub(crate) stage: Stage,
    /// A flow from the end of an outermost scope, which interrupts the run only if the loop continues. Boxed to keep this struct small,
    /// because a deferred flow is rare.
    deferred: Option<Box<PendingFlow>>,
    /// The rank of the first callback that has not been entered.
    pub(crate) entered: Rank,
    /// Whether the end of an outermost scope has been fired, and no other scope has been opened since.
    pub(crate) body_is_done: bool,
    /// The rule that can refuse stops, if the plan has one.
    pub(crate) refuse_stops: Option<StopRule>,
    /// What is rarely used. Boxed, because a guard and a session move this struct at each of their calls.
    pub(crate) cold: Box<ColdState>,
}

/// The part of a run's state that firing does not use: what interrupts the run, and what the ending restores and reports.
#[derive(Default)]
pub(crate) struct ColdState {
    /// The flow or failure that makes firing return an error.
    interruption: Option<Interruption>,
    /// The values in the state that the run has replaced, and restores at its end.
    pub(crate) outer_values: OuterValues,
    /// The stops that the rule has refused, at most `MAX_REFUSED`.
    pub(crate) refused: Vec<Stop>,
    /// The failures that did not fail the run.
    pub(crate) swallowed: SwallowedFailures,
    /// The handlers that did not run because state that they require was absent.
    pub(crate) skipped: BTreeMap<HandlerId, Skips>,
    /// The scopes that were open in the saved run and that the loop has not opened again, innermost first.
    reopen: Vec<ScopeId>,
    /// The flow that stopped the saved run, which stops this one when its scopes are open again.
    saved_stop: Option<PendingFlow>,
    /// Whether the run continues the counters of a saved one, and the loop has not asked for its rounds since.
    has_saved_rounds: bool,
    /// What the loop remarks.
    pub(crate) remarks: Vec<Remark>,
    /// The saves that are asked for, and when the run is saved without being asked.
    pub(crate) saves: SaveRequests,
}

/// How close a run is to its ending. A later stage is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Stage {
    /// Flows and failures take effect.
    #[default]
    Running,
    /// The run has fired `on_stop` or `on_interrupt`. Flows have no effect.
    StopFired,
    /// The run fires the end of an outermost scope. A failure leads directly to the exits. A flow is deferred, and takes effect only if the
    /// loop continues.
    Ending,
    /// The run fires the error breakpoint, the exits, or the end of the outermost scope after a stop. Flows have no effect.
    Closing,
}

/// Why the rest of the loop, or of a scope, does not run.
enum Interruption {
    Flow(PendingFlow),
    Failure(Failure),
}

impl RunState {
    /// Makes the state of a run that has not begun.
    pub(crate) fn new(
        resolved: &Resolved,
        outer_values: OuterValues,
        refuse_stops: Option<StopRule>,
    ) -> Self {
        Self {
            active: resolved.active,
            waiting: resolved.periodic,
            refuse_stops,
            cold: Box::new(ColdState {
                outer_values,
                ..ColdState::default()
            }),
            ..Self::default()
        }
    }

    /// Whether firing this breakpoint has no work.
    #[inline]
    pub(crate) fn is_idle_at(&self, at: BreakpointId) -> bool {
        !self.active.contains(at) && !self.waiting.contains(at)
    }

    /// Whether firing returns an error.
    #[inline]
    pub(crate) fn is_interrupted(&self) -> bool {
        // An interruption leaves the fast path, so that most calls do not read the cold state.
        self.slow_path && self.cold.interruption.is_some()
    }

    /// Returns the failure of the run, if it has failed.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        match &self.cold.interruption {
            Some(Interruption::Failure(failure)) => Some(failure),
            _ => None,
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failure().is_some()
    }

    /// Removes the failure of the run and returns it. Also removes a flow.
    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        match self.cold.interruption.take() {
            Some(Interruption::Failure(failure)) => Some(failure),
            _ => None,
        }
    }

    /// Returns the flow that interrupts the run; `None` if the run has failed.
    pub(crate) fn pending_flow(&self) -> Option<&PendingFlow> {
        match &self.cold.interruption {
            Some(Interruption::Flow(pending)) => Some(pending),
            _ => None,
        }
    }

    /// Whether a flow ends the run, and not only a scope.
    pub(crate) fn is_stopping(&self) -> bool {
        let pending = self.pending_flow();
        pending.is_some_and(|pending| !matches!(pending.kind, PendingKind::Leave(_)))
    }

    /// Interrupts the run with a flow. At the end of an outermost scope, defers the flow until the loop continues.
    pub(crate) fn add_flow(&mut self, flow: PendingFlow) {
        if self.stage == Stage::Running {
            self.interrupt(flow);
        } else {
            let outermost = match self.deferred.take() {
                Some(deferred) => deferred.outermost(flow),
                None => flow,
            };
            self.deferred = Some(Box::new(outermost));
            self.leave_fast_path();
        }
    }

    /// Interrupts the run with the deferred flow, if there is one.
    pub(crate) fn apply_deferred(&mut self) {
        if let Some(deferred) = self.deferred.take() {
            self.interrupt(*deferred);
        }
    }

    fn interrupt(&mut self, flow: PendingFlow) {
        let interruption = match self.cold.interruption.take() {
            None => Interruption::Flow(flow),
            Some(Interruption::Flow(pending)) => Interruption::Flow(pending.outermost(flow)),
            Some(failure @ Interruption::Failure(_)) => failure,
        };
        self.cold.interruption = Some(interruption);
        self.leave_fast_path();
    }

    /// Fails the run. The first failure is that of the run; later ones are attached to it.
    pub(crate) fn fail(&mut self, fault: Fault) -> ControlFlow<()> {
        quietly(|| tracing::error!(%fault, "the run fails"));
        let failure = Failure::new(fault);
        match &mut self.cold.interruption {
            Some(Interruption::Failure(first)) => first.attach(failure),
            interruption => *interruption = Some(Interruption::Failure(failure)),
        }
        self.leave_fast_path();
        ControlFlow::Break(())
    }

    /// Records a stop that the rule has refused.
    pub(crate) fn refuse(&mut self, origin: Origin, reason: String) {
        quietly(|| tracing::info!(%origin, reason, "a stop is refused"));
        if self.cold.refused.len() < MAX_REFUSED {
            self.cold.refused.push(Stop::new(origin, reason.into()));
        }
    }

    /// Marks every breakpoint as active, so that firing any of them looks at the interruption.
    fn leave_fast_path(&mut self) {
        self.slow_path = true;
        self.active = BreakpointSet::ALL;
    }

    /// Ends the interruption, because the scope that was left is closed. The loop continues.
    pub(crate) fn resume(&mut self, resolved: &Resolved) {
        self.cold.interruption = None;
        // A deferred flow takes effect at the next breakpoint, whether it has handlers or not.
        self.choose_path(resolved);
    }

    /// Takes the fast path, unless a flow is deferred, a scope is to be reopened, or a save is asked for.
    fn choose_path(&mut self, resolved: &Resolved) {
        let cold = &self.cold;
        self.slow_path =
            self.deferred.is_some() || !cold.reopen.is_empty() || cold.saves.is_waiting();
        self.active = if self.slow_path {
            BreakpointSet::ALL
        } else {
            resolved.active
        };
    }

    /// Notes that a handler asks for a save, which the next resume point makes.
    pub(crate) fn request_save(&mut self, handler: HandlerId) {
        self.cold.saves.request(handler);
        self.leave_fast_path();
    }

    /// Lets an interrupt wait for the next resume point.
    pub(crate) fn delay(&mut self, interrupt: PendingFlow) {
        self.cold.saves.wait(interrupt);
        self.leave_fast_path();
    }

    /// Interrupts the run with the interrupt that has waited, if there is one.
    pub(crate) fn apply_interrupt(&mut self) {
        if let Some(interrupt) = self.cold.saves.take_interrupt() {
            self.add_flow(interrupt);
        }
    }

    /// Removes the requests of a save and returns them.
    pub(crate) fn take_save_requests(&mut self, resolved: &Resolved) -> Vec<HandlerId> {
        let requests = self.cold.saves.take();
        if !self.is_interrupted() {
            self.choose_path(resolved);
        }
        requests
    }

    /// Sets the scopes that were open in a saved run, innermost first, and the flow that stopped it. Until the loop has opened the scopes,
    /// every scope looks at them; then the flow stops this run.
    pub(crate) fn reopen(&mut self, scopes: Vec<ScopeId>, stop: Option<PendingFlow>) {
        self.cold.reopen = scopes;
        self.cold.saves.has_saved_halt = stop.is_some();
        match stop {
            Some(stop) if self.cold.reopen.is_empty() => self.add_flow(stop),
            stop => self.cold.saved_stop = stop,
        }
        if !self.cold.reopen.is_empty() {
            self.leave_fast_path();
        }
    }

    /// Returns the scope that the loop must open next; `None` if it has opened all that were open in a saved run.
    pub(crate) fn next_to_reopen(&mut self, resolved: &Resolved) -> Option<ScopeId> {
        let next = self.cold.reopen.pop()?;
        if self.cold.reopen.is_empty()
            && let Some(stop) = self.cold.saved_stop.take()
        {
            self.add_flow(stop);
        } else if !self.is_interrupted() {
            self.choose_path(resolved);
        }
        Some(next)
    }

    /// Returns the outermost scope of a saved run, if it alone was open and the loop has opened none.
    pub(crate) fn outermost_to_reopen(&self) -> Option<ScopeId> {
        match self.cold.reopen[..] {
            [outermost] if self.open.is_empty() && !self.is_interrupted() => Some(outermost),
            _ => None,
        }
    }

    /// Notes that the counters of a saved run are loaded.
    pub(crate) fn note_saved_rounds(&mut self) {
        self.cold.has_saved_rounds = true;
    }

    /// Notes that the loop asks for its rounds. The first time, remarks that none is left, if a saved run had made them all.
    pub(crate) fn end_saved_rounds(&mut self, is_done: bool) {
        if std::mem::take(&mut self.cold.has_saved_rounds) && is_done {
            Remark::add(ALL_MADE.to_owned(), &mut self.cold.remarks);
        }
    }
}

/// What is remarked of a run that had nothing left to do.
const ALL_MADE: &str = "the saved run had made all rounds: nothing was left to do; to go on, ask for more of them, and for another run give \
     another directory";
