//! Where a loop stands: what its counters count.

use super::{Amount, Counter, Position, Unit};
use crate::catch::catch;
use crate::raw::{GateMaker, Table};
use std::any::TypeId;
use std::time::Instant;

/// The counters of a plan's loop.
pub(crate) struct Clock {
    watches: Vec<Watch>,
    began: Instant,
    /// A stop is pending: no handler may be visited once more.
    pub(crate) is_ending: bool,
}

/// A counter that a loop declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    pub(crate) unit: Unit,
    /// The type that counts.
    pub(crate) of: TypeId,
    count: fn(&Table) -> Option<Amount>,
    gates: Option<GateMaker>,
}

impl Watch {
    pub(crate) fn of<T: Counter>(unit: Unit) -> Self {
        Self {
            unit,
            of: TypeId::of::<T>(),
            count: |table| Some(table.get::<T>()?.count().into()),
            gates: GateMaker::of::<T>(),
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
            watches,
            began: Instant::now(),
            is_ending: false,
        }
    }

    /// A run begins.
    pub(crate) fn begin(&mut self) {
        (self.began, self.is_ending) = (Instant::now(), false);
    }

    /// Where the loop stands, as far as it counts.
    pub(crate) fn position(&self, table: &Table) -> Position {
        let seconds = self.began.elapsed().as_secs_f64();
        let start = Position::new().with(Unit::Seconds, seconds);
        let watches = self.watches.iter();
        watches.fold(start, |at, watch| watch.note(table, at))
    }

    /// The same where no handler asks for it: a counter that panics is left out.
    pub(crate) fn position_if_it_can_be_told(&self, table: &Table) -> Position {
        catch(|| self.position(table)).unwrap_or_default()
    }

    /// What makes gates over the counter of a unit.
    pub(crate) fn gates(&self, unit: Unit) -> Option<GateMaker> {
        self.watches.iter().find(|watch| watch.unit == unit)?.gates
    }
}
