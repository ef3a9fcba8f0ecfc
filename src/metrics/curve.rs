//! Areas under the curves of all thresholds, for two classes: ROC, and precision against recall.

use super::accuracy::check_classes;
use super::saved_tables::{persist_table, report_misfit};
use super::sum::Sum;
use super::{Classes, Metric, MetricError, Numbers, Weights};
use callback_runtime::persist::Fields;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The area under a curve of all thresholds, for two classes: each sample has a score, which is greater for the class 1. The area is exact,
/// also with equal scores: samples of equal scores pass a threshold together, and the order of the samples does not matter.
///
/// The scores need not be probabilities. All samples are kept until the reset, 24 bytes for each. A NaN among the scores makes the area NaN
/// (scikit-learn: an error; torchmetrics: a number).
///
/// ```
/// use callbacks::metrics::{CurveArea, Metric};
///
/// let mut auc = CurveArea::roc();
/// auc.update(&[0.1, 0.4, 0.35, 0.8], &[0, 0, 1, 1])?;
/// assert_eq!(auc.compute(), Some(0.75));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CurveArea {
    kind: AreaKind,
    samples: Vec<Scored>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AreaKind {
    Roc,
    AveragePrecision,
    PrecisionRecall,
}

/// A sample with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scored {
    pub(super) score: f64,
    pub(super) is_positive: bool,
    pub(super) weight: f64,
}

impl CurveArea {
    /// The area under the curve of true positives against false positives: `roc_auc_score` of scikit-learn and `BinaryAUROC` of torchmetrics.
    /// It is the probability that a sample of class 1 has a greater score than one of class 0, where equal scores count half.
    ///
    /// If one of the classes has no samples: no value (scikit-learn: NaN; torchmetrics: 0).
    ///
    /// ```
    /// # use callbacks::metrics::{CurveArea, Metric};
    /// let mut auc = CurveArea::roc();
    /// auc.update(&[0.5, 0.5, 0.9], &[true, false, true])?;
    /// assert_eq!(auc.compute(), Some(0.75));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn roc() -> Self {
        Self::new(AreaKind::Roc)
    }

    /// The average precision `Σ (Rₙ − Rₙ₋₁) Pₙ` over all thresholds: `average_precision_score` of scikit-learn and `BinaryAveragePrecision` of
    /// torchmetrics. It sums the steps of the curve, without interpolation.
    ///
    /// If class 1 has no samples: no value (both peers: 0).
    ///
    /// ```
    /// # use callbacks::metrics::{CurveArea, Metric};
    /// let mut precision = CurveArea::average_precision();
    /// precision.update(&[0.1, 0.4, 0.35, 0.8], &[0, 0, 1, 1])?;
    /// assert_eq!(precision.compute(), Some(0.5 + 0.5 * 2.0 / 3.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn average_precision() -> Self {
        Self::new(AreaKind::AveragePrecision)
    }

    /// The area under the curve of precision against recall by the trapezoidal rule: `auc` of scikit-learn with `precision_recall_curve`. It
    /// interpolates between the thresholds, and is too optimistic if they are few (Davis and Goadrich 2006): prefer
    /// [`average_precision`](Self::average_precision).
    ///
    /// If class 1 has no samples: no value.
    ///
    /// ```
    /// # use callbacks::metrics::{CurveArea, Metric};
    /// let mut area = CurveArea::precision_recall();
    /// area.update(&[0.1, 0.4, 0.35, 0.8], &[0, 0, 1, 1])?;
    /// assert!(area.compute().is_some_and(|area| (area - 19.0 / 24.0).abs() < 1e-15));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn precision_recall() -> Self {
        Self::new(AreaKind::PrecisionRecall)
    }

    const fn new(kind: AreaKind) -> Self {
        let samples = Vec::new();
        Self { kind, samples }
    }
}

impl Metric for CurveArea {
    type Prediction = Numbers;
    type Target = Classes;
    type Output = f64;

    fn add(
        &mut self,
        scores: Cow<'_, [f64]>,
        targets: Cow<'_, [usize]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        check_classes(&targets, 2).map_err(|error| error.of("targets"))?;
        let pairs = scores.iter().zip(targets.iter()).enumerate();
        let samples = pairs.map(|(index, (score, target))| Scored {
            score: *score,
            is_positive: *target == 1,
            weight: weights.of(index),
        });
        self.samples
            .extend(samples.filter(|sample| sample.weight > 0.0));
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        self.kind.area(self.samples.clone())
    }

    fn reset(&mut self) {
        self.samples.clear();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.kind != other.kind {
            return Err(MetricError::merge("curve"));
        }
        self.samples.extend_from_slice(&other.samples);
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        let samples = &self.samples;
        let mut scores: Vec<f64> = samples.iter().map(|sample| sample.score).collect();
        let mut classes: Vec<u8> = samples
            .iter()
            .map(|sample| sample.is_positive.into())
            .collect();
        let mut weights: Vec<f64> = samples.iter().map(|sample| sample.weight).collect();
        persist_table("scores", &mut scores, 1, fields);
        persist_table("classes", &mut classes, 1, fields);
        persist_table("weights", &mut weights, 1, fields);
        if scores.len() != classes.len() || scores.len() != weights.len() {
            let problem = "there is not one score, one class and one weight for each sample";
            return report_misfit("scores", problem, fields);
        }
        let samples = scores.into_iter().zip(classes).zip(weights);
        let sample = |((score, class), weight)| Scored {
            score,
            is_positive: class == 1,
            weight,
        };
        self.samples = samples.map(sample).collect();
    }
}

impl AreaKind {
    /// Computes the area; `None` if it is undefined.
    pub(super) fn area(self, mut samples: Vec<Scored>) -> Option<f64> {
        if samples.iter().any(|sample| sample.score.is_nan()) {
            return Some(f64::NAN);
        }
        // The sort is stable, so that equal weights in another order give the same sum.
        samples.sort_by(|a, b| b.score.total_cmp(&a.score));
        let points = Point::of_thresholds(&samples);
        let last = points.last()?;
        let (positives, negatives) = (last.positives, last.negatives);
        let whole = match self {
            Self::Roc => positives * negatives,
            Self::AveragePrecision | Self::PrecisionRecall => positives,
        };
        let mut area = Sum::default();
        let mut before = Point::default();
        for point in points {
            area.add(self.strip(before, point));
            before = point;
        }
        (whole > 0.0).then(|| area.get() / whole)
    }

    /// Returns the area between two thresholds, in units of the whole.
    fn strip(self, before: Point, point: Point) -> f64 {
        let recall = point.positives - before.positives;
        match self {
            Self::Roc => {
                let width = point.negatives - before.negatives;
                width * f64::midpoint(point.positives, before.positives)
            }
            Self::AveragePrecision => recall * point.precision(),
            Self::PrecisionRecall => recall * f64::midpoint(point.precision(), before.precision()),
        }
    }
}

/// The weights of the samples whose scores are no less than a threshold.
#[derive(Clone, Copy, Default)]
struct Point {
    positives: f64,
    negatives: f64,
}

impl Point {
    /// Returns a point for each threshold, the greatest first. The samples are sorted.
    fn of_thresholds(samples: &[Scored]) -> Vec<Self> {
        let (mut positives, mut negatives) = (Sum::default(), Sum::default());
        let mut points = Vec::new();
        for equal in samples.chunk_by(|a, b| a.score.partial_cmp(&b.score) == Some(Ordering::Equal))
        {
            for sample in equal {
                let class = if sample.is_positive {
                    &mut positives
                } else {
                    &mut negatives
                };
                class.add(sample.weight);
            }
            points.push(Self {
                positives: positives.get(),
                negatives: negatives.get(),
            });
        }
        points
    }

    /// Returns the precision; 1 before the first threshold.
    fn precision(self) -> f64 {
        let all = self.positives + self.negatives;
        if all > 0.0 { self.positives / all } else { 1.0 }
    }
}
