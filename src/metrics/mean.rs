//! The weighted mean.

use super::sum::WeightedMean;
use super::{Metric, MetricError, Nothing, Numbers, Weights};
use callback_runtime::persist::Fields;
use std::borrow::Cow;

/// The mean of numbers, such as losses. The sum is compensated, so that a long pass loses no digits.
///
/// A mean of losses over *samples* weighs the loss of each batch with its samples. The fit loop computes `train_loss` and `valid_loss` so,
/// without any callback; this is for other losses and for loops of your own. A sample of weight 0 is ignored, even if it is NaN.
///
/// Nothing seen: no value (numpy and torchmetrics: NaN).
///
/// ```
/// use callbacks::metrics::{Mean, Metric};
///
/// let mut loss = Mean::new();
/// loss.push(0.5, 32.0)?;                               // The loss of a batch of 32 samples,
/// loss.push(1.0, 16.0)?;                               // and of the last one.
/// assert_eq!(loss.compute(), Some(2.0 / 3.0));
///
/// loss.reset();
/// loss.update_weighted(&[0.5, 1.0], &(), &[1.0, 3.0])?;
/// assert_eq!(loss.compute(), Some(0.875));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mean(WeightedMean);

impl Mean {
    /// Makes a mean that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one number with its weight, such as the loss of a batch with its number of samples.
    ///
    /// ```
    /// # use callbacks::metrics::{Mean, Metric};
    /// let mut mean = Mean::new();
    /// mean.push(0.5, 4.0)?;
    /// assert!(mean.push(0.5, -1.0).is_err());
    /// assert_eq!(mean.compute(), Some(0.5));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn push(&mut self, value: f64, weight: f64) -> Result<(), MetricError> {
        self.update_weighted(&[value], &(), &[weight])
    }
}

impl Metric for Mean {
    type Prediction = Numbers;
    type Target = Nothing;
    type Output = f64;

    fn add(
        &mut self,
        numbers: Cow<'_, [f64]>,
        (): (),
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        for (index, number) in numbers.iter().enumerate() {
            self.0.add(*number, weights.of(index));
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
