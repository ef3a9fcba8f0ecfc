//! The trait of all metrics.

use super::{Input, Kind, MetricError, MetricProblem, Numbers};
use callback_runtime::Value;
use callback_runtime::persist::Fields;
use std::any::type_name;

/// A number, or several, over the samples of many batches: updated with each batch, computed at the end.
///
/// A metric works without any loop:
///
/// ```
/// use callbacks::metrics::{Accuracy, Metric};
///
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&[1, 0, 2], &[1, 1, 2])?;
/// accuracy.update(&[0], &[0])?;
/// assert_eq!(accuracy.compute(), Some(0.75));
/// accuracy.reset();
/// assert_eq!(accuracy.compute(), None);
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
///
/// These rules hold for all metrics of this crate:
///
/// * **A metric that has seen nothing has no value**, and so has one whose samples weigh 0 together. Each metric says what else has no value
///   or is NaN, and what scikit-learn and torchmetrics return then.
/// * **A batch without samples changes nothing.** So does a batch with an error: the metric is as it was before.
/// * **NaN goes in, NaN comes out**, where the samples are numbers. A class that follows from NaN is wrong like any other.
/// * **Merged metrics equal one metric** that has seen all samples, up to the rounding of sums. Sums are compensated (Neumaier), so that a
///   long pass loses no digits.
///
/// Write your own with four functions, and a fifth for runs that are saved in the middle of a pass:
///
/// ```
/// use callbacks::metrics::{Metric, MetricError, Nothing, Numbers, Weights};
/// use callbacks::persist::Fields;
/// use std::borrow::Cow;
///
/// /// The greatest number.
/// #[derive(Default)]
/// struct Greatest(Option<f64>);
///
/// impl Metric for Greatest {
///     type Prediction = Numbers;
///     type Target = Nothing;
///     type Output = f64;
///
///     fn add(&mut self, numbers: Cow<'_, [f64]>, (): (), _: Weights<'_>) -> Result<(), MetricError> {
///         self.0 = numbers.iter().copied().chain(self.0).reduce(f64::max);
///         Ok(())
///     }
///
///     fn compute(&self) -> Option<f64> {
///         self.0
///     }
///
///     fn reset(&mut self) {
///         self.0 = None;
///     }
///
///     fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
///         self.0 = self.0.into_iter().chain(other.0).reduce(f64::max);
///         Ok(())
///     }
///
///     fn persist(&mut self, fields: &mut Fields<'_>) {
///         fields.field("greatest", &mut self.0);
///     }
/// }
///
/// let mut greatest = Greatest::default();
/// greatest.update(&[0.5, 2.5], &())?;
/// assert_eq!(greatest.compute(), Some(2.5));
/// # Ok::<(), MetricError>(())
/// ```
pub trait Metric {
    /// What it reads of the predictions.
    type Prediction: Kind;
    /// What it reads of the targets.
    type Target: Kind;
    /// What it computes.
    type Output: Entries;

    /// Adds a batch of at least one sample; [`update`](Self::update) calls this. There are as many targets and weights as predictions. If
    /// it returns an error, it changes nothing.
    fn add(
        &mut self,
        predictions: <Self::Prediction as Kind>::View<'_>,
        targets: <Self::Target as Kind>::View<'_>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError>;

    /// Computes the value over all samples so far; `None` if there is none.
    fn compute(&self) -> Option<Self::Output>;

    /// Forgets all samples. The settings stay.
    fn reset(&mut self);

    /// Adds the samples of another metric of the same settings, such as one of another rank or thread.
    fn merge(&mut self, other: &Self) -> Result<(), MetricError>;

    /// Names what the metric has summed so far, for a run that is saved in the middle of a pass; the settings are those of the program that
    /// continues it. The default reports that the metric cannot be saved.
    ///
    /// ```
    /// use callbacks::metrics::{Mean, Metric};
    /// use callbacks::persist::SavedFields;
    ///
    /// let mut mean = Mean::new();
    /// mean.push(0.5, 1.0)?;
    /// let saved = SavedFields::save(|fields| mean.persist(fields))?;
    /// let mut other = Mean::new();
    /// saved.load(|fields| other.persist(fields))?;
    /// other.push(1.5, 1.0)?;
    /// assert_eq!(other.compute(), Some(1.0));
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    fn persist(&mut self, fields: &mut Fields<'_>) {
        let name = type_name::<Self>();
        fields.invalid(
            "",
            format!(
                "the metric `{name}` cannot be saved; write `fn persist` in its `impl Metric`, which names its sums with `fields.field`"
            ),
        );
    }

    /// Checks the settings. [`update`](Self::update) calls this, and so does a plan of callbacks before anything runs.
    fn check(&self) -> Result<(), MetricError> {
        Ok(())
    }

    /// Returns the name of one part, if the value has several numbers. A plan names it where something monitors the whole value. By default
    /// the first one of [`parts`](Self::parts).
    fn example_part(&self) -> Option<String> {
        self.parts().into_iter().next()
    }

    /// Returns the names of the parts of a value with several numbers, as far as they are known beforehand; see [`Entries`].
    fn parts(&self) -> Vec<String> {
        Vec::new()
    }

    /// Updates the metric with a batch: predictions, and the targets to compare them with, each of weight 1.
    ///
    /// ```
    /// # use callbacks::metrics::{MeanAbsoluteError, Metric};
    /// let mut error = MeanAbsoluteError::new();
    /// error.update(&[1.0, 2.0], &[1.0, 4.0])?;
    /// assert_eq!(error.compute(), Some(1.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    fn update(
        &mut self,
        predictions: &(impl Input<Self::Prediction> + ?Sized),
        targets: &(impl Input<Self::Target> + ?Sized),
    ) -> Result<(), MetricError> {
        self.check()?;
        let predictions = predictions
            .read()
            .map_err(|error| error.of("predictions"))?;
        let targets = targets.read().map_err(|error| error.of("targets"))?;
        let samples = Self::Prediction::samples(&predictions);
        check_length("targets", Self::Target::samples(&targets), samples)?;
        if samples == Some(0) {
            return Ok(());
        }
        self.add(predictions, targets, Weights(None))
    }

    /// Updates the metric with a batch whose samples have weights, which are finite and not negative.
    ///
    /// ```
    /// # use callbacks::metrics::{MeanAbsoluteError, Metric};
    /// let mut error = MeanAbsoluteError::new();
    /// error.update_weighted(&[1.0, 2.0], &[1.0, 4.0], &[3.0, 1.0])?;
    /// assert_eq!(error.compute(), Some(0.5));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    fn update_weighted(
        &mut self,
        predictions: &(impl Input<Self::Prediction> + ?Sized),
        targets: &(impl Input<Self::Target> + ?Sized),
        weights: &(impl Input<Numbers> + ?Sized),
    ) -> Result<(), MetricError> {
        self.check()?;
        let predictions = predictions
            .read()
            .map_err(|error| error.of("predictions"))?;
        let targets = targets.read().map_err(|error| error.of("targets"))?;
        let weights = weights.read().map_err(|error| error.of("weights"))?;
        let samples = Self::Prediction::samples(&predictions);
        check_length("targets", Self::Target::samples(&targets), samples)?;
        check_length("weights", Some(weights.len()), samples)?;
        check_weights(&weights)?;
        if samples == Some(0) {
            return Ok(());
        }
        self.add(predictions, targets, Weights(Some(&weights)))
    }
}

/// The weights of a batch's samples.
///
/// ```
/// use callbacks::metrics::Weights;
///
/// assert_eq!(Weights::none().of(7), 1.0);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Weights<'w>(Option<&'w [f64]>);

impl Weights<'_> {
    /// Each sample has the weight 1.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Returns the weight of the sample with this index.
    pub fn of(&self, index: usize) -> f64 {
        let weight = self.0.and_then(|weights| weights.get(index));
        weight.copied().unwrap_or(1.0)
    }
}

/// A value of a metric, as entries of a [`Record`](callback_runtime::Record): one, or several with names of their parts.
///
/// Everything that converts into a [`Value`] is one entry. Several numbers are a [`Value::Vector`], whose parts are called `f1.0`, `f1.1`
/// and so on, or several entries, as the rows of a [`Matrix`](super::Matrix) are.
///
/// ```
/// use callbacks::metrics::Entries;
/// use callbacks::{Record, Value};
///
/// /// A mean with its number of samples.
/// struct Counted(f64, u64);
///
/// impl Entries for Counted {
///     fn entries(self) -> Vec<(Option<String>, Value)> {
///         vec![(None, self.0.into()), (Some("samples".into()), self.1.into())]
///     }
/// }
///
/// assert_eq!(Counted(0.5, 8).entries().len(), 2);
/// assert_eq!(0.5.entries(), [(None, Value::Number(0.5))]);
/// ```
pub trait Entries {
    /// Returns the entries, each with the name of its part; `None` for the entry that has the name of the metric.
    fn entries(self) -> Vec<(Option<String>, Value)>;
}

impl<T: Into<Value>> Entries for T {
    fn entries(self) -> Vec<(Option<String>, Value)> {
        vec![(None, self.into())]
    }
}

fn check_length(
    input: &'static str,
    found: Option<usize>,
    samples: Option<usize>,
) -> Result<(), MetricError> {
    match (found, samples) {
        (Some(found), Some(expected)) if found != expected => {
            let length = MetricProblem::Length { found, expected };
            Err(MetricError::from(length).of(input))
        }
        _ => Ok(()),
    }
}

fn check_weights(weights: &[f64]) -> Result<(), MetricError> {
    let is_valid = |weight: f64| weight.is_finite() && weight >= 0.0;
    for (index, &value) in weights.iter().enumerate() {
        if !is_valid(value) {
            let weight = MetricProblem::Weight { index, value };
            return Err(MetricError::from(weight).of("weights"));
        }
    }
    Ok(())
}
