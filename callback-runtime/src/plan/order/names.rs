//! The names of callbacks.

use crate::plan::Attached;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A name for each callback: its own, or its type's; the second `X` is `X#2`, by insertion (P10).
pub(in crate::plan) fn names(attached: &[Attached]) -> Vec<Arc<str>> {
    let active = attached.iter().filter(|callback| callback.active);
    let mut taken: HashSet<String> = active
        .filter_map(|callback| callback.explicit_name().map(str::to_owned))
        .collect();
    let mut names: Vec<Arc<str>> = vec![Arc::from(""); attached.len()];
    let mut insertion: Vec<usize> = (0..attached.len())
        .filter(|at| attached[*at].active)
        .collect();
    insertion.sort_by_key(|at| attached[*at].place);
    let mut counts = HashMap::new();
    for at in insertion {
        let callback = &attached[at];
        names[at] = match callback.explicit_name() {
            Some(name) => Arc::from(name),
            None => numbered(callback.about.type_label(), &mut counts, &mut taken).into(),
        };
    }
    names
}

/// The first of `X`, `X#2`, … that nobody has.
fn numbered(label: &str, counts: &mut HashMap<String, u64>, taken: &mut HashSet<String>) -> String {
    // How many were given before, so that a thousand of a kind are not counted from the start each.
    let count = counts.entry(label.to_owned()).or_insert(0);
    loop {
        *count += 1;
        let name = match *count {
            1 => label.to_owned(),
            nth => format!("{label}#{nth}"),
        };
        if taken.insert(name.clone()) {
            return name;
        }
    }
}
