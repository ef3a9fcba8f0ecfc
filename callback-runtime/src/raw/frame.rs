//! What handlers are called with.

use super::counter::GateTable;
use super::hot::Mark;
use super::parallel::Together;
use super::slot::Slot;
use super::table::Table;
use super::view::View;
use crate::borrows::Aside;
use crate::failure::BoxError;
use crate::flow::Flow;
use crate::period::Clock;
use std::any::Any;

/// What a handler's call came to. Anything but `Continue` is handled off the hot path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Code {
    #[default]
    Continue,
    /// It returned a flow: [`Sink::flow`].
    Raised,
    /// It returned an error: [`Sink::error`].
    Failed,
    /// It did not run, because state that it requires is absent.
    Absent,
    /// A group ran, and not all of its handlers returned `Continue`: [`Frame::take_together`].
    Several,
    /// The call waits for the worker of its callback, of which an earlier call has failed.
    Late,
}

/// Where a handler leaves what does not fit into a [`Code`].
#[derive(Default)]
pub struct Sink {
    pub(crate) flow: Option<Flow>,
    /// As the handler returned it: [`IntoError`] converts it.
    pub(crate) error: Option<Box<dyn Any>>,
}

/// Converts the value that a handler returned as its error.
pub type IntoError = Box<dyn Fn(Box<dyn Any>) -> BoxError + Send + Sync>;

/// What one handler is called with.
pub struct Handed<'r> {
    pub(super) view: View<'r>,
    pub(crate) sink: Sink,
    /// What the call came to. The call leaves it here and does not return it, so that the entry point of a handler that returns
    /// nothing ends with a jump. `Continue` before each call.
    pub(crate) code: Code,
}

impl<'r> Handed<'r> {
    pub(super) fn of(view: View<'r>) -> Self {
        Self {
            view,
            sink: Sink::default(),
            code: Code::Continue,
        }
    }

    /// Adds to the value that replies are collected in, or to an empty one. No value moves by this, and none is taken
    /// out, so that the handlers behind need no other look. Only what [`Deliver::ANSWERS`] may use it: such handlers are in no group.
    #[inline]
    pub(crate) fn collect<T: Default + 'static>(
        &mut self,
        slot: &Slot<T>,
        add: impl FnOnce(&mut T),
    ) {
        match self.view.get_mut_at(slot) {
            Some(collected) => add(collected),
            None => self.collect_first(add),
        }
    }

    #[cold]
    #[inline(never)]
    fn collect_first<T: Default + 'static>(&mut self, add: impl FnOnce(&mut T)) {
        let mut collected = T::default();
        add(&mut collected);
        self.view.insert(collected);
    }

    /// Whether the last call did not return `Continue`.
    #[inline]
    pub(super) fn halts(&self) -> bool {
        self.code != Code::Continue
    }

    /// What the last call came to. The next call begins with `Continue`.
    pub(super) fn take_code(&mut self) -> Code {
        std::mem::take(&mut self.code)
    }
}

/// What the lists of handlers are run with. `handed` is at the address of the whole, so that a firing keeps one address less.
#[repr(C)]
pub struct Frame<'r> {
    pub(crate) handed: Handed<'r>,
    /// The handler that halted the list that ran last.
    pub(super) mark: Mark,
    /// **Invariant:** they read counters of the view's table.
    pub(super) gates: &'r mut GateTable,
    pub(crate) clock: &'r mut Clock,
    /// The result of the group that ran last, where not all of it returned `Continue`.
    pub(crate) together: Option<Box<Together>>,
    /// What handlers held of the table when this was made.
    aside: Aside,
}

impl<'r> Frame<'r> {
    pub(crate) fn of(view: View<'r>, gates: &'r mut GateTable, clock: &'r mut Clock) -> Self {
        gates.read_from(view.table());
        let aside = if cfg!(debug_assertions) {
            view.table().borrows().set_aside()
        } else {
            Aside::default()
        };
        Self {
            handed: Handed::of(view),
            mark: Mark::default(),
            gates,
            clock,
            together: None,
            aside,
        }
    }

    /// Whether the handlers of a breakpoint all wait for a counter.
    #[inline]
    pub(crate) fn is_waiting(&self, at: usize) -> bool {
        // SAFETY: `Frame::of` called `read_from` with the table of its view, which is borrowed for `'r` and private to `raw`.
        unsafe { self.gates.is_closed(at) }
    }

    /// The state, by value: another table cannot be put in its place.
    pub(crate) fn view(&mut self) -> View<'_> {
        self.handed.view.reborrow()
    }

    pub(crate) fn table(&self) -> &Table {
        self.handed.view.table()
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.handed.view.get_mut()
    }

    /// The result of the group that halted the list.
    pub(crate) fn take_together(&mut self) -> Option<Box<Together>> {
        self.together.take()
    }

    /// The place in its list of the handler that halted the last one that ran.
    pub(crate) fn halted(&self) -> usize {
        self.mark.turn()
    }

    /// Notes that the handler at `turn` halts its list.
    pub(crate) fn halt_at(&mut self, turn: usize) {
        self.mark = Mark::at(turn);
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        if cfg!(debug_assertions) {
            self.handed.view.table().borrows().put_back(self.aside);
        }
    }
}

/// Takes in the value that a handler returned.
pub trait Deliver<R>: Send + Sync {
    /// Whether it puts an answer into the state.
    const ANSWERS: bool = false;

    /// Whether it may leave a flow.
    const RAISES: bool = false;

    /// `turn` is the handler's place in its list. Sets [`Handed::code`] where the handler did not just return.
    fn deliver(&self, reply: R, turn: usize, handed: &mut Handed<'_>);

    /// How what it leaves in [`Sink::error`] becomes an error.
    fn conversion(&self) -> Option<IntoError> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::super::view::View;
    use super::{Code, Handed};

    #[test]
    fn a_code_that_was_taken_is_not_that_of_the_next_call() {
        let mut table = Table::default();
        let mut handed = Handed::of(View::of(&mut table));
        assert!(!handed.halts());
        handed.code = Code::Late;
        assert!(handed.halts());
        assert_eq!(handed.take_code(), Code::Late);
        assert!(!handed.halts());
    }
}
