//! Declared orders of callbacks, and pairs of callbacks whose order is undecided, as a resolved plan keeps them.

use crate::callback::{CallbackId, Location};
use crate::loops::BreakpointId;
use std::any::TypeId;
use std::sync::Arc;

/// A declared order: all callbacks of `first` run before all callbacks of `second`.
pub(crate) struct OrderRule {
    pub(crate) first: OrderSide,
    pub(crate) second: OrderSide,
    /// The kind of the declaration.
    pub(crate) by: DeclaredBy,
    /// The source location of the declaration.
    pub(crate) location: Location,
}

/// One side of a declared order, with the callbacks that it names.
pub(crate) struct OrderSide {
    /// The type, group or name as it is written in the declaration.
    pub(crate) label: String,
    /// The attached callbacks of that type, group or name, ascending. Empty if none is attached. A callback on both sides of an order does
    /// not wait for itself. Sides with the same callbacks share one list, so that its address identifies it.
    pub(crate) callbacks: Arc<[CallbackId]>,
    /// The kind of `label`.
    pub(crate) named: NamedBy,
}

/// How one side of an order names its callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedBy {
    /// By their type or group.
    Type,
    /// By the name of one callback.
    Name,
    /// By the type that declares the order, so that the side names no other callbacks.
    Itself,
}

/// The kind of declaration that an order comes from. `attached` is false for a declaration of the type, and true for one of the
/// attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeclaredBy {
    /// `after`, declared by the second side.
    After { attached: bool },
    /// `before`, declared by the first side.
    Before { attached: bool },
    /// `Plan::order`.
    Plan,
}

/// Two callbacks that use the same state at one breakpoint, and whose order only insertion decides.
pub(crate) struct UndecidedPair {
    /// The callback that runs first now.
    pub(crate) first: CallbackId,
    /// The callback that runs second now.
    pub(crate) second: CallbackId,
    /// The type of the state that both use.
    pub(crate) type_id: TypeId,
    /// The full name of that type.
    pub(crate) type_name: &'static str,
    /// Whether the first only reads the state. Otherwise both write it.
    pub(crate) reads: bool,
    /// Whether one of them asks for the whole state.
    pub(crate) everything: bool,
    /// The first breakpoint at which both use the state.
    pub(crate) at: BreakpointId,
    /// The last breakpoint that was counted in `more`, or `at`.
    pub(crate) last: BreakpointId,
    /// The number of other breakpoints at which both use the state.
    pub(crate) more: usize,
}
