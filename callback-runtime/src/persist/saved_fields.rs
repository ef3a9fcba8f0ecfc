//! Named values that were saved, for migrations and for values that are loaded later.

use super::fields::FieldProblem;
use super::name_index::NameIndex;
use super::{Buffers, Fields, SavedValue, SavedValueError};
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use std::fmt;

/// The fields of a callback or of a value, as they were saved. A migration changes those of an older version into those of its own.
///
/// ```
/// use callbacks::BoxError;
/// use callbacks::persist::SavedFields;
///
/// /// Version 1 saved the best loss as `best`, and counted looks from 0.
/// fn migrate(_from: u32, fields: &mut SavedFields) -> Result<(), BoxError> {
///     fields.rename("best", "best_loss");
///     let looks: u64 = fields.take("looks")?.unwrap_or(0);
///     fields.set("looks", &(looks + 1))?;
///     Ok(())
/// }
///
/// let mut fields = SavedFields::default();
/// fields.set("best", &0.25)?;
/// migrate(1, &mut fields)?;
/// assert_eq!(fields.names().collect::<Vec<_>>(), ["best_loss", "looks"]);
/// # Ok::<(), BoxError>(())
/// ```
#[derive(Clone, Default)]
pub struct SavedFields {
    /// The fields in the order in which they were saved; `None` in the place of one that was removed.
    entries: Vec<Option<(String, SavedValue)>>,
    /// How many entries are `None`. When these are most, they are taken out.
    removed: usize,
    index: NameIndex,
}

impl SavedFields {
    /// Saves the fields that `visit` names, outside of a run. An `Err` names those that cannot be saved.
    ///
    /// ```
    /// # use callbacks::persist::SavedFields;
    /// let mut weights = [0.5, 1.5];
    /// let saved = SavedFields::save(|fields| fields.tensor("weights", &[2], &mut weights))?;
    /// weights = [0.0, 0.0];
    /// saved.load(|fields| fields.tensor("weights", &[2], &mut weights))?;
    /// assert_eq!(weights, [0.5, 1.5]);
    /// # Ok::<(), callbacks::persist::SavedValueError>(())
    /// ```
    pub fn save(visit: impl FnOnce(&mut Fields<'_>)) -> Result<Self, SavedValueError> {
        let (saved, problems) = Fields::save(&mut Buffers::default(), visit);
        join_problems(problems, &Self::default())?;
        Ok(saved)
    }

    /// Loads the fields that `visit` names, outside of a run. An `Err` names those that do not fit, those that are missing, and those that
    /// `visit` does not name; the others are loaded.
    ///
    /// ```
    /// # use callbacks::persist::SavedFields;
    /// let saved = SavedFields::save(|fields| fields.tensor("weights", &[2], &mut [0.5_f32, 1.5]))?;
    /// let error = saved.load(|fields| fields.tensor("weights", &[3], &mut [0.0_f32; 3])).unwrap_err();
    /// assert_eq!(error.to_string(), "`weights`: it is a tensor of F32 [2], and not of F32 [3]; load it into one of the same type and shape");
    /// # Ok::<(), callbacks::persist::SavedValueError>(())
    /// ```
    pub fn load(mut self, visit: impl FnOnce(&mut Fields<'_>)) -> Result<(), SavedValueError> {
        let mut positions = Self::default();
        let mut problems = Fields::load(&mut self, &mut positions, visit);
        // Sinks go back when a whole run is restored, and this is a part of one.
        let sinks = positions.into_iter().map(|(name, _)| {
            FieldProblem::Invalid(
                name,
                SavedValueError::new("only a run can take a sink back"),
            )
        });
        problems.extend(sinks);
        join_problems(problems, &self)
    }

    /// Returns the names, in the order in which they were saved.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name.as_str())
    }

    fn iter(&self) -> impl Iterator<Item = &(String, SavedValue)> {
        self.entries.iter().flatten()
    }

    /// Returns the index of a field.
    fn place_of(&self, name: &str) -> Option<usize> {
        let is_it = |entry: &Option<(String, SavedValue)>| {
            entry.as_ref().is_some_and(|(entry, _)| entry == name)
        };
        self.index
            .find(name, || self.entries.iter().position(is_it))
    }

    /// Returns the value of a field.
    ///
    /// ```
    /// # use callbacks::persist::{SavedFields, SavedValue};
    /// let mut fields = SavedFields::default();
    /// fields.insert("looks", SavedValue::Integer(3));
    /// assert_eq!(fields.get("looks"), Some(&SavedValue::Integer(3)));
    /// ```
    pub fn get(&self, name: &str) -> Option<&SavedValue> {
        let entry = self.entries.get(self.place_of(name)?)?.as_ref();
        entry.map(|(_, value)| value)
    }

    /// Sets a field, in the place of one with its name.
    pub fn insert(&mut self, name: impl Into<String>, value: SavedValue) {
        let name = name.into();
        match self.place_of(&name) {
            Some(place) => self.entries[place] = Some((name, value)),
            None => self.push(name, value),
        }
    }

    /// Adds a field whose name no field has.
    pub(super) fn push(&mut self, name: String, value: SavedValue) {
        self.index.add(&name, self.entries.len());
        self.entries.push(Some((name, value)));
        if self.index.is_due(self.entries.len() - self.removed) {
            self.make_index();
        }
    }

    fn make_index(&mut self) {
        let entries = self.entries.iter().enumerate();
        let names = entries.filter_map(|(place, entry)| Some((place, entry.as_ref()?.0.as_str())));
        self.index = NameIndex::of(self.entries.len() - self.removed, names);
    }

    /// Saves a value as a field.
    pub fn set<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), SavedValueError> {
        self.insert(name, SavedValue::of(value)?);
        Ok(())
    }

    /// Removes a field and loads it into a type. `None` if there is no field of this name.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, SavedValueError> {
        self.remove(name).map(SavedValue::into_type).transpose()
    }

    /// Gives a field another name. Returns whether there is one.
    pub fn rename(&mut self, name: &str, new: impl Into<String>) -> bool {
        match self.remove(name) {
            Some(value) => {
                self.insert(new, value);
                true
            }
            None => false,
        }
    }

    /// Removes a field.
    pub fn remove(&mut self, name: &str) -> Option<SavedValue> {
        let place = self.place_of(name)?;
        let (name, value) = self.entries.get_mut(place)?.take()?;
        self.index.remove(&name);
        self.removed += 1;
        if self.removed * 2 > self.entries.len() {
            self.retain(|_| true);
        }
        Some(value)
    }

    /// Keeps the fields whose names `keeps` accepts.
    pub(super) fn retain(&mut self, keeps: impl Fn(&str) -> bool) {
        let kept = |entry: &Option<(String, SavedValue)>| {
            entry.as_ref().is_some_and(|(name, _)| keeps(name))
        };
        self.entries.retain(kept);
        self.removed = 0;
        self.make_index();
    }

    /// Returns the fields, whose values can be changed.
    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = (&str, &mut SavedValue)> {
        let entries = self.entries.iter_mut().flatten();
        entries.map(|(name, value)| (name.as_str(), value))
    }

    /// Returns all fields as one value, and leaves none.
    pub(super) fn take_all(&mut self) -> SavedValue {
        std::mem::take(self).into_value()
    }

    /// Returns all fields as one value.
    pub fn into_value(self) -> SavedValue {
        SavedValue::Map(self.into_iter().collect())
    }

    /// Returns a copy of all fields as one value.
    pub(super) fn to_value(&self) -> SavedValue {
        SavedValue::Map(self.iter().cloned().collect())
    }

    /// Returns the fields of a value that [`into_value`](Self::into_value) returned.
    pub fn from_value(value: SavedValue) -> Result<Self, SavedValueError> {
        match value {
            SavedValue::Map(entries) => Ok(entries.into_iter().collect()),
            other => Err(SavedValueError::new(format!(
                "fields are a map, and this is {}",
                other.kind()
            ))),
        }
    }

    pub(super) fn extend(&mut self, entries: Vec<(String, SavedValue)>) {
        if self.entries.is_empty() {
            *self = entries.into_iter().collect();
        } else {
            for (name, value) in entries {
                self.insert(name, value);
            }
        }
    }
}

impl IntoIterator for SavedFields {
    type Item = (String, SavedValue);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        let entries: Vec<_> = self.entries.into_iter().flatten().collect();
        entries.into_iter()
    }
}

impl FromIterator<(String, SavedValue)> for SavedFields {
    fn from_iter<I: IntoIterator<Item = (String, SavedValue)>>(entries: I) -> Self {
        let mut fields = Self {
            entries: entries.into_iter().map(Some).collect(),
            ..Self::default()
        };
        fields.make_index();
        fields
    }
}

impl PartialEq for SavedFields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for SavedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.iter().map(|(name, value)| (name, value));
        f.debug_map().entries(entries).finish()
    }
}

/// Returns the error of some fields, if there is one. `left` are the fields that nothing asked for.
fn join_problems(problems: Vec<FieldProblem>, left: &SavedFields) -> Result<(), SavedValueError> {
    let problems = problems.into_iter().map(|problem| match problem {
        FieldProblem::Missing(field) => format!("`{field}` was not saved"),
        FieldProblem::Invalid(field, error) if field.is_empty() => error.to_string(),
        FieldProblem::Invalid(field, error) => format!("`{field}`: {error}"),
        FieldProblem::Remark(remark) => remark,
    });
    let unused = left.names().map(|field| format!("`{field}` has no place"));
    let lines: Vec<String> = problems.chain(unused).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Err(SavedValueError::new(lines.join("; ")))
}
