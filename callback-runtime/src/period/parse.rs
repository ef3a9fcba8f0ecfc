//! Parses a period: the syntax of the attribute `every`, or the sentence that `Display` shows.

mod phrase;
mod token;
mod words;

use super::{Amount, Period, Unit};
use std::str::FromStr;
use thiserror::Error;
use token::Tokens;

/// The error of parsing a [`Period`]. It says which word is wrong, and what to write instead.
///
/// ```
/// use callbacks::Period;
///
/// let error = "stesp = 10".parse::<Period>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`stesp` is no word of a period: did you mean `steps`? \
///      There are epochs, steps, micro_steps, samples, time, seconds, first, last, offset, until, once"
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct PeriodError {
    text: String,
}

crate::debug_as_display!(PeriodError);

impl PeriodError {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// Parses the syntax of the attribute `every`, which is `steps = 10, epochs = 1, first, last, offset = 3, until = 100, once(samples = 5, time = 1)`,
/// or the sentence that `Display` shows.
///
/// ```
/// use callbacks::Period;
///
/// let period = "steps = 10, offset = 3, once(epochs = 2), last".parse();
/// assert_eq!(period, Ok(Period::steps(10).offset(3).or(Period::epochs(2).once()).last()));
/// assert_eq!("every 10 steps (offset 3) or once at epoch 2, last".parse(), period);
/// ```
impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let mut tokens = Tokens::of(text);
        let period = match tokens.first_words() {
            ["", _] => {
                let text = "a period needs words; write how often, as in `steps = 10`";
                return Err(PeriodError::new(text));
            }
            ["never", ""] => return Ok(Self::never()),
            ["every", _] | ["once", "at"] => phrase::period(&mut tokens)?,
            _ => words::period(&mut tokens)?,
        };
        match period.problems().into_iter().next() {
            Some(problem) => Err(PeriodError::new(problem)),
            None => Ok(period),
        }
    }
}

/// Makes a period of one interval. A real unit accepts a whole number, too.
fn interval(unit: Unit, amount: Amount) -> Result<Period, PeriodError> {
    match amount {
        Amount::Real(real) if unit.is_whole() => Err(PeriodError::new(not_whole(unit, real))),
        _ => Ok(Period::every(unit, amount.in_unit(unit))),
    }
}

/// Returns the message for a real number where the unit is counted in whole numbers.
fn not_whole(unit: Unit, real: f64) -> String {
    let (word, most, next) = (unit.word(), u64::MAX, real.ceil().max(1.0));
    let problem = if real < 0.0 {
        format!(", but a run counts upwards from 0; write a number above 0, as in `{word} = 10`")
    } else if super::problems::is_too_large(real) {
        format!(" is too large to be counted; write at most `{word} = {most}`")
    } else {
        format!(", but {unit} are whole; write `{word} = {next}`")
    };
    format!("`{word} = {real}`{problem}")
}
