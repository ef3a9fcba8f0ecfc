//! Which pairs of callbacks `no_conflict` exempts from having an order.
//!
//! Callbacks for which `no_conflict` says the same are one class, so that a thousand callbacks that say it of each other are one
//! class and not half a million pairs.

use super::declare::PlanRelation;
use super::members::{Members, active};
use crate::callback::CallbackId;
use crate::callback::Verb;
use crate::loops::id_types;
use crate::plan::Attached;
use std::collections::HashMap;
use std::sync::Arc;

/// The exempted pairs.
pub(super) struct Exemptions {
    /// For each callback the number of its class.
    of: Vec<ClassId>,
    classes: Vec<Class>,
    /// For each list of callbacks that `no_conflict` names: the classes that name it, and those that are in it.
    lists: Vec<[Vec<ClassId>; 2]>,
}

id_types! {
    /// A class of callbacks.
    pub(crate) struct ClassId;

    /// A list of callbacks that `no_conflict` names.
    struct ListId;
}

/// The class of the callbacks that no `no_conflict` mentions.
const NOTHING_SAID: ClassId = ClassId::new(0);

/// The `no_conflict` declarations that mention a callback.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Class {
    /// The lists that it names, ascending.
    names: Vec<ListId>,
    /// The lists that it is in, ascending.
    is_in: Vec<ListId>,
}

impl Exemptions {
    pub(super) fn of(attached: &[Attached], members: &Members, relations: &[PlanRelation]) -> Self {
        let mut said = Said {
            of: vec![Class::default(); attached.len()],
            numbers: HashMap::new(),
        };
        for (at, callback) in active(attached) {
            let of_type = callback.info.relations().list.iter();
            let all = of_type.chain(&callback.relations.list);
            for relation in all.filter(|relation| relation.verb == Verb::NoConflict) {
                said.add(at, &members.named(&relation.callback_ref));
            }
        }
        for plan in relations
            .iter()
            .filter(|plan| plan.verb == Verb::NoConflict)
        {
            let others = members.named(&plan.second);
            for at in members.named(&plan.first).iter() {
                said.add(*at, &others);
            }
        }
        Self::classify(said)
    }

    fn classify(said: Said) -> Self {
        let mut exemptions = Self {
            of: Vec::with_capacity(said.of.len()),
            classes: vec![Class::default()],
            lists: vec![Default::default(); said.numbers.len()],
        };
        let mut known = HashMap::new();
        for mut class in said.of {
            class.names.sort_unstable();
            class.names.dedup();
            let number = if class == Class::default() {
                NOTHING_SAID
            } else {
                *known
                    .entry(class)
                    .or_insert_with_key(|class| exemptions.add_class(class))
            };
            exemptions.of.push(number);
        }
        exemptions
    }

    fn add_class(&mut self, class: &Class) -> ClassId {
        let number = ClassId::new(self.classes.len());
        for list in &class.names {
            self.lists[*list][0].push(number);
        }
        for list in &class.is_in {
            self.lists[*list][1].push(number);
        }
        self.classes.push(class.clone());
        number
    }

    /// The number of the class of a callback.
    pub(super) fn class(&self, id: CallbackId) -> ClassId {
        self.of[id]
    }

    /// Whether callbacks of these classes need no order.
    pub(super) fn exempt(&self, one: ClassId, other: ClassId) -> bool {
        if one == NOTHING_SAID || other == NOTHING_SAID {
            return false;
        }
        let names = |one: ClassId, other: ClassId| {
            let is_in = &self.classes[other].is_in;
            let mut names = self.classes[one].names.iter();
            names.any(|list| is_in.binary_search(list).is_ok())
        };
        names(one, other) || names(other, one)
    }

    /// All classes that need no order with this one.
    pub(super) fn exempt_from(&self, class: ClassId) -> Vec<ClassId> {
        let Class { names, is_in } = &self.classes[class];
        let named = names.iter().flat_map(|list| &self.lists[*list][1]);
        let naming = is_in.iter().flat_map(|list| &self.lists[*list][0]);
        let mut classes: Vec<ClassId> = named.chain(naming).copied().collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// What `no_conflict` says, callback by callback.
struct Said {
    of: Vec<Class>,
    /// The numbers of the lists that are named, by their address in memory.
    numbers: HashMap<*const CallbackId, ListId>,
}

impl Said {
    fn add(&mut self, id: CallbackId, others: &Arc<[CallbackId]>) {
        if others.is_empty() {
            return;
        }
        let next = ListId::new(self.numbers.len());
        let number = *self.numbers.entry(others.as_ptr()).or_insert(next);
        if number == next {
            for other in others.iter() {
                self.of[*other].is_in.push(number);
            }
        }
        self.of[id].names.push(number);
    }
}
