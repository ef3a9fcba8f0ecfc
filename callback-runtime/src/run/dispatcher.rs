//! Callbacks, and their handlers bound to them: what a plan runs.
//!
//! `raw` calls the handlers; here is which of them: those that are due (`periodic.rs`), those of a group (`parallel/group.rs`), those that
//! are not muted.

use crate::background::{Background, BackgroundFailure, Worker};
use crate::loops::Breakpoint;
use crate::outcome::BoxError;
use crate::parallel::{Executor, Groups};
use crate::period::{HandlerPeriod, Period, PeriodState, Position, asks_why};
use crate::raw::{Core, Erased, ErasedHandler, Frame, GateTable, HandlerStatus, Sendable};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The callbacks of a plan, and per breakpoint the handlers that run there, in order.
pub(crate) struct Dispatcher<D: ?Sized> {
    /// Dropped first: workers end before their callbacks go.
    pub(crate) workers: Workers,
    pub(crate) core: Core<D>,
    pub(crate) lists: Vec<List>,
    /// The handlers that do nothing: their lists and places.
    pub(crate) muted: Vec<(usize, usize)>,
}

/// What is known of the handlers of one breakpoint beside how they are called.
#[derive(Default)]
pub(crate) struct List {
    /// One for each handler.
    pub(crate) handlers: Vec<DispatchRecord>,
    /// One of them has a period.
    pub(crate) is_periodic: bool,
    /// Put into the state before the first, where one of them asks where the loop stands.
    pub(crate) breakpoint: Option<Breakpoint>,
    /// Those that may run at the same time, in a plan with an executor.
    pub(crate) groups: Option<Box<Groups>>,
}

/// A bound handler.
pub(crate) struct DispatchRecord {
    pub(crate) period: Option<Box<HandlerPeriod>>,
    /// It asks why it runs.
    pub(crate) asks_why: bool,
    pub(crate) traits: HandlerTraits,
}

/// What decides whether a handler may run beside another one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HandlerTraits {
    /// What it returns is put into the state.
    pub(crate) returns_answer: bool,
    /// It may return a flow.
    pub(crate) returns_flow: bool,
    /// It may leave the loop's thread.
    pub(crate) is_portable: bool,
}

impl<D: ?Sized + Erased> Dispatcher<D> {
    pub(crate) fn new(lists: usize) -> Self {
        Self {
            workers: Workers::default(),
            core: Core::new(lists),
            lists: (0..lists).map(|_| List::default()).collect(),
            muted: Vec::new(),
        }
    }

    pub(crate) fn add_callback(&mut self, instance: Box<D>) -> usize {
        self.core.add_callback(instance)
    }

    pub(crate) fn instance(&self, at: usize) -> &D {
        self.workers.stop();
        self.core.instance(at)
    }

    pub(crate) fn instance_mut(&mut self, at: usize) -> &mut D {
        self.workers.stop();
        self.core.instance_mut(at)
    }

    /// Gives up the bound handlers; the callbacks stay.
    pub(crate) fn unbind_all(&mut self) {
        self.workers = Workers::default();
        self.core.unbind_all();
        self.lists.fill_with(List::default);
        self.muted.clear();
    }

    /// Gives up the bound handlers, and with them one callback; those behind it move up.
    pub(crate) fn remove(&mut self, at: usize) -> Box<D> {
        self.unbind_all();
        self.core.remove(at)
    }

    /// Gives up the bound handlers, and puts another callback into the place of one.
    pub(crate) fn replace(&mut self, at: usize, instance: Box<D>) -> Box<D> {
        self.unbind_all();
        self.core.replace(at, instance)
    }

    /// From now on handlers of the callback `instance` that can run later do. Nothing happens where it has bound handlers already, and
    /// where it is not of the type that may be sent to another thread.
    pub(crate) fn add_worker(&mut self, instance: usize, is: Sendable, policy: Background) {
        if let Some(cell) = self.core.share_with_worker(instance, is) {
            let worker = Arc::new(Worker::new(policy, cell));
            self.workers.0.insert(instance, worker);
        }
    }

    /// The callbacks that run in the background.
    pub(crate) fn workers(&self) -> &Workers {
        &self.workers
    }

    /// Binds a handler to the callback `instance`, last in `list`. Returns whether it could: not where it is a handler of another
    /// type or its parameters clash.
    pub(crate) fn bind(
        &mut self,
        list: usize,
        instance: usize,
        mut erased: ErasedHandler,
        period: Option<Period>,
        portable: Option<Sendable>,
    ) -> bool {
        if let (Some(worker), Some(background)) =
            (self.workers.0.get(&instance), erased.background.take())
        {
            let (worker, handler) = (worker.clone(), (list, self.core.len(list)));
            erased = background.queued(Arc::new(move |call| worker.enqueue(handler, call)));
        }
        let (returns_answer, returns_flow, is_periodic) =
            (erased.returns_answer, erased.returns_flow, period.is_some());
        let asks_why = asks_why(erased.accesses());
        let bound = self
            .core
            .bind(list, instance, erased, is_periodic, portable);
        if bound.is_err() {
            return false;
        }
        let at = self.core.len(list) - 1;
        let is_portable = self.core.is_portable(list, at);
        let list = &mut self.lists[list];
        list.is_periodic |= is_periodic;
        list.handlers.push(DispatchRecord {
            period: period.map(|period| Box::new(HandlerPeriod::new(period))),
            asks_why,
            traits: HandlerTraits {
                returns_answer,
                returns_flow,
                is_portable,
            },
        });
        true
    }

    /// Lets the executor run handlers of `list` at the same time: those that can, and that `may_join`. Returns for each its group.
    pub(crate) fn form_groups(
        &mut self,
        list: usize,
        executor: Arc<dyn Executor>,
        may_join: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Vec<Option<Range<usize>>> {
        let groups = self.core.form_groups(list, may_join);
        if groups.iter().any(Option::is_some) {
            self.lists[list].groups = Some(Box::new(Groups::new(groups.clone(), executor)));
        }
        groups
    }

    pub(crate) fn traits(&self, list: usize, at: usize) -> HandlerTraits {
        self.lists[list].handlers[at].traits
    }

    /// Says to the handlers of `list` where the loop stands.
    pub(crate) fn provide_breakpoint(&mut self, list: usize, at: Breakpoint) {
        self.lists[list].breakpoint = Some(at);
        self.core.require_breakpoint(list);
    }

    /// A run begins at `now`; where it will end is in `totals`, as far as that is known.
    pub(crate) fn begin(&mut self, gates: &mut GateTable, now: &Position, totals: &Position) {
        self.unmute_all();
        self.core.open_cells();
        self.workers.start();
        gates.open_all();
        self.core.open_gates();
        let lists = self.lists.iter_mut();
        let timings =
            lists.flat_map(|list| list.handlers.iter_mut().filter_map(DispatchRecord::period));
        timings.for_each(|period| period.begin(now, totals));
    }

    /// What a handler's period remembers.
    pub(crate) fn period_state(&self, list: usize, at: usize) -> Option<PeriodState> {
        let handler = self.lists.get(list)?.handlers.get(at)?;
        Some(handler.period.as_ref()?.state())
    }

    pub(crate) fn restore_period(&mut self, list: usize, at: usize, period_state: &PeriodState) {
        let list = self.lists.get_mut(list);
        let handler = list.and_then(|list| list.handlers.get_mut(at));
        if let Some(period) = handler.and_then(DispatchRecord::period) {
            period.restore(period_state);
        }
    }

    /// From now on a handler of `list` does nothing.
    pub(crate) fn mute(&mut self, list: usize, at: usize) {
        self.core.mute(list, at, true);
        self.muted.push((list, at));
    }

    fn unmute_all(&mut self) {
        for (list, at) in self.muted.drain(..) {
            self.core.mute(list, at, false);
        }
    }

    /// How many handlers `list` has.
    pub(crate) fn len(&self, list: usize) -> usize {
        self.core.len(list)
    }

    /// Runs the handlers of `list`, up to the first that does not return `Continue`; [`Frame::halted`] names it, also when it
    /// panicked.
    #[inline]
    pub(crate) fn run(&mut self, list: usize, frame: &mut Frame<'_>) -> HandlerStatus {
        match self.core.run_fast_path(list, frame) {
            Some(status) => status,
            None => self.run_checked(list, frame),
        }
    }

    #[inline(never)]
    fn run_checked(&mut self, list: usize, frame: &mut Frame<'_>) -> HandlerStatus {
        self.insert_breakpoint(list, frame);
        match self.core.run_checked(list, frame) {
            Some(status) => status,
            None => self.run_from(list, 0, frame),
        }
    }

    /// Runs the handlers of `list` from the one at `from` on, and looks before each whether it can.
    pub(crate) fn run_on(
        &mut self,
        list: usize,
        from: usize,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        if from == 0 {
            self.insert_breakpoint(list, frame);
        }
        self.run_from(list, from, frame)
    }

    fn run_from(&mut self, list: usize, mut from: usize, frame: &mut Frame<'_>) -> HandlerStatus {
        if from == 0 {
            self.reset_due_states(list);
        }
        while from < self.core.len(list) {
            let (status, next) = self.run_some(list, from, frame);
            if status != HandlerStatus::Continue {
                return status;
            }
            from = next;
        }
        if self.lists.get(list).is_some_and(|list| list.is_periodic) {
            self.close_gate(list, frame);
        }
        HandlerStatus::Continue
    }

    /// Runs what can be run together from `from` on, and returns what is next.
    fn run_some(
        &mut self,
        list: usize,
        from: usize,
        frame: &mut Frame<'_>,
    ) -> (HandlerStatus, usize) {
        if let Some(group) = self.group_at(list, from) {
            let next = group.end;
            return (self.run_group(list, group, frame), next);
        }
        if let Some(ran) = self.core.run_plain_range(list, from, frame) {
            return ran;
        }
        (self.run_if_due(list, from, frame), from + 1)
    }

    /// Runs one if it is due and what it asks for is there.
    fn run_if_due(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> HandlerStatus {
        frame.halt_at(at);
        if self.is_due(list, at, frame) {
            self.core.call(list, at, frame)
        } else {
            HandlerStatus::Continue
        }
    }

    /// Runs one handler of `list`.
    pub(crate) fn run_one(
        &mut self,
        list: usize,
        at: usize,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        self.insert_breakpoint(list, frame);
        self.core.call(list, at, frame)
    }

    #[inline]
    fn insert_breakpoint(&self, list: usize, frame: &mut Frame<'_>) {
        if let Some(at) = self.lists.get(list).and_then(|list| list.breakpoint) {
            frame.view().insert(at);
        }
    }

    /// The error that a handler of `list` has returned, if it has.
    pub(crate) fn take_error(
        &self,
        list: usize,
        at: usize,
        frame: &mut Frame<'_>,
    ) -> Option<BoxError> {
        let returned = frame.context.reply.error.take()?;
        let convert = self.core.conversion(list, at)?;
        Some(convert(returned))
    }
}

impl DispatchRecord {
    pub(crate) fn period(&mut self) -> Option<&mut HandlerPeriod> {
        self.period.as_deref_mut()
    }
}

/// The workers of a plan, by callback.
#[derive(Default)]
pub(crate) struct Workers(BTreeMap<usize, Arc<Worker>>);

impl Workers {
    fn start(&self) {
        self.0.values().for_each(|worker| worker.start());
    }

    /// Ends them.
    pub(crate) fn stop(&self) {
        self.0.values().for_each(|worker| worker.stop());
    }

    pub(crate) fn contains(&self, instance: usize) -> bool {
        self.0.contains_key(&instance)
    }

    /// The callbacks that have one.
    pub(crate) fn instances(&self) -> Vec<usize> {
        self.0.keys().copied().collect()
    }

    pub(crate) fn wait_until_done(&self) {
        self.0.values().for_each(|worker| worker.wait_until_done());
    }

    /// The failures of a callback that the loop does not know of.
    pub(crate) fn take_failures(&self, instance: usize) -> Vec<BackgroundFailure> {
        let worker = self.0.get(&instance);
        worker
            .map(|worker| worker.take_failures())
            .unwrap_or_default()
    }

    /// What waits for a callback is not done any more.
    pub(crate) fn discard(&self, instance: usize) {
        if let Some(worker) = self.0.get(&instance) {
            worker.discard();
        }
    }

    /// How many calls of which handlers were dropped in this run.
    pub(crate) fn dropped(&self) -> Vec<((usize, usize), u64)> {
        self.0
            .values()
            .flat_map(|worker| worker.dropped())
            .collect()
    }
}
