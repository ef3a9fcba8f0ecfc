//! Handlers that run later: their entries keep the call instead of making it.

use super::fetch::{Aims, Params};
use super::lane::{Job, Lane};
use super::owned::Owned;
use super::table::Table;
use super::thunk::{Call, Deliver, Entry, Handed, Thunk};
use crate::failure::BoxError;
use crate::lane::{KeptParams, TakeIn};
use std::any::Any;
use std::sync::Arc;

/// A copy of a value that may be sent to another thread. It is known to be one by how it is made, and asks nothing of `T` afterwards.
#[derive(Debug)]
pub struct Copied<T>(T);

// SAFETY: `new` takes only what is `Send`.
unsafe impl<T> Send for Copied<T> {}

impl<T> Copied<T> {
    pub(crate) fn new(value: T) -> Self
    where
        T: Send,
    {
        Self(value)
    }

    pub(crate) fn get(&self) -> &T {
        &self.0
    }
}

/// A call with copies of its parameters, to be made once, with the address of the callback.
///
/// **Invariant:** it is called with the address of a live value of the type that its thunk is for, which is nobody else's meanwhile.
pub(super) type Kept = Box<dyn FnOnce(*mut ()) -> Result<(), BoxError> + Send>;

/// How calls of one handler are kept: an entry point, and what is behind it.
pub(super) struct Keep {
    call: KeepCall,
    with: Owned<dyn Any>,
}

/// # Safety
/// `with` is a live value of the type that the entry point was compiled for. The table is live and nobody else's meanwhile, the aims
/// are its own for the handler's wants, and what they require is there.
type KeepCall = unsafe fn(with: *const (), table: *mut Table, aims: &Aims) -> Kept;

struct Function<P, R, F> {
    parameters: P,
    run: F,
    take_in: TakeIn<R>,
}

impl Keep {
    fn new<C, P, R, F>(parameters: P, run: F, take_in: TakeIn<R>) -> Self
    where
        C: 'static,
        P: KeptParams,
        R: 'static,
        F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R
            + Copy
            + Send
            + Sync
            + 'static,
    {
        Self {
            call: keep::<C, P, R, F>,
            with: owned(Function {
                parameters,
                run,
                take_in,
            }),
        }
    }

    /// The same for callbacks of type `W`, of which it reaches the part it is for.
    pub(super) fn through<W: 'static, C: 'static>(self, reach: fn(&mut W) -> &mut C) -> Self {
        Self {
            call: keep_through::<W, C>,
            with: owned(Through { keep: self, reach }),
        }
    }

    /// # Safety
    /// See [`KeepCall`], but for `with`.
    unsafe fn keep(&self, table: *mut Table, aims: &Aims) -> Kept {
        let with = self.with.address.as_ptr().cast::<()>();
        // SAFETY: both were made together; the rest as the caller says.
        unsafe { (self.call)(with, table, aims) }
    }
}

/// # Safety
/// See [`KeepCall`].
unsafe fn keep<C, P, R, F>(with: *const (), table: *mut Table, aims: &Aims) -> Kept
where
    C: 'static,
    P: KeptParams,
    R: 'static,
    F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R + Copy + Send + Sync + 'static,
{
    // SAFETY: a live value of this type, as the caller says.
    let function = unsafe { &*with.cast::<Function<P, R, F>>() };
    let &Function {
        parameters,
        run,
        take_in,
    } = function;
    // SAFETY: as the caller says; the items are gone when this returns.
    let kept = parameters.keep(unsafe { P::Asks::fetch(table, aims) });
    Box::new(move |callback| {
        // SAFETY: a live `C` that is ours, by the invariant of `Kept`.
        let callback = unsafe { &mut *callback.cast::<C>() };
        take_in(run(callback, parameters.lend(&kept)))
    })
}

struct Through<W, C> {
    keep: Keep,
    reach: fn(&mut W) -> &mut C,
}

/// # Safety
/// See [`KeepCall`].
unsafe fn keep_through<W: 'static, C: 'static>(
    with: *const (),
    table: *mut Table,
    aims: &Aims,
) -> Kept {
    // SAFETY: a live value of this type, as the caller says.
    let through = unsafe { &*with.cast::<Through<W, C>>() };
    // SAFETY: handed on.
    let kept = unsafe { through.keep.keep(table, aims) };
    let reach = through.reach;
    Box::new(move |outer| {
        // SAFETY: a live `W` that is ours, by the invariant of `Kept`; so is what is reached through it.
        let outer = unsafe { &mut *outer.cast::<W>() };
        kept(std::ptr::from_mut(reach(outer)).cast())
    })
}

impl Thunk {
    /// A handler that can as well run later.
    pub(crate) fn lagging<C, P, R, V, F>(
        parameters: P,
        run: F,
        (via, take_in): (V, TakeIn<R>),
    ) -> Self
    where
        C: 'static,
        P: KeptParams,
        R: 'static,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R
            + Copy
            + Send
            + Sync
            + 'static,
    {
        let mut thunk = Self::new::<C, P::Asks, R, V, F>(run, via);
        thunk.later = Some(Keep::new::<C, P, R, F>(parameters, run, take_in));
        thunk
    }

    /// Whether it can run later.
    pub(crate) fn can_lag(&self) -> bool {
        self.later.is_some()
    }

    /// The handler for a callback that `lane` runs: if it can, it runs there; otherwise it runs when the lane rests.
    pub(super) fn beside(mut self, lane: &Arc<Lane>, list: usize) -> Self {
        let lane = lane.clone();
        if let Some(keep) = self.later.take() {
            self.call = call_later;
            self.function = owned(Lags { keep, lane, list });
        } else {
            let (call, function) = (self.call, self.function);
            self.call = call_at_rest;
            self.function = owned(AtRest {
                call,
                function,
                lane,
            });
        }
        self
    }
}

fn owned<T: Any>(value: T) -> Owned<dyn Any> {
    Owned::new(Box::new(value))
}

struct Lags {
    keep: Keep,
    lane: Arc<Lane>,
    list: usize,
}

/// The entry point of a handler that runs later.
///
/// # Safety
/// See [`Call`], but for the callback, which this does not touch.
unsafe fn call_later(entry: &Entry, handed: &mut Handed<'_>) {
    // SAFETY: a live value of this type, as the caller says.
    let lags = unsafe { &*entry.function.cast::<Lags>() };
    // SAFETY: the aims are those of the view's table; it is not touched until the copies are made.
    let kept = unsafe { lags.keep.keep(handed.view.as_ptr(), &entry.aims) };
    handed.code = lags.lane.push(Job {
        whose: (lags.list, entry.turn),
        kept,
    });
}

struct AtRest {
    call: Call,
    function: Owned<dyn Any>,
    lane: Arc<Lane>,
}

/// The entry point of a handler whose callback is somebody else's while its lane does not rest.
///
/// # Safety
/// See [`Call`]; the callback is nobody else's when the lane rests.
unsafe fn call_at_rest(entry: &Entry, handed: &mut Handed<'_>) {
    // SAFETY: a live value of this type, as the caller says.
    let at_rest = unsafe { &*entry.function.cast::<AtRest>() };
    at_rest.lane.wait_until_done();
    let inner = Entry {
        call: at_rest.call,
        function: at_rest.function.address.as_ptr().cast::<()>(),
        ..*entry
    };
    // SAFETY: the entry point and the function that the thunk had. Nothing is put into the lane but by this thread, so that it
    // rests meanwhile.
    unsafe { (inner.call)(&inner, handed) };
}
