//! The text of a problem: what is wrong, the steps that lead to it, and what to write instead. Each of these is one line, also if a
//! user's text in it has several.

use std::fmt;

/// `what; hint`, where there is something to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProblemText {
    what: String,
    /// The steps that lead to it, in order.
    steps: Vec<String>,
    hint: Option<String>,
}

impl ProblemText {
    /// Without a hint, whatever is in it: for what others have written.
    pub(crate) fn plain(what: String) -> Self {
        Self {
            what,
            steps: Vec::new(),
            hint: None,
        }
    }

    pub(crate) fn hinted(what: String, hint: &str) -> Self {
        Self {
            hint: Some(hint.to_owned()),
            ..Self::plain(what)
        }
    }

    pub(crate) fn with_steps(self, steps: Vec<String>) -> Self {
        Self { steps, ..self }
    }

    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    pub(crate) fn steps(&self) -> &[String] {
        &self.steps
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl From<String> for ProblemText {
    /// Splits the hint off, which follows the first semicolon that is not inside of a name.
    fn from(text: String) -> Self {
        let is_end = |(at, _): &(usize, &str)| text[..*at].matches('`').count().is_multiple_of(2);
        match text.match_indices("; ").find(is_end) {
            Some((at, halted_at)) => {
                Self::hinted(text[..at].to_owned(), &text[at + halted_at.len()..])
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

/// What ends a line somewhere.
const BREAKS: [char; 7] = [
    '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// Names and messages of others may have several lines; a report has one for each problem.
pub(crate) fn one_line(text: &str) -> String {
    if !text.contains(BREAKS) {
        return text.to_owned();
    }
    let lines = text.split(BREAKS).map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ⏎ ")
}

/// Cuts a text at its spaces into lines that are at most so wide, unless a word is wider.
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

pub(crate) fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_follows_the_first_semicolon_that_is_not_in_a_name() {
        let text =
            ProblemText::from("requires `a; b`, which is not here; attach one; or none".to_owned());
        assert_eq!(text.what(), "requires `a; b`, which is not here");
        assert_eq!(text.hint(), Some("attach one; or none"));
    }

    #[test]
    fn lines_of_others_are_reported_in_one() {
        assert_eq!(one_line("left\r\n  right\n"), "left ⏎ right");
        assert_eq!(one_line(" as it is "), " as it is ");
    }
}
