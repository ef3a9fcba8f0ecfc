//! Names the attached callbacks.

use super::members::active;
use crate::plan::Attached;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Returns a name for each callback: its explicit name or, without one, that of its type. The second callback of the type `X` by insertion
/// is `X#2` (P10).
pub(crate) fn names(attached: &[Attached]) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = vec![Arc::from(""); attached.len()];
    let mut taken = HashSet::with_capacity(attached.len());
    let mut unnamed = Vec::new();
    for (id, callback) in active(attached) {
        match callback.explicit_name() {
            Some(name) => {
                names[id] = Arc::from(name);
                taken.insert(names[id].clone());
            }
            None => unnamed.push((id, callback)),
        }
    }
    unnamed.sort_by_key(|(_, callback)| callback.insertion);
    let mut counts = HashMap::new();
    for (id, callback) in unnamed {
        names[id] = numbered(callback.info.type_label(), &mut counts, &mut taken);
    }
    names
}

/// Returns the first of `X`, `X#2`, … that is not taken.
fn numbered<'l>(
    label: &'l str,
    counts: &mut HashMap<&'l str, u64>,
    taken: &mut HashSet<Arc<str>>,
) -> Arc<str> {
    // Counting continues where it stopped for the last callback of this type, so that a thousand of them need a thousand steps.
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
