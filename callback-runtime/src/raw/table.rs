//! The table of typed cells behind [`State`](crate::State).

use super::counter::{CounterGate, Plain};
use super::fetch::{Source, Want};
use super::needs::{Needs, Presence};
use super::owned::leak;
use super::slot::Slot;
use super::view::View;
use crate::borrows::Borrows;
use crate::catch::{catch, quietly};
use std::any::type_name;
use std::mem::{MaybeUninit, take};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// At most one value per type. Cells are added, never taken away: an index stays valid.
pub struct Table {
    /// Null, or the address of the value.
    cells: Vec<*mut ()>,
    homes: Vec<Home>,
    /// Which cells are not null.
    presence: Presence,
    layout: Layout,
    /// No other table has it.
    id: Layout,
    /// Other threads use the values: handlers of a group.
    pub(super) runs_group: bool,
    borrows: Arc<Borrows>,
}

/// Stands for where the values of one table are. Whoever keeps addresses keeps this with them: as long as the table has the
/// same one, each value that is there is where it was. Two tables never have the same, and what comes and goes, in its own
/// place, changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Layout(u64);

impl Layout {
    /// Of no table.
    pub(super) const NONE: Self = Self(0);

    fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What a table has for one type beside the cell.
#[derive(Default)]
struct Home {
    place: Option<Place>,
    /// The cell points at a value that is borrowed for the length of a [`lend`](Table::lend).
    lent: bool,
}

/// Memory for the table's own value of one type. It stays allocated, at the same address, as long as the table lives.
///
/// **Invariant:** `is_filled` says whether a live value is in it. It speaks of this memory alone, so that a table which is dropped
/// while something is lent to it (`process::exit` inside of `lend` runs the destructors of thread-locals) drops its own
/// values and never the borrowed one.
struct Place {
    address: NonNull<()>,
    is_filled: bool,
    type_name: &'static str,
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
        self.get_mut_at(&Slot::of())
    }

    pub(super) fn get_mut_at<T: 'static>(&mut self, slot: &Slot<T>) -> Option<&mut T> {
        // SAFETY: as in `get`, and `self` is borrowed exclusively.
        unsafe { self.cell(slot.index()).cast::<T>().as_mut() }
    }

    /// A gate that is closed until the table's own `T` stands at `next`. `None` where there is no such value, or a borrowed one.
    pub(super) fn gate<T: 'static>(&self, plain: Plain<T>, next: u64) -> Option<CounterGate> {
        let home = self.homes.get(Slot::<T>::of().index())?;
        let place = home.place.as_ref()?;
        let is_own = place.is_filled && !home.lent;
        is_own.then(|| CounterGate::new(plain, place.address.cast(), next))
    }

    /// Whether the slot with this index is filled.
    #[inline]
    pub(crate) fn holds(&self, index: usize) -> bool {
        !self.cell(index).is_null()
    }

    /// Puts `value` in place, and returns what it replaces. Allocates the first time a type is seen, never again.
    pub(crate) fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        let index = Slot::<T>::of().index();
        let cell = self.cell(index).cast::<T>();
        if !cell.is_null() {
            // SAFETY: the cell is a live `T`, exclusively ours through `&mut self`.
            return Some(unsafe { ptr::replace(cell, value) });
        }
        if self.place(index).is_none() {
            self.make_place::<T>(index);
        }
        let place = self.homes[index].place.as_mut()?;
        let address = place.address.as_ptr();
        // SAFETY: `make_place` allocated the place for the type of the slot, which is `T`; a cell that is null says that it holds none.
        unsafe { address.cast::<T>().write(value) };
        place.is_filled = true;
        self.set_cell(index, address);
        None
    }

    #[inline]
    fn place(&self, index: usize) -> Option<&Place> {
        self.homes.get(index)?.place.as_ref()
    }

    #[cold]
    fn make_place<T>(&mut self, index: usize) {
        self.grow(index + 1);
        self.layout = Layout::fresh();
        self.homes[index].place = Some(Place::of::<T>());
    }

    #[inline]
    fn set_cell(&mut self, index: usize, cell: *mut ()) {
        self.cells[index] = cell;
        self.presence.set(index, !cell.is_null());
    }

    /// Takes the value out; its slot stays.
    pub(crate) fn remove<T: 'static>(&mut self) -> Result<Option<T>, Lent> {
        let index = Slot::<T>::of().index();
        let cell = self.cell(index).cast::<T>();
        if cell.is_null() {
            return Ok(None);
        }
        let home = &mut self.homes[index];
        if home.lent {
            return Err(Lent);
        }
        if let Some(place) = &mut home.place {
            place.is_filled = false;
        }
        self.set_cell(index, ptr::null_mut());
        // SAFETY: the cell was not lent, so that it was the live `T` in our own place, which neither the cell nor the place refers to now.
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
        let shadowed = self.cells[index];
        let was_lent = std::mem::replace(&mut self.homes[index].lent, true);
        self.set_cell(index, ptr::from_mut(value).cast());
        self.layout = Layout::fresh();
        // `body` gets a view of a lifetime of its own, so this table cannot be swapped for another before the cell is restored.
        let result = catch_unwind(AssertUnwindSafe(|| body(View::of(self))));
        self.set_cell(index, shadowed);
        self.layout = Layout::fresh();
        self.homes[index].lent = was_lent;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    #[inline]
    pub(super) fn cell(&self, index: usize) -> *mut () {
        self.cells.get(index).copied().unwrap_or(ptr::null_mut())
    }

    /// Where a parameter finds its value, for as long as the layout stays: see [`Source`].
    #[inline]
    pub(super) fn aim(&self, want: &Want) -> *mut () {
        match want.source {
            Source::Address => self.address(want.slot),
            Source::Cell => ptr::without_provenance_mut(want.slot),
            Source::Table => ptr::null_mut(),
        }
    }

    /// Where a value of the slot is or, while there is none, will be.
    #[inline]
    fn address(&self, index: usize) -> *mut () {
        let cell = self.cell(index);
        match self.place(index) {
            Some(place) if cell.is_null() => place.address.as_ptr(),
            _ => cell,
        }
    }

    /// What no other table has, and this one has always.
    #[inline]
    pub(super) fn id(&self) -> Layout {
        self.id
    }

    pub(super) fn borrows(&self) -> &Arc<Borrows> {
        &self.borrows
    }

    #[inline]
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Whether all is there that is needed, but for what has no bit.
    #[inline]
    pub(super) fn covers(&self, needs: &Needs) -> bool {
        self.presence.covers(needs)
    }

    /// Whether all is there that is needed.
    #[inline]
    pub(super) fn meets(&self, needs: &Needs) -> bool {
        self.covers(needs) && (needs.far().is_empty() || self.holds_far(needs))
    }

    #[cold]
    fn holds_far(&self, needs: &Needs) -> bool {
        needs.far().iter().all(|slot| self.holds(*slot))
    }

    /// Whether all is there that `wants` require.
    #[inline]
    pub(super) fn has(&self, wants: &[Want]) -> bool {
        let mut required = wants.iter().filter(|want| !want.optional);
        required.all(|want| self.holds(want.slot))
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
        self.borrows.grow(width);
    }
}

impl Default for Table {
    fn default() -> Self {
        Self {
            cells: Vec::new(),
            homes: Vec::new(),
            presence: Presence::default(),
            layout: Layout::fresh(),
            id: Layout::fresh(),
            runs_group: false,
            borrows: Arc::default(),
        }
    }
}

impl Drop for Table {
    /// Leaks the values that other threads use: the process ends inside of a call then, by `process::exit`, and this is a
    /// destructor of a thread-local.
    fn drop(&mut self) {
        if self.runs_group {
            let (cells, homes) = (take(&mut self.cells), take(&mut self.homes));
            leak((cells, homes, self.borrows.clone()));
        }
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
            is_filled: false,
            type_name: type_name::<T>(),
            drop_value: drop_value::<T>,
            free: free::<T>,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::mem::take(&mut self.is_filled) {
            // SAFETY: filled, by the invariant of a place, with a value of the type that `Place::of` made it for.
            let drop_value = || unsafe { (self.drop_value)(self.address.as_ptr()) };
            if let Err(cause) = catch(drop_value) {
                let of = self.type_name;
                quietly(|| tracing::warn!(%cause, "the destructor of the state `{of}` failed"));
            }
        }
        // SAFETY: allocated by `Place::of`, and not used again.
        unsafe { (self.free)(self.address.as_ptr()) };
    }
}
