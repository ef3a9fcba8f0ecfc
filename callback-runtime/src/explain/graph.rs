//! An explanation as a graph, with a cluster for each breakpoint. `dot` and `mermaid` write it in their languages.

use super::Explanation;
use super::orders::{Order, Side};
use super::rows::{Listing, Row, StateUse};
use super::undecided::Undecided;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The graph of one breakpoint: its handlers, the state that they use, and the orders between them.
pub(super) struct Cluster<'e> {
    /// The name of the breakpoint.
    pub(super) title: &'static str,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// The number of nodes in the clusters before this one.
    nodes_before: usize,
    /// The ids of the first and the last node of each callback, by its name.
    handlers: HashMap<&'e str, (usize, usize)>,
    /// The id of the node of each type of state, by its label.
    states: HashMap<&'e str, usize>,
}

pub(super) struct Node {
    /// The number of the node, unique among all clusters.
    pub(super) id: usize,
    pub(super) kind: NodeKind,
    /// The lines of its label, joined by line breaks.
    pub(super) label: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Handler,
    State,
    /// A callback that an order names and that is not attached.
    MissingCallback,
    /// A point where the edges of an order between several first and several second callbacks meet.
    Junction,
}

pub(super) struct Edge {
    /// The id of the node where the edge starts.
    pub(super) from: usize,
    /// The id of the node where the edge ends.
    pub(super) to: usize,
    pub(super) kind: EdgeKind,
    /// The text at the edge; empty for none.
    pub(super) label: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeKind {
    /// From a handler to the one that runs next.
    Next,
    /// From a state to a handler that reads it.
    Read,
    /// From a handler to a state that it writes or provides.
    Write,
    /// From the first to the second side of a declared order.
    Declared,
    /// Between two callbacks whose order is undecided.
    Undecided,
}

/// Returns one cluster for each breakpoint that has handlers, in the order of the loop.
pub(super) fn clusters<'e>(explanation: &'e Explanation) -> Vec<Cluster<'e>> {
    let mut nodes_before = 0;
    let bundles = bundles(&explanation.orders);
    let draw = |listing: &'e Listing| {
        let mut cluster = Cluster {
            title: listing.breakpoint.name(),
            nodes: Vec::new(),
            edges: Vec::new(),
            nodes_before,
            handlers: HashMap::new(),
            states: HashMap::new(),
        };
        cluster.add_rows(listing);
        for bundle in &bundles {
            cluster.add_orders(bundle);
        }
        for pair in &explanation.undecided {
            cluster.add_undecided(pair);
        }
        nodes_before += cluster.nodes.len();
        cluster
    };
    explanation.listings.iter().map(draw).collect()
}

impl<'e> Cluster<'e> {
    fn add_rows(&mut self, listing: &'e Listing) {
        let mut above = None;
        for row in &listing.rows {
            let node = self.add_node(NodeKind::Handler, handler_label(row));
            let (_, last) = self.handlers.entry(&row.callback).or_insert((node, node));
            *last = node;
            if let Some(above) = above.replace(node) {
                self.add_edge(above, node, EdgeKind::Next, &row.why.to_string());
            }
            self.add_accesses(node, row);
        }
    }

    fn add_accesses(&mut self, node: usize, row: &'e Row) {
        for state_use in &row.reads {
            let state = self.state_node(&state_use.state);
            self.add_edge(state, node, EdgeKind::Read, access_label(state_use));
        }
        for state_use in &row.writes {
            let state = self.state_node(&state_use.state);
            self.add_edge(node, state, EdgeKind::Write, access_label(state_use));
        }
        for state in &row.provides {
            let state = self.state_node(state);
            self.add_edge(node, state, EdgeKind::Write, "provides");
        }
    }

    /// Adds the edges of declared orders, with a junction if that takes fewer edges.
    fn add_orders(&mut self, bundle: &Bundle<'e>) {
        let first = self.side_nodes(&bundle.first, |(_, last)| last);
        let second = self.side_nodes(&bundle.second, |(first, _)| first);
        let first = self.or_missing_node(first, &bundle.first, second.is_empty());
        let second = self.or_missing_node(second, &bundle.second, first.is_empty());
        let label = bundle.label;
        if first.len() * second.len() <= first.len() + second.len() {
            for from in &first {
                // A callback on both sides does not run before itself.
                for to in second.iter().filter(|to| *to != from) {
                    self.add_edge(*from, *to, EdgeKind::Declared, label);
                }
            }
            return;
        }
        let junction = self.add_node(NodeKind::Junction, String::new());
        for from in first {
            self.add_edge(from, junction, EdgeKind::Declared, "");
        }
        for to in second {
            self.add_edge(junction, to, EdgeKind::Declared, label);
        }
    }

    /// Returns the nodes of this cluster that a side of an order names.
    fn side_nodes(&self, sides: &[&Side], pick: fn((usize, usize)) -> usize) -> Vec<usize> {
        let names = sides.iter().flat_map(|side| side.callbacks.iter());
        let nodes = names.filter_map(|name| self.handlers.get(name.as_ref()));
        nodes.copied().map(pick).collect()
    }

    /// Returns the nodes of a side. If no callback of the side is attached, adds a node for it, so that the edges of the other side have an
    /// end, unless the other side has no nodes.
    fn or_missing_node(
        &mut self,
        nodes: Vec<usize>,
        sides: &[&Side],
        other_is_empty: bool,
    ) -> Vec<usize> {
        let [side] = sides else { return nodes };
        if other_is_empty || !side.callbacks.is_empty() {
            return nodes;
        }
        let label = format!("{}\nnot attached", side.label);
        vec![self.add_node(NodeKind::MissingCallback, label)]
    }

    /// Adds the edge of a pair whose order is undecided, if it is a pair of this breakpoint.
    fn add_undecided(&mut self, pair: &Undecided) {
        let [first, second] = [pair.first(), pair.second()].map(|name| self.handlers.get(name));
        if let (Some((_, first)), Some((second, _))) = (first, second)
            && pair.breakpoint().name() == self.title
        {
            let label = format!("{}: insertion decides", pair.state());
            self.add_edge(*first, *second, EdgeKind::Undecided, &label);
        }
    }

    /// Returns the node of a state, and adds it if the cluster does not have it yet.
    fn state_node(&mut self, name: &'e str) -> usize {
        if let Some(node) = self.states.get(name) {
            return *node;
        }
        let node = self.add_node(NodeKind::State, name.to_owned());
        self.states.insert(name, node);
        node
    }

    fn add_node(&mut self, kind: NodeKind, label: String) -> usize {
        let id = self.nodes_before + self.nodes.len() + 1;
        self.nodes.push(Node { id, kind, label });
        id
    }

    fn add_edge(&mut self, from: usize, to: usize, kind: EdgeKind, label: &str) {
        self.edges.push(Edge {
            from,
            to,
            kind,
            label: label.to_owned(),
        });
    }
}

/// Orders that share their edges. Several orders that have the same list on one side, and each a single callback on the other side, are
/// drawn as one order between those callbacks and the list.
struct Bundle<'e> {
    /// The first sides, without the duplicates of a shared list.
    first: Vec<&'e Side>,
    /// The second sides, without the duplicates of a shared list.
    second: Vec<&'e Side>,
    /// The text at the edges.
    label: &'static str,
}

/// Identifies a bundle: the address of the list that its orders share, whether the list is the first side, and the text at the edges.
type BundleKey = (*const Arc<str>, bool, &'static str);

/// Bundles the orders. An order that shares no list is a bundle of its own.
fn bundles(orders: &[Order]) -> Vec<Bundle<'_>> {
    let mut bundles: Vec<Bundle<'_>> = Vec::new();
    let mut known: HashMap<BundleKey, usize> = HashMap::new();
    let mut lists = Lists::new();
    for order in orders.iter().filter(|order| !order.itself) {
        let next = bundles.len();
        let key = bundle_key(order, &mut lists);
        let index = key.map_or(next, |key| *known.entry(key).or_insert(next));
        match bundles.get_mut(index) {
            Some(bundle) if key.is_some_and(|(_, is_first, _)| is_first) => {
                bundle.second.push(&order.second);
            }
            Some(bundle) => bundle.first.push(&order.first),
            None => bundles.push(Bundle {
                first: vec![&order.first],
                second: vec![&order.second],
                label: order.declaration(),
            }),
        }
    }
    bundles
}

/// The names in each list that orders share, by the address of the list.
type Lists<'e> = HashMap<*const Arc<str>, HashSet<&'e str>>;

/// Returns the key of the bundle of an order between a single callback and a list; `None` for other orders.
fn bundle_key<'e>(order: &'e Order, lists: &mut Lists<'e>) -> Option<BundleKey> {
    let (single, list, is_first) = match (&order.first.callbacks[..], &order.second.callbacks[..]) {
        ([single], list @ [_, _, ..]) => (single, list, false),
        (list @ [_, _, ..], [single]) => (single, list, true),
        _ => return None,
    };
    let names = lists.entry(list.as_ptr());
    let names = names.or_insert_with(|| list.iter().map(AsRef::as_ref).collect());
    // A callback on both sides has no edge to itself. A junction would give it one.
    let is_apart = !names.contains(single.as_ref());
    is_apart.then(|| (list.as_ptr(), is_first, order.declaration()))
}

/// Returns the label of a handler.
fn handler_label(row: &Row) -> String {
    let mut label = format!("{}  {}\nweight {}", row.place, row.callback, row.weight);
    for setting in row.period.iter().chain(&row.executor) {
        label.push('\n');
        label.push_str(setting);
    }
    label
}

/// Returns the text at the edge of a use of state.
fn access_label(state_use: &StateUse) -> &'static str {
    if state_use.optional { "if there" } else { "" }
}
