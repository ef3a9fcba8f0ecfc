//! Handlers whose types are erased: each is an entry point, the function that the entry point calls, and the accesses of its parameters.
//!
//! A further kind of handler needs an entry point here, whose contract is that of [`EntryPoint`], and no change elsewhere in `raw`.

use super::background::CallbackCell;
use super::fetch::{Access, AccessKind, ParamPtrs, Params, find_clash};
use super::frame::{CallContext, Deliver, HandlerStatus, IntoError};
use super::owned::Owned;
use crate::background::BackgroundBinding;
use crate::callback::Turn;
#[cfg(debug_assertions)]
use crate::state::borrows::Hold;
#[cfg(debug_assertions)]
use std::any::type_name;
use std::any::{Any, TypeId};
use std::sync::Arc;

/// A handler for callbacks of one type, before it is bound to a callback.
///
/// **Invariant:** `call` is compiled for callbacks of the type `callback`, for the type of `function`, and for parameters with these
/// `accesses`.
pub struct ErasedHandler {
    /// Calls the handler.
    pub(super) call: EntryPoint,
    /// The value that `call` reads as the handler's function: a [`TypedHandler`], [`PartHandler`] or [`WaitingHandler`].
    pub(super) function: Owned<dyn Any>,
    /// The type of the callbacks that the handler can be bound to; `()` for a handler that touches no callback.
    pub(super) callback: TypeId,
    /// The accesses of the handler's parameters, in order.
    pub(super) accesses: Vec<Access>,
    /// Whether the handler may remove values from the state or change their addresses.
    pub(super) is_exclusive: bool,
    /// Whether the handler's reply goes into the state.
    pub(crate) returns_answer: bool,
    /// Whether the handler may return a flow.
    pub(crate) returns_flow: bool,
    /// Converts the handler's error; `None` for a handler that returns none.
    pub(super) into_error: Option<IntoError>,
    /// Makes the handler that queues the calls of this one; `None` for a handler that cannot run in the background.
    pub(crate) background: Option<BackgroundBinding>,
}

/// The function that calls a handler, compiled for the handler's types.
///
/// # Safety
/// `entry.callback` and `entry.function` are the addresses of live values of the types that the entry point is compiled for, and nothing
/// else uses the callback during the call. `entry.param_ptrs` are the parameter pointers of the context's table for the handler's
/// accesses, which are compatible with each other. The values that the handler requires are there. [`CallContext::status`] is
/// `Continue`.
pub(super) type EntryPoint = unsafe fn(entry: &CallEntry, context: &mut CallContext<'_>);

/// A handler that is bound to a callback, with all that a call of it reads. The first cache line has what a call with up to six
/// parameters reads; a call does not read a function that captures nothing.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct CallEntry {
    /// Calls the handler, or does nothing while the entry is muted.
    pub(super) call: EntryPoint,
    /// The address of the callback.
    pub(super) callback: *mut (),
    /// The parameter pointers of the handler. [`EntryList::resolve`](super::entries::EntryList::resolve) updates them.
    pub(super) param_ptrs: ParamPtrs,
    /// The address of the handler's function.
    pub(super) function: *const (),
    /// The turn of the entry in its list.
    pub(super) turn: Turn,
}

/// The function of a handler whose types are known.
struct TypedHandler<F, V> {
    /// Calls the user's function with the callback and the parameters.
    run: F,
    /// Delivers what `run` returns to the run.
    delivery: V,
}

/// The parts of an [`ErasedHandler`] that depend on the handler's types alone. They are a constant, so that binding a handler compiles
/// to no code for them.
struct HandlerType {
    call: EntryPoint,
    callback: TypeId,
    accesses: fn() -> Vec<Access>,
    returns_answer: bool,
    returns_flow: bool,
    /// Returns the function that converts the handler's error.
    ///
    /// # Safety
    /// The pointer is the address of a live function of a handler of these types.
    conversion: unsafe fn(*const ()) -> Option<IntoError>,
}

impl HandlerType {
    const fn of<C, P, R, V, F>() -> Self
    where
        C: 'static,
        P: Params,
        V: Deliver<R>,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R,
    {
        Self {
            call: call::<C, P, R, V, F>,
            callback: TypeId::of::<C>(),
            accesses: P::access_list,
            returns_answer: V::RETURNS_ANSWER,
            returns_flow: V::RETURNS_FLOW,
            conversion: conversion::<R, V, F>,
        }
    }
}

impl ErasedHandler {
    /// Makes a handler that calls `run` with a callback of type `C` and the parameters `P`, and delivers the reply with `delivery`.
    pub(crate) fn new<C, P, R, V, F>(run: F, delivery: V) -> Self
    where
        C: 'static,
        P: Params,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + Send + Sync + 'static,
    {
        let handler_type = const { &HandlerType::of::<C, P, R, V, F>() };
        Self::of(handler_type, Box::new(TypedHandler { run, delivery }))
    }

    /// The part of [`new`](Self::new) that is compiled once for all types.
    fn of(handler_type: &'static HandlerType, function: Box<dyn Any>) -> Self {
        let function = Owned::new(function);
        let accesses = (handler_type.accesses)();
        let is_everything = |access: &Access| access.kind == AccessKind::Everything;
        Self {
            call: handler_type.call,
            callback: handler_type.callback,
            is_exclusive: accesses.iter().any(is_everything),
            accesses,
            returns_answer: handler_type.returns_answer,
            returns_flow: handler_type.returns_flow,
            // SAFETY: `ErasedHandler::new` made the function and the `HandlerType` from the same type parameters.
            into_error: unsafe { (handler_type.conversion)(function.as_ptr()) },
            function,
            background: None,
        }
    }

    /// Converts a handler for callbacks of type `C` into one for callbacks of type `W`, which have a `C` as a part. `None` if this is
    /// not a handler for callbacks of type `C`.
    pub(crate) fn for_part<W: 'static, C: 'static>(
        self,
        part: fn(&mut W) -> &mut C,
    ) -> Option<Self> {
        (self.callback == TypeId::of::<C>()).then(|| Self {
            call: call_on_part::<W, C>,
            callback: TypeId::of::<W>(),
            function: Owned::new(Box::new(PartHandler {
                part,
                call: self.call,
                function: self.function,
            })),
            background: self.background.map(|background| background.for_part(part)),
            ..self
        })
    }

    /// Converts a handler for a callback that a worker uses too: each call waits until the worker does not use the callback.
    pub(super) fn waiting_for_worker(self, cell: Arc<CallbackCell>) -> Self {
        Self {
            call: call_when_idle,
            function: Owned::new(Box::new(WaitingHandler {
                cell,
                call: self.call,
                function: self.function,
            })),
            ..self
        }
    }

    pub(crate) fn accesses(&self) -> &[Access] {
        &self.accesses
    }

    /// Whether the handler may change the state: write a value, insert one or remove one.
    pub(crate) fn changes_state(&self) -> bool {
        self.is_exclusive
            || self.returns_answer
            || self
                .accesses
                .iter()
                .any(|access| access.kind == AccessKind::Write)
    }

    /// Returns the first two parameters that conflict with each other.
    pub(crate) fn find_clash(&self) -> Option<(Access, Access)> {
        find_clash(&self.accesses)
    }
}

/// The entry point of a handler that [`ErasedHandler::new`] makes.
///
/// # Safety
/// See [`EntryPoint`].
unsafe fn call<C, P, R, V, F>(entry: &CallEntry, context: &mut CallContext<'_>)
where
    P: Params,
    V: Deliver<R>,
    F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R,
{
    #[cfg(debug_assertions)]
    let hold = {
        let borrows = context.view.table().borrows().clone();
        Hold::take(borrows, P::accesses(), type_name::<C>())
    };
    // SAFETY: the contract of `EntryPoint`, which this function shares, is the contract of `Params::fetch`. Nothing touches the table
    // until `run` has returned, and `R` does not borrow from the items.
    let items = unsafe { P::fetch(context.view.as_ptr(), &entry.param_ptrs) };
    let (callback, function) = (entry.callback.cast::<C>(), entry.function.cast());
    // SAFETY: by the contract of `EntryPoint` both are live values of these types, and nothing else uses the callback.
    let (callback, function) = unsafe { (&mut *callback, &*function as &TypedHandler<F, V>) };
    let reply = (function.run)(callback, items);
    #[cfg(debug_assertions)]
    drop(hold);
    function.delivery.deliver(reply, entry.turn, context);
}

/// Returns the function that converts the error of a handler.
///
/// # Safety
/// The pointer is the address of a live `TypedHandler<F, V>`.
unsafe fn conversion<R, V: Deliver<R>, F>(function: *const ()) -> Option<IntoError> {
    // SAFETY: the caller, `ErasedHandler::of`, passes the address of a live `TypedHandler<F, V>`.
    let function = unsafe { &*function.cast::<TypedHandler<F, V>>() };
    function.delivery.conversion()
}

/// The entry point of a muted handler, which does nothing.
///
/// # Safety
/// No requirements: the function is `unsafe` because an [`EntryPoint`] is.
pub(super) unsafe fn call_muted(_: &CallEntry, _: &mut CallContext<'_>) {}

/// A handler for callbacks of type `C` that is called with a part of a `W`. `call` and `function` come from one [`ErasedHandler`].
struct PartHandler<W, C> {
    /// Returns the part.
    part: fn(&mut W) -> &mut C,
    call: EntryPoint,
    function: Owned<dyn Any>,
}

/// The entry point of a handler that [`ErasedHandler::for_part`] makes.
///
/// # Safety
/// See [`EntryPoint`].
unsafe fn call_on_part<W, C>(entry: &CallEntry, context: &mut CallContext<'_>) {
    let (whole, handler) = (entry.callback.cast::<W>(), entry.function.cast());
    // SAFETY: by the contract of `EntryPoint` both are live values of these types, and nothing else uses the callback.
    let (whole, handler) = unsafe { (&mut *whole, &*handler as &PartHandler<W, C>) };
    let inner = CallEntry {
        call: handler.call,
        callback: std::ptr::from_mut((handler.part)(whole)).cast(),
        function: handler.function.as_ptr(),
        ..*entry
    };
    // SAFETY: `ErasedHandler::for_part` checked that the entry point takes a `C`, and took it with its function from one handler. The
    // part borrows from `whole`, so nothing else uses it. The contract of `EntryPoint` has the rest.
    unsafe { (inner.call)(&inner, context) };
}

/// A handler whose calls wait for the worker of its callback. `call` and `function` come from one [`ErasedHandler`].
struct WaitingHandler {
    /// The cell of the callback.
    cell: Arc<CallbackCell>,
    call: EntryPoint,
    function: Owned<dyn Any>,
}

/// The entry point of a handler that [`ErasedHandler::waiting_for_worker`] makes.
///
/// # Safety
/// See [`EntryPoint`], except that the worker of the callback may use the callback.
unsafe fn call_when_idle(entry: &CallEntry, context: &mut CallContext<'_>) {
    // SAFETY: by the contract of `EntryPoint` this is a live value of this type.
    let waiting = unsafe { &*entry.function.cast::<WaitingHandler>() };
    let inner = CallEntry {
        call: waiting.call,
        function: waiting.function.as_ptr(),
        ..*entry
    };
    // SAFETY: `ErasedHandler::waiting_for_worker` took the entry point and the function from one handler. `CallbackCell::while_idle`
    // keeps the worker from using the callback. The contract of `EntryPoint` has the rest.
    let call = || unsafe { (inner.call)(&inner, context) };
    if waiting.cell.while_idle(call).is_none() {
        context.status = HandlerStatus::MissingState;
    }
}
