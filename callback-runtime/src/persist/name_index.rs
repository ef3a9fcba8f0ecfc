//! Finds names among many.

use std::collections::HashMap;

/// So few names are compared one by one.
const FEW: usize = 16;

/// Where each of many names is in a list.
#[derive(Clone, Default)]
pub(super) struct NameIndex(Option<HashMap<String, usize>>);

impl NameIndex {
    /// Makes an index of a list, if it is long and no name is in it twice.
    pub(super) fn of<'n>(count: usize, names: impl Iterator<Item = (usize, &'n str)>) -> Self {
        if count <= FEW {
            return Self(None);
        }
        let mut places = HashMap::with_capacity(count);
        for (place, name) in names {
            if places.insert(name.to_owned(), place).is_some() {
                return Self(None);
            }
        }
        Self(Some(places))
    }

    /// Whether a list that has just got so many names needs an index from now on.
    pub(super) const fn is_due(&self, count: usize) -> bool {
        self.0.is_none() && count == FEW + 1
    }

    /// Returns the place of a name. `search` finds it if there is no index.
    pub(super) fn find(&self, name: &str, search: impl FnOnce() -> Option<usize>) -> Option<usize> {
        match &self.0 {
            Some(places) => places.get(name).copied(),
            None => search(),
        }
    }

    /// Notes a name that was added to the list.
    pub(super) fn add(&mut self, name: &str, place: usize) {
        if let Some(places) = &mut self.0 {
            places.insert(name.to_owned(), place);
        }
    }

    /// Notes that a name was removed from the list.
    pub(super) fn remove(&mut self, name: &str) {
        if let Some(places) = &mut self.0 {
            places.remove(name);
        }
    }
}
