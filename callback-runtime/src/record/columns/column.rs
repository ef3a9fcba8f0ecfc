//! The values of one name and kind, one after the other.

use super::{entry, invalid};
use crate::persist::{SavedFields, SavedValue, SavedValueError};
use crate::record::{Complex, Stats, Value};
use std::collections::HashMap;

/// The kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Number,
    Integer,
    Text,
    Complex,
    Vector,
    Stats,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Number,
        Self::Integer,
        Self::Text,
        Self::Complex,
        Self::Vector,
        Self::Stats,
    ];

    pub(super) const fn of(value: &Value) -> Self {
        match value {
            Value::Number(_) => Self::Number,
            Value::Integer(_) => Self::Integer,
            Value::Text(_) => Self::Text,
            Value::Complex(_) => Self::Complex,
            Value::Vector(_) => Self::Vector,
            Value::Stats(_) => Self::Stats,
        }
    }

    /// Returns the name in files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Complex => "complex",
            Self::Vector => "vector",
            Self::Stats => "stats",
        }
    }

    fn of_name(name: &str) -> Result<Self, SavedValueError> {
        let found = Self::ALL.into_iter().find(|each| each.name() == name);
        found.ok_or_else(|| invalid(&format!("values of an unknown kind `{name}`")))
    }

    pub(super) fn load(saved: SavedValue) -> Result<Self, SavedValueError> {
        Self::of_name(&saved.into_type::<String>()?)
    }
}

/// The values of one name and kind, of the records that have one.
pub(super) struct Column<'r> {
    pub(super) name: &'r str,
    pub(super) kind: Kind,
    /// The numbers of each value, one after the other.
    numbers: Vec<f64>,
    integers: Vec<i64>,
    texts: Vec<&'r str>,
    /// How many numbers each vector has.
    lengths: Vec<usize>,
}

impl<'r> Column<'r> {
    pub(super) const fn new(name: &'r str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            numbers: Vec::new(),
            integers: Vec::new(),
            texts: Vec::new(),
            lengths: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, value: &'r Value) {
        match value {
            Value::Number(number) => self.numbers.push(*number),
            Value::Integer(number) => self.integers.push(*number),
            Value::Text(text) => self.texts.push(text),
            Value::Complex(Complex { re, im }) => self.numbers.extend([re, im]),
            Value::Stats(stats) => {
                self.numbers
                    .extend([stats.mean, stats.error_of_mean, stats.variance]);
            }
            Value::Vector(numbers) => {
                self.lengths.push(numbers.len());
                self.numbers.extend(numbers);
            }
        }
    }

    pub(super) fn save(&self) -> Result<SavedValue, SavedValueError> {
        match self.kind {
            Kind::Number => SavedValue::of(&self.numbers),
            Kind::Integer => SavedValue::of(&self.integers),
            Kind::Text => SavedValue::of(&self.texts),
            Kind::Complex => SavedValue::of(self.numbers.as_chunks::<2>().0),
            Kind::Stats => SavedValue::of(self.numbers.as_chunks::<3>().0),
            Kind::Vector => Ok(SavedValue::Map(vec![
                entry("lengths", &self.lengths)?,
                entry("numbers", &self.numbers)?,
            ])),
        }
    }
}

/// A column that was saved, from which the values are taken one after the other.
pub(super) struct SavedColumn {
    name: String,
    kind: Kind,
    values: Box<dyn Iterator<Item = Value>>,
}

impl SavedColumn {
    pub(super) fn load(name: &str, kind: &str, saved: SavedValue) -> Result<Self, SavedValueError> {
        let kind = Kind::of_name(kind)?;
        let values: Box<dyn Iterator<Item = Value>> = match kind {
            Kind::Number => Box::new(load::<f64>(saved)?.map(Value::Number)),
            Kind::Integer => Box::new(load::<i64>(saved)?.map(Value::Integer)),
            Kind::Text => Box::new(load::<String>(saved)?.map(|text| Value::Text(text.into()))),
            Kind::Complex => Box::new(load(saved)?.map(complex)),
            Kind::Stats => Box::new(load(saved)?.map(stats)),
            Kind::Vector => Box::new(load_vectors(saved)?.into_iter().map(Value::Vector)),
        };
        Ok(Self {
            name: name.to_owned(),
            kind,
            values,
        })
    }

    /// Takes the next value.
    pub(super) fn next(&mut self) -> Option<Value> {
        self.values.next()
    }
}

/// Returns the index of each column.
pub(super) fn places(columns: &[SavedColumn]) -> HashMap<(String, Kind), usize> {
    let places = columns.iter().enumerate();
    places
        .map(|(place, column)| ((column.name.clone(), column.kind), place))
        .collect()
}

fn load<T: serde_core::de::DeserializeOwned>(
    saved: SavedValue,
) -> Result<std::vec::IntoIter<T>, SavedValueError> {
    Ok(saved.into_type::<Vec<T>>()?.into_iter())
}

fn complex([re, im]: [f64; 2]) -> Value {
    Value::Complex(Complex { re, im })
}

fn stats([mean, error_of_mean, variance]: [f64; 3]) -> Value {
    Value::Stats(Stats {
        mean,
        error_of_mean,
        variance,
    })
}

fn load_vectors(saved: SavedValue) -> Result<Vec<Vec<f64>>, SavedValueError> {
    let mut saved = SavedFields::from_value(saved)?;
    let lengths: Vec<usize> = saved.take("lengths")?.unwrap_or_default();
    let numbers: Vec<f64> = saved.take("numbers")?.unwrap_or_default();
    let mut rest = numbers.as_slice();
    let mut vectors = Vec::with_capacity(lengths.len());
    for length in lengths {
        let parts = rest.split_at_checked(length);
        let (vector, others) = parts.ok_or_else(|| invalid("vectors that are too short"))?;
        vectors.push(vector.to_vec());
        rest = others;
    }
    if rest.is_empty() {
        return Ok(vectors);
    }
    Err(invalid("vectors that are too long"))
}
