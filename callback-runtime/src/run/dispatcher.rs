//! The dispatcher: the callbacks of a plan, and the handlers that are bound to its breakpoints.
//!
//! The dispatcher decides which handlers run, and `raw` calls them. It skips those that are not due (`period/dispatch.rs`) and those that
//! are muted, and runs groups in parallel (`parallel/dispatch.rs`).

use super::handler_record::{HandlerRecord, HandlerTraits};
use crate::background::{Background, BackgroundFailure, Worker};
use crate::callback::{CallbackId, HandlerId, Turn};
use crate::loops::{Breakpoint, BreakpointId};
use crate::outcome::BoxError;
use crate::parallel::{Executor, Groups};
use crate::period::{HandlerPeriod, PeriodState, Position};
use crate::raw::{Core, ErasedHandler, Frame, GateTable, HandlerStatus, Sendable};
use std::any::Any;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The callbacks of a plan, and for each breakpoint the handlers that run there, in order.
pub(crate) struct Dispatcher {
    /// The threads of the callbacks that run in the background. The first field, so that they end before the callbacks are dropped.
    workers: Workers,
    /// The callbacks, and the functions of their handlers.
    pub(crate) core: Core,
    /// The properties of the handlers of each breakpoint, by its id.
    lists: Vec<HandlerList>,
    /// The handlers that do not run until the next run begins.
    muted: Vec<HandlerId>,
}

/// The handlers of one breakpoint.
#[derive(Default)]
pub(crate) struct HandlerList {
    /// The records of the handlers, in the order in which they run.
    pub(crate) records: Vec<HandlerRecord>,
    /// Whether one of the handlers has a period.
    is_periodic: bool,
    /// The breakpoint, which is put into the state before the first handler runs; `None` if no handler asks for it.
    breakpoint: Option<Breakpoint>,
    /// The handlers that may run in parallel, in a plan with an executor.
    pub(crate) groups: Option<Box<Groups>>,
}

/// Binding handlers to their callbacks.
impl Dispatcher {
    /// Makes a dispatcher for a loop with this number of breakpoints.
    pub(crate) fn new(breakpoints: usize) -> Self {
        Self {
            workers: Workers::default(),
            core: Core::new(breakpoints),
            lists: (0..breakpoints).map(|_| HandlerList::default()).collect(),
            muted: Vec::new(),
        }
    }

    /// Adds a callback. Its id is the number of callbacks before it.
    pub(crate) fn add_callback(&mut self, callback: Box<dyn Any>) {
        self.core.add_callback(callback);
    }

    /// Returns a callback. Stops the workers, which may use it.
    pub(crate) fn callback(&self, id: CallbackId) -> &dyn Any {
        self.workers.stop();
        self.core.callback(id)
    }

    /// Returns a callback for changing it. Stops the workers, which may use it.
    pub(crate) fn callback_mut(&mut self, id: CallbackId) -> &mut dyn Any {
        self.workers.stop();
        self.core.callback_mut(id)
    }

    /// Calls `job` with a callback during a run. `None` if the callback has a worker that has ended.
    pub(crate) fn with_callback<R>(
        &mut self,
        id: CallbackId,
        job: impl FnOnce(&mut dyn Any) -> R,
    ) -> Option<R> {
        self.core.with_callback(id, job)
    }

    /// Removes all bound handlers. The callbacks stay.
    pub(crate) fn unbind_all(&mut self) {
        self.workers = Workers::default();
        self.core.unbind_all();
        self.lists.fill_with(HandlerList::default);
        self.muted.clear();
    }

    /// Removes all bound handlers and one callback, and returns the callback. The ids of later callbacks go down by one.
    pub(crate) fn remove(&mut self, id: CallbackId) -> Box<dyn Any> {
        self.unbind_all();
        self.core.remove(id)
    }

    /// Removes all bound handlers, replaces a callback, and returns the old one.
    pub(crate) fn replace(&mut self, id: CallbackId, callback: Box<dyn Any>) -> Box<dyn Any> {
        self.unbind_all();
        self.core.replace(id, callback)
    }

    /// Adds a worker for a callback, so that its handlers for the background run there. Does nothing if the callback has bound handlers
    /// already, or if its type is not that of `sendable`.
    pub(crate) fn add_worker(&mut self, id: CallbackId, sendable: Sendable, queue: Background) {
        if let Some(cell) = self.core.share_with_worker(id, sendable) {
            let worker = Arc::new(Worker::new(queue, cell));
            self.workers.0.insert(id, worker);
        }
    }

    /// Returns the workers of the callbacks that run in the background.
    pub(crate) fn workers(&self) -> &Workers {
        &self.workers
    }

    /// Binds a handler as the last one of `breakpoint`. Returns false if it cannot be bound, because it belongs to another type of callback or
    /// its parameters clash.
    pub(crate) fn bind(
        &mut self,
        breakpoint: BreakpointId,
        mut record: HandlerRecord,
        mut erased: ErasedHandler,
        portable: Option<Sendable>,
    ) -> bool {
        let handler = HandlerId::new(breakpoint, Turn::new(self.core.len(breakpoint)));
        if let (Some(worker), Some(background)) = (
            self.workers.0.get(&record.callback),
            erased.background.take(),
        ) {
            let worker = worker.clone();
            erased = background.queued(Arc::new(move |call| worker.enqueue(handler, call)));
        }
        let (returns_answer, returns_flow) = (erased.returns_answer, erased.returns_flow);
        let is_periodic = record.period.is_some();
        let bound = self
            .core
            .bind(breakpoint, record.callback, erased, is_periodic, portable);
        if bound.is_err() {
            return false;
        }
        record.traits = HandlerTraits {
            returns_answer,
            returns_flow,
            is_portable: self.core.is_portable(handler),
        };
        let list = &mut self.lists[breakpoint];
        list.is_periodic |= is_periodic;
        list.records.push(record);
        true
    }

    /// Forms groups of handlers of `breakpoint` that the executor runs in parallel: handlers that can run in parallel, and of which `may_join`
    /// accepts each pair.
    pub(crate) fn form_groups(
        &mut self,
        breakpoint: BreakpointId,
        executor: Arc<dyn Executor>,
        may_join: &dyn Fn(&HandlerRecord, &HandlerRecord) -> bool,
    ) {
        let list = &mut self.lists[breakpoint];
        let mut joins =
            |first: Turn, second: Turn| may_join(&list.records[first], &list.records[second]);
        let groups = self.core.form_groups(breakpoint, &mut joins);
        if groups.iter().any(Option::is_some) {
            let mut numbers = BTreeMap::new();
            for (record, group) in list.records.iter_mut().zip(&groups) {
                let next = numbers.len() + 1;
                record.group = group
                    .as_ref()
                    .map(|group| *numbers.entry(group.start).or_insert(next));
            }
            list.groups = Some(Box::new(Groups::new(groups, executor)));
        }
    }

    /// Sets the breakpoint that is put into the state before the first handler runs.
    pub(crate) fn provide_breakpoint(&mut self, id: BreakpointId, breakpoint: Breakpoint) {
        self.lists[id].breakpoint = Some(breakpoint);
        self.core.require_breakpoint(id);
    }
}

/// Access to the records of the bound handlers.
impl Dispatcher {
    /// Returns the handlers of a breakpoint, in the order in which they run.
    pub(crate) fn records(&self, breakpoint: BreakpointId) -> &[HandlerRecord] {
        &self.lists[breakpoint].records
    }

    /// Returns the handlers of all breakpoints, breakpoint by breakpoint.
    pub(crate) fn all_records(&self) -> impl Iterator<Item = (HandlerId, &HandlerRecord)> {
        BreakpointId::first_ids(self.lists.len()).flat_map(|breakpoint| {
            let records = Turn::first_turns(usize::MAX).zip(self.records(breakpoint));
            records.map(move |(turn, record)| (HandlerId::new(breakpoint, turn), record))
        })
    }

    /// Returns the record of a handler.
    pub(crate) fn record(&self, handler: HandlerId) -> &HandlerRecord {
        &self.lists[handler.breakpoint].records[handler.turn]
    }

    /// Returns the turns of the handlers of a breakpoint.
    pub(crate) fn turns(
        &self,
        breakpoint: BreakpointId,
    ) -> impl DoubleEndedIterator<Item = Turn> + use<> {
        Turn::first_turns(self.core.len(breakpoint))
    }

    /// Returns the state of the period of a handler, if it has a period.
    pub(crate) fn period_state(&self, handler: HandlerId) -> Option<PeriodState> {
        Some(self.record(handler).period.as_ref()?.state())
    }

    /// Restores the state of the period of a handler.
    pub(crate) fn restore_period(&mut self, handler: HandlerId, state: &PeriodState) {
        if let Some(period) = self.period_mut(handler) {
            period.restore(state);
        }
    }

    pub(crate) fn period_mut(&mut self, handler: HandlerId) -> Option<&mut HandlerPeriod> {
        let record = self
            .list_mut(handler.breakpoint)
            .records
            .get_mut(handler.turn.index())?;
        record.period.as_deref_mut()
    }

    pub(crate) fn list(&self, breakpoint: BreakpointId) -> &HandlerList {
        &self.lists[breakpoint]
    }

    pub(crate) fn list_mut(&mut self, breakpoint: BreakpointId) -> &mut HandlerList {
        &mut self.lists[breakpoint]
    }

    /// Takes the error that a handler has returned, if it has returned one, and converts it.
    pub(crate) fn take_error(&self, handler: HandlerId, frame: &mut Frame<'_>) -> Option<BoxError> {
        let returned = frame.context.reply.error.take()?;
        let convert = self.core.conversion(handler)?;
        Some(convert(returned))
    }
}

/// Running the bound handlers.
impl Dispatcher {
    /// Begins a run at the position `now`. `totals` is the position at which it ends, for the units whose end is known.
    pub(crate) fn begin(&mut self, gates: &mut GateTable, now: &Position, totals: &Position) {
        self.unmute_all();
        self.core.open_cells();
        self.workers.start();
        gates.open_all();
        self.core.open_gates();
        let records = self.lists.iter_mut().flat_map(|list| &mut list.records);
        let periods = records.filter_map(|record| record.period.as_deref_mut());
        periods.for_each(|period| period.begin(now, totals));
    }

    /// Disables a handler until the next run begins.
    pub(crate) fn mute(&mut self, handler: HandlerId) {
        self.core.mute(handler, true);
        self.muted.push(handler);
    }

    fn unmute_all(&mut self) {
        for handler in self.muted.drain(..) {
            self.core.mute(handler, false);
        }
    }

    /// Runs the handlers of `breakpoint`, up to the first that does not return `Continue` or panics. [`Frame::halted_at`] has its turn.
    #[inline]
    pub(crate) fn run(&mut self, breakpoint: BreakpointId, frame: &mut Frame<'_>) -> HandlerStatus {
        match self.core.run_fast_path(breakpoint, frame) {
            Some(status) => status,
            None => self.run_checked(breakpoint, frame),
        }
    }

    #[inline(never)]
    fn run_checked(&mut self, breakpoint: BreakpointId, frame: &mut Frame<'_>) -> HandlerStatus {
        self.insert_breakpoint(breakpoint, frame);
        match self.core.run_checked(breakpoint, frame) {
            Some(status) => status,
            None => self.run_list(breakpoint, Turn::FIRST, frame),
        }
    }

    /// Runs the handlers of `breakpoint` from the one at `from` on, and checks before each whether it is due and can run.
    pub(crate) fn run_from(
        &mut self,
        breakpoint: BreakpointId,
        from: Turn,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        if from == Turn::FIRST {
            self.insert_breakpoint(breakpoint, frame);
        }
        self.run_list(breakpoint, from, frame)
    }

    fn run_list(
        &mut self,
        breakpoint: BreakpointId,
        mut from: Turn,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        if from == Turn::FIRST {
            self.reset_due_states(breakpoint);
        }
        while from.index() < self.core.len(breakpoint) {
            let (status, next) = self.run_next(HandlerId::new(breakpoint, from), frame);
            if status != HandlerStatus::Continue {
                return status;
            }
            from = next;
        }
        if self.list(breakpoint).is_periodic {
            self.close_gate(breakpoint, frame);
        }
        HandlerStatus::Continue
    }

    /// Runs `first` and the handlers that can run together with it. Returns the turn after them.
    fn run_next(&mut self, first: HandlerId, frame: &mut Frame<'_>) -> (HandlerStatus, Turn) {
        if let Some(group) = self.group_at(first) {
            let next = group.end;
            return (self.run_group(first.breakpoint, group, frame), next);
        }
        if let Some(ran) = self.core.run_plain_range(first, frame) {
            return ran;
        }
        (self.run_if_due(first, frame), first.turn.next())
    }

    /// Runs a handler if it is due and the state that it requires is present.
    fn run_if_due(&mut self, handler: HandlerId, frame: &mut Frame<'_>) -> HandlerStatus {
        frame.halted_at = handler.turn;
        if self.is_due(handler, frame) {
            self.core.call(handler, frame)
        } else {
            HandlerStatus::Continue
        }
    }

    /// Runs one handler.
    pub(crate) fn run_one(&mut self, handler: HandlerId, frame: &mut Frame<'_>) -> HandlerStatus {
        self.insert_breakpoint(handler.breakpoint, frame);
        self.core.call(handler, frame)
    }

    #[inline]
    fn insert_breakpoint(&self, breakpoint: BreakpointId, frame: &mut Frame<'_>) {
        if let Some(breakpoint) = self.list(breakpoint).breakpoint {
            frame.view().insert(breakpoint);
        }
    }

    /// Returns the rest of the group that a handler is in.
    fn group_at(&self, handler: HandlerId) -> Option<Range<Turn>> {
        let groups = self.list(handler.breakpoint).groups.as_ref()?;
        Some(handler.turn..groups.end_of_group(handler.turn)?)
    }
}

/// The workers of a plan, by the id of their callback.
#[derive(Default)]
pub(crate) struct Workers(BTreeMap<CallbackId, Arc<Worker>>);

impl Workers {
    fn start(&self) {
        self.0.values().for_each(|worker| worker.start());
    }

    /// Ends the workers after the call that each is making.
    pub(crate) fn stop(&self) {
        self.0.values().for_each(|worker| worker.stop());
    }

    pub(crate) fn contains(&self, callback: CallbackId) -> bool {
        self.0.contains_key(&callback)
    }

    /// Returns the callbacks that have a worker.
    pub(crate) fn callbacks(&self) -> Vec<CallbackId> {
        self.0.keys().copied().collect()
    }

    pub(crate) fn wait_until_done(&self) {
        self.0.values().for_each(|worker| worker.wait_until_done());
    }

    /// Takes the failures of a callback that have not been reported to the run yet.
    pub(crate) fn take_failures(&self, callback: CallbackId) -> Vec<BackgroundFailure> {
        let worker = self.0.get(&callback);
        worker
            .map(|worker| worker.take_failures())
            .unwrap_or_default()
    }

    /// Discards the queued calls of a callback.
    pub(crate) fn discard(&self, callback: CallbackId) {
        if let Some(worker) = self.0.get(&callback) {
            worker.discard();
        }
    }

    /// Returns the handlers with calls that were dropped in this run, and the number of those calls.
    pub(crate) fn dropped(&self) -> Vec<(HandlerId, u64)> {
        self.0
            .values()
            .flat_map(|worker| worker.dropped())
            .collect()
    }
}
