//! The bridge to candle: losses that are read on demand, and gradients that callbacks can measure and scale.
//!
//! `examples/digits_candle.rs` is a learner that uses it.

use crate::fit::{Loss, Norm, Scale};
use callback_runtime::BoxError;
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};
use std::fmt;

/// The loss that a scalar tensor holds. Reading it waits for the device, so it is read on demand.
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
        // Without its graph, which would live as long as the loss.
        let scalar = scalar.detach();
        Self::lazy(move || here(&scalar)?.to_scalar::<f64>())
    }
}

impl From<Tensor> for Loss {
    fn from(scalar: Tensor) -> Self {
        Self::from(&scalar)
    }
}

/// The gradients of some variables: what `backward` gives and an optimiser's `step` takes.
///
/// ```
/// use callbacks::candle::Gradients;
/// use callbacks::fit::{Norm, Scale};
/// use candle_core::{Device, Var};
///
/// let weights = Var::new(&[3.0_f32, -4.0], &Device::Cpu)?;
/// let loss = (weights.sqr()?.sum_all()? * 0.5)?;
/// let mut gradients = Gradients::new(loss.backward()?, vec![weights]);
/// assert_eq!(gradients.norm(2.0)?, 5.0);
/// gradients.scale(0.5)?;
/// assert_eq!(gradients.norm(f64::INFINITY)?, 2.0);
/// # Ok::<(), callbacks::BoxError>(())
/// ```
pub struct Gradients {
    store: GradStore,
    variables: Vec<Var>,
}

impl Gradients {
    /// What the store has of these variables.
    pub fn new(store: GradStore, variables: Vec<Var>) -> Self {
        Self { store, variables }
    }

    /// As candle's optimisers take them.
    pub fn store(&self) -> &GradStore {
        &self.store
    }

    fn each(&self) -> impl Iterator<Item = &Tensor> {
        self.variables
            .iter()
            .filter_map(|variable| self.store.get(variable))
    }
}

impl Norm for Gradients {
    fn norm(&self, p: f64) -> Result<f64, BoxError> {
        let filled = self.each().filter(|gradient| gradient.elem_count() > 0);
        let parts: Vec<Tensor> = filled
            .map(|gradient| part_of_norm(gradient, p))
            .collect::<Result<_, _>>()?;
        if parts.is_empty() {
            return Ok(0.0);
        }
        // Stacked, so that the device is waited for once.
        let mut parts: Vec<f64> = here(&Tensor::stack(&parts, 0)?)?.to_vec1()?;
        // `VarMap` lists its variables in another order in each run; the sum is to be the same to the last bit.
        parts.sort_by(f64::total_cmp);
        Ok(if p.is_infinite() {
            parts.into_iter().fold(0.0, f64::max)
        } else {
            parts.iter().sum::<f64>().powf(p.recip())
        })
    }
}

impl Scale for Gradients {
    fn scale(&mut self, by: f64) -> Result<(), BoxError> {
        for variable in &self.variables {
            if let Some(gradient) = self.store.remove(variable) {
                self.store.insert(variable, (gradient * by)?);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Gradients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gradients of {} variables", self.variables.len())
    }
}

/// The sum of `|x|^p`, or the largest `|x|`, left on the device.
fn part_of_norm(gradient: &Tensor, p: f64) -> candle_core::Result<Tensor> {
    // Wide enough for a sum: half precision ends at 65,504. Not every accelerator has 64 bits.
    let wide = match gradient.dtype() {
        DType::F64 => gradient.clone(),
        _ if gradient.device().is_cpu() => gradient.to_dtype(DType::F64)?,
        _ => gradient.to_dtype(DType::F32)?,
    };
    let sizes = wide.abs()?.flatten_all()?;
    if p.is_infinite() {
        sizes.max(0)
    } else {
        sizes.powf(p)?.sum_all()
    }
}

/// Brings numbers over before they are widened: Metal has no `f64`.
fn here(tensor: &Tensor) -> candle_core::Result<Tensor> {
    tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)
}
