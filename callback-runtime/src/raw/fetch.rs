//! How a parameter is read from the table, and why several can be read at once.

use super::slot::Slot;
use super::table::{Table, View};
use crate::param::{Ask, Local, LocalMut};
use crate::state::Ctx;
use std::any::{TypeId, type_name};

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

/// One line of a handler's access list.
#[derive(Debug, Clone, Copy)]
pub struct Want {
    pub need: Need,
    pub type_id: TypeId,
    pub type_name: &'static str,
    pub slot: usize,
    /// The handler can do without.
    pub optional: bool,
}

impl Want {
    fn of<T: 'static>(need: Need) -> Self {
        Self {
            need,
            type_id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            slot: Slot::<T>::of().index(),
            optional: false,
        }
    }

    fn everything() -> Self {
        Self {
            optional: true,
            ..Self::of::<Ctx<'static>>(Need::Everything)
        }
    }

    /// Whether both can be held at the same time.
    fn agrees_with(&self, other: &Self) -> bool {
        match (self.need, other.need) {
            (Need::Everything, _) | (_, Need::Everything) => false,
            (Need::Read, Need::Read) => true,
            _ => self.slot != other.slot,
        }
    }
}

/// The slots of a handler's wants, in order.
pub(super) fn slots_of(wants: &[Want]) -> [u32; MOST_AT_ONCE] {
    // There are not four thousand million types.
    let slot = |want: &Want| u32::try_from(want.slot).unwrap_or(u32::MAX);
    std::array::from_fn(|at| wants.get(at).map_or(0, slot))
}

/// The first two wants that cannot be held together.
pub(super) fn clash(wants: &[Want]) -> Option<(Want, Want)> {
    let pairs = wants
        .iter()
        .enumerate()
        .flat_map(|(at, second)| wants[..at].iter().map(move |first| (first, second)));
    pairs
        .filter(|(first, second)| !first.agrees_with(second))
        .map(|(first, second)| (*first, *second))
        .next()
}

/// A parameter that can be read from the table. Unlike [`Param`](crate::Param) it asks nothing of `T` but `'static`,
/// so that a missing `Sync` is reported once, by `Param`, and does not cascade.
///
/// # Safety
/// `fetch` touches nothing of the table but the slot that `want` names, and no more than its `need` says.
pub unsafe trait Fetch {
    /// The parameter with the lifetime of one call.
    type Item<'w>;

    #[doc(hidden)]
    fn want() -> Want;

    /// # Safety
    /// `table` is live for `'w` and has `slot`; whatever else refers to its values meanwhile agrees with `want`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(table: *mut Table, slot: usize) -> Option<Self::Item<'w>>;
}

/// # Safety
/// As for [`Fetch::fetch`].
#[inline]
unsafe fn cell<T>(table: *mut Table, slot: usize) -> *mut T {
    // SAFETY: the table is live and has the slot; this reads its array of cells, to which no item refers.
    unsafe { (*table).cell_within(slot) }.cast()
}

// SAFETY: reads the slot of `T`.
unsafe impl<T: 'static> Fetch for &T {
    type Item<'w> = &'w T;

    fn want() -> Want {
        Want::of::<T>(Need::Read)
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, slot: usize) -> Option<&'w T> {
        // SAFETY: null or live by the table's invariant; only read meanwhile, as the caller says.
        unsafe { cell::<T>(table, slot).as_ref() }
    }
}

// SAFETY: writes the slot of `T`.
unsafe impl<T: 'static> Fetch for &mut T {
    type Item<'w> = &'w mut T;

    fn want() -> Want {
        Want::of::<T>(Need::Write)
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, slot: usize) -> Option<&'w mut T> {
        // SAFETY: null or live by the table's invariant; nobody else refers to it meanwhile, as the caller says.
        unsafe { cell::<T>(table, slot).as_mut() }
    }
}

// SAFETY: touches what `P` touches.
unsafe impl<P: Fetch> Fetch for Option<P> {
    type Item<'w> = Option<P::Item<'w>>;

    fn want() -> Want {
        Want {
            optional: true,
            ..P::want()
        }
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, slot: usize) -> Option<Option<P::Item<'w>>> {
        // SAFETY: handed on.
        Some(unsafe { P::fetch(table, slot) })
    }
}

// SAFETY: reads the slot of `T`.
unsafe impl<T: 'static> Fetch for Local<'_, T> {
    type Item<'w> = Local<'w, T>;

    fn want() -> Want {
        Want::of::<T>(Need::Read)
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, slot: usize) -> Option<Local<'w, T>> {
        // SAFETY: handed on.
        unsafe { <&T>::fetch(table, slot) }.map(Local::new)
    }
}

// SAFETY: writes the slot of `T`.
unsafe impl<T: 'static> Fetch for LocalMut<'_, T> {
    type Item<'w> = LocalMut<'w, T>;

    fn want() -> Want {
        Want::of::<T>(Need::Write)
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, slot: usize) -> Option<LocalMut<'w, T>> {
        // SAFETY: handed on.
        unsafe { <&mut T>::fetch(table, slot) }.map(LocalMut::new)
    }
}

// SAFETY: wants everything.
unsafe impl Fetch for Ctx<'_> {
    type Item<'w> = Ctx<'w>;

    fn want() -> Want {
        Want::everything()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, _slot: usize) -> Option<Ctx<'w>> {
        // SAFETY: the table is live for `'w`, and this want agrees with no other.
        Some(Ctx::from(View::of(unsafe { &mut *table })))
    }
}

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
    /// `slots` has a slot for each want; the wants agree with each other; `table` is live, has these slots, and is nobody
    /// else's for `'w`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(table: *mut Table, slots: &[u32; MOST_AT_ONCE]) -> Option<Self::Items<'w>>;
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
            #[allow(unused_variables, clippy::unused_unit, clippy::unnecessary_wraps)]
            unsafe fn fetch<'w>(table: *mut Table, slots: &[u32; MOST_AT_ONCE]) -> Option<Self::Items<'w>> {
                // SAFETY: handed on.
                Some(($(unsafe { $P::fetch(table, slots[$at] as usize) }?,)*))
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
