//! The bound handlers of one breakpoint.

use super::counter::CounterGate;
use super::fetch::{Want, aims};
use super::frame::{Code, Frame, IntoError};
use super::hot::{EntryRange, HotList, Look, Mark, run_range};
use super::needs::Needs;
use super::owned::Owned;
use super::table::{Layout, Table};
use super::thunk::{Call, Entry, Thunk, muted};
use std::any::Any;

/// Handlers bound to their callbacks and aimed at the values they ask for, in order.
///
/// **Invariant:** each entry has the call and the function of the thunk in its `Bound`, and the address of a live callback of the thunk's
/// type ([`Core::arm`](super::core::Core::arm)); a thunk's wants agree. The aims are those of the table with the layout `aimed`.
#[derive(Default)]
pub(super) struct Entries {
    hot: HotList,
    calls: Vec<Entry>,
    pub(super) bound: Vec<Bound>,
    aimed: Layout,
    /// One more than the greatest slot of any of them.
    width: usize,
    /// What those without a period require.
    needs: Needs,
    /// The places of those without a period that may take values away, or put them elsewhere.
    stirring: Vec<usize>,
    /// One of them has a period.
    pub(super) is_timed: bool,
    /// Handlers run in groups.
    pub(super) is_grouped: bool,
    /// Something is done before the first is called.
    is_announced: bool,
}

/// What is looked at off the hot path: one for each entry.
pub(super) struct Bound {
    pub(super) wants: Vec<Want>,
    /// What of it is required.
    pub(super) needs: Needs,
    /// Its callback: two of them may have the same address, where they have no size.
    pub(super) instance: usize,
    /// Callback, function and parameters may leave the loop's thread.
    pub(super) is_portable: bool,
    pub(super) is_timed: bool,
    /// What it returns is put into the state.
    pub(super) answers: bool,
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
    pub(super) instance: usize,
    pub(super) is_portable: bool,
}

impl Entries {
    /// # Safety
    /// The callback is of the thunk's type, stays where it is as long as this has it, and nothing else refers to it while an entry
    /// is called. The thunk's wants agree. What is said to be portable may leave the loop's thread.
    pub(super) unsafe fn push(&mut self, owner: &Owner, thunk: Thunk, is_timed: bool) {
        let widths = thunk.wants.iter().map(|want| want.slot + 1);
        self.width = widths.fold(self.width, usize::max);
        if is_timed {
            self.is_timed = true;
        } else {
            self.needs.add(&thunk.wants);
            if thunk.stirs {
                self.stirring.push(self.calls.len());
            }
        }
        self.aim_again();
        self.calls.push(Entry {
            call: thunk.call,
            callback: owner.address,
            function: thunk.function.as_ptr(),
            aims: Default::default(),
            turn: self.calls.len(),
        });
        self.bound.push(Bound {
            call: thunk.call,
            into_error: thunk.into_error,
            instance: owner.instance,
            is_portable: owner.is_portable,
            is_timed,
            answers: thunk.answers,
            group: None,
            needs: Needs::of(&thunk.wants),
            wants: thunk.wants,
            _function: thunk.function,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// From now on the entry does nothing, or what it did before.
    pub(super) fn mute(&mut self, at: usize, is_muted: bool) {
        self.calls[at].call = if is_muted { muted } else { self.bound[at].call };
        self.aim_again();
    }

    /// Something is done before the first entry is called: a firing does not call it at once.
    pub(super) fn announce(&mut self) {
        self.is_announced = true;
        self.aim_again();
    }

    /// Nothing is known of any table.
    pub(super) fn aim_again(&mut self) {
        self.hot.clear();
        self.aimed = Layout::NONE;
    }

    /// Calls those without a period, where a quick look tells that they can be called and that no other one is due.
    #[inline]
    pub(super) fn run_hot(&self, frame: &mut Frame<'_>) -> Option<Code> {
        self.hot.run(frame)
    }

    /// The same, after a closer look.
    #[inline]
    pub(super) fn run_with_care(&self, frame: &mut Frame<'_>) -> Option<Code> {
        self.hot.run_with_care(self.is_timed, frame)
    }

    /// Calls those from `from` on that can be called without another look, and returns what comes next. `None` if the first cannot.
    pub(super) fn run_stretch(&self, from: usize, frame: &mut Frame<'_>) -> Option<(Code, usize)> {
        let table = frame.handed.view.table();
        let is_plain = !self.is_timed && !self.is_grouped;
        if !is_plain || self.aimed != table.layout() || !table.meets(&self.needs) {
            return None;
        }
        let stirring = self.stirring.iter().find(|at| **at >= from);
        let until = stirring.copied().unwrap_or(self.calls.len());
        if until <= from {
            return None;
        }
        let range = EntryRange::of(&self.calls[from..until], until);
        // SAFETY: at least one, and aimed at this table, which meets what they need; none of them takes a value out or moves one: only one that
        // stirs does, and a reply that is collected puts a value where there was none.
        Some((unsafe { run_range(range, frame) }, range.next))
    }

    /// Calls one, if what it requires is there.
    pub(super) fn call(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        frame.mark = Mark::at(at);
        self.aim(frame.handed.view.table_mut());
        let (Some(entry), Some(bound)) = (self.calls.get(at), self.bound.get(at)) else {
            return Code::Continue;
        };
        if !frame.handed.view.table().meets(&bound.needs) {
            return Code::Absent;
        }
        // SAFETY: by the invariant, and aimed at this table, which meets what it needs.
        unsafe { (entry.call)(entry, &mut frame.handed) };
        frame.handed.take_code()
    }

    /// The entry at `at`, aimed at the table at hand. `None` if what it requires is absent.
    pub(super) fn aimed_entry(&self, at: usize, table: &Table) -> Option<&Entry> {
        let (entry, bound) = (self.calls.get(at)?, self.bound.get(at)?);
        (self.aimed == table.layout() && table.meets(&bound.needs)).then_some(entry)
    }

    /// The entries with a period wait for `gate`, which `make` makes of the table at hand.
    pub(super) fn wait(
        &mut self,
        make: impl FnOnce(&Table) -> Option<CounterGate>,
        frame: &mut Frame<'_>,
    ) -> CounterGate {
        self.aim(frame.handed.view.table_mut());
        let gate = make(frame.handed.view.table()).unwrap_or_default();
        // SAFETY: `aim` aimed at the table that the gate is of.
        unsafe { self.hot.set_gate(gate) };
        gate
    }

    pub(super) fn has_hot(&self) -> bool {
        !self.hot.is_empty()
    }

    pub(super) fn open_gate(&mut self) {
        self.hot.open_gate();
    }

    /// Brings the aims up to date.
    #[inline]
    pub(super) fn aim(&mut self, table: &mut Table) {
        if self.aimed != table.layout() {
            self.aim_at(table);
        }
    }

    #[cold]
    #[inline(never)]
    fn aim_at(&mut self, table: &mut Table) {
        table.grow(self.width);
        for (entry, bound) in self.calls.iter_mut().zip(&self.bound) {
            entry.aims = aims(table, &bound.wants);
        }
        self.hot.clear();
        self.aimed = table.layout();
        if !self.stirring.is_empty() || self.is_grouped {
            return;
        }
        let look = match (self.is_announced, self.is_timed) {
            (true, _) => Look::WithCare,
            (false, true) => Look::AtGate,
            (false, false) => Look::AtNeeds,
        };
        let paired = self.calls.iter().zip(&self.bound);
        let steady = paired.filter(|(_, bound)| !bound.is_timed);
        let steady = steady.map(|(entry, _)| *entry);
        // SAFETY: aimed at the table just now; `needs` are what those without a period require, and none of them stirs.
        unsafe { self.hot.set(steady, &self.needs, self.aimed, look) };
    }
}
