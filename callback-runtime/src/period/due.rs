//! [`Due`], the reason why a handler with a period runs.

use super::{TriggerKind, Unit};
use std::fmt;
use std::sync::Arc;

/// The reason why a handler with a period runs now. The handler asks for it with `&Due`.
///
/// `Display` shows the short name of the period. It is the same whenever the handler runs, so it can name a value that is measured with
/// this period.
///
/// ```
/// use callbacks::{Period, Position, Unit};
///
/// let period = Period::epochs(5).or(Period::steps(10));
/// let at = |steps: u64| Position::new().with(Unit::Epochs, 1).with(Unit::Steps, steps);
/// let due = period.due_between(&at(19), &at(20)).unwrap();
/// assert_eq!(due.units(), [Unit::Steps]);
/// assert!(!due.is_first() && !due.is_last());
/// assert_eq!(format!("loss/{due}"), "loss/E5_U10");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    reasons: Reasons,
    /// The short name of the period.
    name: Arc<str>,
}

impl Due {
    pub(super) fn new(reasons: Reasons, name: &Arc<str>) -> Self {
        let name = Arc::clone(name);
        Self { reasons, name }
    }

    /// Returns the units in which the loop has crossed a mark, in the order of [`Unit`]. Empty if the handler runs for another reason.
    ///
    /// ```
    /// use callbacks::{Period, Position, Unit};
    ///
    /// let (start, end) = (Position::new().with(Unit::Steps, 0), Position::new().with(Unit::Steps, 9));
    /// assert_eq!(Period::steps(9).due_between(&start, &end).unwrap().units(), [Unit::Steps]);
    /// assert!(Period::steps(9).first().due_between(&start, &start).unwrap().units().is_empty());
    /// ```
    pub fn units(&self) -> &[Unit] {
        self.reasons.units()
    }

    /// Whether the period has `first` and this is the first visit.
    ///
    /// ```
    /// use callbacks::{Period, Position};
    ///
    /// let start = Position::new();
    /// assert!(Period::never().first().due_between(&start, &start).unwrap().is_first());
    /// ```
    pub fn is_first(&self) -> bool {
        self.reasons.first
    }

    /// Whether the period has `last` and this is the last visit, as far as the totals of the run and a pending stop show it.
    ///
    /// ```
    /// use callbacks::{Period, Position, Unit};
    ///
    /// let at = |steps: u64| Position::new().with(Unit::Steps, steps);
    /// assert!(!Period::steps(2).last().due_between(&at(1), &at(2)).unwrap().is_last());
    /// ```
    pub fn is_last(&self) -> bool {
        self.reasons.last
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

/// The triggers that fire at one visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reasons {
    /// The units whose intervals fire, followed by units without a meaning.
    units: [Unit; Unit::ALL.len()],
    /// The number of `units` that have a meaning.
    unit_count: usize,
    first: bool,
    pub(super) last: bool,
}

impl Reasons {
    /// No trigger fires.
    pub(super) const NONE: Self = Self {
        units: Unit::ALL,
        unit_count: 0,
        first: false,
        last: false,
    };

    /// Only `last` fires: the handler runs once more at the end of the run.
    pub(super) const LAST: Self = Self {
        last: true,
        ..Self::NONE
    };

    /// Adds a trigger that fires.
    pub(super) fn add(&mut self, kind: &TriggerKind) {
        match kind {
            TriggerKind::Interval(interval) if !self.units().contains(&interval.unit) => {
                self.units[self.unit_count] = interval.unit;
                self.unit_count += 1;
                self.units[..self.unit_count].sort_unstable();
            }
            TriggerKind::Interval(_) | TriggerKind::Predicate(_) => {}
            TriggerKind::First => self.first = true,
            TriggerKind::Last => self.last = true,
        }
    }

    fn units(&self) -> &[Unit] {
        &self.units[..self.unit_count]
    }
}
