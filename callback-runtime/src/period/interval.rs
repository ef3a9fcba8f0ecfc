//! One interval and its marks: the only arithmetic of periods.
//!
//! The marks of an interval are numbered from 1. A mark is reached at its threshold: for whole units that is the mark itself; for real
//! units it is slightly before the mark, because a position that is a sum of many small steps is slightly too small by rounding. The
//! tolerance grows with the mark, as such errors do, up to a small part of the interval. It is always more than the rounding of the
//! arithmetic here, and less than an interval. So thresholds increase strictly with their numbers, and no mark is counted twice or
//! left out.

use super::{Amount, Position, Unit};

/// How much of itself a mark may lack.
const OF_MARK: f64 = 1e-9;

/// How much of a period a mark may lack at most.
const OF_PERIOD: f64 = 1e-3;

/// The number of intervals of a real unit that can be distinguished for certain, 2^40. There is no mark after them.
const MAX_INTERVALS: f64 = 1_099_511_627_776.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub(super) unit: Unit,
    pub(super) every: Amount,
    pub(super) offset: Option<Amount>,
    pub(super) until: Option<Amount>,
    pub(super) once: bool,
}

/// The number of an interval's next mark. The interval need not have a mark with that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    HaltedAt(u64),
    Never,
}

impl Next {
    /// The first mark.
    pub(super) const FIRST: Self = Self::HaltedAt(1);
}

impl Interval {
    pub(super) fn new(unit: Unit, every: Amount) -> Self {
        Self {
            unit,
            every,
            offset: None,
            until: None,
            once: false,
        }
    }

    /// `amount` as this interval's unit is counted. An amount that cannot be converted stays as it is, and is a problem of the plan.
    pub(super) fn amount(&self, amount: Amount) -> Amount {
        match amount {
            Amount::Whole(_) if !self.unit.is_whole() => Amount::Real(amount.as_f64()),
            _ => amount,
        }
    }

    /// The next mark after the position of the loop. `None` if that is no position, such as NaN.
    pub(super) fn next(&self, now: &Position) -> Option<Next> {
        self.after(now.amount(self.unit)?)
    }

    /// The next mark after `position`. `None` if that is no position, such as NaN.
    pub(super) fn after(&self, position: Amount) -> Option<Next> {
        match self.amount(position) {
            Amount::Whole(position) => Some(self.after_whole(position)),
            Amount::Real(_) if self.unit.is_whole() => None,
            Amount::Real(position) if position.is_finite() && position >= 0.0 => {
                Some(self.after_real(position))
            }
            Amount::Real(_) => None,
        }
    }

    /// The next mark at or after the position of the loop.
    pub(super) fn from(&self, now: &Position) -> Option<Next> {
        let before = match now.amount(self.unit)? {
            Amount::Whole(position) => Amount::Whole(position.saturating_sub(1)),
            // By more than a mark may lack.
            Amount::Real(position) => {
                Amount::Real((position - 2.0 * OF_PERIOD * self.every.as_f64()).max(0.0))
            }
        };
        self.after(before)
    }

    fn after_whole(&self, position: u64) -> Next {
        let Some((every, offset)) = self.whole() else {
            return Next::Never;
        };
        let past = position
            .checked_sub(offset)
            .map(|past_offset| past_offset / every);
        // No mark yet; or one more than are past.
        past.map_or(Some(1), |past| past.checked_add(1))
            .map_or(Next::Never, Next::HaltedAt)
    }

    fn after_real(&self, position: f64) -> Next {
        let Some((every, offset)) = self.real() else {
            return Next::Never;
        };
        let past = ((position - offset) / every).floor().max(0.0);
        if past > MAX_INTERVALS {
            return Next::Never;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to 2^40"
        )]
        let past = past as u64;
        // The division rounds, and thresholds are before their marks: the number is one of these.
        let mut near = past.saturating_sub(1).max(1)..=past + 3;
        near.find(|number| {
            reach(mark_real(every, offset, *number), every).is_none_or(|reach| reach > position)
        })
        .map_or(Next::Never, Next::HaltedAt)
    }

    /// The mark with that number, if the interval has it.
    pub(super) fn halted_at(&self, next: Next) -> Option<Amount> {
        let Next::HaltedAt(number) = next else {
            return None;
        };
        if self.once && number > 1 {
            return None;
        }
        let (halted_at, reach) = self.mark_and_reach(number)?;
        let within = |until: Amount| match (reach, self.amount(until)) {
            (Amount::Whole(reach), Amount::Whole(until)) => reach <= until,
            (reach, until) => reach.as_f64() <= until.as_f64(),
        };
        self.until.is_none_or(within).then_some(halted_at)
    }

    /// The threshold of the mark with that number, if the interval has it.
    pub(super) fn reach(&self, next: Next) -> Option<Amount> {
        self.halted_at(next)?;
        let Next::HaltedAt(number) = next else {
            return None;
        };
        self.mark_and_reach(number).map(|(_, reach)| reach)
    }

    fn mark_and_reach(&self, number: u64) -> Option<(Amount, Amount)> {
        if let Some((every, offset)) = self.whole() {
            let halted_at = every.checked_mul(number)?.checked_add(offset)?;
            return Some((Amount::Whole(halted_at), Amount::Whole(halted_at)));
        }
        let (every, offset) = self.real()?;
        let halted_at = mark_real(every, offset, number);
        Some((
            Amount::Real(halted_at),
            Amount::Real(reach(halted_at, every)?),
        ))
    }

    /// Period and offset in whole numbers, if that is what they are, and can be.
    fn whole(&self) -> Option<(u64, u64)> {
        let every = self.every.whole().filter(|every| *every > 0)?;
        let offset = self.offset.map_or(Some(0), Amount::whole)?;
        self.unit.is_whole().then_some((every, offset))
    }

    /// Period and offset in real numbers, if that is what they are, and can be.
    fn real(&self) -> Option<(f64, f64)> {
        let (every, offset) = (self.every.as_f64(), self.offset.map_or(0.0, Amount::as_f64));
        let can_be = every.is_finite() && every > 0.0 && offset.is_finite() && offset >= 0.0;
        (can_be && !self.unit.is_whole()).then_some((every, offset))
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 2^40 and a few")]
fn mark_real(every: f64, offset: f64, number: u64) -> f64 {
    // A product rounds once; a sum would round at each mark.
    offset + number as f64 * every
}

/// Where a mark of a real unit counts as reached, if it is one.
fn reach(halted_at: f64, every: f64) -> Option<f64> {
    let is_mark = halted_at.is_finite() && halted_at <= every * MAX_INTERVALS;
    is_mark.then(|| halted_at - (halted_at * OF_MARK).min(every * OF_PERIOD))
}

/// Whether what ends at `end` has ended: with the tolerance of marks, for that is added up as well.
pub(super) fn has_reached(now: Amount, end: Amount) -> bool {
    match (now, end) {
        (Amount::Whole(now), Amount::Whole(end)) => now >= end,
        (now, end) => now.as_f64() >= reached_from(end.as_f64()),
    }
}

/// From where on what ends at `end` counts as ended.
pub(super) fn reached_from(end: f64) -> f64 {
    end * (1.0 - OF_MARK)
}
