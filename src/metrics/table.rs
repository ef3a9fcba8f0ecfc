//! [`Table`]: rows of equal length in one slice.

use super::input::argmax;
use super::{Classes, Input, Labels, MetricError, MetricProblem, Scores};
use std::borrow::Cow;

/// A table of scores or labels: a row for each sample, one row after the other in one slice.
///
/// ```
/// use callbacks::metrics::{Accuracy, Metric, Table};
///
/// let logits = [0.1, 2.0, 0.3, 0.1, 0.2, 0.3];
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&Table::new(&logits, 3)?, &[1, 0])?;
/// assert_eq!(accuracy.compute(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'a, T: Clone> {
    values: Cow<'a, [T]>,
    columns: usize,
}

impl<'a, T: Clone> Table<'a, T> {
    /// Makes a table with this number of columns, from a slice or a vector. The last row must be complete.
    ///
    /// ```
    /// # use callbacks::metrics::Table;
    /// assert_eq!(Table::new(vec![0.5, 0.5, 1.0, 0.0], 2)?.row(1), [1.0, 0.0]);
    /// let error = Table::new(&[0.5, 0.5, 1.0][..], 2).unwrap_err();
    /// assert_eq!(error.to_string(), "input[1] has 1 column; give each row 2, one for each class");
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn new(values: impl IntoTable<'a, T>, columns: usize) -> Result<Self, MetricError> {
        let values = values.into_values();
        let len = values.len();
        let (index, rest) = match columns {
            0 => (0, len),
            _ => (len / columns, len % columns),
        };
        if rest > 0 {
            let (found, expected) = (rest, columns);
            let incomplete = MetricProblem::Columns {
                index,
                found,
                expected,
            };
            return Err(incomplete.into());
        }
        Ok(Self { values, columns })
    }

    /// Collects the rows. All of them must have the length of the first.
    pub(super) fn from_rows(
        rows: impl Iterator<Item = impl Iterator<Item = T>>,
    ) -> Result<Self, MetricError> {
        let (mut values, mut columns) = (Vec::new(), None);
        for (index, row) in rows.enumerate() {
            let before = values.len();
            values.extend(row);
            let found = values.len() - before;
            let expected = *columns.get_or_insert(found);
            if found != expected {
                let ragged = MetricProblem::Columns {
                    index,
                    found,
                    expected,
                };
                return Err(ragged.into());
            }
        }
        Self::new(values, columns.unwrap_or(0))
    }

    /// Returns the number of rows: that of samples.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of columns: that of classes or labels.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the row with this index, from 0. It is empty if there is no such row.
    ///
    /// ```
    /// # use callbacks::metrics::Table;
    /// let table = Table::new(&[0.5, 0.5, 1.0, 0.0], 2)?;
    /// assert_eq!(table.row(0), [0.5, 0.5]);
    /// assert!(table.row(2).is_empty());
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn row(&self, index: usize) -> &[T] {
        let begin = index.checked_mul(self.columns);
        let rows = begin.and_then(|begin| self.values.get(begin..));
        rows.and_then(|rest| rest.get(..self.columns))
            .unwrap_or(&[])
    }

    /// Returns the rows.
    ///
    /// ```
    /// # use callbacks::metrics::Table;
    /// let table = Table::new(&[0.5, 0.5, 1.0, 0.0], 2)?;
    /// assert_eq!(table.rows().map(|row| row[0]).collect::<Vec<_>>(), [0.5, 1.0]);
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = &[T]> {
        (0..self.len()).map(|index| self.row(index))
    }

    /// Returns all values, row after row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Returns the same table with borrowed values.
    pub(super) fn borrowed(&self) -> Table<'_, T> {
        Table {
            values: Cow::Borrowed(&*self.values),
            columns: self.columns,
        }
    }

    /// Checks that the rows have this number of columns.
    pub(super) fn check_columns(&self, expected: usize) -> Result<(), MetricError> {
        let (index, found) = (0, self.columns);
        if found == expected || self.is_empty() {
            return Ok(());
        }
        let columns = MetricProblem::Columns {
            index,
            found,
            expected,
        };
        Err(columns.into())
    }
}

/// What a [`Table`] is made of: a slice, an array or a vector.
///
/// ```
/// use callbacks::metrics::{IntoTable, Table};
///
/// fn in_pairs<'a>(values: impl IntoTable<'a, f64>) -> Option<Table<'a, f64>> {
///     Table::new(values, 2).ok()
/// }
/// assert_eq!(in_pairs(&[0.5, 0.5]), in_pairs(vec![0.5, 0.5]));
/// ```
pub trait IntoTable<'a, T: Clone> {
    /// Returns the values, row after row.
    fn into_values(self) -> Cow<'a, [T]>;
}

impl<'a, T: Clone> IntoTable<'a, T> for Vec<T> {
    fn into_values(self) -> Cow<'a, [T]> {
        Cow::Owned(self)
    }
}

impl<'a, T: Clone> IntoTable<'a, T> for &'a [T] {
    fn into_values(self) -> Cow<'a, [T]> {
        Cow::Borrowed(self)
    }
}

impl<'a, T: Clone, const N: usize> IntoTable<'a, T> for &'a [T; N] {
    fn into_values(self) -> Cow<'a, [T]> {
        Cow::Borrowed(self)
    }
}

impl<'a> IntoTable<'a, f64> for &'a [f32] {
    fn into_values(self) -> Cow<'a, [f64]> {
        self.iter().map(|value| f64::from(*value)).collect()
    }
}

impl<'a, T: Clone> IntoTable<'a, T> for Cow<'a, [T]> {
    fn into_values(self) -> Cow<'a, [T]> {
        self
    }
}

impl Input<Scores> for Table<'_, f64> {
    fn read(&self) -> Result<Table<'_, f64>, MetricError> {
        Ok(self.borrowed())
    }
}

impl Input<Classes> for Table<'_, f64> {
    fn read(&self) -> Result<Cow<'_, [usize]>, MetricError> {
        let rows = self.rows();
        Ok(rows.map(|row| argmax(row.iter().copied())).collect())
    }
}

impl Input<Labels> for Table<'_, bool> {
    fn read(&self) -> Result<Table<'_, bool>, MetricError> {
        Ok(self.borrowed())
    }
}
