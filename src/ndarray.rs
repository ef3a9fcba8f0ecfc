//! The bridge to ndarray: its arrays are parameters and gradients, one tensor each.

use crate::model::elements::{Element, clamp_element, visit_elements, visit_elements_mut};
use crate::model::p_norm;
use crate::{Gradients, Parameters};
use callback_runtime::BoxError;
use callback_runtime::persist::{self, Fields, SavedTensor, SavedValueError};
use ndarray::{Array, ArrayRef, Dimension};

macro_rules! array {
    ($F:ident) => {
        /// One tensor. Its elements are in logical order, whatever their order in memory.
        impl<D: Dimension + 'static> Parameters for Array<$F, D> {
            type Snapshot = Self;

            fn visit(
                &self,
                visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                visit_elements(self.iter(), visitor)
            }

            fn visit_mut(
                &mut self,
                visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                let values = self.iter().map(|element| element.to_f64()).collect();
                visit_elements_mut(self.iter_mut(), values, visitor)
            }

            fn snapshot(&self) -> Result<Self, BoxError> {
                Ok(self.clone())
            }

            fn restore_where(
                &mut self,
                snapshot: &Self,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                check_shape(self, snapshot)?;
                if includes("") {
                    self.assign(snapshot);
                }
                Ok(())
            }

            fn average_into(&self, snapshot: &mut Self, share: f64) -> Result<(), BoxError> {
                check_shape(self, snapshot)?;
                snapshot.zip_mut_with(self, |average, element| {
                    *average = average.lerp(*element, share)
                });
                Ok(())
            }

            fn scale_where(
                &mut self,
                by: f64,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                if includes("") {
                    self.map_inplace(|element| *element = Element::mul(*element, by));
                }
                Ok(())
            }

            fn persist(&mut self, fields: &mut Fields<'_>) {
                persist_array(self, fields);
            }

            fn persist_snapshot(snapshot: &mut Self, fields: &mut Fields<'_>) {
                persist_array(snapshot, fields);
            }
        }

        /// One tensor. Its elements are in logical order, whatever their order in memory.
        impl<D: Dimension> Gradients for Array<$F, D> {
            fn visit(
                &self,
                visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                visit_elements(self.iter(), visitor)
            }

            fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError> {
                visitor(
                    "",
                    p_norm(self.iter().map(|element| element.to_f64().abs()), p),
                );
                Ok(())
            }

            fn scale_each(&mut self, factor: &mut dyn FnMut(&str) -> f64) -> Result<(), BoxError> {
                let by = factor("");
                self.map_inplace(|element| *element = Element::mul(*element, by));
                Ok(())
            }

            fn clamp(&mut self, limit: f64) -> Result<(), BoxError> {
                self.map_inplace(|element| *element = clamp_element(*element, limit));
                Ok(())
            }

            fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError> {
                check_shape(self, other)?;
                self.zip_mut_with(other, |sum, element| {
                    *sum = Element::add_scaled(*sum, *element, by)
                });
                Ok(())
            }
        }
    };
}
array!(f64);
array!(f32);

/// Refuses arrays whose shapes differ.
fn check_shape<E, D: Dimension>(
    own: &ArrayRef<E, D>,
    other: &ArrayRef<E, D>,
) -> Result<(), BoxError> {
    if own.shape() == other.shape() {
        return Ok(());
    }
    let problem = format!(
        "an array of shape {:?} cannot take the values of one of {:?}; use a snapshot or gradients of the same model",
        own.shape(),
        other.shape()
    );
    Err(problem.into())
}

/// Saves or loads the elements in logical order.
fn persist_array<E: persist::Element, D: Dimension>(
    array: &mut Array<E, D>,
    fields: &mut Fields<'_>,
) {
    let shape = array.shape().to_vec();
    match array.as_slice_mut() {
        // Saved into memory of an earlier save.
        Some(elements) => fields.tensor("", &shape, elements),
        None => fields.tensor_with("", array, save, load),
    }
}

/// Copies elements that are in another order in memory.
fn save<E: persist::Element, D: Dimension>(
    array: &Array<E, D>,
) -> Result<SavedTensor, SavedValueError> {
    SavedTensor::of(&array.iter().copied().collect::<Vec<E>>(), array.shape())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "`tensor_with` hands the tensor over"
)]
fn load<E: persist::Element, D: Dimension>(
    array: &mut Array<E, D>,
    saved: SavedTensor,
) -> Result<(), SavedValueError> {
    let mut elements: Vec<E> = array.iter().copied().collect();
    saved.read(&mut elements, array.shape())?;
    for (place, element) in array.iter_mut().zip(elements) {
        *place = element;
    }
    Ok(())
}
