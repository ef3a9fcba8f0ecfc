//! What a firing passes to the handlers that it calls: the state, and room for what they reply.
//!
//! The names and the order of fields can change freely, except `Frame::context`, which stays the first field: benchmarks guard the
//! instructions of a firing.

use super::gates::GateTable;
use super::parallel::GroupResult;
use super::slot::Slot;
use super::table::Table;
use super::view::View;
use crate::callback::Turn;
use crate::loops::BreakpointId;
use crate::outcome::{BoxError, Flow};
use crate::period::CounterClock;
use crate::state::borrows::Aside;
use std::any::Any;

/// The result of one call. The run handles everything but `Continue` off the hot path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandlerStatus {
    /// The handler returned normally, with nothing for the run to do.
    #[default]
    Continue,
    /// The handler returned a flow, which is in [`ReplySlot::flow`].
    Flow,
    /// The handler returned an error, which is in [`ReplySlot::error`].
    Error,
    /// The handler did not run, because state that it requires is absent.
    MissingState,
    /// A group ran, and not all of its handlers returned `Continue`. The result is in [`Frame::group_result`].
    Group,
    /// The call is in the queue of a worker, and an earlier call of that worker has failed.
    BackgroundFailure,
}

/// The part of a handler's reply that does not fit into a [`HandlerStatus`].
#[derive(Default)]
pub struct ReplySlot {
    /// The flow that the last call returned. The run takes it out.
    pub(crate) flow: Option<Flow>,
    /// The error that the last call returned, before [`IntoError`] converts it. The run takes it out.
    pub(crate) error: Option<Box<dyn Any>>,
}

/// Converts an error of the type that a handler returns.
pub type IntoError = Box<dyn Fn(Box<dyn Any>) -> BoxError + Send + Sync>;

/// What one call gets: the state, and room for its reply.
pub struct CallContext<'r> {
    /// The table that the handler's parameters are read from. It stays the same for all calls.
    pub(super) view: View<'r>,
    /// What the last call left for the run; empty before each call.
    pub(crate) reply: ReplySlot,
    /// The status of the last call; `Continue` before each call. A call writes it here and does not return it, so that the entry point
    /// of a handler that returns nothing ends with a jump.
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

    /// Calls `add` with the `T` that collects the answers of handlers, and inserts an empty one first if there is none. This moves and
    /// removes no value, so the parameter pointers of the handlers that follow stay valid.
    ///
    /// Only a [`Deliver`] with [`RETURNS_ANSWER`](Deliver::RETURNS_ANSWER) may call this: its handler runs alone.
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

    /// Whether the last call ended with another status than `Continue`.
    #[inline]
    pub(super) fn halts(&self) -> bool {
        self.status != HandlerStatus::Continue
    }

    /// Returns the status of the last call, and sets it to `Continue` for the next one.
    pub(super) fn take_status(&mut self) -> HandlerStatus {
        std::mem::take(&mut self.status)
    }
}

/// What a run passes to the lists of handlers. With `repr(C)` the context has the address of the frame, so that a firing keeps one
/// address and not two.
#[repr(C)]
pub struct Frame<'r> {
    /// What each call gets.
    pub(crate) context: CallContext<'r>,
    /// The turn of the handler that ended its list, by a panic or by a status other than `Continue`. Any turn after a list that ran to
    /// its end.
    pub(crate) halted_at: Turn,
    /// The gates of the run's breakpoints.
    ///
    /// **Invariant:** they read counters of the view's table: [`of`](Self::of) calls [`GateTable::read_from`].
    pub(super) gates: &'r mut GateTable,
    /// The positions that the periods of handlers are compared with.
    pub(crate) clock: &'r mut CounterClock,
    /// The result of the last group, if one of its handlers did not return `Continue`. The run takes it out.
    pub(crate) group_result: Option<Box<GroupResult>>,
    /// What handlers held of the table when the run began, for the check in debug builds. `drop` gives it back.
    aside: Aside,
}

impl<'r> Frame<'r> {
    pub(crate) fn of(
        view: View<'r>,
        gates: &'r mut GateTable,
        clock: &'r mut CounterClock,
    ) -> Self {
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

    /// Whether all handlers of a breakpoint wait for a counter.
    #[inline]
    pub(crate) fn is_waiting(&self, breakpoint: BreakpointId) -> bool {
        // SAFETY: `Frame::of` called `read_from` with the table of its view, which is borrowed for `'r`. The view is private to `raw`,
        // which never replaces it.
        unsafe { self.gates.is_closed(breakpoint) }
    }

    /// Returns a view of the state by value, so that the caller cannot replace the frame's view.
    pub(crate) fn view(&mut self) -> View<'_> {
        self.context.view.reborrow()
    }

    pub(crate) fn table(&self) -> &Table {
        self.context.view.table()
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.context.view.get_mut()
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        if cfg!(debug_assertions) {
            self.context.view.table().borrows().put_back(self.aside);
        }
    }
}

/// Delivers the value that a handler returned to the run.
pub trait Deliver<R>: Send + Sync {
    /// Whether [`deliver`](Self::deliver) puts an answer into the state.
    const RETURNS_ANSWER: bool = false;

    /// Whether [`deliver`](Self::deliver) may leave a flow.
    const RETURNS_FLOW: bool = false;

    /// Delivers the reply of the handler at `turn`. Sets [`CallContext::status`] if the run has something to do.
    fn deliver(&self, reply: R, turn: Turn, context: &mut CallContext<'_>);

    /// Returns the function that converts what this leaves in [`ReplySlot::error`].
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
    fn taking_a_status_resets_it_for_the_next_call() {
        let mut table = Table::default();
        let mut context = CallContext::of(View::of(&mut table));
        assert!(!context.halts());
        context.status = HandlerStatus::BackgroundFailure;
        assert!(context.halts());
        assert_eq!(context.take_status(), HandlerStatus::BackgroundFailure);
        assert!(!context.halts());
    }
}
