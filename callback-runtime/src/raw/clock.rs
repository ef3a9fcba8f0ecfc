//! What a loop counts, and the breakpoints at which every handler waits for a counter.

use super::gate::{Address, Gate, Waits};
use super::table::{Layout, Table};
use crate::period::{Amount, Counter, Position, Unit};
use std::any::TypeId;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// The counters of a plan's loop, and who waits for them.
///
/// **Invariant:** a gate looks at a counter of the table with the id `of`.
pub(crate) struct Clock {
    waits: Waits,
    of: Layout,
    watches: Vec<Watch>,
    began: Instant,
    /// No handler may be visited once more: a stop is pending.
    pub(crate) is_ending: bool,
}

/// A counter that a loop declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    pub(crate) unit: Unit,
    /// The type that counts.
    pub(crate) of: TypeId,
    count: fn(&Table) -> Option<Amount>,
    address: fn(&Table) -> Option<Address>,
}

impl Watch {
    pub(crate) fn of<T: Counter>(unit: Unit) -> Self {
        Self {
            unit,
            of: TypeId::of::<T>(),
            count: |table| Some(table.get::<T>()?.count().into()),
            address: Address::of::<T>,
        }
    }

    /// The position with what it counts.
    pub(crate) fn note(&self, table: &Table, position: Position) -> Position {
        match (self.count)(table) {
            Some(count) => position.with(self.unit, count),
            None => position,
        }
    }
}

impl Clock {
    /// Of a loop that counts so.
    pub(crate) fn of(watches: Vec<Watch>) -> Self {
        Self {
            waits: Waits::default(),
            of: Layout::NONE,
            watches,
            began: Instant::now(),
            is_ending: false,
        }
    }

    /// A run begins.
    pub(crate) fn begin(&mut self) {
        self.waits.open_all();
        (self.began, self.is_ending) = (Instant::now(), false);
    }

    /// From now on gates look at counters of `table`.
    pub(super) fn look_at(&mut self, table: &Table) {
        if self.of != table.id() {
            self.of = table.id();
            self.waits.open_all();
        }
    }

    /// Where the loop stands, as far as it counts.
    pub(crate) fn position(&self, table: &Table) -> Position {
        let seconds = self.began.elapsed().as_secs_f64();
        let start = Position::new().with(Unit::Seconds, seconds);
        let watches = self.watches.iter();
        watches.fold(start, |at, watch| watch.note(table, at))
    }

    /// The same where nobody is asked for it: what cannot be counted, as somebody's code panics, is not.
    pub(crate) fn position_if_it_can_be_told(&self, table: &Table) -> Position {
        catch_unwind(AssertUnwindSafe(|| self.position(table))).unwrap_or_else(|panic| {
            // Dropping what was thrown may throw again.
            forget(panic);
            Position::new()
        })
    }

    /// A gate that is closed until a counter of `table` stands at `next`.
    pub(super) fn gate(&self, unit: Unit, next: u64, table: &Table) -> Option<Gate> {
        let watch = self.watches.iter().find(|watch| watch.unit == unit)?;
        Some(Gate::new((watch.address)(table)?, next))
    }

    /// The handlers of a breakpoint wait for `gate`, which is one of the table that is looked at.
    pub(super) fn wait(&mut self, at: usize, gate: Gate) {
        self.waits.set(at, gate);
    }

    /// Whether all handlers of a breakpoint wait.
    ///
    /// # Safety
    /// The table that was looked at last is alive.
    #[inline]
    pub(super) unsafe fn is_waiting(&self, at: usize) -> bool {
        // SAFETY: as the caller says.
        unsafe { self.waits.is_closed(at) }
    }
}
