//! The bound handlers of one breakpoint.

use super::fast_path::{EntryRange, FastPath, Precheck, run_range};
use super::fetch::{Access, param_ptrs};
use super::frame::{Frame, HandlerStatus, IntoError};
use super::handler::{Call, CallEntry, ErasedHandler, muted};
use super::owned::Owned;
use super::periods::CounterGate;
use super::slot_sets::RequiredSlots;
use super::table::{Layout, Table};
use crate::callback::{CallbackId, Turn};
use std::any::Any;

/// The handlers of one breakpoint, bound to their callbacks, with the addresses of the values that they ask for.
///
/// **Invariant:** each entry has the call and the function of its handler, whose `EntryRecord` keeps the function alive, and the
/// address of a live callback of the handler's type ([`Core::bind`](super::core::Core::bind)). The accesses of a handler do not
/// clash. The parameter pointers are those of the table with the layout `resolved_for`.
#[derive(Default)]
pub(super) struct EntryList {
    fast_path: FastPath,
    calls: Vec<CallEntry>,
    pub(super) records: Vec<EntryRecord>,
    resolved_for: Layout,
    /// One more than the greatest slot that an entry asks for.
    width: usize,
    /// What the entries without a period require.
    required: RequiredSlots,
    /// The entries without a period that may take values out of the table or move them.
    exclusive: Vec<Turn>,
    /// Whether an entry has a period.
    pub(super) is_periodic: bool,
    /// Whether entries run in groups.
    pub(super) is_grouped: bool,
    /// Whether the breakpoint is put into the state before the first entry is called.
    needs_breakpoint: bool,
}

/// What a call does not need: one for each entry.
pub(super) struct EntryRecord {
    pub(super) accesses: Vec<Access>,
    /// The slots of the accesses that are not optional.
    pub(super) required: RequiredSlots,
    /// Its callback. An address does not identify a callback: callbacks without a size may share one.
    pub(super) callback: CallbackId,
    /// Callback, function and parameters may leave the loop's thread.
    pub(super) is_portable: bool,
    pub(super) is_periodic: bool,
    /// What it returns is put into the state.
    pub(super) returns_answer: bool,
    /// Its group, from 1. Handlers of one group can be called at the same time.
    pub(super) group: Option<usize>,
    pub(super) into_error: Option<IntoError>,
    /// The call of the entry, which a muted entry does not have.
    call: Call,
    /// Keeps the entry's function alive.
    _function: Owned<dyn Any>,
}

/// The callback of a handler.
pub(super) struct Owner {
    pub(super) address: *mut (),
    pub(super) callback: CallbackId,
    pub(super) is_portable: bool,
}

impl EntryList {
    /// # Safety
    /// The callback is of the handler's type, stays at its address as long as this list has it, and nothing else refers to it while an
    /// entry is called. The accesses of the handler do not clash. A handler that is portable may leave the loop's thread.
    pub(super) unsafe fn push(&mut self, owner: &Owner, erased: ErasedHandler, is_periodic: bool) {
        let widths = erased.accesses.iter().map(|access| access.slot.index() + 1);
        self.width = widths.fold(self.width, usize::max);
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
            callback: owner.address,
            function: erased.function.as_ptr(),
            param_ptrs: Default::default(),
            turn: Turn::new(self.calls.len()),
        });
        self.records.push(EntryRecord {
            call: erased.call,
            into_error: erased.into_error,
            callback: owner.callback,
            is_portable: owner.is_portable,
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

    /// Makes the entry do nothing from now on, or lets it do its work again.
    pub(super) fn mute(&mut self, turn: Turn, is_muted: bool) {
        self.calls[turn].call = if is_muted {
            muted
        } else {
            self.records[turn].call
        };
        self.invalidate();
    }

    /// The breakpoint is put into the state before the first entry is called, so that a firing cannot call it at once.
    pub(super) fn require_breakpoint(&mut self) {
        self.needs_breakpoint = true;
        self.invalidate();
    }

    /// Forgets the table that the entries are resolved for.
    pub(super) fn invalidate(&mut self) {
        self.fast_path.clear();
        self.resolved_for = Layout::NONE;
    }

    /// Calls the handlers without a period, if the quick checks show that all of them can be called and that no other handler is due.
    #[inline]
    pub(super) fn run_fast_path(&self, frame: &mut Frame<'_>) -> Option<HandlerStatus> {
        self.fast_path.run(frame)
    }

    /// Like [`run_fast_path`](Self::run_fast_path), with the checks that it leaves out.
    #[inline]
    pub(super) fn run_checked(&self, frame: &mut Frame<'_>) -> Option<HandlerStatus> {
        self.fast_path.run_checked(self.is_periodic, frame)
    }

    /// Calls the entries from `from` on that need no check in between, and returns the turn after them. `None` if the first needs one.
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
        let exclusive = self.exclusive.iter().find(|at| **at >= from);
        let until = exclusive.copied().unwrap_or(Turn::new(self.calls.len()));
        if until <= from {
            return None;
        }
        let range = EntryRange::of(&self.calls[from.index()..until.index()], until);
        // SAFETY: the range is not empty; its entries are resolved for this table, which has what they require. None of them takes a value
        // out of the table or moves one: only an exclusive handler does, and collecting an answer fills an empty slot.
        Some((unsafe { run_range(range, frame) }, range.next))
    }

    /// Calls one entry, if the state that it requires is present.
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
        // SAFETY: by the invariant; `resolve` made the entry point at this table, which has what the entry requires.
        unsafe { (entry.call)(entry, &mut frame.context) };
        frame.context.take_status()
    }

    /// The entry at `turn`, if it is resolved for `table` and the state that it requires is present.
    pub(super) fn resolved_entry(&self, turn: Turn, table: &Table) -> Option<&CallEntry> {
        let (entry, record) = (
            self.calls.get(turn.index())?,
            self.records.get(turn.index())?,
        );
        (self.resolved_for == table.layout() && table.satisfies(&record.required)).then_some(entry)
    }

    /// Makes the entries with a period wait for the gate that `make` makes of the frame's table.
    pub(super) fn wait(
        &mut self,
        make: impl FnOnce(&Table) -> Option<CounterGate>,
        frame: &mut Frame<'_>,
    ) -> CounterGate {
        self.resolve(frame.context.view.table_mut());
        let gate = make(frame.context.view.table()).unwrap_or_default();
        // SAFETY: `resolve` resolved the entries for the frame's table, of which `make` makes the gate.
        unsafe { self.fast_path.set_gate(gate) };
        gate
    }

    pub(super) fn has_fast_path(&self) -> bool {
        !self.fast_path.is_empty()
    }

    pub(super) fn open_gate(&mut self) {
        self.fast_path.open_gate();
    }

    /// Looks the parameter pointers up again, if the layout of the table has changed.
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
        // SAFETY: the entries have just been resolved for this table; `required` is what those without a period require, and none of
        // them is exclusive.
        unsafe {
            self.fast_path
                .set(unconditional, &self.required, self.resolved_for, precheck);
        };
    }
}
