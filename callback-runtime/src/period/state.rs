//! The progress of a handler's period, which outlives the run.

mod words;

use super::interval::{Interval, NextMark};
use super::{Amount, Period, Position};

/// The progress of a handler's period: everything that it needs to continue in another process.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PeriodState {
    /// The intervals of the period, in the order of its triggers. A visit that crosses a mark of an interval changes it.
    pub(super) intervals: Vec<IntervalState>,
    /// Whether the handler has been visited since the loop began at 0.
    pub(super) visited: bool,
    /// Whether the handler has run since the loop began at 0.
    pub(super) has_run: bool,
    /// The position at which the handler ran last. A later visit of a loop that counts nothing clears it.
    pub(super) last_run: Option<Position>,
    /// The position at the last visit, or at the begin of the run before its first visit.
    pub(super) last_position: Option<Position>,
}

/// An interval, and the mark that it waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct IntervalState {
    pub(super) interval: Interval,
    /// The mark that the interval waits for. `None` until a run begins at a known position.
    next: Option<NextMark>,
}

impl IntervalState {
    fn next(&self) -> NextMark {
        self.next.unwrap_or(NextMark::FIRST)
    }

    /// Begins a run at `now`. A mark before `now` that the handler has not crossed yet stays the next one; a mark more than an interval ahead
    /// belongs to another run.
    fn begin(&mut self, now: &Position) {
        if let Some(after) = self.interval.next_mark(now) {
            self.next = Some(self.next.map_or(after, |next| next.min(after)));
        }
    }

    /// Whether the loop has crossed a mark since the last visit. Waits for the mark after `now` from then on.
    pub(super) fn crosses(&mut self, now: &Position) -> bool {
        let next = self.next();
        match self.interval.next_mark(now) {
            Some(after) if after > next => {
                self.next = Some(after);
                self.interval.mark(next).is_some()
            }
            _ => false,
        }
    }

    /// Returns the threshold of the next mark, if the interval has that mark.
    pub(super) fn threshold(&self) -> Option<Amount> {
        Some(self.interval.mark_and_threshold(self.next())?.1)
    }
}

impl PeriodState {
    /// The state of a handler that has not been visited yet.
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

    /// Begins a run at `now`. A loop that begins again at 0 begins with new visits.
    pub(super) fn begin(&mut self, now: &Position) {
        if self.has_restarted(now) {
            (self.visited, self.has_run, self.last_run) = (false, false, None);
        }
        self.last_position = Some(*now);
        for interval in &mut self.intervals {
            interval.begin(now);
        }
    }

    /// Whether the loop is at 0 again after its counters had gone up.
    fn has_restarted(&self, now: &Position) -> bool {
        let had_counted = |last: &Position| {
            let mut units = now.counted();
            units.any(|(unit, _)| last.get(unit).is_some_and(|amount| amount > 0.0))
        };
        now.is_beginning() && self.last_position.as_ref().is_some_and(had_counted)
    }

    /// Continues at `now` after the loop has set its counters back: the marks from `now` on are due again.
    pub(super) fn rewind(&mut self, now: &Position) {
        (self.visited, self.has_run, self.last_run) = (false, false, None);
        for interval in &mut self.intervals {
            interval.next = interval.interval.mark_from(now).or(interval.next);
        }
    }

    /// Records a visit, and whether the handler runs at it.
    pub(super) fn visit(&mut self, now: &Position, runs: bool) {
        self.visited = true;
        self.last_position = Some(*now);
        if runs {
            (self.has_run, self.last_run) = (true, Some(*now));
        } else if now.counted().next().is_none() {
            // In a loop that counts nothing, this visit has the same position as the one at which the handler ran.
            self.last_run = None;
        }
    }

    /// Whether the last run of the handler was at the position `now`.
    pub(super) fn ran_at(&self, now: &Position) -> bool {
        self.last_run.is_some_and(|last_run| last_run.is_at(now))
    }

    /// Returns the state for a run that is saved at `now`. The same run saves the same state: without the seconds, and whether or not a gate
    /// has spared the handler its last visits.
    pub(crate) fn saved_at(mut self, now: &Position) -> Self {
        self.last_run = self.last_run.map(Position::without_seconds);
        self.last_position = Some(now.without_seconds());
        self
    }

    /// Copies the state of `other`, which has the same period.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.intervals.clone_from(&other.intervals);
        self.copy_visits(other);
    }

    /// Copies the state of `other`, whose period may differ. An interval continues if `other` has the same one; other intervals begin anew.
    pub(super) fn restore(&mut self, other: &Self) {
        for interval in &mut self.intervals {
            let mut saved = other.intervals.iter();
            let same = saved.find(|saved| saved.interval == interval.interval);
            interval.next = same.and_then(|same| same.next);
        }
        self.copy_visits(other);
    }

    fn copy_visits(&mut self, other: &Self) {
        (self.visited, self.has_run) = (other.visited, other.has_run);
        (self.last_run, self.last_position) = (other.last_run, other.last_position);
    }
}
