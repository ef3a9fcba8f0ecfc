//! Handlers whose types are forgotten: an entry point, the function behind it, and what it wants.

use super::borrow::{Aside, Hold};
use super::clock::Clock;
use super::fetch::{Aims, Need, Params, Want, clash};
use super::later::Keep;
use super::owned::Owned;
use super::spread::Together;
use super::straight::Mark;
use super::table::View;
use crate::failure::BoxError;
use crate::flow::Flow;
use std::any::{Any, TypeId, type_name};

/// What a handler's call came to. Anything but `Continue` is looked at off the hot path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Code {
    #[default]
    Continue,
    /// It answered a flow: [`Sink::flow`].
    Raised,
    /// It answered an error: [`Sink::error`].
    Failed,
    /// It did not run, because state that it requires is absent.
    Absent,
    /// A group ran together, and not each of it just went on: [`Frame::take_together`].
    Several,
    /// It will run later; a call of its callback that was to run later has failed.
    Late,
}

/// Where a handler leaves what does not fit into a [`Code`].
#[derive(Default)]
pub struct Sink {
    pub(crate) flow: Option<Flow>,
    /// As the handler returned it: [`IntoError`] makes it an error.
    pub(crate) error: Option<Box<dyn Any>>,
}

/// What a handler is called with.
pub struct Handed<'r> {
    pub(crate) view: View<'r>,
    pub(crate) sink: Sink,
    /// What the call came to. Left here and not returned, so that an entry point whose handler answers nothing has nothing to do
    /// behind it, and the compiler makes a jump of the call. `Continue` before each call.
    pub(crate) code: Code,
}

impl<'r> Handed<'r> {
    pub(super) fn of(view: View<'r>) -> Self {
        Self {
            view,
            sink: Sink::default(),
            code: Code::Continue,
        }
    }

    /// Whether the last call did not just go on.
    #[inline]
    pub(super) fn halts(&self) -> bool {
        self.code != Code::Continue
    }

    /// What the last call came to; from now on the next one's.
    pub(super) fn take_code(&mut self) -> Code {
        std::mem::take(&mut self.code)
    }
}

/// What lists of handlers are run with. The first part is at the address of the whole.
#[repr(C)]
pub struct Frame<'r> {
    pub(crate) handed: Handed<'r>,
    /// Who halted the list that ran last.
    pub(super) mark: Mark,
    /// It looks at the table of the view.
    pub(crate) clock: &'r mut Clock,
    /// What the group that ran last came to, where that is to be looked at.
    pub(super) together: Option<Box<Together>>,
    /// What handlers had of the table when this was made.
    aside: Aside,
}

impl<'r> Frame<'r> {
    pub(crate) fn of(view: View<'r>, clock: &'r mut Clock) -> Self {
        clock.look_at(view.table());
        let aside = if cfg!(debug_assertions) {
            view.table().borrows().set_aside()
        } else {
            Aside::default()
        };
        Self {
            handed: Handed::of(view),
            mark: Mark::default(),
            clock,
            together: None,
            aside,
        }
    }

    /// Whether each handler of a breakpoint waits, if it has handlers and each has a period.
    #[inline]
    pub(crate) fn is_waiting(&self, at: usize) -> bool {
        // SAFETY: the table that is looked at is that of the view.
        unsafe { self.clock.is_waiting(at) }
    }

    /// What the group that halted the list came to.
    pub(crate) fn take_together(&mut self) -> Option<Box<Together>> {
        self.together.take()
    }

    /// The place in its list of the handler that halted the last one that was run.
    pub(crate) fn halted(&self) -> usize {
        self.mark.turn()
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        if cfg!(debug_assertions) {
            self.handed.view.table().borrows().put_back(self.aside);
        }
    }
}

/// Takes in the value that a handler returned: [`Handed::code`], where it does not just go on.
pub trait Deliver<R>: Send + Sync {
    /// Whether it puts what is answered into the state.
    const ANSWERS: bool = false;

    /// Whether it may leave a flow.
    const RAISES: bool = false;

    /// `turn` is the handler's place in its list.
    fn deliver(&self, reply: R, turn: usize, handed: &mut Handed<'_>);

    /// How what it leaves in the sink becomes an error.
    fn conversion(&self) -> Option<IntoError> {
        None
    }
}

/// Makes an error of the value that a handler returned as one.
pub type IntoError = Box<dyn Fn(Box<dyn Any>) -> BoxError + Send + Sync>;

/// A handler of callbacks of one type: an entry point and the function behind it.
pub struct Thunk {
    pub(super) call: Call,
    pub(super) function: Owned<dyn Any>,
    pub(super) callback: TypeId,
    pub(super) wants: Vec<Want>,
    /// It may take values away, or put them elsewhere.
    pub(super) stirs: bool,
    /// What it answers is put into the state.
    pub(super) answers: bool,
    /// It may answer a flow.
    pub(super) raises: bool,
    pub(super) into_error: Option<IntoError>,
    /// How its calls are kept, if it can run later.
    pub(super) later: Option<Keep>,
}

/// # Safety
/// The entry's `callback` and `function` are live values of the types the entry point was compiled for, and the callback is
/// nobody else's during the call; the aims are those of the view's table for the handler's wants, which agree with each other, and
/// what they require is there. [`Handed::code`] is `Continue`.
pub(super) type Call = unsafe fn(entry: &Entry, handed: &mut Handed<'_>);

/// All that a call needs, in one place, and what most calls need in its first line of the cache: up to six parameters. A function that
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

    /// The same handler for callbacks of type `W`, of which it reaches the part it is for. `None` if the part is of another type.
    pub(crate) fn through<W: 'static, C: 'static>(
        self,
        reach: fn(&mut W) -> &mut C,
    ) -> Option<Self> {
        (self.callback == TypeId::of::<C>()).then(|| Self {
            call: call_through::<W, C>,
            wants: self.wants,
            stirs: self.stirs,
            answers: self.answers,
            raises: self.raises,
            into_error: self.into_error,
            later: self.later.map(|keep| keep.through(reach)),
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
    let table = handed.view.as_ptr();
    let hold = if cfg!(debug_assertions) {
        // SAFETY: the view's table, which is there during the call.
        Some(unsafe { Hold::take(table, P::wants(), type_name::<C>()) })
    } else {
        None
    };
    // SAFETY: the wants agree, and the table is not touched until the items are gone: `R` does not borrow from them.
    let items = unsafe { P::fetch(table, &entry.aims) };
    let (callback, function) = (entry.callback.cast::<C>(), entry.function.cast());
    // SAFETY: live values of these types, as the caller says; the callback is ours alone during the call.
    let (callback, function) = unsafe { (&mut *callback, &*function as &Function<F, V>) };
    let reply = (function.run)(callback, items);
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
        function: through.function.address.as_ptr().cast::<()>(),
        aims: entry.aims,
        turn: entry.turn,
    };
    // SAFETY: `through` checked that the entry point is one for a `C`; the callback is borrowed from `outer`, which is ours.
    unsafe { (inner.call)(&inner, handed) };
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, View};
    use super::{Code, Handed};

    #[test]
    fn a_code_that_was_taken_is_not_that_of_the_next_call() {
        let mut table = Table::default();
        let mut handed = Handed::of(View::of(&mut table));
        assert!(!handed.halts());
        handed.code = Code::Late;
        assert!(handed.halts());
        assert_eq!(handed.take_code(), Code::Late);
        assert!(!handed.halts());
    }
}
