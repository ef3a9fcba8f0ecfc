//! What a run reports when it was saved or restored.

use super::SavedRun;
use super::fields::{FieldProblem, WHOLE};
use std::error::Error;
use std::fmt;

/// What a restored run has loaded. It is state of the run.
///
/// ```
/// use callbacks::persist::Restored;
///
/// assert_eq!(Restored::default().to_string(), "restored nothing");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    pub(super) loaded: Vec<String>,
    pub(super) missing: Vec<String>,
    pub(super) unused: Vec<String>,
    pub(super) renamed: Vec<(String, String)>,
    pub(super) remarks: Vec<String>,
    /// Whether parts of the saved run were left out on purpose.
    pub(super) is_partial: bool,
    /// Whether the run writes nothing, so that its sinks are not checked.
    pub(super) leaves_sinks: bool,
}

impl Restored {
    /// Returns the names of the callbacks and values of the state that were loaded.
    pub fn loaded(&self) -> &[String] {
        &self.loaded
    }

    /// Whether nothing is missing or unused.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.unused.is_empty()
    }

    /// Returns the names of the callbacks and values that the saved run does not have, and of fields as `callback.field`. They are as the
    /// program made them.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Returns the names in the saved run that nothing in this one has.
    pub fn unused(&self) -> &[String] {
        &self.unused
    }

    /// Returns the names that [`SavedRun::rename`](super::SavedRun::rename) has changed, each with the new one.
    pub fn renamed(&self) -> &[(String, String)] {
        &self.renamed
    }

    /// Returns what callbacks and values remark, such as that a file could not go back to its position in the saved run.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("restored ")?;
        write_names(f, &self.loaded)?;
        for (text, names) in [("missing", &self.missing), ("unused", &self.unused)] {
            if !names.is_empty() {
                write!(f, "; {text}: ")?;
                write_names(f, names)?;
            }
        }
        for (from, to) in &self.renamed {
            write!(f, "; renamed: {from} to {to}")?;
        }
        if !self.missing.is_empty() && !self.unused.is_empty() {
            f.write_str("; if one of these was renamed, give it the name under which it was saved, such as with `.named(…)`, or resume with `.rename(…)`")?;
        }
        self.remarks
            .iter()
            .try_for_each(|remark| write!(f, "; {remark}"))
    }
}

fn write_names(f: &mut fmt::Formatter<'_>, names: &[String]) -> fmt::Result {
    if names.is_empty() {
        return f.write_str("nothing");
    }
    f.write_str(&names.join(", "))
}

/// A run could not be saved: which callbacks and values, and why.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SaveError {
    pub(super) lines: Vec<String>,
}

impl SaveError {
    /// Returns `value`, unless something could not be saved.
    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.lines.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the run cannot be saved")?;
        write_lines(f, &self.lines)
    }
}

/// A saved run does not fit the run that begins: which callbacks and values, and why.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RestoreError {
    /// Where the saved run comes from.
    origin: Option<String>,
    lines: Vec<String>,
}

impl RestoreError {
    pub(super) fn of(saved: &SavedRun) -> Self {
        Self {
            origin: saved.origin.clone(),
            lines: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, line: String) {
        self.lines.push(line);
    }

    /// Adds what is missing of the state, after it was loaded and before the callbacks.
    pub(super) fn push_missing(&mut self, state: &Restored) {
        let Restored {
            missing, unused, ..
        } = state;
        if missing.is_empty() {
            return;
        }
        let of_other_names = match &unused[..] {
            [] => String::new(),
            _ => format!(
                " it has {}, which this run does not: if a value was renamed, resume with `.rename(…)`;",
                quoted(unused)
            ),
        };
        self.push(format!(
            "it does not have {};{of_other_names} restore it into what it was saved from, or keep what the program has made in its \
             place, with `.allow_missing()`",
            quoted(missing)
        ));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// Returns the names as a list: "`weights`, `velocity`".
fn quoted(names: &[String]) -> String {
    format!("`{}`", names.join("`, `"))
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "the saved run of {origin} cannot be restored")?,
            None => f.write_str("the saved run cannot be restored")?,
        }
        write_lines(f, &self.lines)
    }
}

/// Writes one line after the title, or one line each below it.
fn write_lines(f: &mut fmt::Formatter<'_>, lines: &[String]) -> fmt::Result {
    if let [line] = lines {
        return write!(f, ": {line}");
    }
    lines.iter().try_for_each(|line| write!(f, "\n- {line}"))
}

crate::debug_as_display!(SaveError, RestoreError);

impl Error for SaveError {}
impl Error for RestoreError {}

impl FieldProblem {
    /// Returns the line of a report about this field of `name`.
    pub(super) fn describe(&self, name: &str) -> String {
        match self {
            Self::Missing(field) => format!("`{name}.{field}` is missing"),
            Self::Invalid(field, error) if field.is_empty() || field == WHOLE => {
                format!("`{name}`: {error}")
            }
            Self::Invalid(field, error) => format!("`{name}.{field}`: {error}"),
            Self::Remark(text) => format!("`{name}` {text}"),
        }
    }
}
