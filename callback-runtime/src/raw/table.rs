//! The table that holds the values of a [`State`](crate::State): one cell per type.
//!
//! **Invariant:** a cell is null, or the address of a live value of its slot's type. While the layout of a table is the same, each
//! value that is there stays at its address. `insert`, `remove` and `lend` establish both, together with `set_cell` and
//! `Layout::fresh`; every file of `raw` relies on them.

use super::fetch::{Access, PtrKind};
use super::gates::{CounterGate, PlainCounter};
use super::owned::leak;
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

/// At most one value per type. The table adds cells and never removes one, so a slot index stays valid.
pub struct Table {
    /// By slot: the address of the value, or null while there is none.
    cells: Vec<*mut ()>,
    /// By slot: what the table knows of it beside the cell.
    slots: Vec<SlotState>,
    /// The slots whose cell is not null. Changes with every cell: see [`set_cell`](Self::set_cell).
    filled: FilledSlots,
    /// The current layout. It changes when a type gets its allocation, and when a [`lend`](Self::lend) begins and ends.
    layout: Layout,
    /// The identity of this table, which never changes.
    id: TableId,
    /// Whether handlers of a group use the values on other threads. True while [`Core::run_parallel`](super::core::Core::run_parallel)
    /// runs.
    pub(super) runs_group: bool,
    /// What handlers hold of the table, for the check in debug builds. Grows with the cells.
    borrows: Arc<Borrows>,
}

/// Identifies the addresses of a table's values at some time. Code that keeps addresses keeps the layout with them: while the table
/// has the same layout, each value that is there is at the same address. Two tables never have the same layout. Inserting a value
/// again, or removing it, does not change the layout, because a type keeps its allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Layout(u64);

impl Layout {
    /// The layout of no table.
    pub(super) const NONE: Self = Self(0);

    fn fresh() -> Self {
        Self(unused_number())
    }
}

/// Identifies a table. No two tables of the process have the same id, and the default is the id of none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TableId(u64);

/// Returns a number that it never returned before, from 1 on.
fn unused_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What a table knows of one slot beside the cell.
#[derive(Default)]
struct SlotState {
    /// The memory for the table's own value; `None` until the first [`insert`](Table::insert) of the type.
    allocation: Option<Allocation>,
    /// Whether the cell points to a borrowed value. True while a [`lend`](Table::lend) of the type runs.
    lent: bool,
}

/// Memory for the table's own value of one type. It stays allocated, at the same address, while the table lives.
///
/// **Invariant:** `is_filled` says whether a live value is in this memory, whatever the cell points to. So a table that is dropped
/// inside of a `lend` (`process::exit` runs the destructors of thread-locals) drops its own value and never the borrowed one.
struct Allocation {
    /// The address of the memory, which never changes.
    address: NonNull<()>,
    /// Whether the memory holds a live value. [`Table::insert`] sets it, [`Table::remove`] clears it.
    is_filled: bool,
    /// The name of the type, for the message about a destructor that panics.
    type_name: &'static str,
    /// Drops the value, which must be there.
    drop_value: unsafe fn(*mut ()),
    /// Frees the memory without dropping the value.
    free: unsafe fn(*mut ()),
}

/// The error of removing a value that is lent to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LentError;

impl Table {
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        let cell = self.cell(Slot::<T>::of().id());
        // SAFETY: by the table's invariant the cell is null or points to a live `T`, and the reference borrows `self`.
        unsafe { cell.cast::<T>().as_ref() }
    }

    pub(crate) fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.get_mut_at(&Slot::of())
    }

    pub(super) fn get_mut_at<T: 'static>(&mut self, slot: &Slot<T>) -> Option<&mut T> {
        // SAFETY: as in `get`, and the reference borrows `self` exclusively.
        unsafe { self.cell(slot.id()).cast::<T>().as_mut() }
    }

    /// Makes a gate that is closed until the table's own `T` reaches `next`. `None` if there is no `T`, or a borrowed one.
    pub(super) fn counter_gate<T: 'static>(
        &self,
        plain: PlainCounter<T>,
        next: u64,
    ) -> Option<CounterGate> {
        let slot = self.slots.get(Slot::<T>::of().id().index())?;
        let allocation = slot.allocation.as_ref()?;
        let is_own = allocation.is_filled && !slot.lent;
        is_own.then(|| CounterGate::new(plain, allocation.address.cast(), next))
    }

    /// Whether the slot has a value.
    #[inline]
    pub(crate) fn holds(&self, id: SlotId) -> bool {
        !self.cell(id).is_null()
    }

    /// Inserts `value`, and returns the value that it replaces. Allocates at the first insertion of a type alone.
    pub(crate) fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        let id = Slot::<T>::of().id();
        let cell = self.cell(id).cast::<T>();
        if !cell.is_null() {
            // SAFETY: by the table's invariant the cell points to a live `T`, and `&mut self` is exclusive.
            return Some(unsafe { ptr::replace(cell, value) });
        }
        if self.allocation(id).is_none() {
            self.allocate::<T>(id);
        }
        let allocation = self.slots[id].allocation.as_mut()?;
        let address = allocation.address.as_ptr();
        // SAFETY: `allocate` made the allocation for the type of the slot, which is `T`. The cell was null, so no live value is
        // overwritten.
        unsafe { address.cast::<T>().write(value) };
        allocation.is_filled = true;
        self.set_cell(id, address);
        None
    }

    #[inline]
    fn allocation(&self, id: SlotId) -> Option<&Allocation> {
        self.slots.get(id.index())?.allocation.as_ref()
    }

    /// Allocates memory for the values of a slot whose type is `T`.
    #[cold]
    fn allocate<T>(&mut self, id: SlotId) {
        self.grow(id.index() + 1);
        self.layout = Layout::fresh();
        self.slots[id].allocation = Some(Allocation::of::<T>());
    }

    /// Changes a cell, and its bit in `filled`.
    #[inline]
    fn set_cell(&mut self, id: SlotId, cell: *mut ()) {
        self.cells[id] = cell;
        self.filled.set(id, !cell.is_null());
    }

    /// Removes and returns the value. Its slot and its allocation stay.
    pub(crate) fn remove<T: 'static>(&mut self) -> Result<Option<T>, LentError> {
        let id = Slot::<T>::of().id();
        let cell = self.cell(id).cast::<T>();
        if cell.is_null() {
            return Ok(None);
        }
        let slot = &mut self.slots[id];
        if slot.lent {
            return Err(LentError);
        }
        if let Some(allocation) = &mut slot.allocation {
            allocation.is_filled = false;
        }
        self.set_cell(id, ptr::null_mut());
        // SAFETY: the slot is not lent, so the cell pointed to the live `T` in the table's own allocation. The cell is null now and
        // the allocation not filled, so nothing uses or drops the value again.
        Ok(Some(unsafe { cell.read() }))
    }

    /// Makes `value` the table's `T` while `body` runs, and then restores the cell as it was before.
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
        // `body` gets a `View` and not `&mut Table`, so it cannot swap this table for another before the cell is restored.
        let result = catch_unwind(AssertUnwindSafe(|| body(View::of(self))));
        self.set_cell(id, shadowed);
        self.layout = Layout::fresh();
        self.slots[id].lent = was_lent;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Returns the address of the slot's value, or null if there is none.
    #[inline]
    pub(super) fn cell(&self, id: SlotId) -> *mut () {
        self.cells
            .get(id.index())
            .copied()
            .unwrap_or(ptr::null_mut())
    }

    /// Returns the parameter pointer of an access, which is valid while the layout is the same: see [`PtrKind`].
    #[inline]
    pub(super) fn param_ptr(&self, access: &Access) -> *mut () {
        match access.ptr_kind {
            PtrKind::Address => self.address(access.slot),
            PtrKind::SlotIndex => ptr::without_provenance_mut(access.slot.index()),
            PtrKind::Table => ptr::null_mut(),
        }
    }

    /// Returns the address of the slot's value or, while there is none, the address that an insertion will use.
    #[inline]
    fn address(&self, id: SlotId) -> *mut () {
        let cell = self.cell(id);
        match self.allocation(id) {
            Some(allocation) if cell.is_null() => allocation.address.as_ptr(),
            _ => cell,
        }
    }

    #[inline]
    pub(super) fn id(&self) -> TableId {
        self.id
    }

    pub(super) fn borrows(&self) -> &Arc<Borrows> {
        &self.borrows
    }

    #[inline]
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Whether all required slots that have a bit are filled.
    #[inline]
    pub(super) fn covers(&self, required: &RequiredSlots) -> bool {
        self.filled.covers(required)
    }

    /// Whether all required slots are filled.
    #[inline]
    pub(super) fn satisfies(&self, required: &RequiredSlots) -> bool {
        self.covers(required) && (required.overflow().is_empty() || self.fills_overflow(required))
    }

    #[cold]
    fn fills_overflow(&self, required: &RequiredSlots) -> bool {
        required.overflow().iter().all(|slot| self.holds(*slot))
    }

    /// Whether all slots are filled that `accesses` require.
    #[inline]
    pub(super) fn has(&self, accesses: &[Access]) -> bool {
        let mut required = accesses.iter().filter(|access| !access.optional);
        required.all(|access| self.holds(access.slot))
    }

    /// Adds cells until the table has at least `width` of them.
    #[inline]
    pub(super) fn grow(&mut self, width: usize) {
        if self.cells.len() < width {
            self.grow_slow(width);
        }
    }

    #[cold]
    fn grow_slow(&mut self, width: usize) {
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
            id: TableId(unused_number()),
            runs_group: false,
            borrows: Arc::default(),
        }
    }
}

impl Drop for Table {
    /// Leaks the values if other threads still use them. This happens if a handler calls `process::exit` and the table belongs to a
    /// thread-local, whose destructor runs while the handler's call does not return.
    fn drop(&mut self) {
        if self.runs_group {
            let (cells, slots) = (take(&mut self.cells), take(&mut self.slots));
            leak((cells, slots, self.borrows.clone()));
        }
    }
}

impl Allocation {
    /// Allocates memory for a `T`, without a value.
    fn of<T>() -> Self {
        unsafe fn drop_value<T>(address: *mut ()) {
            // SAFETY: the caller, `Allocation::drop`, passes the address of a live `T` and does not use it again.
            unsafe { address.cast::<T>().drop_in_place() };
        }
        unsafe fn free<T>(address: *mut ()) {
            // SAFETY: the address came out of the `Box` below. The caller, `Allocation::drop`, does not use it again.
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
            // SAFETY: by the invariant of `is_filled` a live value is there, of the type that `Allocation::of` compiled `drop_value` for.
            let drop_value = || unsafe { (self.drop_value)(self.address.as_ptr()) };
            if let Err(cause) = catch(drop_value) {
                let of = self.type_name;
                quietly(|| tracing::warn!(%cause, "the destructor of the state `{of}` failed"));
            }
        }
        // SAFETY: `Allocation::of` made the allocation, and nothing uses it after `drop`.
        unsafe { (self.free)(self.address.as_ptr()) };
    }
}
