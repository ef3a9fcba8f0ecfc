//! What a period cannot be, and what it cannot do in a run.

use super::interval::Next;
use super::{Amount, Interval, Period, Position, TriggerKind, Unit};

impl Period {
    /// Settings that cannot be, each with what to write instead.
    pub(crate) fn problems(&self) -> Vec<String> {
        let of_intervals = self.intervals().filter_map(Interval::problem);
        of_intervals.chain(self.misuses.iter().cloned()).collect()
    }

    /// Whether a handler may be due in a run from `start` to `totals`; if not, why, and what to write. A run that continues an earlier one
    /// is not refused for marks before its start, nor a period for what is a problem already.
    pub(crate) fn can_fire(&self, start: &Position, totals: &Position) -> Result<(), String> {
        if self.triggers.is_empty() {
            return Err(
                "it never runs; write how often, as in `steps = 10`, or `first`, or `last`"
                    .to_owned(),
            );
        }
        let mut late = Vec::new();
        for trigger in &self.triggers {
            match &trigger.kind {
                TriggerKind::Interval(interval) => late.push(interval.is_late(start, totals)),
                // It had its time in an earlier run, unless this is the first.
                TriggerKind::First if !start.is_beginning() => {}
                TriggerKind::First | TriggerKind::Last | TriggerKind::Predicate(_) => return Ok(()),
            }
        }
        let all: Option<Vec<String>> = late.into_iter().collect();
        match all {
            Some(late) if !late.is_empty() => Err(late.join("; ")),
            _ => Ok(()),
        }
    }
}

impl Interval {
    /// Why it cannot be, and what to write instead.
    pub(crate) fn problem(&self) -> Option<String> {
        self.bad_length()
            .or_else(|| self.bad_setting("offset", self.offset))
            .or_else(|| self.bad_setting("until", self.until))
            .or_else(|| self.no_mark())
    }

    fn bad_length(&self) -> Option<String> {
        let (word, every) = (self.unit.word(), self.every);
        let real = every.as_f64();
        if real > 0.0 && real.is_finite() {
            return None;
        }
        Some(match every {
            Amount::Whole(_) => format!(
                "`{word} = 0` is no period; write `{word} = 1` for every one, or leave it out"
            ),
            Amount::Real(_) => format!(
                "`{word} = {every}` is no period; write a number greater than 0, as in `{word} = 0.5`, or leave it out"
            ),
        })
    }

    fn bad_setting(&self, name: &str, amount: Option<Amount>) -> Option<String> {
        let amount = amount?;
        let real = amount.as_f64();
        if !(real.is_finite() && real >= 0.0) {
            return Some(format!(
                "`{name} = {amount}` is no position; write a number that is not negative, or leave it out"
            ));
        }
        if !self.unit.is_whole() || amount.whole().is_some() {
            return None;
        }
        Some(if is_too_large(real) {
            format!(
                "`{name} = {amount}` is beyond what can be counted; write a smaller one, or leave it out"
            )
        } else {
            format!(
                "`{name} = {amount}` for a period of {}, which are whole; write `{name} = {:.0}`",
                self.unit,
                real.ceil()
            )
        })
    }

    fn no_mark(&self) -> Option<String> {
        let first = Next::FIRST;
        if self.halted_at(first).is_some() {
            return None;
        }
        let endless = Self {
            until: None,
            ..*self
        };
        Some(match (self.until, endless.halted_at(first)) {
            (Some(until), Some(halted_at)) => format!(
                "`until = {until}` is before the first mark, {}; write `until = {halted_at}` or more, or leave the period out",
                at(self.unit, halted_at)
            ),
            _ => format!(
                "the first mark of `{} = {}` is beyond what can be counted; write a smaller period or offset",
                self.unit.word(),
                self.every
            ),
        })
    }

    /// Why it is not due in a run from `start` to `totals`, if it cannot be.
    fn is_late(&self, start: &Position, totals: &Position) -> Option<String> {
        let end = totals
            .amount(self.unit)
            .filter(|_| self.unit != Unit::Seconds)?;
        let stands = start.amount(self.unit).unwrap_or(Amount::Whole(0));
        let next = self.after(stands)?;
        // Marks before the start belong to an earlier run.
        let (halted_at, reach) = (self.halted_at(next)?, self.reach(next)?);
        if next > Next::FIRST || super::interval::has_reached(end, reach) {
            return None;
        }
        let (halted_at, end, word) = (
            at(self.unit, halted_at),
            at(self.unit, end),
            self.unit.word(),
        );
        Some(format!(
            "it runs first at {halted_at}, and this run ends at {end}; write `{word}` of at most what the run has, or add `last`"
        ))
    }
}

/// Whether it is no `u64`.
pub(crate) fn is_too_large(real: f64) -> bool {
    // 2^64, the first that is none.
    real >= 18_446_744_073_709_551_616.0
}

/// As one says it: "step 10".
fn at(unit: Unit, amount: Amount) -> String {
    format!("{} {amount}", unit.singular())
}
