//! Parameters and gradients in tuples.

use super::fields::{self, FieldSnapshots, GradientField, ParameterField};
use super::{Gradients, Parameters};
use callback_runtime::BoxError;
use callback_runtime::persist::Fields;

/// Implements both traits for a tuple: the name of an element is its index.
macro_rules! tuple {
    ($($index:tt $T:ident)*) => {
        impl<$($T: ParameterField),*> Parameters for ($($T,)*) {
            type Snapshot = FieldSnapshots;

            fn visit(
                &self,
                visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                $(fields::visit(&self.$index, stringify!($index), visitor)?;)*
                Ok(())
            }

            fn visit_mut(
                &mut self,
                visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                $(fields::visit_mut(&mut self.$index, stringify!($index), visitor)?;)*
                Ok(())
            }

            fn snapshot(&self) -> Result<FieldSnapshots, BoxError> {
                let mut snapshots = FieldSnapshots::new();
                $(snapshots.add(&self.$index)?;)*
                Ok(snapshots)
            }

            fn restore_where(
                &mut self,
                snapshot: &FieldSnapshots,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                $({
                    let (name, of) = (stringify!($index), (snapshot, $index));
                    fields::restore_where(&mut self.$index, name, of, includes)?;
                })*
                Ok(())
            }

            fn average_into(
                &self,
                snapshot: &mut FieldSnapshots,
                share: f64,
            ) -> Result<(), BoxError> {
                $({
                    let (name, of) = (stringify!($index), (&mut *snapshot, $index));
                    fields::average_into(&self.$index, name, of, share)?;
                })*
                Ok(())
            }

            fn scale_where(
                &mut self,
                by: f64,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                $(fields::scale_where(&mut self.$index, stringify!($index), by, includes)?;)*
                Ok(())
            }

            fn persist(&mut self, saved: &mut Fields<'_>) {
                $(fields::persist(&mut self.$index, stringify!($index), saved);)*
            }

            fn persist_snapshot(snapshot: &mut FieldSnapshots, saved: &mut Fields<'_>) {
                $(fields::persist_snapshot::<$T>((&mut *snapshot, $index), stringify!($index), saved);)*
            }
        }

        impl<$($T: GradientField),*> Gradients for ($($T,)*) {
            fn visit(
                &self,
                visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                $(fields::visit_gradients(&self.$index, stringify!($index), visitor)?;)*
                Ok(())
            }

            fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError> {
                $(fields::norms(&self.$index, stringify!($index), p, visitor)?;)*
                Ok(())
            }

            fn scale_each(
                &mut self,
                factor: &mut dyn FnMut(&str) -> f64,
            ) -> Result<(), BoxError> {
                $(fields::scale_each(&mut self.$index, stringify!($index), factor)?;)*
                Ok(())
            }

            fn clamp(&mut self, limit: f64) -> Result<(), BoxError> {
                $(fields::clamp(&mut self.$index, limit)?;)*
                Ok(())
            }

            fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError> {
                $({
                    let name = stringify!($index);
                    fields::add_scaled(&mut self.$index, name, &other.$index, by)?;
                })*
                Ok(())
            }
        }
    };
}
tuple!(0 A);
tuple!(0 A 1 B);
tuple!(0 A 1 B 2 C);
tuple!(0 A 1 B 2 C 3 D);
tuple!(0 A 1 B 2 C 3 D 4 E);
tuple!(0 A 1 B 2 C 3 D 4 E 5 F);
