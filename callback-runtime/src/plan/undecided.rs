//! Callbacks that touch the same state at one breakpoint, and whose order nobody decided though it matters.

use super::declared::Undecided;
use super::order::Decided;
use super::resolve::Placed;
use crate::raw::{Need, Want};
use std::collections::HashMap;

/// Pairs whose order insertion alone decides.
#[derive(Default)]
pub(super) struct Pairs {
    /// Both write the same state.
    pub(super) writers: Vec<Undecided>,
    /// The first reads what the second writes.
    pub(super) early_readers: Vec<Undecided>,
}

/// One handler's access to one state.
#[derive(Clone, Copy)]
struct Access {
    instance: usize,
    writes: bool,
    want: Want,
}

/// The pairs of all breakpoints. A handler that asks for everything counts as a writer of everything if `strict` says so.
pub(super) fn pairs(lists: &[Vec<Placed>], decided: &Decided<'_>, strict: bool) -> Pairs {
    let mut pairs = Pairs::default();
    let (mut writers, mut readers) = (Seen::default(), Seen::default());
    for (at, list) in lists.iter().enumerate() {
        for accesses in by_state(list, strict) {
            for (first, second) in undecided_writers(&accesses, decided) {
                writers.note(&mut pairs.writers, at, first, second);
            }
            for (first, second) in undecided_readers(&accesses, decided) {
                readers.note(&mut pairs.early_readers, at, first, second);
            }
        }
    }
    pairs
}

/// The accesses of a list, in order, for each state that somebody writes.
fn by_state(list: &[Placed], strict: bool) -> Vec<Vec<Access>> {
    let mut by_state: HashMap<usize, Vec<Access>> = HashMap::new();
    let mut states = Vec::new();
    let wants = list.iter().flat_map(|placed| &placed.wants);
    for want in wants.filter(|want| want.need != Need::Everything) {
        by_state.entry(want.slot).or_insert_with(|| {
            states.push(*want);
            Vec::new()
        });
    }
    for placed in list {
        for want in &placed.wants {
            let everything = want.need == Need::Everything;
            let touched = states.iter().filter(|state| {
                if everything {
                    strict
                } else {
                    state.slot == want.slot
                }
            });
            for state in touched {
                by_state.entry(state.slot).or_default().push(Access {
                    instance: placed.instance,
                    writes: want.need != Need::Read,
                    want: *state,
                });
            }
        }
    }
    let accesses = states
        .iter()
        .filter_map(|state| by_state.remove(&state.slot));
    accesses
        .filter(|accesses| accesses.iter().any(|access| access.writes))
        .collect()
}

/// Each writer with the one before it, over the heads of those of whom it was said that it does not matter.
fn undecided_writers(accesses: &[Access], decided: &Decided<'_>) -> Vec<(Access, Access)> {
    let writers: Vec<Access> = accesses.iter().filter(|one| one.writes).copied().collect();
    let before = |at: usize| {
        let second = writers[at];
        let mut others = writers[..at].iter().rev();
        let first = *others.find(|first| matters(decided, first, &second))?;
        (!decided.knows(first.instance, second.instance)).then_some((first, second))
    };
    (0..writers.len()).filter_map(before).collect()
}

/// Each reader with the writer behind it.
fn undecided_readers(accesses: &[Access], decided: &Decided<'_>) -> Vec<(Access, Access)> {
    let behind = |at: usize| {
        let first = accesses[at];
        let mut others = accesses[at + 1..].iter().filter(|other| other.writes);
        let second = *others.find(|second| matters(decided, &first, second))?;
        (!decided.knows(first.instance, second.instance)).then_some((first, second))
    };
    let readers = (0..accesses.len()).filter(|at| !accesses[*at].writes);
    readers.filter_map(behind).collect()
}

fn matters(decided: &Decided<'_>, first: &Access, second: &Access) -> bool {
    first.instance != second.instance && !decided.is_indifferent(first.instance, second.instance)
}

/// Which pairs are known, so that each is told once.
#[derive(Default)]
struct Seen(HashMap<(usize, usize, usize), usize>);

impl Seen {
    fn note(&mut self, pairs: &mut Vec<Undecided>, at: usize, first: Access, second: Access) {
        let key = (first.instance, second.instance, first.want.slot);
        if let Some(known) = self.0.get(&key) {
            pairs[*known].more += usize::from(pairs[*known].at != at);
            return;
        }
        self.0.insert(key, pairs.len());
        pairs.push(Undecided {
            first: first.instance,
            second: second.instance,
            type_id: first.want.type_id,
            type_name: first.want.type_name,
            at,
            more: 0,
        });
    }
}
