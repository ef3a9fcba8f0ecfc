//! The callbacks of a plan, with the handlers that are bound to them.
//!
//! [`Core`] decides what the entries of `raw` point to. Which of them a firing calls is up to `run::Dispatcher`, which can change
//! without this file.

use super::background::{CallbackCell, Sendable};
use super::entries::{BoundCallback, EntryList};
use super::frame::{Frame, HandlerStatus, IntoError};
use super::gates::GateFactory;
use super::handler::ErasedHandler;
use super::owned::{Owned, leak};
use crate::callback::{CallbackId, HandlerId, Turn};
use crate::loops::BreakpointId;
use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashSet};
use std::mem::take;
use std::ptr;
use std::sync::Arc;

/// The callbacks of a plan, and for each breakpoint the handlers that are bound to them.
///
/// **Invariant:** no entry and no open cell points to a callback that is dropped or given out: methods that give out a callback or a
/// reference to one call [`close_cells`](Self::close_cells) first, and those that drop or move one call
/// [`unbind_all`](Self::unbind_all). Entries are called through `&mut self` alone.
pub(crate) struct Core {
    /// The cells of the callbacks that have a worker.
    cells: BTreeMap<CallbackId, Arc<CallbackCell>>,
    /// The bound handlers, by breakpoint.
    pub(super) lists: Vec<EntryList>,
    /// The callbacks, by id.
    callbacks: Vec<Owned<dyn Any>>,
    /// The callbacks that have a bound handler.
    bound: HashSet<CallbackId>,
    /// Whether handlers of a group run on other threads. True while [`run_parallel`](Self::run_parallel) runs.
    pub(super) runs_group: bool,
}

impl Core {
    pub(crate) fn new(breakpoints: usize) -> Self {
        Self {
            cells: BTreeMap::new(),
            lists: (0..breakpoints).map(|_| EntryList::default()).collect(),
            callbacks: Vec::new(),
            bound: HashSet::new(),
            runs_group: false,
        }
    }

    /// Adds a callback, whose id is the next one.
    pub(crate) fn add_callback(&mut self, callback: Box<dyn Any>) {
        self.callbacks.push(Owned::new(callback));
    }

    pub(crate) fn callback(&self, id: CallbackId) -> &dyn Any {
        self.close_cells();
        self.callbacks[id].get()
    }

    pub(crate) fn callback_mut(&mut self, id: CallbackId) -> &mut dyn Any {
        self.close_cells();
        self.callbacks[id].get_mut()
    }

    /// Calls `job` with a callback, between two calls of its worker if it has one. `None` if it has one and no run is under way.
    pub(crate) fn with_callback<R>(
        &mut self,
        id: CallbackId,
        job: impl FnOnce(&mut dyn Any) -> R,
    ) -> Option<R> {
        match self.cells.get(&id) {
            Some(cell) => cell.with_on_loop(job),
            None => Some(job(self.callbacks[id].get_mut())),
        }
    }

    /// Drops the bound handlers. The callbacks stay.
    pub(crate) fn unbind_all(&mut self) {
        self.close_cells();
        self.cells.clear();
        self.bound.clear();
        self.lists.fill_with(EntryList::default);
    }

    /// Drops the bound handlers, and removes one callback. The ids of those after it go down by one.
    pub(crate) fn remove(&mut self, id: CallbackId) -> Box<dyn Any> {
        self.unbind_all();
        self.callbacks.remove(id.index()).into_box()
    }

    /// Drops the bound handlers, and replaces one callback. Returns the old callback.
    pub(crate) fn replace(&mut self, id: CallbackId, callback: Box<dyn Any>) -> Box<dyn Any> {
        self.unbind_all();
        std::mem::replace(&mut self.callbacks[id], Owned::new(callback)).into_box()
    }

    /// Lets workers use the callbacks that have cells, when a run begins.
    pub(crate) fn open_cells(&mut self) {
        self.cells.values().for_each(|cell| cell.reopen());
    }

    /// Waits for the workers, and keeps them from using the callbacks until the next run.
    fn close_cells(&self) {
        self.cells.values().for_each(|cell| cell.close());
    }

    /// Makes the cell through which a worker uses a callback. `None` if the callback has a bound handler or a cell already, or is not of
    /// the type that `sendable` proves to be `Send`.
    pub(crate) fn share_with_worker(
        &mut self,
        id: CallbackId,
        sendable: Sendable,
    ) -> Option<Arc<CallbackCell>> {
        let callback = &self.callbacks[id];
        let is_free = !self.bound.contains(&id) && !self.cells.contains_key(&id);
        let may_share = is_free && sendable.is_of(callback.get().type_id());
        may_share.then(|| {
            let cell = Arc::new(CallbackCell::new(sendable.as_any(callback.as_ptr())));
            self.cells.insert(id, cell.clone());
            cell
        })
    }

    /// Binds a handler to a callback, at the end of the list of `breakpoint`. A handler for callbacks of type `()` touches no callback and
    /// fits every one. With `portable`, which proves that the callback is `Send`, the handler may leave the loop's thread.
    ///
    /// # Errors
    /// Returns the handler if it is for callbacks of another type, or if two of its parameters conflict.
    pub(crate) fn bind(
        &mut self,
        breakpoint: BreakpointId,
        id: CallbackId,
        erased: ErasedHandler,
        is_periodic: bool,
        portable: Option<Sendable>,
    ) -> Result<(), ErasedHandler> {
        let callback = &self.callbacks[id];
        let is_detached = erased.callback == TypeId::of::<()>();
        let fits = is_detached || callback.get().type_id() == erased.callback;
        if !fits || erased.find_clash().is_some() {
            return Err(erased);
        }
        let erased = match self.cells.get(&id) {
            Some(cell) if !is_detached => erased.waiting_for_worker(cell.clone()),
            _ => erased,
        };
        self.bound.insert(id);
        let is_send = portable.is_some_and(|sendable| sendable.is_of(erased.callback));
        let callback = BoundCallback {
            address: if is_detached {
                ptr::dangling_mut::<()>()
            } else {
                callback.as_ptr()
            },
            id,
            is_portable: is_send && erased.accesses().iter().all(|access| !access.local),
        };
        // SAFETY: `fits` says that the callback is of the handler's type; a `()` needs no memory. The callback outlives the entry: every
        // method that drops one calls `unbind_all` first. `find_clash` checked the accesses. `portable` proves that the callback is `Send`,
        // and the bounds of `ErasedHandler::new` that the function is `Send + Sync`. A type that is not local is `Sync` if it is read and
        // `Send` if it is written: `Param`, which is sealed, requires it where `Handlers` binds a function.
        unsafe { self.lists[breakpoint].push(&callback, erased, is_periodic) };
        Ok(())
    }

    /// Returns the number of handlers of a breakpoint.
    pub(crate) fn len(&self, breakpoint: BreakpointId) -> usize {
        self.lists[breakpoint].len()
    }

    /// Whether a handler may leave the loop's thread.
    pub(crate) fn is_portable(&self, handler: HandlerId) -> bool {
        self.lists[handler.breakpoint].records[handler.turn].is_portable
    }

    /// Returns the function that converts a handler's error. `None` for a handler that returns no error.
    pub(crate) fn conversion(&self, handler: HandlerId) -> Option<&IntoError> {
        self.lists[handler.breakpoint].records[handler.turn]
            .into_error
            .as_ref()
    }

    /// Mutes a handler, whose calls then do nothing, or ends that.
    pub(crate) fn mute(&mut self, handler: HandlerId, is_muted: bool) {
        self.lists[handler.breakpoint].mute(handler.turn, is_muted);
    }

    /// Notes that a firing inserts the breakpoint into the state before it calls the first handler.
    pub(crate) fn require_breakpoint(&mut self, breakpoint: BreakpointId) {
        self.lists[breakpoint].require_breakpoint();
    }

    /// Calls the handlers of a breakpoint that have no period, if the cheapest check finds that they can be called and that the others
    /// wait. `None`, without a call, if it does not.
    #[inline]
    pub(crate) fn run_fast_path(
        &mut self,
        breakpoint: BreakpointId,
        frame: &mut Frame<'_>,
    ) -> Option<HandlerStatus> {
        self.lists.get(breakpoint.index())?.fast_path.run(frame)
    }

    /// [`run_fast_path`](Self::run_fast_path) with the complete check.
    #[inline]
    pub(crate) fn run_checked(
        &mut self,
        breakpoint: BreakpointId,
        frame: &mut Frame<'_>,
    ) -> Option<HandlerStatus> {
        let list = &self.lists[breakpoint];
        list.fast_path.run_checked(list.is_periodic, frame)
    }

    /// Calls `first` and the handlers after it that need no check of their own. Returns the status, and the turn of the handler after
    /// the last one. `None` if `first` needs a check.
    pub(crate) fn run_plain_range(
        &mut self,
        first: HandlerId,
        frame: &mut Frame<'_>,
    ) -> Option<(HandlerStatus, Turn)> {
        self.lists[first.breakpoint].run_plain_range(first.turn, frame)
    }

    /// Calls one handler, if the state that it requires is there. [`Frame::halted_at`] names the handler, also when it panics.
    #[inline]
    pub(crate) fn call(&mut self, handler: HandlerId, frame: &mut Frame<'_>) -> HandlerStatus {
        self.lists[handler.breakpoint].call(handler.turn, frame)
    }

    /// Lets the handlers of a breakpoint that have a period wait until a counter of the state reaches a position. Without a `gate` each
    /// firing evaluates their periods.
    pub(crate) fn set_gate(
        &mut self,
        breakpoint: BreakpointId,
        gate: Option<(GateFactory, u64)>,
        frame: &mut Frame<'_>,
    ) {
        let list = &mut self.lists[breakpoint];
        let gate = list.set_gate(
            |table| gate.and_then(|(factory, next)| factory.gate(table, next)),
            frame,
        );
        if list.fast_path.is_empty() {
            frame.gates.set(breakpoint, gate);
        }
    }

    /// Opens the gates of all breakpoints, when a run begins.
    pub(crate) fn open_gates(&mut self) {
        let lists = self.lists.iter_mut();
        lists.for_each(|list| list.fast_path.open_gate());
    }
}

impl Drop for Core {
    /// Leaks the callbacks if another thread still uses one. This happens if a handler calls `process::exit` and the plan belongs to
    /// a thread-local, whose destructor runs while the handler's call does not return.
    fn drop(&mut self) {
        let closed = self
            .cells
            .values()
            .filter(|cell| cell.close_in_time())
            .count();
        if closed < self.cells.len() || self.runs_group {
            leak(take(&mut self.lists));
            for callback in take(&mut self.callbacks) {
                callback.leak();
            }
        }
    }
}
