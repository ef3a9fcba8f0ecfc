//! The hot path: entries that are called one behind the other, without a look at anything but what each call came to.

use super::frame::{Frame, HandlerStatus};
use super::handler::CallEntry;
use super::periods::CounterGate;
use super::slot_sets::RequiredSlots;
use super::table::{Layout, Table};
use crate::callback::Turn;
use std::ops::Range;

/// The entries that a firing calls as long as nothing has changed since they were aimed.
///
/// **Invariant:** where `aimed` is not [`Layout::NONE`], `range` is that of `entries`, which are at least one and aimed at the table
/// of that layout; no call of them takes a value out of the table or moves one. [`set`](Self::set) establishes
/// it, [`clear`](Self::clear) gives it up, and nothing else writes these fields.
#[derive(Default)]
pub(super) struct FastPath {
    /// [`aimed`](Self::aimed), where the bits of `required` tell all that the entries require, and no other handler waits for a period.
    ready: Layout,
    /// The same where other handlers of the list wait, and `gate` tells whether they do.
    gated: Layout,
    gate: CounterGate,
    /// What the entries require.
    required: RequiredSlots,
    range: EntryRange,
    aimed: Layout,
    entries: Vec<CallEntry>,
}

/// What else a firing looks at before it calls the entries of a [`FastPath`].
#[derive(Clone, Copy)]
pub(super) enum Precheck {
    /// At what they require alone.
    Slots,
    /// At the gate as well.
    Gate,
    /// It does something first: see [`FastPath::run_checked`].
    NeedsBreakpoint,
}

impl FastPath {
    /// The entries change, or what they are aimed at: none is called until they are set again.
    pub(super) fn clear(&mut self) {
        (self.ready, self.gated, self.aimed) = (Layout::NONE, Layout::NONE, Layout::NONE);
        self.entries.clear();
        self.gate = CounterGate::OPEN;
    }

    /// # Safety
    /// The entries are aimed at the table with this layout, and their calls neither take values out of it nor move them.
    /// `required` are what they require.
    pub(super) unsafe fn set(
        &mut self,
        entries: impl Iterator<Item = CallEntry>,
        required: &RequiredSlots,
        layout: Layout,
        precheck: Precheck,
    ) {
        self.clear();
        self.entries.extend(entries);
        if self.entries.is_empty() {
            return;
        }
        self.required.clone_from(required);
        self.range = EntryRange::of(&self.entries, Turn::FIRST);
        self.aimed = layout;
        match precheck {
            Precheck::Slots if required.far().is_empty() => self.ready = layout,
            Precheck::Gate if required.far().is_empty() => self.gated = layout,
            _ => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// # Safety
    /// The gate is of the table that the entries are aimed at.
    pub(super) unsafe fn set_gate(&mut self, gate: CounterGate) {
        self.gate = gate;
    }

    pub(super) fn open_gate(&mut self) {
        self.gate = CounterGate::OPEN;
    }

    /// Calls the entries, where a look at the layout, the gate and the bits tells that they can be called. `None` where it does not.
    #[inline]
    pub(super) fn run(&self, frame: &mut Frame<'_>) -> Option<HandlerStatus> {
        let table = frame.context.view.table();
        let layout = table.layout();
        let is_ready = self.ready == layout || (self.gated == layout && self.is_closed(table));
        if !is_ready || !table.covers(&self.required) {
            return None;
        }
        // SAFETY: by the invariant they are aimed at this table, and `covers` looked at all that they need: `set` makes `ready` and
        // `gated` a layout only where every need has a bit.
        Some(unsafe { run_range(self.range, frame) })
    }

    /// The same for entries of which the bits do not tell all. `is_periodic`: others of the list wait for the gate.
    #[inline]
    pub(super) fn run_checked(
        &self,
        is_periodic: bool,
        frame: &mut Frame<'_>,
    ) -> Option<HandlerStatus> {
        let table = frame.context.view.table();
        let fits = self.aimed != Layout::NONE && self.aimed == table.layout();
        if !fits || !table.satisfies(&self.required) || (is_periodic && !self.is_closed(table)) {
            return None;
        }
        // SAFETY: by the invariant they are aimed at this table, which meets what they need.
        Some(unsafe { run_range(self.range, frame) })
    }

    /// Whether the gate is closed. `table` is the one that the entries are aimed at.
    #[inline]
    fn is_closed(&self, table: &Table) -> bool {
        debug_assert!(self.aimed == table.layout(), "the gate is of the table");
        // SAFETY: both callers compare the layouts first, and `set_gate` was called for the table with this layout.
        unsafe { self.gate.is_closed() }
    }
}

/// The first entry and the end of the last one. Kept, because an end that is computed from a length is an instruction of every call.
#[derive(Clone, Copy)]
pub(super) struct EntryRange {
    first: *const CallEntry,
    end: *const CallEntry,
    /// The place in its list of what comes after the last one.
    pub(super) next: Turn,
}

impl EntryRange {
    pub(super) fn of(entries: &[CallEntry], next: Turn) -> Self {
        let Range { start, end } = entries.as_ptr_range();
        Self {
            first: start,
            end,
            next,
        }
    }
}

impl Default for EntryRange {
    fn default() -> Self {
        Self::of(&[], Turn::FIRST)
    }
}

/// Calls one entry after the other, up to the first that does not return `Continue`.
///
/// # Safety
/// There is an entry, and the entries of the range stay where they are meanwhile. They are aimed at the frame's table, which has what they
/// need for as long as this runs.
#[inline]
pub(super) unsafe fn run_range(entries: EntryRange, frame: &mut Frame<'_>) -> HandlerStatus {
    let mut guard = HaltGuard {
        at: entries.first,
        frame,
    };
    loop {
        // SAFETY: before the end of the entries. `Core::bind` checked the type of the callback and that the wants agree; the rest as
        // the caller says.
        unsafe { ((*guard.at).call)(&*guard.at, &mut guard.frame.context) };
        if guard.frame.context.halts() {
            return guard.status();
        }
        // SAFETY: behind an entry there is another one, or the end.
        guard.at = unsafe { guard.at.add(1) };
        if guard.at == entries.end {
            break;
        }
    }
    std::mem::forget(guard);
    HandlerStatus::Continue
}

/// Notes which entry runs when it is dropped: by a reply that ends the list, or by a panic. In registers until then.
struct HaltGuard<'l, 'r> {
    at: *const CallEntry,
    frame: &'l mut Frame<'r>,
}

impl HaltGuard<'_, '_> {
    /// Out of line: a code that is taken in the loop takes a register from every call.
    #[cold]
    #[inline(never)]
    fn status(self) -> HandlerStatus {
        self.frame.context.take_status()
    }
}

impl Drop for HaltGuard<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: an entry of the range, which stays where it is while `run_range` runs it.
        self.frame.halted_at = unsafe { (*self.at).turn };
    }
}
