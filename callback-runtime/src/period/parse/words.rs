//! Parses the syntax of the attribute `every`: "steps = 10, offset = 3, once(epochs = 2), last".

use super::PeriodError;
use super::token::{Tokens, number};
use crate::period::{Amount, Period, Unit};
use crate::plan::nearest;

/// The words that may begin an argument, besides units.
const OTHERS: [&str; 5] = ["first", "last", "offset", "until", "once"];

/// The arguments that have been read.
struct Words<'t> {
    /// The words that have been read, for the error about a word that is there twice.
    seen: Vec<&'t str>,
    /// The intervals of each argument, in the order in which they are written: `steps = 10`, or `once(steps = 500, epochs = 2)`.
    intervals: Vec<Period>,
    offset: Option<Amount>,
    until: Option<Amount>,
    /// `first` and `last`.
    ends: Period,
}

pub(super) fn period(tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let mut words = Words {
        seen: Vec::new(),
        intervals: Vec::new(),
        offset: None,
        until: None,
        ends: Period::never(),
    };
    while !tokens.is_at_end() {
        words.read(tokens)?;
        if !tokens.is_at_end() {
            tokens.expect(",", "steps = 10, last")?;
        }
    }
    Ok(words.intervals().or(words.ends))
}

impl<'t> Words<'t> {
    /// Reads one argument.
    fn read(&mut self, tokens: &mut Tokens<'t>) -> Result<(), PeriodError> {
        let word = tokens.next();
        if word != "once" {
            check_twice(&self.seen, word)?;
        }
        self.seen.push(word);
        match word {
            "first" => self.ends = self.ends.clone().first(),
            "last" => self.ends = self.ends.clone().last(),
            "offset" => self.offset = Some(value(word, tokens)?),
            "until" => self.until = Some(value(word, tokens)?),
            "once" => self.intervals.push(once(tokens)?),
            _ => self.intervals.push(every(unit(word)?, tokens)?),
        }
        Ok(())
    }

    /// Returns the period of the intervals. `offset` and `until` apply only to those that repeat.
    fn intervals(&self) -> Period {
        let repeats = |period: &Period| period.intervals().all(|interval| !interval.once);
        let repeating = self
            .intervals
            .iter()
            .filter(|period| repeats(period))
            .cloned();
        // Applied to all intervals together, so that the period reports an `offset` or `until` of no interval or of several units.
        let repeating = self.bounded(repeating.fold(Period::never(), Period::or));
        if !repeating.problems().is_empty() {
            return repeating;
        }
        let mut period = Period::never();
        for intervals in self.intervals.iter().cloned() {
            period = period.or(if repeats(&intervals) {
                self.bounded(intervals)
            } else {
                intervals
            });
        }
        period
    }

    /// Applies `offset` and `until`.
    fn bounded(&self, mut period: Period) -> Period {
        if let Some(by) = self.offset {
            period = period.offset(by);
        }
        if let Some(end) = self.until {
            period = period.until(end);
        }
        period
    }
}

/// `(samples = 500, time = 1)`
fn once(tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let example = "once(steps = 500)";
    tokens.expect("(", example)?;
    if tokens.peek() == ")" {
        let text = format!("`once` has nothing in its parentheses; write `{example}`");
        return Err(PeriodError::new(text));
    }
    let mut seen = Vec::new();
    let mut period = Period::never();
    loop {
        let word = tokens.next();
        check_twice(&seen, word)?;
        seen.push(word);
        if OTHERS.contains(&word) {
            let text = format!("`once` contains units alone; write `{word}` beside it");
            return Err(PeriodError::new(text));
        }
        period = period.or(every(unit(word)?, tokens)?);
        // A comma before the closing parenthesis is allowed.
        if !tokens.takes(",") || tokens.peek() == ")" {
            break;
        }
    }
    tokens.expect(")", example)?;
    Ok(period.once())
}

fn check_twice(seen: &[&str], word: &str) -> Result<(), PeriodError> {
    if seen.contains(&word) {
        let text = format!("`{word}` is there twice; write it once");
        return Err(PeriodError::new(text));
    }
    Ok(())
}

/// `= 10`
fn every(unit: Unit, tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let amount = value(unit.word(), tokens)?;
    super::interval(unit, amount)
}

fn value(word: &str, tokens: &mut Tokens<'_>) -> Result<Amount, PeriodError> {
    let example = format!("{word} = 10");
    tokens.expect("=", &example)?;
    tokens.number(&example)
}

fn unit(word: &str) -> Result<Unit, PeriodError> {
    let found = Unit::ALL.into_iter().find(|unit| unit.word() == word);
    found.ok_or_else(|| unknown(word))
}

fn unknown(word: &str) -> PeriodError {
    if number(word).is_some() {
        return PeriodError::new(format!("`{word}` has no unit; write `steps = {word}`"));
    }
    if word == "when" {
        let text = "`when` asks a predicate, which is code; write `Period::when(…)` in the program";
        return PeriodError::new(text);
    }
    let units = Unit::ALL.iter().map(|unit| unit.word());
    let valid: Vec<&str> = units.chain(OTHERS).collect();
    let nearest = nearest(word, valid.iter().copied());
    let nearest = nearest.map(|valid| format!(": did you mean `{valid}`?"));
    let suggestion = nearest.unwrap_or_else(|| ".".to_owned());
    let valid = valid.join(", ");
    PeriodError::new(format!(
        "`{word}` is no word of a period{suggestion} There are {valid}"
    ))
}
