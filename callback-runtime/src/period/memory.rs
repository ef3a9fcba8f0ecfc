//! What a handler's period remembers, within a run and beyond it.

mod words;

use super::beat::{Beat, Next};
use super::{Amount, Period, Position};

/// What a handler's period remembers: small, and all that it needs to go on in another process.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Memory {
    pub(super) beats: Vec<Kept>,
    /// Whether the handler has been visited.
    pub(super) visited: bool,
    /// Whether it has run.
    pub(super) has_run: bool,
    /// Where it ran last, while the loop has not gone on as far as one can tell.
    pub(super) ran: Option<Position>,
    /// Where the loop stood when it was last heard of.
    pub(super) stood: Option<Position>,
}

/// A beat, and its next mark once it has begun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kept {
    pub(super) beat: Beat,
    next: Option<Next>,
}

impl Kept {
    pub(super) fn next(&self) -> Next {
        self.next.unwrap_or(Next::FIRST)
    }

    /// Keeps a mark that this handler has not seen yet. One that is more than a period ahead is of another run.
    fn begin(&mut self, now: &Position) {
        if let Some(after) = self.beat.next(now) {
            self.next = Some(self.next.map_or(after, |next| next.min(after)));
        }
    }

    /// Whether a mark has been crossed since the last time; moves on.
    pub(super) fn crosses(&mut self, now: &Position) -> bool {
        let next = self.next();
        let Some(after) = self.beat.next(now).filter(|after| *after > next) else {
            return false;
        };
        self.next = Some(after);
        self.beat.mark(next).is_some()
    }

    /// Where it is due next, if it ever is.
    pub(super) fn reach(&self) -> Option<Amount> {
        self.beat.reach(self.next())
    }
}

impl Memory {
    pub(super) fn new(period: &Period) -> Self {
        let kept = |beat: &Beat| Kept {
            beat: *beat,
            next: None,
        };
        Self {
            beats: period.beats().map(kept).collect(),
            visited: false,
            has_run: false,
            ran: None,
            stood: None,
        }
    }

    pub(super) fn begin(&mut self, now: &Position) {
        if self.is_of_another_history(now) {
            (self.visited, self.has_run, self.ran) = (false, false, None);
        }
        self.stood = Some(*now);
        for kept in &mut self.beats {
            kept.begin(now);
        }
    }

    /// Whether a loop that had gone on begins anew.
    fn is_of_another_history(&self, now: &Position) -> bool {
        let had_counted = |stood: &Position| {
            now.counted().any(|(unit, _)| {
                stood
                    .amount(unit)
                    .is_some_and(|amount| amount.as_f64() > 0.0)
            })
        };
        now.is_beginning() && self.stood.as_ref().is_some_and(had_counted)
    }

    /// The loop has gone back to `now`, and begins anew there.
    pub(super) fn go_back(&mut self, now: &Position) {
        (self.visited, self.has_run, self.ran) = (false, false, None);
        for kept in &mut self.beats {
            kept.next = kept.beat.from(now).or(kept.next);
        }
    }

    pub(super) fn visit(&mut self, now: &Position, runs: bool) {
        self.visited = true;
        self.stood = Some(*now);
        if runs {
            (self.has_run, self.ran) = (true, Some(*now));
        } else if now.counted().next().is_none() {
            // Nothing tells this visit from the one at which it ran.
            self.ran = None;
        }
    }

    pub(super) fn ran_at(&self, now: &Position) -> bool {
        self.ran.is_some_and(|ran| ran.is_at(now))
    }

    /// Takes all that `other` knows, of the same period.
    pub(super) fn stand_as(&mut self, other: &Self) {
        self.beats.clone_from(&other.beats);
        (self.visited, self.has_run) = (other.visited, other.has_run);
        (self.ran, self.stood) = (other.ran, other.stood);
    }

    /// Takes what `other` knows of beats that are here, too. A period that was written anew keeps the beats that stayed.
    pub(super) fn restore(&mut self, other: &Self) {
        for kept in &mut self.beats {
            let known = other.beats.iter().find(|known| known.beat == kept.beat);
            kept.next = known.and_then(|known| known.next);
        }
        (self.visited, self.has_run) = (other.visited, other.has_run);
        (self.ran, self.stood) = (other.ran, other.stood);
    }
}
