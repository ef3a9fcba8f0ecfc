//! Periods, which decide how often handlers run.
//!
//! A period is a list of triggers, each of which can make a handler due: intervals, predicates, the first visit and the last visit. A
//! *visit* is a firing of the handler's breakpoint. The builders that narrow or move a period apply to the triggers so far, so that `or`
//! needs no parentheses.
//!
//! - `unit`, `count`, `position`: the units that loops count, counters, and the position of a loop;
//! - `interval`: one interval and its marks, the only arithmetic;
//! - `build`, `parse`, `display`, `predicate`: how a period is written and shown;
//! - `queries`, `problems`: the next mark of a period, and invalid settings;
//! - `handler_period`, `state`: the period of a bound handler, and its progress, which outlives the run; `due`: why a handler runs now;
//! - `clock`: the counters of a plan's loop;
//! - `attached`, `plan`, `check`: periods that an attachment sets, that a plan saves and restores, and the checks of both;
//! - `dispatch`, `joint`, `run`: how the dispatcher asks periods, those that several handlers share, and how a run runs the handlers that
//!   have `last`.

mod attached;
mod build;
mod check;
mod clock;
mod count;
mod dispatch;
mod display;
mod due;
mod handler_period;
mod interval;
mod joint;
mod parse;
mod plan;
mod position;
mod predicate;
mod problems;
mod queries;
mod run;
mod state;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use attached::{AttachedPeriod, attached_period};
pub(crate) use check::{
    check_attached_periods, check_due_params, check_never_due, check_periods, check_read_only,
};
pub(crate) use clock::{CounterClock, CounterReader};
pub use count::{Amount, Count, Counter};
pub(crate) use dispatch::asks_why;
pub use due::Due;
pub(crate) use handler_period::HandlerPeriod;
use interval::Interval;
pub(crate) use joint::JointPeriod;
pub use parse::PeriodError;
pub use plan::{Periods, UnreadablePeriod};
pub use position::Position;
use predicate::Predicate;
pub(crate) use state::PeriodState;
pub use unit::Unit;

/// How often a handler runs.
///
/// An interval of 10 steps makes the handler due when the loop's steps *cross* one of its marks: 10, 20, 30, … The handler need not run
/// exactly at a mark, and it runs once if the loop crosses several marks at once. 0 is not a mark. Only the position of the loop decides
/// whether a handler is due, so that uneven batches and a resumed run change nothing. Seconds are wall-clock time, which no run repeats
/// exactly.
///
/// The marks in simulated time are multiples of the interval. A position that is a sum of many small steps is slightly too small by
/// rounding. So the loop reaches a mark when it is closer than a billionth of the mark, and closer than a thousandth of the interval.
///
/// ```
/// use callbacks::{Period, Unit};
///
/// let period = Period::steps(10).or(Period::epochs(1)).first().last();
/// assert_eq!(period.to_string(), "every 10 steps or 1 epoch, first, last");
/// assert_eq!(period.short(), "E1_U10");
/// assert_eq!(period.next_after(Unit::Steps, 25), Some(30.into()));
///
/// // The syntax of the attribute `#[every(…)]`, for example from a configuration file.
/// assert_eq!("steps = 10, epochs = 1, first, last".parse(), Ok(period));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// The triggers, sorted by [`TriggerKind::rank`], without duplicates. The handler is due when one of them fires.
    triggers: Vec<Trigger>,
    /// The messages for invalid calls of builders. The plan reports them, because builders do not return errors.
    misuses: Vec<String>,
}

/// A reason for a handler to be due.
#[derive(Debug, Clone, PartialEq)]
struct Trigger {
    kind: TriggerKind,
    /// The predicates of [`Period::only_when`]. All of them must hold for the trigger to fire.
    only: Vec<Predicate>,
}

#[derive(Debug, Clone, PartialEq)]
enum TriggerKind {
    /// Fires when the loop crosses a mark of the interval.
    Interval(Interval),
    /// Fires when the predicate holds.
    Predicate(Predicate),
    /// Fires at the first visit.
    First,
    /// Fires at the last visit.
    Last,
}

impl TriggerKind {
    /// The position of the trigger in its period.
    fn rank(&self) -> u8 {
        match self {
            Self::Interval(_) => 0,
            Self::Predicate(_) => 1,
            Self::First => 2,
            Self::Last => 3,
        }
    }
}

impl Trigger {
    /// Whether all predicates of `only_when` hold.
    fn allows(&self, now: &Position) -> bool {
        self.only.iter().all(|predicate| predicate.holds(now))
    }
}

impl Period {
    fn intervals(&self) -> impl Iterator<Item = &Interval> {
        self.triggers
            .iter()
            .filter_map(|trigger| match &trigger.kind {
                TriggerKind::Interval(interval) => Some(interval),
                _ => None,
            })
    }

    fn intervals_of(&self, unit: Unit) -> impl Iterator<Item = &Interval> {
        let intervals = self.intervals();
        intervals.filter(move |interval| interval.unit == unit)
    }

    /// Returns the units of the intervals, each once, in the order of [`Unit`].
    pub(crate) fn units(&self) -> impl Iterator<Item = Unit> {
        let has_interval = |unit: &Unit| self.intervals_of(*unit).next().is_some();
        Unit::ALL.into_iter().filter(has_interval)
    }

    fn has(&self, kind: &TriggerKind) -> bool {
        self.triggers.iter().any(|trigger| trigger.kind == *kind)
    }
}
