//! Finds the callbacks that use the same state at one breakpoint, and whose order matters and is undecided.

mod nearest;

use super::UndecidedPair;
use super::order::DecidedOrders;
use crate::callback::CallbackId;
use crate::loops::{BreakpointId, LoopInfo};
use crate::raw::{Access, AccessKind, SlotId};
use crate::run::{Dispatcher, HandlerRecord};
use nearest::{NearestSearch, UseKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The pairs of callbacks whose order only insertion decides.
#[derive(Default)]
pub(super) struct UndecidedPairs {
    /// The pairs of which both write the same state.
    pub(super) writers: Vec<UndecidedPair>,
    /// The pairs of which the first reads state that the second writes.
    pub(super) early_readers: Vec<UndecidedPair>,
}

/// The access of one handler to one type of state.
#[derive(Clone, Copy)]
struct StateUse {
    /// The position among all accesses of the handlers of the breakpoint.
    order: usize,
    /// The callback of the handler.
    callback: CallbackId,
    /// Whether the handler may write the state.
    writes: bool,
    /// Whether the handler asks for the whole state.
    everything: bool,
    /// The access to the state. A copy of a use of everything has the access of another handler.
    access: Access,
}

/// Finds the pairs of all breakpoints. A handler that asks for everything may write any state. Outside of a strict plan, it is compared
/// only with discovered callbacks, or if it is discovered itself.
pub(super) fn find_pairs(
    dispatcher: &Dispatcher,
    loop_info: &LoopInfo,
    decided: &DecidedOrders<'_>,
    strict: bool,
) -> UndecidedPairs {
    let mut pairs = UndecidedPairs::default();
    let (mut writers, mut readers) = (KnownPairs::default(), KnownPairs::default());
    let check = PairCheck { decided, strict };
    for at in loop_info.ids() {
        for uses in by_state(dispatcher.records(at)) {
            for (first, second) in check.writers(&uses) {
                writers.add(&mut pairs.writers, at, first, second);
            }
            for (first, second) in check.readers(&uses) {
                readers.add(&mut pairs.early_readers, at, first, second);
            }
        }
    }
    pairs
}

/// Groups the uses of the handlers of one breakpoint by their state, without states that no handler writes. States are in the order of
/// their first use, uses in the order of the handlers.
fn by_state(records: &[HandlerRecord]) -> Vec<Vec<StateUse>> {
    let accesses = records.iter().flat_map(|record| {
        record
            .accesses
            .iter()
            .map(|access| (record.callback, *access))
    });
    let all: Vec<StateUse> = accesses.enumerate().map(StateUse::of).collect();
    let (everything, single): (Vec<StateUse>, Vec<StateUse>) =
        all.into_iter().partition(|state_use| state_use.everything);
    let writes = single.iter().filter(|state_use| state_use.writes);
    let written: BTreeSet<SlotId> = writes.map(|state_use| state_use.access.slot).collect();
    let is_written = |slot: SlotId| !everything.is_empty() || written.contains(&slot);
    let mut states: Vec<Vec<StateUse>> = Vec::new();
    let mut indices = BTreeMap::new();
    for state_use in single {
        let slot = state_use.access.slot;
        if !is_written(slot) {
            continue;
        }
        let index = *indices.entry(slot).or_insert(states.len());
        match states.get_mut(index) {
            Some(uses) => uses.push(state_use),
            None => states.push(vec![state_use]),
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
        uses.extend(everything.iter().map(|state_use| StateUse {
            access,
            ..*state_use
        }));
        uses.sort_unstable_by_key(|state_use| state_use.order);
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

/// Compares pairs of uses of one state.
struct PairCheck<'d> {
    decided: &'d DecidedOrders<'d>,
    /// Whether the plan is strict.
    strict: bool,
}

/// The order of two uses of one state.
enum PairOrder {
    /// The order does not matter.
    Irrelevant,
    /// Weights or declared orders decide it.
    Decided,
    /// Only insertion decides it.
    Undecided,
}

impl PairCheck<'_> {
    /// Returns each writer with the nearest earlier writer with which its order is undecided, if there is one.
    fn writers(&self, uses: &[StateUse]) -> Vec<(StateUse, StateUse)> {
        let all = uses.iter().filter(|state_use| state_use.writes);
        let mut writers: Vec<StateUse> = all.copied().collect();
        writers.reverse();
        let mut search = NearestSearch::of(&writers);
        let pair = |index: usize| {
            let second = writers[index];
            let pair_order = |first: &StateUse| self.pair_order(first, &second);
            let first = search.nearest(self, &second, index + 1, pair_order)?;
            Some((first, second))
        };
        (0..writers.len()).rev().filter_map(pair).collect()
    }

    /// Returns each reader with the nearest later writer with which its order is undecided, if there is one.
    fn readers(&self, uses: &[StateUse]) -> Vec<(StateUse, StateUse)> {
        let all = uses.iter().filter(|state_use| state_use.writes);
        let writers: Vec<StateUse> = all.copied().collect();
        let mut search = NearestSearch::of(&writers);
        let pair = |first: &StateUse| {
            let start = writers.partition_point(|writer| writer.order < first.order);
            let pair_order = |second: &StateUse| self.pair_order(first, second);
            let second = search.nearest(self, first, start, pair_order)?;
            Some((*first, second))
        };
        let readers = uses.iter().filter(|state_use| !state_use.writes);
        readers.filter_map(pair).collect()
    }

    fn pair_order(&self, first: &StateUse, second: &StateUse) -> PairOrder {
        if self.is_irrelevant(first, second) {
            PairOrder::Irrelevant
        } else if self.decided.decides(first.callback, second.callback) {
            PairOrder::Decided
        } else {
            PairOrder::Undecided
        }
    }

    /// Returns the kind of a use. Uses of the same kind have an irrelevant order with the same other uses.
    fn kind(&self, state_use: &StateUse) -> UseKind {
        let by_hand = self.decided.is_by_hand(state_use.callback);
        let class = self.decided.class(state_use.callback);
        (class, state_use.everything, by_hand)
    }

    /// Whether the order of two uses does not matter, in whichever order they are passed.
    fn is_irrelevant(&self, first: &StateUse, second: &StateUse) -> bool {
        let by_hand = |state_use: &StateUse| self.decided.is_by_hand(state_use.callback);
        let class = |state_use: &StateUse| self.decided.class(state_use.callback);
        let everything = first.everything || second.everything;
        everything && !self.strict && by_hand(first) && by_hand(second)
            || self.decided.is_exempt(class(first), class(second))
    }
}

/// The index of each pair that was found, by its callbacks and state. The state is `None` if one of the two asks for everything.
#[derive(Default)]
struct KnownPairs(HashMap<(CallbackId, CallbackId, Option<SlotId>), usize>);

impl KnownPairs {
    /// Adds a pair of uses, or counts the breakpoint if its callbacks are a known pair.
    fn add(
        &mut self,
        pairs: &mut Vec<UndecidedPair>,
        at: BreakpointId,
        first: StateUse,
        second: StateUse,
    ) {
        let everything = first.everything || second.everything;
        // A pair with a handler that asks for everything is one pair, and not one for each state.
        let slot = (!everything).then_some(first.access.slot);
        let key = (first.callback, second.callback, slot);
        if let Some(index) = self.0.get(&key) {
            let known = &mut pairs[*index];
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
