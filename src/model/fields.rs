//! What the derives and the implementations for collections write: a call for each field.

#![expect(
    clippy::type_complexity,
    reason = "a visitor is written once in the traits, and as users write it"
)]

use super::tensor_error::below;
use super::{Gradients, Parameters};
use callback_runtime::BoxError;
use callback_runtime::persist::Fields;
use std::any::Any;

/// A field with parameters: a type with [`Parameters`], or one number.
#[diagnostic::on_unimplemented(
    message = "the field type `{Self}` has no parameters",
    label = "callbacks cannot read parameters here",
    note = "write `#[parameters(skip)]` above a field without parameters",
    note = "write `#[derive(callbacks::Parameters)]` above `{Self}`, or implement `callbacks::Parameters` for it"
)]
pub trait ParameterField {
    /// What has the parameters of the field.
    type Tensors: Parameters + ?Sized;
    /// Returns what has the parameters.
    fn tensors(&self) -> &Self::Tensors;
    /// Returns what has the parameters, to change them.
    fn tensors_mut(&mut self) -> &mut Self::Tensors;

    /// See [`Parameters::persist`].
    fn persist_field(&mut self, fields: &mut Fields<'_>) {
        self.tensors_mut().persist(fields);
    }

    /// See [`Parameters::persist_snapshot`].
    fn persist_field_snapshot(
        snapshot: &mut <Self::Tensors as Parameters>::Snapshot,
        fields: &mut Fields<'_>,
    ) {
        Self::Tensors::persist_snapshot(snapshot, fields);
    }
}

/// A field with gradients: a type with [`Gradients`], or one number.
#[diagnostic::on_unimplemented(
    message = "the field type `{Self}` has no gradients",
    label = "callbacks cannot read gradients here",
    note = "write `#[gradients(skip)]` above a field without gradients",
    note = "write `#[derive(callbacks::Gradients)]` above `{Self}`, or implement `callbacks::Gradients` for it"
)]
pub trait GradientField {
    /// What has the gradients of the field.
    type Tensors: Gradients + ?Sized;
    /// Returns what has the gradients.
    fn tensors(&self) -> &Self::Tensors;
    /// Returns what has the gradients, to change them.
    fn tensors_mut(&mut self) -> &mut Self::Tensors;
}

/// Saves a number as a tensor without dimensions, and not as a list of one number.
macro_rules! persist_number {
    ($F:ident) => {
        fn persist_field(&mut self, fields: &mut Fields<'_>) {
            fields.tensor("", &[], std::slice::from_mut(self));
        }

        fn persist_field_snapshot(snapshot: &mut Vec<$F>, fields: &mut Fields<'_>) {
            fields.tensor("", &[], snapshot);
        }
    };
}

macro_rules! field {
    ($Field:ident: $Tensors:ident $($of_number:ident)?) => {
        impl<T: $Tensors> $Field for T {
            type Tensors = T;

            fn tensors(&self) -> &T {
                self
            }

            fn tensors_mut(&mut self) -> &mut T {
                self
            }
        }

        field!($Field for f64 $($of_number)?);
        field!($Field for f32 $($of_number)?);
    };
    ($Field:ident for $F:ident $($of_number:ident)?) => {
        impl $Field for $F {
            type Tensors = [$F];

            fn tensors(&self) -> &[$F] {
                std::slice::from_ref(self)
            }

            fn tensors_mut(&mut self) -> &mut [$F] {
                std::slice::from_mut(self)
            }

            $($of_number!($F);)?
        }
    };
}
field!(ParameterField: Parameters persist_number);
field!(GradientField: Gradients);

/// The snapshots of the fields of a struct, in their order.
#[derive(Default)]
pub struct FieldSnapshots(Vec<Box<dyn Any + Send>>);

impl FieldSnapshots {
    /// Those of no field.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a snapshot of the next field.
    pub fn add<F: ParameterField>(&mut self, field: &F) -> Result<(), BoxError> {
        self.0.push(Box::new(field.tensors().snapshot()?));
        Ok(())
    }

    /// Returns the snapshot of a field.
    fn get<F: ParameterField>(
        &self,
        index: usize,
    ) -> Result<&<F::Tensors as Parameters>::Snapshot, BoxError> {
        let snapshot = self.0.get(index).and_then(|field| field.downcast_ref());
        snapshot.ok_or_else(other_model)
    }

    /// Returns the snapshot of a field, to change it.
    fn get_mut<F: ParameterField>(
        &mut self,
        index: usize,
    ) -> Result<&mut <F::Tensors as Parameters>::Snapshot, BoxError> {
        let snapshot = self.0.get_mut(index).and_then(|field| field.downcast_mut());
        snapshot.ok_or_else(other_model)
    }
}

impl std::fmt::Debug for FieldSnapshots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FieldSnapshots of {} fields", self.0.len())
    }
}

/// See [`Parameters::visit`].
pub fn visit<F: ParameterField>(
    field: &F,
    name: &str,
    visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let tensors = field.tensors();
    tensors.visit(&mut |rest, values| visitor(&join(name, rest), values))
}

/// See [`Parameters::visit_mut`].
pub fn visit_mut<F: ParameterField>(
    field: &mut F,
    name: &str,
    visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let tensors = field.tensors_mut();
    tensors.visit_mut(&mut |rest, values| visitor(&join(name, rest), values))
}

/// See [`Parameters::restore_where`].
pub fn restore_where<F: ParameterField>(
    field: &mut F,
    name: &str,
    (snapshots, index): (&FieldSnapshots, usize),
    includes: &dyn Fn(&str) -> bool,
) -> Result<(), BoxError> {
    let snapshot = snapshots.get::<F>(index)?;
    restore_tensors(field.tensors_mut(), name, snapshot, includes)
}

/// See [`Parameters::average_into`].
pub fn average_into<F: ParameterField>(
    field: &F,
    name: &str,
    (snapshots, index): (&mut FieldSnapshots, usize),
    share: f64,
) -> Result<(), BoxError> {
    let snapshot = snapshots.get_mut::<F>(index)?;
    let averaged = field.tensors().average_into(snapshot, share);
    averaged.map_err(|error| below(name, error))
}

/// See [`Parameters::scale_where`].
pub fn scale_where<F: ParameterField>(
    field: &mut F,
    name: &str,
    by: f64,
    includes: &dyn Fn(&str) -> bool,
) -> Result<(), BoxError> {
    let tensors = field.tensors_mut();
    tensors.scale_where(by, &|rest| includes(&join(name, rest)))
}

/// See [`Parameters::persist`].
pub fn persist<F: ParameterField>(field: &mut F, name: &str, fields: &mut Fields<'_>) {
    fields.nested(name, |fields| field.persist_field(fields));
}

/// See [`Parameters::persist_snapshot`].
pub fn persist_snapshot<F: ParameterField>(
    (snapshots, index): (&mut FieldSnapshots, usize),
    name: &str,
    fields: &mut Fields<'_>,
) {
    fields.nested(name, |fields| match snapshots.get_mut::<F>(index) {
        Ok(snapshot) => F::persist_field_snapshot(snapshot, fields),
        Err(error) => fields.invalid("", error),
    });
}

/// See [`Gradients::visit`].
pub fn visit_gradients<F: GradientField>(
    field: &F,
    name: &str,
    visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let tensors = field.tensors();
    tensors.visit(&mut |rest, values| visitor(&join(name, rest), values))
}

/// See [`Gradients::norms`].
pub fn norms<F: GradientField>(
    field: &F,
    name: &str,
    p: f64,
    visitor: &mut dyn FnMut(&str, f64),
) -> Result<(), BoxError> {
    let tensors = field.tensors();
    tensors.norms(p, &mut |rest, norm| visitor(&join(name, rest), norm))
}

/// See [`Gradients::scale_each`].
pub fn scale_each<F: GradientField>(
    field: &mut F,
    name: &str,
    factor: &mut dyn FnMut(&str) -> f64,
) -> Result<(), BoxError> {
    let tensors = field.tensors_mut();
    tensors.scale_each(&mut |rest| factor(&join(name, rest)))
}

/// See [`Gradients::clamp`].
pub fn clamp<F: GradientField>(field: &mut F, limit: f64) -> Result<(), BoxError> {
    field.tensors_mut().clamp(limit)
}

/// See [`Gradients::add_scaled`].
pub fn add_scaled<F: GradientField>(
    field: &mut F,
    name: &str,
    other: &F,
    by: f64,
) -> Result<(), BoxError> {
    let added = field.tensors_mut().add_scaled(other.tensors(), by);
    added.map_err(|error| below(name, error))
}

/// Restores the tensors below a name.
pub(super) fn restore_tensors<T: Parameters + ?Sized>(
    tensors: &mut T,
    name: &str,
    snapshot: &T::Snapshot,
    includes: &dyn Fn(&str) -> bool,
) -> Result<(), BoxError> {
    let restored = tensors.restore_where(snapshot, &|rest| includes(&join(name, rest)));
    restored.map_err(|error| below(name, error))
}

/// Refuses tensors or lists whose lengths differ.
pub(crate) fn check_len(own: usize, other: usize) -> Result<(), BoxError> {
    if own == other {
        return Ok(());
    }
    let problem = format!(
        "{own} elements cannot take the values of {other}; use a snapshot or gradients of the same model"
    );
    Err(problem.into())
}

/// The error of a snapshot that belongs to another model.
pub(super) fn other_model() -> BoxError {
    "the snapshot has other fields than the model; use a snapshot of the same model".into()
}

/// Returns `name.rest`, or the one of the two that is not empty.
pub(super) fn join(name: &str, rest: &str) -> String {
    match (name.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => name.to_owned(),
        _ => format!("{name}.{rest}"),
    }
}
