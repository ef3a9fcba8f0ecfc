//! Finds the attached callbacks that a [`CallbackRef`] refers to.

use crate::callback::{CallbackId, CallbackRef, RefTarget};
use crate::plan::Attached;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// The active callbacks by type, group and name.
#[derive(Default)]
pub(crate) struct Members {
    /// The callbacks of each type and of each group, ascending.
    of_types: HashMap<TypeId, Arc<[CallbackId]>>,
    /// The callback of each name.
    of_names: HashMap<Arc<str>, Arc<[CallbackId]>>,
}

impl Members {
    pub(crate) fn of(attached: &[Attached], names: &[Arc<str>]) -> Self {
        let mut of_types: HashMap<TypeId, Vec<CallbackId>> = HashMap::new();
        let mut of_names = HashMap::with_capacity(attached.len());
        for (id, callback) in active(attached) {
            let groups = callback.info.relations().groups.iter();
            let groups = groups.chain(&callback.relations.groups);
            for type_id in groups.chain([&callback.functions.type_id]) {
                let members = of_types.entry(*type_id).or_default();
                // A callback that joined a group twice is one member.
                if members.last() != Some(&id) {
                    members.push(id);
                }
            }
            of_names.insert(names[id].clone(), Arc::from([id]));
        }
        let of_types = of_types.into_iter();
        Self {
            of_types: of_types.map(|(id, all)| (id, all.into())).collect(),
            of_names,
        }
    }

    /// Returns the callbacks that a reference names, in the order of attaching.
    pub(crate) fn named(&self, callback_ref: &CallbackRef) -> Arc<[CallbackId]> {
        let found = match callback_ref.target() {
            RefTarget::Type { id, .. } => self.of_types.get(id),
            RefTarget::Name(name) => self.of_names.get(name.as_ref()),
        };
        found.cloned().unwrap_or_default()
    }

    /// Returns the callbacks of a type or a group, in the order of attaching.
    pub(super) fn of_type(&self, id: TypeId) -> Arc<[CallbackId]> {
        self.of_types.get(&id).cloned().unwrap_or_default()
    }
}

/// Returns the callbacks that are not suppressed.
pub(crate) fn active(attached: &[Attached]) -> impl Iterator<Item = (CallbackId, &Attached)> {
    let all = CallbackId::first_ids(attached.len()).zip(attached);
    all.filter(|(_, callback)| callback.active)
}
