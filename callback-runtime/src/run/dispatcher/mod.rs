//! Callbacks, and their handlers bound to them: what a plan runs.
//!
//! `raw` calls the handlers; here is which of them: those that are due (`timed.rs`), those of a group (`parallel/group.rs`), those that
//! are not muted.

mod timed;

use crate::background::{Background, Late, Worker};
use crate::breakpoint::Breakpoint;
use crate::failure::BoxError;
use crate::parallel::{Executor, Groups};
use crate::period::{Memory, Period, Position, Timing};
use crate::raw::{Code, Core, Erased, Frame, GateTable, Sendable, Thunk};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The callbacks of a plan, and per breakpoint the handlers that run there, in order.
pub(crate) struct Machine<D: ?Sized> {
    /// Dropped first: workers end before their callbacks go.
    workers: Workers,
    pub(crate) core: Core<D>,
    pub(crate) lists: Vec<List>,
    /// The handlers that do nothing: their lists and places.
    muted: Vec<(usize, usize)>,
}

/// What is known of the handlers of one breakpoint beside how they are called.
#[derive(Default)]
pub(crate) struct List {
    /// One for each handler.
    pub(crate) handlers: Vec<Bound>,
    /// One of them has a period.
    is_timed: bool,
    /// Put into the state before the first, where one of them asks where the loop stands.
    announces: Option<Breakpoint>,
    /// Those that may run at the same time, in a plan with an executor.
    pub(crate) groups: Option<Box<Groups>>,
}

/// A bound handler.
pub(crate) struct Bound {
    pub(crate) timing: Option<Box<Timing>>,
    /// It asks why it runs.
    asks_why: bool,
    pub(crate) traits: Traits,
}

/// What decides whether a handler may run beside another one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traits {
    /// What it returns is put into the state.
    pub(crate) answers: bool,
    /// It may return a flow.
    pub(crate) raises: bool,
    /// It may leave the loop's thread.
    pub(crate) is_portable: bool,
}

impl<D: ?Sized + Erased> Machine<D> {
    pub(crate) fn new(lists: usize) -> Self {
        Self {
            workers: Workers::default(),
            core: Core::new(lists),
            lists: (0..lists).map(|_| List::default()).collect(),
            muted: Vec::new(),
        }
    }

    pub(crate) fn adopt(&mut self, instance: Box<D>) -> usize {
        self.core.adopt(instance)
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
    pub(crate) fn disarm(&mut self) {
        self.workers = Workers::default();
        self.core.disarm();
        self.lists.fill_with(List::default);
        self.muted.clear();
    }

    /// Gives up the bound handlers, and with them one callback; those behind it move up.
    pub(crate) fn remove(&mut self, at: usize) -> Box<D> {
        self.disarm();
        self.core.remove(at)
    }

    /// Gives up the bound handlers, and puts another callback into the place of one.
    pub(crate) fn replace(&mut self, at: usize, instance: Box<D>) -> Box<D> {
        self.disarm();
        self.core.replace(at, instance)
    }

    /// From now on handlers of the callback `instance` that can run later do. Nothing happens where it has bound handlers already, and
    /// where it is not of the type that may be sent to another thread.
    pub(crate) fn open_lane(&mut self, instance: usize, is: Sendable, policy: Background) {
        if let Some(cell) = self.core.share(instance, is) {
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
    pub(crate) fn arm(
        &mut self,
        list: usize,
        instance: usize,
        mut thunk: Thunk,
        period: Option<Period>,
        portable: Option<Sendable>,
    ) -> bool {
        if let (Some(worker), Some(later)) = (self.workers.0.get(&instance), thunk.later.take()) {
            let (worker, whose) = (worker.clone(), (list, self.core.len(list)));
            thunk = later.queued(Arc::new(move |job| worker.push(whose, job)));
        }
        let (answers, raises, is_timed) = (thunk.answers, thunk.raises, period.is_some());
        let asks_why = timed::asks_why(thunk.wants());
        let armed = self.core.arm(list, instance, thunk, is_timed, portable);
        if armed.is_err() {
            return false;
        }
        let at = self.core.len(list) - 1;
        let is_portable = self.core.is_portable(list, at);
        let list = &mut self.lists[list];
        list.is_timed |= is_timed;
        list.handlers.push(Bound {
            timing: period.map(|period| Box::new(Timing::new(period))),
            asks_why,
            traits: Traits {
                answers,
                raises,
                is_portable,
            },
        });
        true
    }

    /// Lets the executor run handlers of `list` at the same time: those that can, and that `may_join`. Returns for each its group.
    pub(crate) fn cut(
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

    pub(crate) fn traits(&self, list: usize, at: usize) -> Traits {
        self.lists[list].handlers[at].traits
    }

    /// Says to the handlers of `list` where the loop stands.
    pub(crate) fn tell(&mut self, list: usize, at: Breakpoint) {
        self.lists[list].announces = Some(at);
        self.core.announce(list);
    }

    /// A run begins at `now`; where it will end is in `totals`, as far as that is known.
    pub(crate) fn begin(&mut self, gates: &mut GateTable, now: &Position, totals: &Position) {
        self.unmute_all();
        self.core.open_cells();
        self.workers.start();
        gates.open_all();
        self.core.open_gates();
        let lists = self.lists.iter_mut();
        let timings = lists.flat_map(|list| list.handlers.iter_mut().filter_map(Bound::timing));
        timings.for_each(|timing| timing.begin(now, totals));
    }

    /// What a handler's period remembers.
    pub(crate) fn memory(&self, list: usize, at: usize) -> Option<Memory> {
        let handler = self.lists.get(list)?.handlers.get(at)?;
        Some(handler.timing.as_ref()?.memory())
    }

    pub(crate) fn remember(&mut self, list: usize, at: usize, memory: &Memory) {
        let list = self.lists.get_mut(list);
        let handler = list.and_then(|list| list.handlers.get_mut(at));
        if let Some(timing) = handler.and_then(Bound::timing) {
            timing.restore(memory);
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
    pub(crate) fn run(&mut self, list: usize, frame: &mut Frame<'_>) -> Code {
        match self.core.run_hot(list, frame) {
            Some(code) => code,
            None => self.run_with_care(list, frame),
        }
    }

    #[inline(never)]
    fn run_with_care(&mut self, list: usize, frame: &mut Frame<'_>) -> Code {
        self.announce(list, frame);
        match self.core.run_with_care(list, frame) {
            Some(code) => code,
            None => self.run_from(list, 0, frame),
        }
    }

    /// Runs the handlers of `list` from the one at `from` on, and looks before each whether it can.
    pub(crate) fn run_on(&mut self, list: usize, from: usize, frame: &mut Frame<'_>) -> Code {
        if from == 0 {
            self.announce(list, frame);
        }
        self.run_from(list, from, frame)
    }

    fn run_from(&mut self, list: usize, mut from: usize, frame: &mut Frame<'_>) -> Code {
        if from == 0 {
            self.forget_verdicts(list);
        }
        while from < self.core.len(list) {
            let (code, next) = self.run_some(list, from, frame);
            if code != Code::Continue {
                return code;
            }
            from = next;
        }
        if self.lists.get(list).is_some_and(|list| list.is_timed) {
            self.settle(list, frame);
        }
        Code::Continue
    }

    /// Runs what can be run together from `from` on, and returns what is next.
    fn run_some(&mut self, list: usize, from: usize, frame: &mut Frame<'_>) -> (Code, usize) {
        if let Some(group) = self.group_at(list, from) {
            let next = group.end;
            return (self.run_group(list, group, frame), next);
        }
        if let Some(ran) = self.core.run_stretch(list, from, frame) {
            return ran;
        }
        (self.run_if_due(list, from, frame), from + 1)
    }

    /// Runs one if it is due and what it asks for is there.
    fn run_if_due(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> Code {
        frame.halt_at(at);
        if self.is_due(list, at, frame) {
            self.core.call(list, at, frame)
        } else {
            Code::Continue
        }
    }

    /// Runs one handler of `list`.
    pub(crate) fn run_one(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> Code {
        self.announce(list, frame);
        self.core.call(list, at, frame)
    }

    #[inline]
    fn announce(&self, list: usize, frame: &mut Frame<'_>) {
        if let Some(at) = self.lists.get(list).and_then(|list| list.announces) {
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
        let returned = frame.handed.sink.error.take()?;
        let convert = self.core.conversion(list, at)?;
        Some(convert(returned))
    }
}

impl Bound {
    pub(crate) fn timing(&mut self) -> Option<&mut Timing> {
        self.timing.as_deref_mut()
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

    pub(crate) fn have(&self, instance: usize) -> bool {
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
    pub(crate) fn take_late(&self, instance: usize) -> Vec<Late> {
        let worker = self.0.get(&instance);
        worker.map(|worker| worker.take_late()).unwrap_or_default()
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
