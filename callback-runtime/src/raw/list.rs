//! The bound handlers of one breakpoint.

use super::fetch::{Want, aims};
use super::gate::Gate;
use super::needs::Needs;
use super::owned::Owned;
use super::table::{Layout, Table};
use super::thunk::{Call, Code, Entry, Frame, IntoError, Thunk, muted};
use super::timed::asks;
use crate::breakpoint::Breakpoint;
use crate::failure::BoxError;
use crate::period::{Due, Timing};
use std::any::Any;
use std::ops::Range;

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
    entries: Vec<Entry>,
    /// Those without a period, in a list of which others have one.
    pub(super) constant: Vec<Entry>,
    /// The layout that the entries are aimed at.
    pub(super) aimed: Layout,
    /// One of those without a period may take values away, or put them elsewhere.
    stirs: bool,
    /// One of them has a period.
    is_timed: bool,
    /// One more than the greatest slot of any of them.
    width: usize,
    pub(super) armed: Vec<Armed>,
    /// Put into the table before the first, where one of them asks where the loop stands.
    announces: Option<Breakpoint>,
    /// The index of its breakpoint.
    pub(super) at: usize,
}

/// The first entry and what is behind the last one, as of when they were aimed. Kept, because what is computed from a length
/// is counted along with at every call.
struct Ends {
    first: *const Entry,
    behind: *const Entry,
}

/// What is looked at off the hot path: one for each entry.
pub(super) struct Armed {
    wants: Vec<Want>,
    /// What of it is required.
    needs: Needs,
    pub(super) timing: Option<Box<Timing>>,
    /// It asks why it runs.
    pub(super) asks_why: bool,
    /// The entry's own, while it is muted.
    call: Call,
    into_error: Option<IntoError>,
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
    /// `callback` is of the thunk's type and stays where it is for as long as this has it; handlers cannot reach it, and
    /// nobody else does while one runs. The thunk's wants agree.
    pub(super) unsafe fn push(
        &mut self,
        callback: *mut (),
        thunk: Thunk,
        timing: Option<Box<Timing>>,
    ) {
        let widths = thunk.wants.iter().map(|want| want.slot + 1);
        self.width = widths.fold(self.width, usize::max);
        match timing {
            Some(_) => self.is_timed = true,
            None => self.needs.add(&thunk.wants),
        }
        self.stirs |= thunk.stirs && timing.is_none();
        self.look_again();
        self.entries.push(Entry {
            call: thunk.call,
            callback,
            function: thunk.function.address.as_ptr().cast::<()>().cast_const(),
            aims: Default::default(),
            turn: self.entries.len(),
        });
        self.armed.push(Armed {
            call: thunk.call,
            into_error: thunk.into_error,
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
        unsafe { self.run_straight(frame) }
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
        unsafe { self.run_straight(frame) }
    }

    /// Whether nothing that is looked for before the first is different before another one.
    fn can_be_straight(&self) -> bool {
        !self.stirs && !self.constant().is_empty()
    }

    /// Those without a period.
    fn constant(&self) -> &[Entry] {
        if self.is_timed {
            &self.constant
        } else {
            &self.entries
        }
    }

    /// # Safety
    /// There is an entry. They are aimed at the frame's table, which has what they need for as long as this runs.
    #[inline]
    unsafe fn run_straight(&self, frame: &mut Frame<'_>) -> Code {
        let mut going = Going {
            at: self.ends.first,
            frame,
        };
        loop {
            // SAFETY: before the end of the entries. `push` and `arm` checked the types and that the wants agree; the rest as
            // the caller says.
            let code = unsafe { ((*going.at).call)(&*going.at, &mut going.frame.handed) };
            if code != Code::Continue {
                return code;
            }
            // SAFETY: behind an entry there is another one, or the end.
            going.at = unsafe { going.at.add(1) };
            if going.at == self.ends.behind {
                break;
            }
        }
        std::mem::forget(going);
        Code::Continue
    }

    /// Runs those from `from` on, and looks before each whether it can.
    pub(super) fn run_looking(&mut self, from: usize, frame: &mut Frame<'_>) -> Code {
        if from == 0 {
            self.announce(frame);
        }
        self.run_from(from, frame)
    }

    fn run_from(&mut self, from: usize, frame: &mut Frame<'_>) -> Code {
        for at in from..self.entries.len() {
            frame.mark = Mark::at(at);
            if !self.is_due(at, frame) {
                continue;
            }
            let code = self.run_at(at, frame);
            if code != Code::Continue {
                return code;
            }
        }
        if self.is_timed {
            // Why it ran is nothing to those that run whenever their breakpoint fires.
            let _ = frame.handed.view.remove::<Due>();
            self.settle(frame);
        }
        Code::Continue
    }

    /// Runs one, by itself.
    pub(super) fn run_one(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        self.announce(frame);
        frame.mark = Mark::at(at);
        self.run_at(at, frame)
    }

    #[inline]
    fn run_at(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        if self.aimed != frame.handed.view.table().layout() {
            self.aim(frame.handed.view.table_mut());
        }
        let (Some(entry), Some(armed)) = (self.entries.get(at), self.armed.get(at)) else {
            return Code::Continue;
        };
        if !frame.handed.view.table().meets(&armed.needs) {
            return Code::Absent;
        }
        // SAFETY: aimed at this table, which has what it needs.
        unsafe { (entry.call)(entry, &mut frame.handed) }
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
        self.ends = Ends::of(self.constant());
        let bits_tell = self.needs.far().is_empty() && self.announces.is_none();
        let can_be = self.can_be_straight() && bits_tell;
        match can_be.then_some(self.is_timed) {
            Some(true) => self.gated = self.aimed,
            Some(false) => self.straight = self.aimed,
            None => {}
        }
    }
}

impl Ends {
    fn of(entries: &[Entry]) -> Self {
        let Range { start, end } = entries.as_ptr_range();
        Self {
            first: start,
            behind: end,
        }
    }
}

impl Default for Ends {
    fn default() -> Self {
        Self::of(&[])
    }
}

/// The place of the entry that halted its list.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark(usize);

impl Mark {
    #[inline]
    fn at(turn: usize) -> Self {
        Self(turn)
    }

    pub(super) fn turn(self) -> usize {
        self.0
    }
}

/// Marks who runs when it is dropped: by an answer that ends the list, or by a panic. Kept in registers until then.
struct Going<'l, 'r> {
    at: *const Entry,
    frame: &'l mut Frame<'r>,
}

impl Drop for Going<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: an entry of the list that is borrowed for as long as this runs it.
        self.frame.mark = Mark::at(unsafe { (*self.at).turn });
    }
}
