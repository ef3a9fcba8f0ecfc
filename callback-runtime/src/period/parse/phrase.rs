//! Parses the sentence that `Display` shows: "every 10 steps (offset 3) or 1 epoch or once at step 500, first, last".

use super::PeriodError;
use super::token::Tokens;
use crate::period::{Period, Unit};

const EXAMPLE: &str = "every 10 steps or 1 epoch, first, last";

pub(super) fn period(tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let mut period = interval(tokens)?;
    while tokens.takes("or") {
        period = period.or(interval(tokens)?);
    }
    while !tokens.is_at_end() {
        tokens.expect(",", EXAMPLE)?;
        period = match tokens.next() {
            "first" => period.first(),
            "last" => period.last(),
            word => return Err(unknown(word, "first, last")),
        };
    }
    Ok(period)
}

/// "every 10 steps (offset 3)", "1 epoch" or "once at step 500"
fn interval(tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let period = if tokens.takes("once") {
        once_at(tokens)?
    } else {
        tokens.takes("every");
        let amount = tokens.number(EXAMPLE)?;
        tokens.takes("of");
        super::interval(unit(tokens.next())?, amount)?
    };
    settings(period, tokens)
}

/// "at step 500"
fn once_at(tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let example = "once at step 500";
    tokens.expect("at", example)?;
    let unit = unit(tokens.next())?;
    Ok(super::interval(unit, tokens.number(example)?)?.once())
}

/// "(offset 3, until 100)"
fn settings(mut period: Period, tokens: &mut Tokens<'_>) -> Result<Period, PeriodError> {
    let example = "every 10 steps (offset 3, until 100)";
    if !tokens.takes("(") {
        return Ok(period);
    }
    loop {
        period = match tokens.next() {
            "offset" => period.offset(tokens.number(example)?),
            "until" => period.until(tokens.number(example)?),
            word => return Err(unknown(word, "offset, until")),
        };
        if !tokens.takes(",") {
            break;
        }
    }
    tokens.expect(")", example)?;
    Ok(period)
}

fn unit(word: &str) -> Result<Unit, PeriodError> {
    let names = |unit: &Unit| [unit.singular(), unit.word(), unit.plural()].contains(&word);
    let found = Unit::ALL.into_iter().find(names);
    let valid = "epochs, steps, micro-steps, samples, of time, seconds";
    found.ok_or_else(|| unknown(word, valid))
}

fn unknown(word: &str, valid: &str) -> PeriodError {
    let word = if word.is_empty() { "the end" } else { word };
    PeriodError::new(format!(
        "`{word}` is not valid here; there are {valid}: write it as in `{EXAMPLE}`"
    ))
}
