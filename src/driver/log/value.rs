//! The values of a log.

use super::flags;
use std::borrow::Cow;
use std::fmt;

/// A value of a log.
///
/// The flags of a format are kept: precision by each number, the sign by the first, and width, fill and side by the whole.
///
/// ```
/// use callbacks::driver::{Complex, Stats, Value};
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
    /// A complex number.
    Complex(Complex),
    /// Several numbers.
    Vector(Vec<f64>),
    /// A mean over samples, and what it is worth.
    Stats(Stats),
}

/// A complex number.
///
/// ```
/// use callbacks::driver::{Complex, LogData};
///
/// let mut log = LogData::default();
/// log.set("overlap", Complex { re: 0.5, im: 0.0 });
/// assert_eq!(log.number("overlap.re"), Some(0.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Complex {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

/// A mean over samples, and what it is worth.
///
/// ```
/// use callbacks::driver::Stats;
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
    /// As one number: a number itself, of statistics the mean; nothing of what has several parts alike.
    ///
    /// ```
    /// # use callbacks::driver::Value;
    /// assert_eq!(Value::from(0.5).number(), Some(0.5));
    /// assert_eq!(Value::from(vec![0.5]).number(), None);
    /// ```
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Stats(stats) => Some(stats.mean),
            Self::Complex(_) | Self::Vector(_) => None,
        }
    }

    /// A part by its name: `re` and `im`; `mean`, `error_of_mean` and `variance`; or the place in a vector, from 0.
    ///
    /// ```
    /// # use callbacks::driver::{Stats, Value};
    /// let value = Value::from(Stats::of([1.0, 3.0]));
    /// assert_eq!(value.part("variance"), Some(1.0));
    /// assert_eq!(value.part("median"), None);
    /// ```
    pub fn part(&self, name: &str) -> Option<f64> {
        let mut parts = self.parts();
        let found = parts.find(|(part, _)| part.as_deref() == Some(name));
        found.map(|(_, value)| value)
    }

    /// Every number in it, with the name of the part; a number alone has none.
    ///
    /// ```
    /// # use callbacks::driver::{Complex, Value};
    /// let value = Value::from(Complex { re: 1.0, im: -1.0 });
    /// let parts: Vec<_> = value.parts().collect();
    /// assert_eq!(parts, [(Some("re".into()), 1.0), (Some("im".into()), -1.0)]);
    /// assert_eq!(Value::from(0.5).parts().collect::<Vec<_>>(), [(None, 0.5)]);
    /// ```
    pub fn parts(&self) -> impl Iterator<Item = (Option<Cow<'static, str>>, f64)> {
        let (named, vector): (Vec<(Option<&'static str>, f64)>, &[f64]) = match self {
            Self::Number(value) => (vec![(None, *value)], &[]),
            Self::Complex(value) => (vec![(Some("re"), value.re), (Some("im"), value.im)], &[]),
            Self::Vector(values) => (Vec::new(), values),
            Self::Stats(stats) => (stats.parts().to_vec(), &[]),
        };
        let named = named
            .into_iter()
            .map(|(name, value)| (name.map(Cow::Borrowed), value));
        let placed = vector.iter().enumerate();
        named.chain(placed.map(|(at, value)| (Some(at.to_string().into()), *value)))
    }
}

impl Stats {
    /// Of values that are independent of each other: the variance is that of the values, the error `√(variance / (n - 1))`, and
    /// NaN for less than two values.
    ///
    /// ```
    /// # use callbacks::driver::Stats;
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
            Self::Complex(value) => value.fmt(f),
            Self::Stats(stats) => stats.fmt(f),
            Self::Vector(values) => {
                let values = values.iter().map(|value| flags::number(f, *value));
                let text = values.collect::<Vec<_>>().join(", ");
                flags::pad(f, &format!("[{text}]"))
            }
        }
    }
}

impl fmt::Display for Complex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (re, im) = (flags::number(f, self.re), flags::signed(f, self.im));
        flags::pad(f, &format!("{re}{im}i"))
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mean = flags::number(f, self.mean);
        let error = flags::plain(f, self.error_of_mean);
        flags::pad(f, &format!("{mean} ± {error}"))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

/// Numbers that a `f64` holds as they are.
macro_rules! exactly {
    ($($number:ty),*) => { $(
        impl From<$number> for Value {
            fn from(value: $number) -> Self {
                Self::Number(value.into())
            }
        }
    )* };
}

/// Whole numbers of which a `f64` holds those up to 2^53 as they are, and others as nearly as it can.
macro_rules! nearly {
    ($($number:ty),*) => { $(
        impl From<$number> for Value {
            #[expect(clippy::cast_precision_loss, reason = "a log is read by people")]
            fn from(value: $number) -> Self {
                Self::Number(value as f64)
            }
        }
    )* };
}

exactly!(f32, i8, i16, i32, u8, u16, u32);
nearly!(i64, isize, u64, usize);

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
