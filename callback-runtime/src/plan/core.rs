//! A plan without the type of its loop, so that what it does is compiled once for all loops.

use super::discover::DiscoveryRequest;
use super::order::PlanRelation;
use super::problem::{PlanError, Problem};
use super::{Attached, Resolved, StopRule, check};
use crate::loops::{AvailabilityTable, LoopInfo};
use crate::outcome::quietly;
use crate::parallel::Executor;
use crate::period::{Clock, Periods, Position};
use crate::raw::{GateTable, Table};
use crate::run::Dispatcher;
use std::cell::OnceCell;
use std::sync::Arc;

/// A plan, whatever its loop.
pub(crate) struct PlanCore {
    pub(crate) loop_info: &'static LoopInfo,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) clock: Clock,
    pub(crate) gates: Box<GateTable>,
    /// One for each callback of the dispatcher.
    pub(crate) attached: Vec<Attached>,
    pub(crate) requests: Vec<DiscoveryRequest>,
    /// How many calls have attached callbacks.
    pub(crate) insertions: usize,
    /// The state that the loop declares.
    pub(crate) of_loop: AvailabilityTable,
    /// The state that the next run provides beside it, and the breakpoints that it does not fire.
    pub(crate) of_run: AvailabilityTable,
    pub(crate) refuse_stops: Option<StopRule>,
    /// The relations between callbacks that the plan declares.
    pub(crate) relations: Vec<PlanRelation>,
    /// Whether an undecided order of callbacks attached by hand is an error and not a note.
    pub(crate) strict: bool,
    /// What runs handlers in parallel.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    /// What periods remember of runs before the handlers were bound anew.
    pub(crate) periods: Periods,
    pub(crate) resolved: Resolved,
    /// Whether something has changed since `resolved` was made.
    pub(crate) stale: bool,
    pub(crate) notes: Vec<Problem>,
}

/// What a run is made of, apart from its state.
pub(crate) struct Parts<'p> {
    pub(crate) loop_info: &'static LoopInfo,
    pub(crate) dispatcher: &'p mut Dispatcher,
    pub(crate) resolved: &'p Resolved,
    pub(crate) clock: &'p mut Clock,
    pub(crate) gates: &'p mut GateTable,
    /// Where the run ends, for the units whose end is known.
    pub(crate) totals: Position,
    pub(crate) refuse_stops: Option<StopRule>,
}

impl PlanCore {
    pub(crate) fn new(loop_info: &'static LoopInfo, of_loop: AvailabilityTable) -> Self {
        Self {
            loop_info,
            dispatcher: Dispatcher::new(loop_info.breakpoints.len()),
            clock: Clock::of(of_loop.counters.clone()),
            gates: Box::default(),
            attached: Vec::new(),
            requests: Vec::new(),
            insertions: 0,
            of_loop,
            of_run: AvailabilityTable::new(loop_info),
            refuse_stops: None,
            relations: Vec::new(),
            strict: false,
            executor: None,
            periods: Periods::default(),
            resolved: Resolved::default(),
            stale: true,
            notes: Vec::new(),
        }
    }

    pub(crate) fn refuse_stops(&mut self, rule: StopRule) {
        // Which handlers may run in parallel depends on whether there is a rule.
        self.stale |= self.refuse_stops.is_none() && self.executor.is_some();
        self.refuse_stops = Some(rule);
    }

    pub(crate) fn parts(&mut self) -> Parts<'_> {
        Parts {
            loop_info: self.loop_info,
            dispatcher: &mut self.dispatcher,
            resolved: &self.resolved,
            clock: &mut self.clock,
            gates: &mut self.gates,
            totals: self.of_run.totals,
            refuse_stops: self.refuse_stops,
        }
    }

    /// Resolves what has changed, and checks the plan against a state.
    pub(crate) fn prepare(&mut self, state: &Table) -> Result<(), PlanError> {
        let mut problems = self.resolve();
        problems.extend(check::check(&check::CheckInput {
            plan: self,
            state,
            registered: OnceCell::new(),
        }));
        problems.extend(self.check_parallel());
        problems.extend(self.of_run.problems.iter().cloned());
        problems.sort_by_key(Problem::location);
        let (errors, notes): (Vec<_>, Vec<_>) = problems.into_iter().partition(Problem::is_error);
        if let [first, more @ ..] = notes.as_slice() {
            quietly(|| tracing::warn!(note = %first, more = more.len(), "the plan has notes"));
        }
        self.notes = notes;
        if errors.is_empty() {
            return Ok(());
        }
        // Resolved anew next time, so that it reports the same problems again.
        self.stale = true;
        Err(PlanError::new(errors))
    }
}
