//! What a stopper watches: a number by its name, among metrics or in a log.

use crate::driver::LogData;
use crate::fit::Metrics;
use std::borrow::Cow;

/// Numbers by name.
pub(super) trait Readings {
    fn reading(&self, name: &str) -> Option<f64>;
    fn names(&self) -> Vec<&str>;
}

impl Readings for Metrics {
    fn reading(&self, name: &str) -> Option<f64> {
        self.get(name)
    }

    fn names(&self) -> Vec<&str> {
        self.iter().map(|(name, _)| name).collect()
    }
}

impl Readings for LogData {
    fn reading(&self, name: &str) -> Option<f64> {
        self.number(name)
    }

    fn names(&self) -> Vec<&str> {
        self.iter().map(|(name, _)| name).collect()
    }
}

/// The name of what is watched, and whether it has ever been there.
#[derive(Debug, Clone)]
pub(super) struct Monitor {
    pub(super) name: Cow<'static, str>,
    seen: bool,
}

impl Monitor {
    pub(super) fn of(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            seen: false,
        }
    }

    /// What is watched, if it is there. What has never been there is misspelt, or comes later than one looks: a stopper that says
    /// nothing of it would never stop.
    pub(super) fn read(&mut self, of: &impl Readings) -> Result<Option<f64>, String> {
        let value = of.reading(&self.name);
        self.seen |= value.is_some();
        if self.seen {
            return Ok(value);
        }
        Err(format!(
            "there is no number `{}`; watch one of those that there are: {}",
            self.name,
            of.names().join(", ")
        ))
    }
}
