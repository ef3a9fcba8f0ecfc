//! How a handler's parameters are read from the table, and when several of them can be held at the same time.
//!
//! A further type of parameter needs an implementation of [`Fetch`] here and one of `Param`, and no change elsewhere in `raw`.

use super::slot::{Slot, SlotId};
use super::table::Table;
use super::view::View;
use crate::state::Ctx;
use crate::state::arity::for_each_arity;
use crate::state::param::{Ask, Local, LocalMut};
use std::any::{TypeId, type_name};
use std::hint::assert_unchecked;

/// The largest number of parameters of a handler.
pub(super) const MAX_PARAMS: usize = 12;

/// How a parameter uses the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKind {
    /// Reads the value of one slot.
    Read,
    /// Reads and writes the value of one slot.
    Write,
    /// Uses the whole state, so the handler has no other parameter.
    Everything,
}

/// What the pointer of a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PtrKind {
    /// The address of the value. The caller checks that there is a value before it calls the handler.
    Address,
    /// The index of the slot. Fetching the parameter checks whether there is a value.
    SlotIndex,
    /// Null: the parameter is the whole table.
    Table,
}

/// How one parameter of a handler uses the state. The list of a handler's accesses decides what it can run with.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    pub kind: AccessKind,
    /// What the pointer of the parameter is.
    pub ptr_kind: PtrKind,
    /// The type of the value.
    pub type_id: TypeId,
    /// The name of the type, for messages.
    pub type_name: &'static str,
    /// The slot of the type.
    pub slot: SlotId,
    /// Whether the handler can be called without the value.
    pub optional: bool,
    /// Whether the value may not leave the loop's thread.
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

    /// The same access, of a value that may not leave the loop's thread.
    fn local(self) -> Self {
        Self {
            local: true,
            ..self
        }
    }

    /// Whether both parameters can be held at the same time.
    #[inline]
    pub(super) fn is_compatible_with(&self, other: &Self) -> bool {
        match (self.kind, other.kind) {
            (AccessKind::Everything, _) | (_, AccessKind::Everything) => false,
            (AccessKind::Read, AccessKind::Read) => true,
            _ => self.type_id != other.type_id,
        }
    }
}

/// The pointers of a handler's parameters, in order: see [`PtrKind`]. Calls do not read those after the last parameter.
pub(super) type ParamPtrs = [*mut (); MAX_PARAMS];

/// Makes the pointers of the parameters with these accesses. They are valid while the layout of `table` is the same.
#[inline]
pub(super) fn param_ptrs(table: &Table, accesses: &[Access]) -> ParamPtrs {
    std::array::from_fn(|index| {
        accesses
            .get(index)
            .map_or(std::ptr::null_mut(), |access| table.param_ptr(access))
    })
}

/// Returns the number of cells that a table needs for the slots of `accesses`.
#[inline]
pub(super) fn width(accesses: &[Access]) -> usize {
    let slots = accesses.iter().map(|access| access.slot.index());
    1 + slots.max().unwrap_or(0)
}

/// Returns the first two accesses that are not compatible. Plain loops that compare types: for the types of one query the compiler
/// evaluates them.
#[inline]
pub(super) fn find_clash(accesses: &[Access]) -> Option<(Access, Access)> {
    for (index, second) in accesses.iter().enumerate() {
        for first in &accesses[..index] {
            if !first.is_compatible_with(second) {
                return Some((*first, *second));
            }
        }
    }
    None
}

/// A parameter that can be read from the table. Unlike [`Param`](crate::Param) it requires only `'static` of the value's type, so that
/// the compiler reports a missing `Sync` once, for `Param`.
///
/// # Safety
/// `fetch` touches only the slot that `access` names, and only in the way that its `kind` says. The `ptr_kind` of `access` is
/// `PTR_KIND`.
pub unsafe trait Fetch {
    /// The parameter with the lifetime of one call.
    type Item<'w>;

    #[doc(hidden)]
    const PTR_KIND: PtrKind;

    #[doc(hidden)]
    fn access() -> Access;

    /// Reads the parameter.
    ///
    /// # Safety
    /// `table` is live for `'w`, and `ptr` is its parameter pointer for `access`. If `PTR_KIND` is an address, the value is there. All
    /// other uses of the table's values during `'w` are compatible with `access`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(table: *mut Table, ptr: *mut ()) -> Self::Item<'w>;
}

// SAFETY: `fetch` reads the slot of `T`, and `access` says so.
unsafe impl<T: 'static> Fetch for &T {
    type Item<'w> = &'w T;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Read)
    }

    #[inline]
    unsafe fn fetch<'w>(_: *mut Table, ptr: *mut ()) -> &'w T {
        // SAFETY: the value is there, so `ptr` is the address of a live `T` by the table's invariant. By the contract of `Fetch::fetch`
        // all other uses only read it.
        unsafe {
            assert_unchecked(!ptr.is_null());
            &*ptr.cast::<T>()
        }
    }
}

// SAFETY: `fetch` gives out the slot of `T` for writing, and `access` says so.
unsafe impl<T: 'static> Fetch for &mut T {
    type Item<'w> = &'w mut T;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Write)
    }

    #[inline]
    unsafe fn fetch<'w>(_: *mut Table, ptr: *mut ()) -> &'w mut T {
        // SAFETY: the value is there, so `ptr` is the address of a live `T` by the table's invariant. By the contract of `Fetch::fetch`
        // nothing else uses it.
        unsafe {
            assert_unchecked(!ptr.is_null());
            &mut *ptr.cast::<T>()
        }
    }
}

// SAFETY: `fetch` touches what that of `P` touches, whose access this has.
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
            // SAFETY: by the contract of `Fetch::fetch` the table is live. This reads the array of cells, from which no item borrows.
            PtrKind::Address => unsafe { (*table).cell(SlotId::new(ptr.addr())) },
            PtrKind::SlotIndex | PtrKind::Table => ptr,
        };
        if P::PTR_KIND == PtrKind::Address && inner.is_null() {
            return None;
        }
        // SAFETY: `inner` is the parameter pointer of `P`. If it is an address, the value is there, because it is not null.
        Some(unsafe { P::fetch(table, inner) })
    }
}

// SAFETY: as `&T`.
unsafe impl<T: 'static> Fetch for Local<'_, T> {
    type Item<'w> = Local<'w, T>;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Read).local()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, ptr: *mut ()) -> Local<'w, T> {
        // SAFETY: both functions have the same contract.
        Local::new(unsafe { <&T>::fetch(table, ptr) })
    }
}

// SAFETY: as `&mut T`.
unsafe impl<T: 'static> Fetch for LocalMut<'_, T> {
    type Item<'w> = LocalMut<'w, T>;

    const PTR_KIND: PtrKind = PtrKind::Address;

    fn access() -> Access {
        Access::of::<T>(AccessKind::Write).local()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, ptr: *mut ()) -> LocalMut<'w, T> {
        // SAFETY: both functions have the same contract.
        LocalMut::new(unsafe { <&mut T>::fetch(table, ptr) })
    }
}

// SAFETY: `access` says that the parameter uses everything.
unsafe impl Fetch for Ctx<'_> {
    type Item<'w> = Ctx<'w>;

    const PTR_KIND: PtrKind = PtrKind::Table;

    fn access() -> Access {
        Access::everything()
    }

    #[inline]
    unsafe fn fetch<'w>(table: *mut Table, _: *mut ()) -> Ctx<'w> {
        // SAFETY: by the contract of `Fetch::fetch` the table is live for `'w`, and this access is compatible with no other.
        Ctx::from(View::of(unsafe { &mut *table }))
    }
}

/// Seals [`Param`](crate::Param): other crates cannot name this type.
#[derive(Debug)]
pub struct Seal;

/// A list of parameters: a tuple of [`Ask`]s.
///
/// # Safety
/// `fetch` reads one item for each of `accesses`, in the same order, and touches nothing else.
pub unsafe trait Params {
    /// The parameters with the lifetime of one call.
    type Items<'w>;

    #[doc(hidden)]
    type Accesses: AsRef<[Access]>;

    #[doc(hidden)]
    fn accesses() -> Self::Accesses;

    /// [`accesses`](Self::accesses) as a list, for [`HandlerType`](super::handler::HandlerType), which has no type parameters.
    #[doc(hidden)]
    fn access_list() -> Vec<Access> {
        Self::accesses().as_ref().to_vec()
    }

    /// Reads the parameters.
    ///
    /// # Safety
    /// `table` is live for `'w`, and `param_ptrs` are its parameter pointers for the accesses. The values that they require are there.
    /// The accesses are compatible with each other and with all other uses of the table's values during `'w`.
    #[doc(hidden)]
    unsafe fn fetch<'w>(table: *mut Table, param_ptrs: &[*mut (); MAX_PARAMS]) -> Self::Items<'w>;
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
            unsafe fn fetch<'w>(table: *mut Table, param_ptrs: &[*mut (); MAX_PARAMS]) -> Self::Items<'w> {
                // SAFETY: by the contract of `Params::fetch`, which has that of `Fetch::fetch` for each parameter.
                ($(unsafe { $P::fetch(table, param_ptrs[$at]) },)*)
            }
        }
    };
}

for_each_arity!(params_of_tuples);
