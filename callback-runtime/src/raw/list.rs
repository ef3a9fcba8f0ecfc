//! The bound handlers of one breakpoint.

use super::fetch::{Want, aims};
use super::needs::Needs;
use super::owned::Owned;
use super::table::{Layout, Table};
use super::thunk::{Call, Code, Entry, Frame, IntoError, Thunk, muted};
use crate::breakpoint::Breakpoint;
use crate::failure::BoxError;
use std::any::Any;
use std::ops::Range;
use std::ptr::NonNull;

/// Handlers bound to their callbacks and aimed at the values they ask for, in order.
#[derive(Default)]
pub(super) struct List {
    /// While the table has this layout and all that is needed, each entry can be called without another look, and there is one.
    straight: Layout,
    /// What all of them require.
    needs: Needs,
    ends: Ends,
    entries: Vec<Entry>,
    /// The layout that the entries are aimed at.
    aimed: Layout,
    /// One of them may change which values are there, or where they are.
    stirs: bool,
    /// One more than the greatest slot of any of them.
    width: usize,
    armed: Vec<Armed>,
    /// Put into the table before the first, where one of them asks where the loop stands.
    announces: Option<Breakpoint>,
}

/// The first entry and what is behind the last one, as of when they were aimed. Kept, because what is computed from a length
/// is counted along with at every call.
struct Ends {
    first: *const Entry,
    behind: *const Entry,
}

/// What is looked at off the hot path: one for each entry.
struct Armed {
    wants: Vec<Want>,
    /// The entry's own, while it is muted.
    call: Call,
    into_error: Option<IntoError>,
    /// Keeps the entry's function alive.
    _owner: Owned<dyn Any>,
}

impl List {
    /// # Safety
    /// `callback` is of the thunk's type and stays where it is for as long as this has it; handlers cannot reach it, and
    /// nobody else does while one runs. The thunk's wants agree.
    pub(super) unsafe fn push(&mut self, callback: *mut (), thunk: Thunk) {
        let widths = thunk.wants.iter().map(|want| want.slot + 1);
        self.width = widths.fold(self.width, usize::max);
        self.needs.add(&thunk.wants);
        self.stirs |= thunk.stirs;
        (self.straight, self.aimed) = (Layout::NONE, Layout::NONE);
        self.entries.push(Entry {
            call: thunk.call,
            callback,
            function: thunk.function.address.as_ptr().cast::<()>().cast_const(),
            aims: Default::default(),
        });
        self.armed.push(Armed {
            call: thunk.call,
            into_error: thunk.into_error,
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
        (self.straight, self.aimed) = (Layout::NONE, Layout::NONE);
    }

    /// What the handler at `at` returned as an error, as one.
    pub(super) fn error(&self, at: usize, returned: Box<dyn Any>) -> Option<BoxError> {
        let into_error = self.armed[at].into_error.as_ref()?;
        Some(into_error(returned))
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The index of the entry that halted the list.
    pub(super) fn marked(&self, mark: Mark) -> usize {
        let address = mark.0.map_or(0, |entry| entry.addr().get());
        let offset = address.saturating_sub(self.entries.as_ptr().addr());
        offset / size_of::<Entry>()
    }

    #[inline]
    pub(super) fn run(&mut self, frame: &mut Frame<'_>) -> Code {
        let table = frame.view.table();
        if self.straight != table.layout() || !table.covers(&self.needs) {
            return self.run_looking(0, frame);
        }
        // SAFETY: aimed at this table, which has all that is needed, and none of them changes that.
        unsafe { self.run_straight(frame) }
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
            let code = unsafe { ((*going.at).call)(&*going.at, going.frame) };
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
    #[cold]
    #[inline(never)]
    pub(super) fn run_looking(&mut self, from: usize, frame: &mut Frame<'_>) -> Code {
        if from == 0 {
            self.announce(frame);
        }
        for at in from..self.entries.len() {
            frame.mark = Mark(Some(NonNull::from(&self.entries[at])));
            frame.turn = at;
            let code = self.run_one(at, frame);
            if code != Code::Continue {
                return code;
            }
        }
        Code::Continue
    }

    /// Says to those who ask where the loop stands: at `at`.
    pub(super) fn tell(&mut self, at: Breakpoint) {
        self.announces = Some(at);
        self.stirs = true;
    }

    pub(super) fn announce(&self, frame: &mut Frame<'_>) {
        if let Some(at) = self.announces {
            frame.view.insert(at);
        }
    }

    pub(super) fn run_one(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        let table = frame.view.table_mut();
        self.aim(table);
        if !table.has(&self.armed[at].wants) {
            return Code::Absent;
        }
        let entry = &self.entries[at];
        // SAFETY: aimed at this table, which has what it needs.
        unsafe { (entry.call)(entry, frame) }
    }

    /// Brings the aims up to date.
    fn aim(&mut self, table: &mut Table) {
        let layout = table.layout();
        if self.aimed == layout {
            return;
        }
        table.grow(self.width);
        for (entry, armed) in self.entries.iter_mut().zip(&self.armed) {
            entry.aims = aims(table, &armed.wants);
        }
        self.aimed = layout;
        self.ends = Ends::of(&self.entries);
        let is_straight = !self.stirs && self.needs.are_bits() && !self.entries.is_empty();
        self.straight = if is_straight { layout } else { Layout::NONE };
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

/// Which entry halted its list.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark(Option<NonNull<Entry>>);

/// Marks who runs when it is dropped: by an answer that ends the list, or by a panic. Kept in registers until then.
struct Going<'l, 'r> {
    at: *const Entry,
    frame: &'l mut Frame<'r>,
}

impl Drop for Going<'_, '_> {
    fn drop(&mut self) {
        self.frame.mark = Mark(NonNull::new(self.at.cast_mut()));
    }
}
