//! The table of typed cells behind [`State`](crate::State).

use super::fetch::{Params, clash, slots_of};
use super::slot::Slot;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};

/// At most one value per type. Cells are added, never taken away: an index stays valid.
#[derive(Default)]
pub struct Table {
    /// Null, or the address of the value. An array of its own, because it is all that a firing reads.
    cells: Vec<*mut ()>,
    homes: Vec<Home>,
}

/// Where a table keeps its own value of one type, whether or not there is one now.
#[derive(Default)]
struct Home {
    place: Option<Place>,
    /// The cell points at somebody else's value.
    lent: bool,
}

struct Place {
    address: NonNull<()>,
    drop_value: unsafe fn(*mut ()),
    free: unsafe fn(*mut ()),
}

/// What is lent cannot be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lent;

impl Table {
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        let cell = self.cell(Slot::<T>::of().index());
        // SAFETY: by the table's invariant the cell is null or a live `T`, and `self` is borrowed for as long as the reference.
        unsafe { cell.cast::<T>().as_ref() }
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        let cell = self.cell(Slot::<T>::of().index());
        // SAFETY: as in `get`, and `self` is borrowed exclusively.
        unsafe { cell.cast::<T>().as_mut() }
    }

    /// Whether the slot with this index is filled.
    pub(crate) fn holds(&self, index: usize) -> bool {
        !self.cell(index).is_null()
    }

    /// Puts `value` in place, and returns what it replaces. Allocates the first time a type is seen, never again.
    pub(crate) fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        let index = Slot::<T>::of().index();
        self.grow(index + 1);
        let cell = self.cells[index].cast::<T>();
        if !cell.is_null() {
            // SAFETY: the cell is a live `T`, exclusively ours through `&mut self`.
            return Some(unsafe { ptr::replace(cell, value) });
        }
        let place = self.homes[index].place.get_or_insert_with(Place::of::<T>);
        // SAFETY: the place was allocated for a `T` and, the cell being null, holds none now.
        unsafe { place.address.as_ptr().cast::<T>().write(value) };
        self.cells[index] = place.address.as_ptr();
        None
    }

    /// Takes the value out; its slot stays.
    pub(crate) fn remove<T: 'static>(&mut self) -> Result<Option<T>, Lent> {
        let index = Slot::<T>::of().index();
        let cell = self.cell(index).cast::<T>();
        if cell.is_null() {
            return Ok(None);
        }
        if self.homes[index].lent {
            return Err(Lent);
        }
        self.cells[index] = ptr::null_mut();
        // SAFETY: the cell was a live `T` in our own place; the cell is null now, so nobody reads it again.
        Ok(Some(unsafe { cell.read() }))
    }

    /// Makes `value` the table's `T` while `body` runs; what was there before is there again afterwards.
    pub(crate) fn lend<T: 'static, R>(
        &mut self,
        value: &mut T,
        body: impl for<'v> FnOnce(View<'v>) -> R,
    ) -> R {
        let index = Slot::<T>::of().index();
        self.grow(index + 1);
        let shadowed = std::mem::replace(&mut self.cells[index], ptr::from_mut(value).cast());
        let was_lent = std::mem::replace(&mut self.homes[index].lent, true);
        // `body` gets a view of a lifetime of its own, so this table cannot be swapped for another before the cell is restored.
        let result = catch_unwind(AssertUnwindSafe(|| body(View { table: self })));
        self.cells[index] = shadowed;
        self.homes[index].lent = was_lent;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    #[inline]
    fn cell(&self, index: usize) -> *mut () {
        self.cells.get(index).copied().unwrap_or(ptr::null_mut())
    }

    /// The cell of a slot that the table is wide enough for.
    ///
    /// # Safety
    /// The table has grown to `index + 1` before; it never shrinks.
    #[inline]
    pub(super) unsafe fn cell_within(&self, index: usize) -> *mut () {
        debug_assert!(index < self.cells.len(), "the table has grown");
        // SAFETY: as the caller says.
        unsafe { *self.cells.get_unchecked(index) }
    }

    #[inline]
    pub(super) fn grow(&mut self, width: usize) {
        if self.cells.len() < width {
            self.widen(width);
        }
    }

    #[cold]
    fn widen(&mut self, width: usize) {
        self.cells.resize(width, ptr::null_mut());
        self.homes.resize_with(width, Home::default);
    }
}

impl Place {
    fn of<T>() -> Self {
        unsafe fn drop_value<T>(address: *mut ()) {
            // SAFETY: the caller says that a live `T` is there, and forgets it.
            unsafe { address.cast::<T>().drop_in_place() };
        }
        unsafe fn free<T>(address: *mut ()) {
            // SAFETY: the address came out of the `Box` below, and is not used again.
            drop(unsafe { Box::from_raw(address.cast::<MaybeUninit<T>>()) });
        }
        let address = NonNull::from(Box::leak(Box::<T>::new_uninit())).cast();
        Self {
            address,
            drop_value: drop_value::<T>,
            free: free::<T>,
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        for (cell, home) in self.cells.iter().zip(&self.homes) {
            let Some(place) = &home.place else { continue };
            // SAFETY: a table is not dropped while something is lent to it (`lend` borrows it), so a cell that is not
            // null is the live value in our own place; both are given up here.
            unsafe {
                if !cell.is_null() {
                    (place.drop_value)(*cell);
                }
                (place.free)(place.address.as_ptr());
            }
        }
    }
}

/// Exclusive access to a table that nobody can swap for another one: its field is private to this module, and what
/// is lent to the table cannot outlive the closure that got the view.
pub(crate) struct View<'v> {
    table: &'v mut Table,
}

impl<'v> View<'v> {
    pub(crate) fn of(table: &'v mut Table) -> Self {
        Self { table }
    }

    pub(crate) fn reborrow(&mut self) -> View<'_> {
        View { table: self.table }
    }

    /// Several values at once, if they are there and can be held together.
    pub(crate) fn query<P: Params>(&mut self) -> Option<P::Items<'_>> {
        let wants = P::wants();
        let wants = wants.as_ref();
        if clash(wants).is_some() {
            return None;
        }
        let slots = slots_of(wants);
        self.table
            .grow(1 + wants.iter().map(|want| want.slot).max().unwrap_or(0));
        // SAFETY: a slot for each want (a tuple has no more than that), which agree and for which the table has grown; it is
        // ours for as long as the items.
        unsafe { P::fetch(self.table, &slots) }
    }

    /// The table, for reading.
    pub(crate) fn table(&self) -> &Table {
        self.table
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.table.get_mut()
    }

    pub(crate) fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        self.table.insert(value)
    }

    pub(crate) fn remove<T: 'static>(&mut self) -> Result<Option<T>, Lent> {
        self.table.remove()
    }

    pub(crate) fn lend<T: 'static, R>(
        &mut self,
        value: &mut T,
        body: impl for<'b> FnOnce(View<'b>) -> R,
    ) -> R {
        self.table.lend(value, body)
    }

    pub(super) fn as_ptr(&mut self) -> *mut Table {
        self.table
    }

    #[inline]
    pub(super) fn grow(&mut self, width: usize) {
        self.table.grow(width);
    }
}
