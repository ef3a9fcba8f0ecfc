//! Finds the nearest use of a state with which the order of another use is undecided, without visiting all uses in between.

use super::{PairCheck, StateUse};
use crate::plan::order::{ClassId, DecidedOrders, OrderTraits};
use std::collections::HashMap;
use std::ops::Range;

/// A search in the uses of one state.
pub(super) struct NearestSearch<'a> {
    check: PairCheck<'a>,
    /// The uses, sorted so that the nearest one is the next one.
    uses: &'a [StateUse],
    /// For each kind of use, the last range of uses whose order with it was found to be irrelevant. The kind has the properties that decide
    /// this: the class of the callback, whether the use is of everything, and whether the callback is attached by hand.
    skipped: HashMap<(ClassId, bool, bool), Range<usize>>,
    /// For each class, the indices of its uses, grouped by the properties that a comparison depends on. Filled when it is first needed.
    groups: Option<HashMap<ClassId, Vec<Vec<usize>>>>,
}

impl<'a> NearestSearch<'a> {
    pub(super) fn of(check: PairCheck<'a>, uses: &'a [StateUse]) -> Self {
        Self {
            check,
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
    pub(super) fn nearest(&mut self, target: &StateUse, start: usize) -> Option<StateUse> {
        let index = self.skip(target, start);
        let first = self.uses.get(index)?;
        if self.decides(target, first) {
            self.nearest_past_decided(target, index)
        } else {
            Some(*first)
        }
    }

    /// Whether weights or declared orders decide the order of `target` and a use that the search has found.
    fn decides(&self, target: &StateUse, found: &StateUse) -> bool {
        let (first, second) = if target.order < found.order {
            (target, found)
        } else {
            (found, target)
        };
        self.check.decided.decides(first.callback, second.callback)
    }

    /// Returns the first index from `start` on whose use is of another callback and whose order with `target` is relevant.
    fn skip(&mut self, target: &StateUse, mut start: usize) -> usize {
        let (uses, check) = (self.uses, self.check);
        let is_own = |own: &StateUse| own.callback == target.callback;
        let is_irrelevant = |index: usize| {
            let other = uses.get(index);
            other.is_some_and(|other| check.is_irrelevant(other, target))
        };
        // The uses of a callback follow each other.
        while uses.get(start).is_some_and(is_own) {
            start += 1;
        }
        if !is_irrelevant(start) {
            return start;
        }
        let kind = (target.class, target.everything, target.by_hand);
        let skipped = self.skipped.entry(kind).or_default();
        let mut end = start;
        while is_irrelevant(end) {
            end = if skipped.contains(&end) {
                skipped.end
            } else {
                end + 1
            };
        }
        *skipped = start..end;
        end
    }

    /// Returns the nearest use past the decided one at the index `decided_at` whose order with that one is irrelevant, and with `target`
    /// undecided.
    fn nearest_past_decided(&mut self, target: &StateUse, decided_at: usize) -> Option<StateUse> {
        let exemptions = &self.check.decided.exemptions;
        // The classes of the decided uses so far. A use whose order with one of them matters is not visited, as in `nearest`.
        let mut passed = vec![self.uses[decided_at].class];
        let mut classes = exemptions.exempt_from(passed[0]);
        classes.retain(|other| !exemptions.is_exempt(*other, target.class));
        for index in self.nearest_of(&classes, decided_at) {
            let candidate = &self.uses[index];
            let class = candidate.class;
            let matters = |other: &ClassId| !exemptions.is_exempt(*other, class);
            if passed.iter().any(matters) || self.check.is_irrelevant(candidate, target) {
                continue;
            }
            if !self.decides(target, candidate) {
                return Some(*candidate);
            }
            if !passed.contains(&class) {
                passed.push(class);
            }
        }
        None
    }

    /// Returns the nearest index after `after` of each group of these classes. A comparison with it gives the result for its whole group.
    fn nearest_of(&mut self, classes: &[ClassId], after: usize) -> Vec<usize> {
        if classes.is_empty() {
            return Vec::new();
        }
        let (uses, decided) = (self.uses, self.check.decided);
        let groups = &mut self.groups;
        let groups = groups.get_or_insert_with(|| group_by_class(uses, decided));
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
fn group_by_class(uses: &[StateUse], decided: &DecidedOrders) -> HashMap<ClassId, Vec<Vec<usize>>> {
    let mut groups: HashMap<ClassId, Vec<Vec<usize>>> = HashMap::new();
    let mut known: HashMap<(OrderTraits<'_>, bool), usize> = HashMap::new();
    for (index, state_use) in uses.iter().enumerate() {
        let traits = (decided.traits(state_use.callback), state_use.everything);
        let of_class = groups.entry(state_use.class).or_default();
        let next = of_class.len();
        let group = *known.entry(traits).or_insert(next);
        match of_class.get_mut(group) {
            Some(indices) => indices.push(index),
            None => of_class.push(vec![index]),
        }
    }
    groups
}
