//! The names of the folders of checkpoints.

use crate::checkpoint::{NAME_RULE, is_name};
use callback_runtime::persist::{SavedRun, SavedValue};
use callback_runtime::{Amount, CallbackInfo};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A template such as `epoch-{epoch:02}-{valid_loss:.4}`.
#[derive(Debug, Clone)]
pub(super) struct NameTemplate {
    text: String,
    parts: Result<Vec<Part>, String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Value {
        name: String,
        width: usize,
        digits: Option<usize>,
    },
}

/// The counters of the loops that are not named in the record.
const COUNTERS: [&str; 6] = ["n", "epoch", "step", "micro_step", "sample_count", "time"];

impl Default for NameTemplate {
    fn default() -> Self {
        Self::new("checkpoint-{n:06}".to_owned())
    }
}

impl NameTemplate {
    pub(super) fn new(text: String) -> Self {
        let parts = parse(&text);
        Self { text, parts }
    }

    /// Declares a template that is not valid, and the numbers of the record that it names.
    pub(super) fn declare(&self, info: CallbackInfo, keeps_several: bool) -> CallbackInfo {
        let parts = match &self.parts {
            Ok(parts) => parts,
            Err(problem) => {
                return info.problem(format!("has the name `{}`: {problem}", self.text));
            }
        };
        let is_fixed = parts.iter().all(|part| matches!(part, Part::Text(_)));
        if is_fixed && keeps_several {
            return info.problem(format!(
                "has the name `{}`, which all checkpoints have, so that each replaces the one before; write `{{n}}` in it, or `.keep_last(1)`",
                self.text
            ));
        }
        let names = parts.iter().filter_map(|part| match part {
            Part::Value { name, .. } if !COUNTERS.contains(&name.as_str()) => Some(name.clone()),
            _ => None,
        });
        names.fold(info, CallbackInfo::monitors)
    }

    /// Returns the name of a checkpoint with these values.
    pub(super) fn apply(&self, values: &Values) -> String {
        let mut name = String::new();
        for part in self.parts.iter().flatten() {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Value {
                    name: value,
                    width,
                    digits,
                } => name.push_str(&values.format(value, *width, *digits)),
            }
        }
        name
    }
}

fn parse(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (value, behind) = after
            .split_once('}')
            .ok_or("a `{` has no `}` behind it; write `{epoch}`")?;
        check_text(before)?;
        parts.push(Part::Text(before.to_owned()));
        parts.push(parse_value(value)?);
        rest = behind;
    }
    check_text(rest)?;
    parts.push(Part::Text(rest.to_owned()));
    check_example(&parts)?;
    Ok(parts)
}

/// Refuses a template whose names no folder can have, such as `com{n}`: looks at the one in which each value is 1.
fn check_example(parts: &[Part]) -> Result<(), String> {
    let example = parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Value { width, digits, .. } => format!("{:0width$.*}", digits.unwrap_or(0), 1.0),
    });
    let example: String = example.collect();
    if is_name(&example) {
        return Ok(());
    }
    Err(format!(
        "a folder cannot be named `{example}`; write one like `epoch-{{epoch}}`, which has {NAME_RULE}"
    ))
}

fn check_text(text: &str) -> Result<(), String> {
    match text.chars().find(|letter| !is_allowed(*letter)) {
        Some('}') => Err("a `}` has no `{` before it; write `{epoch}`".into()),
        Some(letter) => Err(format!(
            "`{letter}` cannot be in the name of a folder; leave it out"
        )),
        None => Ok(()),
    }
}

/// Whether the name of a folder can have this letter on every system.
fn is_allowed(letter: char) -> bool {
    !letter.is_control() && !"/\\:*?\"<>|{}".contains(letter)
}

/// Parses `valid_loss:.4` or `epoch:02`.
fn parse_value(text: &str) -> Result<Part, String> {
    let (name, format) = text.split_once(':').unwrap_or((text, ""));
    if name.trim().is_empty() {
        return Err(
            "`{}` names no value; write `{epoch}` or the name of a number of the record".into(),
        );
    }
    let (width, digits) = match format.split_once('.') {
        Some((width, digits)) => (width, Some(digits)),
        None => (format, None),
    };
    let number = |text: &str| {
        let invalid = |_| format!("`{format}` is no format of `{name}`; write `:04` or `:.3`");
        text.parse::<usize>().map_err(invalid)
    };
    Ok(Part::Value {
        name: name.to_owned(),
        width: if width.is_empty() {
            0
        } else {
            number(width)?.min(64)
        },
        digits: digits.map(number).transpose()?.map(|digits| digits.min(64)),
    })
}

/// The values of a saved run that a name can have.
#[derive(Debug, Default)]
pub(super) struct Values {
    whole: BTreeMap<String, u64>,
    real: BTreeMap<String, f64>,
}

impl Values {
    pub(super) fn of(saved: &SavedRun, sequence: u64) -> Self {
        let mut values = Self::default();
        if let Some(SavedValue::Map(entries)) = saved
            .state("Record")
            .and_then(|record| record.get("values"))
        {
            for (name, value) in entries {
                values.add(name, value);
            }
        }
        for (name, count) in saved.counters() {
            let name = snake_case(name);
            match count {
                Amount::Whole(count) => drop(values.whole.insert(name, count)),
                Amount::Real(count) => drop(values.real.insert(name, count)),
            }
        }
        values.whole.insert("n".to_owned(), sequence);
        values
    }

    fn add(&mut self, name: &str, value: &SavedValue) {
        match value {
            SavedValue::Float(number) => drop(self.real.insert(name.to_owned(), *number)),
            SavedValue::Integer(number) => {
                if let Ok(number) = u64::try_from(*number) {
                    self.whole.insert(name.to_owned(), number);
                }
            }
            _ => {}
        }
    }

    /// Returns the values for the manifest, by which people choose a checkpoint.
    #[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
    pub(super) fn numbers(&self) -> BTreeMap<String, f64> {
        let counts = self.whole.iter().filter(|(name, _)| *name != "n");
        let counts = counts.map(|(name, count)| (name.clone(), *count as f64));
        let finite = self.real.iter().filter(|(_, number)| number.is_finite());
        let numbers = finite.map(|(name, number)| (name.clone(), *number));
        counts.chain(numbers).collect()
    }

    fn format(&self, name: &str, width: usize, digits: Option<usize>) -> String {
        let mut text = String::new();
        let written = match (self.whole.get(name), self.real.get(name), digits) {
            (Some(count), ..) => write!(text, "{count:0width$}"),
            (None, Some(number), Some(digits)) => write!(text, "{number:0width$.digits$}"),
            (None, Some(number), None) => write!(text, "{number:0width$}"),
            (None, None, _) => write!(text, "none"),
        };
        // Writing into a text cannot fail.
        let _ = written;
        text
    }
}

/// Returns `MicroStep` as `micro_step`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{NameTemplate, Values, snake_case};

    fn values() -> Values {
        Values {
            whole: [("epoch".to_owned(), 7), ("n".to_owned(), 12)].into(),
            real: [("valid_loss".to_owned(), 0.123_456)].into(),
        }
    }

    #[test]
    fn names_have_their_values() {
        let name = |text: &str| NameTemplate::new(text.to_owned()).apply(&values());
        assert_eq!(name("checkpoint-{n:06}"), "checkpoint-000012");
        assert_eq!(name("epoch-{epoch:02}-{valid_loss:.4}"), "epoch-07-0.1235");
        assert_eq!(name("{accuracy}-{epoch}"), "none-7");
        assert_eq!(name("best"), "best");
        assert_eq!(snake_case("MicroStep"), "micro_step");
    }

    #[test]
    fn names_that_are_none_say_why() {
        for text in [
            "",
            "a/b",
            "{",
            "}",
            "{epoch",
            "{}",
            "{epoch:x}",
            "{epoch:.x}",
            ".hidden",
            "latest",
            "Latest",
            "a\u{7}",
            "nul",
            "aux.{n}",
            "com{n}",
            "epoch-{epoch}.",
        ] {
            assert!(
                NameTemplate::new(text.to_owned()).parts.is_err(),
                "{text:?}"
            );
        }
    }
}
