//! The number in a record that a stopper watches.

use callback_runtime::{Record, Round, Value};
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
    /// The number of rounds before the first look.
    pub(super) start_from: u64,
    /// Whether the number was there at a look since the memory was reset.
    was_seen: bool,
    /// The number of the last round; `None` before the first one.
    last_round: Option<u64>,
}

impl Monitor {
    pub(super) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            start_from: 0,
            was_seen: false,
            last_round: None,
        }
    }

    /// Resets the memory, when a run begins that does not continue the last one.
    pub(super) fn reset(&mut self) {
        self.was_seen = false;
        self.last_round = None;
    }

    /// Whether a run that begins at this round continues the last one. It may also begin one round later, since a failure at the end of a
    /// round can come before the stopper records the round.
    pub(super) fn continues_at(&self, round: Round) -> bool {
        let number = round.number();
        self.last_round
            .is_some_and(|last| number == last || number == last.saturating_add(1))
    }

    /// Returns the number, if it is in the record. A number that has never been there is an error, since its name is
    /// misspelt or it is logged too late, and the stopper would never stop. It is no error if the round was cut short or a part of it was left.
    pub(super) fn read(&mut self, record: &Record) -> Result<Option<f64>, String> {
        let round = record.round().number();
        self.last_round = Some(round);
        if round <= self.start_from || !record.is_complete() {
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
