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

/// The result of a call of a handler. Anything but `Continue` is handled off the hot path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandlerStatus {
    #[default]
    Continue,
    /// The handler returned a flow: [`ReplySlot::flow`].
    Flow,
    /// The handler returned an error: [`ReplySlot::error`].
    Error,
    /// The handler did not run, because state that it requires is absent.
    MissingState,
    /// A group ran, and one of its handlers did not return `Continue`: [`Frame::take_group_result`].
    Group,
    /// The call is queued for the worker of its callback, where an earlier call has failed.
    BackgroundFailure,
}

/// Where a reply stores what does not fit into a [`HandlerStatus`].
#[derive(Default)]
pub struct ReplySlot {
    pub(crate) flow: Option<Flow>,
    /// The error as the handler returned it: [`IntoError`] converts it.
    pub(crate) error: Option<Box<dyn Any>>,
}

/// Converts the value that a handler returned as its error.
pub type IntoError = Box<dyn Fn(Box<dyn Any>) -> BoxError + Send + Sync>;

/// What one handler is called with.
pub struct CallContext<'r> {
    pub(super) view: View<'r>,
    pub(crate) reply: ReplySlot,
    /// The result of the call. The call stores it here and does not return it, so that the entry point of a handler that returns
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

    /// Adds an answer to the value that collects them, which is inserted if it is absent. This moves no value and takes none out, so
    /// that the next handlers need no check. Only a reply with [`Deliver::RETURNS_ANSWER`] may use it: such handlers are in no group.
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

    /// Takes the result of the last call. The next call begins with `Continue`.
    pub(super) fn take_status(&mut self) -> HandlerStatus {
        std::mem::take(&mut self.status)
    }
}

/// What the handlers of a run share. `context` comes first, so that a firing keeps one address less.
#[repr(C)]
pub struct Frame<'r> {
    pub(crate) context: CallContext<'r>,
    /// The handler that halted the list that ran last.
    pub(super) halted_at: Turn,
    /// **Invariant:** the gates read counters of the view's table.
    pub(super) gates: &'r mut GateTable,
    pub(crate) clock: &'r mut Clock,
    /// The results of the group that ran last, if one of its handlers did not return `Continue`.
    pub(crate) group_result: Option<Box<GroupResult>>,
    /// The borrows of the table when this was made.
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

    /// The state, by value, so that it cannot be swapped for another table.
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

    /// The turn of the handler that halted the list that ran last.
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

/// Handles the value that a handler returned.
pub trait Deliver<R>: Send + Sync {
    /// Whether the reply puts an answer into the state.
    const RETURNS_ANSWER: bool = false;

    /// Whether the reply may be a flow.
    const RETURNS_FLOW: bool = false;

    /// Sets [`CallContext::status`] if the reply is more than `Continue`. `turn` is that of the handler.
    fn deliver(&self, reply: R, turn: Turn, context: &mut CallContext<'_>);

    /// The conversion of what the reply stores in [`ReplySlot::error`].
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
