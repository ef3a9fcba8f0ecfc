//! Why a handler with a period runs.

use super::{TriggerKind, Unit};
use std::fmt;
use std::sync::Arc;

/// Why a handler with a period runs now. The handler asks for `&Due`.
///
/// Its text is the short name of the period, which is the same at each visit: a name for a value that is measured with this period.
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
    units: [Unit; Unit::ALL.len()],
    reasons: usize,
    first: bool,
    last: bool,
    name: Arc<str>,
}

impl Due {
    pub(super) fn new(reasons: Reasons, name: &Arc<str>) -> Self {
        let mut due = Self {
            units: Unit::ALL,
            reasons: 0,
            first: reasons.first,
            last: reasons.last,
            name: Arc::clone(name),
        };
        for unit in Unit::ALL {
            if reasons.units[unit as usize] {
                due.units[due.reasons] = unit;
                due.reasons += 1;
            }
        }
        due
    }

    /// The units in which a mark has been crossed, in their order; empty if the handler runs for another reason.
    ///
    /// ```
    /// use callbacks::{Period, Position, Unit};
    ///
    /// let (start, end) = (Position::new().with(Unit::Steps, 0), Position::new().with(Unit::Steps, 9));
    /// assert_eq!(Period::steps(9).due_between(&start, &end).unwrap().units(), [Unit::Steps]);
    /// assert!(Period::steps(9).first().due_between(&start, &start).unwrap().units().is_empty());
    /// ```
    pub fn units(&self) -> &[Unit] {
        &self.units[..self.reasons]
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
        self.first
    }

    /// Whether the period has `last` and this is the last visit that can be foreseen.
    ///
    /// ```
    /// use callbacks::{Period, Position, Unit};
    ///
    /// let at = |steps: u64| Position::new().with(Unit::Steps, steps);
    /// assert!(!Period::steps(2).last().due_between(&at(1), &at(2)).unwrap().is_last());
    /// ```
    pub fn is_last(&self) -> bool {
        self.last
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

/// What fired at one visit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reasons {
    units: [bool; Unit::ALL.len()],
    predicate: bool,
    first: bool,
    pub(super) last: bool,
}

impl Reasons {
    pub(super) const LAST: Self = Self {
        units: [false; Unit::ALL.len()],
        predicate: false,
        first: false,
        last: true,
    };

    pub(super) fn add(&mut self, kind: &TriggerKind) {
        match kind {
            TriggerKind::Interval(interval) => self.units[interval.unit as usize] = true,
            TriggerKind::Predicate(_) => self.predicate = true,
            TriggerKind::First => self.first = true,
            TriggerKind::Last => self.last = true,
        }
    }

    /// Whether the handler runs for it, whether or not this is the last visit.
    pub(super) fn runs_handler(&self) -> bool {
        self.predicate || self.first || self.units.contains(&true)
    }
}
