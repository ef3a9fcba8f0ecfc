//! The invalid settings of a period, and the periods that are never due in a run.

use super::interval::{NextMark, has_reached};
use super::{Amount, Interval, Period, Position, TriggerKind, Unit};

impl Period {
    /// Returns the invalid settings, each with what to write instead.
    pub(crate) fn problems(&self) -> Vec<String> {
        let of_intervals = self.intervals().filter_map(Interval::problem);
        of_intervals.chain(self.misuses.iter().cloned()).collect()
    }

    /// Checks whether a handler may be due in a run from `start` to `totals`. The error says why not, and what to write.
    ///
    /// A run that continues an earlier one is not an error because of marks before its start. Neither are the settings that
    /// [`problems`](Self::problems) reports.
    pub(crate) fn can_fire(&self, start: &Position, totals: &Position) -> Result<(), String> {
        if self.triggers.is_empty() {
            let why = "it never runs; write how often, as in `steps = 10`, or `first`, or `last`";
            return Err(why.to_owned());
        }
        let mut reasons = Vec::new();
        for trigger in &self.triggers {
            match &trigger.kind {
                // One interval that may be due is enough.
                TriggerKind::Interval(interval) => match interval.why_not_due(start, totals) {
                    Some(why) => reasons.push(why),
                    None => return Ok(()),
                },
                // `first` may have been due in the earlier run that this one continues.
                TriggerKind::First if !start.is_beginning() => {}
                TriggerKind::First | TriggerKind::Last | TriggerKind::Predicate(_) => return Ok(()),
            }
        }
        if reasons.is_empty() {
            return Ok(());
        }
        Err(reasons.join("; "))
    }
}

impl Interval {
    /// Returns what is invalid in the interval, and what to write instead.
    pub(crate) fn problem(&self) -> Option<String> {
        self.length_problem()
            .or_else(|| self.setting_problem("offset", self.offset))
            .or_else(|| self.setting_problem("until", self.until))
            .or_else(|| self.no_mark_problem())
    }

    /// Reports a length that is not greater than 0, or not finite.
    fn length_problem(&self) -> Option<String> {
        let (word, every) = (self.unit.word(), self.every);
        if every.as_f64() > 0.0 && every.as_f64().is_finite() {
            return None;
        }
        let advice = match every {
            Amount::Whole(_) => format!("write `{word} = 1` for every one"),
            Amount::Real(_) => format!("write a number greater than 0, as in `{word} = 0.5`"),
        };
        Some(format!(
            "`{word} = {every}` is no period; {advice}, or leave it out"
        ))
    }

    /// Reports an `offset` or `until` that the unit cannot have as a position.
    fn setting_problem(&self, name: &str, amount: Option<Amount>) -> Option<String> {
        let amount = amount?;
        let real = amount.as_f64();
        let problem = if !(real.is_finite() && real >= 0.0) {
            " is no position; write a number that is not negative, or leave it out".to_owned()
        } else if !self.unit.is_whole() || amount.whole().is_some() {
            return None;
        } else if is_too_large(real) {
            " is beyond what can be counted; write a smaller one, or leave it out".to_owned()
        } else {
            let (unit, next) = (self.unit, real.ceil());
            format!(" for a period of {unit}, which are whole; write `{name} = {next:.0}`")
        };
        Some(format!("`{name} = {amount}`{problem}"))
    }

    /// Reports an interval that has no mark.
    fn no_mark_problem(&self) -> Option<String> {
        if self.mark(NextMark::FIRST).is_some() {
            return None;
        }
        let endless = Self {
            until: None,
            ..*self
        };
        let (unit, every) = (self.unit.word(), self.every);
        Some(match (self.until, endless.mark(NextMark::FIRST)) {
            (Some(until), Some(mark)) => format!(
                "`until = {until}` is before the first mark, {}; write `until = {mark}` or more, or leave the period out",
                describe(self.unit, mark)
            ),
            _ => format!(
                "the first mark of `{unit} = {every}` is beyond what can be counted; write a smaller period or offset"
            ),
        })
    }

    /// Returns why the interval is never due in a run from `start` to `totals`. `None` if it may be due.
    fn why_not_due(&self, start: &Position, totals: &Position) -> Option<String> {
        if self.unit == Unit::Seconds {
            return None;
        }
        let end = totals.amount(self.unit)?;
        let begin = start.amount(self.unit).unwrap_or(Amount::Whole(0));
        let next = self.mark_after(begin)?;
        let (mark, threshold) = self.mark_and_threshold(next)?;
        // An interval with a mark before `start` may have been due in an earlier run.
        if next > NextMark::FIRST || has_reached(end, threshold) {
            return None;
        }
        Some(format!(
            "it runs first at {}, and this run ends at {}; write `{}` of at most what the run has, or add `last`",
            describe(self.unit, mark),
            describe(self.unit, end),
            self.unit.word(),
        ))
    }
}

/// Whether `real` is greater than every `u64`.
pub(crate) fn is_too_large(real: f64) -> bool {
    // 2^64
    real >= 18_446_744_073_709_551_616.0
}

/// Returns the position in words: "step 10".
fn describe(unit: Unit, amount: Amount) -> String {
    format!("{} {amount}", unit.singular())
}
