//! What handlers are called with.

use super::parallel::GroupResult;
use super::periods::GateTable;
use super::slot::Slot;
use super::table::Table;
use super::view::View;
use crate::callback::Turn;
use crate::loops::BreakpointId;
use crate::outcome::{BoxError, Flow};
use crate::period::Clock;
use crate::state::borrows::Aside;
use std::any::Any;

/// What a handler's call came to. Anything but `Continue` is handled off the hot path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandlerStatus {
    #[default]
    Continue,
    /// It returned a flow: [`ReplySlot::flow`].
    Flow,
    /// It returned an error: [`ReplySlot::error`].
    Error,
    /// It did not run, because state that it requires is absent.
    MissingState,
    /// A group ran, and not all of its handlers returned `Continue`: [`Frame::take_group_result`].
    Group,
    /// The call waits for the worker of its callback, of which an earlier call has failed.
    BackgroundFailure,
}

/// Where a handler leaves what does not fit into a [`HandlerStatus`].
#[derive(Default)]
pub struct ReplySlot {
    pub(crate) flow: Option<Flow>,
    /// As the handler returned it: [`IntoError`] converts it.
    pub(crate) error: Option<Box<dyn Any>>,
}

/// Converts the value that a handler returned as its error.
pub type IntoError = Box<dyn Fn(Box<dyn Any>) -> BoxError + Send + Sync>;

/// What one handler is called with.
pub struct CallContext<'r> {
    pub(super) view: View<'r>,
    pub(crate) reply: ReplySlot,
    /// What the call came to. The call leaves it here and does not return it, so that the entry point of a handler that returns
    /// nothing ends with a jump. `Continue` before each call.
    pub(crate) status: HandlerStatus,
}

impl<'r> CallContext<'r> {
    pub(super) fn of(view: View<'r>) -> Self {
        Self {
            view,
            reply: ReplySlot::default(),
            status: HandlerStatus::Continue,
        }
    }

    /// Adds to the value that replies are collected in, or to an empty one. No value moves by this, and none is taken
    /// out, so that the handlers behind need no other look. Only what [`Deliver::RETURNS_ANSWER`] may use it: such handlers are in no group.
    #[inline]
    pub(crate) fn collect<T: Default + 'static>(
        &mut self,
        slot: &Slot<T>,
        add: impl FnOnce(&mut T),
    ) {
        match self.view.get_mut_at(slot) {
            Some(collected) => add(collected),
            None => self.collect_first_answer(add),
        }
    }

    #[cold]
    #[inline(never)]
    fn collect_first_answer<T: Default + 'static>(&mut self, add: impl FnOnce(&mut T)) {
        let mut collected = T::default();
        add(&mut collected);
        self.view.insert(collected);
    }

    /// Whether the last call did not return `Continue`.
    #[inline]
    pub(super) fn halts(&self) -> bool {
        self.status != HandlerStatus::Continue
    }

    /// What the last call came to. The next call begins with `Continue`.
    pub(super) fn take_status(&mut self) -> HandlerStatus {
        std::mem::take(&mut self.status)
    }
}

/// What the lists of handlers are run with. `context` is at the address of the whole, so that a firing keeps one address less.
#[repr(C)]
pub struct Frame<'r> {
    pub(crate) context: CallContext<'r>,
    /// The handler that halted the list that ran last.
    pub(super) halted_at: Turn,
    /// **Invariant:** they read counters of the view's table.
    pub(super) gates: &'r mut GateTable,
    pub(crate) clock: &'r mut Clock,
    /// The result of the group that ran last, where not all of it returned `Continue`.
    pub(crate) group_result: Option<Box<GroupResult>>,
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
            context: CallContext::of(view),
            halted_at: Turn::FIRST,
            gates,
            clock,
            group_result: None,
            aside,
        }
    }

    /// Whether the handlers of a breakpoint all wait for a counter.
    #[inline]
    pub(crate) fn is_waiting(&self, breakpoint: BreakpointId) -> bool {
        // SAFETY: `Frame::of` called `read_from` with the table of its view, which is borrowed for `'r` and private to `raw`.
        unsafe { self.gates.is_closed(breakpoint) }
    }

    /// The state, by value: another table cannot be put in its place.
    pub(crate) fn view(&mut self) -> View<'_> {
        self.context.view.reborrow()
    }

    pub(crate) fn table(&self) -> &Table {
        self.context.view.table()
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.context.view.get_mut()
    }

    /// The result of the group that halted the list.
    pub(crate) fn take_group_result(&mut self) -> Option<Box<GroupResult>> {
        self.group_result.take()
    }

    /// The place in its list of the handler that halted the last one that ran.
    pub(crate) fn halted(&self) -> Turn {
        self.halted_at
    }

    /// Notes that the handler at `turn` halts its list.
    pub(crate) fn halt_at(&mut self, turn: Turn) {
        self.halted_at = turn;
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        if cfg!(debug_assertions) {
            self.context.view.table().borrows().put_back(self.aside);
        }
    }
}

/// Takes in the value that a handler returned.
pub trait Deliver<R>: Send + Sync {
    /// Whether it puts an answer into the state.
    const RETURNS_ANSWER: bool = false;

    /// Whether it may leave a flow.
    const RETURNS_FLOW: bool = false;

    /// `turn` is the handler's place in its list. Sets [`CallContext::status`] where the handler did not just return.
    fn deliver(&self, reply: R, turn: Turn, context: &mut CallContext<'_>);

    /// How what it leaves in [`ReplySlot::error`] becomes an error.
    fn conversion(&self) -> Option<IntoError> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::super::view::View;
    use super::{CallContext, HandlerStatus};

    #[test]
    fn a_code_that_was_taken_is_not_that_of_the_next_call() {
        let mut table = Table::default();
        let mut context = CallContext::of(View::of(&mut table));
        assert!(!context.halts());
        context.status = HandlerStatus::BackgroundFailure;
        assert!(context.halts());
        assert_eq!(context.take_status(), HandlerStatus::BackgroundFailure);
        assert!(!context.halts());
    }
}
