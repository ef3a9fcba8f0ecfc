//! The bridge to candle: losses that are read when they are needed, and parameters and gradients for callbacks.
//!
//! `Var`, lists of `Var` and `VarMap` have [`Parameters`](trait@crate::Parameters), so that a learner with one of these fields can derive it;
//! [`Gradients`] has [`callbacks::Gradients`](trait@crate::Gradients). Snapshots, averages and norms are computed on the device.
//! [`Sgd`], [`Adam`] and [`AdamW`] are optimisers whose moments a saved run has, by the names of the variables.
//! `examples/digits_candle.rs` is a learner that uses them.

mod gradients;
mod optimizers;
mod parameters;
mod saved_tensors;

pub use gradients::Gradients;
pub use optimizers::{Adam, AdamW, Sgd};

use crate::fit::Loss;
use candle_core::{DType, Device, Tensor};

/// The loss in a scalar tensor. Reading it waits for the device, so it is read when its value is needed.
///
/// ```
/// use callbacks::fit::Loss;
/// use candle_core::{Device, Tensor};
///
/// let mean = Tensor::new(&[0.5_f32, 1.5], &Device::Cpu)?.mean_all()?;
/// let loss = Loss::from(&mean);
/// assert!(!loss.is_read());
/// assert_eq!(loss.value(), 1.0);
/// # Ok::<(), candle_core::Error>(())
/// ```
impl From<&Tensor> for Loss {
    fn from(scalar: &Tensor) -> Self {
        // The graph of the tensor would live as long as the loss.
        let scalar = scalar.detach();
        Self::lazy(move || to_cpu_f64(&scalar)?.to_scalar::<f64>())
    }
}

impl From<Tensor> for Loss {
    fn from(scalar: Tensor) -> Self {
        Self::from(&scalar)
    }
}

/// Copies a tensor to the CPU and then converts it, since Metal has no `f64`.
fn to_cpu_f64(tensor: &Tensor) -> candle_core::Result<Tensor> {
    tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)
}

/// Copies the elements of a tensor, in logical order.
fn read_elements(tensor: &Tensor) -> candle_core::Result<Vec<f64>> {
    to_cpu_f64(tensor)?.flatten_all()?.to_vec1()
}
