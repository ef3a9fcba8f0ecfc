//! What metrics read: classes, numbers, scores and labels, from the types that programs have.

use super::table::Table;
use super::{MetricError, MetricProblem};
use std::borrow::Cow;

/// A kind of input that a metric reads: [`Classes`], [`Numbers`], [`Scores`], [`Labels`], [`Samples`] or [`Nothing`].
///
/// ```
/// use callbacks::metrics::{Classes, Kind};
/// use std::borrow::Cow;
///
/// assert_eq!(Classes::samples(&Cow::Owned(vec![0, 2, 1])), Some(3));
/// ```
pub trait Kind {
    /// What the metric gets.
    type View<'a>;

    /// Returns the number of samples; `None` if the kind has none of its own.
    fn samples(view: &Self::View<'_>) -> Option<usize>;
}

/// A type that a metric can read as the kind `K`.
///
/// | kind | read from |
/// |---|---|
/// | [`Classes`] | slices, arrays and vectors of integers or `bool`; of rows of scores, whose class is the greatest score; [`Table`]; [`above`](super::above()) |
/// | [`Numbers`] | slices, arrays and vectors of `f64` or `f32` |
/// | [`Scores`] | slices, arrays and vectors of rows; [`Table`] |
/// | [`Labels`] | slices, arrays and vectors of rows of `bool` or integers; [`Table`]; [`above`](super::above()) |
///
/// With the feature `ndarray` also from arrays, with the feature `candle` also from tensors. Write an impl for a type of your own that
/// wraps one of them:
///
/// ```
/// use callbacks::metrics::{Accuracy, Classes, Input, Metric, MetricError};
/// use std::borrow::Cow;
///
/// struct Logits(Vec<[f32; 3]>);
///
/// impl Input<Classes> for Logits {
///     fn read(&self) -> Result<Cow<'_, [usize]>, MetricError> {
///         Input::<Classes>::read(&self.0)
///     }
/// }
///
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&Logits(vec![[0.1, 2.0, 0.3], [0.1, 0.2, 0.3]]), &[1, 0])?;
/// assert_eq!(accuracy.compute(), Some(0.5));
/// # Ok::<(), MetricError>(())
/// ```
///
/// If two scores of a row are equal, the class is the first of them. NaN counts as the greatest score, as in numpy and torch.
#[diagnostic::on_unimplemented(
    message = "a metric cannot read `{Self}` as `{K}`",
    label = "is not `{K}`",
    note = "give a slice or a vector, or write `impl Input<{K}> for {Self}`"
)]
pub trait Input<K: Kind> {
    /// Returns what the metric gets.
    fn read(&self) -> Result<K::View<'_>, MetricError>;
}

/// One class for each sample, from 0.
///
/// ```
/// use callbacks::metrics::{Classes, Input};
///
/// assert_eq!(*Input::<Classes>::read(&[true, false])?, [1, 0]);
/// assert_eq!(*Input::<Classes>::read(&[[0.5, 0.25, 1.5]])?, [2]);
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug)]
pub enum Classes {}

/// One number for each sample.
///
/// ```
/// use callbacks::metrics::{Input, Numbers};
///
/// assert_eq!(*Input::<Numbers>::read(&[0.5_f32, 0.25])?, [0.5, 0.25]);
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug)]
pub enum Numbers {}

/// A row of numbers for each sample, with a number for each class: probabilities or logits.
///
/// ```
/// use callbacks::metrics::{Input, Scores};
///
/// let scores = Input::<Scores>::read(&[[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]])?;
/// assert_eq!((scores.len(), scores.columns()), (2, 3));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug)]
pub enum Scores {}

/// A row of yes and no for each sample, with one for each label.
///
/// ```
/// use callbacks::metrics::{Input, Labels};
///
/// let labels = Input::<Labels>::read(&[[1_u8, 0, 1], [0, 0, 0]])?;
/// assert_eq!(labels.row(0), [true, false, true]);
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug)]
pub enum Labels {}

/// A number of samples.
///
/// ```
/// use callbacks::metrics::{Input, Samples};
///
/// assert_eq!(Input::<Samples>::read(&32_u64)?, 32);
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug)]
pub enum Samples {}

/// No input: the targets of metrics that compare nothing. It is read from `()`.
///
/// ```
/// use callbacks::metrics::{Mean, Metric};
///
/// let mut mean = Mean::new();
/// mean.update(&[1.0, 3.0], &())?;
/// assert_eq!(mean.compute(), Some(2.0));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug)]
pub enum Nothing {}

impl Kind for Classes {
    type View<'a> = Cow<'a, [usize]>;

    fn samples(view: &Self::View<'_>) -> Option<usize> {
        Some(view.len())
    }
}

impl Kind for Numbers {
    type View<'a> = Cow<'a, [f64]>;

    fn samples(view: &Self::View<'_>) -> Option<usize> {
        Some(view.len())
    }
}

impl Kind for Scores {
    type View<'a> = Table<'a, f64>;

    fn samples(view: &Self::View<'_>) -> Option<usize> {
        Some(view.len())
    }
}

impl Kind for Labels {
    type View<'a> = Table<'a, bool>;

    fn samples(view: &Self::View<'_>) -> Option<usize> {
        Some(view.len())
    }
}

impl Kind for Samples {
    type View<'a> = u64;

    fn samples(_: &u64) -> Option<usize> {
        None
    }
}

impl Kind for Nothing {
    type View<'a> = ();

    fn samples((): &()) -> Option<usize> {
        None
    }
}

impl Input<Nothing> for () {
    fn read(&self) -> Result<(), MetricError> {
        Ok(())
    }
}

impl Input<Samples> for u64 {
    fn read(&self) -> Result<u64, MetricError> {
        Ok(*self)
    }
}

impl Input<Samples> for usize {
    fn read(&self) -> Result<u64, MetricError> {
        Ok(u64::try_from(*self).unwrap_or(u64::MAX))
    }
}

impl<K: Kind, I: Input<K> + ?Sized> Input<K> for &I {
    fn read(&self) -> Result<K::View<'_>, MetricError> {
        (**self).read()
    }
}

impl<K: Kind, T> Input<K> for Vec<T>
where
    [T]: Input<K>,
{
    fn read(&self) -> Result<K::View<'_>, MetricError> {
        self.as_slice().read()
    }
}

impl<K: Kind, T, const N: usize> Input<K> for [T; N]
where
    [T]: Input<K>,
{
    fn read(&self) -> Result<K::View<'_>, MetricError> {
        self.as_slice().read()
    }
}

impl Input<Numbers> for [f64] {
    fn read(&self) -> Result<Cow<'_, [f64]>, MetricError> {
        Ok(Cow::Borrowed(self))
    }
}

impl Input<Numbers> for [f32] {
    fn read(&self) -> Result<Cow<'_, [f64]>, MetricError> {
        Ok(self.iter().map(|value| f64::from(*value)).collect())
    }
}

impl<T: ToClass> Input<Classes> for [T] {
    fn read(&self) -> Result<Cow<'_, [usize]>, MetricError> {
        let classes = self.iter().enumerate();
        let classes = classes.map(|(index, class)| class.to_class(index));
        Ok(Cow::Owned(classes.collect::<Result<_, _>>()?))
    }
}

impl<R: Row> Input<Scores> for [R] {
    fn read(&self) -> Result<Table<'_, f64>, MetricError> {
        Table::from_rows(self.iter().map(Row::scores))
    }
}

impl<R: LabelRow> Input<Labels> for [R] {
    fn read(&self) -> Result<Table<'_, bool>, MetricError> {
        Table::from_rows(self.iter().map(LabelRow::labels))
    }
}

/// What says the class of one sample: an integer, a `bool`, or a row of scores.
///
/// ```
/// use callbacks::metrics::ToClass;
///
/// assert_eq!(7_u8.to_class(0)?, 7);
/// assert_eq!([0.5, 0.25].to_class(0)?, 0);
/// assert!((-100_i64).to_class(3).is_err());
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
pub trait ToClass {
    /// Returns the class of the sample with this index.
    fn to_class(&self, index: usize) -> Result<usize, MetricError>;
}

impl ToClass for bool {
    fn to_class(&self, _: usize) -> Result<usize, MetricError> {
        Ok(usize::from(*self))
    }
}

macro_rules! integer_classes {
    ($($integer:ty),*) => { $(
        impl ToClass for $integer {
            #[allow(clippy::cast_lossless, reason = "`usize` has no `From`")]
            fn to_class(&self, index: usize) -> Result<usize, MetricError> {
                usize::try_from(*self).map_err(|_| no_class(index, *self as i128))
            }
        }
    )* };
}

integer_classes!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

/// The error of an integer that is no class.
pub(super) fn no_class(index: usize, class: i128) -> MetricError {
    let classes = None;
    let class = MetricProblem::Class {
        index,
        class,
        classes,
    };
    class.into()
}

impl<R: Row> ToClass for R {
    fn to_class(&self, _: usize) -> Result<usize, MetricError> {
        Ok(argmax(self.scores()))
    }
}

/// A row of scores: a slice, an array or a vector of `f64` or `f32`.
///
/// ```
/// use callbacks::metrics::Row;
///
/// assert!([0.5_f32, 0.25].scores().eq([0.5, 0.25]));
/// ```
pub trait Row {
    /// Returns the scores.
    fn scores(&self) -> impl Iterator<Item = f64>;
}

/// A row of labels: a slice, an array or a vector of `bool` or `u8`, where 0 is no.
///
/// ```
/// use callbacks::metrics::LabelRow;
///
/// assert!([1_u8, 0].labels().eq([true, false]));
/// ```
pub trait LabelRow {
    /// Returns the labels.
    fn labels(&self) -> impl Iterator<Item = bool>;
}

/// Implements a trait of rows for vectors, arrays and slices of an element.
macro_rules! rows {
    ($trait:ident, $read:ident, $element:ty => $to:ty, $convert:expr) => {
        impl $trait for Vec<$element> {
            fn $read(&self) -> impl Iterator<Item = $to> {
                self.iter().copied().map($convert)
            }
        }

        impl<const N: usize> $trait for [$element; N] {
            fn $read(&self) -> impl Iterator<Item = $to> {
                self.iter().copied().map($convert)
            }
        }

        impl $trait for &[$element] {
            fn $read(&self) -> impl Iterator<Item = $to> {
                self.iter().copied().map($convert)
            }
        }
    };
}

rows!(Row, scores, f64 => f64, f64::from);
rows!(Row, scores, f32 => f64, f64::from);
rows!(LabelRow, labels, bool => bool, bool::from);
rows!(LabelRow, labels, u8 => bool, |label| label != 0);

/// Returns the index of the greatest score: the first of equal ones, and the first NaN if there is one. 0 for an empty row.
///
/// ```
/// use callbacks::metrics::argmax;
///
/// assert_eq!(argmax([0.5, 2.0, 2.0]), 1);
/// assert_eq!(argmax([0.5, f64::NAN, 2.0]), 1);
/// ```
pub fn argmax(scores: impl IntoIterator<Item = f64>) -> usize {
    let (mut best, mut greatest) = (0, f64::NEG_INFINITY);
    for (class, score) in scores.into_iter().enumerate() {
        if score.is_nan() {
            return class;
        }
        if score > greatest {
            (best, greatest) = (class, score);
        }
    }
    best
}
