//! How often handlers run.
//!
//! A period is a list of triggers, each of which can make a handler due: intervals, predicates, the first visit, the last one. The
//! builders that narrow or move a period apply to the triggers so far, so that `or` needs no brackets.
//!
//! - `unit`, `count`, `position`: what is counted, and where a loop stands;
//! - `interval`: one interval and its marks, the only arithmetic;
//! - `build`, `parse`, `say`: how a period is written and shown;
//! - `ask`, `problems`: the questions a period answers, and the settings it cannot have;
//! - `handler_period`, `state`: a period while its handler runs, and what outlives the run; `due`: why a handler runs now;
//! - `clock`: the counters of a plan's loop;
//! - `attached`, `plan`, `check`: periods given at an attachment, saved and restored with a plan, and checked;
//! - `dispatch`, `run`: how a dispatcher asks periods, and how a run makes the last calls.

mod ask;
mod attached;
mod build;
mod check;
mod clock;
mod count;
mod dispatch;
mod due;
mod handler_period;
mod interval;
mod parse;
mod plan;
mod position;
mod predicate;
mod problems;
mod run;
mod say;
mod state;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use attached::{AttachedPeriod, attached_period};
pub(crate) use check::{check_due, check_dues, check_idle, check_periods, check_read_only};
pub(crate) use clock::{Clock, CounterReader};
pub use count::{Amount, Count, Counter};
pub(crate) use dispatch::asks_why;
pub use due::Due;
pub(crate) use handler_period::HandlerPeriod;
use interval::Interval;
pub use parse::PeriodError;
pub use plan::{Periods, UnreadablePeriod};
pub use position::Position;
use predicate::Predicate;
pub(crate) use state::PeriodState;
pub use unit::Unit;

/// How often a handler runs.
///
/// An interval of 10 steps is due when the loop's steps *cross* 10, 20, 30, …: the handler's marks. A mark need not be met exactly, and
/// several marks that are crossed at once make one call. 0 is no mark. So only the position decides whether a handler is due, and
/// neither uneven batches nor a resume change it. Seconds are wall-clock time, which no run repeats exactly.
///
/// Marks in simulated time are multiples of the interval, and not sums. A sum of many small steps is slightly too small by rounding, so
/// a mark counts as reached within a billionth of itself, and at most a thousandth of the interval.
///
/// ```
/// use callbacks::{Period, Unit};
///
/// let period = Period::steps(10).or(Period::epochs(1)).first().last();
/// assert_eq!(period.to_string(), "every 10 steps or 1 epoch, first, last");
/// assert_eq!(period.short(), "E1_U10");
/// assert_eq!(period.next_after(Unit::Steps, 25), Some(30.into()));
///
/// // In the words of the attribute `#[every(…)]`, as they come from a file of settings.
/// assert_eq!("steps = 10, epochs = 1, first, last".parse(), Ok(period));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    triggers: Vec<Trigger>,
    /// Calls of builders that make no sense. A check reports them, because builders return no errors.
    misuses: Vec<String>,
}

/// A reason for a handler to be due.
#[derive(Debug, Clone, PartialEq)]
struct Trigger {
    kind: TriggerKind,
    /// All of these must say so too.
    only: Vec<Predicate>,
}

#[derive(Debug, Clone, PartialEq)]
enum TriggerKind {
    Interval(Interval),
    Predicate(Predicate),
    First,
    Last,
}

impl TriggerKind {
    /// Its place among the others.
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
    fn new(kind: TriggerKind) -> Self {
        Self {
            kind,
            only: Vec::new(),
        }
    }

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

    /// The units of the intervals, each once, in their order.
    pub(crate) fn units(&self) -> impl Iterator<Item = Unit> {
        let of = |unit: &Unit| self.intervals().any(|interval| interval.unit == *unit);
        Unit::ALL.into_iter().filter(of)
    }

    fn has(&self, kind: &TriggerKind) -> bool {
        self.triggers.iter().any(|trigger| trigger.kind == *kind)
    }
}
