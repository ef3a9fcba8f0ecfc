//! The gradients of candle's variables.

use super::parameters::named_variables;
use super::{read_elements, to_cpu_f64};
use crate::model::combine_norms;
use callback_runtime::BoxError;
use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor, Var};
use candle_nn::VarMap;
use std::fmt;

/// The gradients of some variables, between `backward` and the `step` of an optimiser.
///
/// Norms are computed on the device: in `f32` on an accelerator, and in `f64` on the CPU and for variables of `f64`. The elements are first
/// divided by the largest of their magnitudes, so that no square is beyond the range of the type.
///
/// ```
/// use callbacks::Gradients as _;
/// use callbacks::candle::Gradients;
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
    /// The names of the variables; empty if their indices name them.
    names: Vec<String>,
}

impl Gradients {
    /// The gradients of these variables in the store. The name of a variable is its index.
    pub fn new(store: GradStore, variables: Vec<Var>) -> Self {
        Self {
            store,
            variables,
            names: Vec::new(),
        }
    }

    /// The gradients of these variables in the store, with names.
    ///
    /// ```
    /// use callbacks::Gradients as _;
    /// use callbacks::candle::Gradients;
    /// use candle_core::{Device, Var};
    ///
    /// let slope = Var::new(3.0_f64, &Device::Cpu)?;
    /// let store = slope.sqr()?.backward()?;
    /// let gradients = Gradients::named(store, vec![("slope".to_owned(), slope)]);
    /// gradients.norms(2.0, &mut |name, norm| assert_eq!((name, norm), ("slope", 6.0)))?;
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn named(store: GradStore, variables: Vec<(String, Var)>) -> Self {
        let (names, variables) = variables.into_iter().unzip();
        Self {
            store,
            variables,
            names,
        }
    }

    /// The gradients of all variables of a map, with their names, in the order of the names. Fails if a thread panicked while it used the map.
    ///
    /// ```
    /// use callbacks::candle::Gradients;
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Module, VarBuilder, VarMap, linear};
    ///
    /// let variables = VarMap::new();
    /// let layer = linear(2, 1, VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu))?;
    /// let loss = layer.forward(&Tensor::ones((1, 2), DType::F32, &Device::Cpu)?)?.sum_all()?;
    /// let gradients = Gradients::of_map(loss.backward()?, &variables)?;
    /// assert_eq!(format!("{gradients:?}"), "Gradients of 2 variables");
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn of_map(store: GradStore, variables: &VarMap) -> candle_core::Result<Self> {
        Ok(Self::named(store, named_variables(variables)?))
    }

    /// Returns the gradients in the form that candle's optimisers take.
    pub fn store(&self) -> &GradStore {
        &self.store
    }

    /// Returns the name and the gradient of each variable that has a gradient with elements.
    fn iter(&self) -> impl Iterator<Item = (String, &Tensor)> {
        let variables = self.variables.iter().enumerate();
        variables.filter_map(|(index, variable)| {
            let gradient = self.store.get(variable)?;
            (gradient.elem_count() > 0).then(|| (self.name(index), gradient))
        })
    }

    fn name(&self, index: usize) -> String {
        let name = self.names.get(index).cloned();
        name.unwrap_or_else(|| index.to_string())
    }

    /// Computes the norm of each variable.
    fn tensor_norms(&self, p: f64) -> Result<Vec<f64>, BoxError> {
        let terms = self.iter().map(|(_, gradient)| norm_terms(gradient, p));
        let terms: Vec<Tensor> = terms.collect::<Result<_, _>>()?;
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        // The terms are stacked, so that the CPU waits for the device once.
        let terms: Vec<Vec<f64>> = to_cpu_f64(&Tensor::stack(&terms, 0)?)?.to_vec2()?;
        Ok(terms.iter().map(|terms| norm_of_terms(terms, p)).collect())
    }

    /// Replaces each gradient by what `change` makes of it.
    fn change_each(
        &mut self,
        mut change: impl FnMut(String, &Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<(), BoxError> {
        let names: Vec<String> = (0..self.variables.len())
            .map(|index| self.name(index))
            .collect();
        for (variable, name) in self.variables.iter().zip(names) {
            if let Some(gradient) = self.store.get(variable) {
                let changed = change(name, gradient)?;
                self.store.insert(variable, changed);
            }
        }
        Ok(())
    }

    /// Refuses gradients of other variables.
    fn check_variables(&self, other: &Self) -> Result<(), BoxError> {
        let ids = |gradients: &Self| {
            let variables = gradients.variables.iter();
            variables.map(|variable| variable.id()).collect::<Vec<_>>()
        };
        if ids(self) == ids(other) {
            return Ok(());
        }
        Err("the gradients are of other variables, or in another order; use the same list of variables in each `backward`".into())
    }
}

impl crate::Gradients for Gradients {
    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let mut gradients = self.iter();
        gradients.try_for_each(|(name, gradient)| visitor(&name, &read_elements(gradient)?))
    }

    fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError> {
        let norms = self.tensor_norms(p)?;
        for ((name, _), norm) in self.iter().zip(norms) {
            visitor(&name, norm);
        }
        Ok(())
    }

    fn norm(&self, p: f64) -> Result<f64, BoxError> {
        let mut norms = self.tensor_norms(p)?;
        // `VarMap::all_vars` lists the variables in another order in each run. Sorting makes the sum the same in every run, to the last bit.
        norms.sort_by(f64::total_cmp);
        Ok(combine_norms(norms, p))
    }

    fn scale_each(&mut self, factor: &mut dyn FnMut(&str) -> f64) -> Result<(), BoxError> {
        self.change_each(|name, gradient| {
            let by = if gradient.elem_count() > 0 {
                factor(&name)
            } else {
                1.0
            };
            gradient * by
        })
    }

    fn clamp(&mut self, limit: f64) -> Result<(), BoxError> {
        if limit.is_nan() || limit < 0.0 {
            return Ok(());
        }
        self.change_each(|_, gradient| {
            let is_number = gradient.eq(gradient)?;
            is_number.where_cond(&gradient.clamp(-limit, limit)?, gradient)
        })
    }

    fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError> {
        self.check_variables(other)?;
        for variable in &self.variables {
            let Some(addend) = other.store.get(variable) else {
                continue;
            };
            let addend = (addend * by)?;
            let sum = match self.store.get(variable) {
                Some(gradient) => (gradient + addend)?,
                None => addend,
            };
            self.store.insert(variable, sum);
        }
        Ok(())
    }
}

impl fmt::Debug for Gradients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gradients of {} variables", self.variables.len())
    }
}

/// Computes the largest `|x|`, and the sum of `(|x| / largest)^p`, on the device.
#[expect(clippy::float_cmp, reason = "2 is exact")]
fn norm_terms(gradient: &Tensor, p: f64) -> candle_core::Result<Tensor> {
    // A sum can exceed 65,504, where half precision ends. Not every accelerator has `f64`.
    let wide = match gradient.dtype() {
        DType::F64 => gradient.clone(),
        _ if gradient.device().is_cpu() => gradient.to_dtype(DType::F64)?,
        _ => gradient.to_dtype(DType::F32)?,
    };
    let magnitudes = wide.abs()?.flatten_all()?;
    let max = device_max_or_nan(&magnitudes)?;
    if p.is_infinite() {
        return Tensor::stack(&[&max, &max], 0);
    }
    let shares = magnitudes.broadcast_div(&max)?;
    let powers = if p == 2.0 {
        shares.sqr()?
    } else {
        shares.powf(p)?
    };
    Tensor::stack(&[max, powers.sum_all()?], 0)
}

/// Returns the norm of a tensor with these [`norm_terms`]. The sum says nothing if the largest magnitude is 0 or not finite.
fn norm_of_terms(terms: &[f64], p: f64) -> f64 {
    match *terms {
        [max, sum] if p.is_finite() && max.is_finite() && max > 0.0 => max * sum.powf(p.recip()),
        [max, ..] => max,
        [] => 0.0,
    }
}

/// Computes the largest magnitude, or NaN if one of them is NaN, which `Tensor::max` ignores.
fn device_max_or_nan(magnitudes: &Tensor) -> candle_core::Result<Tensor> {
    let max = magnitudes.max(0)?;
    let has_nan = magnitudes.ne(magnitudes)?.max(0)?;
    has_nan.where_cond(&(&max * f64::NAN)?, &max)
}

#[cfg(test)]
mod tests {
    use super::Gradients;
    use crate::Gradients as _;
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
    fn elements_whose_squares_overflow_or_vanish_have_a_norm() -> candle_core::Result<()> {
        for size in [1e200, 1e-200, 1.0] {
            let (first, second) = (
                Var::new(&[1.0, 1.0], &Device::Cpu)?,
                Var::new(&[1.0], &Device::Cpu)?,
            );
            let factor = Tensor::new(&[3.0 * size, -4.0 * size], &Device::Cpu)?;
            let loss = ((first.as_tensor() * factor)?.sum_all()?
                + (second.as_tensor() * (12.0 * size))?.sum_all()?)?;
            let gradients = Gradients::new(loss.backward()?, vec![first, second]);
            for (p, expected) in [(1.0, 19.0), (2.0, 13.0)] {
                let norm = gradients.norm(p).unwrap_or(f64::NAN);
                assert!((norm / size / expected - 1.0).abs() < 1e-12, "{p}: {norm}");
            }
        }
        let zeros = Var::new(&[0.0, 0.0], &Device::Cpu)?;
        let loss = (zeros.as_tensor() * 0.0)?.sum_all()?;
        let norm = Gradients::new(loss.backward()?, vec![zeros]).norm(2.0);
        assert_eq!(norm.ok(), Some(0.0));
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
