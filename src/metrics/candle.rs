//! Tensors of candle as inputs of metrics. Reading one waits for the device.

use super::input::no_class;
use super::{Classes, Input, Labels, MetricError, Numbers, Scores, Table, argmax};
use candle_core::{DType, Device, Tensor};
use std::borrow::Cow;

impl From<candle_core::Error> for MetricError {
    fn from(error: candle_core::Error) -> Self {
        Self::unreadable(error)
    }
}

/// Reads each element of a tensor.
///
/// ```
/// use callbacks::metrics::{MeanAbsoluteError, Metric};
/// use candle_core::{Device, Tensor};
///
/// let predictions = Tensor::new(&[0.5_f32, 1.0], &Device::Cpu)?;
/// let mut error = MeanAbsoluteError::new();
/// error.update(&predictions, &[0.5, 2.0])?;
/// assert_eq!(error.compute(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
impl Input<Numbers> for Tensor {
    fn read(&self) -> Result<Cow<'_, [f64]>, MetricError> {
        Ok(Cow::Owned(to_numbers(self)?))
    }
}

/// Reads a row of scores for each row: the last dimension has the classes.
impl Input<Scores> for Tensor {
    fn read(&self) -> Result<Table<'_, f64>, MetricError> {
        Table::new(to_numbers(self)?, columns(self))
    }
}

/// Reads integers of any shape as classes, and floats as rows of scores, whose class is the greatest score.
///
/// ```
/// use callbacks::metrics::{Accuracy, Metric};
/// use candle_core::{Device, Tensor};
///
/// let logits = Tensor::new(&[[0.1_f32, 2.0], [0.3, 0.2]], &Device::Cpu)?;
/// let labels = Tensor::new(&[1_u32, 1], &Device::Cpu)?;
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&logits, &labels)?;
/// assert_eq!(accuracy.compute(), Some(0.5));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
impl Input<Classes> for Tensor {
    fn read(&self) -> Result<Cow<'_, [usize]>, MetricError> {
        if self.dtype().is_float() {
            let scores = Input::<Scores>::read(self)?;
            let rows = scores.rows();
            return Ok(rows.map(|row| argmax(row.iter().copied())).collect());
        }
        let classes = to_cpu(self, DType::I64)?.to_vec1::<i64>()?;
        let classes = classes.into_iter().enumerate().map(|(index, class)| {
            usize::try_from(class).map_err(|_| no_class(index, class.into()))
        });
        Ok(Cow::Owned(classes.collect::<Result<_, _>>()?))
    }
}

/// Reads a row of labels for each row: 0 is no.
impl Input<Labels> for Tensor {
    fn read(&self) -> Result<Table<'_, bool>, MetricError> {
        let labels = to_numbers(self)?.into_iter().map(|label| label != 0.0);
        Table::new(labels.collect::<Vec<_>>(), columns(self))
    }
}

fn to_numbers(tensor: &Tensor) -> Result<Vec<f64>, MetricError> {
    Ok(to_cpu(tensor, DType::F64)?.to_vec1()?)
}

/// Copies a tensor to the CPU and then converts it, since Metal has no `f64`.
fn to_cpu(tensor: &Tensor, dtype: DType) -> Result<Tensor, MetricError> {
    let tensor = tensor.flatten_all()?.to_device(&Device::Cpu)?;
    Ok(tensor.to_dtype(dtype)?)
}

/// Returns the size of the last dimension.
fn columns(tensor: &Tensor) -> usize {
    tensor.dims().last().copied().unwrap_or(0)
}
