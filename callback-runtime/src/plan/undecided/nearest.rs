//! For each access, the nearest one that it has no decided order with. The search skips the accesses in between.

use super::{PairCheck, PairOrder, StateUse};
use crate::plan::order::{ClassId, Decided, Standing};
use std::collections::HashMap;
use std::ops::Range;

/// Accesses to one state, the nearest first.
pub(super) struct NearestSearch<'a> {
    uses: &'a [StateUse],
    /// For each kind of access the last range in which every access is indifferent to it.
    skipped: HashMap<UseKind, Range<usize>>,
    /// For each class the places of its uses, grouped by everything that a comparison depends on. Filled when it is first needed.
    groups: Option<HashMap<ClassId, Vec<Vec<usize>>>>,
}

/// What the accesses that are indifferent to another one depend on: its class, and whether it asks for everything and is attached
/// by hand.
pub(super) type UseKind = (ClassId, bool, bool);

impl<'a> NearestSearch<'a> {
    pub(super) fn of(uses: &'a [StateUse]) -> Self {
        Self {
            uses,
            skipped: HashMap::new(),
            groups: None,
        }
    }

    /// The nearest use from `start` on whose order with `one` is undecided.
    ///
    /// Uses after one that is decided with `one` are decided with `one` through it, or undecided with it, which the search from that one
    /// finds. So only the uses are left whose order with it is irrelevant.
    pub(super) fn nearest(
        &mut self,
        check: &PairCheck<'_>,
        one: &StateUse,
        start: usize,
        pair_order: impl Fn(&StateUse) -> PairOrder,
    ) -> Option<StateUse> {
        let at = self.skip(check, one, start);
        let first = self.uses.get(at)?;
        match pair_order(first) {
            PairOrder::Undecided => Some(*first),
            PairOrder::Irrelevant => None,
            PairOrder::Decided => self.nearest_after(check.decided, one, at, pair_order),
        }
    }

    /// The first place from `start` on whose use is of another callback and whose order with `one` is relevant.
    fn skip(&mut self, check: &PairCheck<'_>, one: &StateUse, start: usize) -> usize {
        let is = |at: usize, what: &dyn Fn(&StateUse) -> bool| self.uses.get(at).is_some_and(what);
        let mut start = start;
        // The accesses of a callback stand together.
        while is(start, &|state_use| state_use.callback == one.callback) {
            start += 1;
        }
        if !is(start, &|state_use| check.is_irrelevant(state_use, one)) {
            return start;
        }
        let kind = check.kind(one);
        let skipped = self.skipped.get(&kind).cloned().unwrap_or_default();
        let mut at = start;
        while is(at, &|state_use| check.is_irrelevant(state_use, one)) {
            at = if skipped.contains(&at) {
                skipped.end
            } else {
                at + 1
            };
        }
        self.skipped.insert(kind, start..at);
        at
    }

    /// The nearest use after the decided one at `decided_at` whose order with that one is irrelevant, and with `one` undecided.
    fn nearest_after(
        &mut self,
        decided: &Decided<'_>,
        one: &StateUse,
        decided_at: usize,
        pair_order: impl Fn(&StateUse) -> PairOrder,
    ) -> Option<StateUse> {
        let class = |state_use: &StateUse| decided.class(state_use.callback);
        let mut passed = vec![class(&self.uses[decided_at])];
        let mut classes = decided.exempt_from(passed[0]);
        classes.retain(|other| !decided.exempt(*other, class(one)));
        for at in self.nearest_of(decided, &classes, decided_at) {
            let other = &self.uses[at];
            if !passed.iter().all(|one| decided.exempt(*one, class(other))) {
                continue;
            }
            match pair_order(other) {
                PairOrder::Undecided => return Some(*other),
                PairOrder::Irrelevant => {}
                PairOrder::Decided if passed.contains(&class(other)) => {}
                PairOrder::Decided => passed.push(class(other)),
            }
        }
        None
    }

    /// The nearest place after `after` of each group of these classes. It stands for its whole group.
    fn nearest_of(
        &mut self,
        decided: &Decided<'_>,
        classes: &[ClassId],
        after: usize,
    ) -> Vec<usize> {
        if classes.is_empty() {
            return Vec::new();
        }
        let uses = self.uses;
        let groups = self.groups.get_or_insert_with(|| groups(uses, decided));
        let groups = classes.iter().filter_map(|class| groups.get(class));
        let nearest = groups.flatten().filter_map(|places| {
            let next = places.partition_point(|place| *place <= after);
            places.get(next).copied()
        });
        let mut nearest: Vec<usize> = nearest.collect();
        nearest.sort_unstable();
        nearest
    }
}

fn groups(uses: &[StateUse], decided: &Decided<'_>) -> HashMap<ClassId, Vec<Vec<usize>>> {
    let mut groups: HashMap<ClassId, Vec<Vec<usize>>> = HashMap::new();
    let mut known: HashMap<(Standing<'_>, bool), usize> = HashMap::new();
    for (at, state_use) in uses.iter().enumerate() {
        let standing = (decided.standing(state_use.callback), state_use.everything);
        let of_class = groups.entry(decided.class(state_use.callback)).or_default();
        let next = of_class.len();
        let group = *known.entry(standing).or_insert(next);
        match of_class.get_mut(group) {
            Some(places) => places.push(at),
            None => of_class.push(vec![at]),
        }
    }
    groups
}
