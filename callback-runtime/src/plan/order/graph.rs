//! The graph that the sort walks: its nodes are the callbacks and the declared orders between them.

use crate::callback::CallbackId;
use crate::loops::id_types;
use crate::plan::OrderRule;
use std::collections::HashMap;
use std::sync::Arc;

/// The graph of the callbacks and their declared orders. An edge leads from a node to one that goes after it.
///
/// The first nodes are the callbacks. A declared order is a node after its first side and before its second side. A side with several
/// callbacks is a node, too. So the number of edges grows with the callbacks on the sides and the orders between them, and not with the
/// pairs of callbacks.
pub(super) struct Graph {
    /// The nodes directly after each node. `release` empties the list of a node that has gone.
    pub(super) after: Vec<Vec<NodeId>>,
    /// The number of nodes directly before each node that have not gone yet.
    pub(super) before: Vec<usize>,
    /// The declared orders, by their nodes.
    pub(super) orders: HashMap<NodeId, OrderId>,
    /// The number of callbacks.
    callbacks: usize,
}

impl NodeId {
    /// Returns the node of a callback.
    pub(super) fn of(callback: CallbackId) -> Self {
        Self(callback.index())
    }

    /// Returns the ids of the first `count` nodes.
    pub(super) fn first_ids(count: usize) -> impl Iterator<Item = Self> {
        (0..count).map(Self)
    }
}

id_types! {
    /// A node of the graph: a callback, a declared order, or a side of declared orders.
    pub(super) struct NodeId;

    /// A declared order, by its index in [`Resolved::orders`](crate::plan::Resolved).
    pub(crate) struct OrderId;
}

/// The sides that are in the graph. A list of callbacks is identified by its address, because orders that name the same list share it.
#[derive(Default)]
struct Sides {
    /// The node after all callbacks of a first side, or before all callbacks of a second side.
    nodes: HashMap<(*const CallbackId, Place), NodeId>,
    /// The first member of a list that is declared to run before the list, as a first side, or after it, as a second side.
    members: HashMap<(*const CallbackId, Place), CallbackId>,
}

/// A place in an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    First,
    Second,
}

impl Sides {
    /// For an order between a list and one of its members, returns that member and another one that has the same order with the list, if
    /// there is one. The first of the two must run before the second. Together the two orders are a circle already, so that the caller need
    /// not add the other edges of the member: a thousand such members do not make a million edges.
    fn repeated(
        &mut self,
        first: &Arc<[CallbackId]>,
        second: &Arc<[CallbackId]>,
    ) -> Option<(CallbackId, CallbackId)> {
        let (key, member) = match (&first[..], &second[..]) {
            ([member], _) => ((second.as_ptr(), Place::First), *member),
            (_, [member]) => ((first.as_ptr(), Place::Second), *member),
            _ => return None,
        };
        let known = *self.members.entry(key).or_insert(member);
        let pair = match key.1 {
            Place::First => (member, known),
            Place::Second => (known, member),
        };
        (known != member).then_some(pair)
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

    /// Returns the callback of a node, if the node is a callback.
    pub(super) fn callback(&self, node: NodeId) -> Option<CallbackId> {
        (node.0 < self.callbacks).then_some(CallbackId::new(node.0))
    }

    /// Lets `callback` go, and with it the orders and sides that only waited for it. Returns the callbacks that are free to go next.
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
        let order = self.add_node();
        self.orders.insert(order, id);
        let before = self.side_node(first, Place::First, sides);
        let after = self.side_node(second, Place::Second, sides);
        self.add_edge(before, order);
        self.add_edge(order, after);
    }

    /// Adds an order whose sides share callbacks. A callback on both sides does not wait for itself. If there are several, each would have to
    /// run before the others: it is enough for a circle that one of them and the others wait for each other.
    fn add_overlapping(
        &mut self,
        id: OrderId,
        first: &Arc<[CallbackId]>,
        second: &Arc<[CallbackId]>,
        sides: &mut Sides,
    ) {
        if let Some((before, after)) = sides.repeated(first, second) {
            return self.add_order(id, &[before], &[after]);
        }
        let (shared, only_first) = split(first, second);
        let (_, only_second) = split(second, first);
        self.add_order(id, first, &only_second);
        self.add_order(id, &only_first, &shared);
        if let [first, others @ ..] = shared.as_slice() {
            self.add_order(id, &[*first], others);
            self.add_order(id, others, &[*first]);
        }
    }

    /// Adds the node of a declared order, with edges to the callbacks of its sides and without nodes for the sides.
    fn add_order(&mut self, id: OrderId, first: &[CallbackId], second: &[CallbackId]) {
        if first.is_empty() || second.is_empty() {
            return;
        }
        let order = self.add_node();
        self.orders.insert(order, id);
        for callback in first {
            self.add_edge(NodeId::of(*callback), order);
        }
        for callback in second {
            self.add_edge(order, NodeId::of(*callback));
        }
    }

    /// Returns the node of a side, and adds it if the graph does not have it yet. The node of a single callback is that callback.
    fn side_node(&mut self, side: &Arc<[CallbackId]>, place: Place, sides: &mut Sides) -> NodeId {
        if let [single] = side[..] {
            return NodeId::of(single);
        }
        let known = sides.nodes.entry((side.as_ptr(), place));
        *known.or_insert_with(|| {
            let node = self.add_node();
            for callback in side.iter().map(|id| NodeId::of(*id)) {
                match place {
                    Place::First => self.add_edge(callback, node),
                    Place::Second => self.add_edge(node, callback),
                }
            }
            node
        })
    }

    fn add_node(&mut self) -> NodeId {
        self.after.push(Vec::new());
        self.before.push(0);
        NodeId::new(self.after.len() - 1)
    }

    fn add_edge(&mut self, from: NodeId, to: NodeId) {
        self.after[from].push(to);
        self.before[to] += 1;
    }
}

/// Splits `side` into the callbacks that `other` has, too, and those that it does not have.
fn split(side: &[CallbackId], other: &[CallbackId]) -> (Vec<CallbackId>, Vec<CallbackId>) {
    let is_shared = |id: &CallbackId| other.binary_search(id).is_ok();
    side.iter().copied().partition(is_shared)
}

/// Whether a callback is on both sides. Sides are sorted.
pub(super) fn overlap(first: &[CallbackId], second: &[CallbackId]) -> bool {
    let (few, many) = if first.len() < second.len() {
        (first, second)
    } else {
        (second, first)
    };
    few.iter().any(|id| many.binary_search(id).is_ok())
}
