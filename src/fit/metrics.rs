//! The numbers of an epoch, by name.

use std::fmt;

/// The numbers of an epoch, by name, in the order in which they came. Empty when an epoch begins.
///
/// The loop adds `train_loss` at the end of the training pass and `valid_loss` at the end of the validation pass;
/// callbacks add their own.
///
/// ```
/// use callbacks::fit::Metrics;
///
/// let mut metrics = Metrics::default();
/// metrics.set("valid_loss", 0.25);
/// metrics.set("valid_accuracy", 0.9);
/// assert_eq!(metrics.get("valid_loss"), Some(0.25));
/// assert_eq!(metrics.get("valid_los"), None);
/// assert_eq!(format!("{metrics:.2}"), "valid_loss 0.25  valid_accuracy 0.90");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metrics {
    values: Vec<(String, f64)>,
}

impl Metrics {
    /// The metric of that name, if it is there.
    ///
    /// ```
    /// # use callbacks::fit::Metrics;
    /// let mut metrics = Metrics::default();
    /// metrics.set("valid_loss", 0.25);
    /// assert!(metrics.get("valid_loss").is_some_and(|loss| loss < 0.5));
    /// assert_eq!(metrics.get("valid_accuracy"), None);
    /// ```
    pub fn get(&self, name: &str) -> Option<f64> {
        let found = self.values.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| *value)
    }

    /// Sets a metric; one of the same name is replaced, in its place.
    ///
    /// ```
    /// # use callbacks::fit::Metrics;
    /// let mut metrics = Metrics::default();
    /// metrics.set("lr", 0.1);
    /// metrics.set(String::from("lr"), 0.05);
    /// assert_eq!(metrics.get("lr"), Some(0.05));
    /// ```
    pub fn set(&mut self, name: impl AsRef<str> + Into<String>, value: f64) {
        let same = |(other, _): &&mut (String, f64)| other == name.as_ref();
        match self.values.iter_mut().find(same) {
            Some((_, old)) => *old = value,
            None => self.values.push((name.into(), value)),
        }
    }

    /// Name and value of each, in the order in which they came.
    ///
    /// ```
    /// # use callbacks::fit::Metrics;
    /// let mut metrics = Metrics::default();
    /// metrics.set("train_loss", 0.5);
    /// metrics.set("lr", 0.1);
    /// let names: Vec<&str> = metrics.iter().map(|(name, _value)| name).collect();
    /// assert_eq!(names, ["train_loss", "lr"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.iter().enumerate() {
            let gap = if at == 0 { "" } else { "  " };
            write!(f, "{gap}{name} ")?;
            fmt::Display::fmt(&value, f)?;
        }
        Ok(())
    }
}
