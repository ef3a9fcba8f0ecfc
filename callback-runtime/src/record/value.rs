//! The values of a record.

use super::flags;
use std::borrow::Cow;
use std::fmt;

/// A value of a record.
///
/// `Display` follows the format flags: the precision applies to each number, the sign to the first one, and width, fill and alignment to
/// the whole.
///
/// ```
/// use callbacks::{Complex, Stats, Value};
///
/// assert_eq!(Value::from(0.5).number(), Some(0.5));
/// assert_eq!(Value::from(Stats::of([1.0, 3.0])).number(), Some(2.0));
/// assert_eq!(Value::from(vec![0.5, 0.25]).part("1"), Some(0.25));
/// assert_eq!(Value::from(Complex { re: 1.0, im: -1.0 }).to_string(), "1-1i");
/// assert_eq!(format!("{:>+14.2}", Value::from(Stats::of([1.0, 3.0]))), "  +2.00 ± 1.00");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// An integer.
    Integer(i64),
    /// A text. It has no number.
    Text(Cow<'static, str>),
    /// A complex number.
    Complex(Complex),
    /// Several numbers.
    Vector(Vec<f64>),
    /// A mean over samples, with its error.
    Stats(Stats),
}

/// A complex number.
///
/// ```
/// use callbacks::{Complex, Record};
///
/// let mut record = Record::default();
/// record.set("overlap", Complex { re: 0.5, im: 0.0 });
/// assert_eq!(record.get("overlap.re"), Some(0.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Complex {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

/// A mean over samples, with its error.
///
/// ```
/// use callbacks::Stats;
///
/// let energy = Stats { mean: -1.25, error_of_mean: 0.01, variance: 0.2 };
/// assert_eq!(energy.to_string(), "-1.25 ± 0.01");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stats {
    /// The mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub error_of_mean: f64,
    /// The variance of a single value.
    pub variance: f64,
}

impl Value {
    /// Returns the value as one number: a number or an integer itself, or the mean of statistics. An integer beyond 2^53 is rounded. Returns
    /// `None` for texts, complex numbers and vectors.
    ///
    /// ```
    /// # use callbacks::Value;
    /// assert_eq!(Value::from(0.5).number(), Some(0.5));
    /// assert_eq!(Value::from(vec![0.5]).number(), None);
    /// ```
    #[expect(clippy::cast_precision_loss, reason = "the documentation says so")]
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Integer(value) => Some(*value as f64),
            Self::Stats(stats) => Some(stats.mean),
            Self::Text(_) | Self::Complex(_) | Self::Vector(_) => None,
        }
    }

    /// Returns the part called `name`: `re` or `im`; `mean`, `error_of_mean` or `variance`; or the index in a vector, from 0.
    ///
    /// ```
    /// # use callbacks::{Stats, Value};
    /// let value = Value::from(Stats::of([1.0, 3.0]));
    /// assert_eq!(value.part("variance"), Some(1.0));
    /// assert_eq!(value.part("median"), None);
    /// ```
    pub fn part(&self, name: &str) -> Option<f64> {
        let mut parts = self.parts();
        let part = parts.find(|(part, _)| part.as_deref() == Some(name));
        part.map(|(_, value)| value)
    }

    /// Returns every number in the value, with the name of its part. A plain number has no such name, and a text has no parts.
    ///
    /// ```
    /// # use callbacks::{Complex, Value};
    /// let value = Value::from(Complex { re: 1.0, im: -1.0 });
    /// let parts: Vec<_> = value.parts().collect();
    /// assert_eq!(parts, [(Some("re".into()), 1.0), (Some("im".into()), -1.0)]);
    /// assert_eq!(Value::from(0.5).parts().collect::<Vec<_>>(), [(None, 0.5)]);
    /// ```
    pub fn parts(&self) -> impl Iterator<Item = (Option<Cow<'static, str>>, f64)> {
        let (named, vector): (Vec<(Option<&'static str>, f64)>, &[f64]) = match self {
            Self::Number(_) | Self::Integer(_) => (
                self.number()
                    .map(|value| (None, value))
                    .into_iter()
                    .collect(),
                &[],
            ),
            Self::Text(_) => (Vec::new(), &[]),
            Self::Complex(value) => (vec![(Some("re"), value.re), (Some("im"), value.im)], &[]),
            Self::Vector(values) => (Vec::new(), values),
            Self::Stats(stats) => (stats.parts().to_vec(), &[]),
        };
        let named = named
            .into_iter()
            .map(|(name, value)| (name.map(Cow::Borrowed), value));
        let indexed = vector.iter().enumerate();
        named.chain(indexed.map(|(index, value)| (Some(index.to_string().into()), *value)))
    }
}

impl Stats {
    /// Computes the statistics of independent values: their mean, their variance, and the error of the mean
    /// `√(variance / (n - 1))`, which is NaN for fewer than two values.
    ///
    /// ```
    /// # use callbacks::Stats;
    /// let stats = Stats::of([1.0, 2.0, 3.0, 4.0, 5.0]);
    /// assert_eq!((stats.mean, stats.variance), (3.0, 2.0));
    /// assert_eq!(stats.error_of_mean, f64::sqrt(0.5));
    /// assert!(Stats::of([1.0]).error_of_mean.is_nan());
    /// ```
    pub fn of(values: impl IntoIterator<Item = f64, IntoIter: Clone>) -> Self {
        let values = values.into_iter();
        let count: f64 = values.clone().map(|_| 1.0).sum();
        let mean = values.clone().sum::<f64>() / count;
        let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        Self {
            mean,
            error_of_mean: (variance / (count - 1.0)).sqrt(),
            variance,
        }
    }

    const fn parts(&self) -> [(Option<&'static str>, f64); 3] {
        [
            (Some("mean"), self.mean),
            (Some("error_of_mean"), self.error_of_mean),
            (Some("variance"), self.variance),
        ]
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            // The precision is for numbers: it would cut a text.
            Self::Text(text) => flags::pad(f, text),
            Self::Complex(value) => value.fmt(f),
            Self::Stats(stats) => stats.fmt(f),
            Self::Vector(values) => {
                let values = values.iter().map(|value| flags::format_number(f, *value));
                let text = values.collect::<Vec<_>>().join(", ");
                flags::pad(f, &format!("[{text}]"))
            }
        }
    }
}

impl fmt::Display for Complex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let re = flags::format_number(f, self.re);
        let im = flags::format_signed(f, self.im);
        flags::pad(f, &format!("{re}{im}i"))
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mean = flags::format_number(f, self.mean);
        let error = flags::format_plain(f, self.error_of_mean);
        flags::pad(f, &format!("{mean} ± {error}"))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<f32> for Value {
    fn from(value: f32) -> Self {
        Self::Number(value.into())
    }
}

/// Conversions of integers that `i64` represents exactly.
macro_rules! value_from_integer {
    ($($integer:ty),*) => { $(
        impl From<$integer> for Value {
            fn from(value: $integer) -> Self {
                Self::Integer(value.into())
            }
        }
    )* };
}

/// Conversions of integers that `i64` does not represent in all cases: a greater one becomes a rounded number.
macro_rules! value_from_wide_integer {
    ($($integer:ty),*) => { $(
        impl From<$integer> for Value {
            #[expect(clippy::cast_precision_loss, reason = "a record is read by people")]
            fn from(value: $integer) -> Self {
                i64::try_from(value).map_or(Self::Number(value as f64), Self::Integer)
            }
        }
    )* };
}

value_from_integer!(i8, i16, i32, i64, u8, u16, u32);
value_from_wide_integer!(isize, u64, usize);

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Complex> for Value {
    fn from(value: Complex) -> Self {
        Self::Complex(value)
    }
}

impl From<Vec<f64>> for Value {
    fn from(values: Vec<f64>) -> Self {
        Self::Vector(values)
    }
}

impl From<&[f64]> for Value {
    fn from(values: &[f64]) -> Self {
        Self::Vector(values.to_vec())
    }
}

impl<const N: usize> From<[f64; N]> for Value {
    fn from(values: [f64; N]) -> Self {
        Self::Vector(values.into())
    }
}

impl From<Stats> for Value {
    fn from(stats: Stats) -> Self {
        Self::Stats(stats)
    }
}
