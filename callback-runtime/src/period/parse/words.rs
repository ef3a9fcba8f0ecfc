//! The words of the attribute `every`.

use super::PeriodError;
use super::token::{Tokens, number};
use crate::period::{Amount, Period, Unit};
use strsim::damerau_levenshtein;

/// What may stand between two commas, besides units.
const OTHERS: [&str; 5] = ["first", "last", "offset", "until", "once"];

/// What has been read.
#[derive(Default)]
struct Words<'t> {
    seen: Vec<&'t str>,
    beats: Option<Period>,
    once: Option<Period>,
    offset: Option<Amount>,
    until: Option<Amount>,
    first: bool,
    last: bool,
}

pub(super) fn period(tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let mut words = Words::default();
    while !tokens.is_at_end() {
        words.read(tokens)?;
        if !tokens.is_at_end() {
            tokens.expect(",", "steps = 10, last")?;
        }
    }
    Ok(words.period())
}

impl<'t> Words<'t> {
    fn read(&mut self, tokens: &mut Tokens<'t>) -> Result<(), PeriodError> {
        let word = tokens.next();
        if self.seen.contains(&word) && word != "once" {
            return Err(PeriodError::new(format!(
                "`{word}` is there twice; write it once"
            )));
        }
        self.seen.push(word);
        match word {
            "first" => self.first = true,
            "last" => self.last = true,
            "offset" => self.offset = Some(value(word, tokens)?),
            "until" => self.until = Some(value(word, tokens)?),
            "once" => {
                let once = once(tokens)?;
                self.once = Some(or(self.once.take(), once));
            }
            _ => {
                let beat = every(unit(word)?, tokens)?;
                self.beats = Some(or(self.beats.take(), beat));
            }
        }
        Ok(())
    }

    /// `offset` and `until` are said of the beats, not of what happens once.
    fn period(self) -> Period {
        let mut period = self.beats.unwrap_or_else(Period::never);
        if let Some(by) = self.offset {
            period = period.offset(by);
        }
        if let Some(end) = self.until {
            period = period.until(end);
        }
        if let Some(once) = self.once {
            period = period.or(once);
        }
        if self.first {
            period = period.first();
        }
        if self.last {
            period = period.last();
        }
        period
    }
}

fn or(so_far: Option<Period>, other: Period) -> Period {
    match so_far {
        Some(so_far) => so_far.or(other),
        None => other,
    }
}

/// `(steps = 5)`
fn once(tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let example = "once(steps = 500)";
    tokens.expect("(", example)?;
    let unit = unit(tokens.next())?;
    let period = every(unit, tokens)?.once();
    tokens.expect(")", example)?;
    Ok(period)
}

/// `= 10`
fn every(unit: Unit, tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let amount = value(unit.word(), tokens)?;
    super::beat(unit, amount)
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
        return PeriodError::new(
            "`when` asks a predicate, which is code; write `Period::when(…)` in the program",
        );
    }
    let valid: Vec<&str> = Unit::ALL
        .iter()
        .map(|unit| unit.word())
        .chain(OTHERS)
        .collect();
    let meant = valid
        .iter()
        .map(|valid| (damerau_levenshtein(valid, word), valid))
        .filter(|(distance, _)| *distance <= (word.chars().count() / 3).min(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, valid)| format!(": did you mean `{valid}`?"));
    let meant = meant.unwrap_or_else(|| ".".to_owned());
    PeriodError::new(format!(
        "`{word}` is no word of a period{meant} There are {}",
        valid.join(", ")
    ))
}
