//! The relations that a callback declares to others: orders, requirements, incompatibilities, and orders that do not matter.

use crate::callback::{CallbackRef, Location};
use std::any::TypeId;

/// The relations that a callback's type declares for all its values, or an attachment for one callback.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relations {
    pub(crate) list: Vec<Relation>,
    /// The groups that the callback is in.
    pub(crate) groups: Vec<TypeId>,
}

/// A relation of a callback to the callbacks that `callback_ref` names.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) verb: Verb,
    pub(crate) callback_ref: CallbackRef,
    /// The source location of the declaration. `None` if the callback's type declares it.
    pub(crate) location: Option<Location>,
}

/// The kind of a [`Relation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    /// The callback runs after the others.
    After,
    /// The callback runs before the others.
    Before,
    /// The callback needs one of the others.
    Requires,
    /// The callback cannot be used together with the others.
    Incompatible,
    /// The order between the callback and the others does not matter.
    NoConflict,
}

impl Relations {
    pub(crate) fn add(
        &mut self,
        verb: Verb,
        callback_ref: CallbackRef,
        location: Option<Location>,
    ) {
        self.list.push(Relation {
            verb,
            callback_ref,
            location,
        });
    }

    /// Adds the callback to the group `G`.
    pub(crate) fn join<G: ?Sized + 'static>(&mut self) {
        self.groups.push(TypeId::of::<G>());
    }
}
