//! Parameters and gradients in vectors, arrays, boxes and options.

use super::fields::{self, check_len};
use super::tensor_error::below;
use super::{Gradients, Parameters};
use callback_runtime::BoxError;
use callback_runtime::persist::Fields;

/// A list of tensors: the name of an element is its index.
impl<T: Parameters> Parameters for [T] {
    type Snapshot = Vec<T::Snapshot>;

    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let mut items = self.iter().enumerate();
        items.try_for_each(|(index, item)| fields::visit(item, &index.to_string(), visitor))
    }

    fn visit_mut(
        &mut self,
        visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let mut items = self.iter_mut().enumerate();
        items.try_for_each(|(index, item)| fields::visit_mut(item, &index.to_string(), visitor))
    }

    fn snapshot(&self) -> Result<Self::Snapshot, BoxError> {
        self.iter().map(Parameters::snapshot).collect()
    }

    fn restore_where(
        &mut self,
        snapshot: &Self::Snapshot,
        includes: &dyn Fn(&str) -> bool,
    ) -> Result<(), BoxError> {
        check_len(self.len(), snapshot.len())?;
        let mut items = self.iter_mut().zip(snapshot).enumerate();
        items.try_for_each(|(index, (item, snapshot))| {
            fields::restore_tensors(item, &index.to_string(), snapshot, includes)
        })
    }

    fn average_into(&self, snapshot: &mut Self::Snapshot, share: f64) -> Result<(), BoxError> {
        check_len(self.len(), snapshot.len())?;
        let mut items = self.iter().zip(snapshot).enumerate();
        items.try_for_each(|(index, (item, snapshot))| {
            let averaged = item.average_into(snapshot, share);
            averaged.map_err(|error| below(&index.to_string(), error))
        })
    }

    fn scale_where(&mut self, by: f64, includes: &dyn Fn(&str) -> bool) -> Result<(), BoxError> {
        let mut items = self.iter_mut().enumerate();
        items.try_for_each(|(index, item)| {
            fields::scale_where(item, &index.to_string(), by, includes)
        })
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        for (index, item) in self.iter_mut().enumerate() {
            fields.nested(&index.to_string(), |fields| item.persist(fields));
        }
    }

    fn persist_snapshot(snapshot: &mut Self::Snapshot, fields: &mut Fields<'_>) {
        for (index, item) in snapshot.iter_mut().enumerate() {
            fields.nested(&index.to_string(), |fields| {
                T::persist_snapshot(item, fields);
            });
        }
    }
}

/// A list of tensors: the name of an element is its index.
impl<T: Gradients> Gradients for [T] {
    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let mut items = self.iter().enumerate();
        items.try_for_each(|(index, item)| {
            fields::visit_gradients(item, &index.to_string(), visitor)
        })
    }

    fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError> {
        let mut items = self.iter().enumerate();
        items.try_for_each(|(index, item)| fields::norms(item, &index.to_string(), p, visitor))
    }

    fn scale_each(&mut self, factor: &mut dyn FnMut(&str) -> f64) -> Result<(), BoxError> {
        let mut items = self.iter_mut().enumerate();
        items.try_for_each(|(index, item)| fields::scale_each(item, &index.to_string(), factor))
    }

    fn clamp(&mut self, limit: f64) -> Result<(), BoxError> {
        self.iter_mut().try_for_each(|item| item.clamp(limit))
    }

    fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError> {
        check_len(self.len(), other.len())?;
        let mut items = self.iter_mut().zip(other).enumerate();
        items.try_for_each(|(index, (item, other))| {
            let added = item.add_scaled(other, by);
            added.map_err(|error| below(&index.to_string(), error))
        })
    }
}

/// Implements both traits for what refers to something else that has them.
macro_rules! forward {
    ($([$($generics:tt)*] $Type:ty => $To:ty;)*) => {$(
        impl<$($generics)*> Parameters for $Type
        where
            $To: Parameters,
        {
            type Snapshot = <$To as Parameters>::Snapshot;

            fn visit(
                &self,
                visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                <$To as Parameters>::visit(self.as_ref(), visitor)
            }

            fn visit_mut(
                &mut self,
                visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                <$To as Parameters>::visit_mut(self.as_mut(), visitor)
            }

            fn snapshot(&self) -> Result<Self::Snapshot, BoxError> {
                <$To as Parameters>::snapshot(self.as_ref())
            }

            fn restore_where(
                &mut self,
                snapshot: &Self::Snapshot,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                <$To as Parameters>::restore_where(self.as_mut(), snapshot, includes)
            }

            fn average_into(
                &self,
                snapshot: &mut Self::Snapshot,
                share: f64,
            ) -> Result<(), BoxError> {
                <$To as Parameters>::average_into(self.as_ref(), snapshot, share)
            }

            fn scale_where(
                &mut self,
                by: f64,
                includes: &dyn Fn(&str) -> bool,
            ) -> Result<(), BoxError> {
                <$To as Parameters>::scale_where(self.as_mut(), by, includes)
            }

            fn persist(&mut self, fields: &mut Fields<'_>) {
                <$To as Parameters>::persist(self.as_mut(), fields);
            }

            fn persist_snapshot(snapshot: &mut Self::Snapshot, fields: &mut Fields<'_>) {
                <$To as Parameters>::persist_snapshot(snapshot, fields);
            }
        }

        impl<$($generics)*> Gradients for $Type
        where
            $To: Gradients,
        {
            fn visit(
                &self,
                visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
            ) -> Result<(), BoxError> {
                <$To as Gradients>::visit(self.as_ref(), visitor)
            }

            fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError> {
                <$To as Gradients>::norms(self.as_ref(), p, visitor)
            }

            fn scale_each(
                &mut self,
                factor: &mut dyn FnMut(&str) -> f64,
            ) -> Result<(), BoxError> {
                <$To as Gradients>::scale_each(self.as_mut(), factor)
            }

            fn clamp(&mut self, limit: f64) -> Result<(), BoxError> {
                <$To as Gradients>::clamp(self.as_mut(), limit)
            }

            fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError> {
                <$To as Gradients>::add_scaled(self.as_mut(), other.as_ref(), by)
            }
        }
    )*};
}
forward! {
    [T] Vec<T> => [T];
    [T, const N: usize] [T; N] => [T];
    [T: ?Sized] Box<T> => T;
}

/// An option: nothing has no tensors.
impl<T: Parameters> Parameters for Option<T> {
    type Snapshot = Option<T::Snapshot>;

    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        self.iter().try_for_each(|tensors| tensors.visit(visitor))
    }

    fn visit_mut(
        &mut self,
        visitor: &mut dyn FnMut(&str, &mut [f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let mut tensors = self.iter_mut();
        tensors.try_for_each(|tensors| tensors.visit_mut(visitor))
    }

    fn snapshot(&self) -> Result<Self::Snapshot, BoxError> {
        self.as_ref().map(Parameters::snapshot).transpose()
    }

    fn restore_where(
        &mut self,
        snapshot: &Self::Snapshot,
        includes: &dyn Fn(&str) -> bool,
    ) -> Result<(), BoxError> {
        match (self, snapshot) {
            (Some(tensors), Some(snapshot)) => tensors.restore_where(snapshot, includes),
            (None, None) => Ok(()),
            _ => Err(fields::other_model()),
        }
    }

    fn average_into(&self, snapshot: &mut Self::Snapshot, share: f64) -> Result<(), BoxError> {
        match (self, snapshot) {
            (Some(tensors), Some(snapshot)) => tensors.average_into(snapshot, share),
            (None, None) => Ok(()),
            _ => Err(fields::other_model()),
        }
    }

    fn scale_where(&mut self, by: f64, includes: &dyn Fn(&str) -> bool) -> Result<(), BoxError> {
        let mut tensors = self.iter_mut();
        tensors.try_for_each(|tensors| tensors.scale_where(by, includes))
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        if let Some(tensors) = self {
            tensors.persist(fields);
        }
    }

    fn persist_snapshot(snapshot: &mut Self::Snapshot, fields: &mut Fields<'_>) {
        if let Some(snapshot) = snapshot {
            T::persist_snapshot(snapshot, fields);
        }
    }
}

/// An option: nothing has no tensors.
impl<T: Gradients> Gradients for Option<T> {
    fn visit(
        &self,
        visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        self.iter().try_for_each(|tensors| tensors.visit(visitor))
    }

    fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError> {
        let mut tensors = self.iter();
        tensors.try_for_each(|tensors| tensors.norms(p, visitor))
    }

    fn scale_each(&mut self, factor: &mut dyn FnMut(&str) -> f64) -> Result<(), BoxError> {
        let mut tensors = self.iter_mut();
        tensors.try_for_each(|tensors| tensors.scale_each(factor))
    }

    fn clamp(&mut self, limit: f64) -> Result<(), BoxError> {
        self.iter_mut().try_for_each(|tensors| tensors.clamp(limit))
    }

    fn add_scaled(&mut self, other: &Self, by: f64) -> Result<(), BoxError> {
        match (self, other) {
            (Some(tensors), Some(other)) => tensors.add_scaled(other, by),
            (None, None) => Ok(()),
            _ => Err("gradients that are there in one batch and absent in another cannot be added; give zeros".into()),
        }
    }
}
