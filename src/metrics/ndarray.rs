//! Arrays of ndarray as inputs of metrics.

use super::{Classes, Input, Labels, MetricError, Numbers, Scores, Table, ToClass, argmax};
use ndarray::{ArrayBase, Data, Ix1, Ix2};
use std::borrow::Cow;

/// Reads each number of a vector.
///
/// ```
/// use callbacks::metrics::{MeanAbsoluteError, Metric};
/// use ndarray::array;
///
/// let mut error = MeanAbsoluteError::new();
/// error.update(&array![0.5_f32, 1.0], &array![0.5, 2.0])?;
/// assert_eq!(error.compute(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
impl<S: Data<Elem: Copy + Into<f64>>> Input<Numbers> for ArrayBase<S, Ix1> {
    fn read(&self) -> Result<Cow<'_, [f64]>, MetricError> {
        Ok(self.iter().map(|value| (*value).into()).collect())
    }
}

/// Reads the class of each element.
impl<S: Data<Elem: ToClass>> Input<Classes> for ArrayBase<S, Ix1> {
    fn read(&self) -> Result<Cow<'_, [usize]>, MetricError> {
        let classes = self.iter().enumerate();
        let classes = classes.map(|(index, class)| class.to_class(index));
        Ok(Cow::Owned(classes.collect::<Result<_, _>>()?))
    }
}

/// Reads a row of scores for each row.
impl<S: Data<Elem: Copy + Into<f64>>> Input<Scores> for ArrayBase<S, Ix2> {
    fn read(&self) -> Result<Table<'_, f64>, MetricError> {
        let values: Vec<f64> = self.iter().map(|value| (*value).into()).collect();
        Table::new(values, self.ncols())
    }
}

/// Reads the class of the greatest score of each row.
///
/// ```
/// use callbacks::metrics::{Accuracy, Metric};
/// use ndarray::array;
///
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&array![[0.1_f32, 2.0], [0.3, 0.2]], &[1_u8, 1])?;
/// assert_eq!(accuracy.compute(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
impl<S: Data<Elem: Copy + Into<f64>>> Input<Classes> for ArrayBase<S, Ix2> {
    fn read(&self) -> Result<Cow<'_, [usize]>, MetricError> {
        let rows = self.rows().into_iter();
        let classes = rows.map(|row| argmax(row.iter().map(|score| (*score).into())));
        Ok(classes.collect())
    }
}

/// Reads the labels of each row.
impl<S: Data<Elem = bool>> Input<Labels> for ArrayBase<S, Ix2> {
    fn read(&self) -> Result<Table<'_, bool>, MetricError> {
        Table::new(self.iter().copied().collect::<Vec<_>>(), self.ncols())
    }
}
