//! The relations of a callback to others: after and before which it runs, which it requires, and which are incompatible with it.

use crate::callback::{CallbackRef, Location};
use std::any::TypeId;

/// The relations that a type declares for all its callbacks, or an attachment for one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relations {
    pub(crate) list: Vec<Relation>,
    /// The groups it is in.
    pub(crate) groups: Vec<TypeId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) verb: Verb,
    pub(crate) callback_ref: CallbackRef,
    /// Where it is declared, if not where the callback is written.
    pub(crate) location: Option<Location>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    After,
    Before,
    Requires,
    Incompatible,
    NoConflict,
}

impl Relations {
    pub(crate) fn say(
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

    pub(crate) fn join<G: ?Sized + 'static>(&mut self) {
        self.groups.push(TypeId::of::<G>());
    }
}
