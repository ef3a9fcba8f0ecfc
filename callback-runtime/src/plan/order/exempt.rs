//! The pairs of callbacks that `no_conflict` exempts from having an order.
//!
//! Callbacks with the same `no_conflict` declarations form a class, so that a thousand callbacks that declare it of each other are one class
//! and not half a million pairs.

use super::declare::PlanRelation;
use super::members::{Members, active};
use super::sort_unique;
use crate::callback::{CallbackId, Verb};
use crate::loops::id_types;
use crate::plan::Attached;
use std::collections::HashMap;
use std::sync::Arc;

/// The exempted pairs.
pub(crate) struct Exemptions {
    /// The class of each callback, by its id.
    pub(crate) class_of: Vec<ClassId>,
    classes: Vec<Class>,
    /// The lists of callbacks that `no_conflict` names.
    lists: Vec<NamedList>,
}

/// A list of callbacks that `no_conflict` names.
#[derive(Clone, Default)]
struct NamedList {
    /// The classes that name it.
    named_by: Vec<ClassId>,
    /// The classes that are in it.
    members: Vec<ClassId>,
}

id_types! {
    /// A class of callbacks.
    pub(crate) struct ClassId;

    /// A list of callbacks that `no_conflict` names.
    struct ListId;
}

/// The class of the callbacks that no `no_conflict` mentions.
const UNMENTIONED: ClassId = ClassId::new(0);

/// The `no_conflict` declarations that mention the callbacks of a class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Class {
    /// The lists that each of them names, ascending.
    names: Vec<ListId>,
    /// The lists that each of them is in, ascending.
    is_in: Vec<ListId>,
}

impl Exemptions {
    pub(super) fn of(attached: &[Attached], members: &Members, relations: &[PlanRelation]) -> Self {
        let mut declarations = Declarations {
            class_of: vec![Class::default(); attached.len()],
            list_ids: HashMap::new(),
        };
        for (id, callback) in active(attached) {
            let all = callback.all_relations();
            for relation in all.filter(|relation| relation.verb == Verb::NoConflict) {
                declarations.add(id, &members.named(&relation.callback_ref));
            }
        }
        let of_plan = relations.iter();
        for relation in of_plan.filter(|relation| relation.verb == Verb::NoConflict) {
            let others = members.named(&relation.second);
            for id in members.named(&relation.first).iter() {
                declarations.add(*id, &others);
            }
        }
        Self::classify(declarations)
    }

    /// Groups the callbacks with the same declarations into classes.
    fn classify(declarations: Declarations) -> Self {
        let mut exemptions = Self {
            class_of: Vec::with_capacity(declarations.class_of.len()),
            classes: vec![Class::default()],
            lists: vec![NamedList::default(); declarations.list_ids.len()],
        };
        let mut known = HashMap::from([(Class::default(), UNMENTIONED)]);
        for mut class in declarations.class_of {
            sort_unique(&mut class.names);
            let id = known.entry(class);
            let id = *id.or_insert_with_key(|class| exemptions.add_class(class));
            exemptions.class_of.push(id);
        }
        exemptions
    }

    fn add_class(&mut self, class: &Class) -> ClassId {
        let id = ClassId::new(self.classes.len());
        for list in &class.names {
            self.lists[*list].named_by.push(id);
        }
        for list in &class.is_in {
            self.lists[*list].members.push(id);
        }
        self.classes.push(class.clone());
        id
    }

    /// Whether callbacks of these classes need no order.
    pub(crate) fn is_exempt(&self, first: ClassId, second: ClassId) -> bool {
        if first == UNMENTIONED || second == UNMENTIONED {
            return false;
        }
        let names = |naming: ClassId, named: ClassId| {
            let is_in = &self.classes[named].is_in;
            let mut lists = self.classes[naming].names.iter();
            lists.any(|list| is_in.binary_search(list).is_ok())
        };
        names(first, second) || names(second, first)
    }

    /// Returns the classes that need no order with this one.
    pub(crate) fn exempt_from(&self, class: ClassId) -> Vec<ClassId> {
        let Class { names, is_in } = &self.classes[class];
        let named = names.iter().flat_map(|list| &self.lists[*list].members);
        let naming = is_in.iter().flat_map(|list| &self.lists[*list].named_by);
        let mut classes: Vec<ClassId> = named.chain(naming).copied().collect();
        sort_unique(&mut classes);
        classes
    }
}

/// The `no_conflict` declarations of each callback, while they are collected.
struct Declarations {
    /// The declarations that mention a callback, by its id.
    class_of: Vec<Class>,
    /// The ids of the named lists, by their address in memory.
    list_ids: HashMap<*const CallbackId, ListId>,
}

impl Declarations {
    /// Adds the declaration of the callback `id` that it needs no order with `others`.
    fn add(&mut self, id: CallbackId, others: &Arc<[CallbackId]>) {
        if others.is_empty() {
            return;
        }
        let next = ListId::new(self.list_ids.len());
        let list = *self.list_ids.entry(others.as_ptr()).or_insert(next);
        if list == next {
            for other in others.iter() {
                self.class_of[*other].is_in.push(list);
            }
        }
        self.class_of[id].names.push(list);
    }
}
