//! What a stopper watches: a number by its name, among metrics or in a log.

use crate::driver::{LogData, Value};
use crate::fit::{Metrics, Step};
use std::borrow::Cow;

/// Numbers by name.
pub(super) trait Readings {
    fn reading(&self, name: &str) -> Option<f64>;
    /// All names by which there is one.
    fn names(&self) -> Vec<String>;
    /// Whether the epoch or step has not been cut short.
    fn is_complete(&self) -> bool;
    /// Whether numbers may be absent because something was left.
    fn is_lacking(&self) -> bool;
}

impl Readings for Metrics {
    fn reading(&self, name: &str) -> Option<f64> {
        self.get(name)
    }

    fn names(&self) -> Vec<String> {
        self.iter().map(|(name, _)| name.to_owned()).collect()
    }

    fn is_complete(&self) -> bool {
        Self::is_complete(self)
    }

    fn is_lacking(&self) -> bool {
        self.lacking().next().is_some()
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

    /// A step that is cut short has no `on_step_end`.
    fn is_complete(&self) -> bool {
        true
    }

    fn is_lacking(&self) -> bool {
        false
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

/// The name of the number that a stopper watches, and what it remembers of it.
#[derive(Debug, Clone)]
pub(super) struct Monitor {
    pub(super) name: Cow<'static, str>,
    /// How many epochs or steps pass before the first look.
    pub(super) start_from: u64,
    /// The number has been there, in this fit or driver.
    seen: bool,
    /// The last step of the driver that it watches.
    step: Option<Step>,
}

impl Monitor {
    pub(super) fn of(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            start_from: 0,
            seen: false,
            step: None,
        }
    }

    /// A fit begins, or a run of another driver: nothing of what was seen holds any more.
    pub(super) fn begin_anew(&mut self) {
        self.seen = false;
        self.step = None;
    }

    /// The driver has made this step.
    pub(super) fn reach(&mut self, step: Step) {
        self.step = Some(step);
    }

    /// Whether a run that begins at this step is one of the driver that it has watched so far. The end of a step that failed may not
    /// have been seen.
    pub(super) fn goes_on_from(&self, step: Step) -> bool {
        let next = |last: Step| Step::new(last.get().saturating_add(1));
        self.step
            .is_some_and(|last| step == last || step == next(last))
    }

    /// The number at an epoch or step, if it is there. A number that has never been there is misspelt, or comes too late: a stopper that
    /// is silent about it would never stop. A number that is absent because the epoch was cut short, or something in it was left, is
    /// neither.
    pub(super) fn read(&mut self, at: u64, of: &impl Readings) -> Result<Option<f64>, String> {
        if at <= self.start_from || !of.is_complete() {
            return Ok(None);
        }
        let value = of.reading(&self.name);
        self.seen |= value.is_some();
        if self.seen || of.is_lacking() {
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
