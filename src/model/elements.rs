//! Parameters and gradients in slices, vectors and arrays of numbers: one tensor each.

#![expect(
    clippy::type_complexity,
    reason = "a visitor is written once in the traits, and as users write it"
)]

use super::fields::check_len;
use super::{Gradients, Parameters, p_norm};
use callback_runtime::BoxError;
use callback_runtime::persist::Fields;

/// A number that parameters consist of.
pub(crate) trait Element: Copy + Send + 'static {
    fn to_f64(self) -> f64;
    fn from_f64(value: f64) -> Self;
    /// Moves `self` towards `to` by a share of the way, as `torch.lerp` does: exact at the shares 0 and 1.
    fn lerp(self, to: Self, share: f64) -> Self;
    fn mul(self, by: f64) -> Self;
    /// Returns `self + by · other`.
    fn add_scaled(self, other: Self, by: f64) -> Self;
}

macro_rules! element {
    ($F:ident) => {
        #[expect(
            clippy::allow_attributes,
            reason = "the lints differ between the two types"
        )]
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_lossless,
            clippy::unnecessary_cast,
            trivial_numeric_casts,
            reason = "the elements are computed in their own type"
        )]
        impl Element for $F {
            fn to_f64(self) -> f64 {
                self as f64
            }

            fn from_f64(value: f64) -> Self {
                value as Self
            }

            fn lerp(self, to: Self, share: f64) -> Self {
                let (way, rest) = (to - self, (1.0 - share) as Self);
                if share < 0.5 {
                    self + way * share as Self
                } else {
                    to - way * rest
                }
            }

            fn mul(self, by: f64) -> Self {
                self * by as Self
            }

            fn add_scaled(self, other: Self, by: f64) -> Self {
                self + other * by as Self
            }
        }
    };
}
element!(f64);
element!(f32);

/// Calls `visitor` with elements as `f64`.
pub(crate) fn visit_elements<'e, E: Element>(
    elements: impl Iterator<Item = &'e E>,
    visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let values: Vec<f64> = elements.map(|element| element.to_f64()).collect();
    visitor("", &values)
}

/// Calls `visitor` with elements as `f64`, and stores those that it has changed.
pub(crate) fn visit_elements_mut<'e, E: Element>(
    mut elements: impl Iterator<Item = &'e mut E>,
    values: Vec<f64>,
    visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let mut changed = values;
    let visited = visitor("", &mut changed);
    for value in changed {
        if let Some(element) = elements.next() {
            store_changed(element, value);
        }
    }
    visited
}

/// Stores a value, unless it is the one there: a NaN then keeps its bits.
fn store_changed<E: Element>(element: &mut E, value: f64) {
    if element.to_f64().to_bits() != value.to_bits() {
        *element = E::from_f64(value);
    }
}

macro_rules! slice {
    ($F:ident) => {
        impl Parameters for [$F] {
            type Snapshot = Vec<$F>;

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

            fn snapshot(&self) -> Result<Self::Snapshot, BoxError> {
                Ok(self.to_vec())
            }

            fn restore_where(
                &mut self,
                snapshot: &Self::Snapshot,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                check_len(self.len(), snapshot.len())?;
                if includes("") {
                    self.copy_from_slice(snapshot);
                }
                Ok(())
            }

            fn average_into(
                &self,
                snapshot: &mut Self::Snapshot,
                share: f64,
            ) -> Result<(), BoxError> {
                check_len(self.len(), snapshot.len())?;
                for (average, element) in snapshot.iter_mut().zip(self) {
                    *average = average.lerp(*element, share);
                }
                Ok(())
            }

            fn scale_where(
                &mut self,
                by: f64,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                if includes("") {
                    for element in self {
                        *element = element.mul(by);
                    }
                }
                Ok(())
            }

            fn persist(&mut self, fields: &mut Fields<'_>) {
                fields.tensor("", &[self.len()], self);
            }

            fn persist_snapshot(snapshot: &mut Self::Snapshot, fields: &mut Fields<'_>) {
                fields.tensor("", &[snapshot.len()], snapshot);
            }
        }

        impl Gradients for [$F] {
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
                for element in self {
                    *element = element.mul(by);
                }
                Ok(())
            }

            fn clamp(&mut self, limit: f64) -> Result<(), BoxError> {
                for element in self {
                    *element = clamp_element(*element, limit);
                }
                Ok(())
            }

            fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError> {
                check_len(self.len(), other.len())?;
                for (sum, element) in self.iter_mut().zip(other) {
                    *sum = Element::add_scaled(*sum, *element, by);
                }
                Ok(())
            }
        }
    };
}
slice!(f64);
slice!(f32);

/// Limits an element to `-limit..=limit`. A negative or NaN limit changes nothing.
pub(crate) fn clamp_element<E: Element>(element: E, limit: f64) -> E {
    let value = element.to_f64();
    if value.abs() > limit && limit >= 0.0 {
        E::from_f64(limit.copysign(value))
    } else {
        element
    }
}
