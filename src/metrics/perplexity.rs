//! Perplexity of predicted classes, such as tokens.

use super::above::check_probabilities;
use super::accuracy::check_classes;
use super::sum::WeightedMean;
use super::{Classes, Metric, MetricError, Scores, Table, Weights};
use callback_runtime::persist::Fields;
use std::borrow::Cow;

/// The perplexity `exp(−mean(ln p))`, where p is the probability that the scores of a sample give to its target: `Perplexity` of torchmetrics,
/// and `exp(log_loss)` with scikit-learn. The samples are the tokens of all sequences, one row of scores for each.
///
/// A target of probability 0 makes the perplexity infinite (scikit-learn replaces 0 by the smallest difference from 1). Nothing seen: no
/// value (torchmetrics: NaN).
///
/// ```
/// use callbacks::metrics::{Metric, Perplexity};
///
/// let mut perplexity = Perplexity::of_probabilities();
/// perplexity.update(&[[0.25, 0.75], [0.5, 0.5]], &[0, 1])?;
/// assert!(perplexity.compute().is_some_and(|value| (value - f64::sqrt(8.0)).abs() < 1e-12));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Perplexity {
    /// The mean of `−ln p`.
    mean: WeightedMean,
    has_logits: bool,
    ignored: Option<usize>,
}

impl Perplexity {
    /// The scores are logits: a softmax of each row makes the probabilities, as torchmetrics does.
    ///
    /// ```
    /// # use callbacks::metrics::{Metric, Perplexity};
    /// let mut perplexity = Perplexity::of_logits();
    /// perplexity.update(&[[7.0, 7.0, 7.0, 7.0]], &[2])?;
    /// assert!(perplexity.compute().is_some_and(|value| (value - 4.0).abs() < 1e-12));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn of_logits() -> Self {
        Self::new(true)
    }

    /// The scores are probabilities.
    ///
    /// ```
    /// # use callbacks::metrics::{Metric, Perplexity};
    /// let error = Perplexity::of_probabilities().update(&[[-0.5, 1.5]], &[0]).unwrap_err();
    /// assert!(error.to_string().starts_with("predictions[0] is -0.5, which is no probability"));
    /// ```
    pub fn of_probabilities() -> Self {
        Self::new(false)
    }

    fn new(has_logits: bool) -> Self {
        Self {
            mean: WeightedMean::default(),
            has_logits,
            ignored: None,
        }
    }

    /// Ignores the samples of this target, such as the padding of sequences. It need not be one of the scores' classes.
    ///
    /// ```
    /// # use callbacks::metrics::{Metric, Perplexity};
    /// let mut perplexity = Perplexity::of_probabilities().ignore(99);
    /// perplexity.update(&[[0.25, 0.75], [0.5, 0.5]], &[0, 99])?;
    /// assert_eq!(perplexity.compute(), Some(4.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn ignore(mut self, class: usize) -> Self {
        self.ignored = Some(class);
        self
    }

    fn negative_log(&self, row: &[f64], target: usize) -> f64 {
        let score = row.get(target).copied().unwrap_or(f64::NAN);
        if self.has_logits {
            negative_log_softmax(row, score)
        } else {
            -score.ln()
        }
    }
}

/// Computes `−ln(exp(score) / Σ exp(x))`, without overflow.
fn negative_log_softmax(row: &[f64], score: f64) -> f64 {
    let greatest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = row.iter().map(|score| (score - greatest).exp()).sum();
    (greatest - score) + sum.ln()
}

impl Metric for Perplexity {
    type Prediction = Scores;
    type Target = Classes;
    type Output = f64;

    fn add(
        &mut self,
        scores: Table<'_, f64>,
        targets: Cow<'_, [usize]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        let is_seen = |target: &usize| self.ignored != Some(*target);
        // The class 0 stands for what is ignored, which need not be a class.
        let checked: Vec<usize> = targets
            .iter()
            .map(|target| if is_seen(target) { *target } else { 0 })
            .collect();
        check_classes(&checked, scores.columns()).map_err(|error| error.of("targets"))?;
        if !self.has_logits {
            let probabilities = check_probabilities(scores.values());
            probabilities.map_err(|error| error.of("predictions"))?;
        }
        for (index, (row, target)) in scores.rows().zip(targets.iter()).enumerate() {
            if is_seen(target) {
                let value = self.negative_log(row, *target);
                self.mean.add(value, weights.of(index));
            }
        }
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        self.mean.get().map(f64::exp)
    }

    fn reset(&mut self) {
        self.mean = WeightedMean::default();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.has_logits != other.has_logits {
            return Err(MetricError::merge("logits or probabilities"));
        }
        if self.ignored != other.ignored {
            return Err(MetricError::merge("ignore"));
        }
        self.mean.merge(other.mean);
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.mean.persist(fields);
    }
}
