//! The graph that is sorted: the callbacks, and the declared orders between them.

use crate::callback::CallbackId;
use crate::loops::id_types;
use crate::plan::OrderRule;
use std::collections::HashMap;
use std::sync::Arc;

/// Nodes, and which of them go after which. The first nodes are the callbacks. A declared order is a node that goes after its first
/// side and before its second one. A side that many orders name is a node, too. So there are as many
/// edges as callbacks on the sides and orders between them, and not as pairs of callbacks.
pub(super) struct Graph {
    pub(super) after: Vec<Vec<NodeId>>,
    /// How many nodes are still before a node.
    pub(super) before: Vec<usize>,
    /// The nodes that stand for declared orders.
    orders: HashMap<NodeId, OrderId>,
    callbacks: usize,
}

impl NodeId {
    pub(super) fn of(callback: CallbackId) -> Self {
        Self(callback.index())
    }

    /// The ids of the first `count` nodes.
    pub(super) fn first(count: usize) -> impl Iterator<Item = Self> {
        (0..count).map(Self)
    }
}

id_types! {
    /// A node of the graph: a callback, or one of those that stand for an order or a side of it.
    pub(super) struct NodeId;

    /// A declared order, by its index among all.
    pub(crate) struct OrderId;
}

/// The nodes of the sides that were seen, by where their members stand in memory: the same list is the same side.
#[derive(Default)]
struct Sides {
    all_gone: HashMap<*const CallbackId, NodeId>,
    may_go: HashMap<*const CallbackId, NodeId>,
    /// For each list, the first of its members that is ordered before, or after, the list.
    members: HashMap<(*const CallbackId, Relative), CallbackId>,
}

/// Where a member of a list runs, relative to the others.
#[derive(PartialEq, Eq, Hash)]
enum Relative {
    Before,
    After,
}

impl Sides {
    /// For an order between a list and one of its members, if another member has the same order with the list: the two members, of which the
    /// first must run before the second. They form a circle, so that no other edge of the member matters, and a thousand such members
    /// do not make a million pairs.
    fn repeated(
        &mut self,
        first: &Arc<[CallbackId]>,
        second: &Arc<[CallbackId]>,
    ) -> Option<(CallbackId, CallbackId)> {
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
            graph.add(OrderId::new(index), order, &mut sides);
        }
        graph
    }

    /// The declared order that a node stands for.
    pub(super) fn order_of(&self, node: NodeId) -> Option<OrderId> {
        self.orders.get(&node).copied()
    }

    /// The callback that a node is.
    pub(super) fn callback(&self, node: NodeId) -> Option<CallbackId> {
        (node.0 < self.callbacks).then_some(CallbackId::new(node.0))
    }

    /// The nodes of all callbacks.
    pub(super) fn callbacks(&self) -> impl Iterator<Item = CallbackId> + use<> {
        CallbackId::first(self.callbacks)
    }

    /// The callbacks that are free once `callback` has gone.
    pub(super) fn release(&mut self, callback: CallbackId) -> Vec<CallbackId> {
        let mut freed = Vec::new();
        let mut gone = vec![NodeId::of(callback)];
        while let Some(node) = gone.pop() {
            for next in std::mem::take(&mut self.after[node]) {
                self.before[next] -= 1;
                if self.before[next] > 0 {
                    continue;
                }
                match self.callback(next) {
                    Some(callback) => freed.push(callback),
                    None => gone.push(next),
                }
            }
        }
        freed
    }

    fn add(&mut self, id: OrderId, order: &OrderRule, sides: &mut Sides) {
        let (first, second) = (&order.first.callbacks, &order.second.callbacks);
        if first.is_empty() || second.is_empty() {
            return;
        }
        if overlap(first, second) {
            return self.add_overlapping(id, first, second, sides);
        }
        let order = self.node();
        self.orders.insert(order, id);
        let all_gone = self.all_gone(first, sides);
        let may_go = self.may_go(second, sides);
        self.edge(all_gone, order);
        self.edge(order, may_go);
    }

    /// Callbacks on both sides do not wait for themselves. Where there are several of them, each would run before the others: that
    /// is a circle already if one of them and the others wait for each other.
    fn add_overlapping(
        &mut self,
        id: OrderId,
        first: &Arc<[CallbackId]>,
        second: &Arc<[CallbackId]>,
        sides: &mut Sides,
    ) {
        if let Some((before, behind)) = sides.repeated(first, second) {
            return self.add_order(id, &[before], &[behind]);
        }
        let (shared, only_first) = split(first, second);
        let (_, only_second) = split(second, first);
        self.add_order(id, first, &only_second);
        self.add_order(id, &only_first, &shared);
        if let [one, others @ ..] = shared.as_slice() {
            self.add_order(id, &[*one], others);
            self.add_order(id, others, &[*one]);
        }
    }

    /// Adds the node of a declared order whose sides are no nodes.
    fn add_order(&mut self, id: OrderId, first: &[CallbackId], second: &[CallbackId]) {
        if first.is_empty() || second.is_empty() {
            return;
        }
        let order = self.node();
        self.orders.insert(order, id);
        for callback in first {
            self.edge(NodeId::of(*callback), order);
        }
        for callback in second {
            self.edge(order, NodeId::of(*callback));
        }
    }

    /// The node that goes when all of a side have gone.
    fn all_gone(&mut self, side: &Arc<[CallbackId]>, sides: &mut Sides) -> NodeId {
        if let [one] = side[..] {
            return NodeId::of(one);
        }
        *sides.all_gone.entry(side.as_ptr()).or_insert_with(|| {
            let node = self.node();
            side.iter().for_each(|id| self.edge(NodeId::of(*id), node));
            node
        })
    }

    /// The node before all of a side.
    fn may_go(&mut self, side: &Arc<[CallbackId]>, sides: &mut Sides) -> NodeId {
        if let [one] = side[..] {
            return NodeId::of(one);
        }
        *sides.may_go.entry(side.as_ptr()).or_insert_with(|| {
            let node = self.node();
            side.iter().for_each(|id| self.edge(node, NodeId::of(*id)));
            node
        })
    }

    fn node(&mut self) -> NodeId {
        self.after.push(Vec::new());
        self.before.push(0);
        NodeId::new(self.after.len() - 1)
    }

    fn edge(&mut self, from: NodeId, to: NodeId) {
        self.after[from].push(to);
        self.before[to] += 1;
    }
}

/// The callbacks of `one` that `other` has, too, and those that it does not have.
fn split(one: &[CallbackId], other: &[CallbackId]) -> (Vec<CallbackId>, Vec<CallbackId>) {
    let is_shared = |id: &CallbackId| other.binary_search(id).is_ok();
    one.iter().copied().partition(is_shared)
}

/// Whether a callback is on both sides. Sides are sorted.
pub(super) fn overlap(one: &[CallbackId], other: &[CallbackId]) -> bool {
    let (few, many) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    few.iter().any(|id| many.binary_search(id).is_ok())
}
