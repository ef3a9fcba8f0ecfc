//! The settings of an experiment, for loggers and handlers.

use std::borrow::Cow;
use std::fmt;

/// The hyperparameters of a run: state that the program gives to a loop, that handlers read, and that loggers write. luz has them in
/// `ctx$hparams`. Nothing in this crate reads a setting from here.
///
/// `JsonLines` writes them as a line of its own before the first row, and `TensorBoard` as a table under the tag `hyperparameters`. `Csv`
/// does not write them: a table has one kind of rows.
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
///
/// let settings = Hyperparameters::new().set("lr", 0.1).set("optimizer", "sgd").set("nesterov", false);
/// let mut trainer = Trainer::new(Line::default())
///     .learning_rate(0.1)
///     .state(settings)
///     .on(Fit::on_fit_begin, |settings: &Hyperparameters| println!("{settings}"));
/// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[doc(alias = "hparams")]
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hyperparameters {
    entries: Vec<(Cow<'static, str>, Hyperparameter)>,
}

/// The value of a hyperparameter.
///
/// ```
/// use callbacks::Hyperparameter;
///
/// assert_eq!(Hyperparameter::from(64), Hyperparameter::Integer(64));
/// assert_eq!(Hyperparameter::from("sgd").to_string(), "sgd");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Hyperparameter {
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(Cow<'static, str>),
    /// Yes or no.
    Bool(bool),
}

impl Hyperparameters {
    /// No hyperparameters.
    ///
    /// ```
    /// # use callbacks::Hyperparameters;
    /// assert_eq!(Hyperparameters::new().iter().count(), 0);
    /// ```
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// Sets a value: a number, an integer, a text or a `bool`. A value of the same name is replaced and keeps its position.
    ///
    /// ```
    /// # use callbacks::Hyperparameters;
    /// let settings = Hyperparameters::new().set("lr", 0.1).set("layers", 3).set("lr", 0.2);
    /// assert_eq!(settings.to_string(), "lr 0.2  layers 3");
    /// ```
    pub fn set(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Hyperparameter>,
    ) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.entries.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.entries.push((name, value)),
        }
        self
    }

    /// Returns the value called `name`.
    ///
    /// ```
    /// # use callbacks::{Hyperparameter, Hyperparameters};
    /// let settings = Hyperparameters::new().set("lr", 0.1);
    /// assert_eq!(settings.get("lr"), Some(&Hyperparameter::Number(0.1)));
    /// assert_eq!(settings.get("rate"), None);
    /// ```
    pub fn get(&self, name: &str) -> Option<&Hyperparameter> {
        let entry = self.entries.iter().find(|(other, _)| other == name);
        entry.map(|(_, value)| value)
    }

    /// Returns the names and values, in the order in which they were set.
    ///
    /// ```
    /// # use callbacks::Hyperparameters;
    /// let settings = Hyperparameters::new().set("lr", 0.1).set("layers", 3);
    /// assert!(settings.iter().map(|(name, _)| name).eq(["lr", "layers"]));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Hyperparameter)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_ref(), value))
    }
}

impl fmt::Display for Hyperparameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { "  " };
            write!(f, "{gap}{name} {value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Hyperparameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Bool(value) => value.fmt(f),
        }
    }
}

impl From<f64> for Hyperparameter {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

/// The number with the digits of the `f32`: 0.1, and not 0.10000000149011612.
impl From<f32> for Hyperparameter {
    fn from(value: f32) -> Self {
        let digits = value.to_string().parse();
        Self::Number(digits.unwrap_or_else(|_| value.into()))
    }
}

impl From<bool> for Hyperparameter {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&'static str> for Hyperparameter {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Hyperparameter {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

/// Conversions of integers. One that `i64` does not represent becomes a rounded number.
macro_rules! from_integer {
    ($($integer:ty),*) => { $(
        impl From<$integer> for Hyperparameter {
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "the documentation says so")]
            fn from(value: $integer) -> Self {
                i64::try_from(value).map_or(Self::Number(value as f64), Self::Integer)
            }
        }
    )* };
}

from_integer!(i32, i64, isize, u8, u16, u32, u64, usize);
