//! The counters of a loop, and the position that they give.

use super::{Amount, Counter, Position, Unit};
use crate::outcome::{Cause, catch};
use crate::raw::{GateFactory, Slot, SlotId, Table};
use crate::state::Ctx;
use std::any::{TypeId, type_name};
use std::time::Instant;

/// The counters of a plan's loop, and the wall clock of a run.
pub(crate) struct CounterClock {
    /// The counters that the loop declares, at most one for each unit.
    readers: Vec<CounterReader>,
    /// The time at which the run began. [`begin`](Self::begin) sets it.
    began: Instant,
    /// Whether a stop is pending, so that this visit of a handler may be its last. A run sets it before each firing.
    pub(crate) is_ending: bool,
}

/// Reads a counter that a loop declares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CounterReader {
    /// The unit that the counter counts.
    pub(crate) unit: Unit,
    /// The type of state that counts.
    pub(crate) type_id: TypeId,
    pub(crate) type_name: &'static str,
    /// The slot of the counter.
    pub(crate) slot: SlotId,
    /// Returns the count; `None` if the state is absent.
    count: fn(&Table) -> Option<Amount>,
    /// Sets the count. Returns whether the state is there.
    restore: fn(&mut Ctx<'_>, Amount) -> bool,
    /// Makes gates that read the counter. `None` if the count is not stored as a plain number.
    gates: Option<GateFactory>,
}

impl CounterReader {
    pub(crate) fn of<T: Counter>(unit: Unit) -> Self {
        Self {
            unit,
            type_id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            slot: Slot::<T>::find().id(),
            count: |table| Some(table.get::<T>()?.count().into()),
            restore: restore::<T>,
            gates: GateFactory::of::<T>(),
        }
    }

    /// Returns the count; `None` if the state is absent.
    pub(crate) fn read(&self, table: &Table) -> Result<Option<Amount>, Cause> {
        catch(|| (self.count)(table))
    }

    /// Sets the count that a saved run had. Returns whether the state is there.
    pub(crate) fn restore(&self, state: &mut Ctx<'_>, count: Amount) -> Result<bool, Cause> {
        catch(|| (self.restore)(state, count))
    }

    /// Returns `position` with the count of this counter. Panics if [`Counter::count`] does.
    pub(crate) fn add_to(&self, position: Position, table: &Table) -> Position {
        match (self.count)(table) {
            Some(count) => position.with(self.unit, count),
            None => position,
        }
    }
}

fn restore<T: Counter>(state: &mut Ctx<'_>, count: Amount) -> bool {
    let counter = state.get_mut::<T>();
    counter.map(|counter| counter.restore(count)).is_some()
}

impl CounterClock {
    /// Returns the counters of the loop.
    pub(crate) fn counters(&self) -> &[CounterReader] {
        &self.readers
    }

    /// Makes the clock of a loop that declares these counters.
    pub(crate) fn new(readers: Vec<CounterReader>) -> Self {
        Self {
            readers,
            began: Instant::now(),
            is_ending: false,
        }
    }

    /// Begins a run.
    pub(crate) fn begin(&mut self) {
        (self.began, self.is_ending) = (Instant::now(), false);
    }

    /// Returns the position of the loop, in the units that it counts. Panics if a counter does.
    pub(crate) fn position(&self, table: &Table) -> Position {
        let seconds = self.began.elapsed().as_secs_f64();
        let start = Position::new().with(Unit::Seconds, seconds);
        let readers = self.readers.iter();
        readers.fold(start, |position, reader| reader.add_to(position, table))
    }

    /// Returns the position of the loop; the empty position if a counter panics. For the begin of a run, which must not fail for a counter
    /// that no handler reads.
    pub(crate) fn position_or_default(&self, table: &Table) -> Position {
        catch(|| self.position(table)).unwrap_or_default()
    }

    /// Returns the factory of gates that read the counter of `unit`.
    pub(crate) fn gates(&self, unit: Unit) -> Option<GateFactory> {
        self.counter(unit)?.gates
    }

    /// Returns the counter of `unit`, if the loop declares one.
    pub(crate) fn counter(&self, unit: Unit) -> Option<&CounterReader> {
        let mut readers = self.readers.iter();
        readers.find(|reader| reader.unit == unit)
    }
}
