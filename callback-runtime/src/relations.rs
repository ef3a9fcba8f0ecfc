//! What a callback says of others: behind whom it runs, whom it needs, whom it cannot stand.

use crate::site::Site;
use crate::who::Who;
use std::any::TypeId;

/// What is said of others, for all callbacks of a type or for one of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relations {
    pub(crate) list: Vec<Relation>,
    /// The groups it is in.
    pub(crate) groups: Vec<TypeId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) verb: Verb,
    pub(crate) who: Who,
    /// Where it is said, if not where the callback is written.
    pub(crate) site: Option<Site>,
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
    pub(crate) fn say(&mut self, verb: Verb, who: Who, site: Option<Site>) {
        self.list.push(Relation { verb, who, site });
    }

    pub(crate) fn join<G: ?Sized + 'static>(&mut self) {
        self.groups.push(TypeId::of::<G>());
    }
}
