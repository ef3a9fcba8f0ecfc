//! Areas under the curves of all thresholds: ROC, and precision against recall.

use super::accuracy::check_classes;
use super::class_counts::check_number;
use super::sum::Sum;
use super::{
    ClassAverage, ClassScores, Classes, Metric, MetricError, Numbers, Scores, Table, Weights,
};
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
enum AreaKind {
    Roc,
    AveragePrecision,
    PrecisionRecall,
}

/// A sample with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scored {
    score: f64,
    is_positive: bool,
    weight: f64,
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
}

impl AreaKind {
    /// Computes the area; `None` if it is undefined.
    fn area(self, mut samples: Vec<Scored>) -> Option<f64> {
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

/// The areas of several classes, each against the rest, and their average: `roc_auc_score` of scikit-learn with `multi_class="ovr"`,
/// `average_precision_score`, and `MulticlassAUROC` and `MulticlassAveragePrecision` of torchmetrics.
///
/// A class without samples, or the only class that has some, has no area: it is left out of averages, and NaN with [`ClassAverage::PerClass`]
/// (scikit-learn: the average is NaN too; torchmetrics: such an area is 0 in the average of ROC, and left out of that of average precision).
/// If no class has an area: no value. [`ClassAverage::Micro`] and [`ClassAverage::MacroOfAll`] do not exist here. All samples are kept until the reset.
///
/// ```
/// use callbacks::metrics::{ClassAverage, Metric, OneVsRestArea};
///
/// let mut auc = OneVsRestArea::roc(3, ClassAverage::Macro);
/// let scores = [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.2, 0.2, 0.6], [0.4, 0.5, 0.1]];
/// auc.update(&scores, &[0, 1, 2, 0])?;
/// assert_eq!(auc.compute().unwrap().number(), Some(1.0));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OneVsRestArea {
    kind: AreaKind,
    classes: usize,
    average: ClassAverage,
    /// Row after row.
    scores: Vec<f64>,
    /// The class and the weight of each sample.
    targets: Vec<(usize, f64)>,
}

impl OneVsRestArea {
    /// The areas of [`CurveArea::roc`].
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, Metric, OneVsRestArea};
    /// assert!(OneVsRestArea::roc(3, ClassAverage::Micro).check().is_err());
    /// ```
    pub fn roc(classes: usize, average: ClassAverage) -> Self {
        Self::new(AreaKind::Roc, classes, average)
    }

    /// The areas of [`CurveArea::average_precision`].
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, Metric, OneVsRestArea};
    /// let mut precision = OneVsRestArea::average_precision(2, ClassAverage::PerClass);
    /// precision.update(&[[0.75, 0.25], [0.25, 0.75]], &[0, 1])?;
    /// assert_eq!(precision.compute().unwrap().of_class(1), Some(1.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn average_precision(classes: usize, average: ClassAverage) -> Self {
        Self::new(AreaKind::AveragePrecision, classes, average)
    }

    const fn new(kind: AreaKind, classes: usize, average: ClassAverage) -> Self {
        Self {
            kind,
            classes,
            average,
            scores: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Returns the area of a class, and the weight of its samples.
    fn area(&self, class: usize) -> (Option<f64>, f64) {
        let rows = self.scores.chunks(self.classes.max(1)).zip(&self.targets);
        let samples = rows.map(|(row, (target, weight))| Scored {
            score: row.get(class).copied().unwrap_or(f64::NAN),
            is_positive: *target == class,
            weight: *weight,
        });
        let of_class = self.targets.iter().filter(|(target, _)| *target == class);
        let weight = of_class.map(|(_, weight)| weight).sum();
        (self.kind.area(samples.collect()), weight)
    }
}

impl Metric for OneVsRestArea {
    type Prediction = Scores;
    type Target = Classes;
    type Output = ClassScores;

    fn add(
        &mut self,
        scores: Table<'_, f64>,
        targets: Cow<'_, [usize]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        let columns = scores.check_columns(self.classes);
        columns.map_err(|error| error.of("predictions"))?;
        check_classes(&targets, self.classes).map_err(|error| error.of("targets"))?;
        for (index, (row, target)) in scores.rows().zip(targets.iter()).enumerate() {
            let weight = weights.of(index);
            if weight > 0.0 {
                self.scores.extend_from_slice(row);
                self.targets.push((*target, weight));
            }
        }
        Ok(())
    }

    fn compute(&self) -> Option<ClassScores> {
        if self.targets.is_empty() {
            return None;
        }
        let areas = (0..self.classes).map(|class| self.area(class));
        let number = match self.average {
            ClassAverage::PerClass => {
                let areas = areas.map(|(area, _)| area.unwrap_or(f64::NAN));
                return Some(ClassScores::PerClass(areas.collect()));
            }
            ClassAverage::Class(class) => self.area(class).0,
            ClassAverage::Weighted => mean(areas),
            ClassAverage::Micro | ClassAverage::Macro | ClassAverage::MacroOfAll => {
                mean(areas.map(|(area, _)| (area, 1.0)))
            }
        };
        number.map(ClassScores::Number)
    }

    fn reset(&mut self) {
        self.scores.clear();
        self.targets.clear();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.kind != other.kind {
            return Err(MetricError::merge("curve"));
        }
        if self.classes != other.classes {
            return Err(MetricError::merge("classes"));
        }
        self.scores.extend_from_slice(&other.scores);
        self.targets.extend_from_slice(&other.targets);
        Ok(())
    }

    fn check(&self) -> Result<(), MetricError> {
        check_number(self.classes)?;
        self.average.check_class(self.classes)?;
        match self.average {
            ClassAverage::Micro | ClassAverage::MacroOfAll => {
                let remedy = "choose `Macro`, `Weighted`, `PerClass` or `Class`";
                let average = format!("{:?}", self.average);
                Err(MetricError::setting("average", average, remedy))
            }
            _ => Ok(()),
        }
    }

    fn example_part(&self) -> Option<String> {
        self.average.example_part()
    }

    fn parts(&self) -> Vec<String> {
        self.average.parts(self.classes)
    }
}

/// Computes the weighted mean of the areas that are defined.
fn mean(areas: impl Iterator<Item = (Option<f64>, f64)>) -> Option<f64> {
    let defined: Vec<(f64, f64)> = areas
        .filter_map(|(area, weight)| Some((area?, weight)))
        .collect();
    let weight: f64 = defined.iter().map(|(_, weight)| weight).sum();
    let sum: f64 = defined.iter().map(|(area, weight)| area * weight).sum();
    (weight > 0.0).then(|| sum / weight)
}
