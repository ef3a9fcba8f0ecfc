//! The handlers that are bound to one breakpoint, with the addresses that their calls pass.
//!
//! [`EntryList::push`] adds a handler, [`EntryList::resolve`] makes its parameter pointers, and [`EntryList::call`] and
//! [`EntryList::run_plain_range`] call it. A change of when a list is called can leave these alone; a change of what they check must keep
//! the invariant of [`EntryList`].

use super::fast_path::{EntryRange, FastPath, Precheck, run_range};
use super::fetch::{Access, param_ptrs, width};
use super::frame::{Frame, HandlerStatus, IntoError};
use super::gates::CounterGate;
use super::handler::{CallEntry, EntryPoint, ErasedHandler, call_muted};
use super::owned::Owned;
use super::slot_sets::RequiredSlots;
use super::table::{Layout, Table};
use crate::callback::{CallbackId, Turn};
use std::any::Any;

/// The bound handlers of one breakpoint, in the order in which they run.
///
/// **Invariant:** each entry has the entry point and the function of one [`ErasedHandler`], whose accesses are compatible with each
/// other, and the address of a live callback of that handler's type: the caller of [`push`](Self::push), which is
/// [`Core::bind`](super::core::Core::bind), establishes this. While a table has the layout `resolved_for`, the parameter pointers of the
/// entries are valid for it: [`resolve`](Self::resolve) establishes this.
#[derive(Default)]
pub(super) struct EntryList {
    /// Copies of the entries without a period, for firings that need no further check.
    pub(super) fast_path: FastPath,
    /// By turn: what a call reads.
    calls: Vec<CallEntry>,
    /// By turn: what a call does not read.
    pub(super) records: Vec<EntryRecord>,
    /// The layout that the parameter pointers were made for; [`Layout::NONE`] after the list has changed.
    resolved_for: Layout,
    /// The number of cells that a table needs for the slots of all entries. Grows when an entry is added.
    width: usize,
    /// The slots that the entries without a period require. Grows when an entry is added.
    required: RequiredSlots,
    /// The turns of the entries without a period that may remove values or change their addresses.
    exclusive: Vec<Turn>,
    /// Whether an entry has a period.
    pub(super) is_periodic: bool,
    /// Whether [`form_groups`](Self::form_groups) has formed a group.
    pub(super) is_grouped: bool,
    /// Whether a firing inserts the breakpoint into the state before it calls the first entry.
    needs_breakpoint: bool,
}

/// What is known of an entry, beside what its call reads.
pub(super) struct EntryRecord {
    /// The accesses of the handler's parameters, in order.
    pub(super) accesses: Vec<Access>,
    /// The slots that `accesses` require.
    pub(super) required: RequiredSlots,
    /// The id of the callback. The address does not identify it: callbacks of size zero may share one.
    pub(super) callback: CallbackId,
    /// Whether the callback, the function and the parameters may leave the loop's thread.
    pub(super) is_portable: bool,
    /// Whether the handler has a period.
    pub(super) is_periodic: bool,
    /// Whether the handler's reply goes into the state.
    pub(super) returns_answer: bool,
    /// The turn of the first entry of the group that this entry is in. [`EntryList::form_groups`] sets it.
    pub(super) group: Option<Turn>,
    /// Converts the handler's error; `None` for a handler that returns none.
    pub(super) into_error: Option<IntoError>,
    /// The entry point of the handler, which replaces [`call_muted`] when the entry is not muted any more.
    call: EntryPoint,
    /// Keeps alive the function that the entry points to.
    _function: Owned<dyn Any>,
}

/// The callback that a handler is bound to.
pub(super) struct BoundCallback {
    /// The address of the callback.
    pub(super) address: *mut (),
    pub(super) id: CallbackId,
    /// Whether the callback and the parameters of the handler may leave the loop's thread.
    pub(super) is_portable: bool,
}

impl EntryList {
    /// Adds a handler at the end of the list.
    ///
    /// # Safety
    /// The callback is of the handler's type, and lives at its address as long as the list has the entry. Nothing else uses it while
    /// an entry is called. The accesses of the handler are compatible with each other. If `callback.is_portable`, the callback, the
    /// function and the parameters may be used on another thread.
    pub(super) unsafe fn push(
        &mut self,
        callback: &BoundCallback,
        erased: ErasedHandler,
        is_periodic: bool,
    ) {
        self.width = self.width.max(width(&erased.accesses));
        if is_periodic {
            self.is_periodic = true;
        } else {
            self.required.add(&erased.accesses);
            if erased.is_exclusive {
                self.exclusive.push(Turn::new(self.calls.len()));
            }
        }
        self.invalidate();
        self.calls.push(CallEntry {
            call: erased.call,
            callback: callback.address,
            function: erased.function.as_ptr(),
            param_ptrs: Default::default(),
            turn: Turn::new(self.calls.len()),
        });
        self.records.push(EntryRecord {
            call: erased.call,
            into_error: erased.into_error,
            callback: callback.id,
            is_portable: callback.is_portable,
            is_periodic,
            returns_answer: erased.returns_answer,
            group: None,
            required: RequiredSlots::of(&erased.accesses),
            accesses: erased.accesses,
            _function: erased.function,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Mutes an entry, whose calls then do nothing, or ends that.
    pub(super) fn mute(&mut self, turn: Turn, is_muted: bool) {
        self.calls[turn].call = if is_muted {
            call_muted
        } else {
            self.records[turn].call
        };
        self.invalidate();
    }

    /// Notes that a firing inserts the breakpoint into the state before it calls the first entry.
    pub(super) fn require_breakpoint(&mut self) {
        self.needs_breakpoint = true;
        self.invalidate();
    }

    /// Forgets what the list knows of a table, because the entries have changed.
    pub(super) fn invalidate(&mut self) {
        self.fast_path.clear();
        self.resolved_for = Layout::NONE;
    }

    /// Calls the entries from `from` up to the first that may change addresses, if none of them needs a check of its own. Returns the
    /// status, and the turn of the entry after the last one. `None` if the entry at `from` needs a check.
    pub(super) fn run_plain_range(
        &self,
        from: Turn,
        frame: &mut Frame<'_>,
    ) -> Option<(HandlerStatus, Turn)> {
        let table = frame.context.view.table();
        let is_plain = !self.is_periodic && !self.is_grouped;
        if !is_plain || self.resolved_for != table.layout() || !table.satisfies(&self.required) {
            return None;
        }
        let exclusive = self.exclusive.iter().find(|turn| **turn >= from);
        let until = exclusive.copied().unwrap_or(Turn::new(self.calls.len()));
        if until <= from {
            return None;
        }
        let range = EntryRange::of(&self.calls[from.index()..until.index()], until);
        // SAFETY: there is an entry, because `from < until`. `resolve` made the parameter pointers for this table's layout, and
        // `Table::satisfies` checked that the required values are there. They stay there while the range runs: only an `exclusive`
        // entry removes or moves values, and `CallContext::collect` only inserts one.
        Some((unsafe { run_range(range, frame) }, range.next))
    }

    /// Calls one entry, if the state that it requires is there.
    pub(super) fn call(&mut self, turn: Turn, frame: &mut Frame<'_>) -> HandlerStatus {
        frame.halted_at = turn;
        self.resolve(frame.context.view.table_mut());
        let (Some(entry), Some(record)) =
            (self.calls.get(turn.index()), self.records.get(turn.index()))
        else {
            return HandlerStatus::Continue;
        };
        if !frame.context.view.table().satisfies(&record.required) {
            return HandlerStatus::MissingState;
        }
        // SAFETY: the invariant of the list has the callback, the function and the accesses. `resolve` made the parameter pointers for
        // this table, and `Table::satisfies` checked that the required values are there. `take_status` left `Continue`.
        unsafe { (entry.call)(entry, &mut frame.context) };
        frame.context.take_status()
    }

    /// Returns an entry whose parameter pointers are valid for `table`. `None` if [`resolve`](Self::resolve) has not run for the table's
    /// layout, or state that the entry requires is absent.
    pub(super) fn resolved_entry(&self, turn: Turn, table: &Table) -> Option<&CallEntry> {
        let (entry, record) = (
            self.calls.get(turn.index())?,
            self.records.get(turn.index())?,
        );
        (self.resolved_for == table.layout() && table.satisfies(&record.required)).then_some(entry)
    }

    /// Sets the gate that the entries with a period wait for, and returns it. `make` makes the gate of the frame's table; without one the
    /// gate is open.
    pub(super) fn set_gate(
        &mut self,
        make: impl FnOnce(&Table) -> Option<CounterGate>,
        frame: &mut Frame<'_>,
    ) -> CounterGate {
        self.resolve(frame.context.view.table_mut());
        let gate = make(frame.context.view.table()).unwrap_or_default();
        // SAFETY: `resolve` made the entries' parameter pointers for the table that `make` makes the gate of.
        unsafe { self.fast_path.set_gate(gate) };
        gate
    }

    /// Makes the parameter pointers of all entries for `table`, if its layout has changed.
    #[inline]
    pub(super) fn resolve(&mut self, table: &mut Table) {
        if self.resolved_for != table.layout() {
            self.resolve_slow(table);
        }
    }

    #[cold]
    #[inline(never)]
    fn resolve_slow(&mut self, table: &mut Table) {
        table.grow(self.width);
        for (entry, record) in self.calls.iter_mut().zip(&self.records) {
            entry.param_ptrs = param_ptrs(table, &record.accesses);
        }
        self.fast_path.clear();
        self.resolved_for = table.layout();
        if !self.exclusive.is_empty() || self.is_grouped {
            return;
        }
        let precheck = match (self.needs_breakpoint, self.is_periodic) {
            (true, _) => Precheck::NeedsBreakpoint,
            (false, true) => Precheck::Gate,
            (false, false) => Precheck::Slots,
        };
        let paired = self.calls.iter().zip(&self.records);
        let unconditional = paired.filter(|(_, record)| !record.is_periodic);
        let unconditional = unconditional.map(|(entry, _)| *entry);
        // SAFETY: the loop above made the parameter pointers for the table with this layout. `push` added to `required` the slots that
        // the entries without a period require, and `exclusive`, which is empty, those that remove or move values.
        unsafe {
            self.fast_path
                .set(unconditional, &self.required, self.resolved_for, precheck);
        }
    }
}
