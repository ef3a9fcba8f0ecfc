//! How a parameter is read from the table, and why several can be read at once.

use super::slot::{Slot, SlotId};
use super::table::Table;
use super::view::View;
use crate::state::Ctx;
use crate::state::arity::for_each_arity;
use crate::state::param::{Ask, Local, LocalMut};
use std::any::{TypeId, type_name};
use std::hint::assert_unchecked;

/// The greatest number of parameters of a handler.
pub(super) const MAX_PARAMETERS: usize = 12;

/// How a parameter uses the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKind {
    Read,
    Write,
    /// The whole state: the parameter of a handler that has no other.
    Everything,
}

/// What the pointer of a parameter is, from which the parameter is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PtrKind {
    /// Where its value is. The value is there: this was seen to before.
    Address,
    /// The index of its slot: fetching checks whether the slot is filled.
    SlotIndex,
    /// Null: the parameter is the whole table.
    Table,
}

/// The use of one type of state by a handler.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    pub kind: AccessKind,
    pub ptr_kind: PtrKind,
    pub type_id: TypeId,
    pub type_name: &'static str,
    pub slot: SlotId,
    /// Whether the handler runs without it.
    pub optional: bool,
    /// Whether it must stay on the loop's thread.
    pub local: bool,
}

impl Access {
    #[inline]
    pub(crate) fn of<T: 'static>(kind: AccessKind) -> Self {
        Self {
            kind,
            ptr_kind: PtrKind::Address,
            type_id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            slot: Slot::<T>::of().id(),
            optional: false,
            local: false,
        }
    }

    fn everything() -> Self {
        Self {
            optional: true,
            local: true,
            ptr_kind: PtrKind::Table,
            ..Self::of::<Ctx<'static>>(AccessKind::Everything)
        }
    }

    /// Of a type that may not leave the loop's thread.
    fn local(self) -> Self {
        Self {
            local: true,
            ..self
        }
    }

    /// Whether both can be held at the same time.
    #[inline]
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        match (self.kind, other.kind) {
            (AccessKind::Everything, _) | (_, AccessKind::Everything) => false,
            (AccessKind::Read, AccessKind::Read) => true,
            _ => self.type_id != other.type_id,
        }
    }
}

/// One pointer for each parameter; the rest is not read.
pub(super) type ParamPtrs = [*mut (); MAX_PARAMETERS];

/// The pointers of the parameters in `table`, in order.
#[inline]
pub(super) fn param_ptrs(table: &Table, accesses: &[Access]) -> ParamPtrs {
    std::array::from_fn(|at| {
        accesses
            .get(at)
            .map_or(std::ptr::null_mut(), |access| table.param_ptr(access))
    })
}

/// The first two accesses that cannot be held at the same time. Plain loops that compare types, so that the compiler knows the
/// result for the types of a query.
#[inline]
pub(super) fn clash(accesses: &[Access]) -> Option<(Access, Access)> {
    for (at, second) in accesses.iter().enumerate() {
        for first in &accesses[..at] {
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
/// `fetch` touches nothing of the table but the slot that `access` names, and no more than its `kind` says; `access` has the `PTR_KIND`.
pub unsafe trait Fetch {
    /// The parameter with the lifetime of one call.
    type Item<'w>;

    #[doc(hidden)]
    const PTR_KIND: PtrKind;

    #[doc(hidden)]
    fn access() -> Access;

    /// # Safety
    /// `table` is live for `'w`, and `ptr` is its pointer for `access`; if that is an address, the slot is filled. No other reference to
    /// the table's values clashes with `access` for `'w`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(table: *mut Table, ptr: *mut ()) -> Self::Item<'w>;
}

// SAFETY: reads the slot of `T`.
unsafe impl<T: 'static> Fetch for &T {
    type Item<'w> = &'w T;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Read)
    }

    #[inline]
    unsafe fn fetch<'w>(_: *mut Table, ptr: *mut ()) -> &'w T {
        // SAFETY: a live `T` by the table's invariant, and so an address; only read meanwhile, as the caller says.
        unsafe {
            assert_unchecked(!ptr.is_null());
            &*ptr.cast::<T>()
        }
    }
}

// SAFETY: writes the slot of `T`.
unsafe impl<T: 'static> Fetch for &mut T {
    type Item<'w> = &'w mut T;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Write)
    }

    #[inline]
    unsafe fn fetch<'w>(_: *mut Table, ptr: *mut ()) -> &'w mut T {
        // SAFETY: a live `T` by the table's invariant, and therefore an address; the caller guarantees that nothing else refers to it.
        unsafe {
            assert_unchecked(!ptr.is_null());
            &mut *ptr.cast::<T>()
        }
    }
}

// SAFETY: touches what `P` touches.
unsafe impl<P: Fetch> Fetch for Option<P> {
    type Item<'w> = Option<P::Item<'w>>;

    const PTR_KIND: PtrKind = match P::PTR_KIND {
        PtrKind::Address | PtrKind::SlotIndex => PtrKind::SlotIndex,
        PtrKind::Table => PtrKind::Table,
    };

    fn access() -> Access {
        Access {
            optional: true,
            ptr_kind: Self::PTR_KIND,
            ..P::access()
        }
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, ptr: *mut ()) -> Option<P::Item<'w>> {
        let inner = match P::PTR_KIND {
            // SAFETY: the table is live; this reads its array of cells, to which no item refers.
            PtrKind::Address => unsafe { (*table).cell(SlotId::new(ptr.addr())) },
            PtrKind::SlotIndex | PtrKind::Table => ptr,
        };
        if P::PTR_KIND == PtrKind::Address && inner.is_null() {
            return None;
        }
        // SAFETY: the pointer of `P`; an address is that of a live value, because it is not null.
        Some(unsafe { P::fetch(table, inner) })
    }
}

// SAFETY: reads the slot of `T`.
unsafe impl<T: 'static> Fetch for Local<'_, T> {
    type Item<'w> = Local<'w, T>;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Read).local()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, ptr: *mut ()) -> Local<'w, T> {
        // SAFETY: what this function asks of its caller is what it asks for in turn.
        Local::new(unsafe { <&T>::fetch(table, ptr) })
    }
}

// SAFETY: writes the slot of `T`.
unsafe impl<T: 'static> Fetch for LocalMut<'_, T> {
    type Item<'w> = LocalMut<'w, T>;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Write).local()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, ptr: *mut ()) -> LocalMut<'w, T> {
        // SAFETY: what this function asks of its caller is what it asks for in turn.
        LocalMut::new(unsafe { <&mut T>::fetch(table, ptr) })
    }
}

// SAFETY: accesses everything.
unsafe impl Fetch for Ctx<'_> {
    type Item<'w> = Ctx<'w>;

    const PTR_KIND: PtrKind = PtrKind::Table;

    fn access() -> Access {
        Access::everything()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, _: *mut ()) -> Ctx<'w> {
        // SAFETY: the table is live for `'w`, and this access clashes with every other one.
        Ctx::from(View::of(unsafe { &mut *table }))
    }
}

/// What keeps [`Param`](crate::Param) to those that are here.
#[derive(Debug)]
pub struct Seal;

/// A list of parameters: a tuple of [`Ask`]s.
///
/// # Safety
/// `fetch` fetches one item for each of `accesses`, in their order.
pub unsafe trait Params {
    /// The parameters with the lifetime of one call.
    type Items<'w>;

    #[doc(hidden)]
    type Accesses: AsRef<[Access]>;

    #[doc(hidden)]
    fn accesses() -> Self::Accesses;

    #[doc(hidden)]
    fn access_list() -> Vec<Access> {
        Self::accesses().as_ref().to_vec()
    }

    /// # Safety
    /// `param_ptrs` has the table's pointer for each access; the slots that they require are filled; the accesses do not clash with each
    /// other; `table` is live and used by nothing else for `'w`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(
        table: *mut Table,
        param_ptrs: &[*mut (); MAX_PARAMETERS],
    ) -> Self::Items<'w>;
}

macro_rules! params_of_tuples {
    ($($P:ident $K:ident $p:ident $at:tt),*) => {
        // SAFETY: one item for each access, in order.
        unsafe impl<$($P: Fetch),*> Params for ($(Ask<$P>,)*) {
            type Items<'w> = ($($P::Item<'w>,)*);

            type Accesses = [Access; <[usize]>::len(&[$($at),*])];

            fn accesses() -> Self::Accesses {
                [$($P::access()),*]
            }

            #[inline]
            #[allow(unused_variables, clippy::unused_unit)]
            unsafe fn fetch<'w>(table: *mut Table, param_ptrs: &[*mut (); MAX_PARAMETERS]) -> Self::Items<'w> {
                // SAFETY: what this function asks of its caller is what it asks for in turn.
                ($(unsafe { $P::fetch(table, param_ptrs[$at]) },)*)
            }
        }
    };
}

for_each_arity!(params_of_tuples);
