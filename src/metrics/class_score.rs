//! Precision, recall and F-score.

use super::accuracy::check_classes;
use super::class_counts::{ClassCounts, ClassSums, check_number};
use super::saved_tables::{persist_table, report_misfit};
use super::{ClassAverage, ClassScores, Classes, Metric, MetricError, Weights, ZeroDivision};
use crate::settings;
use callback_runtime::persist::Fields;
use std::borrow::Cow;

/// Precision, recall or F-score of classes, by a [`ClassAverage`]: `precision_score`, `recall_score` and `fbeta_score` of scikit-learn, and
/// `Precision`, `Recall` and `FBetaScore` of torchmetrics.
///
/// With `tp` the samples of a class that are taken for it, `fp` those of other classes that are taken for it, and `fn` those of the class that
/// are not, the precision is `tp / (tp + fp)`, the recall `tp / (tp + fn)`, and the F-score
/// `(1 + β²) tp / ((1 + β²) tp + β² fn + fp)`.
///
/// Nothing seen: no value (scikit-learn: an error; torchmetrics: 0). A quotient of 0 by 0 follows [`ZeroDivision`].
///
/// ```
/// use callbacks::metrics::{ClassAverage, ClassScore, Metric, above};
///
/// let mut f1 = ClassScore::f1(3, ClassAverage::Macro);
/// f1.update(&[0, 2, 1, 0, 0, 1], &[0, 1, 2, 0, 1, 2])?;
/// assert!(f1.compute().unwrap().number().is_some_and(|f1| (f1 - 0.8 / 3.0).abs() < 1e-15));
///
/// let mut precision = ClassScore::precision(2, ClassAverage::Class(1));       // Of two classes, the precision of the class 1.
/// precision.update(&above(0.5, &[0.9, 0.8, 0.2]), &[true, false, true])?;
/// assert_eq!(precision.compute().unwrap().number(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassScore {
    classes: usize,
    /// The counts of each class, up to the greatest one that was seen.
    counts: Vec<ClassSums>,
    ratio: Ratio,
    average: ClassAverage,
    zero_division: ZeroDivision,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ratio {
    Precision,
    Recall,
    FScore { beta: f64 },
}

impl ClassScore {
    /// The precision: of the samples that are taken for a class, the share that belongs to it.
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, ClassScore, Metric};
    /// let mut precision = ClassScore::precision(2, ClassAverage::Class(1));
    /// precision.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert_eq!(precision.compute().unwrap().number(), Some(0.5));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn precision(classes: usize, average: ClassAverage) -> Self {
        Self::new(classes, average, Ratio::Precision)
    }

    /// The recall: of the samples of a class, the share that is taken for it.
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, ClassScore, Metric};
    /// let mut recall = ClassScore::recall(2, ClassAverage::Class(1));
    /// recall.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert_eq!(recall.compute().unwrap().number(), Some(1.0 / 3.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn recall(classes: usize, average: ClassAverage) -> Self {
        Self::new(classes, average, Ratio::Recall)
    }

    /// The F-score with β = 1: the harmonic mean of precision and recall.
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, ClassScore, Metric};
    /// let mut f1 = ClassScore::f1(2, ClassAverage::Class(1));
    /// f1.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert_eq!(f1.compute().unwrap().number(), Some(0.4));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn f1(classes: usize, average: ClassAverage) -> Self {
        Self::f_beta(1.0, classes, average)
    }

    /// The F-score, in which recall counts β times as much as precision. `beta` is finite and not negative.
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, ClassScore, Metric};
    /// let mut f2 = ClassScore::f_beta(2.0, 2, ClassAverage::Class(1));
    /// f2.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert!(f2.compute().unwrap().number().is_some_and(|f2| (f2 - 5.0 / 14.0).abs() < 1e-15));
    /// assert!(ClassScore::f_beta(-1.0, 2, ClassAverage::Micro).check().is_err());
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn f_beta(beta: f64, classes: usize, average: ClassAverage) -> Self {
        Self::new(classes, average, Ratio::FScore { beta })
    }

    fn new(classes: usize, average: ClassAverage, ratio: Ratio) -> Self {
        Self {
            classes,
            counts: Vec::new(),
            ratio,
            average,
            zero_division: ZeroDivision::Zero,
        }
    }

    /// Sets the score of a class whose quotient is 0 by 0; 0 by default.
    ///
    /// ```
    /// # use callbacks::metrics::{ClassAverage, ClassScore, Metric, ZeroDivision};
    /// let mut recall = ClassScore::recall(3, ClassAverage::MacroOfAll).zero_division(ZeroDivision::One);
    /// recall.update(&[0, 1], &[0, 0])?;
    /// assert_eq!(recall.compute().unwrap().number(), Some((0.5 + 1.0 + 1.0) / 3.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn zero_division(mut self, zero_division: ZeroDivision) -> Self {
        self.zero_division = zero_division;
        self
    }

    /// Returns the counts of a class.
    fn of_class(&mut self, class: usize) -> &mut ClassSums {
        if self.counts.len() <= class {
            self.counts.resize(class + 1, ClassSums::default());
        }
        &mut self.counts[class]
    }

    /// Returns the score of these counts; NaN if it is undefined.
    fn score(&self, counts: &ClassCounts) -> f64 {
        let ClassCounts {
            right,
            predicted,
            targets,
        } = *counts;
        let (part, whole) = match self.ratio {
            Ratio::Precision => (right, predicted),
            Ratio::Recall => (right, targets),
            Ratio::FScore { beta } => {
                let square = beta * beta;
                ((1.0 + square) * right, square * targets + predicted)
            }
        };
        if whole > 0.0 {
            part / whole
        } else {
            self.zero_division.score()
        }
    }

    /// Computes the weighted mean of the scores that are defined; the plain mean if none of them has a weight.
    fn mean<'c>(&self, classes: impl Iterator<Item = (&'c ClassCounts, f64)>) -> Option<f64> {
        let scores = classes.map(|(class, weight)| (self.score(class), weight));
        let scores: Vec<(f64, f64)> = scores.filter(|(score, _)| !score.is_nan()).collect();
        let weight: f64 = scores.iter().map(|(_, weight)| weight).sum();
        let sum: f64 = scores.iter().map(|(score, weight)| score * weight).sum();
        if weight > 0.0 {
            return Some(sum / weight);
        }
        let sum: f64 = scores.iter().map(|(score, _)| score).sum();
        (!scores.is_empty()).then(|| sum / count(&scores))
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few classes")]
fn count<T>(classes: &[T]) -> f64 {
    classes.len() as f64
}

impl Metric for ClassScore {
    type Prediction = Classes;
    type Target = Classes;
    type Output = ClassScores;

    fn add(
        &mut self,
        predictions: Cow<'_, [usize]>,
        targets: Cow<'_, [usize]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        check_classes(&predictions, self.classes).map_err(|error| error.of("predictions"))?;
        check_classes(&targets, self.classes).map_err(|error| error.of("targets"))?;
        for (index, (prediction, target)) in predictions.iter().zip(targets.iter()).enumerate() {
            let weight = weights.of(index);
            self.of_class(*prediction).predicted.add(weight);
            self.of_class(*target).targets.add(weight);
            if prediction == target {
                self.of_class(*target).right.add(weight);
            }
        }
        Ok(())
    }

    fn compute(&self) -> Option<ClassScores> {
        let classes = ClassCounts::of(&self.counts, self.classes);
        if !classes.iter().any(ClassCounts::is_present) {
            return None;
        }
        let number = match self.average {
            ClassAverage::PerClass => {
                let scores = classes.iter().map(|class| self.score(class));
                return Some(ClassScores::PerClass(scores.collect()));
            }
            ClassAverage::Class(class) => {
                self.mean(classes.get(class).into_iter().map(|c| (c, 1.0)))
            }
            ClassAverage::Micro => self.mean(std::iter::once((&ClassCounts::sum(&classes), 1.0))),
            ClassAverage::Macro => {
                let present = classes.iter().filter(|class| class.is_present());
                self.mean(present.map(|class| (class, 1.0)))
            }
            ClassAverage::MacroOfAll => self.mean(classes.iter().map(|class| (class, 1.0))),
            ClassAverage::Weighted => self.mean(classes.iter().map(|class| (class, class.targets))),
        };
        number.map(ClassScores::Number)
    }

    fn reset(&mut self) {
        self.counts.clear();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.ratio != other.ratio {
            return Err(MetricError::merge("ratio"));
        }
        if self.classes != other.classes {
            return Err(MetricError::merge("classes"));
        }
        for (class, sums) in other.counts.iter().enumerate() {
            self.of_class(class).merge(sums);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), MetricError> {
        check_number(self.classes)?;
        if let Ratio::FScore { beta } = self.ratio
            && !(beta.is_finite() && beta >= 0.0)
        {
            let remedy = settings::NOT_NEGATIVE;
            return Err(MetricError::setting("beta", beta, remedy));
        }
        self.average.check_class(self.classes)
    }

    fn example_part(&self) -> Option<String> {
        self.average.example_part()
    }

    fn parts(&self) -> Vec<String> {
        self.average.parts(self.classes)
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut counts: Vec<f64> = self.counts.iter().flat_map(ClassSums::numbers).collect();
        persist_table("counts", &mut counts, 6, fields);
        let (counts, _) = counts.as_chunks();
        self.counts = counts.iter().copied().map(ClassSums::of_numbers).collect();
        let (found, classes) = (self.counts.len(), self.classes);
        if found > classes {
            self.counts.clear();
            let problem = format!("it counts {found} classes, and the metric has {classes}");
            report_misfit("counts", &problem, fields);
        }
    }
}
