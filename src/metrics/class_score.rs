//! Precision, recall and F-score.

use super::confusion::PairCounts;
use super::{Classes, Entries, Metric, MetricError, Weights};
use callback_runtime::Value;
use std::borrow::Cow;

/// Precision, recall or F-score of classes, by an [`Average`]: `precision_score`, `recall_score` and `fbeta_score` of scikit-learn, and
/// `Precision`, `Recall` and `FBetaScore` of torchmetrics.
///
/// With `tp` the samples of a class that are taken for it, `fp` those of other classes that are taken for it, and `fn` those of the class that
/// are not, the precision is `tp / (tp + fp)`, the recall `tp / (tp + fn)`, and the F-score
/// `(1 + β²) tp / ((1 + β²) tp + β² fn + fp)`.
///
/// Nothing seen: no value (scikit-learn: an error; torchmetrics: 0). A quotient of 0 by 0 follows [`ZeroDivision`].
///
/// ```
/// use callbacks::metrics::{Average, ClassScore, Metric, above};
///
/// let mut f1 = ClassScore::f1(3, Average::Macro);
/// f1.update(&[0, 2, 1, 0, 0, 1], &[0, 1, 2, 0, 1, 2])?;
/// assert!(f1.compute().unwrap().number().is_some_and(|f1| (f1 - 0.8 / 3.0).abs() < 1e-15));
///
/// let mut precision = ClassScore::precision(2, Average::Class(1));       // Of two classes, the precision of the class 1.
/// precision.update(&above(0.5, &[0.9, 0.8, 0.2]), &[true, false, true])?;
/// assert_eq!(precision.compute().unwrap().number(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassScore {
    counts: PairCounts,
    ratio: Ratio,
    average: Average,
    zero_division: ZeroDivision,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ratio {
    Precision,
    Recall,
    FScore { beta: f64 },
}

/// How the scores of classes become one number.
///
/// ```
/// use callbacks::metrics::{Average, ClassScore, Metric};
///
/// let mut recall = ClassScore::recall(3, Average::PerClass);
/// recall.update(&[0, 1, 1], &[0, 1, 2])?;
/// assert_eq!(recall.compute().unwrap().of_class(1), Some(1.0));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// The score of one class: `average="binary"` of scikit-learn, with the class as `pos_label`.
    Class(usize),
    /// Counts all classes together. For precision, recall and F-score alike this is the accuracy.
    Micro,
    /// The mean of the classes that are among targets or predictions, as in torchmetrics, and as in scikit-learn without `labels`.
    Macro,
    /// The mean of all classes, also of those that do not occur, as in scikit-learn with all of them as `labels`.
    MacroOfAll,
    /// The mean of the classes, weighted by the targets of each. If no class with a score has targets, their plain mean, as in scikit-learn.
    Weighted,
    /// No average: a score for each class (`None` of scikit-learn, `"none"` of torchmetrics).
    PerClass,
}

/// The score of a class whose quotient is 0 by 0, as the precision of a class that is never predicted: `zero_division` of scikit-learn.
///
/// ```
/// use callbacks::metrics::{Average, ClassScore, Metric, ZeroDivision};
///
/// let score = |zero_division| {
///     let mut precision = ClassScore::precision(2, Average::PerClass).zero_division(zero_division);
///     precision.update(&[0, 0], &[0, 1])?;
///     Ok::<_, callbacks::metrics::MetricError>(precision.compute().and_then(|scores| scores.of_class(1)))
/// };
/// assert_eq!(score(ZeroDivision::Zero)?, Some(0.0));
/// assert_eq!(score(ZeroDivision::One)?, Some(1.0));
/// assert!(score(ZeroDivision::Undefined)?.is_some_and(f64::is_nan));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ZeroDivision {
    /// 0, as by default in both peers.
    #[default]
    Zero,
    /// 1.
    One,
    /// The class has no score: NaN among the scores of all classes, left out of averages, and no value if none has one (`np.nan` of
    /// scikit-learn).
    Undefined,
}

impl ClassScore {
    /// The precision: of the samples that are taken for a class, the share that belongs to it.
    ///
    /// ```
    /// # use callbacks::metrics::{Average, ClassScore, Metric};
    /// let mut precision = ClassScore::precision(2, Average::Class(1));
    /// precision.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert_eq!(precision.compute().unwrap().number(), Some(0.5));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn precision(classes: usize, average: Average) -> Self {
        Self::new(classes, average, Ratio::Precision)
    }

    /// The recall: of the samples of a class, the share that is taken for it.
    ///
    /// ```
    /// # use callbacks::metrics::{Average, ClassScore, Metric};
    /// let mut recall = ClassScore::recall(2, Average::Class(1));
    /// recall.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert_eq!(recall.compute().unwrap().number(), Some(1.0 / 3.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn recall(classes: usize, average: Average) -> Self {
        Self::new(classes, average, Ratio::Recall)
    }

    /// The F-score with β = 1: the harmonic mean of precision and recall.
    ///
    /// ```
    /// # use callbacks::metrics::{Average, ClassScore, Metric};
    /// let mut f1 = ClassScore::f1(2, Average::Class(1));
    /// f1.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert_eq!(f1.compute().unwrap().number(), Some(0.4));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn f1(classes: usize, average: Average) -> Self {
        Self::f_beta(1.0, classes, average)
    }

    /// The F-score, in which recall counts β times as much as precision. `beta` is finite and not negative.
    ///
    /// ```
    /// # use callbacks::metrics::{Average, ClassScore, Metric};
    /// let mut f2 = ClassScore::f_beta(2.0, 2, Average::Class(1));
    /// f2.update(&[1, 1, 0, 0], &[1, 0, 1, 1])?;
    /// assert!(f2.compute().unwrap().number().is_some_and(|f2| (f2 - 5.0 / 14.0).abs() < 1e-15));
    /// assert!(ClassScore::f_beta(-1.0, 2, Average::Micro).check().is_err());
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn f_beta(beta: f64, classes: usize, average: Average) -> Self {
        Self::new(classes, average, Ratio::FScore { beta })
    }

    fn new(classes: usize, average: Average, ratio: Ratio) -> Self {
        Self {
            counts: PairCounts::new(classes),
            ratio,
            average,
            zero_division: ZeroDivision::Zero,
        }
    }

    /// Sets the score of a class whose quotient is 0 by 0; 0 by default.
    ///
    /// ```
    /// # use callbacks::metrics::{Average, ClassScore, Metric, ZeroDivision};
    /// let mut recall = ClassScore::recall(3, Average::MacroOfAll).zero_division(ZeroDivision::One);
    /// recall.update(&[0, 1], &[0, 0])?;
    /// assert_eq!(recall.compute().unwrap().number(), Some((0.5 + 1.0 + 1.0) / 3.0));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn zero_division(mut self, zero_division: ZeroDivision) -> Self {
        self.zero_division = zero_division;
        self
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
        self.counts.add(&predictions, &targets, weights)
    }

    fn compute(&self) -> Option<ClassScores> {
        let classes = ClassCounts::of(&self.counts.cells()?);
        let number = match self.average {
            Average::PerClass => {
                let scores = classes.iter().map(|class| self.score(class));
                return Some(ClassScores::PerClass(scores.collect()));
            }
            Average::Class(class) => self.mean(classes.get(class).into_iter().map(|c| (c, 1.0))),
            Average::Micro => self.mean(std::iter::once((&ClassCounts::sum(&classes), 1.0))),
            Average::Macro => {
                let present = classes.iter().filter(|class| class.is_present());
                self.mean(present.map(|class| (class, 1.0)))
            }
            Average::MacroOfAll => self.mean(classes.iter().map(|class| (class, 1.0))),
            Average::Weighted => self.mean(classes.iter().map(|class| (class, class.targets))),
        };
        number.map(ClassScores::Number)
    }

    fn reset(&mut self) {
        self.counts.reset();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.ratio != other.ratio {
            return Err(MetricError::merge("ratio"));
        }
        self.counts.merge(&other.counts)
    }

    fn check(&self) -> Result<(), MetricError> {
        self.counts.check()?;
        if let Ratio::FScore { beta } = self.ratio
            && !(beta.is_finite() && beta >= 0.0)
        {
            let remedy = "give one that is finite and not negative";
            return Err(MetricError::setting("beta", beta, remedy));
        }
        self.average.check_class(self.counts.classes)
    }

    fn parts(&self) -> Vec<String> {
        self.average.parts(self.counts.classes)
    }
}

impl Average {
    /// Refuses a class that the metric does not have.
    pub(super) fn check_class(self, classes: usize) -> Result<(), MetricError> {
        match self {
            Self::Class(class) if class >= classes => {
                let remedy = "choose a class that the metric has; classes are counted from 0";
                Err(MetricError::setting("class", class, remedy))
            }
            _ => Ok(()),
        }
    }

    /// Returns the names of the parts of the value: the classes, if each has a score.
    pub(super) fn parts(self, classes: usize) -> Vec<String> {
        match self {
            Self::PerClass => (0..classes).map(|class| class.to_string()).collect(),
            _ => Vec::new(),
        }
    }
}

impl ZeroDivision {
    const fn score(self) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::One => 1.0,
            Self::Undefined => f64::NAN,
        }
    }
}

/// The counts of a class, as sums of weights.
#[derive(Clone, Copy, Default)]
struct ClassCounts {
    /// The samples of the class that are taken for it.
    right: f64,
    /// All samples that are taken for it.
    predicted: f64,
    /// All samples of the class.
    targets: f64,
}

impl ClassCounts {
    /// Counts each class of a confusion matrix.
    fn of(cells: &[Vec<f64>]) -> Vec<Self> {
        let rows = cells.iter().enumerate();
        let counts = rows.map(|(class, row)| Self {
            right: row.get(class).copied().unwrap_or_default(),
            predicted: cells.iter().filter_map(|row| row.get(class)).sum(),
            targets: row.iter().sum(),
        });
        counts.collect()
    }

    /// Counts all classes together.
    fn sum(classes: &[Self]) -> Self {
        Self {
            right: classes.iter().map(|class| class.right).sum(),
            predicted: classes.iter().map(|class| class.predicted).sum(),
            targets: classes.iter().map(|class| class.targets).sum(),
        }
    }

    fn is_present(&self) -> bool {
        self.predicted + self.targets > 0.0
    }
}

/// The value of a [`ClassScore`].
///
/// In a [`Record`](callback_runtime::Record), the scores of all classes are a vector: loggers and stoppers find that of the class 1 as `f1.1`.
///
/// ```
/// use callbacks::metrics::{ClassScores, Entries};
/// use callbacks::Value;
///
/// assert_eq!(ClassScores::Number(0.5).number(), Some(0.5));
/// assert_eq!(ClassScores::PerClass(vec![0.5, 1.0]).of_class(1), Some(1.0));
/// assert_eq!(ClassScores::PerClass(vec![0.5, 1.0]).entries(), [(None, Value::from(vec![0.5, 1.0]))]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum ClassScores {
    /// The score of one class, or an average.
    Number(f64),
    /// The score of each class.
    PerClass(Vec<f64>),
}

impl ClassScores {
    /// Returns the score of one class, or the average; `None` if the score of each class was computed.
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::PerClass(_) => None,
        }
    }

    /// Returns the score of a class, if the score of each class was computed.
    pub fn of_class(&self, class: usize) -> Option<f64> {
        match self {
            Self::Number(_) => None,
            Self::PerClass(scores) => scores.get(class).copied(),
        }
    }
}

impl Entries for ClassScores {
    fn entries(self) -> Vec<(Option<String>, Value)> {
        match self {
            Self::Number(number) => number.entries(),
            Self::PerClass(scores) => scores.entries(),
        }
    }
}
