//! The text of a problem: what is wrong, the steps that lead to it, and what to write instead. A report prints each of these on one line,
//! even if a name or message of the user in it has several lines.

use std::fmt;

/// What to write if a type of state is absent that nothing provides.
pub(crate) const INSERT_ADVICE: &str =
    "insert one with `state.insert(…)`, `.state(…)` or `.lend(…)`";

/// The text of a problem. Displayed as `what: step; step; hint`, without the parts that are absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProblemText {
    /// What is wrong.
    pub(super) what: String,
    /// The steps that lead to the problem, in order. Only a circle of orders has steps.
    pub(super) steps: Vec<String>,
    /// What to write instead.
    pub(super) hint: Option<String>,
}

impl ProblemText {
    /// Makes a text without a hint. It keeps a semicolon in `what`, which may contain a message of the user.
    pub(crate) fn plain(what: String) -> Self {
        Self {
            what,
            steps: Vec::new(),
            hint: None,
        }
    }

    /// Makes a text with a hint.
    pub(crate) fn hinted(what: String, hint: &str) -> Self {
        Self {
            hint: Some(hint.to_owned()),
            ..Self::plain(what)
        }
    }
}

impl From<String> for ProblemText {
    /// Splits the text at the first semicolon that is not inside backticks. The hint is the part after it.
    fn from(text: String) -> Self {
        let is_end = |(at, _): &(usize, &str)| text[..*at].matches('`').count().is_multiple_of(2);
        match text.match_indices("; ").find(is_end) {
            Some((at, separator)) => {
                Self::hinted(text[..at].to_owned(), &text[at + separator.len()..])
            }
            None => Self::plain(text),
        }
    }
}

impl fmt::Display for ProblemText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.steps.is_empty() {
            write!(f, ": {}", self.steps.join("; "))?;
        }
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// The characters that end a line on some platform.
const LINE_BREAKS: [char; 7] = [
    '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// Joins the lines of a text into one. Names and messages of users may have several lines.
pub(crate) fn one_line(text: &str) -> String {
    if !text.contains(LINE_BREAKS) {
        return text.to_owned();
    }
    let lines = text.split(LINE_BREAKS).map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ⏎ ")
}

/// Splits a text at its spaces into lines of at most `width` characters. A longer word gets a line of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(char::is_whitespace) {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Returns the number of characters of a text.
pub(crate) fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_begins_after_the_first_semicolon_outside_of_backticks() {
        let text =
            ProblemText::from("requires `a; b`, which is not here; attach one; or none".to_owned());
        assert_eq!(text.what, "requires `a; b`, which is not here");
        assert_eq!(text.hint.as_deref(), Some("attach one; or none"));
    }

    #[test]
    fn several_lines_are_joined_into_one() {
        assert_eq!(one_line("left\r\n  right\n"), "left ⏎ right");
        assert_eq!(one_line(" as it is "), " as it is ");
    }
}
