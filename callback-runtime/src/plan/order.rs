//! The order of callbacks, the same at every breakpoint, and their names.

use super::Attached;
use std::collections::HashMap;
use std::sync::Arc;

/// The indices of the callbacks, by ascending weight, then insertion (P3).
pub(super) fn by_weight_then_insertion(attached: &[Attached]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..attached.len())
        .filter(|at| attached[*at].active)
        .collect();
    order.sort_by(|one, other| {
        let (one, other) = (&attached[*one], &attached[*other]);
        // Adding 0 makes -0 a 0; NaN is a problem of its own and must only not upset the sort.
        (one.weight() + 0.0)
            .total_cmp(&(other.weight() + 0.0))
            .then_with(|| one.place.cmp(&other.place))
    });
    order
}

/// A name for each callback: its own, or its type's; the second `X` is `X#2`, by insertion (P10).
pub(super) fn names(attached: &[Attached]) -> Vec<Arc<str>> {
    let mut taken: HashMap<String, usize> = attached
        .iter()
        .filter(|callback| callback.active)
        .filter_map(|callback| Some((callback.explicit_name()?.to_owned(), 1)))
        .collect();
    let mut names: Vec<Arc<str>> = vec![Arc::from(""); attached.len()];
    let mut insertion: Vec<usize> = (0..attached.len()).collect();
    insertion.sort_by_key(|at| attached[*at].place);
    for at in insertion {
        names[at] = match attached[at].explicit_name() {
            Some(name) => Arc::from(name),
            None => numbered(attached[at].about.type_label(), &mut taken).into(),
        };
    }
    names
}

fn numbered(label: &str, taken: &mut HashMap<String, usize>) -> String {
    let count = taken.entry(label.to_owned()).or_insert(0);
    *count += 1;
    match *count {
        1 => label.to_owned(),
        nth => format!("{label}#{nth}"),
    }
}
