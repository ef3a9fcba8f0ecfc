//! What is wrong with the input or the settings of a metric.

use callback_runtime::BoxError;
use std::fmt;

/// The error of a metric: which input it concerns, what is wrong at which index, and what to do. The metric is as it was before the call.
///
/// ```
/// use callbacks::metrics::{Accuracy, Metric, MetricProblem};
///
/// let mut accuracy = Accuracy::new();
/// let error = accuracy.update(&[1, 0, 2], &[1, 0]).unwrap_err();
/// assert_eq!(error.to_string(), "the targets have 2 samples, and the predictions 3; give one for each prediction");
///
/// let error = accuracy.update(&[1, 0], &[1, -1]).unwrap_err();
/// assert_eq!(error.to_string(), "targets[1] is the class -1; classes are counted from 0");
/// assert!(matches!(error.problem(), MetricProblem::Class { index: 1, .. }));
/// ```
pub struct MetricError {
    input: &'static str,
    problem: MetricProblem,
}

/// What a [`MetricError`] says of the input. Indices are from 0.
#[derive(Debug)]
#[non_exhaustive]
pub enum MetricProblem {
    /// There are more or fewer samples than predictions.
    Length {
        /// The number of samples of this input.
        found: usize,
        /// The number of predictions.
        expected: usize,
    },
    /// A row has more or fewer columns than the others, or than the metric has classes.
    Columns {
        /// The index of the row.
        index: usize,
        /// The number of its columns.
        found: usize,
        /// The number of columns that it should have.
        expected: usize,
    },
    /// A class is negative, or not one of the metric's classes.
    Class {
        /// The index of the sample.
        index: usize,
        /// The class.
        class: i128,
        /// The number of classes; `None` if there is no limit.
        classes: Option<usize>,
    },
    /// A number is no probability.
    Probability {
        /// The index of the number, row after row.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A weight is negative, NaN or infinite.
    Weight {
        /// The index of the weight.
        index: usize,
        /// The weight.
        value: f64,
    },
    /// A setting of the metric is invalid.
    Setting {
        /// The name of the setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What to write instead.
        remedy: &'static str,
    },
    /// The states of two metrics with different settings were merged.
    Merge {
        /// The name of the setting.
        setting: &'static str,
    },
    /// The input could not be read, such as from a device.
    Unreadable(BoxError),
}

impl MetricError {
    /// Makes an error of an [`Input`](super::Input) that cannot be read.
    ///
    /// ```
    /// # use callbacks::metrics::MetricError;
    /// let error = MetricError::unreadable("the device is lost");
    /// assert_eq!(error.to_string(), "the input could not be read: the device is lost");
    /// ```
    pub fn unreadable(cause: impl Into<BoxError>) -> Self {
        MetricProblem::Unreadable(cause.into()).into()
    }

    /// Makes an error of an invalid setting, with what to write instead.
    ///
    /// ```
    /// # use callbacks::metrics::MetricError;
    /// let error = MetricError::setting("classes", 0, "give at least 1");
    /// assert_eq!(error.to_string(), "`classes` is 0; give at least 1");
    /// ```
    pub fn setting(name: &'static str, value: impl fmt::Display, remedy: &'static str) -> Self {
        let value = value.to_string();
        let setting = MetricProblem::Setting {
            name,
            value,
            remedy,
        };
        setting.into()
    }

    /// Makes an error of a merge of two metrics that differ in a setting.
    ///
    /// ```
    /// # use callbacks::metrics::MetricError;
    /// let error = MetricError::merge("classes");
    /// assert_eq!(error.to_string(), "the two metrics differ in `classes`; merge metrics with the same settings");
    /// ```
    pub fn merge(setting: &'static str) -> Self {
        MetricProblem::Merge { setting }.into()
    }

    /// Returns the input that the error concerns: `predictions`, `targets`, `weights`, or `input` if the error does not say.
    ///
    /// ```
    /// # use callbacks::metrics::{Accuracy, Metric};
    /// let error = Accuracy::new().update_weighted(&[1], &[1], &[-0.5]).unwrap_err();
    /// assert_eq!(error.input(), "weights");
    /// ```
    pub const fn input(&self) -> &'static str {
        self.input
    }

    /// Returns what is wrong.
    ///
    /// ```
    /// # use callbacks::metrics::{MetricError, MetricProblem};
    /// let error = MetricError::unreadable("the device is lost");
    /// assert!(matches!(error.problem(), MetricProblem::Unreadable(_)));
    /// ```
    pub const fn problem(&self) -> &MetricProblem {
        &self.problem
    }

    /// Says which input the error concerns, unless it says so already.
    pub(super) fn of(mut self, input: &'static str) -> Self {
        if self.input == UNNAMED {
            self.input = input;
        }
        self
    }
}

const UNNAMED: &str = "input";

impl From<MetricProblem> for MetricError {
    fn from(problem: MetricProblem) -> Self {
        let input = UNNAMED;
        Self { input, problem }
    }
}

impl fmt::Display for MetricError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = self.input;
        match &self.problem {
            MetricProblem::Length { found, expected } => write!(
                f,
                "the {input} have {}, and the predictions {expected}; give one for each prediction",
                counted(*found, "sample")
            ),
            MetricProblem::Columns {
                index,
                found,
                expected,
            } => write!(
                f,
                "{input}[{index}] has {}; give each row {expected}, one for each class",
                counted(*found, "column")
            ),
            MetricProblem::Class {
                index,
                class,
                classes,
            } => write_class(f, input, *index, *class, *classes),
            MetricProblem::Probability { index, value } => write!(
                f,
                "{input}[{index}] is {value}, which is no probability; apply a sigmoid or a softmax first"
            ),
            MetricProblem::Weight { index, value } => write!(
                f,
                "{input}[{index}] is {value}; give weights that are finite and not negative"
            ),
            MetricProblem::Setting {
                name,
                value,
                remedy,
            } => write!(f, "`{name}` is {value}; {remedy}"),
            MetricProblem::Merge { setting } => write!(
                f,
                "the two metrics differ in `{setting}`; merge metrics with the same settings"
            ),
            MetricProblem::Unreadable(cause) => write!(f, "the {input} could not be read: {cause}"),
        }
    }
}

fn counted(number: usize, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

fn write_class(
    f: &mut fmt::Formatter<'_>,
    input: &str,
    index: usize,
    class: i128,
    classes: Option<usize>,
) -> fmt::Result {
    write!(f, "{input}[{index}] is the class {class}")?;
    match classes {
        Some(classes) => write!(
            f,
            ", and the metric has {classes} classes, from 0; give it more classes or correct the class"
        ),
        None => write!(f, "; classes are counted from 0"),
    }
}

callback_runtime::debug_as_display!(MetricError);

impl std::error::Error for MetricError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            MetricProblem::Unreadable(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}
