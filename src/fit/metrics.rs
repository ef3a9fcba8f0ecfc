//! The numbers of an epoch, by name.

use std::fmt;

/// The numbers of an epoch, by name, in the order in which they came. Empty when an epoch begins.
///
/// The loop adds `train_loss` at the end of the training pass and `valid_loss` at the end of the validation pass;
/// callbacks add their own.
///
/// A stop, an interrupt or a leave of `EPOCH` or `FIT` can cut an epoch short, before all of its passes have been made. The metrics of
/// such an epoch are not [complete](Self::is_complete): the [`History`](super::History) does not count them, the loggers of the
/// [shelf](crate::shelf) do not write them, and the stoppers do not look at them.
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
    /// Passes of the epoch have yet to be made, or never will be.
    is_open: bool,
    /// The mean losses of passes that were left before there was a loss.
    lacking: Vec<&'static str>,
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

    /// Whether all passes of the epoch have been made. `false` while the epoch is under way, and at the `on_epoch_end` of an epoch that
    /// was cut short. A pass that was itself left, such as with `Flow::leave(Fit::VALID)`, has been made.
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
        !self.is_open
    }

    /// The metrics that the loop would have added, had their passes not been left before there was a loss.
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

    /// An epoch begins.
    pub(super) fn begin(&mut self) {
        self.values.clear();
        self.lacking.clear();
        self.is_open = true;
    }

    /// The last pass of the epoch has been made.
    pub(super) fn complete(&mut self) {
        self.is_open = false;
    }

    /// A pass was left before there was a loss.
    pub(super) fn lack(&mut self, name: &'static str) {
        self.lacking.push(name);
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
