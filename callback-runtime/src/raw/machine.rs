//! Callbacks, and their handlers bound to them: what a plan runs.

use super::fetch::{MOST_AT_ONCE, Params, Want, clash, slots_of};
use super::table::View;
use crate::failure::BoxError;
use crate::flow::Flow;
use std::any::{Any, TypeId};
use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::ptr::NonNull;

/// What a handler's call came to. Anything but `Continue` is looked at off the hot path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Continue,
    /// It answered a flow: [`Sink::flow`].
    Raised,
    /// It answered an error: [`Sink::error`].
    Failed,
    /// It did not run, because state that it requires is absent.
    Absent,
}

/// Where a handler leaves what does not fit into a [`Code`].
#[derive(Default)]
pub struct Sink {
    pub(crate) flow: Option<Flow>,
    pub(crate) error: Option<BoxError>,
}

/// What a handler is called with.
pub struct Frame<'r> {
    pub(crate) view: View<'r>,
    pub(crate) sink: &'r mut Sink,
}

/// Turns the value that a handler returned into a code.
pub trait Deliver<R> {
    fn deliver(&self, reply: R, frame: &mut Frame<'_>) -> Code;
}

/// A handler of callbacks of one type: an entry point and the function behind it.
pub struct Thunk {
    call: Call,
    function: Owned<dyn Any>,
    callback: TypeId,
    wants: Vec<Want>,
}

/// # Safety
/// The entry's `callback` and `function` are live values of the types the entry point was compiled for, the callback is
/// nobody else's during the call, and the slots are those of the handler's wants, which agree with each other and for
/// which the frame's table has grown.
type Call = unsafe fn(entry: &Entry, frame: &mut Frame<'_>) -> Code;

/// All that a call needs, in one place: it is read from front to back at every firing.
#[derive(Clone, Copy)]
struct Entry {
    call: Call,
    callback: *mut (),
    /// A slot for each parameter; the rest is not read.
    slots: [u32; MOST_AT_ONCE],
    function: *const (),
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
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + 'static,
    {
        Self {
            call: call::<C, P, R, V, F>,
            function: Owned::new(Box::new(Function { run, via })),
            callback: TypeId::of::<C>(),
            wants: P::wants().as_ref().to_vec(),
        }
    }

    /// The same handler for callbacks of type `W`, of which it reaches the part it is for. `None` if the part is of another type.
    pub(crate) fn through<W: 'static, C: 'static>(
        self,
        reach: fn(&mut W) -> &mut C,
    ) -> Option<Self> {
        (self.callback == TypeId::of::<C>()).then(|| Self {
            call: call_through::<W, C>,
            wants: self.wants,
            callback: TypeId::of::<W>(),
            function: Owned::new(Box::new(Through {
                reach,
                call: self.call,
                function: self.function,
            })),
        })
    }

    pub(crate) fn wants(&self) -> &[Want] {
        &self.wants
    }

    /// Two parameters that cannot be held together.
    pub(crate) fn clash(&self) -> Option<(Want, Want)> {
        clash(&self.wants)
    }
}

/// # Safety
/// See [`Call`].
unsafe fn call<C, P, R, V, F>(entry: &Entry, frame: &mut Frame<'_>) -> Code
where
    P: Params,
    V: Deliver<R>,
    F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R,
{
    let (callback, function) = (entry.callback.cast::<C>(), entry.function.cast());
    // SAFETY: live values of these types, as the caller says; the callback is ours alone during the call.
    let (callback, function) = unsafe { (&mut *callback, &*function as &Function<F, V>) };
    // SAFETY: the wants agree, and the frame's table is not touched until the items are gone: `R` does not borrow from them.
    let Some(items) = (unsafe { P::fetch(frame.view.as_ptr(), &entry.slots) }) else {
        return Code::Absent;
    };
    let reply = (function.run)(callback, items);
    function.via.deliver(reply, frame)
}

struct Through<W, C> {
    reach: fn(&mut W) -> &mut C,
    call: Call,
    function: Owned<dyn Any>,
}

/// # Safety
/// See [`Call`].
unsafe fn call_through<W, C>(entry: &Entry, frame: &mut Frame<'_>) -> Code {
    let (outer, through) = (entry.callback.cast::<W>(), entry.function.cast());
    // SAFETY: live values of these types, as the caller says.
    let (outer, through) = unsafe { (&mut *outer, &*through as &Through<W, C>) };
    let inner = Entry {
        call: through.call,
        callback: std::ptr::from_mut((through.reach)(outer)).cast(),
        function: through.function.address.as_ptr().cast::<()>(),
        slots: entry.slots,
    };
    // SAFETY: `through` checked that the entry point is one for a `C`; the callback is borrowed from `outer`, which is ours.
    unsafe { (inner.call)(&inner, frame) }
}

/// A type that says of itself which it is, also through a trait object. Implemented for what has a size, so that a
/// trait object cannot answer for itself.
pub trait Erased {
    fn erased_type(&self) -> TypeId;
}

impl<T: 'static> Erased for T {
    fn erased_type(&self) -> TypeId {
        TypeId::of::<T>()
    }
}

/// Owns a value at an address that stays. Not a `Box`, because copies of the address are kept and used.
pub(crate) struct Owned<D: ?Sized> {
    address: NonNull<D>,
    owns: PhantomData<D>,
}

impl<D: ?Sized> Owned<D> {
    pub(crate) fn new(value: Box<D>) -> Self {
        Self {
            address: NonNull::from(Box::leak(value)),
            owns: PhantomData,
        }
    }

    pub(crate) fn get(&self) -> &D {
        // SAFETY: ours, live, and not written while `self` is shared: handlers run through `&mut Machine` only.
        unsafe { self.address.as_ref() }
    }

    pub(crate) fn get_mut(&mut self) -> &mut D {
        // SAFETY: as above, exclusively.
        unsafe { self.address.as_mut() }
    }
}

impl<D: ?Sized> Drop for Owned<D> {
    fn drop(&mut self) {
        // SAFETY: leaked from a `Box` in `new`; who copied the address is dropped no later than this.
        drop(unsafe { Box::from_raw(self.address.as_ptr()) });
    }
}

/// A handler bound to its callback and to the slots it reads.
struct Armed {
    entry: Entry,
    /// Keeps the entry's function alive.
    _owner: Owned<dyn Any>,
}

/// The callbacks of a plan, and per breakpoint the handlers that run there, in order.
pub(crate) struct Machine<D: ?Sized> {
    // Before the callbacks, so that it is dropped before them.
    lists: Vec<Vec<Armed>>,
    instances: Vec<Owned<D>>,
    /// One more than the greatest slot of any handler that was ever armed.
    width: usize,
}

impl<D: ?Sized + Erased> Machine<D> {
    pub(crate) fn new(lists: usize) -> Self {
        Self {
            instances: Vec::new(),
            lists: (0..lists).map(|_| Vec::new()).collect(),
            width: 0,
        }
    }

    pub(crate) fn adopt(&mut self, instance: Owned<D>) -> usize {
        self.instances.push(instance);
        self.instances.len() - 1
    }

    pub(crate) fn instance(&self, at: usize) -> &Owned<D> {
        &self.instances[at]
    }

    pub(crate) fn instance_mut(&mut self, at: usize) -> &mut Owned<D> {
        &mut self.instances[at]
    }

    /// Gives up the bound handlers; the callbacks stay.
    pub(crate) fn disarm(&mut self) {
        self.lists.iter_mut().for_each(Vec::clear);
    }

    /// Binds a handler to the callback `instance`, last in `list`. Refused, and the thunk given back, where it is
    /// a handler of another type or its parameters clash.
    pub(crate) fn arm(&mut self, list: usize, instance: usize, thunk: Thunk) -> Result<(), Thunk> {
        let callback = &self.instances[instance];
        if callback.get().erased_type() != thunk.callback || thunk.clash().is_some() {
            return Err(thunk);
        }
        let widths = thunk.wants.iter().map(|want| want.slot + 1);
        self.width = widths.fold(self.width, usize::max);
        self.lists[list].push(Armed {
            entry: Entry {
                call: thunk.call,
                callback: callback.address.as_ptr().cast(),
                slots: slots_of(&thunk.wants),
                function: thunk.function.address.as_ptr().cast::<()>().cast_const(),
            },
            _owner: thunk.function,
        });
        Ok(())
    }

    /// How many handlers `list` has.
    pub(crate) fn len(&self, list: usize) -> usize {
        self.lists[list].len()
    }

    /// Runs the handlers of `list`; `current` says which one is running, should it panic. `heed` is told of every code but
    /// `Continue`, and may break.
    #[inline]
    pub(crate) fn run(
        &mut self,
        list: usize,
        current: &Cell<usize>,
        frame: &mut Frame<'_>,
        mut heed: impl FnMut(usize, Code, &mut Frame<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        frame.view.grow(self.width);
        for (at, armed) in self.lists[list].iter().enumerate() {
            current.set(at);
            // SAFETY: `&mut self` is held, and the table has grown.
            let code = unsafe { armed.call(frame) };
            if code != Code::Continue {
                heed(at, code, frame)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Runs one handler of `list`.
    pub(crate) fn run_one(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> Code {
        frame.view.grow(self.width);
        // SAFETY: `&mut self` is held, and the table has grown.
        unsafe { self.lists[list][at].call(frame) }
    }
}

impl Armed {
    /// # Safety
    /// The machine that armed this is borrowed exclusively, and the frame's table has grown for its slots.
    #[inline]
    unsafe fn call(&self, frame: &mut Frame<'_>) -> Code {
        // SAFETY: `arm` checked the types and that the wants agree. The callback is the machine's, which runs one handler at a
        // time, and handlers cannot reach it.
        unsafe { (self.entry.call)(&self.entry, frame) }
    }
}
