//! One interval and its marks: the only arithmetic of periods.
//!
//! The marks of an interval are numbered from 1. The loop reaches a mark at the mark's threshold. For whole units the threshold is the mark
//! itself. For real units it is slightly before the mark, because a position that is a sum of many small steps is slightly too small by
//! rounding. The tolerance grows with the mark, as such errors do, up to a small part of the interval. It is always more than the rounding
//! of the arithmetic here, and less than an interval. So thresholds increase strictly with the numbers of their marks, and no mark is
//! counted twice or left out.

use super::{Amount, Position, Unit};

/// The distance from a threshold to its mark, as a fraction of the mark.
const MARK_TOLERANCE: f64 = 1e-9;

/// The greatest distance from a threshold to its mark, as a fraction of the interval.
const INTERVAL_TOLERANCE: f64 = 1e-3;

/// The number of intervals of a real unit that `f64` can always distinguish, 2^40. An interval has no mark after them.
const MAX_INTERVALS: f64 = 1_099_511_627_776.0;

/// An interval as a [`Period`](super::Period) declares it. A value that no interval can have is kept, and the plan reports it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    /// The unit of the other amounts.
    pub(super) unit: Unit,
    /// The distance between two marks.
    pub(super) every: Amount,
    /// The position from which the marks are counted: the first mark is `offset + every`. `None` is 0.
    pub(super) offset: Option<Amount>,
    /// The last position that can be a mark. `None` if the marks do not end.
    pub(super) until: Option<Amount>,
    /// Whether the interval has only its first mark.
    pub(super) once: bool,
}

/// The number of the mark that a handler waits for. The interval need not have a mark with that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NextMark {
    Number(u64),
    /// The number of the mark is too large for a `u64`, or the mark is after [`MAX_INTERVALS`].
    Never,
}

impl NextMark {
    /// The first mark of an interval.
    pub(super) const FIRST: Self = Self::Number(1);
}

impl Interval {
    /// Returns the first mark after the position of the loop. `None` if the loop does not count the unit, or its count is no position,
    /// such as NaN.
    pub(super) fn next_mark(&self, now: &Position) -> Option<NextMark> {
        self.mark_after(now.amount(self.unit)?)
    }

    /// Returns the first mark after `position`. `None` if `position` is not valid, such as NaN.
    pub(super) fn mark_after(&self, position: Amount) -> Option<NextMark> {
        match position.in_unit(self.unit) {
            Amount::Whole(position) => Some(self.mark_after_whole(position)),
            Amount::Real(position) => {
                let is_valid = position.is_finite() && position >= 0.0 && !self.unit.is_whole();
                is_valid.then(|| self.mark_after_real(position))
            }
        }
    }

    /// Returns the first mark at or after the position of the loop. `None` as in [`next_mark`](Self::next_mark).
    pub(super) fn mark_from(&self, now: &Position) -> Option<NextMark> {
        let before = match now.amount(self.unit)? {
            Amount::Whole(position) => Amount::Whole(position.saturating_sub(1)),
            // Earlier by more than the greatest tolerance, so that the threshold of a mark at `position` is after it.
            Amount::Real(position) => {
                let margin = 2.0 * INTERVAL_TOLERANCE * self.every.as_f64();
                Amount::Real((position - margin).max(0.0))
            }
        };
        self.mark_after(before)
    }

    fn mark_after_whole(&self, position: u64) -> NextMark {
        let Some((every, offset)) = self.as_whole() else {
            return NextMark::Never;
        };
        let next = match position.checked_sub(offset) {
            Some(past_offset) => (past_offset / every).checked_add(1),
            None => Some(1),
        };
        next.map_or(NextMark::Never, NextMark::Number)
    }

    fn mark_after_real(&self, position: f64) -> NextMark {
        let Some((every, offset)) = self.as_real() else {
            return NextMark::Never;
        };
        let past = ((position - offset) / every).floor().max(0.0);
        if past > MAX_INTERVALS {
            return NextMark::Never;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to 2^40"
        )]
        let past = past as u64;
        // The division rounds, and thresholds are before their marks: the number is one of these.
        let mut candidates = past.saturating_sub(1).max(1)..=past + 3;
        let next = candidates.find(|number| {
            let threshold = real_threshold(real_mark(every, offset, *number), every);
            threshold.is_none_or(|threshold| threshold > position)
        });
        next.map_or(NextMark::Never, NextMark::Number)
    }

    /// Returns the mark with that number, if the interval has it.
    pub(super) fn mark(&self, next: NextMark) -> Option<Amount> {
        Some(self.mark_and_threshold(next)?.0)
    }

    /// Returns the mark with that number and its threshold, if the interval has the mark.
    pub(super) fn mark_and_threshold(&self, next: NextMark) -> Option<(Amount, Amount)> {
        let NextMark::Number(number) = next else {
            return None;
        };
        if self.once && number > 1 {
            return None;
        }
        let (mark, threshold) = self.numbered(number)?;
        let within = |until: Amount| match (threshold, until.in_unit(self.unit)) {
            (Amount::Whole(threshold), Amount::Whole(until)) => threshold <= until,
            (threshold, until) => threshold.as_f64() <= until.as_f64(),
        };
        self.until.is_none_or(within).then_some((mark, threshold))
    }

    /// Returns the mark with that number and its threshold, without regard to `once` and `until`. `None` if the mark is too large.
    fn numbered(&self, number: u64) -> Option<(Amount, Amount)> {
        if let Some((every, offset)) = self.as_whole() {
            let mark = Amount::Whole(every.checked_mul(number)?.checked_add(offset)?);
            return Some((mark, mark));
        }
        let (every, offset) = self.as_real()?;
        let mark = real_mark(every, offset, number);
        let threshold = real_threshold(mark, every)?;
        Some((Amount::Real(mark), Amount::Real(threshold)))
    }

    /// Returns `every` and `offset` of an interval of a whole unit, if both are valid.
    fn as_whole(&self) -> Option<(u64, u64)> {
        let every = self.every.whole().filter(|every| *every > 0)?;
        let offset = self.offset.map_or(Some(0), Amount::whole)?;
        self.unit.is_whole().then_some((every, offset))
    }

    /// Returns `every` and `offset` of an interval of a real unit, if both are valid.
    fn as_real(&self) -> Option<(f64, f64)> {
        let (every, offset) = (self.every.as_f64(), self.offset.map_or(0.0, Amount::as_f64));
        let valid = every.is_finite() && every > 0.0 && offset.is_finite() && offset >= 0.0;
        (valid && !self.unit.is_whole()).then_some((every, offset))
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 2^40 and a few")]
fn real_mark(every: f64, offset: f64, number: u64) -> f64 {
    // A product rounds once; a sum would round at each mark.
    offset + number as f64 * every
}

/// Returns the threshold of a mark of a real unit. `None` if `mark` is after [`MAX_INTERVALS`].
fn real_threshold(mark: f64, every: f64) -> Option<f64> {
    let is_mark = mark.is_finite() && mark <= every * MAX_INTERVALS;
    is_mark.then(|| mark - (mark * MARK_TOLERANCE).min(every * INTERVAL_TOLERANCE))
}

/// Whether the loop has reached its end. The end has the tolerance of marks, because the loop sums up its position in the same way.
pub(super) fn has_reached(now: Amount, end: Amount) -> bool {
    match (now, end) {
        (Amount::Whole(now), Amount::Whole(end)) => now >= end,
        (now, end) => now.as_f64() >= end_threshold(end.as_f64()),
    }
}

/// Returns the position from which on a loop that ends at `end` counts as ended.
pub(super) fn end_threshold(end: f64) -> f64 {
    end * (1.0 - MARK_TOLERANCE)
}
