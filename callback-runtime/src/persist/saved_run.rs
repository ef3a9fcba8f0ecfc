//! A run that was saved.

use super::SavedFields;
use crate::period::{Amount, Periods};

/// A run at one moment: where it is, and what its callbacks and its state remember. [`Run::save`](crate::Run::save) returns it, and
/// [`Plan::restore`](crate::Plan::restore) lets the next run continue from it, in this process or in another one.
///
/// It has `Serialize` and `Deserialize`, for a format that describes itself and keeps numbers as they are: with `serde_json`, the feature
/// `float_roundtrip`. What JSON lacks is written as a map of one entry: `{"$float": "NaN"}`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SavedRun {
    pub(super) loop_name: String,
    /// The names of the open scopes, outermost first.
    pub(super) scopes: Vec<String>,
    /// The counts of the loop's counters, by the names of their types.
    pub(super) counters: Vec<(String, Amount)>,
    pub(super) callbacks: Vec<SavedCallback>,
    /// The values of the state, by name.
    pub(super) state: Vec<(String, SavedFields)>,
    pub(super) periods: Periods,
}

/// What a callback remembers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SavedCallback {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) fields: SavedFields,
}

impl SavedRun {
    /// Returns the name of the loop.
    pub fn loop_name(&self) -> &str {
        &self.loop_name
    }

    /// Returns the names of the scopes that were open, outermost first.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// Returns the names of the callbacks that remember something.
    pub fn callbacks(&self) -> impl Iterator<Item = &str> {
        self.callbacks.iter().map(|callback| callback.name.as_str())
    }

    /// Returns what a callback remembers.
    pub fn callback(&self, name: &str) -> Option<&SavedFields> {
        let mut callbacks = self.callbacks.iter();
        let found = callbacks.find(|callback| callback.name == name);
        found.map(|callback| &callback.fields)
    }

    /// Returns a value of the state.
    pub fn state(&self, name: &str) -> Option<&SavedFields> {
        let mut state = self.state.iter();
        state
            .find(|(saved, _)| saved == name)
            .map(|(_, fields)| fields)
    }
}
