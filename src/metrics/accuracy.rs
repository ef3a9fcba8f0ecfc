//! How many samples are classified right: by class, by the k greatest scores, by labels.

use super::sum::WeightedMean;
use super::{Classes, Labels, Metric, MetricError, MetricProblem, Scores, Table, Weights};
use crate::settings;
use callback_runtime::persist::Fields;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The share of samples whose predicted class is that of the target: `accuracy_score` of scikit-learn, and `Accuracy` of torchmetrics with
/// `average="micro"`.
///
/// For two classes with probabilities, read them by a threshold: [`above`](super::above). Nothing seen: no value (scikit-learn: an
/// error; torchmetrics: 0).
///
/// ```
/// use callbacks::metrics::{Accuracy, Metric};
///
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&[[0.1, 2.0, 0.3], [0.4, 0.2, 0.3]], &[1, 2])?;        // Scores: the class is the greatest one.
/// accuracy.update(&[2, 2], &[2, 2])?;                                    // Classes.
/// assert_eq!(accuracy.compute(), Some(0.75));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Accuracy(WeightedMean);

impl Accuracy {
    /// Makes an accuracy that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Metric for Accuracy {
    type Prediction = Classes;
    type Target = Classes;
    type Output = f64;

    fn add(
        &mut self,
        predictions: Cow<'_, [usize]>,
        targets: Cow<'_, [usize]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        let pairs = predictions.iter().zip(targets.iter());
        add_right(&mut self.0, pairs.map(|(p, t)| p == t), weights);
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

/// Adds 1 for each sample that is right, and 0 for the others.
fn add_right(mean: &mut WeightedMean, right: impl Iterator<Item = bool>, weights: Weights<'_>) {
    for (index, is_right) in right.enumerate() {
        mean.add(f64::from(u8::from(is_right)), weights.of(index));
    }
}

/// The share of samples whose class is among the k classes of the greatest scores: `top_k_accuracy_score` of scikit-learn, and `Accuracy` of
/// torchmetrics with `top_k` and `average="micro"`.
///
/// Of equal scores, the smaller class comes first, as [`argmax`](super::argmax) has it; scikit-learn takes the greater one first, and
/// torchmetrics leaves it open. NaN comes before all numbers. With `k` no less than the number of classes the accuracy is 1. Nothing seen: no
/// value (scikit-learn: an error; torchmetrics: 0).
///
/// ```
/// use callbacks::metrics::{Metric, TopKAccuracy};
///
/// let mut accuracy = TopKAccuracy::new(2);
/// accuracy.update(&[[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]], &[2, 0])?;
/// assert_eq!(accuracy.compute(), Some(0.5));
///
/// let error = accuracy.update(&[[0.1, 0.9]], &[2]).unwrap_err();
/// assert!(error.to_string().starts_with("targets[0] is the class 2, and the metric has 2 classes"));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TopKAccuracy {
    k: usize,
    mean: WeightedMean,
}

impl TopKAccuracy {
    /// Sets k, which is at least 1.
    ///
    /// ```
    /// # use callbacks::metrics::{Metric, TopKAccuracy};
    /// assert!(TopKAccuracy::new(0).check().is_err());
    /// ```
    pub fn new(k: usize) -> Self {
        let mean = WeightedMean::default();
        Self { k, mean }
    }
}

impl Metric for TopKAccuracy {
    type Prediction = Scores;
    type Target = Classes;
    type Output = f64;

    fn add(
        &mut self,
        scores: Table<'_, f64>,
        targets: Cow<'_, [usize]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        check_classes(&targets, scores.columns()).map_err(|error| error.of("targets"))?;
        let ranked = scores.rows().zip(targets.iter());
        let right = ranked.map(|(row, target)| rank(row, *target) < self.k);
        add_right(&mut self.mean, right, weights);
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        self.mean.get()
    }

    fn reset(&mut self) {
        self.mean = WeightedMean::default();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.k != other.k {
            return Err(MetricError::merge("k"));
        }
        self.mean.merge(other.mean);
        Ok(())
    }

    fn check(&self) -> Result<(), MetricError> {
        if self.k == 0 {
            return Err(MetricError::setting("k", self.k, settings::AT_LEAST_ONE));
        }
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.mean.persist(fields);
    }
}

/// Returns the number of classes that come before `class`: those of greater scores, and the smaller ones of equal scores.
fn rank(scores: &[f64], class: usize) -> usize {
    let Some(own) = scores.get(class) else {
        return usize::MAX;
    };
    let comes_before = |(other, score): &(usize, &f64)| match score.partial_cmp(&own) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => *other < class,
        Some(Ordering::Less) => false,
        None => score.is_nan() && (!own.is_nan() || *other < class),
    };
    scores.iter().enumerate().filter(comes_before).count()
}

/// Refuses a class that is not one of `classes`.
pub(super) fn check_classes(found: &[usize], classes: usize) -> Result<(), MetricError> {
    for (index, &class) in found.iter().enumerate() {
        if class >= classes {
            let outside = MetricProblem::Class {
                index,
                class: i128::try_from(class).unwrap_or(i128::MAX),
                classes: Some(classes),
            };
            return Err(outside.into());
        }
    }
    Ok(())
}

/// The share of labels that are right, where each sample has several labels: `MultilabelAccuracy` of torchmetrics with `average="micro"`. With
/// [`subset`](Self::subset), the share of samples with all labels right: `accuracy_score` of scikit-learn, and `MultilabelExactMatch` of
/// torchmetrics.
///
/// Nothing seen: no value (scikit-learn: an error; torchmetrics: 0).
///
/// ```
/// use callbacks::metrics::{Metric, MultilabelAccuracy, above};
///
/// let (probabilities, targets) = ([[0.9, 0.2, 0.6], [0.1, 0.2, 0.3]], [[1_u8, 0, 0], [0, 0, 0]]);
/// let mut accuracy = MultilabelAccuracy::new();
/// accuracy.update(&above(0.5, &probabilities), &targets)?;
/// assert_eq!(accuracy.compute(), Some(5.0 / 6.0));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MultilabelAccuracy {
    is_subset: bool,
    mean: WeightedMean,
}

impl MultilabelAccuracy {
    /// Counts each label by itself.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a sample as right if all of its labels are.
    ///
    /// ```
    /// # use callbacks::metrics::{Metric, MultilabelAccuracy};
    /// let mut accuracy = MultilabelAccuracy::subset();
    /// accuracy.update(&[[true, false], [true, true]], &[[true, true], [true, true]])?;
    /// assert_eq!(accuracy.compute(), Some(0.5));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn subset() -> Self {
        Self {
            is_subset: true,
            ..Self::default()
        }
    }
}

impl Metric for MultilabelAccuracy {
    type Prediction = Labels;
    type Target = Labels;
    type Output = f64;

    fn add(
        &mut self,
        predictions: Table<'_, bool>,
        targets: Table<'_, bool>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        let columns = targets.check_columns(predictions.columns());
        columns.map_err(|error| error.of("targets"))?;
        for (index, (row, target)) in predictions.rows().zip(targets.rows()).enumerate() {
            let weight = weights.of(index);
            let mut right = row.iter().zip(target).map(|(p, t)| p == t);
            if self.is_subset {
                let is_right = right.all(|is_right| is_right);
                self.mean.add(f64::from(u8::from(is_right)), weight);
            } else {
                right.for_each(|is_right| self.mean.add(f64::from(u8::from(is_right)), weight));
            }
        }
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        self.mean.get()
    }

    fn reset(&mut self) {
        self.mean = WeightedMean::default();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.is_subset != other.is_subset {
            return Err(MetricError::merge("subset"));
        }
        self.mean.merge(other.mean);
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.mean.persist(fields);
    }
}
