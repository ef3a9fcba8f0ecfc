//! Handlers whose types are erased: an entry point, the function that it calls, and the accesses of its parameters.

use super::background::CallbackCell;
use super::fetch::{Access, AccessKind, ParamPtrs, Params, clash};
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

/// A handler of callbacks of one type.
pub struct ErasedHandler {
    pub(super) call: Call,
    pub(super) function: Owned<dyn Any>,
    pub(super) callback: TypeId,
    pub(super) accesses: Vec<Access>,
    /// Whether it may take values out of the state or move them.
    pub(super) is_exclusive: bool,
    /// Whether its answer is put into the state.
    pub(crate) returns_answer: bool,
    /// Whether it may return a flow.
    pub(crate) returns_flow: bool,
    pub(super) into_error: Option<IntoError>,
    /// How its calls are queued, if it can run in the background.
    pub(crate) background: Option<BackgroundBinding>,
}

/// # Safety
/// The entry's `callback` and `function` are live values of the types that the entry point was compiled for, and nothing else refers to
/// the callback during the call. The parameter pointers are those of the view's table for the handler's accesses, which do not clash,
/// and the slots that they require are filled. [`CallContext::status`] is `Continue`.
pub(super) type Call = unsafe fn(entry: &CallEntry, context: &mut CallContext<'_>);

/// What a call needs. The first cache line has all that a handler with up to six parameters needs; the function is not read if it
/// captures nothing.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct CallEntry {
    pub(super) call: Call,
    pub(super) callback: *mut (),
    pub(super) param_ptrs: ParamPtrs,
    pub(super) function: *const (),
    /// Its place in the list of its breakpoint.
    pub(super) turn: Turn,
}

struct TypedHandler<F, V> {
    run: F,
    delivery: V,
}

/// What the types of a handler determine. A constant, so that binding a handler compiles to little code.
struct HandlerType {
    call: Call,
    callback: TypeId,
    accesses: fn() -> Vec<Access>,
    returns_answer: bool,
    returns_flow: bool,
    /// # Safety
    /// The pointer is that of the function of a handler of these types.
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

    /// The part of [`new`](Self::new) that is the same for all types.
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
            // SAFETY: `new` made handler type and function for the same types.
            into_error: unsafe { (handler_type.conversion)(function.as_ptr()) },
            function,
            background: None,
        }
    }

    /// A handler of callbacks of type `W` that calls this one with a part of the callback. `None` if the part is of another type.
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

    /// A handler of a callback that a worker uses as well: it waits until the worker does not, and calls this one.
    pub(super) fn when_idle(self, cell: Arc<CallbackCell>) -> Self {
        Self {
            call: call_when_idle,
            function: Owned::new(Box::new(WhenIdle {
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

    /// Whether it may change the state: a value, or which slots are filled.
    pub(crate) fn changes_state(&self) -> bool {
        self.is_exclusive
            || self.returns_answer
            || self
                .accesses
                .iter()
                .any(|access| access.kind == AccessKind::Write)
    }

    /// Two parameters that cannot be held together.
    pub(crate) fn clash(&self) -> Option<(Access, Access)> {
        clash(&self.accesses)
    }
}

/// # Safety
/// See [`Call`].
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
    // SAFETY: the caller guarantees what `fetch` requires, and nothing touches the table until the items are gone: `R` does not borrow from
    // them.
    let items = unsafe { P::fetch(context.view.as_ptr(), &entry.param_ptrs) };
    let (callback, function) = (entry.callback.cast::<C>(), entry.function.cast());
    // SAFETY: live values of these types, as the caller says; nothing else refers to the callback during the call.
    let (callback, function) = unsafe { (&mut *callback, &*function as &TypedHandler<F, V>) };
    let reply = (function.run)(callback, items);
    #[cfg(debug_assertions)]
    drop(hold);
    function.delivery.deliver(reply, entry.turn, context);
}

/// How the error of a handler with this function is converted.
///
/// # Safety
/// The pointer is that of a live `TypedHandler<F, V>`.
unsafe fn conversion<R, V: Deliver<R>, F>(function: *const ()) -> Option<IntoError> {
    // SAFETY: as the caller says.
    let function = unsafe { &*function.cast::<TypedHandler<F, V>>() };
    function.delivery.conversion()
}

/// The entry point of a muted handler.
///
/// # Safety
/// None is needed.
pub(super) unsafe fn muted(_: &CallEntry, _: &mut CallContext<'_>) {}

struct PartHandler<W, C> {
    part: fn(&mut W) -> &mut C,
    call: Call,
    function: Owned<dyn Any>,
}

/// # Safety
/// See [`Call`].
unsafe fn call_on_part<W, C>(entry: &CallEntry, context: &mut CallContext<'_>) {
    let (outer, for_part) = (entry.callback.cast::<W>(), entry.function.cast());
    // SAFETY: live values of these types, as the caller says.
    let (outer, for_part) = unsafe { (&mut *outer, &*for_part as &PartHandler<W, C>) };
    let inner = CallEntry {
        call: for_part.call,
        callback: std::ptr::from_mut((for_part.part)(outer)).cast(),
        function: for_part.function.as_ptr(),
        ..*entry
    };
    // SAFETY: `ErasedHandler::for_part` checked that the entry point is one for a `C`; the callback is borrowed from `outer`.
    unsafe { (inner.call)(&inner, context) };
}

struct WhenIdle {
    cell: Arc<CallbackCell>,
    call: Call,
    function: Owned<dyn Any>,
}

/// # Safety
/// See [`Call`], but for the worker of the callback's cell, which may use the callback.
unsafe fn call_when_idle(entry: &CallEntry, context: &mut CallContext<'_>) {
    // SAFETY: a live value of this type, as the caller says.
    let when_idle = unsafe { &*entry.function.cast::<WhenIdle>() };
    let inner = CallEntry {
        call: when_idle.call,
        function: when_idle.function.as_ptr(),
        ..*entry
    };
    // SAFETY: `ErasedHandler::when_idle` took entry point and function out of one handler. `CallbackCell::keep_idle` keeps the worker away.
    let call = || unsafe { (inner.call)(&inner, context) };
    if when_idle.cell.keep_idle(call).is_none() {
        context.status = HandlerStatus::MissingState;
    }
}
