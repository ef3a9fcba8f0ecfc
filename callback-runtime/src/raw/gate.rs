//! Waiting for a counter: a handler with a period is not looked at until its counter stands where it may be due.

use super::table::Table;
use crate::breakpoint::MOST_BREAKPOINTS;
use crate::period::{Count, Counter};
use std::ptr::NonNull;

/// Closed until a counter has reached a position. Integers are compared, and floating-point numbers by their bits, which are in
/// the same order where they are not negative; what is negative or no number opens it, and is judged behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gate {
    now: NonNull<u64>,
    next: u64,
}

impl Default for Gate {
    fn default() -> Self {
        Self::OPEN
    }
}

static NOTHING: u64 = 0;

impl Gate {
    pub(super) const OPEN: Self = Self {
        now: NonNull::from_ref(&NOTHING),
        next: 0,
    };

    pub(super) fn new(counter: Address, next: u64) -> Self {
        Self {
            now: counter.0,
            next,
        }
    }

    /// # Safety
    /// The table that its counter is of is alive.
    #[inline]
    pub(super) unsafe fn is_closed(&self) -> bool {
        // SAFETY: a place of a counter's eight bytes, which were written once and are there as long as the table is.
        unsafe { self.now.read() < self.next }
    }
}

/// Where a table keeps the eight bytes of a counter, whether or not the counter is there now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address(NonNull<u64>);

impl Address {
    /// `None` where a look at eight bytes does not tell what it counts: it is absent or lent, or does not consist of its number.
    pub(super) fn of<T: Counter>(table: &Table) -> Option<Self> {
        let (counter, place) = table.own::<T>()?;
        let number: *const u64 = match counter.count() {
            Count::Whole(number) => number,
            Count::Real(number) => std::ptr::from_ref(number).cast(),
            Count::Computed(_) => return None,
        };
        // As large as the number and where the number is: then it consists of it, and each of its bytes is written.
        let is_number = size_of::<T>() == size_of::<u64>() && number.addr() == place.addr().get();
        is_number.then_some(Self(place.cast()))
    }
}

/// A gate for each breakpoint at which every handler waits. Of a fixed size, as [`Marks`](crate::marks::Marks) is.
pub(super) struct Waits([Gate; MOST_BREAKPOINTS]);

impl Waits {
    pub(super) fn open_all(&mut self) {
        self.0.fill(Gate::OPEN);
    }

    pub(super) fn set(&mut self, at: usize, gate: Gate) {
        if let Some(place) = self.0.get_mut(at) {
            *place = gate;
        }
    }

    /// # Safety
    /// The table whose counters the gates look at is alive.
    #[inline]
    pub(super) unsafe fn is_closed(&self, at: usize) -> bool {
        // SAFETY: as the caller says.
        self.0
            .get(at)
            .is_some_and(|gate| unsafe { gate.is_closed() })
    }
}

impl Default for Waits {
    fn default() -> Self {
        Self([Gate::OPEN; MOST_BREAKPOINTS])
    }
}
