//! The table of typed cells behind [`State`](crate::State).

use super::fetch::{Access, PtrKind};
use super::owned::leak;
use super::periods::{CounterGate, PlainCounter};
use super::slot::{Slot, SlotId};
use super::slot_sets::{FilledSlots, RequiredSlots};
use super::view::View;
use crate::outcome::{catch, quietly};
use crate::state::borrows::Borrows;
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
    slots: Vec<SlotState>,
    /// Which cells are not null.
    filled: FilledSlots,
    layout: Layout,
    /// No other table has it.
    id: Layout,
    /// Other threads use the values: handlers of a group.
    pub(super) runs_group: bool,
    borrows: Arc<Borrows>,
}

/// Identifies the addresses of the values of one table. Code that keeps addresses keeps the layout with them: as long as the table has
/// the same layout, each value that is present is at its address. Two tables never have the same layout. Inserting and removing
/// a value in its allocation does not change it.
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
struct SlotState {
    allocation: Option<Allocation>,
    /// The cell points at a value that is borrowed for the length of a [`lend`](Table::lend).
    lent: bool,
}

/// Memory for the table's own value of one type. It stays allocated, at the same address, as long as the table lives.
///
/// **Invariant:** `is_filled` says whether a live value is in this memory. It does not count a value that is lent, so that a table that is
/// dropped during `lend` (`process::exit` runs the destructors of thread-locals) drops its own values and never the lent one.
struct Allocation {
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
        let cell = self.cell(Slot::<T>::of().id());
        // SAFETY: by the table's invariant the cell is null or a live `T`, and `self` is borrowed for as long as the reference.
        unsafe { cell.cast::<T>().as_ref() }
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.get_mut_at(&Slot::of())
    }

    pub(super) fn get_mut_at<T: 'static>(&mut self, slot: &Slot<T>) -> Option<&mut T> {
        // SAFETY: as in `get`, and `self` is borrowed exclusively.
        unsafe { self.cell(slot.id()).cast::<T>().as_mut() }
    }

    /// A gate that is closed until the table's own `T` stands at `next`. `None` where there is no such value, or a borrowed one.
    pub(super) fn gate<T: 'static>(
        &self,
        plain: PlainCounter<T>,
        next: u64,
    ) -> Option<CounterGate> {
        let slot = self.slots.get(Slot::<T>::of().id().index())?;
        let allocation = slot.allocation.as_ref()?;
        let is_own = allocation.is_filled && !slot.lent;
        is_own.then(|| CounterGate::new(plain, allocation.address.cast(), next))
    }

    /// Whether the slot with this index is filled.
    #[inline]
    pub(crate) fn holds(&self, id: SlotId) -> bool {
        !self.cell(id).is_null()
    }

    /// Puts `value` in place, and returns what it replaces. Allocates the first time a type is seen, never again.
    pub(crate) fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        let id = Slot::<T>::of().id();
        let cell = self.cell(id).cast::<T>();
        if !cell.is_null() {
            // SAFETY: the cell is a live `T`, exclusively ours through `&mut self`.
            return Some(unsafe { ptr::replace(cell, value) });
        }
        if self.allocation(id).is_none() {
            self.allocate::<T>(id);
        }
        let allocation = self.slots[id].allocation.as_mut()?;
        let address = allocation.address.as_ptr();
        // SAFETY: `allocate` allocated the place for the type of the slot, which is `T`; a cell that is null says that it holds none.
        unsafe { address.cast::<T>().write(value) };
        allocation.is_filled = true;
        self.set_cell(id, address);
        None
    }

    #[inline]
    fn allocation(&self, id: SlotId) -> Option<&Allocation> {
        self.slots.get(id.index())?.allocation.as_ref()
    }

    #[cold]
    fn allocate<T>(&mut self, id: SlotId) {
        self.grow(id.index() + 1);
        self.layout = Layout::fresh();
        self.slots[id].allocation = Some(Allocation::of::<T>());
    }

    #[inline]
    fn set_cell(&mut self, id: SlotId, cell: *mut ()) {
        self.cells[id] = cell;
        self.filled.set(id, !cell.is_null());
    }

    /// Takes the value out; its slot stays.
    pub(crate) fn remove<T: 'static>(&mut self) -> Result<Option<T>, Lent> {
        let id = Slot::<T>::of().id();
        let cell = self.cell(id).cast::<T>();
        if cell.is_null() {
            return Ok(None);
        }
        let slot = &mut self.slots[id];
        if slot.lent {
            return Err(Lent);
        }
        if let Some(allocation) = &mut slot.allocation {
            allocation.is_filled = false;
        }
        self.set_cell(id, ptr::null_mut());
        // SAFETY: the cell was not lent, so that it was the live `T` in our own place, which neither the cell nor the place refers to now.
        Ok(Some(unsafe { cell.read() }))
    }

    /// Makes `value` the table's `T` while `body` runs; what was there before is there again afterwards.
    pub(crate) fn lend<T: 'static, R>(
        &mut self,
        value: &mut T,
        body: impl for<'v> FnOnce(View<'v>) -> R,
    ) -> R {
        let id = Slot::<T>::of().id();
        self.grow(id.index() + 1);
        let shadowed = self.cells[id];
        let was_lent = std::mem::replace(&mut self.slots[id].lent, true);
        self.set_cell(id, ptr::from_mut(value).cast());
        self.layout = Layout::fresh();
        // `body` gets a view of a lifetime of its own, so this table cannot be swapped for another before the cell is restored.
        let result = catch_unwind(AssertUnwindSafe(|| body(View::of(self))));
        self.set_cell(id, shadowed);
        self.layout = Layout::fresh();
        self.slots[id].lent = was_lent;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    #[inline]
    pub(super) fn cell(&self, id: SlotId) -> *mut () {
        self.cells
            .get(id.index())
            .copied()
            .unwrap_or(ptr::null_mut())
    }

    /// Where a parameter finds its value, for as long as the layout stays: see [`PtrKind`].
    #[inline]
    pub(super) fn param_ptr(&self, access: &Access) -> *mut () {
        match access.ptr_kind {
            PtrKind::Address => self.address(access.slot),
            PtrKind::SlotIndex => ptr::without_provenance_mut(access.slot.index()),
            PtrKind::Table => ptr::null_mut(),
        }
    }

    /// Where a value of the slot is or, while there is none, will be.
    #[inline]
    fn address(&self, id: SlotId) -> *mut () {
        let cell = self.cell(id);
        match self.allocation(id) {
            Some(allocation) if cell.is_null() => allocation.address.as_ptr(),
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
    pub(super) fn covers(&self, required: &RequiredSlots) -> bool {
        self.filled.covers(required)
    }

    /// Whether all is there that is needed.
    #[inline]
    pub(super) fn satisfies(&self, required: &RequiredSlots) -> bool {
        self.covers(required) && (required.far().is_empty() || self.contains_far(required))
    }

    #[cold]
    fn contains_far(&self, required: &RequiredSlots) -> bool {
        required.far().iter().all(|slot| self.holds(*slot))
    }

    /// Whether all is there that `accesses` require.
    #[inline]
    pub(super) fn has(&self, accesses: &[Access]) -> bool {
        let mut required = accesses.iter().filter(|access| !access.optional);
        required.all(|access| self.holds(access.slot))
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
        self.slots.resize_with(width, SlotState::default);
        self.borrows.grow(width);
    }
}

impl Default for Table {
    fn default() -> Self {
        Self {
            cells: Vec::new(),
            slots: Vec::new(),
            filled: FilledSlots::default(),
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
            let (cells, slots) = (take(&mut self.cells), take(&mut self.slots));
            leak((cells, slots, self.borrows.clone()));
        }
    }
}

impl Allocation {
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

impl Drop for Allocation {
    fn drop(&mut self) {
        if std::mem::take(&mut self.is_filled) {
            // SAFETY: filled, by the invariant of a place, with a value of the type that `Allocation::of` made it for.
            let drop_value = || unsafe { (self.drop_value)(self.address.as_ptr()) };
            if let Err(cause) = catch(drop_value) {
                let of = self.type_name;
                quietly(|| tracing::warn!(%cause, "the destructor of the state `{of}` failed"));
            }
        }
        // SAFETY: allocated by `Allocation::of`, and not used again.
        unsafe { (self.free)(self.address.as_ptr()) };
    }
}
