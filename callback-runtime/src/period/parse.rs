//! A period out of words.

use super::Period;
use std::str::FromStr;
use thiserror::Error;

/// Words that are no period: says which, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct PeriodError {
    text: String,
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(words: &str) -> Result<Self, PeriodError> {
        Err(PeriodError {
            text: words.to_owned(),
        })
    }
}
