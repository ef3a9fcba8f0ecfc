//! The declared orders of callbacks, with the callbacks that they name, and the pairs whose order is undecided.

use crate::callback::{CallbackId, Location};
use crate::loops::BreakpointId;
use std::any::TypeId;
use std::sync::Arc;

/// A declared order: all of `first` run before all of `second`.
pub(crate) struct OrderRule {
    pub(crate) first: OrderSide,
    pub(crate) second: OrderSide,
    pub(crate) by: DeclaredBy,
    /// Where it is declared.
    pub(crate) location: Location,
}

/// The callbacks that one side of an order names.
pub(crate) struct OrderSide {
    /// As it was written: a type, a group or a name.
    pub(crate) label: String,
    /// Empty if none of them is attached. A callback on both sides does not wait for itself.
    pub(crate) callbacks: Arc<[CallbackId]>,
    /// How it names them.
    pub(crate) named: NamedBy,
}

/// What one side of an order is named by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedBy {
    Type,
    Name,
    /// By the type that is also the other side's, so that only the declaring callbacks are on it.
    Itself,
}

/// Where an order is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeclaredBy {
    /// The second: for all of its type, or when it was attached.
    After { attached: bool },
    /// The first.
    Before { attached: bool },
    /// `Plan::order`.
    Plan,
}

/// Two callbacks that touch the same state at one breakpoint, ordered by insertion alone.
pub(crate) struct UndecidedPair {
    /// The callback that runs first now.
    pub(crate) first: CallbackId,
    pub(crate) second: CallbackId,
    /// The state that both touch.
    pub(crate) type_id: TypeId,
    pub(crate) type_name: &'static str,
    /// One of them asks for the whole state.
    pub(crate) everything: bool,
    /// The first breakpoint at which they do, and the last.
    pub(crate) at: BreakpointId,
    pub(crate) last: BreakpointId,
    /// At how many other breakpoints they do.
    pub(crate) more: usize,
}
