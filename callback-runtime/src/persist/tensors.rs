//! Takes the tensors out of a saved run, so that a file of their own can hold them, and puts them back.

use super::{SavedFields, SavedRun, SavedTensor, SavedValue, SavedValueError};
use std::collections::BTreeMap;
use std::fmt::Write;

impl SavedRun {
    /// Takes all tensors and sequences of numbers out of the saved run, and leaves their names in their places. A name says where the tensor is:
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
        self.for_each_tensor(|path, value| {
            let name = free_name(path, &tensors);
            if let Some(tensor) = take_tensor(value, &name) {
                tensors.insert(name, tensor);
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
        self.for_each_value(|value| {
            let (name, put): (_, fn(SavedTensor) -> SavedValue) = match value {
                SavedValue::TensorName(name) => (name, SavedValue::Tensor),
                SavedValue::NumbersName(name) => (name, SavedValue::Numbers),
                _ => return,
            };
            match tensors.remove(name) {
                Some(tensor) => *value = put(tensor),
                None => missing = missing.take().or_else(|| Some(name.clone())),
            }
        });
        match missing {
            None => Ok(()),
            Some(name) => Err(SavedValueError::new(format!(
                "the tensor `{name}` is missing"
            ))),
        }
    }

    /// Calls `visit` with each value that is no list and no map.
    pub(super) fn for_each_value(&mut self, mut visit: impl FnMut(&mut SavedValue)) {
        for (_, fields) in self.all_fields() {
            for (_, value) in fields.entries_mut() {
                walk(value, &mut visit);
            }
        }
    }

    /// Calls `visit` with each value that has a tensor, and where it is.
    fn for_each_tensor(&mut self, mut visit: impl FnMut(&str, &mut SavedValue)) {
        let mut path = String::new();
        for (begin, fields) in self.all_fields() {
            for (field, value) in fields.entries_mut() {
                path.clone_from(&begin);
                if !field.is_empty() {
                    path.push('/');
                    path.push_str(field);
                }
                walk_tensors(&mut path, value, &mut visit);
            }
        }
    }

    /// Returns the fields of all values of the state and of all callbacks, each with where they are.
    fn all_fields(&mut self) -> impl Iterator<Item = (String, &mut SavedFields)> {
        let state = self.state.iter_mut();
        let state = state.map(|(name, fields)| (format!("state/{name}"), fields));
        let callbacks = self.callbacks.iter_mut().map(|callback| {
            let begin = format!("callbacks/{}", callback.name);
            (begin, &mut callback.fields)
        });
        state.chain(callbacks)
    }
}

/// Takes the tensor out of a value, and leaves its name.
fn take_tensor(value: &mut SavedValue, name: &str) -> Option<SavedTensor> {
    let left = match value {
        SavedValue::Tensor(_) => SavedValue::TensorName(name.to_owned()),
        SavedValue::Numbers(_) => SavedValue::NumbersName(name.to_owned()),
        _ => return None,
    };
    match std::mem::replace(value, left) {
        SavedValue::Tensor(tensor) | SavedValue::Numbers(tensor) => Some(tensor),
        _ => None,
    }
}

fn walk(value: &mut SavedValue, visit: &mut impl FnMut(&mut SavedValue)) {
    match value {
        SavedValue::List(values) => values.iter_mut().for_each(|value| walk(value, visit)),
        SavedValue::Map(entries) => {
            let values = entries.iter_mut().map(|(_, value)| value);
            values.for_each(|value| walk(value, visit));
        }
        value => visit(value),
    }
}

fn walk_tensors(
    path: &mut String,
    value: &mut SavedValue,
    visit: &mut impl FnMut(&str, &mut SavedValue),
) {
    let length = path.len();
    match value {
        SavedValue::List(values) => {
            let values = values.iter_mut().enumerate();
            for (index, value) in values.filter(|(_, value)| may_have_tensors(value)) {
                // Writing into a `String` cannot fail.
                let _ = write!(path, ".{index}");
                walk_tensors(path, value, visit);
                path.truncate(length);
            }
        }
        SavedValue::Map(entries) => {
            for (name, value) in entries {
                path.push('.');
                path.push_str(name);
                walk_tensors(path, value, visit);
                path.truncate(length);
            }
        }
        SavedValue::Tensor(_) | SavedValue::Numbers(_) => visit(path, value),
        _ => {}
    }
}

/// Whether a place inside of the value may need a name.
const fn may_have_tensors(value: &SavedValue) -> bool {
    matches!(
        value,
        SavedValue::List(_) | SavedValue::Map(_) | SavedValue::Tensor(_) | SavedValue::Numbers(_)
    )
}

/// Returns the name, or one that is made of it if another tensor has it: two callbacks may differ in a `.` of their names alone.
fn free_name(name: &str, taken: &BTreeMap<String, SavedTensor>) -> String {
    let mut names =
        std::iter::once(name.to_owned()).chain((2..).map(|nth| format!("{name}#{nth}")));
    names
        .find(|name| !taken.contains_key(name))
        .unwrap_or_default()
}
