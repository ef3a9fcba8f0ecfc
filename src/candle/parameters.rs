//! Parameters in candle's variables, which stay on their device.

use super::read_elements;
use super::saved_tensors::{load_tensor, persist_snapshot, save_tensor, unsavable};
use crate::Parameters;
use crate::model::below;
use callback_runtime::BoxError;
use callback_runtime::persist::Fields;
use candle_core::{DType, Tensor, Var};
use candle_nn::VarMap;

/// One tensor. A snapshot is a copy on the device; an average of elements in half precision is kept in `f32`.
///
/// ```
/// use callbacks::Parameters;
/// use candle_core::{Device, Var};
///
/// let mut weights = Var::new(&[1.0_f32, 2.0], &Device::Cpu)?;
/// let mut average = weights.snapshot()?;
/// weights.scale_where(3.0, &|_| true)?;
/// weights.average_into(&mut average, 0.25)?;
/// weights.restore(&average)?;
/// assert_eq!(weights.to_vec1::<f32>()?, [1.5, 3.0]);
/// # Ok::<(), callbacks::BoxError>(())
/// ```
impl Parameters for Var {
    type Snapshot = Tensor;

    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        visitor("", &read_elements(self)?)
    }

    fn visit_mut(
        &mut self,
        visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let before = read_elements(self)?;
        let mut values = before.clone();
        let visited = visitor("", &mut values);
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        if bits(&before) != bits(&values) {
            let values = Tensor::from_vec(values, self.shape(), &candle_core::Device::Cpu)?;
            set(
                self,
                &values.to_dtype(self.dtype())?.to_device(self.device())?,
            )?;
        }
        visited
    }

    fn snapshot(&self) -> Result<Tensor, BoxError> {
        // A variable changes in place, and so would a tensor that shares its memory.
        Ok(self.as_detached_tensor().copy()?)
    }

    fn restore_where(
        &mut self,
        snapshot: &Tensor,
        includes: &dyn Fn(&str) -> bool,
    ) -> Result<(), BoxError> {
        check_shape(self, snapshot)?;
        if includes("") {
            set(self, snapshot)?;
        }
        Ok(())
    }

    fn average_into(&self, snapshot: &mut Tensor, share: f64) -> Result<(), BoxError> {
        check_shape(self, snapshot)?;
        *snapshot = lerp(
            &widen(snapshot)?,
            &widen(&self.as_detached_tensor())?,
            share,
        )?;
        Ok(())
    }

    fn scale_where(&mut self, by: f64, includes: &dyn Fn(&str) -> bool) -> Result<(), BoxError> {
        if includes("") {
            set(self, &(self.as_detached_tensor() * by)?)?;
        }
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.tensor_with(
            "",
            self,
            |variable| save_tensor(variable),
            |variable, saved| {
                let loaded = load_tensor(&saved, variable, variable.dtype())?;
                variable.set(&loaded).map_err(unsavable)
            },
        );
    }

    fn persist_snapshot(snapshot: &mut Tensor, fields: &mut Fields<'_>) {
        persist_snapshot(snapshot, fields);
    }
}

/// A list of variables with their names.
///
/// ```
/// use callbacks::Parameters;
/// use candle_core::{Device, Var};
///
/// let bias = ("output.bias".to_owned(), Var::new(&[1.0_f32], &Device::Cpu)?);
/// vec![bias].visit(&mut |name, values| {
///     assert_eq!((name, values), ("output.bias", &[1.0][..]));
///     Ok(())
/// })?;
/// # Ok::<(), callbacks::BoxError>(())
/// ```
impl Parameters for [(String, Var)] {
    type Snapshot = Vec<(String, Tensor)>;

    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let mut variables = self.iter();
        variables
            .try_for_each(|(name, variable)| variable.visit(&mut |_, values| visitor(name, values)))
    }

    fn visit_mut(
        &mut self,
        visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let mut variables = self.iter_mut();
        variables.try_for_each(|(name, variable)| {
            variable.visit_mut(&mut |_, values| visitor(name, values))
        })
    }

    fn snapshot(&self) -> Result<Self::Snapshot, BoxError> {
        let variables = self.iter();
        variables
            .map(|(name, variable)| Ok((name.clone(), variable.snapshot()?)))
            .collect()
    }

    fn restore_where(
        &mut self,
        snapshot: &Self::Snapshot,
        includes: &dyn Fn(&str) -> bool,
    ) -> Result<(), BoxError> {
        check_names(self, snapshot)?;
        let mut pairs = self.iter_mut().zip(snapshot);
        pairs.try_for_each(|((name, variable), (_, tensor))| {
            let restored = variable.restore_where(tensor, &|_| includes(name));
            restored.map_err(|error| below(name, error))
        })
    }

    fn average_into(&self, snapshot: &mut Self::Snapshot, share: f64) -> Result<(), BoxError> {
        check_names(self, snapshot)?;
        let mut pairs = self.iter().zip(snapshot);
        pairs.try_for_each(|((name, variable), (_, tensor))| {
            let averaged = variable.average_into(tensor, share);
            averaged.map_err(|error| below(name, error))
        })
    }

    fn scale_where(&mut self, by: f64, includes: &dyn Fn(&str) -> bool) -> Result<(), BoxError> {
        let mut variables = self.iter_mut();
        variables.try_for_each(|(name, variable)| variable.scale_where(by, &|_| includes(name)))
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        for (name, variable) in self {
            fields.nested(name, |fields| variable.persist(fields));
        }
    }

    fn persist_snapshot(snapshot: &mut Self::Snapshot, fields: &mut Fields<'_>) {
        for (name, tensor) in snapshot {
            fields.nested(name, |fields| Var::persist_snapshot(tensor, fields));
        }
    }
}

/// The variables of the map in the order of their names, which is the same in every run.
///
/// ```
/// use callbacks::Parameters;
/// use candle_core::{DType, Device};
/// use candle_nn::{VarBuilder, VarMap, linear};
///
/// let mut variables = VarMap::new();
/// let _layer = linear(2, 1, VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu).pp("layer"))?;
/// let before = variables.snapshot()?;
/// let mut names = Vec::new();
/// variables.visit_mut(&mut |name, values| {
///     names.push(name.to_owned());
///     values.fill(0.0);
///     Ok(())
/// })?;
/// assert_eq!(names, ["layer.bias", "layer.weight"]);
/// variables.restore(&before)?;
/// # Ok::<(), callbacks::BoxError>(())
/// ```
impl Parameters for VarMap {
    type Snapshot = Vec<(String, Tensor)>;

    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        named_variables(self)?[..].visit(visitor)
    }

    fn visit_mut(
        &mut self,
        visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        named_variables(self)?[..].visit_mut(visitor)
    }

    fn snapshot(&self) -> Result<Self::Snapshot, BoxError> {
        named_variables(self)?[..].snapshot()
    }

    fn restore_where(
        &mut self,
        snapshot: &Self::Snapshot,
        includes: &dyn Fn(&str) -> bool,
    ) -> Result<(), BoxError> {
        named_variables(self)?[..].restore_where(snapshot, includes)
    }

    fn average_into(&self, snapshot: &mut Self::Snapshot, share: f64) -> Result<(), BoxError> {
        named_variables(self)?[..].average_into(snapshot, share)
    }

    fn scale_where(&mut self, by: f64, includes: &dyn Fn(&str) -> bool) -> Result<(), BoxError> {
        named_variables(self)?[..].scale_where(by, includes)
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        match named_variables(self) {
            Ok(mut variables) => variables[..].persist(fields),
            Err(error) => fields.invalid("", error),
        }
    }

    fn persist_snapshot(snapshot: &mut Self::Snapshot, fields: &mut Fields<'_>) {
        <[(String, Var)]>::persist_snapshot(snapshot, fields);
    }
}

/// Returns the variables of a map with their names, in the order of the names.
pub(super) fn named_variables(map: &VarMap) -> candle_core::Result<Vec<(String, Var)>> {
    let variables = map.data().lock();
    let panicked = |_| candle_core::Error::msg("a thread panicked while it used the `VarMap`");
    let variables = variables.map_err(panicked)?;
    let named = variables
        .iter()
        .map(|(name, variable)| (name.clone(), variable.clone()));
    let mut named: Vec<_> = named.collect();
    named.sort_by(|(first, _), (second, _)| first.cmp(second));
    Ok(named)
}

/// Sets a variable, and converts the elements to its type.
fn set(variable: &Var, tensor: &Tensor) -> candle_core::Result<()> {
    variable.set(&tensor.to_dtype(variable.dtype())?)
}

/// Converts half precision to `f32`, because small steps of an average would vanish in it.
fn widen(tensor: &Tensor) -> candle_core::Result<Tensor> {
    match tensor.dtype() {
        DType::F16 | DType::BF16 => tensor.to_dtype(DType::F32),
        _ => Ok(tensor.clone()),
    }
}

/// Moves from one tensor to another one by a share of the way, as `torch.lerp` does: exact at the shares 0 and 1.
fn lerp(from: &Tensor, to: &Tensor, share: f64) -> candle_core::Result<Tensor> {
    let way = (to - from)?;
    if share < 0.5 {
        from + (way * share)?
    } else {
        to - (way * (1.0 - share))?
    }
}

fn check_shape(variable: &Var, snapshot: &Tensor) -> Result<(), BoxError> {
    if variable.shape() == snapshot.shape() {
        return Ok(());
    }
    let (own, other) = (variable.shape(), snapshot.shape());
    let problem = format!(
        "a variable of shape {own:?} cannot take the values of {other:?}; use a snapshot of the same model"
    );
    Err(problem.into())
}

fn check_names(variables: &[(String, Var)], snapshot: &[(String, Tensor)]) -> Result<(), BoxError> {
    let own = variables.iter().map(|(name, _)| name);
    if own.eq(snapshot.iter().map(|(name, _)| name)) {
        return Ok(());
    }
    let problem = format!(
        "the snapshot has {} variables, and the model {} or others; use a snapshot of the same model",
        snapshot.len(),
        variables.len()
    );
    Err(problem.into())
}
