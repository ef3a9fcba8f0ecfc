//! The hot path: calls the entries of a list one after the other, and checks nothing between two calls but the status.
//!
//! The guards of the benchmarks count the instructions of [`FastPath::run`] and [`run_range`].

use super::frame::{Frame, HandlerStatus};
use super::gates::CounterGate;
use super::handler::CallEntry;
use super::slot_sets::RequiredSlots;
use super::table::{Layout, Table};
use crate::callback::Turn;
use std::ops::Range;

/// The entries of a list that have no period. A firing calls them while the table's layout is the one that they were set for.
///
/// **Invariant:** unless `resolved_for` is [`Layout::NONE`], `range` is the range of `entries`, which are not empty. Their parameter pointers
/// are valid for the table with the layout `resolved_for`, and no call of them removes a value from the table or moves one.
/// [`set`](Self::set) establishes this, [`clear`](Self::clear) ends it, and no other method writes these fields.
#[derive(Default)]
pub(super) struct FastPath {
    /// Equal to `resolved_for` if all required slots have a bit and the list has no entry with a period; otherwise [`Layout::NONE`].
    ready: Layout,
    /// Equal to `resolved_for` if all required slots have a bit and the other entries of the list wait while `gate` is closed; otherwise
    /// [`Layout::NONE`].
    gated: Layout,
    /// Closed while the entries with a period wait. A firing that called all handlers of the list sets it, and the next run opens it.
    gate: CounterGate,
    /// The slots that the entries require.
    required: RequiredSlots,
    /// The range of `entries`.
    range: EntryRange,
    /// The layout that the parameter pointers of `entries` were made for; [`Layout::NONE`] while there are no entries.
    resolved_for: Layout,
    entries: Vec<CallEntry>,
}

/// What a firing checks before it calls the entries of a [`FastPath`], beside the layout.
#[derive(Clone, Copy)]
pub(super) enum Precheck {
    /// That the required slots are filled.
    Slots,
    /// That the required slots are filled, and that the gate is closed.
    Gate,
    /// The firing first inserts the breakpoint into the state, and then uses [`FastPath::run_checked`].
    NeedsBreakpoint,
}

impl FastPath {
    /// Drops the entries. A firing finds none until [`set`](Self::set) is called again.
    pub(super) fn clear(&mut self) {
        (self.ready, self.gated, self.resolved_for) = (Layout::NONE, Layout::NONE, Layout::NONE);
        self.entries.clear();
        self.gate = CounterGate::OPEN;
    }

    /// Replaces the entries.
    ///
    /// # Safety
    /// The parameter pointers of the entries are valid for the table with this layout, and their calls neither remove values from it nor
    /// move them. `required` has all slots that the entries require.
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
        self.resolved_for = layout;
        match precheck {
            Precheck::Slots if required.overflow().is_empty() => self.ready = layout,
            Precheck::Gate if required.overflow().is_empty() => self.gated = layout,
            _ => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// # Safety
    /// The gate reads a counter of the table that the parameter pointers of the entries are valid for.
    pub(super) unsafe fn set_gate(&mut self, gate: CounterGate) {
        self.gate = gate;
    }

    pub(super) fn open_gate(&mut self) {
        self.gate = CounterGate::OPEN;
    }

    /// Calls the entries if the layout, the gate and the bits of the required slots say that it can. `None`, without a call, if not.
    #[inline]
    pub(super) fn run(&self, frame: &mut Frame<'_>) -> Option<HandlerStatus> {
        let table = frame.context.view.table();
        let layout = table.layout();
        let is_ready = self.ready == layout || (self.gated == layout && self.is_closed(table));
        if !is_ready || !table.covers(&self.required) {
            return None;
        }
        // SAFETY: by the invariant the parameter pointers are valid for this table. `Table::covers` checked all required slots, because `set`
        // assigns a layout to `ready` and `gated` only if every required slot has a bit.
        Some(unsafe { run_range(self.range, frame) })
    }

    /// Calls the entries if the complete check says that it can: it also checks the required slots that have no bit. `is_periodic` says
    /// whether the list has entries that wait for the gate.
    #[inline]
    pub(super) fn run_checked(
        &self,
        is_periodic: bool,
        frame: &mut Frame<'_>,
    ) -> Option<HandlerStatus> {
        let table = frame.context.view.table();
        let fits = self.resolved_for != Layout::NONE && self.resolved_for == table.layout();
        if !fits || !table.satisfies(&self.required) || (is_periodic && !self.is_closed(table)) {
            return None;
        }
        // SAFETY: by the invariant the parameter pointers are valid for this table. `Table::satisfies` checked the required slots.
        Some(unsafe { run_range(self.range, frame) })
    }

    /// Whether the gate is closed. `table` has the layout `resolved_for`.
    #[inline]
    fn is_closed(&self, table: &Table) -> bool {
        debug_assert!(
            self.resolved_for == table.layout(),
            "the gate is of the table"
        );
        // SAFETY: `run` and `run_checked` compare the layouts first, and `set_gate` got a gate of the table with this layout.
        unsafe { self.gate.is_closed() }
    }
}

/// Entries that follow each other in memory. The range has the end and not the length, because computing the end costs each firing an
/// instruction.
#[derive(Clone, Copy)]
pub(super) struct EntryRange {
    /// The address of the first entry.
    first: *const CallEntry,
    /// The address after the last entry.
    end: *const CallEntry,
    /// The turn of the entry that follows the range in its list.
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

/// Calls the entries of a range in order, up to the first that does not return `Continue`.
///
/// # Safety
/// The range is not empty, and its entries stay at their addresses while this runs. Their parameter pointers are valid for the frame's
/// table, and the values that they require stay there while this runs.
#[inline]
pub(super) unsafe fn run_range(entries: EntryRange, frame: &mut Frame<'_>) -> HandlerStatus {
    let mut guard = HaltGuard {
        entry: entries.first,
        frame,
    };
    loop {
        // SAFETY: the entry is before the end of the range. `Core::bind` checked the type of the callback and that the accesses are
        // compatible. The callers, `FastPath` and `EntryList::run_plain_range`, checked the rest.
        unsafe { ((*guard.entry).call)(&*guard.entry, &mut guard.frame.context) };
        if guard.frame.context.halts() {
            return guard.status();
        }
        // SAFETY: after an entry of the range comes another one, or the end of the range.
        guard.entry = unsafe { guard.entry.add(1) };
        if guard.entry == entries.end {
            break;
        }
    }
    std::mem::forget(guard);
    HandlerStatus::Continue
}

/// Stores the turn of the entry that runs in [`Frame::halted_at`] when it is dropped: after a status that ends the list, or by a panic.
/// Until then the entry stays in a register.
struct HaltGuard<'l, 'r> {
    /// The entry that runs.
    entry: *const CallEntry,
    frame: &'l mut Frame<'r>,
}

impl HaltGuard<'_, '_> {
    /// Returns the status of the last call. Out of line, because taking the status in the loop costs every call a register.
    #[cold]
    #[inline(never)]
    fn status(self) -> HandlerStatus {
        self.frame.context.take_status()
    }
}

impl Drop for HaltGuard<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: `run_range` drops the guard only while `entry` is one of the range, whose entries stay at their addresses.
        self.frame.halted_at = unsafe { (*self.entry).turn };
    }
}
