//! Callbacks, and their handlers bound to them.

use super::background::{CallbackCell, Sendable};
use super::entries::{EntryList, Owner};
use super::frame::{Frame, HandlerStatus, IntoError};
use super::handler::ErasedHandler;
use super::owned::{Owned, leak};
use super::periods::GateFactory;
use crate::callback::{CallbackId, HandlerId, Turn};
use crate::loops::BreakpointId;
use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashSet};
use std::mem::take;
use std::ptr;
use std::sync::Arc;

/// The callbacks of a plan, and for each breakpoint the handlers bound to them, in order.
///
/// **Invariant:** a callback is dropped, or handed out, only after the cells are closed. Entries use their callbacks while
/// the core is borrowed exclusively.
pub(crate) struct Core {
    /// Of the callbacks that workers use as well.
    cells: BTreeMap<CallbackId, Arc<CallbackCell>>,
    pub(super) lists: Vec<EntryList>,
    callbacks: Vec<Owned<dyn Any>>,
    /// The callbacks that have a bound handler.
    bound: HashSet<CallbackId>,
    /// Other threads call handlers of a group.
    pub(super) runs_group: bool,
}

impl Core {
    pub(crate) fn new(lists: usize) -> Self {
        Self {
            cells: BTreeMap::new(),
            lists: (0..lists).map(|_| EntryList::default()).collect(),
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

    /// Gives up the bound handlers; the callbacks stay.
    pub(crate) fn unbind_all(&mut self) {
        self.close_cells();
        self.cells.clear();
        self.bound.clear();
        self.lists.fill_with(EntryList::default);
    }

    /// Gives up the bound handlers, and with them one callback. The ids of the callbacks after it go down by one.
    pub(crate) fn remove(&mut self, id: CallbackId) -> Box<dyn Any> {
        self.unbind_all();
        self.callbacks.remove(id.index()).into_box()
    }

    /// Gives up the bound handlers, and puts another callback into the place of one.
    pub(crate) fn replace(&mut self, id: CallbackId, callback: Box<dyn Any>) -> Box<dyn Any> {
        self.unbind_all();
        std::mem::replace(&mut self.callbacks[id], Owned::new(callback)).into_box()
    }

    /// A run begins: workers may use the callbacks that have cells.
    pub(crate) fn open_cells(&mut self) {
        self.cells.values().for_each(|cell| cell.reopen());
    }

    fn close_cells(&self) {
        self.cells.values().for_each(|cell| cell.close());
    }

    /// Makes a cell through which a worker uses a callback. `None` if the callback already has bound handlers, or if its type is not
    /// the one that `is` proves sendable.
    pub(crate) fn share_with_worker(
        &mut self,
        id: CallbackId,
        is: Sendable,
    ) -> Option<Arc<CallbackCell>> {
        let callback = &self.callbacks[id];
        let is_free = !self.bound.contains(&id) && !self.cells.contains_key(&id);
        let may_share = is_free && is.is_of(callback.get().type_id());
        may_share.then(|| {
            let cell = Arc::new(CallbackCell::new(is.as_any(callback.as_ptr())));
            self.cells.insert(id, cell.clone());
            cell
        })
    }

    /// Binds a handler to a callback, last in the list of `breakpoint`. Returns the handler if it is one of another type, or if its
    /// parameters clash. A handler of `()` touches no callback and fits every one.
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
        if !fits || erased.clash().is_some() {
            return Err(erased);
        }
        let erased = match self.cells.get(&id) {
            Some(cell) if !is_detached => erased.when_idle(cell.clone()),
            _ => erased,
        };
        self.bound.insert(id);
        let may_go = portable.is_some_and(|of| of.is_of(erased.callback));
        let owner = Owner {
            address: if is_detached {
                ptr::dangling_mut::<()>()
            } else {
                callback.as_ptr()
            },
            callback: id,
            is_portable: may_go && erased.accesses().iter().all(|access| !access.local),
        };
        // SAFETY: the callback is of the handler's type (`fits`), in a box that is dropped after the entries: `remove`, `replace` and `drop` call
        // `unbind_all` first. A `()` needs no memory. `portable` proves that the callback's type is `Send`, `ErasedHandler::new` that functions
        // are `Send + Sync`. Parameters that are not local are `Sync` to read and `Send` to write: the sealed trait `Param` requires it
        // where `Handlers` binds a function.
        unsafe { self.lists[breakpoint].push(&owner, erased, is_periodic) };
        Ok(())
    }

    /// How many handlers `list` has.
    pub(crate) fn len(&self, breakpoint: BreakpointId) -> usize {
        self.lists[breakpoint].len()
    }

    pub(crate) fn is_portable(&self, handler: HandlerId) -> bool {
        self.lists[handler.breakpoint].records[handler.turn].is_portable
    }

    /// How a handler's error is converted.
    pub(crate) fn conversion(&self, handler: HandlerId) -> Option<&IntoError> {
        self.lists[handler.breakpoint].records[handler.turn]
            .into_error
            .as_ref()
    }

    /// Makes a handler do nothing from now on, or lets it do its work again.
    pub(crate) fn mute(&mut self, handler: HandlerId, is_muted: bool) {
        self.lists[handler.breakpoint].mute(handler.turn, is_muted);
    }

    /// The breakpoint is put into the state before the first handler is called.
    pub(crate) fn require_breakpoint(&mut self, breakpoint: BreakpointId) {
        self.lists[breakpoint].require_breakpoint();
    }

    /// Calls the handlers without a period, if the quick checks show that all of them can be called and that no other handler is due.
    #[inline]
    pub(crate) fn run_fast_path(
        &mut self,
        breakpoint: BreakpointId,
        frame: &mut Frame<'_>,
    ) -> Option<HandlerStatus> {
        self.lists.get(breakpoint.index())?.run_fast_path(frame)
    }

    /// Like [`run_fast_path`](Self::run_fast_path), with the checks that it leaves out.
    #[inline]
    pub(crate) fn run_checked(
        &mut self,
        breakpoint: BreakpointId,
        frame: &mut Frame<'_>,
    ) -> Option<HandlerStatus> {
        self.lists[breakpoint].run_checked(frame)
    }

    /// Calls the handlers from `first` on that need no check in between, and returns the turn after them. `None` if `first` needs one.
    pub(crate) fn run_plain_range(
        &mut self,
        first: HandlerId,
        frame: &mut Frame<'_>,
    ) -> Option<(HandlerStatus, Turn)> {
        self.lists[first.breakpoint].run_plain_range(first.turn, frame)
    }

    /// Calls one handler, if the state that it requires is present. [`Frame::halted`] names it, also when it panics.
    #[inline]
    pub(crate) fn call(&mut self, handler: HandlerId, frame: &mut Frame<'_>) -> HandlerStatus {
        self.lists[handler.breakpoint].call(handler.turn, frame)
    }

    /// Skips the handlers that have a period until a counter of the table reaches the gate's count. Without a gate they are asked at
    /// every firing.
    pub(crate) fn wait(
        &mut self,
        breakpoint: BreakpointId,
        gate: Option<(GateFactory, u64)>,
        frame: &mut Frame<'_>,
    ) {
        let entries = &mut self.lists[breakpoint];
        let gate = entries.wait(
            |table| gate.and_then(|(make, next)| make.gate(table, next)),
            frame,
        );
        if !entries.has_fast_path() {
            frame.gates.set(breakpoint, gate);
        }
    }

    /// A run begins: every handler with a period is asked.
    pub(crate) fn open_gates(&mut self) {
        self.lists.iter_mut().for_each(EntryList::open_gate);
    }
}

impl Drop for Core {
    /// Leaks what another thread uses and does not give back. That happens when a call exits the process and the plan is in a
    /// thread-local, whose destructor this is.
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
