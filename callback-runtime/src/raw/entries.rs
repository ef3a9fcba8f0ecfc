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

/// Handlers bound to their callbacks and aimed at the values they ask for, in order.
///
/// **Invariant:** each entry has the call and the function of the thunk in its `EntryRecord`, and the address of a live callback of the thunk's
/// type ([`Core::bind`](super::core::Core::bind)); a thunk's wants agree. The aims are those of the table with the layout `resolved_for`.
#[derive(Default)]
pub(super) struct EntryList {
    fast_path: FastPath,
    calls: Vec<CallEntry>,
    pub(super) records: Vec<EntryRecord>,
    resolved_for: Layout,
    /// One more than the greatest slot of any of them.
    width: usize,
    /// What those without a period require.
    required: RequiredSlots,
    /// The places of those without a period that may take values away, or put them elsewhere.
    exclusive: Vec<Turn>,
    /// One of them has a period.
    pub(super) is_periodic: bool,
    /// Handlers run in groups.
    pub(super) is_grouped: bool,
    /// Something is done before the first is called.
    needs_breakpoint: bool,
}

/// What is looked at off the hot path: one for each entry.
pub(super) struct EntryRecord {
    pub(super) accesses: Vec<Access>,
    /// What of it is required.
    pub(super) required: RequiredSlots,
    /// Its callback: two of them may have the same address, where they have no size.
    pub(super) callback: CallbackId,
    /// Callback, function and parameters may leave the loop's thread.
    pub(super) is_portable: bool,
    pub(super) is_periodic: bool,
    /// What it returns is put into the state.
    pub(super) returns_answer: bool,
    /// Its group, from 1. Handlers of one group can be called at the same time.
    pub(super) group: Option<usize>,
    pub(super) into_error: Option<IntoError>,
    /// The entry's own, while it is muted.
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
    /// The callback is of the thunk's type, stays where it is as long as this has it, and nothing else refers to it while an entry
    /// is called. The thunk's wants agree. What is said to be portable may leave the loop's thread.
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

    /// From now on the entry does nothing, or what it did before.
    pub(super) fn mute(&mut self, turn: Turn, is_muted: bool) {
        self.calls[turn].call = if is_muted {
            muted
        } else {
            self.records[turn].call
        };
        self.invalidate();
    }

    /// Something is done before the first entry is called: a firing does not call it at once.
    pub(super) fn require_breakpoint(&mut self) {
        self.needs_breakpoint = true;
        self.invalidate();
    }

    /// Nothing is known of any table.
    pub(super) fn invalidate(&mut self) {
        self.fast_path.clear();
        self.resolved_for = Layout::NONE;
    }

    /// Calls those without a period, where a quick look tells that they can be called and that no other one is due.
    #[inline]
    pub(super) fn run_fast_path(&self, frame: &mut Frame<'_>) -> Option<HandlerStatus> {
        self.fast_path.run(frame)
    }

    /// The same, after a closer look.
    #[inline]
    pub(super) fn run_checked(&self, frame: &mut Frame<'_>) -> Option<HandlerStatus> {
        self.fast_path.run_checked(self.is_periodic, frame)
    }

    /// Calls those from `from` on that can be called without another look, and returns what comes next. `None` if the first cannot.
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
        // SAFETY: at least one, and aimed at this table, which meets what they need; none of them takes a value out or moves one: only one that
        // stirs does, and a reply that is collected puts a value where there was none.
        Some((unsafe { run_range(range, frame) }, range.next))
    }

    /// Calls one, if what it requires is there.
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
        // SAFETY: by the invariant, and aimed at this table, which meets what it needs.
        unsafe { (entry.call)(entry, &mut frame.context) };
        frame.context.take_status()
    }

    /// The entry at `at`, aimed at the table at hand. `None` if what it requires is absent.
    pub(super) fn resolved_entry(&self, turn: Turn, table: &Table) -> Option<&CallEntry> {
        let (entry, record) = (
            self.calls.get(turn.index())?,
            self.records.get(turn.index())?,
        );
        (self.resolved_for == table.layout() && table.satisfies(&record.required)).then_some(entry)
    }

    /// The entries with a period wait for `gate`, which `make` makes of the table at hand.
    pub(super) fn wait(
        &mut self,
        make: impl FnOnce(&Table) -> Option<CounterGate>,
        frame: &mut Frame<'_>,
    ) -> CounterGate {
        self.resolve(frame.context.view.table_mut());
        let gate = make(frame.context.view.table()).unwrap_or_default();
        // SAFETY: `resolve` aimed at the table that the gate is of.
        unsafe { self.fast_path.set_gate(gate) };
        gate
    }

    pub(super) fn has_fast_path(&self) -> bool {
        !self.fast_path.is_empty()
    }

    pub(super) fn open_gate(&mut self) {
        self.fast_path.open_gate();
    }

    /// Brings the aims up to date.
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
        // SAFETY: aimed at the table just now; `required` are what those without a period require, and none of them stirs.
        unsafe {
            self.fast_path
                .set(unconditional, &self.required, self.resolved_for, precheck)
        };
    }
}
