//! The names of callbacks.

use super::members::active;
use crate::plan::Attached;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A name for each callback: its own, or its type's; the second `X` is `X#2`, by insertion (P10).
pub(crate) fn names(attached: &[Attached]) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = vec![Arc::from(""); attached.len()];
    let mut taken = HashSet::with_capacity(attached.len());
    let mut nameless = Vec::new();
    for (id, callback) in active(attached) {
        match callback.explicit_name() {
            Some(name) => {
                names[id] = Arc::from(name);
                taken.insert(names[id].clone());
            }
            None => nameless.push((id, callback)),
        }
    }
    nameless.sort_by_key(|(_, callback)| callback.insertion);
    let mut counts = HashMap::new();
    for (id, callback) in nameless {
        names[id] = numbered(callback.info.type_label(), &mut counts, &mut taken);
    }
    names
}

/// The first of `X`, `X#2`, … that is free.
fn numbered<'l>(
    label: &'l str,
    counts: &mut HashMap<&'l str, u64>,
    taken: &mut HashSet<Arc<str>>,
) -> Arc<str> {
    // How many were given before, so that a thousand of a kind are not counted from the start each.
    let count = counts.entry(label).or_insert(0);
    loop {
        *count += 1;
        let name: Arc<str> = match *count {
            1 => label.into(),
            nth => format!("{label}#{nth}").into(),
        };
        if taken.insert(name.clone()) {
            return name;
        }
    }
}
