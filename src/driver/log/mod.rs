//! The log of a step: what callbacks and the loop have to tell of it.

mod flags;
mod value;

pub use value::{Complex, Stats, Value};

use std::borrow::Cow;
use std::fmt;

/// The log of the step under way: values by name, in the order in which they came. Empty when an attempt begins: what a rejected
/// one logged is in [`RejectedAttempts`](super::RejectedAttempts).
///
/// Behind a step that was stopped before its update it is that of the run's last whole step, or empty if there was none; after a failure
/// it is that of the attempt that failed.
///
/// ```
/// use callbacks::driver::{LogData, Stats};
///
/// let mut log = LogData::default();
/// log.set("energy", Stats::of([1.0, 3.0]));
/// log.set("rate", 0.5);
/// assert_eq!(log.number("energy"), Some(2.0));
/// assert_eq!(log.number("energy.variance"), Some(1.0));
/// assert_eq!(log.number("enregy"), None);
/// assert_eq!(format!("{log:.2}"), "energy 2.00 ± 1.00  rate 0.50");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogData {
    entries: Vec<(Cow<'static, str>, Value)>,
}

impl LogData {
    /// The value of that name, if it is there.
    ///
    /// ```
    /// # use callbacks::driver::{LogData, Value};
    /// let mut log = LogData::default();
    /// log.set("rate", 0.5);
    /// assert_eq!(log.get("rate"), Some(&Value::Number(0.5)));
    /// ```
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self.entries.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value)
    }

    /// The value with that name as a number: the mean of statistics. A part has its name after a dot, as [`Value::part`] names it. `None` if
    /// there is no such number.
    ///
    /// ```
    /// # use callbacks::driver::{Complex, LogData};
    /// let mut log = LogData::default();
    /// log.set("overlap", Complex { re: 0.5, im: -0.25 });
    /// assert_eq!(log.number("overlap.im"), Some(-0.25));
    /// assert_eq!(log.number("overlap"), None);
    /// ```
    pub fn number(&self, name: &str) -> Option<f64> {
        if let Some(value) = self.get(name) {
            return value.number();
        }
        let (name, part) = name.rsplit_once('.')?;
        self.get(name)?.part(part)
    }

    /// Sets a value: a number of any kind, several of them, or what else is a [`Value`]. One of the same name is replaced, in its place.
    ///
    /// ```
    /// # use callbacks::driver::LogData;
    /// let mut log = LogData::default();
    /// log.set("rate", 0.5);
    /// log.set(format!("ra{}", "te"), 0.25);
    /// log.set("occupations", [0.5, 0.5]);
    /// log.set("chains", 16);
    /// assert_eq!((log.number("rate"), log.number("chains")), (Some(0.25), Some(16.0)));
    /// assert_eq!(log.iter().count(), 3);
    /// ```
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.entries.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.entries.push((name, value)),
        }
    }

    /// Name and value of each, in the order in which they came.
    ///
    /// ```
    /// # use callbacks::driver::LogData;
    /// let mut log = LogData::default();
    /// log.set("rate", 0.5);
    /// log.set("shift", 0.01);
    /// let names: Vec<&str> = log.iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["rate", "shift"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether nothing is logged.
    ///
    /// ```
    /// # use callbacks::driver::LogData;
    /// assert!(LogData::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        // What is empty is seen without a call.
        if !self.is_empty() {
            self.entries.clear();
        }
    }
}

impl fmt::Display for LogData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.iter().enumerate() {
            let gap = if at == 0 { "" } else { "  " };
            write!(f, "{gap}{name} ")?;
            value.fmt(f)?;
        }
        Ok(())
    }
}
