//! The callbacks, and what was said of their order between them.

use crate::plan::declared::Order;
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
}

impl Graph {
    pub(super) fn of(callbacks: usize, orders: &[Order]) -> Self {
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

    fn add(&mut self, index: usize, order: &Order, sides: &mut Sides) {
        let (first, second) = (&order.first.callbacks, &order.second.callbacks);
        if first.is_empty() || second.is_empty() {
            return;
        }
        if overlap(first, second) {
            return self.add_overlapping(index, first, second);
        }
        let gate = self.node();
        self.orders.insert(gate, index);
        let all_gone = self.all_gone(first, sides);
        let may_go = self.may_go(second, sides);
        self.edge(all_gone, gate);
        self.edge(gate, may_go);
    }

    /// Nobody waits for itself: one gate for each of the second side, behind the others.
    fn add_overlapping(&mut self, index: usize, first: &[usize], second: &[usize]) {
        for at in second {
            let others: Vec<usize> = first.iter().filter(|one| *one != at).copied().collect();
            if others.is_empty() {
                continue;
            }
            let gate = self.node();
            self.orders.insert(gate, index);
            for other in others {
                self.edge(other, gate);
            }
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

/// Whether a callback is on both sides. Sides are sorted.
fn overlap(one: &[usize], other: &[usize]) -> bool {
    let (few, many) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    few.iter().any(|at| many.binary_search(at).is_ok())
}
