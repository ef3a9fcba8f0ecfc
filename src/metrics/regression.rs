//! Errors of predicted numbers: absolute, squared, and their share of the variance.

use super::sum::{Spread, Sum, WeightedMean};
use super::{Metric, MetricError, Numbers, Weights};
use callback_runtime::persist::Fields;
use std::borrow::Cow;

/// The mean absolute error: `mean_absolute_error` of scikit-learn and `MeanAbsoluteError` of torchmetrics. Nothing seen: no value
/// (scikit-learn: an error; torchmetrics: NaN).
///
/// ```
/// use callbacks::metrics::{MeanAbsoluteError, Metric};
///
/// let mut error = MeanAbsoluteError::new();
/// error.update(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0])?;
/// assert_eq!(error.compute(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeanAbsoluteError(WeightedMean);

/// The mean squared error: `mean_squared_error` of scikit-learn and `MeanSquaredError` of torchmetrics; with [`root`](Self::root) its square
/// root, `root_mean_squared_error`. Nothing seen: no value (scikit-learn: an error; torchmetrics: NaN).
///
/// ```
/// use callbacks::metrics::{MeanSquaredError, Metric};
///
/// let mut error = MeanSquaredError::new();
/// error.update(&[2.5, 0.0, 2.0, 8.0], &[3.0, -0.5, 2.0, 7.0])?;
/// assert_eq!(error.compute(), Some(0.375));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeanSquaredError {
    mean: WeightedMean,
    is_root: bool,
}

/// The coefficient of determination R², the share of the targets' variance that the predictions explain: `r2_score` of scikit-learn and
/// `R2Score` of torchmetrics.
///
/// The variance is summed by Welford's method, so that a great mean of the targets costs no digits. If all targets are equal, R² is 1 if
/// the predictions are exact, and else 0, as in both peers. Fewer than two samples: no value (scikit-learn: NaN; torchmetrics: an error).
///
/// ```
/// use callbacks::metrics::{Metric, R2};
///
/// let mut r2 = R2::new();
/// r2.update(&[1.0, 2.0, 4.0], &[1.0, 2.0, 3.0])?;
/// assert_eq!(r2.compute(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct R2 {
    /// The sum of squared errors.
    errors: Sum,
    targets: Spread,
    samples: u64,
}

impl MeanAbsoluteError {
    /// Makes an error that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

impl MeanSquaredError {
    /// Makes an error that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Computes the square root of the mean, in the unit of the targets.
    ///
    /// ```
    /// # use callbacks::metrics::{MeanSquaredError, Metric};
    /// let mut error = MeanSquaredError::root();
    /// error.update(&[3.0, 5.0], &[0.0, 1.0])?;
    /// assert_eq!(error.compute(), Some(f64::sqrt(12.5)));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn root() -> Self {
        let mean = WeightedMean::default();
        let is_root = true;
        Self { mean, is_root }
    }
}

impl R2 {
    /// Makes a coefficient that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Returns the pairs of a batch with their weights.
fn weighted<'b>(
    predictions: &'b [f64],
    targets: &'b [f64],
    weights: Weights<'b>,
) -> impl Iterator<Item = (f64, f64, f64)> + 'b {
    let pairs = predictions.iter().zip(targets).enumerate();
    pairs.map(move |(index, (prediction, target))| (*prediction, *target, weights.of(index)))
}

impl Metric for MeanAbsoluteError {
    type Prediction = Numbers;
    type Target = Numbers;
    type Output = f64;

    fn add(
        &mut self,
        predictions: Cow<'_, [f64]>,
        targets: Cow<'_, [f64]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        for (prediction, target, weight) in weighted(&predictions, &targets, weights) {
            self.0.add((prediction - target).abs(), weight);
        }
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        self.0.get()
    }

    fn reset(&mut self) {
        self.0 = WeightedMean::default();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        self.0.merge(other.0);
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.0.persist(fields);
    }
}

impl Metric for MeanSquaredError {
    type Prediction = Numbers;
    type Target = Numbers;
    type Output = f64;

    fn add(
        &mut self,
        predictions: Cow<'_, [f64]>,
        targets: Cow<'_, [f64]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        for (prediction, target, weight) in weighted(&predictions, &targets, weights) {
            self.mean.add((prediction - target).powi(2), weight);
        }
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        let mean = self.mean.get()?;
        Some(if self.is_root { mean.sqrt() } else { mean })
    }

    fn reset(&mut self) {
        self.mean = WeightedMean::default();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.is_root != other.is_root {
            return Err(MetricError::merge("root"));
        }
        self.mean.merge(other.mean);
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.mean.persist(fields);
    }
}

impl Metric for R2 {
    type Prediction = Numbers;
    type Target = Numbers;
    type Output = f64;

    fn add(
        &mut self,
        predictions: Cow<'_, [f64]>,
        targets: Cow<'_, [f64]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        for (prediction, target, weight) in weighted(&predictions, &targets, weights) {
            if weight > 0.0 {
                self.errors.add((prediction - target).powi(2) * weight);
                self.targets.add(target, weight);
                self.samples = self.samples.saturating_add(1);
            }
        }
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        let (errors, variance) = (self.errors.get(), self.targets.squares());
        if self.samples < 2 {
            return None;
        }
        Some(if variance == 0.0 && errors == 0.0 {
            1.0
        } else if variance == 0.0 {
            0.0
        } else {
            1.0 - errors / variance
        })
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        self.errors.merge(other.errors);
        self.targets.merge(other.targets);
        self.samples = self.samples.saturating_add(other.samples);
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.errors.persist("errors", fields);
        self.targets.persist("targets", fields);
        fields.field("samples", &mut self.samples);
    }
}
