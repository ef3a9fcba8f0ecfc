//! Takes the tensors out of a saved run, so that a file of their own can hold them, and puts them back.

use super::{SavedRun, SavedTensor, SavedValue, SavedValueError};
use std::collections::BTreeMap;

impl SavedRun {
    /// Takes all tensors out of the saved run, and leaves their names in their places. A name says where the tensor is:
    /// `state/Learner/parameters.weights`, or `callbacks/Ema/average.weights`.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::persist::SavedRun;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.persist_fields("positions", |positions: &mut Vec<f64>, fields| fields.tensor("", &[positions.len()], positions));
    /// let mut state = State::new();
    /// state.insert(vec![0.5, 1.5]);
    /// let mut saved = SavedRun::default();
    /// plan.run(&mut state, |run| Ok(saved = run.save()?))?.ok().unwrap();
    ///
    /// let whole = saved.clone();
    /// let tensors = saved.take_tensors();
    /// assert_eq!(tensors.keys().collect::<Vec<_>>(), ["state/positions"]);
    /// saved.put_tensors(tensors)?;
    /// assert_eq!(saved, whole);
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn take_tensors(&mut self) -> BTreeMap<String, SavedTensor> {
        let mut tensors = BTreeMap::new();
        self.for_each_value(|path, value| {
            if let SavedValue::Tensor(_) = value {
                let name = free_name(path, &tensors);
                let named = SavedValue::TensorName(name.clone());
                if let SavedValue::Tensor(tensor) = std::mem::replace(value, named) {
                    tensors.insert(name, tensor);
                }
            }
        });
        tensors
    }

    /// Puts tensors back into the places that have their names. An `Err` names a tensor that is not given.
    pub fn put_tensors(
        &mut self,
        mut tensors: BTreeMap<String, SavedTensor>,
    ) -> Result<(), SavedValueError> {
        let mut missing = None;
        self.for_each_value(|_, value| {
            if let SavedValue::TensorName(name) = value {
                match tensors.remove(name) {
                    Some(tensor) => *value = SavedValue::Tensor(tensor),
                    None => missing = missing.take().or_else(|| Some(name.clone())),
                }
            }
        });
        match missing {
            None => Ok(()),
            Some(name) => Err(SavedValueError::new(format!(
                "the tensor `{name}` is missing"
            ))),
        }
    }

    /// Calls `visit` with each value that is no list and no map, and where it is.
    pub(super) fn for_each_value(&mut self, mut visit: impl FnMut(&str, &mut SavedValue)) {
        for (name, fields) in &mut self.state {
            for (field, value) in fields.entries_mut() {
                walk(&path_of("state", name, field), value, &mut visit);
            }
        }
        for callback in &mut self.callbacks {
            for (field, value) in callback.fields.entries_mut() {
                walk(
                    &path_of("callbacks", &callback.name, field),
                    value,
                    &mut visit,
                );
            }
        }
    }
}

fn path_of(kind: &str, name: &str, field: &str) -> String {
    if field.is_empty() {
        format!("{kind}/{name}")
    } else {
        format!("{kind}/{name}/{field}")
    }
}

fn walk(path: &str, value: &mut SavedValue, visit: &mut impl FnMut(&str, &mut SavedValue)) {
    match value {
        SavedValue::List(values) => {
            for (index, value) in values.iter_mut().enumerate() {
                walk(&format!("{path}.{index}"), value, visit);
            }
        }
        SavedValue::Map(entries) => {
            for (name, value) in entries {
                walk(&format!("{path}.{name}"), value, visit);
            }
        }
        value => visit(path, value),
    }
}

/// Returns the name, or one that is made of it if another tensor has it: two callbacks may differ in a `.` of their names alone.
fn free_name(name: &str, taken: &BTreeMap<String, SavedTensor>) -> String {
    let mut names =
        std::iter::once(name.to_owned()).chain((2..).map(|nth| format!("{name}#{nth}")));
    names
        .find(|name| !taken.contains_key(name))
        .unwrap_or_default()
}
