//! The bridge to candle: losses that are read when somebody asks, and gradients that callbacks can measure and scale.
//!
//! `examples/digits_candle.rs` is a learner that uses it.

use crate::fit::{Loss, Norm, Scale};
use callback_runtime::BoxError;
use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor, Var};
use std::fmt;

/// The loss that a scalar tensor holds. Reading it waits for the device, so it is read when somebody asks.
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
        Self::lazy(move || scalar.to_dtype(DType::F64)?.to_scalar::<f64>())
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
        let mut all = 0.0_f64;
        for gradient in self.each() {
            let sizes = gradient.to_dtype(DType::F64)?.abs()?.flatten_all()?;
            all = if p.is_infinite() {
                all.max(sizes.max(0)?.to_scalar()?)
            } else {
                all + sizes.powf(p)?.sum_all()?.to_scalar::<f64>()?
            };
        }
        Ok(if p.is_infinite() {
            all
        } else {
            all.powf(p.recip())
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
