//! The fields that a callback or a value of the state remembers: one function names them, for saving and for loading.

use super::{Buffers, Rewind, Savable, SavedFields, SavedValue, SavedValueError, SinkSync};
use crate::outcome::BoxError;

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
    pub(super) direction: Direction<'a>,
    /// The names of the values around the one whose fields are named, joined by `.`.
    path: String,
    problems: Vec<FieldProblem>,
}

/// Whether fields are saved or loaded.
#[derive(Debug)]
pub(super) enum Direction<'a> {
    /// Adds each field.
    Save {
        saved: &'a mut SavedFields,
        /// Memory for the tensors.
        buffers: &'a mut Buffers,
    },
    /// Takes each field out, and leaves those that the function does not name.
    Load {
        saved: &'a mut SavedFields,
        /// The positions of the sinks, which have been checked.
        positions: &'a mut SavedFields,
    },
    /// Lets each sink go back to its position, and loads nothing.
    Rewind(&'a mut SavedFields),
    /// Lets each sink check that it can begin anew, as nothing of the value was saved.
    Absent,
    /// Collects the names, and copies nothing.
    List(&'a mut SavedFields),
}

/// A field that could not be saved or loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldProblem {
    /// Nothing of this name was saved. The field keeps its value.
    Missing(String),
    /// The field cannot be saved, or what was saved is no value of its type.
    Invalid(String, SavedValueError),
    /// What the report of a restored run says beside that.
    Remark(String),
}

impl<'a> Fields<'a> {
    /// Returns the fields that `visit` names, and the problems of those that cannot be saved.
    pub(crate) fn save(
        buffers: &'a mut Buffers,
        visit: impl FnOnce(&mut Fields<'_>),
    ) -> (SavedFields, Vec<FieldProblem>) {
        let mut saved = SavedFields::default();
        let direction = Direction::Save {
            saved: &mut saved,
            buffers,
        };
        let problems = Self::visit(direction, visit);
        (saved, problems)
    }

    /// Loads the fields that `visit` names. Leaves those that it does not name in `saved`. Checks the sinks, and puts their positions into
    /// `positions`.
    pub(crate) fn load(
        saved: &'a mut SavedFields,
        positions: &'a mut SavedFields,
        visit: impl FnOnce(&mut Fields<'_>),
    ) -> Vec<FieldProblem> {
        Self::visit(Direction::Load { saved, positions }, visit)
    }

    /// Lets the sinks that `visit` names go back to these positions.
    pub(crate) fn rewind_all(
        positions: &'a mut SavedFields,
        visit: impl FnOnce(&mut Fields<'_>),
    ) -> Vec<FieldProblem> {
        Self::visit(Direction::Rewind(positions), visit)
    }

    /// Checks the sinks that `visit` names, of which nothing was saved.
    pub(crate) fn check_absent(visit: impl FnOnce(&mut Fields<'_>)) -> Vec<FieldProblem> {
        Self::visit(Direction::Absent, visit)
    }

    fn visit(direction: Direction<'_>, visit: impl FnOnce(&mut Fields<'_>)) -> Vec<FieldProblem> {
        let mut fields = Fields {
            direction,
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
        let mut listed = SavedFields::default();
        Self::visit(Direction::List(&mut listed), visit);
        listed.into_iter().map(|(name, _)| name).collect()
    }

    /// Names the fields of a value inside of this one: `body` names `weights`, and the field is `name.weights`. A field named `""` has the
    /// name of the value itself.
    pub fn nested(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
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

    /// Whether a field of this name was saved or listed before.
    fn is_taken(&self, name: &str) -> bool {
        match &self.direction {
            Direction::Save { saved, .. } | Direction::List(saved) => saved.get(name).is_some(),
            _ => false,
        }
    }

    fn invalid_at(&mut self, name: String, problem: &str) {
        let error = SavedValueError::new(problem);
        self.problems.push(FieldProblem::Invalid(name, error));
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
        matches!(self.direction, Direction::Load { .. })
    }

    /// Whether the fields are saved, and neither loaded nor listed.
    pub const fn is_saving(&self) -> bool {
        matches!(self.direction, Direction::Save { .. })
    }

    /// Saves a field under its name, or loads it. A field that was not saved keeps its value, and the report of the restored run names it. The
    /// value that is loaded replaces the one that is there: a vector takes the length that was saved. [`tensor`](Self::tensor) refuses numbers
    /// of another shape.
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
        if self.is_taken(&name) {
            return self.invalid_at(name, "two fields have this name; give each its own");
        }
        let done = match &mut self.direction {
            Direction::Save { saved, .. } => match save(value) {
                Ok(value) => return saved.push(name, value),
                Err(error) => Err(error),
            },
            Direction::Load { saved, .. } => match saved.remove(&name) {
                Some(saved) => load(value, saved),
                None => return self.problems.push(FieldProblem::Missing(name)),
            },
            Direction::List(listed) => return listed.push(name, SavedValue::Null),
            Direction::Rewind(_) | Direction::Absent => return,
        };
        if let Err(error) = done {
            self.problems.push(FieldProblem::Invalid(name, error));
        }
    }

    /// Saves the position of a sink under a name, or lets it go back there. A restored run checks all sinks when it loads the fields. If the
    /// whole saved run fits, it calls the function that names the fields once more, and each sink goes back. A sink without a saved
    /// position begins anew, and the report of the restored run names it.
    ///
    /// ```
    /// use callbacks::persist::Fields;
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::RewindFile;
    /// use std::io::{self, Write};
    ///
    /// /// Writes the record of each step.
    /// struct WriteSteps {
    ///     file: RewindFile,
    /// }
    ///
    /// impl WriteSteps {
    ///     fn persist(&mut self, fields: &mut Fields<'_>) {
    ///         fields.rewind("file", &mut self.file);
    ///     }
    /// }
    ///
    /// #[callback(Driver, register = false, persist = Self::persist)]
    /// impl WriteSteps {
    ///     fn on_step_end(&mut self, record: &Record) -> io::Result<()> {
    ///         writeln!(self.file, "{record}")
    ///     }
    /// }
    /// ```
    pub fn rewind<S: Rewind + ?Sized>(&mut self, name: &str, sink: &mut S) {
        let name = self.path_of(name);
        let done = match &mut self.direction {
            Direction::Save { saved, buffers } => save_position(sink).map(|(at, sync)| {
                saved.insert(&*name, at);
                buffers.syncs.extend(sync);
            }),
            Direction::Load { saved, positions } => {
                if let Some(at) = saved.remove(&name) {
                    check_position(sink, &at).map(|()| positions.insert(&*name, at))
                } else {
                    self.problems.push(FieldProblem::Missing(name.clone()));
                    sink.check(None)
                }
            }
            Direction::Absent => sink.check(None),
            Direction::Rewind(positions) => match positions.remove(&name) {
                Some(at) => rewind_to(sink, at),
                None => return,
            },
            Direction::List(listed) => return listed.insert(name, SavedValue::Null),
        };
        if !matches!(self.direction, Direction::Save { .. })
            && let Some(remark) = sink.remark()
        {
            self.remark(remark);
        }
        if let Err(error) = done {
            let error = SavedValueError::new(error.to_string());
            self.problems.push(FieldProblem::Invalid(name, error));
        }
    }

    /// Adds a remark to the [report](super::Restored::remarks) of the restored run, such as that a file could not go back. It has no effect
    /// unless fields are loaded.
    ///
    /// ```
    /// # use callbacks::persist::Fields;
    /// # struct Camera;
    /// # impl Camera {
    /// fn persist(&mut self, fields: &mut Fields<'_>) {
    ///     fields.remark("begins a new film");
    /// }
    /// # }
    /// ```
    pub fn remark(&mut self, text: impl Into<String>) {
        if !matches!(self.direction, Direction::Save { .. } | Direction::List(_)) {
            self.problems.push(FieldProblem::Remark(text.into()));
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
        if matches!(self.direction, Direction::Rewind(_) | Direction::Absent) {
            return;
        }
        match (SavedValue::of(value), &mut self.direction) {
            (Ok(SavedValue::Map(fields)), Direction::Save { saved, .. })
                if has_no_whole(&fields) =>
            {
                saved.extend(fields);
            }
            (Ok(other), Direction::Save { saved, .. }) => saved.insert(WHOLE, other),
            (Err(error), _) => self
                .problems
                .push(FieldProblem::Invalid(WHOLE.to_owned(), error)),
            (Ok(_), Direction::List(listed)) => listed.insert(WHOLE, SavedValue::Null),
            (Ok(_), _) => {}
        }
    }

    /// Loads a whole value, which [`whole`](Self::whole) has saved.
    pub(super) fn load_whole<T: Savable>(&mut self) -> Option<T> {
        let Direction::Load { saved, .. } = &mut self.direction else {
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

fn save_position<S: Rewind + ?Sized>(
    sink: &mut S,
) -> Result<(SavedValue, Option<SinkSync>), BoxError> {
    let at = SavedValue::of(&sink.position()?)?;
    Ok((at, sink.sync_later()?))
}

fn check_position<S: Rewind + ?Sized>(sink: &mut S, at: &SavedValue) -> Result<(), BoxError> {
    sink.check(Some(&at.clone().into_type()?))
}

fn rewind_to<S: Rewind + ?Sized>(sink: &mut S, at: SavedValue) -> Result<(), BoxError> {
    sink.rewind(at.into_type()?)
}

/// The name under which a whole value is saved that is no map, or has a field of this name.
pub(super) const WHOLE: &str = "$value";

/// Whether no field has the name of a whole value.
fn has_no_whole(fields: &[(String, SavedValue)]) -> bool {
    fields.iter().all(|(name, _)| name != WHOLE)
}
