//! Where a run stands.

use super::ending::OuterValues;
use super::pending_flow::{PendingFlow, PendingKind};
use super::swallowed::SwallowedFailures;
use crate::callback::{HandlerId, Rank};
use crate::loops::{BreakpointSet, ScopeId};
use crate::outcome::{Failure, Fault, Origin, Stop, quietly};
use crate::plan::{Resolved, StopRule};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// A run keeps this many refused stops: a stopper that asks at every batch must not fill the memory.
const MAX_REFUSED: usize = 100;

/// Where a run stands, and what its outcome will report.
#[derive(Default)]
pub(crate) struct RunState {
    /// The breakpoints at which a firing has work: those with handlers, or all while the run is interrupted.
    pub(crate) active: BreakpointSet,
    /// The breakpoints at which every handler has a period: a firing has work when one of them may be due.
    pub(crate) waiting: BreakpointSet,
    /// Whether a firing does more than run handlers: the run is interrupted, or a flow is deferred.
    pub(crate) slow_path: bool,
    /// The open scopes, outermost first.
    pub(crate) open: Vec<ScopeId>,
    pub(crate) stage: Stage,
    /// Why firings return an error now.
    interruption: Option<Interruption>,
    /// A flow from the end of an outermost scope: it interrupts the run if the loop goes on. Boxed, because every firing has it in
    /// reach and hardly ever needs it.
    deferred: Option<Box<PendingFlow>>,
    /// The values of the state that the run replaces with its own.
    pub(crate) outer_values: OuterValues,
    /// The first callback that has not been entered.
    pub(crate) entered: Rank,
    /// Whether the end of an outermost scope has been fired, and none has been opened since.
    pub(crate) body_is_done: bool,
    /// Whether a stop may take effect.
    pub(crate) refuse_stops: Option<StopRule>,
    pub(crate) refused: Vec<Stop>,
    pub(crate) swallowed: SwallowedFailures,
    /// How often handlers did not run because state that they require was absent.
    pub(crate) skipped: BTreeMap<HandlerId, u64>,
}

/// How far a run has come on its way to its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Stage {
    #[default]
    Running,
    /// `on_stop` or `on_interrupt` has been fired. Flows have no effect any more.
    StopFired,
    /// The end of an outermost scope is fired. An error leads to the exits directly; a flow acts only if the loop goes on.
    Ending,
    /// The end of the outermost scope of a run that was stopped, or the exits: flows have no effect.
    Closing,
}

/// Why the rest of a loop, or of a piece of it, does not run.
enum Interruption {
    Flow(PendingFlow),
    Failure(Failure),
}

impl RunState {
    /// A run that has not begun.
    pub(crate) fn new(
        resolved: &Resolved,
        outer_values: OuterValues,
        refuse_stops: Option<StopRule>,
    ) -> Self {
        Self {
            active: resolved.active,
            waiting: resolved.periodic,
            outer_values,
            refuse_stops,
            ..Self::default()
        }
    }

    /// Whether firings return an error now.
    #[inline]
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interruption.is_some()
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        match &self.interruption {
            Some(Interruption::Failure(failure)) => Some(failure),
            _ => None,
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failure().is_some()
    }

    /// The failure, which the run forgets.
    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        match self.interruption.take() {
            Some(Interruption::Failure(failure)) => Some(failure),
            _ => None,
        }
    }

    /// The flow that interrupts the run; a failure overrules it.
    pub(crate) fn pending_flow(&self) -> Option<&PendingFlow> {
        match &self.interruption {
            Some(Interruption::Flow(pending)) => Some(pending),
            _ => None,
        }
    }

    /// Whether the interruption ends the run, and not only a scope.
    pub(crate) fn is_stopping(&self) -> bool {
        let pending = self.pending_flow();
        pending.is_some_and(|pending| !matches!(pending.kind, PendingKind::Leave(_)))
    }

    /// Interrupts the run with a flow; at the end of an outermost scope, the run that goes on after it.
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

    /// Interrupts the run with the flow that was deferred.
    pub(crate) fn apply_deferred(&mut self) {
        if let Some(deferred) = self.deferred.take() {
            self.interrupt(*deferred);
        }
    }

    fn interrupt(&mut self, flow: PendingFlow) {
        self.interruption = Some(match self.interruption.take() {
            None => Interruption::Flow(flow),
            Some(Interruption::Flow(pending)) => Interruption::Flow(pending.outermost(flow)),
            Some(failure @ Interruption::Failure(_)) => failure,
        });
        self.leave_fast_path();
    }

    /// Fails the run. The first failure is the failure of the run, later ones are attached to it.
    pub(crate) fn fail(&mut self, fault: Fault) -> ControlFlow<()> {
        quietly(|| tracing::error!(%fault, "the run fails"));
        let failure = Failure::new(fault);
        match &mut self.interruption {
            Some(Interruption::Failure(first)) => first.attach(failure),
            interruption => *interruption = Some(Interruption::Failure(failure)),
        }
        self.leave_fast_path();
        ControlFlow::Break(())
    }

    /// Records a stop that a rule of the loop refuses.
    pub(crate) fn refuse(&mut self, origin: Origin, reason: &str) {
        quietly(|| tracing::info!(%origin, reason, "a stop is refused"));
        if self.refused.len() < MAX_REFUSED {
            self.refused.push(Stop::new(origin, reason.to_owned()));
        }
    }

    /// Every breakpoint counts as handled, so that the next firing looks at the interruption.
    fn leave_fast_path(&mut self) {
        self.slow_path = true;
        self.active = BreakpointSet::ALL;
    }

    /// The scope that was left is closed: the loop goes on.
    pub(crate) fn resume(&mut self, resolved: &Resolved) {
        self.interruption = None;
        self.slow_path = self.deferred.is_some();
        // A deferred flow waits for the next breakpoint, handled or not.
        self.active = match self.deferred {
            Some(_) => BreakpointSet::ALL,
            None => resolved.active,
        };
    }
}
