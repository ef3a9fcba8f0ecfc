//! How a period is written in code.

use super::{Amount, Interval, Period, Position, Predicate, Trigger, TriggerKind, Unit};

/// What a period begins with.
impl Period {
    /// Every `n` epochs. 0 is a problem of the plan, here as for the other units.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::epochs(1).to_string(), "every 1 epoch");
    /// ```
    pub fn epochs(n: u64) -> Self {
        Self::every(Unit::Epochs, Amount::Whole(n))
    }

    /// Every `n` steps: updates of what is optimised.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::steps(10).to_string(), "every 10 steps");
    /// ```
    pub fn steps(n: u64) -> Self {
        Self::every(Unit::Steps, Amount::Whole(n))
    }

    /// Every `n` micro-steps: batches of which several make one update.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::micro_steps(4).to_string(), "every 4 micro-steps");
    /// ```
    pub fn micro_steps(n: u64) -> Self {
        Self::every(Unit::MicroSteps, Amount::Whole(n))
    }

    /// Every `n` samples.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::samples(5_000).to_string(), "every 5000 samples");
    /// ```
    pub fn samples(n: u64) -> Self {
        Self::every(Unit::Samples, Amount::Whole(n))
    }

    /// Every such span of simulated time, in the loop's own unit. One that is no number greater than 0 is a problem of the plan.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::time(0.5).to_string(), "every 0.5 of time");
    /// ```
    pub fn time(span: f64) -> Self {
        Self::every(Unit::Time, Amount::Real(span))
    }

    /// Every `seconds` of wall-clock time since the run began. No run repeats them exactly.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::seconds(60.0).to_string(), "every 60 seconds");
    /// ```
    pub fn seconds(span: f64) -> Self {
        Self::every(Unit::Seconds, Amount::Real(span))
    }

    /// Whenever the predicate says so; it is asked at each visit.
    ///
    /// ```
    /// use callbacks::{Period, Unit};
    ///
    /// let powers_of_two = Period::when(|now| now.whole(Unit::Steps).is_some_and(u64::is_power_of_two));
    /// assert_eq!(powers_of_two.to_string(), "when a predicate says so");
    /// ```
    pub fn when(predicate: impl Fn(&Position) -> bool + Send + Sync + 'static) -> Self {
        Self::of(TriggerKind::Predicate(Predicate::new(predicate)))
    }

    /// Never: what `first` and `last` alone are added to.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::never().first().last().to_string(), "first, last");
    /// ```
    pub fn never() -> Self {
        Self {
            triggers: Vec::new(),
            misuses: Vec::new(),
        }
    }

    pub(crate) fn every(unit: Unit, every: Amount) -> Self {
        Self::of(TriggerKind::Interval(Interval::new(unit, every)))
    }

    fn of(kind: TriggerKind) -> Self {
        let mut period = Self::never();
        period.triggers.push(Trigger::new(kind));
        period
    }
}

/// Changes the triggers so far.
impl Period {
    /// Due when either is. When both are, the handler runs once.
    ///
    /// ```
    /// use callbacks::Period;
    ///
    /// assert_eq!(Period::steps(100).or(Period::epochs(1)).short(), "E1_U100");
    /// ```
    pub fn or(mut self, other: Self) -> Self {
        let Self { triggers, misuses } = other;
        for trigger in triggers {
            if !self.triggers.contains(&trigger) {
                self.triggers.push(trigger);
            }
        }
        // Intervals in the order in which they were written, then the rest: `first` and `last` may be written anywhere.
        self.triggers.sort_by_key(|trigger| trigger.kind.rank());
        self.misuses.extend(misuses);
        self
    }

    /// Keeps only the first mark of each interval so far.
    ///
    /// ```
    /// use callbacks::{Period, Unit};
    ///
    /// let once = Period::steps(500).once();
    /// assert_eq!(once.to_string(), "once at step 500");
    /// assert_eq!(once.next_after(Unit::Steps, 500), None);
    /// ```
    pub fn once(mut self) -> Self {
        self.each_interval("once()", |interval| interval.once = true);
        self
    }

    /// Also at the first visit of a run that begins at the very beginning.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::steps(10).first().to_string(), "every 10 steps, first");
    /// ```
    pub fn first(self) -> Self {
        self.or(Self::of(TriggerKind::First))
    }

    /// Also at the last visit, or at the run's end where no visit could know that it was the last. A run that is stopped or interrupted
    /// has a last visit, too; one that fails has none, as no further handler runs on a state that may be half-changed.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::epochs(5).last().to_string(), "every 5 epochs, last");
    /// ```
    pub fn last(self) -> Self {
        self.or(Self::of(TriggerKind::Last))
    }

    /// Moves the marks so far: those of `n` with an offset of `o` are o + n, o + 2n, … With intervals of several units it is a problem of
    /// the plan; give it to one of them, before `or`.
    ///
    /// ```
    /// use callbacks::{Period, Unit};
    ///
    /// let period = Period::steps(10).offset(3);
    /// assert_eq!(period.next_after(Unit::Steps, 0), Some(13.into()));
    /// assert_eq!(period.next_after(Unit::Steps, 13), Some(23.into()));
    /// ```
    pub fn offset(mut self, by: impl Into<Amount>) -> Self {
        let by = by.into();
        self.one_unit("offset", by);
        self.each_interval("offset(…)", |interval| {
            interval.offset = Some(interval.amount(by));
        });
        self
    }

    /// Drops the marks after this position. It does not change `first`, `last` and predicates. With intervals of several units it is a
    /// problem of the plan; give it to one of them, before `or`.
    ///
    /// ```
    /// use callbacks::{Period, Unit};
    ///
    /// let period = Period::steps(10).until(25);
    /// assert_eq!(period.next_after(Unit::Steps, 10), Some(20.into()));
    /// assert_eq!(period.next_after(Unit::Steps, 20), None);
    /// ```
    pub fn until(mut self, position: impl Into<Amount>) -> Self {
        let position = position.into();
        self.one_unit("until", position);
        self.each_interval("until(…)", |interval| {
            interval.until = Some(interval.amount(position));
        });
        self
    }

    /// Narrows the triggers so far: the handler is due only if the predicate holds, too. A mark at which it does not hold is past.
    ///
    /// ```
    /// use callbacks::{Period, Position, Unit};
    ///
    /// let period = Period::steps(10).only_when(|now| now.whole(Unit::Epochs) >= Some(2));
    /// let at = |epochs: u64, steps: u64| Position::new().with(Unit::Epochs, epochs).with(Unit::Steps, steps);
    /// assert!(period.due_between(&at(1, 9), &at(1, 10)).is_none());
    /// assert!(period.due_between(&at(2, 19), &at(2, 20)).is_some());
    /// ```
    pub fn only_when(
        mut self,
        predicate: impl Fn(&Position) -> bool + Send + Sync + 'static,
    ) -> Self {
        let predicate = Predicate::new(predicate);
        for trigger in &mut self.triggers {
            trigger.only.push(predicate.clone());
        }
        self
    }

    fn each_interval(&mut self, word: &str, mut change: impl FnMut(&mut Interval)) {
        let mut any = false;
        for trigger in &mut self.triggers {
            if let TriggerKind::Interval(interval) = &mut trigger.kind {
                change(interval);
                any = true;
            }
        }
        if !any {
            self.misuses.push(format!(
                "`{word}` has no interval to apply to; write it after one, as in `Period::steps(10).{word}`"
            ));
        }
    }

    fn one_unit(&mut self, word: &str, amount: Amount) {
        let units: Vec<Unit> = self.units().collect();
        if let [one, other, ..] = units[..] {
            self.misuses.push(format!(
                "`{word}` of {amount} applies to {one} and {other} together; apply it to one of them: \
                 `Period::{}(…).{word}({amount}).or(Period::{}(…))`",
                one.word(),
                other.word(),
            ));
        }
    }
}
