//! The builders of a period: `Period::steps(10).or(Period::epochs(1)).last()`.

use super::{Amount, Interval, Period, Position, Predicate, Trigger, TriggerKind, Unit};

/// The builders that a period begins with.
impl Period {
    /// Makes a handler due every `n` epochs. If `n` is 0, the plan reports a problem; so it does for the other units.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::epochs(1).to_string(), "every 1 epoch");
    /// ```
    pub fn epochs(n: u64) -> Self {
        Self::every(Unit::Epochs, Amount::Whole(n))
    }

    /// Makes a handler due every `n` steps. A step is one update of the optimised parameters, or one step of a simulation.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::steps(10).to_string(), "every 10 steps");
    /// ```
    pub fn steps(n: u64) -> Self {
        Self::every(Unit::Steps, Amount::Whole(n))
    }

    /// Makes a handler due every `n` micro-steps. A micro-step is one batch of an update that accumulates several batches.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::micro_steps(4).to_string(), "every 4 micro-steps");
    /// ```
    pub fn micro_steps(n: u64) -> Self {
        Self::every(Unit::MicroSteps, Amount::Whole(n))
    }

    /// Makes a handler due every `n` samples.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::samples(5_000).to_string(), "every 5000 samples");
    /// ```
    pub fn samples(n: u64) -> Self {
        Self::every(Unit::Samples, Amount::Whole(n))
    }

    /// Makes a handler due every `span` of simulated time, in the loop's own unit. If `span` is not finite and greater than 0, the plan
    /// reports a problem.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::time(0.5).to_string(), "every 0.5 of time");
    /// ```
    pub fn time(span: f64) -> Self {
        Self::every(Unit::Time, Amount::Real(span))
    }

    /// Makes a handler due every `span` seconds of wall-clock time since the run began. No two runs are due at exactly the same visits. If
    /// `span` is not finite and greater than 0, the plan reports a problem.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::seconds(60.0).to_string(), "every 60 seconds");
    /// ```
    pub fn seconds(span: f64) -> Self {
        Self::every(Unit::Seconds, Amount::Real(span))
    }

    /// Makes a handler due whenever `predicate` returns `true`. The plan calls it each time the breakpoint of the handler fires.
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

    /// Makes a handler never due. Add [`first`](Self::first) or [`last`](Self::last) to it.
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
        Self::of(TriggerKind::Interval(Interval {
            unit,
            every,
            offset: None,
            until: None,
            once: false,
        }))
    }

    fn of(kind: TriggerKind) -> Self {
        let only = Vec::new();
        Self {
            triggers: vec![Trigger { kind, only }],
            misuses: Vec::new(),
        }
    }
}

/// The builders that change the triggers so far.
impl Period {
    /// Makes the handler due when either period is due. If both are, the handler runs once.
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
        // The sort is stable: intervals keep the order in which they were written. `first` and `last` may be written anywhere.
        self.triggers.sort_by_key(|trigger| trigger.kind.rank());
        self.misuses.extend(misuses);
        self
    }

    /// Keeps only the first mark of each interval so far. If the period has no interval, the plan reports a problem.
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

    /// Makes the handler also due the first time its breakpoint fires, in a run that begins with all counters at 0.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::steps(10).first().to_string(), "every 10 steps, first");
    /// ```
    pub fn first(self) -> Self {
        self.or(Self::of(TriggerKind::First))
    }

    /// Makes the handler also due the last time its breakpoint fires in a run. If no firing is known to be the last, the handler runs once
    /// more at the end of the run.
    ///
    /// This holds for a run that is stopped or interrupted, too. In a run that fails, no further handler runs, because the state may be
    /// half-changed.
    ///
    /// ```
    /// assert_eq!(callbacks::Period::epochs(5).last().to_string(), "every 5 epochs, last");
    /// ```
    pub fn last(self) -> Self {
        self.or(Self::of(TriggerKind::Last))
    }

    /// Moves the marks so far: the marks of `n` with an offset of `by` are by + n, by + 2n, …
    ///
    /// If the intervals so far are in several units, the plan reports a problem; call `offset` on one of them before [`or`](Self::or).
    ///
    /// ```
    /// use callbacks::{Period, Unit};
    ///
    /// let period = Period::steps(10).offset(3);
    /// assert_eq!(period.next_after(Unit::Steps, 0), Some(13.into()));
    /// assert_eq!(period.next_after(Unit::Steps, 13), Some(23.into()));
    /// ```
    pub fn offset(self, by: impl Into<Amount>) -> Self {
        self.with_setting("offset", by.into(), |interval| &mut interval.offset)
    }

    /// Drops the marks after `position`. `first`, `last` and predicates stay as they are.
    ///
    /// If the intervals so far are in several units, the plan reports a problem; call `until` on one of them before [`or`](Self::or).
    ///
    /// ```
    /// use callbacks::{Period, Unit};
    ///
    /// let period = Period::steps(10).until(25);
    /// assert_eq!(period.next_after(Unit::Steps, 10), Some(20.into()));
    /// assert_eq!(period.next_after(Unit::Steps, 20), None);
    /// ```
    pub fn until(self, position: impl Into<Amount>) -> Self {
        self.with_setting("until", position.into(), |interval| &mut interval.until)
    }

    /// Narrows the triggers so far: the handler is due only if `predicate` returns `true`, too. A mark at which it returns `false` is skipped,
    /// and not due later.
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

    /// Changes a setting of each interval so far to `amount`.
    fn with_setting(
        mut self,
        word: &str,
        amount: Amount,
        setting: fn(&mut Interval) -> &mut Option<Amount>,
    ) -> Self {
        self.require_one_unit(word, amount);
        self.each_interval(&format!("{word}(…)"), |interval| {
            *setting(interval) = Some(amount.in_unit(interval.unit));
        });
        self
    }

    /// Calls `change` with each interval so far. Records a misuse of the builder `word` if there is none.
    fn each_interval(&mut self, word: &str, mut change: impl FnMut(&mut Interval)) {
        let mut has_interval = false;
        for trigger in &mut self.triggers {
            if let TriggerKind::Interval(interval) = &mut trigger.kind {
                change(interval);
                has_interval = true;
            }
        }
        if !has_interval {
            self.misuses.push(format!(
                "`{word}` has no interval to apply to; write it after one, as in `Period::steps(10).{word}`"
            ));
        }
    }

    /// Records a misuse if the intervals so far are in several units.
    fn require_one_unit(&mut self, word: &str, amount: Amount) {
        let units: Vec<Unit> = self.units().collect();
        if let [first, second, ..] = units[..] {
            self.misuses.push(format!(
                "`{word}` of {amount} applies to {first} and {second} together; apply it to one of them: \
                 `Period::{}(…).{word}({amount}).or(Period::{}(…))`",
                first.word(),
                second.word(),
            ));
        }
    }
}
