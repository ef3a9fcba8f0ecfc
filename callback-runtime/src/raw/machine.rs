//! Callbacks, and their handlers bound to them: what a plan runs.

use super::lane::{Lanes, Sendable};
use super::list::{List, Owner, Traits};
use super::owned::{Erased, Owned};
use super::thunk::{Code, Frame, Thunk};
use crate::breakpoint::Breakpoint;
use crate::executor::Executor;
use crate::failure::BoxError;
use crate::lane::Background;
use crate::period::{Memory, Period, Position, Timing};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// The callbacks of a plan, and per breakpoint the handlers that run there, in order.
pub(crate) struct Machine<D: ?Sized> {
    // Before the callbacks, so that both are dropped before them: workers end first.
    lanes: Lanes,
    lists: Vec<List>,
    instances: Vec<Owned<D>>,
    /// The handlers that do nothing: their lists and places.
    muted: Vec<(usize, usize)>,
    /// The callbacks that have a bound handler.
    armed: HashSet<usize>,
}

impl<D: ?Sized + Erased> Machine<D> {
    pub(crate) fn new(lists: usize) -> Self {
        Self {
            lanes: Lanes::default(),
            instances: Vec::new(),
            muted: Vec::new(),
            armed: HashSet::new(),
            lists: (0..lists).map(List::of).collect(),
        }
    }

    pub(crate) fn adopt(&mut self, instance: Owned<D>) -> usize {
        self.instances.push(instance);
        self.instances.len() - 1
    }

    pub(crate) fn instance(&self, at: usize) -> &Owned<D> {
        // No worker is left then, and none begins while the callback is borrowed: `begin` borrows the machine exclusively.
        self.lanes.stop();
        &self.instances[at]
    }

    pub(crate) fn instance_mut(&mut self, at: usize) -> &mut Owned<D> {
        self.lanes.stop();
        &mut self.instances[at]
    }

    /// Gives up the bound handlers; the callbacks stay.
    pub(crate) fn disarm(&mut self) {
        self.lanes = Lanes::default();
        self.armed.clear();
        let lists = self.lists.iter_mut().enumerate();
        lists.for_each(|(at, list)| *list = List::of(at));
        self.muted.clear();
    }

    /// Gives up the bound handlers, and with them one callback; those behind it move up.
    pub(crate) fn remove(&mut self, at: usize) -> Box<D> {
        self.disarm();
        self.instances.remove(at).into_box()
    }

    /// Gives up the bound handlers, and puts another callback into the place of one.
    pub(crate) fn replace(&mut self, at: usize, instance: Owned<D>) -> Box<D> {
        self.disarm();
        std::mem::replace(&mut self.instances[at], instance).into_box()
    }

    /// From now on handlers of the callback `instance` that can run later do. Refused where it has bound handlers already, and
    /// where it is not of the type that may be sent to another thread.
    pub(crate) fn open_lane(&mut self, instance: usize, is: Sendable, policy: Background) -> bool {
        let callback = &self.instances[instance];
        let opens = is.is_of(callback.get().erased_type()) && !self.armed.contains(&instance);
        if opens {
            // What is bound from now on runs in the lane or waits until it rests, and so does whoever else asks for the callback.
            let address = callback.address.as_ptr().cast();
            self.lanes.open(instance, address, policy);
        }
        opens
    }

    /// The callbacks that run in the background.
    pub(crate) fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// Binds a handler to the callback `instance`, last in `list`. Refused, and the thunk given back, where it is
    /// a handler of another type or its parameters clash.
    pub(crate) fn arm(
        &mut self,
        list: usize,
        instance: usize,
        thunk: Thunk,
        period: Option<Period>,
        portable: Option<Sendable>,
    ) -> Result<(), Thunk> {
        let callback = &self.instances[instance];
        if callback.get().erased_type() != thunk.callback || thunk.clash().is_some() {
            return Err(thunk);
        }
        let thunk = match self.lanes.of(instance) {
            Some(lane) => thunk.beside(lane, list),
            None => thunk,
        };
        self.armed.insert(instance);
        let timing = period.map(|period| Box::new(Timing::new(period)));
        let may_go = portable.is_some_and(|of| of.is_of(thunk.callback));
        let is_portable = may_go && thunk.wants().iter().all(|want| !want.local);
        let owner = Owner {
            address: callback.address.as_ptr().cast(),
            instance,
            is_portable,
        };
        // SAFETY: the callback is of the thunk's type, and stays where it is for as long as the lists have it. If it is portable, its
        // type is `Send`, as functions are always, and what is not local is what its parameter needs.
        unsafe { self.lists[list].push(&owner, thunk, timing) };
        Ok(())
    }

    /// Lets the executor run handlers of `list` at the same time: those that can, and that `may_join`. Returns for each its group.
    pub(crate) fn cut(
        &mut self,
        list: usize,
        executor: Arc<dyn Executor>,
        may_join: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Vec<Option<Range<usize>>> {
        self.lists[list].cut(executor, may_join)
    }

    pub(crate) fn traits(&self, list: usize, at: usize) -> Traits {
        self.lists[list].armed[at].traits
    }

    /// Says to the handlers of `list` where the loop stands.
    pub(crate) fn tell(&mut self, list: usize, at: Breakpoint) {
        self.lists[list].tell(at);
    }

    /// A run begins at `now`; where it will end is in `totals`, as far as that is known.
    pub(crate) fn begin(&mut self, now: &Position, totals: &Position) {
        self.unmute_all();
        self.lanes.start();
        self.lists
            .iter_mut()
            .for_each(|list| list.begin(now, totals));
    }

    /// Runs one handler of `list` if its period wants it to run once more before the run ends.
    pub(crate) fn run_owed(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> Code {
        self.lists[list].run_owed(at, frame)
    }

    /// What a handler's period remembers.
    pub(crate) fn memory(&self, list: usize, at: usize) -> Option<Memory> {
        self.lists.get(list)?.memory(at)
    }

    pub(crate) fn remember(&mut self, list: usize, at: usize, memory: &Memory) {
        if let Some(list) = self.lists.get_mut(list) {
            list.remember(at, memory);
        }
    }

    /// From now on a handler of `list` does nothing.
    pub(crate) fn mute(&mut self, list: usize, at: usize) {
        self.lists[list].mute(at);
        self.muted.push((list, at));
    }

    /// All handlers do again what they do.
    fn unmute_all(&mut self) {
        for (list, at) in self.muted.drain(..) {
            self.lists[list].unmute(at);
        }
    }

    /// How many handlers `list` has.
    pub(crate) fn len(&self, list: usize) -> usize {
        self.lists[list].len()
    }

    /// Runs the handlers of `list`, up to the first that does not just go on; [`Frame::halted`] tells which, also when it
    /// panicked.
    #[inline]
    pub(crate) fn run(&mut self, list: usize, frame: &mut Frame<'_>) -> Code {
        match self.lists.get_mut(list) {
            Some(list) => list.run(frame),
            None => Code::Continue,
        }
    }

    /// The same from the one at `from` on.
    pub(crate) fn run_on(&mut self, list: usize, from: usize, frame: &mut Frame<'_>) -> Code {
        self.lists[list].run_looking(from, frame)
    }

    /// The error that a handler of `list` has returned, if it has.
    pub(crate) fn take_error(
        &self,
        list: usize,
        at: usize,
        frame: &mut Frame<'_>,
    ) -> Option<BoxError> {
        let returned = frame.handed.sink.error.take()?;
        self.lists[list].error(at, returned)
    }

    /// Runs one handler of `list`.
    pub(crate) fn run_one(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> Code {
        self.lists[list].run_one(at, frame)
    }
}
