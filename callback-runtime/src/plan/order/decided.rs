//! Whether somebody decided the order of two callbacks, or said that it does not matter.

use super::declare::PlanSays;
use super::members::{Members, active};
use crate::plan::Attached;
use crate::plan::declared::Order;
use crate::relations::Verb;
use crate::who::Who;
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
    indifferent: Vec<[Arc<[usize]>; 2]>,
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
            indifferent: indifferent(attached, members, says),
        };
        for (rank, at) in order.iter().enumerate() {
            decided.ranks[*at] = rank;
        }
        decided.note(orders);
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

    /// Whether more than insertion says that `first` goes before `second`, as it does.
    pub(in crate::plan) fn knows(&self, first: usize, second: usize) -> bool {
        let weight = |at: usize| self.attached[at].weight() + 0.0;
        weight(first).total_cmp(&weight(second)).is_ne() || self.leads(first, second)
    }

    /// Whether it was said that their order does not matter.
    pub(in crate::plan) fn is_indifferent(&self, one: usize, other: usize) -> bool {
        let has = |side: &Arc<[usize]>, at: usize| side.binary_search(&at).is_ok();
        let mut all = self.indifferent.iter();
        all.any(|[first, second]| {
            has(first, one) && has(second, other) || has(first, other) && has(second, one)
        })
    }

    /// Whether declared orders, one behind the other, lead from `first` to `second`. Only what stands between them is looked at.
    fn leads(&self, first: usize, second: usize) -> bool {
        let (first, second) = (self.ranks[first], self.ranks[second]);
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

fn indifferent(
    attached: &[Attached],
    members: &Members,
    says: &[PlanSays],
) -> Vec<[Arc<[usize]>; 2]> {
    let mut seen: HashSet<(usize, &Who)> = HashSet::new();
    let mut all = Vec::new();
    for (at, callback) in active(attached) {
        let of_type = callback.about.relations().list.iter();
        for relation in of_type.chain(&callback.relations.list) {
            if relation.verb == Verb::NoConflict && seen.insert((at, &relation.who)) {
                all.push([Arc::from([at]), members.named(&relation.who)]);
            }
        }
    }
    let of_plan = says.iter().filter(|said| said.verb == Verb::NoConflict);
    all.extend(of_plan.map(|said| [members.named(&said.first), members.named(&said.second)]));
    all
}
