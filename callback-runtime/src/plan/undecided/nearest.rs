//! Finds the nearest use of a state with which the order of another use is undecided, without visiting all uses in between.

use super::{PairCheck, PairOrder, StateUse};
use crate::plan::order::{ClassId, DecidedOrders, OrderTraits};
use std::collections::HashMap;
use std::ops::Range;

/// A search in the uses of one state.
pub(super) struct NearestSearch<'a> {
    /// The uses, sorted so that the nearest one is the next one.
    uses: &'a [StateUse],
    /// For each kind of use, the last range of uses whose order with it was found to be irrelevant.
    skipped: HashMap<UseKind, Range<usize>>,
    /// For each class, the indices of its uses, grouped by the properties that a comparison depends on. Filled when it is first needed.
    groups: Option<HashMap<ClassId, Vec<Vec<usize>>>>,
}

/// The properties of a use that decide whether its order with another one is irrelevant: the class of its callback, whether it asks for
/// everything, and whether its callback is attached by hand.
pub(super) type UseKind = (ClassId, bool, bool);

impl<'a> NearestSearch<'a> {
    pub(super) fn of(uses: &'a [StateUse]) -> Self {
        Self {
            uses,
            skipped: HashMap::new(),
            groups: None,
        }
    }

    /// Returns the nearest use from `start` on whose order with `target` is undecided.
    ///
    /// Let D be the first use whose order with `target` is relevant. If that order is decided, a use after D falls into one of three cases:
    ///
    /// - its order with D is decided, and through D also that with `target`;
    /// - its order with D is undecided, which the search for D finds;
    /// - its order with D is irrelevant. Only these uses remain to be visited.
    pub(super) fn nearest(
        &mut self,
        check: &PairCheck<'_>,
        target: &StateUse,
        start: usize,
        pair_order: impl Fn(&StateUse) -> PairOrder,
    ) -> Option<StateUse> {
        let index = self.skip(check, target, start);
        let first = self.uses.get(index)?;
        match pair_order(first) {
            PairOrder::Undecided => Some(*first),
            PairOrder::Irrelevant => None,
            PairOrder::Decided => {
                self.nearest_past_decided(check.decided, target, index, pair_order)
            }
        }
    }

    /// Returns the first index from `start` on whose use is of another callback and whose order with `target` is relevant.
    fn skip(&mut self, check: &PairCheck<'_>, target: &StateUse, start: usize) -> usize {
        let uses = self.uses;
        let is_own = |index: usize| {
            let state_use = uses.get(index);
            state_use.is_some_and(|state_use| state_use.callback == target.callback)
        };
        let is_irrelevant = |index: usize| {
            let state_use = uses.get(index);
            state_use.is_some_and(|state_use| check.is_irrelevant(state_use, target))
        };
        let mut start = start;
        // The uses of a callback follow each other.
        while is_own(start) {
            start += 1;
        }
        if !is_irrelevant(start) {
            return start;
        }
        let kind = check.kind(target);
        let skipped = self.skipped.get(&kind).cloned().unwrap_or_default();
        let mut end = start;
        while is_irrelevant(end) {
            end = if skipped.contains(&end) {
                skipped.end
            } else {
                end + 1
            };
        }
        self.skipped.insert(kind, start..end);
        end
    }

    /// Returns the nearest use past the decided one at the index `decided_at` whose order with that one is irrelevant, and with `target`
    /// undecided.
    fn nearest_past_decided(
        &mut self,
        decided: &DecidedOrders<'_>,
        target: &StateUse,
        decided_at: usize,
        pair_order: impl Fn(&StateUse) -> PairOrder,
    ) -> Option<StateUse> {
        let class = |state_use: &StateUse| decided.class(state_use.callback);
        // The classes of the decided uses so far. A use whose order with one of them matters is not visited, as in `nearest`.
        let mut passed = vec![class(&self.uses[decided_at])];
        let mut classes = decided.exempt_from(passed[0]);
        classes.retain(|other| !decided.is_exempt(*other, class(target)));
        for index in self.nearest_of(decided, &classes, decided_at) {
            let candidate = &self.uses[index];
            let class = class(candidate);
            if !passed.iter().all(|other| decided.is_exempt(*other, class)) {
                continue;
            }
            match pair_order(candidate) {
                PairOrder::Undecided => return Some(*candidate),
                PairOrder::Irrelevant => {}
                PairOrder::Decided if passed.contains(&class) => {}
                PairOrder::Decided => passed.push(class),
            }
        }
        None
    }

    /// Returns the nearest index after `after` of each group of these classes. A comparison with it gives the result for its whole group.
    fn nearest_of(
        &mut self,
        decided: &DecidedOrders<'_>,
        classes: &[ClassId],
        after: usize,
    ) -> Vec<usize> {
        if classes.is_empty() {
            return Vec::new();
        }
        let uses = self.uses;
        let groups = self
            .groups
            .get_or_insert_with(|| group_by_class(uses, decided));
        let groups = classes.iter().filter_map(|class| groups.get(class));
        let nearest = groups.flatten().filter_map(|indices| {
            let next = indices.partition_point(|index| *index <= after);
            indices.get(next).copied()
        });
        let mut nearest: Vec<usize> = nearest.collect();
        nearest.sort_unstable();
        nearest
    }
}

/// Groups the indices of the uses by class, and within a class by the other properties that a comparison depends on.
fn group_by_class(
    uses: &[StateUse],
    decided: &DecidedOrders<'_>,
) -> HashMap<ClassId, Vec<Vec<usize>>> {
    let mut groups: HashMap<ClassId, Vec<Vec<usize>>> = HashMap::new();
    let mut known: HashMap<(OrderTraits<'_>, bool), usize> = HashMap::new();
    for (index, state_use) in uses.iter().enumerate() {
        let traits = (decided.traits(state_use.callback), state_use.everything);
        let of_class = groups.entry(decided.class(state_use.callback)).or_default();
        let next = of_class.len();
        let group = *known.entry(traits).or_insert(next);
        match of_class.get_mut(group) {
            Some(indices) => indices.push(index),
            None => of_class.push(vec![index]),
        }
    }
    groups
}
