//! The bound handlers of one breakpoint.

use super::fetch::{Want, aims};
use super::gate::Gate;
use super::group::Groups;
use super::needs::Needs;
use super::owned::Owned;
use super::straight::{Ends, Mark, run_straight};
use super::table::{Layout, Table};
use super::thunk::{Call, Code, Entry, Frame, IntoError, Thunk, muted};
use super::timed::asks;
use crate::breakpoint::Breakpoint;
use crate::failure::BoxError;
use crate::period::{Due, Timing};
use std::any::Any;

/// Handlers bound to their callbacks and aimed at the values they ask for, in order.
#[derive(Default)]
pub(super) struct List {
    /// While the table has this layout and all that is needed, each entry can be called without another look, and there is one.
    straight: Layout,
    /// The same of those without a period, while the gate is closed.
    gated: Layout,
    /// Closed while none of those with a period is due. Of the table that the entries are aimed at.
    pub(super) gate: Gate,
    /// What those without a period require.
    needs: Needs,
    ends: Ends,
    pub(super) entries: Vec<Entry>,
    /// Those without a period, in a list of which others have one.
    pub(super) constant: Vec<Entry>,
    /// The layout that the entries are aimed at.
    pub(super) aimed: Layout,
    /// Those without a period that may take values away, or put them elsewhere.
    stirring: Vec<usize>,
    /// One of them has a period.
    is_timed: bool,
    /// One more than the greatest slot of any of them.
    width: usize,
    pub(super) armed: Vec<Armed>,
    /// Those that may run at the same time, in a plan that has somebody to run them.
    pub(super) groups: Option<Box<Groups>>,
    is_grouped: bool,
    /// Put into the table before the first, where one of them asks where the loop stands.
    announces: Option<Breakpoint>,
    /// The index of its breakpoint.
    pub(super) at: usize,
}

/// What is worth knowing of a handler before it runs beside another one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traits {
    /// What it answers is put into the state.
    pub(crate) answers: bool,
    /// It may answer a flow.
    pub(crate) raises: bool,
    /// It may leave the loop's thread.
    pub(crate) is_portable: bool,
}

/// The callback of a handler.
pub(super) struct Owner {
    pub(super) address: *mut (),
    pub(super) instance: usize,
    /// It may leave the loop's thread, and so may what its handler asks for.
    pub(super) is_portable: bool,
}

/// What is looked at off the hot path: one for each entry.
pub(super) struct Armed {
    pub(super) wants: Vec<Want>,
    /// What of it is required.
    pub(super) needs: Needs,
    pub(super) traits: Traits,
    /// Its callback: two of them may have the same address, where there is nothing at it.
    pub(super) instance: usize,
    pub(super) timing: Option<Box<Timing>>,
    /// It asks why it runs.
    pub(super) asks_why: bool,
    /// The entry's own, while it is muted.
    call: Call,
    pub(super) into_error: Option<IntoError>,
    /// Keeps the entry's function alive.
    _owner: Owned<dyn Any>,
}

impl List {
    pub(super) fn of(at: usize) -> Self {
        Self {
            at,
            ..Self::default()
        }
    }

    /// # Safety
    /// The callback is of the thunk's type and stays where it is for as long as this has it; handlers cannot reach it, and
    /// nobody else does while one runs. The thunk's wants agree. What is said to be portable may leave the loop's thread.
    pub(super) unsafe fn push(&mut self, owner: &Owner, thunk: Thunk, timing: Option<Box<Timing>>) {
        let widths = thunk.wants.iter().map(|want| want.slot + 1);
        self.width = widths.fold(self.width, usize::max);
        match timing {
            Some(_) => self.is_timed = true,
            None => self.needs.add(&thunk.wants),
        }
        if thunk.stirs && timing.is_none() {
            self.stirring.push(self.entries.len());
        }
        self.look_again();
        self.entries.push(Entry {
            call: thunk.call,
            callback: owner.address,
            function: thunk.function.address.as_ptr().cast::<()>().cast_const(),
            aims: Default::default(),
            turn: self.entries.len(),
        });
        self.armed.push(Armed {
            call: thunk.call,
            into_error: thunk.into_error,
            instance: owner.instance,
            traits: Traits {
                answers: thunk.answers,
                raises: thunk.raises,
                is_portable: owner.is_portable,
            },
            needs: Needs::of(&thunk.wants),
            asks_why: asks::<Due>(&thunk.wants),
            timing,
            wants: thunk.wants,
            _owner: thunk.function,
        });
    }

    /// From now on the entry does nothing.
    pub(super) fn mute(&mut self, at: usize) {
        self.set_call(at, muted);
    }

    pub(super) fn unmute(&mut self, at: usize) {
        self.set_call(at, self.armed[at].call);
    }

    fn set_call(&mut self, at: usize, call: Call) {
        self.entries[at].call = call;
        // The ends were taken before the entries were written to.
        self.look_again();
    }

    pub(super) fn set_groups(&mut self, groups: Box<Groups>) {
        (self.groups, self.is_grouped) = (Some(groups), true);
        self.look_again();
    }

    /// Nothing is known of any table.
    fn look_again(&mut self) {
        (self.straight, self.gated, self.aimed) = (Layout::NONE, Layout::NONE, Layout::NONE);
    }

    /// What the handler at `at` returned as an error, as one.
    pub(super) fn error(&self, at: usize, returned: Box<dyn Any>) -> Option<BoxError> {
        let into_error = self.armed[at].into_error.as_ref()?;
        Some(into_error(returned))
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    pub(super) fn run(&mut self, frame: &mut Frame<'_>) -> Code {
        let table = frame.handed.view.table();
        let layout = table.layout();
        // SAFETY: of this table.
        let waits = || self.gated == layout && unsafe { self.gate.is_closed() };
        if !(self.straight == layout || waits()) || !table.covers(&self.needs) {
            return self.run_with_care(frame);
        }
        // SAFETY: aimed at this table, which has all that is needed, and none of them changes that.
        unsafe { run_straight(self.ends, frame) }
    }

    /// Runs a list of which more is to be seen to than the layout and the bits.
    #[inline(never)]
    fn run_with_care(&mut self, frame: &mut Frame<'_>) -> Code {
        self.announce(frame);
        let table = frame.handed.view.table();
        if self.aimed != table.layout() || !self.can_be_straight() || !table.meets(&self.needs) {
            return self.run_from(0, frame);
        }
        // SAFETY: of the table that the entries are aimed at.
        if self.is_timed && !unsafe { self.gate.is_closed() } {
            return self.run_from(0, frame);
        }
        // SAFETY: as in `run`.
        unsafe { run_straight(self.ends, frame) }
    }

    /// Whether nothing that is looked for before the first is different before another one.
    fn can_be_straight(&self) -> bool {
        let is_free = self.stirring.is_empty() && !self.is_grouped;
        is_free && !self.constant().is_empty()
    }

    /// Those without a period.
    fn constant(&self) -> &[Entry] {
        if self.is_timed {
            &self.constant
        } else {
            &self.entries
        }
    }

    /// Runs those from `from` on, and looks before each whether it can.
    pub(super) fn run_looking(&mut self, from: usize, frame: &mut Frame<'_>) -> Code {
        if from == 0 {
            self.announce(frame);
        }
        self.run_from(from, frame)
    }

    fn run_from(&mut self, mut from: usize, frame: &mut Frame<'_>) -> Code {
        if from == 0 {
            self.forget_verdicts();
        }
        while from < self.entries.len() {
            let (code, next) = self.run_some(from, frame);
            if code != Code::Continue {
                return code;
            }
            from = next;
        }
        if self.is_timed {
            // Why it ran is nothing to those that run whenever their breakpoint fires.
            let _ = frame.handed.view.remove::<Due>();
            self.settle(frame);
        }
        Code::Continue
    }

    /// Runs what can be run together from `from` on, and says what is next.
    fn run_some(&mut self, from: usize, frame: &mut Frame<'_>) -> (Code, usize) {
        if let Some(group) = self.group_at(from) {
            let next = group.end;
            return (self.run_group(group, frame), next);
        }
        match self.stretch(from, frame) {
            // SAFETY: aimed at this table, which has all that is needed, and none of the stretch changes that.
            Some(stretch) => (unsafe { run_straight(stretch, frame) }, stretch.next),
            None => (self.run_if_due(from, frame), from + 1),
        }
    }

    /// The entries from `from` on that can be called without another look, if there are any.
    fn stretch(&self, from: usize, frame: &Frame<'_>) -> Option<Ends> {
        let table = frame.handed.view.table();
        let is_free = !self.is_timed && !self.is_grouped;
        if !is_free || self.aimed != table.layout() || !table.meets(&self.needs) {
            return None;
        }
        let stirring = self.stirring.iter().find(|at| **at >= from);
        let until = stirring.copied().unwrap_or(self.entries.len());
        (until > from).then(|| Ends::of(&self.entries[from..until], until))
    }

    /// Runs one if it is its turn and what it asks for is there.
    fn run_if_due(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        frame.mark = Mark::at(at);
        if self.is_due(at, frame) {
            self.run_at(at, frame)
        } else {
            Code::Continue
        }
    }

    /// Runs one, by itself.
    pub(super) fn run_one(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        self.announce(frame);
        frame.mark = Mark::at(at);
        self.run_at(at, frame)
    }

    #[inline]
    pub(super) fn aim_at(&mut self, frame: &mut Frame<'_>) {
        if self.aimed != frame.handed.view.table().layout() {
            self.aim(frame.handed.view.table_mut());
        }
    }

    #[inline]
    pub(super) fn run_at(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        self.aim_at(frame);
        let (Some(entry), Some(armed)) = (self.entries.get(at), self.armed.get(at)) else {
            return Code::Continue;
        };
        if !frame.handed.view.table().meets(&armed.needs) {
            return Code::Absent;
        }
        // SAFETY: aimed at this table, which has what it needs.
        unsafe { (entry.call)(entry, &mut frame.handed) };
        frame.handed.take_code()
    }

    /// Says to those who ask where the loop stands: at `at`.
    pub(super) fn tell(&mut self, at: Breakpoint) {
        self.announces = Some(at);
        self.look_again();
    }

    #[inline]
    fn announce(&self, frame: &mut Frame<'_>) {
        if let Some(at) = self.announces {
            frame.handed.view.insert(at);
        }
    }

    /// Brings the aims up to date.
    #[cold]
    #[inline(never)]
    pub(super) fn aim(&mut self, table: &mut Table) {
        table.grow(self.width);
        for (entry, armed) in self.entries.iter_mut().zip(&self.armed) {
            entry.aims = aims(table, &armed.wants);
        }
        if self.is_timed {
            let paired = self.entries.iter().zip(&self.armed);
            let constant = paired.filter(|(_, armed)| armed.timing.is_none());
            self.constant = constant.map(|(entry, _)| *entry).collect();
        }
        self.look_again();
        (self.gate, self.aimed) = (Gate::OPEN, table.layout());
        self.ends = Ends::of(self.constant(), self.entries.len());
        let bits_tell = self.needs.far().is_empty() && self.announces.is_none();
        let can_be = self.can_be_straight() && bits_tell;
        match can_be.then_some(self.is_timed) {
            Some(true) => self.gated = self.aimed,
            Some(false) => self.straight = self.aimed,
            None => {}
        }
    }
}
