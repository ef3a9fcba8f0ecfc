//! The bridge to candle: losses that are read when they are needed, and gradients that callbacks can measure and scale.
//!
//! `examples/digits_candle.rs` is a learner that uses it.

use crate::fit::{Loss, Norm, Scale, max_or_nan};
use callback_runtime::BoxError;
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};
use std::fmt;

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

/// The gradients of some variables, between `backward` and the `step` of an optimiser.
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
    /// The gradients of these variables in the store.
    pub fn new(store: GradStore, variables: Vec<Var>) -> Self {
        Self { store, variables }
    }

    /// Returns the gradients in the form that candle's optimisers take.
    pub fn store(&self) -> &GradStore {
        &self.store
    }

    fn iter(&self) -> impl Iterator<Item = &Tensor> {
        self.variables
            .iter()
            .filter_map(|variable| self.store.get(variable))
    }
}

impl Norm for Gradients {
    fn norm(&self, p: f64) -> Result<f64, BoxError> {
        let gradients = self.iter().filter(|gradient| gradient.elem_count() > 0);
        let terms: Vec<Tensor> = gradients
            .map(|gradient| norm_term(gradient, p))
            .collect::<Result<_, _>>()?;
        if terms.is_empty() {
            return Ok(0.0);
        }
        // The terms are stacked, so that the CPU waits for the device once.
        let mut terms: Vec<f64> = to_cpu_f64(&Tensor::stack(&terms, 0)?)?.to_vec1()?;
        // `VarMap` lists its variables in another order in each run. Sorting makes the sum the same in every run, to the last bit.
        terms.sort_by(f64::total_cmp);
        Ok(if p.is_infinite() {
            max_or_nan(terms)
        } else {
            terms.iter().sum::<f64>().powf(p.recip())
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

/// Computes the sum of `|x|^p`, or the largest `|x|`, on the device.
fn norm_term(gradient: &Tensor, p: f64) -> candle_core::Result<Tensor> {
    // A sum can exceed 65,504, where half precision ends. Not every accelerator has `f64`.
    let wide = match gradient.dtype() {
        DType::F64 => gradient.clone(),
        _ if gradient.device().is_cpu() => gradient.to_dtype(DType::F64)?,
        _ => gradient.to_dtype(DType::F32)?,
    };
    let magnitudes = wide.abs()?.flatten_all()?;
    if p.is_infinite() {
        device_max_or_nan(&magnitudes)
    } else {
        magnitudes.powf(p)?.sum_all()
    }
}

/// Computes the largest magnitude, or NaN if one of them is NaN, which `Tensor::max` ignores.
fn device_max_or_nan(magnitudes: &Tensor) -> candle_core::Result<Tensor> {
    let max = magnitudes.max(0)?;
    let has_nan = magnitudes.ne(magnitudes)?.max(0)?;
    has_nan.where_cond(&(&max * f64::NAN)?, &max)
}

/// Copies a tensor to the CPU and then converts it, since Metal has no `f64`.
fn to_cpu_f64(tensor: &Tensor) -> candle_core::Result<Tensor> {
    tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)
}

#[cfg(test)]
mod tests {
    use super::Gradients;
    use crate::fit::Norm;
    use candle_core::{Device, Tensor, Var};

    #[test]
    fn a_norm_is_nan_if_an_element_is_nan() -> candle_core::Result<()> {
        for factor in [
            [1.0, f64::NAN, 2.0],
            [f64::NAN, 1.0, 2.0],
            [1.0, 2.0, f64::NAN],
        ] {
            let (first, second) = (
                Var::new(&[3.0, -4.0, 5.0], &Device::Cpu)?,
                Var::new(&[12.0], &Device::Cpu)?,
            );
            let factor = Tensor::new(&factor, &Device::Cpu)?;
            let loss = ((first.as_tensor() * factor)?.sum_all()? + second.sum_all()?)?;
            let gradients = Gradients::new(loss.backward()?, vec![first, second]);
            for p in [1.0, 2.0, f64::INFINITY] {
                let norm = gradients.norm(p);
                assert!(
                    norm.as_ref().is_ok_and(|norm| norm.is_nan()),
                    "{p}: {norm:?}"
                );
            }
        }
        Ok(())
    }

    #[test]
    fn the_infinite_norm_is_the_largest_magnitude() -> candle_core::Result<()> {
        for largest in [9.0, -9.0, f64::NEG_INFINITY] {
            let weights = Var::new(&[1.0, 1.0, 1.0], &Device::Cpu)?;
            let factor = Tensor::new(&[1.0, largest, -3.0], &Device::Cpu)?;
            let loss = (weights.as_tensor() * factor)?.sum_all()?;
            let norm = Gradients::new(loss.backward()?, vec![weights]).norm(f64::INFINITY);
            assert_eq!(norm.ok(), Some(largest.abs()));
        }
        Ok(())
    }
}
