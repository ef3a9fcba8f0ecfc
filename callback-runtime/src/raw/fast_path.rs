//! The hot path: entries that are called one after the other, with no check in between but that of the status.

use super::frame::{Frame, HandlerStatus};
use super::handler::CallEntry;
use super::periods::CounterGate;
use super::slot_sets::RequiredSlots;
use super::table::{Layout, Table};
use crate::callback::Turn;
use std::ops::Range;

/// The entries that a firing calls as long as nothing has changed since they were resolved.
///
/// **Invariant:** if `resolved_for` is not [`Layout::NONE`], `range` covers `entries`, which are not empty and are resolved for the table
/// of that layout; no call of them takes a value out of the table or moves one. [`set`](Self::set) establishes this,
/// [`clear`](Self::clear) gives it up, and nothing else writes these fields.
#[derive(Default)]
pub(super) struct FastPath {
    /// Equal to `resolved_for`, if the bits of `required` cover all that the entries require, and no other entry of the list has a period.
    ready: Layout,
    /// Equal to `resolved_for`, if the bits of `required` cover all that the entries require, and `gate` says whether the entries with
    /// a period wait.
    gated: Layout,
    gate: CounterGate,
    /// What the entries require.
    required: RequiredSlots,
    range: EntryRange,
    resolved_for: Layout,
    entries: Vec<CallEntry>,
}

/// What a firing checks before it calls the entries of a [`FastPath`].
#[derive(Clone, Copy)]
pub(super) enum Precheck {
    /// The slots that they require.
    Slots,
    /// The slots that they require, and the gate.
    Gate,
    /// The breakpoint is put into the state first: see [`FastPath::run_checked`].
    NeedsBreakpoint,
}

impl FastPath {
    /// Removes the entries, because they or the table that they are resolved for change.
    pub(super) fn clear(&mut self) {
        (self.ready, self.gated, self.resolved_for) = (Layout::NONE, Layout::NONE, Layout::NONE);
        self.entries.clear();
        self.gate = CounterGate::OPEN;
    }

    /// # Safety
    /// The entries are resolved for the table with this layout, and their calls neither take values out of it nor move them.
    /// `required` is what they require.
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
            Precheck::Slots if required.far().is_empty() => self.ready = layout,
            Precheck::Gate if required.far().is_empty() => self.gated = layout,
            _ => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// # Safety
    /// The gate reads a counter of the table that the entries are resolved for.
    pub(super) unsafe fn set_gate(&mut self, gate: CounterGate) {
        self.gate = gate;
    }

    pub(super) fn open_gate(&mut self) {
        self.gate = CounterGate::OPEN;
    }

    /// Calls the entries, if layout, gate and bits show that they can be called. `None` if they do not show it.
    #[inline]
    pub(super) fn run(&self, frame: &mut Frame<'_>) -> Option<HandlerStatus> {
        let table = frame.context.view.table();
        let layout = table.layout();
        let is_ready = self.ready == layout || (self.gated == layout && self.is_closed(table));
        if !is_ready || !table.covers(&self.required) {
            return None;
        }
        // SAFETY: by the invariant the entries are resolved for this table, and `covers` checked all that they require: `set` sets `ready` and
        // `gated` only if each required slot has a bit.
        Some(unsafe { run_range(self.range, frame) })
    }

    /// Like [`run`](Self::run), for entries that require slots without a bit. `is_periodic`: other entries of the list wait for the gate.
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
        // SAFETY: by the invariant the entries are resolved for this table, which has what they require.
        Some(unsafe { run_range(self.range, frame) })
    }

    /// Whether the gate is closed. `table` is the one that the entries are resolved for.
    #[inline]
    fn is_closed(&self, table: &Table) -> bool {
        debug_assert!(
            self.resolved_for == table.layout(),
            "the gate is of the table"
        );
        // SAFETY: both callers compare the layouts first, and `set_gate` was called for the table with this layout.
        unsafe { self.gate.is_closed() }
    }
}

/// The first entry and the end of the last one. Stored, because computing the end from a length costs an instruction in every call.
#[derive(Clone, Copy)]
pub(super) struct EntryRange {
    first: *const CallEntry,
    end: *const CallEntry,
    /// The turn after the last entry.
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
/// The range is not empty, and its entries stay where they are during the call. They are resolved for the frame's table, which has
/// what they require for as long as this runs.
#[inline]
pub(super) unsafe fn run_range(entries: EntryRange, frame: &mut Frame<'_>) -> HandlerStatus {
    let mut guard = HaltGuard {
        at: entries.first,
        frame,
    };
    loop {
        // SAFETY: `at` is before the end of the range. `Core::bind` checked the type of the callback and that the accesses do not clash; the
        // caller guarantees the rest.
        unsafe { ((*guard.at).call)(&*guard.at, &mut guard.frame.context) };
        if guard.frame.context.halts() {
            return guard.status();
        }
        // SAFETY: after an entry comes another one, or the end of the range.
        guard.at = unsafe { guard.at.add(1) };
        if guard.at == entries.end {
            break;
        }
    }
    std::mem::forget(guard);
    HandlerStatus::Continue
}

/// Records the running entry when it is dropped: by a status that halts the list, or by a panic. It stays in registers until then.
struct HaltGuard<'l, 'r> {
    at: *const CallEntry,
    frame: &'l mut Frame<'r>,
}

impl HaltGuard<'_, '_> {
    /// Out of line, because reading the status inside of the loop would cost every call a register.
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
