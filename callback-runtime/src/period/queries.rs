//! The questions that a period answers without a run: the next mark, the distance to it, and the length of an interval.

use super::{Amount, Due, HandlerPeriod, Interval, Period, Position, Unit};

impl Period {
    /// Returns the first mark in `unit` after `position`. If no other unit decides, a handler that was visited at `position` runs there next.
    ///
    /// `None` if the period has no such mark, or `position` is not valid in `unit`, such as NaN or half a step.
    ///
    /// ```
    /// use callbacks::{Amount, Period, Unit};
    ///
    /// let period = Period::steps(10).or(Period::steps(15)).or(Period::time(0.5));
    /// assert_eq!(period.next_after(Unit::Steps, 0), Some(Amount::Whole(10)));
    /// assert_eq!(period.next_after(Unit::Steps, 10), Some(Amount::Whole(15)));
    /// assert_eq!(period.next_after(Unit::Time, 0.7), Some(Amount::Real(1.0)));
    /// assert_eq!(period.next_after(Unit::Epochs, 0), None);
    /// ```
    pub fn next_after(&self, unit: Unit, position: impl Into<Amount>) -> Option<Amount> {
        let position = position.into();
        let next = |interval: &Interval| interval.mark(interval.mark_after(position)?);
        self.intervals_of(unit).filter_map(next).reduce(smaller)
    }

    /// Returns the distance in `unit` from `position` to the next mark. `None` if there is no [next mark](Self::next_after).
    ///
    /// ```
    /// use callbacks::{Amount, Period, Unit};
    ///
    /// assert_eq!(Period::steps(10).remaining(Unit::Steps, 28), Some(Amount::Whole(2)));
    /// assert_eq!(Period::steps(10).until(20).remaining(Unit::Steps, 28), None);
    /// ```
    pub fn remaining(&self, unit: Unit, position: impl Into<Amount>) -> Option<Amount> {
        let position = position.into();
        let next = self.next_after(unit, position)?;
        Some(match (next, position) {
            (Amount::Whole(next), Amount::Whole(position)) => Amount::Whole(next - position),
            // Not negative: from the threshold of a mark on, `next_after` returns the mark after it.
            (next, position) => Amount::Real(next.as_f64() - position.as_f64()),
        })
    }

    /// Returns the distance in `unit` between two marks, of the shortest interval in that unit. `None` if the period has no interval in that
    /// unit that repeats.
    ///
    /// ```
    /// use callbacks::{Amount, Period, Unit};
    ///
    /// let period = Period::steps(10).or(Period::epochs(2)).or(Period::steps(4).once());
    /// assert_eq!(period.per_interval(Unit::Steps), Some(Amount::Whole(10)));
    /// assert_eq!(period.per_interval(Unit::Epochs), Some(Amount::Whole(2)));
    /// assert_eq!(period.per_interval(Unit::Samples), None);
    /// ```
    pub fn per_interval(&self, unit: Unit) -> Option<Amount> {
        let repeats = |interval: &&Interval| !interval.once && interval.problem().is_none();
        let intervals = self.intervals_of(unit).filter(repeats);
        intervals.map(|interval| interval.every).reduce(smaller)
    }

    /// Returns why a handler is due at `now`, at its first visit in a run that begins at `start`. `None` if it is not due.
    ///
    /// This is for a loop that remembers its position at the last call, and evaluates the period itself.
    ///
    /// ```
    /// use callbacks::{Period, Position, Unit};
    ///
    /// let period = Period::samples(1_000);
    /// let at = |samples: u64| Position::new().with(Unit::Samples, samples);
    /// assert!(period.due_between(&at(0), &at(999)).is_none());
    /// assert!(period.due_between(&at(999), &at(1_024)).is_some());
    /// assert!(period.due_between(&at(1_024), &at(5_000)).is_some()); // Once, for four marks.
    /// ```
    pub fn due_between(&self, start: &Position, now: &Position) -> Option<Due> {
        let mut period = HandlerPeriod::new(self.clone());
        period.begin(start, &Position::new());
        period.is_due(now, false)
    }
}

fn smaller(first: Amount, second: Amount) -> Amount {
    match (first, second) {
        (Amount::Whole(first), Amount::Whole(second)) => Amount::Whole(first.min(second)),
        (first, second) => Amount::Real(first.as_f64().min(second.as_f64())),
    }
}
