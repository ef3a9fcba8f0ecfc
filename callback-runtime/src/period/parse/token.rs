//! Text, cut into words, numbers and signs.

use super::PeriodError;
use crate::period::Amount;

pub(super) struct Tokens<'t> {
    tokens: Vec<&'t str>,
    at: usize,
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
            let (token, behind) = rest.split_at(end);
            tokens.push(token);
            rest = behind.trim_start();
        }
        Self { tokens, at: 0 }
    }

    /// The first two; empty where there are none.
    pub(super) fn first_words(&self) -> [&'t str; 2] {
        [0, 1].map(|at| self.tokens.get(at).copied().unwrap_or_default())
    }

    /// The next one; empty at the end.
    pub(super) fn peek(&self) -> &'t str {
        self.tokens.get(self.at).copied().unwrap_or_default()
    }

    pub(super) fn next(&mut self) -> &'t str {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Skips the next token if it is this one.
    pub(super) fn takes(&mut self, token: &str) -> bool {
        let is_it = self.peek() == token;
        self.at += usize::from(is_it);
        is_it
    }

    /// Skips the next token, which must be this one.
    pub(super) fn expect(&mut self, token: &str, example: &str) -> Result<(), PeriodError> {
        if self.takes(token) {
            return Ok(());
        }
        let found = self.found();
        Err(PeriodError::new(format!(
            "`{token}` is missing before {found}; write `{example}`"
        )))
    }

    pub(super) fn number(&mut self, example: &str) -> Result<Amount, PeriodError> {
        number(self.peek())
            .inspect(|_| self.at += 1)
            .ok_or_else(|| {
                PeriodError::new(format!(
                    "a number is missing before {}; write `{example}`",
                    self.found()
                ))
            })
    }

    fn found(&self) -> String {
        match self.peek() {
            "" => "the end".to_owned(),
            token => format!("`{token}`"),
        }
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.')
}

/// The number that this is, if it begins as one.
pub(super) fn number(token: &str) -> Option<Amount> {
    let digits = token.trim_start_matches(['-', '+', '.']);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let plain = token.replace('_', "");
    let whole = plain.parse().map(Amount::Whole);
    whole.or_else(|_| plain.parse().map(Amount::Real)).ok()
}
