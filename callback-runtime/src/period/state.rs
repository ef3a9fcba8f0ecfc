//! What a handler's period remembers, within a run and after it.

mod words;

use super::interval::{Interval, Next};
use super::{Amount, Period, Position};

/// What a handler's period remembers: everything that it needs to go on in another process.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PeriodState {
    pub(super) intervals: Vec<IntervalState>,
    /// Whether the handler has been visited.
    pub(super) visited: bool,
    /// Whether it has run.
    pub(super) has_run: bool,
    /// The position at which the handler ran last, until the loop has visibly gone on.
    pub(super) last_run: Option<Position>,
    /// The position of the loop at the last visit.
    pub(super) last_position: Option<Position>,
}

/// An interval, and its next mark once it has begun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct IntervalState {
    pub(super) interval: Interval,
    next: Option<Next>,
}

impl IntervalState {
    pub(super) fn next(&self) -> Next {
        self.next.unwrap_or(Next::FIRST)
    }

    /// Begins a run at `now`: keeps a mark that the handler has not seen yet. A mark more than an interval ahead belongs to another run.
    fn begin(&mut self, now: &Position) {
        if let Some(after) = self.interval.next(now) {
            self.next = Some(self.next.map_or(after, |next| next.min(after)));
        }
    }

    /// Whether a mark has been crossed since the last visit. Moves on.
    pub(super) fn crosses(&mut self, now: &Position) -> bool {
        let next = self.next();
        let Some(after) = self.interval.next(now).filter(|after| *after > next) else {
            return false;
        };
        self.next = Some(after);
        self.interval.halted_at(next).is_some()
    }

    /// The threshold of the next mark, if there is one.
    pub(super) fn reach(&self) -> Option<Amount> {
        self.interval.reach(self.next())
    }
}

impl PeriodState {
    pub(super) fn new(period: &Period) -> Self {
        let interval = |interval: &Interval| IntervalState {
            interval: *interval,
            next: None,
        };
        Self {
            intervals: period.intervals().map(interval).collect(),
            visited: false,
            has_run: false,
            last_run: None,
            last_position: None,
        }
    }

    pub(super) fn begin(&mut self, now: &Position) {
        if self.has_restarted(now) {
            (self.visited, self.has_run, self.last_run) = (false, false, None);
        }
        self.last_position = Some(*now);
        for interval in &mut self.intervals {
            interval.begin(now);
        }
    }

    /// Whether a loop that had gone on begins again.
    fn has_restarted(&self, now: &Position) -> bool {
        let had_counted = |last_position: &Position| {
            now.counted().any(|(unit, _)| {
                last_position
                    .amount(unit)
                    .is_some_and(|amount| amount.as_f64() > 0.0)
            })
        };
        now.is_beginning() && self.last_position.as_ref().is_some_and(had_counted)
    }

    /// The loop has gone back to `now` and begins again there.
    pub(super) fn go_back(&mut self, now: &Position) {
        (self.visited, self.has_run, self.last_run) = (false, false, None);
        for interval in &mut self.intervals {
            interval.next = interval.interval.from(now).or(interval.next);
        }
    }

    pub(super) fn visit(&mut self, now: &Position, runs: bool) {
        self.visited = true;
        self.last_position = Some(*now);
        if runs {
            (self.has_run, self.last_run) = (true, Some(*now));
        } else if now.counted().next().is_none() {
            // Without counts this visit cannot be distinguished from the one at which the handler ran.
            self.last_run = None;
        }
    }

    pub(super) fn ran_at(&self, now: &Position) -> bool {
        self.last_run.is_some_and(|last_run| last_run.is_at(now))
    }

    /// Copies the state of `other`, which is of the same period.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.intervals.clone_from(&other.intervals);
        (self.visited, self.has_run) = (other.visited, other.has_run);
        (self.last_run, self.last_position) = (other.last_run, other.last_position);
    }

    /// Takes the state of the intervals that `other` has, too. A period that was rewritten keeps the intervals that stayed.
    pub(super) fn restore(&mut self, other: &Self) {
        for interval in &mut self.intervals {
            let known = other
                .intervals
                .iter()
                .find(|known| known.interval == interval.interval);
            interval.next = known.and_then(|known| known.next);
        }
        (self.visited, self.has_run) = (other.visited, other.has_run);
        (self.last_run, self.last_position) = (other.last_run, other.last_position);
    }
}
