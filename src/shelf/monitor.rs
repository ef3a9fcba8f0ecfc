//! The number in a record that a stopper watches.

use crate::fit::Step;
use callback_runtime::{Record, Value};
use std::borrow::Cow;

/// Returns the names of all numbers in a record.
fn number_names(record: &Record) -> Vec<String> {
    record
        .iter()
        .flat_map(|(name, value)| names_of(name, value))
        .collect()
}

/// Returns the names of the numbers in a value of a record: its own name, and those of its parts.
fn names_of(name: &str, value: &Value) -> Vec<String> {
    if let Value::Vector(values) = value
        && let Some(last @ 3..) = values.len().checked_sub(1)
    {
        return vec![format!("{name}.0 to {name}.{last}")];
    }
    let whole = value.number().map(|_| name.to_owned());
    let parts = value.parts().filter_map(|(part, _)| part);
    let parts = parts.map(|part| format!("{name}.{part}"));
    whole.into_iter().chain(parts).collect()
}

/// The name of the number that a stopper watches, and what the stopper remembers of it.
#[derive(Debug, Clone)]
pub(super) struct Monitor {
    pub(super) name: Cow<'static, str>,
    /// The number of epochs or steps before the first look.
    pub(super) start_from: u64,
    /// Whether the number was there at a look in this fit or driver.
    was_seen: bool,
    /// The last step of the driver; `None` in a fit, and before the first step.
    last_step: Option<Step>,
}

impl Monitor {
    pub(super) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            start_from: 0,
            was_seen: false,
            last_step: None,
        }
    }

    /// Resets the memory, when a fit or the run of another driver begins.
    pub(super) fn reset(&mut self) {
        self.was_seen = false;
        self.last_step = None;
    }

    pub(super) fn record_step(&mut self, step: Step) {
        self.last_step = Some(step);
    }

    /// Whether a run that begins at this step belongs to the driver of the last step. The run may also begin one step later, since a failure
    /// at the end of a step can come before the step is recorded.
    pub(super) fn continues_at(&self, step: Step) -> bool {
        let next = |last: Step| Step::new(last.get().saturating_add(1));
        self.last_step
            .is_some_and(|last| step == last || step == next(last))
    }

    /// Returns the number at the epoch or step `position`, if it is there. A number that has never been there is an error, since its name is
    /// misspelt or it is logged too late, and the stopper would never stop. It is no error if the epoch was cut short or a pass was left.
    pub(super) fn read(&mut self, position: u64, record: &Record) -> Result<Option<f64>, String> {
        if position <= self.start_from || !record.is_complete() {
            return Ok(None);
        }
        let value = record.get(&self.name);
        self.was_seen |= value.is_some();
        if self.was_seen || record.lacking().next().is_some() {
            return Ok(value);
        }
        let names = number_names(record);
        let advice = if names.is_empty() {
            ", and no other; log it before a stopper looks".to_owned()
        } else {
            format!("; watch one of these: {}", names.join(", "))
        };
        Err(format!("there is no number `{}`{advice}", self.name))
    }
}
