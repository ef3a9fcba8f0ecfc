//! A copy of parameters that a callback keeps, and that a saved run has.

use crate::Parameters;
use callback_runtime::BoxError;
use callback_runtime::persist::{Fields, SavedFields, SavedValue, SavedValueError};

/// A place for one copy of the parameters of a model.
///
/// A restored run loads callbacks before they see the model, and tensors can only be loaded into a copy of it. So a copy from a saved run
/// waits here until a handler calls [`load`](Self::load) with the model.
pub(super) struct SnapshotSlot<M: Parameters>(Content<M::Snapshot>);

enum Content<S> {
    Empty,
    Snapshot(S),
    /// The tensors of a copy, from a saved run.
    Saved(SavedFields),
}

impl<M: Parameters> Default for SnapshotSlot<M> {
    fn default() -> Self {
        Self(Content::Empty)
    }
}

impl<M: Parameters> SnapshotSlot<M> {
    pub(super) fn of(snapshot: M::Snapshot) -> Self {
        Self(Content::Snapshot(snapshot))
    }

    /// Returns the copy. `None` if there is none, or if it comes from a saved run and is not loaded yet.
    pub(super) fn get(&self) -> Option<&M::Snapshot> {
        match &self.0 {
            Content::Snapshot(snapshot) => Some(snapshot),
            Content::Empty | Content::Saved(_) => None,
        }
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut M::Snapshot> {
        match &mut self.0 {
            Content::Snapshot(snapshot) => Some(snapshot),
            Content::Empty | Content::Saved(_) => None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self.0, Content::Empty)
    }

    /// Loads a copy that comes from a saved run, now that the model is there. After an error it still waits.
    pub(super) fn load(&mut self, model: &M) -> Result<(), BoxError> {
        let Content::Saved(saved) = &self.0 else {
            return Ok(());
        };
        let mut snapshot = model.snapshot()?;
        let loaded = saved
            .clone()
            .load(|fields| M::persist_snapshot(&mut snapshot, fields));
        loaded.map_err(|error| {
            format!("the saved run has a copy of the parameters of another model: {error}; restore it with the model that it was saved with")
        })?;
        self.0 = Content::Snapshot(snapshot);
        Ok(())
    }

    /// Names the copy, whose tensors are below the name.
    pub(super) fn persist(&mut self, name: &str, fields: &mut Fields<'_>) {
        let saved = if fields.is_saving() {
            self.save()
        } else {
            Ok(SavedValue::Null)
        };
        fields.field_with(name, self, |_| saved, Self::keep);
    }

    fn save(&mut self) -> Result<SavedValue, SavedValueError> {
        let saved = match &mut self.0 {
            Content::Empty => return Ok(SavedValue::Null),
            Content::Snapshot(snapshot) => {
                SavedFields::save(|fields| M::persist_snapshot(snapshot, fields))?
            }
            Content::Saved(saved) => saved.clone(),
        };
        Ok(SavedValue::Map(saved.into_iter().collect()))
    }

    /// Keeps what a saved run has, until the model is there.
    fn keep(&mut self, saved: SavedValue) -> Result<(), SavedValueError> {
        self.0 = match saved {
            SavedValue::Null => Content::Empty,
            SavedValue::Map(fields) => Content::Saved(fields.into_iter().collect()),
            other => {
                let text = format!("it is {}, and no copy of parameters", other.kind());
                return Err(SavedValueError::new(text));
            }
        };
        Ok(())
    }
}
