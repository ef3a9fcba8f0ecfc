//! Exclusive access to a table that a run has borrowed, without a `&mut Table` that safe code could swap.
//!
//! A new method may give out values of the table, or the table behind `&`. It must not give out `&mut Table` beyond `raw`.

use super::fetch::{Params, find_clash, param_ptrs, width};
use super::slot::Slot;
use super::table::{LentError, Table};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// Exclusive access to a table that code outside of `raw` cannot swap for another table, because the field is private. So a value that
/// is lent to the table cannot outlive the closure that gets the view.
///
/// The view holds an address and not a reference, so that several handlers can run at the same time, each with its own values.
pub(crate) struct View<'v> {
    /// The address of a table that is borrowed exclusively for `'v`. It never changes.
    table: NonNull<Table>,
    marker: PhantomData<&'v mut Table>,
}

impl<'v> View<'v> {
    pub(crate) fn of(table: &'v mut Table) -> Self {
        Self {
            table: NonNull::from(table),
            marker: PhantomData,
        }
    }

    pub(crate) fn reborrow(&mut self) -> View<'_> {
        View {
            table: self.table,
            marker: PhantomData,
        }
    }

    /// Returns a second view of the same table.
    ///
    /// # Safety
    /// While several views exist, the caller uses them only for accesses that are compatible with each other, and none of them
    /// changes the table itself.
    pub(super) unsafe fn duplicate(&self) -> View<'v> {
        View {
            table: self.table,
            marker: PhantomData,
        }
    }

    /// Returns the values that `P` asks for, if all of them are there and the accesses are compatible with each other.
    #[inline]
    pub(crate) fn query<P: Params>(&mut self) -> Option<P::Items<'_>> {
        let accesses = P::accesses();
        let accesses = accesses.as_ref();
        if find_clash(accesses).is_some() {
            return None;
        }
        let table = self.table_mut();
        table.grow(width(accesses));
        if !table.has(accesses) {
            return None;
        }
        let param_ptrs = param_ptrs(table, accesses);
        // SAFETY: `find_clash` checked that the accesses are compatible and `Table::has` that the required values are there. The
        // function `param_ptrs` made the pointers from this table, which `self` borrows for as long as the items.
        Some(unsafe { P::fetch(table, &param_ptrs) })
    }

    /// Converts the view into the borrow that `View::of` took.
    #[inline]
    pub(super) fn into_table(mut self) -> &'v mut Table {
        // SAFETY: `View::of` borrowed the table exclusively for `'v`, and this consumes the view.
        unsafe { self.table.as_mut() }
    }

    pub(crate) fn table(&self) -> &Table {
        // SAFETY: `View::of` borrowed the table exclusively for `'v`. `EntryList::prepare` alone makes further views, for handlers that do
        // not change the table: `EntryRecord::runs_alone` excludes those that could.
        unsafe { self.table.as_ref() }
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.table_mut().get_mut()
    }

    /// [`get_mut`](Self::get_mut) for a caller that has the slot already.
    #[inline]
    pub(crate) fn get_mut_at<T: 'static>(&mut self, slot: &Slot<T>) -> Option<&mut T> {
        self.table_mut().get_mut_at(slot)
    }

    pub(crate) fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        self.table_mut().insert(value)
    }

    pub(crate) fn remove<T: 'static>(&mut self) -> Result<Option<T>, LentError> {
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
        // SAFETY: `View::of` borrowed the table exclusively for `'v`. `EntryList::prepare` alone makes further views, for handlers that do
        // not call this: `EntryRecord::runs_alone` excludes those that ask for `Ctx` or return an answer.
        unsafe { self.table.as_mut() }
    }
}
