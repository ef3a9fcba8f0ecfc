//! Areas under the curves of all thresholds, for several classes: each class against the rest.

use super::accuracy::check_classes;
use super::class_counts::check_number;
use super::curve::{AreaKind, Scored};
use super::saved_tables::{persist_table, report_misfit};
use super::{ClassAverage, ClassScores, Classes, Metric, MetricError, Scores, Table, Weights};
use callback_runtime::persist::Fields;
use std::borrow::Cow;

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
    /// The areas of [`CurveArea::roc`](super::CurveArea::roc).
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, Metric, OneVsRestArea};
    /// assert!(OneVsRestArea::roc(3, ClassAverage::Micro).check().is_err());
    /// ```
    pub fn roc(classes: usize, average: ClassAverage) -> Self {
        Self::new(AreaKind::Roc, classes, average)
    }

    /// The areas of [`CurveArea::average_precision`](super::CurveArea::average_precision).
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

    fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut scores = std::mem::take(&mut self.scores);
        let targets = std::mem::take(&mut self.targets).into_iter();
        let (mut classes, mut weights): (Vec<u64>, Vec<f64>) = targets
            .map(|(class, weight)| (class as u64, weight))
            .unzip();
        persist_table("scores", &mut scores, self.classes.max(1), fields);
        persist_table("classes", &mut classes, 1, fields);
        persist_table("weights", &mut weights, 1, fields);
        let class = |class: u64| {
            usize::try_from(class)
                .ok()
                .filter(|class| *class < self.classes)
        };
        let targets: Option<Vec<usize>> = classes.into_iter().map(class).collect();
        let samples = scores.len() / self.classes.max(1);
        match targets {
            Some(targets) if targets.len() == samples && weights.len() == samples => {
                self.scores = scores;
                self.targets = targets.into_iter().zip(weights).collect();
            }
            _ => {
                let problem = "there is not one row of scores, one class of the metric and one weight for each sample";
                report_misfit("scores", problem, fields);
            }
        }
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
