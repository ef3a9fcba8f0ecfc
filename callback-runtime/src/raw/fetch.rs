//! How a parameter is read from the table, and why several can be read at once.

use super::slot::Slot;
use super::table::Table;
use super::view::View;
use crate::param::{Ask, Local, LocalMut};
use crate::state::Ctx;
use std::any::{TypeId, type_name};
use std::hint::assert_unchecked;

/// A handler has at most so many parameters.
pub(super) const MOST_AT_ONCE: usize = 12;

/// What a parameter needs of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Read,
    Write,
    /// The whole state: the parameter of a handler that has no other.
    Everything,
}

/// What a parameter is aimed at, so that it can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Where its value is. The value is there: this was seen to before.
    Address,
    /// The index of its slot: whether there is a value is looked at when it is fetched.
    Cell,
    /// Nothing: it is the whole table.
    Table,
}

/// One line of a handler's access list.
#[derive(Debug, Clone, Copy)]
pub struct Want {
    pub need: Need,
    pub source: Source,
    pub type_id: TypeId,
    pub type_name: &'static str,
    pub slot: usize,
    /// The handler can do without.
    pub optional: bool,
    /// It may not leave the loop's thread.
    pub local: bool,
}

impl Want {
    #[inline]
    pub(crate) fn of<T: 'static>(need: Need) -> Self {
        Self {
            need,
            source: Source::Address,
            type_id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            slot: Slot::<T>::of().index(),
            optional: false,
            local: false,
        }
    }

    fn everything() -> Self {
        Self {
            optional: true,
            local: true,
            source: Source::Table,
            ..Self::of::<Ctx<'static>>(Need::Everything)
        }
    }

    /// Of a type that may not leave the loop's thread.
    fn at_home(self) -> Self {
        Self {
            local: true,
            ..self
        }
    }

    /// Whether both can be held at the same time.
    #[inline]
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        match (self.need, other.need) {
            (Need::Everything, _) | (_, Need::Everything) => false,
            (Need::Read, Need::Read) => true,
            _ => self.type_id != other.type_id,
        }
    }
}

/// One aim for each parameter; the rest is not read.
pub(super) type Aims = [*mut (); MOST_AT_ONCE];

/// What the parameters are aimed at in `table`, in order.
#[inline]
pub(super) fn aims(table: &Table, wants: &[Want]) -> Aims {
    std::array::from_fn(|at| {
        wants
            .get(at)
            .map_or(std::ptr::null_mut(), |want| table.aim(want))
    })
}

/// The first two wants that cannot be held together. Plain loops, and types compared, so that the answer to a query's own types is
/// known when it is compiled.
#[inline]
pub(super) fn clash(wants: &[Want]) -> Option<(Want, Want)> {
    for (at, second) in wants.iter().enumerate() {
        for first in &wants[..at] {
            if !first.agrees_with(second) {
                return Some((*first, *second));
            }
        }
    }
    None
}

/// A parameter that can be read from the table. Unlike [`Param`](crate::Param) it asks nothing of `T` but `'static`,
/// so that a missing `Sync` is reported once, by `Param`, and does not cascade.
///
/// # Safety
/// `fetch` touches nothing of the table but the slot that `want` names, and no more than its `need` says; `want` has the `SOURCE`.
pub unsafe trait Fetch {
    /// The parameter with the lifetime of one call.
    type Item<'w>;

    #[doc(hidden)]
    const SOURCE: Source;

    #[doc(hidden)]
    fn want() -> Want;

    /// # Safety
    /// `table` is live for `'w`, and `aim` is its aim for `want`; if that is an address, the value is there. Whatever else
    /// refers to the table's values meanwhile agrees with `want`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(table: *mut Table, aim: *mut ()) -> Self::Item<'w>;
}

// SAFETY: reads the slot of `T`.
unsafe impl<T: 'static> Fetch for &T {
    type Item<'w> = &'w T;

    const SOURCE: Source = Source::Address;

    fn want() -> Want {
        Want::of::<T>(Need::Read)
    }

    #[inline]
    unsafe fn fetch<'w>(_: *mut Table, aim: *mut ()) -> &'w T {
        // SAFETY: a live `T` by the table's invariant, and so an address; only read meanwhile, as the caller says.
        unsafe {
            assert_unchecked(!aim.is_null());
            &*aim.cast::<T>()
        }
    }
}

// SAFETY: writes the slot of `T`.
unsafe impl<T: 'static> Fetch for &mut T {
    type Item<'w> = &'w mut T;

    const SOURCE: Source = Source::Address;

    fn want() -> Want {
        Want::of::<T>(Need::Write)
    }

    #[inline]
    unsafe fn fetch<'w>(_: *mut Table, aim: *mut ()) -> &'w mut T {
        // SAFETY: a live `T` by the table's invariant, and so an address; nobody else refers to it meanwhile, as the caller says.
        unsafe {
            assert_unchecked(!aim.is_null());
            &mut *aim.cast::<T>()
        }
    }
}

// SAFETY: touches what `P` touches.
unsafe impl<P: Fetch> Fetch for Option<P> {
    type Item<'w> = Option<P::Item<'w>>;

    const SOURCE: Source = match P::SOURCE {
        Source::Address | Source::Cell => Source::Cell,
        Source::Table => Source::Table,
    };

    fn want() -> Want {
        Want {
            optional: true,
            source: Self::SOURCE,
            ..P::want()
        }
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, aim: *mut ()) -> Option<P::Item<'w>> {
        let inner = match P::SOURCE {
            // SAFETY: the table is live; this reads its array of cells, to which no item refers.
            Source::Address => unsafe { (*table).cell(aim.addr()) },
            Source::Cell | Source::Table => aim,
        };
        if P::SOURCE == Source::Address && inner.is_null() {
            return None;
        }
        // SAFETY: what `P` is aimed at; an address is that of a value that is there.
        Some(unsafe { P::fetch(table, inner) })
    }
}

// SAFETY: reads the slot of `T`.
unsafe impl<T: 'static> Fetch for Local<'_, T> {
    type Item<'w> = Local<'w, T>;

    const SOURCE: Source = Source::Address;

    fn want() -> Want {
        Want::of::<T>(Need::Read).at_home()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, aim: *mut ()) -> Local<'w, T> {
        // SAFETY: what this function asks of its caller is what it asks for in turn.
        Local::new(unsafe { <&T>::fetch(table, aim) })
    }
}

// SAFETY: writes the slot of `T`.
unsafe impl<T: 'static> Fetch for LocalMut<'_, T> {
    type Item<'w> = LocalMut<'w, T>;

    const SOURCE: Source = Source::Address;

    fn want() -> Want {
        Want::of::<T>(Need::Write).at_home()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, aim: *mut ()) -> LocalMut<'w, T> {
        // SAFETY: what this function asks of its caller is what it asks for in turn.
        LocalMut::new(unsafe { <&mut T>::fetch(table, aim) })
    }
}

// SAFETY: wants everything.
unsafe impl Fetch for Ctx<'_> {
    type Item<'w> = Ctx<'w>;

    const SOURCE: Source = Source::Table;

    fn want() -> Want {
        Want::everything()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, _: *mut ()) -> Ctx<'w> {
        // SAFETY: the table is live for `'w`, and this want agrees with no other.
        Ctx::from(View::of(unsafe { &mut *table }))
    }
}

/// What keeps [`Param`](crate::Param) to those that are here.
#[derive(Debug)]
pub struct Seal;

/// A list of parameters: a tuple of [`Ask`]s.
///
/// # Safety
/// `fetch` fetches one item for each of `wants`, in their order.
pub unsafe trait Params {
    /// The parameters with the lifetime of one call.
    type Items<'w>;

    #[doc(hidden)]
    type Wants: AsRef<[Want]>;

    #[doc(hidden)]
    fn wants() -> Self::Wants;

    /// # Safety
    /// `aims` has the table's aim for each want; what they require is there; the wants agree with each other; `table` is
    /// live and nobody else's for `'w`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(table: *mut Table, aims: &[*mut (); MOST_AT_ONCE]) -> Self::Items<'w>;
}

macro_rules! params_of_tuples {
    ($($P:ident $at:tt),*) => {
        // SAFETY: one item for each want, in order.
        unsafe impl<$($P: Fetch),*> Params for ($(Ask<$P>,)*) {
            type Items<'w> = ($($P::Item<'w>,)*);

            type Wants = [Want; <[usize]>::len(&[$($at),*])];

            fn wants() -> Self::Wants {
                [$($P::want()),*]
            }

            #[inline]
            #[allow(unused_variables, clippy::unused_unit)]
            unsafe fn fetch<'w>(table: *mut Table, aims: &[*mut (); MOST_AT_ONCE]) -> Self::Items<'w> {
                // SAFETY: what this function asks of its caller is what it asks for in turn.
                ($(unsafe { $P::fetch(table, aims[$at]) },)*)
            }
        }
    };
}

params_of_tuples!();
params_of_tuples!(P0 0);
params_of_tuples!(P0 0, P1 1);
params_of_tuples!(P0 0, P1 1, P2 2);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4, P5 5);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4, P5 5, P6 6);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4, P5 5, P6 6, P7 7);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4, P5 5, P6 6, P7 7, P8 8);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4, P5 5, P6 6, P7 7, P8 8, P9 9);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4, P5 5, P6 6, P7 7, P8 8, P9 9, P10 10);
params_of_tuples!(P0 0, P1 1, P2 2, P3 3, P4 4, P5 5, P6 6, P7 7, P8 8, P9 9, P10 10, P11 11);
