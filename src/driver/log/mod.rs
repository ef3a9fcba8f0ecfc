//! The log of a step, which the driven system and the callbacks write.

mod flags;
mod value;

pub use value::{Complex, Stats, Value};

use std::borrow::Cow;
use std::fmt;

/// The log of the step under way: values by name, in the order in which they were added. It is empty when an attempt begins: the log of a
/// rejected attempt is in [`RejectedAttempts`](super::RejectedAttempts).
///
/// After a step that was stopped before its update, it is the log of the run's last complete step, or empty if there is none. After a
/// failure it is the log of the attempt that failed.
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
    /// Returns the value called `name`.
    ///
    /// ```
    /// # use callbacks::driver::{LogData, Value};
    /// let mut log = LogData::default();
    /// log.set("rate", 0.5);
    /// assert_eq!(log.get("rate"), Some(&Value::Number(0.5)));
    /// ```
    pub fn get(&self, name: &str) -> Option<&Value> {
        let entry = self.entries.iter().find(|(other, _)| other == name);
        entry.map(|(_, value)| value)
    }

    /// Returns the value called `name` as a number: for statistics, the mean. A part has its name after a dot, as in `energy.variance`;
    /// [`Value::part`] lists the names. Returns `None` if there is no such number.
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

    /// Sets a value: a number of any kind, several numbers, or another [`Value`]. A value of the same name is replaced and keeps its
    /// position.
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

    /// Returns the names and values, in the order in which they were added.
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

    /// Whether the log has no values.
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
        // This is on the hot path: most logs are empty here, and this finds it without a call.
        if !self.is_empty() {
            self.entries.clear();
        }
    }
}

impl fmt::Display for LogData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { "  " };
            write!(f, "{gap}{name} ")?;
            value.fmt(f)?;
        }
        Ok(())
    }
}
