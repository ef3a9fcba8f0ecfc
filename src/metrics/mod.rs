//! Metrics: numbers over the samples of many batches, in any loop or without one.
//!
//! All of them have the functions of [`Metric`]: update with a batch, compute, reset, and merge. They take plain data ([`Input`]): slices and
//! vectors of classes, numbers or rows of scores, and with the features `ndarray` and `candle` arrays and tensors. The callback
//! `Measure` of the [shelf](crate::shelf) updates a metric in a fit, or in a loop of your own.
//!
//! | metric | of |
//! |---|---|
//! | [`Mean`] | numbers, such as losses |
//! | [`Accuracy`], [`TopKAccuracy`] | classes |
//! | [`MultilabelAccuracy`] | labels |
//! | [`ClassScore`] | classes: precision, recall and F-score, by a [`ClassAverage`] |
//! | [`ConfusionMatrix`] | classes |
//! | [`CurveArea`], [`OneVsRestArea`] | scores and classes: ROC AUC, average precision, the area under precision and recall |
//! | [`MeanAbsoluteError`], [`MeanSquaredError`], [`R2`] | numbers |
//! | [`Perplexity`] | scores and classes |
//! | [`SamplesPerSecond`] | time |
//!
//! ```
//! use callbacks::metrics::{ClassAverage, ClassScore, Metric, above};
//!
//! let mut f1 = ClassScore::f1(2, ClassAverage::Class(1));
//! for (probabilities, targets) in [([0.9, 0.2], [1, 1]), ([0.7, 0.1], [0, 0])] {
//!     f1.update(&above(0.5, &probabilities), &targets)?;
//! }
//! assert_eq!(f1.compute().unwrap().number(), Some(0.5));
//! # Ok::<(), callbacks::metrics::MetricError>(())
//! ```
//!
//! The values equal those of scikit-learn 1.9.1 and torchmetrics 1.9.0, except where a metric says otherwise; `tests/peers/metrics/` has the
//! tables and the script that writes them.

mod above;
mod accuracy;
mod average;
#[cfg(feature = "candle")]
mod candle;
mod class_counts;
mod class_score;
mod confusion;
mod curve;
mod error;
mod input;
mod mean;
mod metric;
#[cfg(feature = "ndarray")]
mod ndarray;
mod one_vs_rest;
mod perplexity;
mod regression;
mod samples_per_second;
mod saved_tables;
mod sum;
mod table;

pub use above::{Above, above};
pub use accuracy::{Accuracy, MultilabelAccuracy, TopKAccuracy};
pub use average::{ClassAverage, ClassScores, ZeroDivision};
pub use class_score::ClassScore;
pub use confusion::{ConfusionMatrix, Matrix, Normalize};
pub use curve::CurveArea;
pub use error::{MetricError, MetricProblem};
pub use input::{
    Classes, Input, Kind, LabelRow, Labels, Nothing, Numbers, Row, Samples, Scores, ToClass, argmax,
};
pub use mean::Mean;
pub use metric::{Entries, Metric, Weights};
pub use one_vs_rest::OneVsRestArea;
pub use perplexity::Perplexity;
pub use regression::{MeanAbsoluteError, MeanSquaredError, R2};
pub use samples_per_second::{Clock, SamplesPerSecond, SystemClock};
pub use table::{IntoTable, Table};
