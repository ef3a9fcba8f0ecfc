//! How often handlers run.
//!
//! A period is a list of sources, each of which can make a handler due: beats, predicates, the first visit, the last one. The words
//! that narrow or move apply to the sources so far, so that `or` needs no brackets.
//!
//! - `unit`, `count`, `position`: what is counted, and where a loop stands;
//! - `beat`: one rhythm and its marks, the only arithmetic;
//! - `build`, `parse`, `say`: how a period is written and read;
//! - `ask`, `problems`: what can be asked of a period, and what it cannot be;
//! - `timing`, `memory`: a period while its handler runs, and what outlives the run; `due`: what the handler is told.

mod ask;
mod beat;
mod build;
mod clock;
mod count;
mod due;
mod memory;
mod parse;
mod position;
mod predicate;
mod problems;
mod say;
#[cfg(test)]
mod tests;
mod timing;
mod unit;

use beat::Beat;
pub(crate) use clock::{Clock, Watch};
pub use count::{Amount, Count, Counter};
pub use due::Due;
pub(crate) use memory::Memory;
pub use parse::PeriodError;
pub use position::Position;
use predicate::Predicate;
pub(crate) use timing::Timing;
pub use unit::Unit;

/// How often a handler runs.
///
/// A beat of 10 steps is due when the loop's steps *cross* 10, 20, 30, … : the handler's marks. It does not matter whether a mark is
/// met, and several marks that are crossed at once make one call. 0 is no mark. So what is due depends on the position alone, and
/// neither uneven batches nor a resume change it. Seconds are those of the clock, and no run repeats them exactly.
///
/// Marks in simulated time are multiples, and not sums. A sum of many small steps lacks a little by rounding, so a mark counts as
/// reached within a billionth of itself, and at most a thousandth of the period.
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
    sources: Vec<Source>,
    /// What was said that cannot be meant: told with the other problems, for a builder answers no errors.
    misuses: Vec<String>,
}

/// One reason for a handler to be due.
#[derive(Debug, Clone, PartialEq)]
struct Source {
    kind: Kind,
    /// All of these must say so too.
    only: Vec<Predicate>,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Beat(Beat),
    Look(Predicate),
    First,
    Last,
}

impl Kind {
    /// Its place among the others.
    fn rank(&self) -> u8 {
        match self {
            Self::Beat(_) => 0,
            Self::Look(_) => 1,
            Self::First => 2,
            Self::Last => 3,
        }
    }
}

impl Source {
    fn new(kind: Kind) -> Self {
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
    fn beats(&self) -> impl Iterator<Item = &Beat> {
        self.sources.iter().filter_map(|source| match &source.kind {
            Kind::Beat(beat) => Some(beat),
            _ => None,
        })
    }

    /// The units that it looks at, each once, in their order.
    pub(crate) fn units(&self) -> impl Iterator<Item = Unit> {
        let of = |unit: &Unit| self.beats().any(|beat| beat.unit == *unit);
        Unit::ALL.into_iter().filter(of)
    }

    fn has(&self, kind: &Kind) -> bool {
        self.sources.iter().any(|source| source.kind == *kind)
    }
}
