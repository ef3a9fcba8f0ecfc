//! Finds the callbacks that use the same state at one breakpoint, and whose order matters and is undecided.

mod nearest;

use super::order::{ClassId, DecidedOrders};
use super::{PlanCore, UndecidedPair};
use crate::callback::CallbackId;
use crate::loops::BreakpointId;
use crate::raw::{Access, AccessKind, SlotId};
use crate::run::HandlerRecord;
use nearest::NearestSearch;
use std::collections::{BTreeMap, HashMap};

/// The access of one handler to one type of state.
#[derive(Clone, Copy)]
struct StateUse {
    /// The position among all accesses of the handlers of the breakpoint.
    order: usize,
    /// The callback of the handler.
    callback: CallbackId,
    /// The class of the callback.
    class: ClassId,
    /// Whether the callback was attached by hand.
    by_hand: bool,
    /// Whether the handler may write the state.
    writes: bool,
    /// Whether the handler asks for the whole state.
    everything: bool,
    /// The access to the state. A copy of a use of everything has the access of another handler.
    access: Access,
}

/// Finds the pairs of all breakpoints. A handler that asks for everything may write any state. Outside of a strict plan, it is compared
/// only with discovered callbacks, or if it is discovered itself.
pub(super) fn find_pairs(plan: &PlanCore, decided: &DecidedOrders) -> Vec<UndecidedPair> {
    let mut found = FoundPairs::default();
    let strict = plan.strict;
    let check = PairCheck { decided, strict };
    for at in plan.loop_info.ids() {
        for uses in by_state(plan.dispatcher.records(at), decided) {
            for (first, second) in check.writers(&uses).into_iter().chain(check.readers(&uses)) {
                found.add(at, first, second);
            }
        }
    }
    found.pairs
}

/// Groups the uses of the handlers of one breakpoint by their state, without states that no handler writes. States are in the order of
/// their first use, uses in the order of the handlers.
fn by_state(records: &[HandlerRecord], decided: &DecidedOrders) -> Vec<Vec<StateUse>> {
    let mut order = 0;
    let mut everything = Vec::new();
    let mut states: Vec<Vec<StateUse>> = Vec::new();
    let mut indices = BTreeMap::new();
    for record in records {
        for access in &record.accesses {
            let state_use = StateUse {
                order,
                callback: record.callback,
                class: decided.exemptions.class_of[record.callback],
                by_hand: decided.by_hand[record.callback],
                writes: access.kind != AccessKind::Read,
                everything: access.kind == AccessKind::Everything,
                access: *access,
            };
            order += 1;
            if state_use.everything {
                everything.push(state_use);
                continue;
            }
            let index = *indices.entry(access.slot).or_insert(states.len());
            match states.get_mut(index) {
                Some(uses) => uses.push(state_use),
                None => states.push(vec![state_use]),
            }
        }
    }
    states.retain(|uses| !everything.is_empty() || uses.iter().any(|single| single.writes));
    for uses in &mut states {
        let access = uses[0].access;
        uses.extend(everything.iter().map(|whole| StateUse { access, ..*whole }));
        uses.sort_unstable_by_key(|state_use| state_use.order);
    }
    states
}

/// Compares pairs of uses of one state.
#[derive(Clone, Copy)]
struct PairCheck<'d> {
    decided: &'d DecidedOrders,
    /// Whether the plan is strict.
    strict: bool,
}

impl PairCheck<'_> {
    /// Returns each writer with the nearest earlier writer with which its order is undecided, if there is one.
    fn writers(self, uses: &[StateUse]) -> Vec<(StateUse, StateUse)> {
        let all = uses.iter().rev().filter(|state_use| state_use.writes);
        let writers: Vec<StateUse> = all.copied().collect();
        let mut search = NearestSearch::of(self, &writers);
        let pair = |index: usize| {
            let second = writers[index];
            Some((search.nearest(&second, index + 1)?, second))
        };
        (0..writers.len()).rev().filter_map(pair).collect()
    }

    /// Returns each reader with the nearest later writer with which its order is undecided, if there is one.
    fn readers(self, uses: &[StateUse]) -> Vec<(StateUse, StateUse)> {
        let (writers, readers): (Vec<StateUse>, Vec<StateUse>) =
            uses.iter().partition(|state_use| state_use.writes);
        let mut search = NearestSearch::of(self, &writers);
        let pair = |first: StateUse| {
            let start = writers.partition_point(|writer| writer.order < first.order);
            Some((first, search.nearest(&first, start)?))
        };
        readers.into_iter().filter_map(pair).collect()
    }

    /// Whether the order of two uses does not matter, in whichever order they are passed.
    fn is_irrelevant(self, first: &StateUse, second: &StateUse) -> bool {
        let everything = first.everything || second.everything;
        everything && !self.strict && first.by_hand && second.by_hand
            || self.decided.exemptions.is_exempt(first.class, second.class)
    }
}

/// The pairs of callbacks whose order only insertion decides.
#[derive(Default)]
struct FoundPairs {
    pairs: Vec<UndecidedPair>,
    /// The index of each pair, by its key.
    known: HashMap<PairKey, usize>,
}

/// Identifies a pair: its callbacks, whether the first only reads, and the state. The state is `None` if one of the two asks for everything,
/// so that they are one pair, and not one for each state.
type PairKey = (CallbackId, CallbackId, bool, Option<SlotId>);

impl FoundPairs {
    /// Adds a pair of uses, or counts the breakpoint if its callbacks are a known pair.
    fn add(&mut self, at: BreakpointId, first: StateUse, second: StateUse) {
        let everything = first.everything || second.everything;
        let reads = !first.writes;
        let slot = (!everything).then_some(first.access.slot);
        let key = (first.callback, second.callback, reads, slot);
        let index = *self.known.entry(key).or_insert(self.pairs.len());
        if let Some(known) = self.pairs.get_mut(index) {
            known.more += usize::from(known.last != at);
            known.last = at;
            return;
        }
        self.pairs.push(UndecidedPair {
            first: first.callback,
            second: second.callback,
            type_id: first.access.type_id,
            type_name: first.access.type_name,
            reads,
            everything,
            at,
            last: at,
            more: 0,
        });
    }
}
