//! The callbacks, and what was said of their order between them.

use crate::plan::OrderRule;
use std::collections::HashMap;
use std::sync::Arc;

/// Nodes, and which of them go after which. Behind the callbacks come nodes of other kinds: a declared order is a gate that opens
/// when its first side has gone, and before its second one. A side that many orders name is a node, too. So there are as many
/// edges as callbacks on the sides and orders between them, and not as pairs of callbacks.
pub(super) struct Graph {
    pub(super) after: Vec<Vec<usize>>,
    /// How many nodes are still before a node.
    pub(super) before: Vec<usize>,
    /// The declared order of a gate.
    orders: HashMap<usize, usize>,
    pub(super) callbacks: usize,
}

/// The nodes of the sides that were seen, by where their members stand in memory: the same list is the same side.
#[derive(Default)]
struct Sides {
    all_gone: HashMap<*const usize, usize>,
    may_go: HashMap<*const usize, usize>,
    /// For each list that a member of it is to run before, or after: the first such member.
    members: HashMap<(*const usize, Relative), usize>,
}

/// Where a member of a list is to run, relative to the others.
#[derive(PartialEq, Eq, Hash)]
enum Relative {
    Before,
    After,
}

impl Sides {
    /// Of an order between a list and one of its members, where another member has the same order with the list: the two, of which
    /// the first has to run before the second. Because they are a circle, it does not matter what else the member waits for, and a
    /// thousand such members are not a million pairs.
    fn repeated(&mut self, first: &Arc<[usize]>, second: &Arc<[usize]>) -> Option<(usize, usize)> {
        match (&first[..], &second[..]) {
            ([one], _) => {
                let key = (second.as_ptr(), Relative::Before);
                let other = *self.members.entry(key).or_insert(*one);
                (other != *one).then_some((*one, other))
            }
            (_, [one]) => {
                let key = (first.as_ptr(), Relative::After);
                let other = *self.members.entry(key).or_insert(*one);
                (other != *one).then_some((other, *one))
            }
            _ => None,
        }
    }
}

impl Graph {
    pub(super) fn of(callbacks: usize, orders: &[OrderRule]) -> Self {
        let mut graph = Self {
            after: vec![Vec::new(); callbacks],
            before: vec![0; callbacks],
            orders: HashMap::new(),
            callbacks,
        };
        let mut sides = Sides::default();
        for (index, order) in orders.iter().enumerate() {
            graph.add(index, order, &mut sides);
        }
        graph
    }

    /// The declared order that a node stands for.
    pub(super) fn order_of(&self, node: usize) -> Option<usize> {
        self.orders.get(&node).copied()
    }

    /// The callbacks that are free once `at` has gone.
    pub(super) fn release(&mut self, at: usize) -> Vec<usize> {
        let mut freed = Vec::new();
        let mut gone = vec![at];
        while let Some(node) = gone.pop() {
            for next in std::mem::take(&mut self.after[node]) {
                self.before[next] -= 1;
                match self.before[next] {
                    0 if next < self.callbacks => freed.push(next),
                    0 => gone.push(next),
                    _ => {}
                }
            }
        }
        freed
    }

    fn add(&mut self, index: usize, order: &OrderRule, sides: &mut Sides) {
        let (first, second) = (&order.first.callbacks, &order.second.callbacks);
        if first.is_empty() || second.is_empty() {
            return;
        }
        if overlap(first, second) {
            return self.add_overlapping(index, first, second, sides);
        }
        let gate = self.node();
        self.orders.insert(gate, index);
        let all_gone = self.all_gone(first, sides);
        let may_go = self.may_go(second, sides);
        self.edge(all_gone, gate);
        self.edge(gate, may_go);
    }

    /// Callbacks on both sides do not wait for themselves. Where there are several of them, each would run before the others: that
    /// is a circle already if one of them and the others wait for each other.
    fn add_overlapping(
        &mut self,
        index: usize,
        first: &Arc<[usize]>,
        second: &Arc<[usize]>,
        sides: &mut Sides,
    ) {
        if let Some((before, behind)) = sides.repeated(first, second) {
            return self.gate(index, &[before], &[behind]);
        }
        let (shared, only_first) = split(first, second);
        let (_, only_second) = split(second, first);
        self.gate(index, first, &only_second);
        self.gate(index, &only_first, &shared);
        if let [one, others @ ..] = shared.as_slice() {
            self.gate(index, &[*one], others);
            self.gate(index, others, &[*one]);
        }
    }

    /// A gate of the declared order `index` with sides of its own.
    fn gate(&mut self, index: usize, first: &[usize], second: &[usize]) {
        if first.is_empty() || second.is_empty() {
            return;
        }
        let gate = self.node();
        self.orders.insert(gate, index);
        for at in first {
            self.edge(*at, gate);
        }
        for at in second {
            self.edge(gate, *at);
        }
    }

    /// The node that goes when all of a side have gone.
    fn all_gone(&mut self, side: &Arc<[usize]>, sides: &mut Sides) -> usize {
        if let [one] = side[..] {
            return one;
        }
        *sides.all_gone.entry(side.as_ptr()).or_insert_with(|| {
            let node = self.node();
            side.iter().for_each(|at| self.edge(*at, node));
            node
        })
    }

    /// The node before all of a side.
    fn may_go(&mut self, side: &Arc<[usize]>, sides: &mut Sides) -> usize {
        if let [one] = side[..] {
            return one;
        }
        *sides.may_go.entry(side.as_ptr()).or_insert_with(|| {
            let node = self.node();
            side.iter().for_each(|at| self.edge(node, *at));
            node
        })
    }

    fn node(&mut self) -> usize {
        self.after.push(Vec::new());
        self.before.push(0);
        self.after.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize) {
        self.after[from].push(to);
        self.before[to] += 1;
    }
}

/// The callbacks of `one` that `other` has, too, and those that it does not have.
fn split(one: &[usize], other: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let is_shared = |at: &usize| other.binary_search(at).is_ok();
    one.iter().copied().partition(is_shared)
}

/// Whether a callback is on both sides. Sides are sorted.
pub(super) fn overlap(one: &[usize], other: &[usize]) -> bool {
    let (few, many) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    few.iter().any(|at| many.binary_search(at).is_ok())
}
