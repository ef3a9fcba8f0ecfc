//! Handlers whose types are erased: an entry point, the function behind it, and what it asks for.

use super::background::CallbackCell;
use super::fetch::{Aims, Need, Params, Want, clash};
use super::frame::{Code, Deliver, Handed, IntoError};
use super::owned::Owned;
use crate::background::Later;
#[cfg(debug_assertions)]
use crate::borrows::Hold;
#[cfg(debug_assertions)]
use std::any::type_name;
use std::any::{Any, TypeId};
use std::sync::Arc;

/// A handler of callbacks of one type.
pub struct Thunk {
    pub(super) call: Call,
    pub(super) function: Owned<dyn Any>,
    pub(super) callback: TypeId,
    pub(super) wants: Vec<Want>,
    /// It may take values away, or put them elsewhere.
    pub(super) stirs: bool,
    /// What it returns is put into the state.
    pub(crate) answers: bool,
    /// It may return a flow.
    pub(crate) raises: bool,
    pub(super) into_error: Option<IntoError>,
    /// How its calls are queued, where it can run in the background.
    pub(crate) later: Option<Later>,
}

/// # Safety
/// The entry's `callback` and `function` are live values of the types the entry point was compiled for, and nothing else refers to
/// the callback during the call; the aims are those of the view's table for the handler's wants, which agree with each other,
/// and what they require is there. [`Handed::code`] is `Continue`.
pub(super) type Call = unsafe fn(entry: &Entry, handed: &mut Handed<'_>);

/// All that a call needs, in one place, and what most calls need in its first cache line: up to six parameters. A function that
/// captures nothing is not read.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Entry {
    pub(super) call: Call,
    pub(super) callback: *mut (),
    pub(super) aims: Aims,
    pub(super) function: *const (),
    /// Its place in its list.
    pub(super) turn: usize,
}

struct Function<F, V> {
    run: F,
    via: V,
}

impl Thunk {
    pub(crate) fn new<C, P, R, V, F>(run: F, via: V) -> Self
    where
        C: 'static,
        P: Params,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + Send + Sync + 'static,
    {
        let into_error = via.conversion();
        let function = Box::new(Function { run, via });
        let call = call::<C, P, R, V, F>;
        let answers = [V::ANSWERS, V::RAISES];
        Self::of(
            call,
            function,
            TypeId::of::<C>(),
            P::wants().as_ref(),
            answers,
            into_error,
        )
    }

    /// What is the same for all types, and compiled once.
    fn of(
        call: Call,
        function: Box<dyn Any>,
        callback: TypeId,
        wants: &[Want],
        [answers, raises]: [bool; 2],
        into_error: Option<IntoError>,
    ) -> Self {
        Self {
            call,
            callback,
            function: Owned::new(function),
            wants: wants.to_vec(),
            stirs: wants.iter().any(|want| want.need == Need::Everything),
            answers,
            raises,
            into_error,
            later: None,
        }
    }

    /// The same handler for callbacks of type `W`, of which it is called with a part. `None` if the part is of another type.
    pub(crate) fn through<W: 'static, C: 'static>(
        self,
        reach: fn(&mut W) -> &mut C,
    ) -> Option<Self> {
        (self.callback == TypeId::of::<C>()).then(|| Self {
            call: call_through::<W, C>,
            callback: TypeId::of::<W>(),
            function: Owned::new(Box::new(Through {
                reach,
                call: self.call,
                function: self.function,
            })),
            later: self.later.map(|later| later.through(reach)),
            ..self
        })
    }

    /// The same handler for a callback that a worker uses as well: it waits until the worker does not.
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

    pub(crate) fn wants(&self) -> &[Want] {
        &self.wants
    }

    /// Whether it may change the state: a value, or which are there.
    pub(crate) fn changes_state(&self) -> bool {
        self.stirs || self.answers || self.wants.iter().any(|want| want.need == Need::Write)
    }

    /// Two parameters that cannot be held together.
    pub(crate) fn clash(&self) -> Option<(Want, Want)> {
        clash(&self.wants)
    }
}

/// # Safety
/// See [`Call`].
unsafe fn call<C, P, R, V, F>(entry: &Entry, handed: &mut Handed<'_>)
where
    P: Params,
    V: Deliver<R>,
    F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R,
{
    #[cfg(debug_assertions)]
    let hold = {
        let borrows = handed.view.table().borrows().clone();
        Hold::take(borrows, P::wants(), type_name::<C>())
    };
    // SAFETY: as the caller says, and the table is not touched until the items are gone: `R` does not borrow from them.
    let items = unsafe { P::fetch(handed.view.as_ptr(), &entry.aims) };
    let (callback, function) = (entry.callback.cast::<C>(), entry.function.cast());
    // SAFETY: live values of these types, as the caller says; nothing else refers to the callback during the call.
    let (callback, function) = unsafe { (&mut *callback, &*function as &Function<F, V>) };
    let reply = (function.run)(callback, items);
    #[cfg(debug_assertions)]
    drop(hold);
    function.via.deliver(reply, entry.turn, handed);
}

/// The entry point of a handler that is to do nothing.
///
/// # Safety
/// None is needed.
pub(super) unsafe fn muted(_: &Entry, _: &mut Handed<'_>) {}

struct Through<W, C> {
    reach: fn(&mut W) -> &mut C,
    call: Call,
    function: Owned<dyn Any>,
}

/// # Safety
/// See [`Call`].
unsafe fn call_through<W, C>(entry: &Entry, handed: &mut Handed<'_>) {
    let (outer, through) = (entry.callback.cast::<W>(), entry.function.cast());
    // SAFETY: live values of these types, as the caller says.
    let (outer, through) = unsafe { (&mut *outer, &*through as &Through<W, C>) };
    let inner = Entry {
        call: through.call,
        callback: std::ptr::from_mut((through.reach)(outer)).cast(),
        function: through.function.as_ptr(),
        ..*entry
    };
    // SAFETY: `Thunk::through` checked that the entry point is one for a `C`; the callback is borrowed from `outer`.
    unsafe { (inner.call)(&inner, handed) };
}

struct WhenIdle {
    cell: Arc<CallbackCell>,
    call: Call,
    function: Owned<dyn Any>,
}

/// # Safety
/// See [`Call`], but for the worker of the callback's cell, which may use the callback.
unsafe fn call_when_idle(entry: &Entry, handed: &mut Handed<'_>) {
    // SAFETY: a live value of this type, as the caller says.
    let when_idle = unsafe { &*entry.function.cast::<WhenIdle>() };
    let inner = Entry {
        call: when_idle.call,
        function: when_idle.function.as_ptr(),
        ..*entry
    };
    // SAFETY: `Thunk::when_idle` took entry point and function out of one thunk. `CallbackCell::keep_idle` keeps the worker away.
    let call = || unsafe { (inner.call)(&inner, handed) };
    if when_idle.cell.keep_idle(call).is_none() {
        handed.code = Code::Absent;
    }
}
