//! A period in words.

use super::{Amount, Interval, Period, TriggerKind};
use std::fmt;

impl Period {
    /// A short name, for files and measured values: epochs come before updates (steps), and those before samples.
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

    /// The intervals and predicates, joined by "or".
    fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let mut every_is_said = false;
        for trigger in &self.triggers {
            match &trigger.kind {
                TriggerKind::Interval(interval) if interval.once => {
                    reasons.push(interval.once_at());
                }
                TriggerKind::Interval(interval) if every_is_said => reasons.push(interval.length()),
                TriggerKind::Interval(interval) => {
                    reasons.push(format!("every {}", interval.length()));
                }
                TriggerKind::Predicate(_) => reasons.push("when a predicate says so".to_owned()),
                TriggerKind::First | TriggerKind::Last => {}
            }
            every_is_said =
                matches!(&trigger.kind, TriggerKind::Interval(interval) if !interval.once);
        }
        reasons.dedup();
        reasons
    }

    /// The ends that it asks for.
    fn ends(&self) -> Vec<&'static str> {
        let is_end = |kind: &&TriggerKind| matches!(kind, TriggerKind::First | TriggerKind::Last);
        let kinds = self.triggers.iter().map(|trigger| &trigger.kind);
        let mut ends: Vec<_> = kinds.filter(is_end).map(TriggerKind::word).collect();
        ends.dedup();
        ends
    }
}

/// As a sentence would have it, and as [`parse`](str::parse) reads it.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = self.reasons().join(" or ");
        let ends = self.ends().join(", ");
        let mut said: Vec<&str> = [reasons.as_str(), ends.as_str()].into();
        said.retain(|part| !part.is_empty());
        if said.is_empty() {
            said.push("never");
        }
        if self.triggers.iter().any(|trigger| !trigger.only.is_empty()) {
            said.push("only when a predicate says so");
        }
        f.pad(&said.join(", "))
    }
}

impl TriggerKind {
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
    fn short(&self) -> String {
        let once = if self.once { "once" } else { "" };
        let offset = self.offset.map(|offset| format!("+{offset}"));
        format!(
            "{once}{}{}{}",
            self.unit.symbol(),
            self.every,
            offset.unwrap_or_default()
        )
    }

    fn length(&self) -> String {
        let one = matches!(self.every, Amount::Whole(1));
        let unit = if one {
            self.unit.singular()
        } else {
            self.unit.plural()
        };
        format!("{} {unit}{}", self.every, self.settings())
    }

    fn once_at(&self) -> String {
        format!(
            "once at {} {}{}",
            self.unit.singular(),
            self.every,
            self.settings()
        )
    }

    fn settings(&self) -> String {
        let said =
            |name: &str, amount: Option<Amount>| amount.map(|amount| format!("{name} {amount}"));
        let settings = [said("offset", self.offset), said("until", self.until)];
        let settings: Vec<String> = settings.into_iter().flatten().collect();
        if settings.is_empty() {
            return String::new();
        }
        format!(" ({})", settings.join(", "))
    }
}
