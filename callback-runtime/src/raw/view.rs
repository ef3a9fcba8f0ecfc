//! Exclusive access to a table that is borrowed for the length of a run.

use super::fetch::{Params, clash, param_ptrs};
use super::slot::Slot;
use super::table::{Lent, Table};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// Exclusive access to a table that cannot be swapped for another one: the field is private to this module, so that a value
/// that is lent to the table cannot outlive the closure that got the view.
///
/// A pointer and not a reference, so that several handlers can be called at the same time, each with other values.
pub(crate) struct View<'v> {
    table: NonNull<Table>,
    of: PhantomData<&'v mut Table>,
}

impl<'v> View<'v> {
    pub(crate) fn of(table: &'v mut Table) -> Self {
        Self {
            table: NonNull::from(table),
            of: PhantomData,
        }
    }

    pub(crate) fn reborrow(&mut self) -> View<'_> {
        View {
            table: self.table,
            of: PhantomData,
        }
    }

    /// A second view of the same table.
    ///
    /// # Safety
    /// As long as there are several views, none of them changes the table itself, and their accesses do not clash.
    pub(super) unsafe fn again(&self) -> View<'v> {
        View {
            table: self.table,
            of: PhantomData,
        }
    }

    /// Several values at once, if they are there and can be held together.
    #[inline]
    pub(crate) fn query<P: Params>(&mut self) -> Option<P::Items<'_>> {
        let accesses = P::accesses();
        let accesses = accesses.as_ref();
        if clash(accesses).is_some() {
            return None;
        }
        let table = self.table_mut();
        table.grow(
            1 + accesses
                .iter()
                .map(|access| access.slot.index())
                .max()
                .unwrap_or(0),
        );
        if !table.has(accesses) {
            return None;
        }
        let param_ptrs = param_ptrs(table, accesses);
        // SAFETY: the accesses do not clash, the slots that they require are filled, and the pointers are this table's, which is borrowed for
        // as long as the items.
        Some(unsafe { P::fetch(table, &param_ptrs) })
    }

    /// The table, for as long as the view would have been.
    #[inline]
    pub(super) fn into_table(mut self) -> &'v mut Table {
        // SAFETY: borrowed exclusively for `'v`, and this view is the last to use it.
        unsafe { self.table.as_mut() }
    }

    /// The table, for reading.
    pub(crate) fn table(&self) -> &Table {
        // SAFETY: borrowed exclusively for `'v`. Several views of it are in use only during `run_parallel`, by handlers that do not run
        // alone (`EntryRecord::runs_alone`): they do not change the table.
        unsafe { self.table.as_ref() }
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.table_mut().get_mut()
    }

    /// Like [`get_mut`](Self::get_mut), for a slot that is known already.
    #[inline]
    pub(crate) fn get_mut_at<T: 'static>(&mut self, slot: &Slot<T>) -> Option<&mut T> {
        self.table_mut().get_mut_at(slot)
    }

    pub(crate) fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        self.table_mut().insert(value)
    }

    pub(crate) fn remove<T: 'static>(&mut self) -> Result<Option<T>, Lent> {
        self.table_mut().remove()
    }

    pub(crate) fn lend<T: 'static, R>(
        &mut self,
        value: &mut T,
        body: impl for<'b> FnOnce(View<'b>) -> R,
    ) -> R {
        self.table_mut().lend(value, body)
    }

    pub(super) fn as_ptr(&mut self) -> *mut Table {
        self.table.as_ptr()
    }

    #[inline]
    pub(super) fn table_mut(&mut self) -> &mut Table {
        // SAFETY: borrowed exclusively for `'v`. Several views of it are in use only during `run_parallel`; handlers that do not run alone do
        // not call this.
        unsafe { self.table.as_mut() }
    }
}
