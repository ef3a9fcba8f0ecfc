//! The fields that a callback or a value of the state remembers: one function names them, for saving and for loading.

use super::{Element, Savable, SavedFields, SavedTensor, SavedValue, SavedValueError};
use std::mem;

/// The fields that a callback remembers, for the function that names them. The same function saves and loads: [`field`](Self::field) copies
/// the value of a field, or replaces it.
///
/// `persist(…)` on the attribute writes this function. A callback that needs more writes it itself:
///
/// ```
/// use callbacks::persist::Fields;
/// use callbacks::prelude::*;
///
/// /// Counts epochs, and the sum of what it sees.
/// struct Totals {
///     epochs: u64,
///     sum: f64,
/// }
///
/// impl Totals {
///     fn persist(&mut self, fields: &mut Fields<'_>) {
///         fields.field("epochs", &mut self.epochs);
///         fields.field("sum", &mut self.sum);
///     }
/// }
///
/// #[callback(register = false, persist = Self::persist)]
/// impl Totals {
///     fn on_epoch_end(&mut self, record: &Record) {
///         self.epochs += 1;
///         self.sum += record.get("train_loss").unwrap_or(0.0);
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Fields<'a> {
    direction: Direction<'a>,
    /// The names of the values around the one whose fields are named, joined by `.`.
    path: String,
    problems: Vec<FieldProblem>,
}

/// Whether fields are saved or loaded.
#[derive(Debug)]
enum Direction<'a> {
    /// Adds each field.
    Save(&'a mut SavedFields),
    /// Takes each field out, and leaves those that the function does not name.
    Load(&'a mut SavedFields),
    /// Collects the names, and copies nothing.
    List(&'a mut Vec<String>),
}

/// A field that could not be saved or loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldProblem {
    /// Nothing of this name was saved. The field keeps its value.
    Missing(String),
    /// The field cannot be saved, or what was saved is no value of its type.
    Invalid(String, SavedValueError),
}

impl<'a> Fields<'a> {
    /// Returns the fields that `visit` names, and the problems of those that cannot be saved.
    pub(crate) fn save(visit: impl FnOnce(&mut Fields<'_>)) -> (SavedFields, Vec<FieldProblem>) {
        let mut saved = SavedFields::default();
        let mut fields = Fields {
            direction: Direction::Save(&mut saved),
            path: String::new(),
            problems: Vec::new(),
        };
        visit(&mut fields);
        let problems = mem::take(&mut fields.problems);
        (saved, problems)
    }

    /// Loads the fields that `visit` names. Leaves those that it does not name in `saved`.
    pub(crate) fn load(
        saved: &'a mut SavedFields,
        visit: impl FnOnce(&mut Fields<'_>),
    ) -> Vec<FieldProblem> {
        let mut fields = Fields {
            direction: Direction::Load(saved),
            path: String::new(),
            problems: Vec::new(),
        };
        visit(&mut fields);
        fields.problems
    }

    /// Returns the names of the fields that `visit` names, without saving them.
    ///
    /// ```
    /// # use callbacks::persist::Fields;
    /// let names = Fields::names(|fields| fields.nested("model", |fields| fields.tensor("weights", &[2], &mut [0.5, 1.5])));
    /// assert_eq!(names, ["model.weights"]);
    /// ```
    pub fn names(visit: impl FnOnce(&mut Fields<'_>)) -> Vec<String> {
        let mut names = Vec::new();
        visit(&mut Fields {
            direction: Direction::List(&mut names),
            path: String::new(),
            problems: Vec::new(),
        });
        names
    }

    /// Names the fields of a value inside of this one: `body` names `weights`, and the field is `name.weights`. A field named `""` has the
    /// name of the value itself.
    pub fn nested(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path = self.path_of(name);
        body(self);
        self.path.truncate(length);
    }

    /// Returns the name of a field with those of the values around it.
    fn path_of(&self, name: &str) -> String {
        match (self.path.as_str(), name) {
            ("", name) => name.to_owned(),
            (path, "") => path.to_owned(),
            (path, name) => format!("{path}.{name}"),
        }
    }

    /// Saves an array of numbers under its name, or loads it. The elements are copied as bytes, exact to the bit. Type and shape must be
    /// those that were saved.
    ///
    /// ```
    /// # use callbacks::persist::Fields;
    /// # struct Layer { weights: Vec<f32>, bias: f32 }
    /// # impl Layer {
    /// fn persist(&mut self, fields: &mut Fields<'_>) {
    ///     fields.tensor("weights", &[self.weights.len()], &mut self.weights);
    ///     fields.tensor("bias", &[], std::slice::from_mut(&mut self.bias));
    /// }
    /// # }
    /// ```
    pub fn tensor<T: Element>(&mut self, name: &str, shape: &[usize], elements: &mut [T]) {
        self.tensor_with(
            name,
            elements,
            |elements| SavedTensor::of(elements, shape),
            |elements, saved| saved.read(elements, shape),
        );
    }

    /// Saves or loads an array of numbers with functions of its own, for the tensors of a framework.
    pub fn tensor_with<T: ?Sized>(
        &mut self,
        name: &str,
        value: &mut T,
        save: impl FnOnce(&T) -> Result<SavedTensor, SavedValueError>,
        load: impl FnOnce(&mut T, SavedTensor) -> Result<(), SavedValueError>,
    ) {
        self.field_with(
            name,
            value,
            |value| save(value).map(SavedValue::Tensor),
            |value, saved| match saved {
                SavedValue::Tensor(saved) => load(value, saved),
                other => Err(SavedValueError::new(format!(
                    "it is {}, and not a tensor",
                    other.kind()
                ))),
            },
        );
    }

    /// Reports that a field cannot be saved or loaded, for a function that names fields and can fail by itself.
    pub fn invalid(&mut self, name: &str, problem: impl std::fmt::Display) {
        let error = SavedValueError::new(problem.to_string());
        let name = self.path_of(name);
        self.problems.push(FieldProblem::Invalid(name, error));
    }

    /// Reports a problem of the whole value.
    pub(super) fn report(&mut self, problem: String) {
        let error = SavedValueError::new(problem);
        self.problems
            .push(FieldProblem::Invalid(WHOLE.to_owned(), error));
    }

    /// Whether the fields are loaded, and not saved.
    pub const fn is_loading(&self) -> bool {
        matches!(self.direction, Direction::Load(_))
    }

    /// Whether the fields are saved, and neither loaded nor listed.
    pub const fn is_saving(&self) -> bool {
        matches!(self.direction, Direction::Save(_))
    }

    /// Saves a field under its name, or loads it. A field that was not saved keeps its value, and the report of the restored run names it.
    pub fn field<T: Savable>(&mut self, name: &str, value: &mut T) {
        self.field_with(
            name,
            value,
            |value| SavedValue::of(value),
            |value, saved| {
                *value = saved.into_type()?;
                Ok(())
            },
        );
    }

    /// Saves or loads a field with functions of its own, for a type without `serde`.
    ///
    /// ```
    /// # use callbacks::persist::{Fields, SavedValue};
    /// # struct Clock { started: std::time::Instant }
    /// # impl Clock {
    /// fn persist(&mut self, fields: &mut Fields<'_>) {
    ///     fields.field_with(
    ///         "elapsed",
    ///         &mut self.started,
    ///         |started| SavedValue::of(&started.elapsed()),
    ///         |started, saved| {
    ///             *started -= saved.into_type::<std::time::Duration>()?;
    ///             Ok(())
    ///         },
    ///     );
    /// }
    /// # }
    /// ```
    pub fn field_with<T: ?Sized>(
        &mut self,
        name: &str,
        value: &mut T,
        save: impl FnOnce(&T) -> Result<SavedValue, SavedValueError>,
        load: impl FnOnce(&mut T, SavedValue) -> Result<(), SavedValueError>,
    ) {
        let name = self.path_of(name);
        let done = match &mut self.direction {
            Direction::Save(saved) => save(value).map(|value| saved.insert(&*name, value)),
            Direction::Load(saved) => match saved.remove(&name) {
                Some(saved) => load(value, saved),
                None => return self.problems.push(FieldProblem::Missing(name)),
            },
            Direction::List(names) => return names.push(name),
        };
        if let Err(error) = done {
            self.problems.push(FieldProblem::Invalid(name, error));
        }
    }

    /// Saves or loads all of a value: `persist` without fields on the attribute. Its fields are those that `serde` knows; settings among
    /// them are loaded, too, unless `#[serde(skip)]` leaves them out.
    pub fn whole<T: Savable>(&mut self, value: &mut T) {
        if self.is_loading() {
            if let Some(loaded) = self.load_whole() {
                *value = loaded;
            }
            return;
        }
        match (SavedValue::of(value), &mut self.direction) {
            (Ok(SavedValue::Map(fields)), Direction::Save(saved)) if has_no_whole(&fields) => {
                saved.extend(fields);
            }
            (Ok(other), Direction::Save(saved)) => saved.insert(WHOLE, other),
            (Err(error), _) => self
                .problems
                .push(FieldProblem::Invalid(WHOLE.to_owned(), error)),
            (Ok(_), Direction::List(names)) => names.push(WHOLE.to_owned()),
            (Ok(_), Direction::Load(_)) => {}
        }
    }

    /// Loads a whole value, which [`whole`](Self::whole) has saved.
    pub(super) fn load_whole<T: Savable>(&mut self) -> Option<T> {
        let Direction::Load(saved) = &mut self.direction else {
            return None;
        };
        let saved = saved.remove(WHOLE).unwrap_or_else(|| saved.take_all());
        let loaded = saved.into_type();
        loaded
            .map_err(|error| {
                self.problems
                    .push(FieldProblem::Invalid(WHOLE.to_owned(), error));
            })
            .ok()
    }
}

/// The name under which a whole value is saved that is no map, or has a field of this name.
pub(super) const WHOLE: &str = "$value";

/// Whether no field has the name of a whole value.
fn has_no_whole(fields: &[(String, SavedValue)]) -> bool {
    fields.iter().all(|(name, _)| name != WHOLE)
}
