//! Callbacks that use the same state at one breakpoint, and whose order matters and is undecided.

mod nearest;

use super::UndecidedPair;
use super::order::Decided;
use crate::callback::CallbackId;
use crate::loops::{BreakpointId, LoopInfo};
use crate::raw::{Access, AccessKind, SlotId};
use crate::run::{Dispatcher, HandlerRecord};
use nearest::{NearestSearch, UseKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Pairs whose order only insertion decides.
#[derive(Default)]
pub(super) struct Pairs {
    /// Both write the same state.
    pub(super) writers: Vec<UndecidedPair>,
    /// The first reads what the second writes.
    pub(super) early_readers: Vec<UndecidedPair>,
}

/// One handler's access to one state.
#[derive(Clone, Copy)]
struct StateUse {
    /// Its position among all accesses of the breakpoint.
    order: usize,
    callback: CallbackId,
    writes: bool,
    /// It asks for the whole state.
    everything: bool,
    access: Access,
}

/// The pairs of all breakpoints. A handler that asks for everything may write anything: that counts in a strict plan, and beside
/// a callback that was discovered.
pub(super) fn pairs(
    dispatcher: &Dispatcher,
    loop_info: &LoopInfo,
    decided: &Decided<'_>,
    strict: bool,
) -> Pairs {
    let mut pairs = Pairs::default();
    let (mut writers, mut readers) = (ReportedPairs::default(), ReportedPairs::default());
    let check = PairCheck { decided, strict };
    for at in loop_info.ids() {
        for uses in by_state(dispatcher.records(at)) {
            for (first, second) in check.writers(&uses) {
                writers.note(&mut pairs.writers, at, first, second);
            }
            for (first, second) in check.readers(&uses) {
                readers.note(&mut pairs.early_readers, at, first, second);
            }
        }
    }
    pairs
}

/// The uses of each state that is written, in order; the states in the order of their first use.
fn by_state(list: &[HandlerRecord]) -> Vec<Vec<StateUse>> {
    let accesses = list.iter().flat_map(|record| {
        record
            .accesses
            .iter()
            .map(|access| (record.callback, *access))
    });
    let all: Vec<StateUse> = accesses.enumerate().map(StateUse::of).collect();
    let everything: Vec<StateUse> = all.iter().filter(|one| one.everything).copied().collect();
    let writes = all.iter().filter(|one| one.writes && !one.everything);
    let written: BTreeSet<SlotId> = writes.map(|one| one.access.slot).collect();
    let named = all.iter().filter(|one| !one.everything);
    let mut states: Vec<Vec<StateUse>> = Vec::new();
    let mut places = BTreeMap::new();
    for one in named.filter(|one| !everything.is_empty() || written.contains(&one.access.slot)) {
        let place = *places.entry(one.access.slot).or_insert(states.len());
        match states.get_mut(place) {
            Some(uses) => uses.push(*one),
            None => states.push(vec![*one]),
        }
    }
    for uses in &mut states {
        add_whole_state_uses(uses, &everything);
    }
    states
}

/// Adds the handlers that ask for everything to the uses of a state.
fn add_whole_state_uses(uses: &mut Vec<StateUse>, everything: &[StateUse]) {
    if let Some(&StateUse { access, .. }) = uses.first().filter(|_| !everything.is_empty()) {
        uses.extend(everything.iter().map(|one| StateUse { access, ..*one }));
        uses.sort_unstable_by_key(|one| one.order);
    }
}

impl StateUse {
    fn of((order, (callback, access)): (usize, (CallbackId, Access))) -> Self {
        Self {
            order,
            callback,
            writes: access.kind != AccessKind::Read,
            everything: access.kind == AccessKind::Everything,
            access,
        }
    }
}

/// Compares two uses of a state.
struct PairCheck<'d> {
    decided: &'d Decided<'d>,
    strict: bool,
}

enum PairOrder {
    /// It does not matter.
    Irrelevant,
    Decided,
    Undecided,
}

impl PairCheck<'_> {
    /// Each writer with the nearest one before it with which its order is undecided.
    fn writers(&self, uses: &[StateUse]) -> Vec<(StateUse, StateUse)> {
        let mut writers: Vec<StateUse> = uses.iter().filter(|one| one.writes).copied().collect();
        writers.reverse();
        let mut search = NearestSearch::of(&writers);
        let before = |at: usize| {
            let second = writers[at];
            let first = search.nearest(self, &second, at + 1, |first| self.of(first, &second))?;
            Some((first, second))
        };
        (0..writers.len()).rev().filter_map(before).collect()
    }

    /// Each reader with the nearest later writer with which its order is undecided.
    fn readers(&self, uses: &[StateUse]) -> Vec<(StateUse, StateUse)> {
        let writers: Vec<StateUse> = uses.iter().filter(|one| one.writes).copied().collect();
        let mut search = NearestSearch::of(&writers);
        let behind = |first: &StateUse| {
            let start = writers.partition_point(|writer| writer.order < first.order);
            let second = search.nearest(self, first, start, |second| self.of(first, second))?;
            Some((*first, second))
        };
        let readers = uses.iter().filter(|one| !one.writes);
        readers.filter_map(behind).collect()
    }

    fn of(&self, first: &StateUse, second: &StateUse) -> PairOrder {
        if self.is_irrelevant(first, second) {
            PairOrder::Irrelevant
        } else if self.decided.knows(first.callback, second.callback) {
            PairOrder::Decided
        } else {
            PairOrder::Undecided
        }
    }

    /// All accesses of a kind are indifferent to the same ones.
    fn kind(&self, one: &StateUse) -> UseKind {
        let by_hand = self.decided.is_by_hand(one.callback);
        (self.decided.class(one.callback), one.everything, by_hand)
    }

    fn is_irrelevant(&self, one: &StateUse, other: &StateUse) -> bool {
        let by_hand = |one: &StateUse| self.decided.is_by_hand(one.callback);
        let class = |one: &StateUse| self.decided.class(one.callback);
        let everything = one.everything || other.everything;
        everything && !self.strict && by_hand(one) && by_hand(other)
            || self.decided.exempt(class(one), class(other))
    }
}

/// The pairs that are reported already.
#[derive(Default)]
struct ReportedPairs(HashMap<(CallbackId, CallbackId, Option<SlotId>), usize>);

impl ReportedPairs {
    fn note(
        &mut self,
        pairs: &mut Vec<UndecidedPair>,
        at: BreakpointId,
        first: StateUse,
        second: StateUse,
    ) {
        let everything = first.everything || second.everything;
        // A handler that asks for everything is reported once, and not for each state.
        let slot = (!everything).then_some(first.access.slot);
        let key = (first.callback, second.callback, slot);
        if let Some(known) = self.0.get(&key) {
            let known = &mut pairs[*known];
            known.more += usize::from(known.last != at);
            known.last = at;
            return;
        }
        self.0.insert(key, pairs.len());
        pairs.push(UndecidedPair {
            first: first.callback,
            second: second.callback,
            type_id: first.access.type_id,
            type_name: first.access.type_name,
            everything,
            at,
            last: at,
            more: 0,
        });
    }
}
