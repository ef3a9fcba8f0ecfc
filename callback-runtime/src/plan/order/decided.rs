//! Whether somebody decided the order of two callbacks, or said that it does not matter.

use super::declare::PlanSays;
use super::members::{Members, active};
use crate::plan::Attached;
use crate::plan::declared::Order;
use crate::relations::Verb;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What was decided of the order of a plan's callbacks.
pub(in crate::plan) struct Decided<'p> {
    attached: &'p [Attached],
    /// By callback: its rank. What is said leads from smaller ones to greater ones.
    ranks: Vec<usize>,
    /// By rank: the sides that the callback is on, of those that are first in an order.
    sides: Vec<Vec<usize>>,
    /// By side: the ranks of all that are to run after it, ascending.
    behind: Vec<Vec<usize>>,
    /// By callback: those with whom its order does not matter, as it or the plan says.
    indifferent_to: Vec<Vec<Arc<[usize]>>>,
    /// By callback: whether it is among those of whom that is said.
    is_mentioned: Vec<bool>,
}

impl<'p> Decided<'p> {
    pub(in crate::plan) fn of(
        attached: &'p [Attached],
        orders: &[Order],
        order: &[usize],
        members: &Members,
        says: &[PlanSays],
    ) -> Self {
        let mut decided = Self {
            attached,
            ranks: vec![0; attached.len()],
            sides: vec![Vec::new(); attached.len()],
            behind: Vec::new(),
            indifferent_to: vec![Vec::new(); attached.len()],
            is_mentioned: vec![false; attached.len()],
        };
        for (rank, at) in order.iter().enumerate() {
            decided.ranks[*at] = rank;
        }
        decided.note(orders);
        decided.note_indifference(members, says);
        decided
    }

    fn note(&mut self, orders: &[Order]) {
        // The same list is the same side.
        let mut known = HashMap::new();
        for order in orders {
            let first = &order.first.callbacks;
            let side = *known.entry(first.as_ptr()).or_insert_with(|| {
                let side = self.behind.len();
                first
                    .iter()
                    .for_each(|at| self.sides[self.ranks[*at]].push(side));
                self.behind.push(Vec::new());
                side
            });
            let second = order.second.callbacks.iter();
            self.behind[side].extend(second.map(|at| self.ranks[*at]));
        }
        for ranks in &mut self.behind {
            ranks.sort_unstable();
            ranks.dedup();
        }
    }

    fn note_indifference(&mut self, members: &Members, says: &[PlanSays]) {
        let mut marked = HashSet::new();
        for (at, callback) in active(self.attached) {
            let of_type = callback.about.relations().list.iter();
            let said = of_type.chain(&callback.relations.list);
            for relation in said.filter(|relation| relation.verb == Verb::NoConflict) {
                self.add_indifference(at, &members.named(&relation.who), &mut marked);
            }
        }
        for said in says.iter().filter(|said| said.verb == Verb::NoConflict) {
            let others = members.named(&said.second);
            for at in members.named(&said.first).iter() {
                self.add_indifference(*at, &others, &mut marked);
            }
        }
    }

    fn add_indifference(
        &mut self,
        at: usize,
        others: &Arc<[usize]>,
        marked: &mut HashSet<*const usize>,
    ) {
        self.indifferent_to[at].push(others.clone());
        self.is_mentioned[at] = true;
        // The same list is marked once.
        if marked.insert(others.as_ptr()) {
            for other in others.iter() {
                self.is_mentioned[*other] = true;
            }
        }
    }

    /// Whether more than insertion says that `first` goes before `second`, as it does. A weight says nothing that an edge has overruled.
    pub(in crate::plan) fn knows(&self, first: usize, second: usize) -> bool {
        let weight = |at: usize| self.attached[at].weight() + 0.0;
        weight(first).total_cmp(&weight(second)).is_lt() || self.leads(first, second)
    }

    /// Whether it was said that their order does not matter.
    pub(in crate::plan) fn is_indifferent(&self, one: usize, other: usize) -> bool {
        let says = |one: usize, other: usize| {
            let mut sides = self.indifferent_to[one].iter();
            sides.any(|side| side.binary_search(&other).is_ok())
        };
        says(one, other) || says(other, one)
    }

    /// Whether there is anybody with whom its order does not matter.
    pub(in crate::plan) fn is_mentioned(&self, at: usize) -> bool {
        self.is_mentioned[at]
    }

    pub(in crate::plan) fn is_by_hand(&self, at: usize) -> bool {
        self.attached[at].by_hand
    }

    /// Whether declared orders, one behind the other, lead from `first` to `second`. Only what stands between them is looked at.
    pub(in crate::plan) fn leads(&self, first: usize, second: usize) -> bool {
        let (first, second) = (self.ranks[first], self.ranks[second]);
        if self.sides[first].is_empty() {
            return false;
        }
        let mut seen = HashSet::from([first]);
        let mut open = vec![first];
        while let Some(rank) = open.pop() {
            for side in &self.sides[rank] {
                let behind = &self.behind[*side];
                let from = behind.partition_point(|next| *next <= rank);
                for next in behind[from..].iter().take_while(|next| **next <= second) {
                    if *next == second {
                        return true;
                    }
                    if seen.insert(*next) {
                        open.push(*next);
                    }
                }
            }
        }
        false
    }
}
