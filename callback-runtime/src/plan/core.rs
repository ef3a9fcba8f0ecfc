//! A plan without the type of its loop, so that its code is compiled once for all loops.

use super::discover::DiscoveryRequest;
use super::order::PlanRelation;
use super::problem::{PlanError, Problem};
use super::{Attached, Resolved, StopRule, check};
use crate::callback::ProducedName;
use crate::loops::{AvailabilityTable, LoopInfo, ScopeCounts};
use crate::outcome::quietly;
use crate::parallel::Executor;
use crate::period::{CounterClock, Periods, Position};
use crate::persist::PlanPersistence;
use crate::raw::{GateTable, Table};
use crate::record::{NameDeclarations, RecordedNames};
use crate::run::Dispatcher;
use std::cell::OnceCell;
use std::sync::Arc;

/// A plan without the type of its loop.
pub(crate) struct PlanCore {
    /// The loop, as a value.
    pub(crate) loop_info: &'static LoopInfo,
    /// The counters that runs advance.
    pub(crate) scope_counts: ScopeCounts,
    /// The callbacks and their bound handlers. `resolve` binds the handlers again after a change.
    pub(crate) dispatcher: Dispatcher,
    /// The position of the run, read from the counters of the loop.
    pub(crate) clock: CounterClock,
    /// The gates of the breakpoints at which every handler waits for a counter.
    pub(crate) gates: Box<GateTable>,
    /// The settings of each callback of the dispatcher, in the order of attaching.
    pub(crate) attached: Vec<Attached>,
    /// The calls of `discover`, `discover_if` and `require`.
    pub(crate) requests: Vec<DiscoveryRequest>,
    /// The number of calls that have attached or requested callbacks.
    pub(crate) insertions: usize,
    /// The state and the counters that the loop declares.
    pub(crate) of_loop: AvailabilityTable,
    /// The state that the next run provides in addition, and the breakpoints that it does not fire. `Plan::expect` replaces it.
    pub(crate) of_run: AvailabilityTable,
    /// The rule that can refuse stops, if `Plan::refuse_stops` has set one.
    pub(crate) refuse_stops: Option<StopRule>,
    /// The relations between callbacks that `Plan::order` and `Plan::no_conflict` declare.
    pub(crate) relations: Vec<PlanRelation>,
    /// Whether an undecided order of callbacks attached by hand is an error and not a note.
    pub(crate) strict: bool,
    /// The executor that runs handlers in parallel, if there is one.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    /// The states of the periods in earlier runs, saved before the handlers are bound again.
    pub(crate) periods: Periods,
    /// What is saved with a run.
    pub(crate) persistence: PlanPersistence,
    /// The order, the names and the breakpoints of the callbacks, as of the last `resolve`.
    pub(crate) resolved: Resolved,
    /// The names that the loop and the callbacks declare to record, as of the last check.
    pub(crate) recorded_names: RecordedNames,
    /// Whether the plan has changed since the last `resolve`.
    pub(crate) stale: bool,
    /// The problems of the last check that are not errors.
    pub(crate) notes: Vec<Problem>,
}

/// The parts of a plan that a run borrows.
pub(crate) struct RunParts<'p> {
    pub(crate) loop_info: &'static LoopInfo,
    pub(crate) scope_counts: &'p ScopeCounts,
    pub(crate) dispatcher: &'p mut Dispatcher,
    pub(crate) resolved: &'p Resolved,
    pub(crate) recorded_names: &'p RecordedNames,
    pub(crate) clock: &'p mut CounterClock,
    pub(crate) gates: &'p mut GateTable,
    /// The position at which the run ends, for the units whose end is known.
    pub(crate) totals: Position,
    pub(crate) refuse_stops: Option<StopRule>,
    pub(crate) persistence: &'p mut PlanPersistence,
}

impl PlanCore {
    pub(crate) fn new(loop_info: &'static LoopInfo, of_loop: AvailabilityTable) -> Self {
        Self {
            loop_info,
            scope_counts: ScopeCounts::of(loop_info),
            dispatcher: Dispatcher::new(loop_info.breakpoints.len()),
            clock: CounterClock::new(of_loop.counters.clone()),
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
            persistence: PlanPersistence::of(loop_info),
            resolved: Resolved::default(),
            recorded_names: RecordedNames::default(),
            stale: true,
            notes: Vec::new(),
        }
    }

    pub(crate) fn refuse_stops(&mut self, rule: StopRule) {
        // A rule that can refuse stops restricts which handlers may run in parallel.
        self.stale |= self.refuse_stops.is_none() && self.executor.is_some();
        self.refuse_stops = Some(rule);
    }

    pub(crate) fn run_parts(&mut self) -> RunParts<'_> {
        RunParts {
            loop_info: self.loop_info,
            scope_counts: &self.scope_counts,
            dispatcher: &mut self.dispatcher,
            resolved: &self.resolved,
            recorded_names: &self.recorded_names,
            clock: &mut self.clock,
            gates: &mut self.gates,
            totals: self.of_run.totals,
            refuse_stops: self.refuse_stops,
            persistence: &mut self.persistence,
        }
    }

    /// Resolves the plan if it has changed, and checks it against the state of a run that begins.
    pub(crate) fn prepare(&mut self, state: &Table) -> Result<(), PlanError> {
        self.check(state, true)?;
        self.mark_used();
        Ok(())
    }

    /// Resolves the plan if it has changed, and checks it against a state. `begins` says that a run begins.
    pub(crate) fn check(&mut self, state: &Table, begins: bool) -> Result<(), PlanError> {
        self.remove_used();
        let mut problems = self.resolve();
        problems.extend(check::check(&check::CheckInput {
            plan: self,
            state,
            begins,
            registered: OnceCell::new(),
        }));
        problems.extend(self.of_run.problems.iter().cloned());
        problems.sort_by_key(Problem::location);
        let (errors, notes): (Vec<_>, Vec<_>) = problems.into_iter().partition(Problem::is_error);
        if let [first, more @ ..] = notes.as_slice() {
            quietly(|| tracing::warn!(note = %first, more = more.len(), "the plan has notes"));
        }
        self.notes = notes;
        self.recorded_names = self.names_to_record();
        if errors.is_empty() {
            return Ok(());
        }
        // The next call resolves the plan again, so that it reports the same problems.
        self.stale = true;
        Err(PlanError { problems: errors })
    }

    /// Returns what the loop and the active callbacks declare of the names in the record.
    fn names_to_record(&self) -> RecordedNames {
        let of_run = &self.of_run;
        let by_loop = of_run.records.iter().flatten();
        let by_loop = by_loop.map(|name| ProducedName::new(name.clone()));
        let order = self.resolved.order.iter();
        let by_callbacks = order.flat_map(|id| self.attached[*id].produces());
        let by_callbacks = by_callbacks.filter(|name| of_run.may_record(name)).cloned();
        let may_lack = of_run.unrecorded.iter().chain(&of_run.may_lack);
        RecordedNames::new(NameDeclarations {
            names: by_loop.chain(by_callbacks).collect(),
            may_lack: may_lack.cloned().collect(),
        })
    }
}
