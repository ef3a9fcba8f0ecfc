//! What can be asked of a period.

use super::{Amount, Due, HandlerPeriod, Interval, Period, Position, Unit};

impl Period {
    /// The next mark in `unit` after `position`, if there is one: where a handler that was visited at `position` runs next, if only this unit
    /// decides. `None` for a value that is no position, such as NaN or half a step.
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
        let next = |interval: &Interval| interval.halted_at(interval.after(position)?);
        self.intervals_of(unit).filter_map(next).reduce(smaller)
    }

    /// How much of `unit` is left from `position` to the next mark.
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
            // Marks count as reached a little before they are; there it is the next one that is left, never less than 0.
            (next, position) => Amount::Real(next.as_f64() - position.as_f64()),
        })
    }

    /// How much of `unit` lies between two marks: of the shortest period in that unit. What happens once has no interval.
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
        let lengths = self
            .intervals_of(unit)
            .filter(repeats)
            .map(|interval| interval.every);
        lengths.reduce(smaller)
    }

    /// Whether a handler is due at its first visit, at `now`, in a run that begins at `start`. For a loop that remembers where it was
    /// the last time, and asks itself.
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

    fn intervals_of(&self, unit: Unit) -> impl Iterator<Item = &Interval> {
        self.intervals()
            .filter(move |interval| interval.unit == unit)
    }
}

fn smaller(one: Amount, other: Amount) -> Amount {
    match (one, other) {
        (Amount::Whole(one), Amount::Whole(other)) => Amount::Whole(one.min(other)),
        (one, other) => Amount::Real(one.as_f64().min(other.as_f64())),
    }
}
