//! How the scores of classes become one number, and the value that they become.

use super::{Entries, MetricError};
use callback_runtime::Value;

/// How the scores of classes become one number.
///
/// ```
/// use callbacks::metrics::{ClassAverage, ClassScore, Metric};
///
/// let mut recall = ClassScore::recall(3, ClassAverage::PerClass);
/// recall.update(&[0, 1, 1], &[0, 1, 2])?;
/// assert_eq!(recall.compute().unwrap().of_class(1), Some(1.0));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassAverage {
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
/// use callbacks::metrics::{ClassAverage, ClassScore, Metric, ZeroDivision};
///
/// let score = |zero_division| {
///     let mut precision = ClassScore::precision(2, ClassAverage::PerClass).zero_division(zero_division);
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

impl ClassAverage {
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

    /// Returns the name of one part of the value, if each class has a score.
    pub(super) fn example_part(self) -> Option<String> {
        (self == Self::PerClass).then(|| "0".to_owned())
    }

    /// Returns the names of the parts of the value: the classes, if each has a score.
    pub(super) fn parts(self, classes: usize) -> Vec<String> {
        match self {
            // Names beyond these are of no use to anyone.
            Self::PerClass if classes <= 1024 => {
                (0..classes).map(|class| class.to_string()).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl ZeroDivision {
    pub(super) const fn score(self) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::One => 1.0,
            Self::Undefined => f64::NAN,
        }
    }
}

/// The value of a [`ClassScore`](super::ClassScore).
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
