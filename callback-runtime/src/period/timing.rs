//! A period while its handler runs.

use super::{Due, Memory, Period, Position, Unit};
use std::sync::Arc;

/// A handler's period while it runs.
#[derive(Debug, Clone)]
pub(crate) struct Timing {
    period: Period,
    name: Arc<str>,
    memory: Memory,
}

impl Timing {
    pub(crate) fn new(period: Period) -> Self {
        Self {
            name: period.short().into(),
            memory: Memory::default(),
            period,
        }
    }

    pub(crate) fn begin(&mut self, _now: &Position, _totals: &Position) {}

    pub(crate) fn is_due(&mut self, _now: &Position, _ending: bool) -> Option<Due> {
        Some(Due::new(super::due::Fired::default(), &self.name))
    }

    pub(crate) fn is_owed(&self, _now: &Position) -> bool {
        false
    }

    pub(crate) fn waits_for(&self) -> Option<(Unit, u64)> {
        None
    }

    pub(crate) fn memory(&self) -> Memory {
        self.memory.clone()
    }

    pub(crate) fn restore(&mut self, memory: Memory) {
        self.memory = memory;
    }

    pub(crate) fn can_fire(&self, _start: &Position, _totals: &Position) -> Result<(), String> {
        let _ = &self.period;
        Ok(())
    }
}
