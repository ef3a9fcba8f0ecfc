//! The position of a loop: what its counters count.

use super::{Amount, Counter, Position, Unit};
use crate::outcome::catch;
use crate::raw::{GateFactory, Table};
use std::any::TypeId;
use std::time::Instant;

/// The counters of a plan's loop.
pub(crate) struct Clock {
    readers: Vec<CounterReader>,
    began: Instant,
    /// A stop is pending: no handler may be visited once more.
    pub(crate) is_ending: bool,
}

/// A counter that a loop declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CounterReader {
    pub(crate) unit: Unit,
    /// The type that counts.
    pub(crate) of: TypeId,
    count: fn(&Table) -> Option<Amount>,
    gates: Option<GateFactory>,
}

impl CounterReader {
    pub(crate) fn of<T: Counter>(unit: Unit) -> Self {
        Self {
            unit,
            of: TypeId::of::<T>(),
            count: |table| Some(table.get::<T>()?.count().into()),
            gates: GateFactory::of::<T>(),
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
    pub(crate) fn of(readers: Vec<CounterReader>) -> Self {
        Self {
            readers,
            began: Instant::now(),
            is_ending: false,
        }
    }

    /// A run begins.
    pub(crate) fn begin(&mut self) {
        (self.began, self.is_ending) = (Instant::now(), false);
    }

    /// The position of the loop, in the units that it counts.
    pub(crate) fn position(&self, table: &Table) -> Position {
        let seconds = self.began.elapsed().as_secs_f64();
        let start = Position::new().with(Unit::Seconds, seconds);
        let readers = self.readers.iter();
        readers.fold(start, |at, reader| reader.note(table, at))
    }

    /// The same where no handler asks for it: a counter that panics is left out.
    pub(crate) fn position_if_it_is_known(&self, table: &Table) -> Position {
        catch(|| self.position(table)).unwrap_or_default()
    }

    /// What makes gates over the counter of a unit.
    pub(crate) fn gates(&self, unit: Unit) -> Option<GateFactory> {
        self.readers
            .iter()
            .find(|reader| reader.unit == unit)?
            .gates
    }
}
