//! The metrics of an epoch.

use std::fmt;

/// The metrics of an epoch: numbers by name, in the order in which they were added. Empty when an epoch begins.
///
/// The loop adds `train_loss` at the end of the training pass and `valid_loss` at the end of the validation pass;
/// callbacks add their own.
///
/// A stop, an interrupt or a leave of `EPOCH` or `FIT` can cut an epoch short, before all of its passes are made. The metrics of such an
/// epoch are not [complete](Self::is_complete): the [`History`](super::History) does not count them, and the loggers and stoppers of the
/// [shelf](crate::shelf) ignore them.
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
    /// Whether passes of the epoch are missing. `true` from its start until the end of its last pass.
    is_incomplete: bool,
    /// The names of the mean losses of passes that were left before their first loss.
    lacking: Vec<&'static str>,
}

impl Metrics {
    /// Returns the metric called `name`.
    ///
    /// ```
    /// # use callbacks::fit::Metrics;
    /// let mut metrics = Metrics::default();
    /// metrics.set("valid_loss", 0.25);
    /// assert!(metrics.get("valid_loss").is_some_and(|loss| loss < 0.5));
    /// assert_eq!(metrics.get("valid_accuracy"), None);
    /// ```
    pub fn get(&self, name: &str) -> Option<f64> {
        let metric = self.values.iter().find(|(other, _)| other == name);
        metric.map(|(_, value)| *value)
    }

    /// Sets a metric. A metric of the same name is replaced and keeps its position.
    ///
    /// ```
    /// # use callbacks::fit::Metrics;
    /// let mut metrics = Metrics::default();
    /// metrics.set("lr", 0.1);
    /// metrics.set(String::from("lr"), 0.05);
    /// assert_eq!(metrics.get("lr"), Some(0.05));
    /// ```
    pub fn set(&mut self, name: impl AsRef<str> + Into<String>, value: f64) {
        let has_name = |(other, _): &&mut (String, f64)| other == name.as_ref();
        match self.values.iter_mut().find(has_name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name.into(), value)),
        }
    }

    /// Returns the names and values, in the order in which they were added.
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

    /// Whether all passes of the epoch are made. `false` while the epoch is under way, and at the `on_epoch_end` of an epoch that was cut
    /// short. A pass that was left itself, such as with `Flow::leave(Fit::VALID)`, counts as made.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    ///
    /// let mut trainer = Trainer::new(Line::default())
    ///     .on(Fit::on_train_batch_end, || Flow::stop("enough"))
    ///     .on(Fit::on_epoch_end, |metrics: &Metrics| assert!(!metrics.is_complete()));
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]); 5])?;
    /// assert!(fitted.outcome.stopped().is_some() && fitted.history.is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_complete(&self) -> bool {
        !self.is_incomplete
    }

    /// Returns the names of the mean losses that the loop did not add, because their passes were left before their first loss.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    ///
    /// let points = vec![Points(vec![(1.0, 2.0)])];
    /// let mut trainer = Trainer::new(Line::default())
    ///     .valid(points.clone())
    ///     .on(Fit::on_valid_begin, || Flow::leave(Fit::VALID))
    ///     .on(Fit::on_epoch_end, |metrics: &Metrics| assert!(metrics.lacking().eq(["valid_loss"])));
    /// assert!(trainer.fit(points)?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn lacking(&self) -> impl Iterator<Item = &'static str> {
        let lacking = self.lacking.iter().copied();
        lacking.filter(|name| self.get(name).is_none())
    }

    /// Removes the metrics of the last epoch, when an epoch begins.
    pub(super) fn begin_epoch(&mut self) {
        self.values.clear();
        self.lacking.clear();
        self.is_incomplete = true;
    }

    /// Marks the metrics as complete, after the last pass of the epoch.
    pub(super) fn set_complete(&mut self) {
        self.is_incomplete = false;
    }

    /// Records that a pass was left before its first loss.
    pub(super) fn add_lacking(&mut self, name: &'static str) {
        self.lacking.push(name);
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { "  " };
            write!(f, "{gap}{name} ")?;
            fmt::Display::fmt(&value, f)?;
        }
        Ok(())
    }
}
