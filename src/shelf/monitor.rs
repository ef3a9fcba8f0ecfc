//! What a stopper watches: a number by its name, among metrics or in a log.

use crate::driver::{LogData, Value};
use crate::fit::Metrics;
use std::borrow::Cow;

/// Numbers by name.
pub(super) trait Readings {
    fn reading(&self, name: &str) -> Option<f64>;
    /// All names by which there is one.
    fn names(&self) -> Vec<String>;
}

impl Readings for Metrics {
    fn reading(&self, name: &str) -> Option<f64> {
        self.get(name)
    }

    fn names(&self) -> Vec<String> {
        self.iter().map(|(name, _)| name.to_owned()).collect()
    }
}

impl Readings for LogData {
    fn reading(&self, name: &str) -> Option<f64> {
        self.number(name)
    }

    fn names(&self) -> Vec<String> {
        self.iter()
            .flat_map(|(name, value)| names_of(name, value))
            .collect()
    }
}

/// By which names a value of a log is a number, as a whole and in parts.
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

/// The name of what is watched, from when on, and whether it has ever been there.
#[derive(Debug, Clone)]
pub(super) struct Monitor {
    pub(super) name: Cow<'static, str>,
    pub(super) start_from: u64,
    seen: bool,
}

impl Monitor {
    pub(super) fn of(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            start_from: 0,
            seen: false,
        }
    }

    /// What is watched at an epoch or step, if it is there. What has never been there is misspelt, or comes later than one looks: a
    /// stopper that says nothing of it would never stop.
    pub(super) fn read(&mut self, at: u64, of: &impl Readings) -> Result<Option<f64>, String> {
        if at < self.start_from {
            return Ok(None);
        }
        let value = of.reading(&self.name);
        self.seen |= value.is_some();
        if self.seen {
            return Ok(value);
        }
        let names = of.names();
        let advice = if names.is_empty() {
            ", and no other; log it before a stopper looks".to_owned()
        } else {
            format!("; watch one of those that there are: {}", names.join(", "))
        };
        Err(format!("there is no number `{}`{advice}", self.name))
    }
}
