//! The hot path: entries that are called one behind the other, without a look at anything but what each came to.

use super::thunk::{Code, Entry, Frame};
use std::ops::Range;

/// The first entry and what is behind the last one, as of when they were aimed. Kept, because what is computed from a length
/// is counted along with at every call.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    first: *const Entry,
    behind: *const Entry,
    /// The place of what is behind the last one.
    pub(super) next: usize,
}

impl Ends {
    pub(super) fn of(entries: &[Entry], next: usize) -> Self {
        let Range { start, end } = entries.as_ptr_range();
        Self {
            first: start,
            behind: end,
            next,
        }
    }
}

impl Default for Ends {
    fn default() -> Self {
        Self::of(&[], 0)
    }
}

/// Calls one entry after the other, up to the first that does not just go on.
///
/// # Safety
/// There is an entry. They are aimed at the frame's table, which has what they need for as long as this runs.
#[inline]
pub(super) unsafe fn run_straight(entries: Ends, frame: &mut Frame<'_>) -> Code {
    let mut going = Going {
        at: entries.first,
        frame,
    };
    loop {
        // SAFETY: before the end of the entries. `push` and `arm` checked the types and that the wants agree; the rest as
        // the caller says.
        unsafe { ((*going.at).call)(&*going.at, &mut going.frame.handed) };
        if going.frame.handed.halts() {
            return going.code();
        }
        // SAFETY: behind an entry there is another one, or the end.
        going.at = unsafe { going.at.add(1) };
        if going.at == entries.behind {
            break;
        }
    }
    std::mem::forget(going);
    Code::Continue
}

/// The place of the entry that halted its list.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark(usize);

impl Mark {
    #[inline]
    pub(super) fn at(turn: usize) -> Self {
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

impl Going<'_, '_> {
    /// Out of the way: who takes the code where it is looked at keeps it in a register, at every handler.
    #[cold]
    #[inline(never)]
    fn code(self) -> Code {
        self.frame.handed.take_code()
    }
}

impl Drop for Going<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: an entry of the list that is borrowed for as long as this runs it.
        self.frame.mark = Mark::at(unsafe { (*self.at).turn });
    }
}
