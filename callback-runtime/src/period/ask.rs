//! What can be asked of a period.

use super::{Amount, Due, Period, Position, Timing, Unit};

impl Period {
    /// The next mark in `unit` behind `position`.
    pub fn next_after(&self, _unit: Unit, _position: impl Into<Amount>) -> Option<Amount> {
        None
    }

    /// How much of `unit` is left from `position` to the next mark.
    pub fn remaining(&self, _unit: Unit, _position: impl Into<Amount>) -> Option<Amount> {
        None
    }

    /// The shortest interval in `unit`.
    pub fn per_interval(&self, _unit: Unit) -> Option<Amount> {
        None
    }

    /// Whether a handler is due at its first visit, at `now`, in a run that begins at `start`.
    pub fn due_between(&self, start: &Position, now: &Position) -> Option<Due> {
        let mut timing = Timing::new(self.clone());
        timing.begin(start, &Position::new());
        timing.is_due(now, false)
    }
}
