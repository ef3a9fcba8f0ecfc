//! Splits a text into words, numbers and punctuation.

use super::PeriodError;
use crate::period::Amount;

/// The tokens of a text, and how many of them are read.
pub(super) struct Tokens<'t> {
    tokens: Vec<&'t str>,
    /// The index of the next token.
    next: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let end = if in_word(first) {
                rest.find(|c| !in_word(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (token, after) = rest.split_at(end);
            tokens.push(token);
            rest = after.trim_start();
        }
        Self { tokens, next: 0 }
    }

    /// Returns the first two tokens; an empty string for a token that does not exist.
    pub(super) fn first_words(&self) -> [&'t str; 2] {
        [0, 1].map(|index| self.tokens.get(index).copied().unwrap_or_default())
    }

    /// Returns the next token without reading it; an empty string at the end.
    pub(super) fn peek(&self) -> &'t str {
        self.tokens.get(self.next).copied().unwrap_or_default()
    }

    /// Reads the next token; an empty string at the end.
    pub(super) fn next(&mut self) -> &'t str {
        let token = self.peek();
        self.next += 1;
        token
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.next >= self.tokens.len()
    }

    /// Reads the next token if it is `token`. Returns whether it is.
    pub(super) fn takes(&mut self, token: &str) -> bool {
        let is_next = self.peek() == token;
        self.next += usize::from(is_next);
        is_next
    }

    /// Reads the next token, which must be `token`. The error shows `example`.
    pub(super) fn expect(&mut self, token: &str, example: &str) -> Result<(), PeriodError> {
        if self.takes(token) {
            return Ok(());
        }
        Err(self.missing(&format!("`{token}`"), example))
    }

    /// Reads the next token, which must be a number. The error shows `example`.
    pub(super) fn number(&mut self, example: &str) -> Result<Amount, PeriodError> {
        let number = number(self.peek());
        self.next += usize::from(number.is_some());
        number.ok_or_else(|| self.missing("a number", example))
    }

    /// Makes the error that `what` is missing before the next token.
    fn missing(&self, what: &str, example: &str) -> PeriodError {
        let found = match self.peek() {
            "" => "the end".to_owned(),
            token => format!("`{token}`"),
        };
        PeriodError::new(format!(
            "{what} is missing before {found}; write `{example}`"
        ))
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.')
}

/// Parses a number. `None` if `token` does not begin like one, so that `inf` and `nan` are words.
pub(super) fn number(token: &str) -> Option<Amount> {
    let digits = token.trim_start_matches(['-', '+', '.']);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = token.replace('_', "");
    let whole = plain.parse().map(Amount::Whole);
    whole.or_else(|_| plain.parse().map(Amount::Real)).ok()
}
