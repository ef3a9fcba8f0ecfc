//! The texts of a period: its short name, and the sentence that `Display` shows.

use super::{Amount, Interval, Period, TriggerKind};
use std::fmt;

impl Period {
    /// Returns a short name for files and measured values. Its parts are in the order of [`Unit`](crate::Unit); `U` is a step, an update.
    ///
    /// ```
    /// use callbacks::Period;
    ///
    /// assert_eq!(Period::steps(10).or(Period::epochs(5)).last().short(), "E5_U10");
    /// assert_eq!(Period::steps(10).offset(3).short(), "U10+3");
    /// assert_eq!(Period::samples(500).once().short(), "onceS500");
    /// assert_eq!(Period::never().first().last().short(), "first_last");
    /// ```
    pub fn short(&self) -> String {
        let mut intervals: Vec<&Interval> = self.intervals().collect();
        intervals.sort_by_key(|interval| interval.unit);
        let mut names: Vec<String> = intervals.into_iter().map(Interval::short).collect();
        if names.is_empty() {
            let others = self.triggers.iter().map(|trigger| trigger.kind.word());
            names = others.map(str::to_owned).collect();
            names.dedup();
        }
        if names.is_empty() {
            names.push("never".to_owned());
        }
        names.join("_")
    }

    /// Returns the texts of the intervals and the predicates.
    fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        // "every" is written once before several intervals: "every 10 steps or 1 epoch".
        let mut every = "every ";
        for trigger in &self.triggers {
            match &trigger.kind {
                TriggerKind::Interval(interval) if interval.once => {
                    reasons.push(interval.once_at());
                    every = "every ";
                }
                TriggerKind::Interval(interval) => {
                    reasons.push(format!("{every}{}", interval.length()));
                    every = "";
                }
                TriggerKind::Predicate(_) => reasons.push("when a predicate says so".to_owned()),
                TriggerKind::First | TriggerKind::Last => {}
            }
        }
        reasons.dedup();
        reasons
    }
}

/// Shows the period as a sentence, which [`parse`](str::parse) reads unless the period has a predicate.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![self.reasons().join(" or ")];
        let ends = [TriggerKind::First, TriggerKind::Last].into_iter();
        parts.extend(
            ends.filter(|kind| self.has(kind))
                .map(|kind| kind.word().to_owned()),
        );
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            parts.push("never".to_owned());
        }
        if self.triggers.iter().any(|trigger| !trigger.only.is_empty()) {
            parts.push("only when a predicate says so".to_owned());
        }
        f.pad(&parts.join(", "))
    }
}

impl TriggerKind {
    /// The word that stands for the trigger in a short name without intervals.
    fn word(&self) -> &'static str {
        match self {
            Self::Interval(_) => "every",
            Self::Predicate(_) => "when",
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

impl Interval {
    /// "U10+3"
    fn short(&self) -> String {
        let once = if self.once { "once" } else { "" };
        let offset = self
            .offset
            .map(|offset| format!("+{offset}"))
            .unwrap_or_default();
        format!("{once}{}{}{offset}", self.unit.symbol(), self.every)
    }

    /// "10 steps"
    fn length(&self) -> String {
        let unit = match self.every {
            Amount::Whole(1) => self.unit.singular(),
            _ => self.unit.plural(),
        };
        format!("{} {unit}{}", self.every, self.settings())
    }

    /// "once at step 500"
    fn once_at(&self) -> String {
        let (unit, every) = (self.unit.singular(), self.every);
        format!("once at {unit} {every}{}", self.settings())
    }

    /// " (offset 3, until 100)", or nothing.
    fn settings(&self) -> String {
        let mut settings = Vec::new();
        for (name, amount) in [("offset", self.offset), ("until", self.until)] {
            settings.extend(amount.map(|amount| format!("{name} {amount}")));
        }
        if settings.is_empty() {
            return String::new();
        }
        format!(" ({})", settings.join(", "))
    }
}
