//! Suggests the name of an attached callback for a name in an order that no callback has.

use crate::callback::CallbackId;
use crate::plan::{NamedBy, OrderSide, Resolved, nearest};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The suggestions for the sides of a plan's orders. Finds the nearest name once for each name that no callback has.
pub(crate) struct Suggestions<'p> {
    /// The name of each callback, by its id.
    names: &'p [Arc<str>],
    /// The callbacks without the suppressed ones, which have no name.
    active: &'p [CallbackId],
    /// The nearest names so far, by the name that no callback has.
    found: HashMap<&'p str, Option<&'p str>>,
}

impl<'p> Suggestions<'p> {
    pub(crate) fn of(resolved: &'p Resolved) -> Self {
        Self {
            names: &resolved.names,
            active: &resolved.order,
            found: HashMap::new(),
        }
    }

    /// Returns the most similar name for a side without callbacks. Does not suggest the names of the other side, which declares the order.
    pub(crate) fn for_side(&mut self, side: &'p OrderSide, other: &OrderSide) -> Option<&'p str> {
        if side.named != NamedBy::Name || !side.callbacks.is_empty() {
            return None;
        }
        let (names, active) = (self.names, self.active);
        let all = || active.iter().map(|id| names[*id].as_ref());
        let found = self.found.entry(&side.label);
        let found = *found.or_insert_with(|| nearest(&side.label, all()));
        let others = other.callbacks.iter().map(|id| names[*id].as_ref());
        let others: HashSet<&str> = others.collect();
        match found {
            Some(name) if others.contains(name) => {
                nearest(&side.label, all().filter(|name| !others.contains(name)))
            }
            found => found,
        }
    }
}
