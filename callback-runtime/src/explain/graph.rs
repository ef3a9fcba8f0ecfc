//! An explanation as a graph, which DOT and Mermaid spell each in its own way: a cluster for each breakpoint.

use super::Explanation;
use super::orders::{Order, Side};
use super::rows::{Listing, Row, StateUse};
use super::undecided::Undecided;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A breakpoint: its handlers, the state that they touch, and what orders them.
pub(super) struct Cluster<'e> {
    pub(super) title: &'static str,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// The first and the last node of each callback.
    handlers: HashMap<&'e str, (usize, usize)>,
    states: HashMap<&'e str, usize>,
}

pub(super) struct Node {
    /// Its number, which no other node of the graph has.
    pub(super) id: usize,
    pub(super) kind: NodeKind,
    pub(super) lines: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Handler,
    State,
    /// A callback that an order names and that is not attached.
    MissingState,
    /// Where the edges of an order between several and several meet.
    Gate,
}

pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: EdgeKind,
    pub(super) label: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeKind {
    /// From a handler to the one that runs next.
    Next,
    /// From state to a handler that reads it.
    Read,
    /// From a handler to state that it writes or provides.
    Write,
    /// From the first to the second side of a declared order.
    Declared,
    /// Between two callbacks whose order is undecided.
    Undecided,
}

/// One cluster for each breakpoint that has handlers, in the order of the loop.
pub(super) fn clusters(message: &Explanation) -> Vec<Cluster<'_>> {
    let mut count = 0;
    let bundles = bundles(&message.orders);
    let draw = |listing| {
        let mut cluster = Cluster::of(listing);
        cluster.add_rows(listing, &mut count);
        for bundle in &bundles {
            cluster.add_orders(bundle, &mut count);
        }
        for pair in &message.undecided {
            cluster.add_undecided(pair);
        }
        cluster
    };
    message.listings.iter().map(draw).collect()
}

impl<'e> Cluster<'e> {
    fn of(listing: &Listing) -> Self {
        Self {
            title: listing.breakpoint.name(),
            nodes: Vec::new(),
            edges: Vec::new(),
            handlers: HashMap::new(),
            states: HashMap::new(),
        }
    }

    fn add_rows(&mut self, listing: &'e Listing, count: &mut usize) {
        let mut above = None;
        for row in &listing.rows {
            let node = self.add_node(NodeKind::Handler, handler_lines(row), count);
            let (_, last) = self.handlers.entry(&row.callback).or_insert((node, node));
            *last = node;
            if let Some(above) = above.replace(node) {
                self.add_edge(above, node, EdgeKind::Next, row.why.to_string());
            }
            self.add_accesses(node, row, count);
        }
    }

    fn add_accesses(&mut self, node: usize, row: &'e Row, count: &mut usize) {
        for state_use in &row.reads {
            let state = self.state(&state_use.state, count);
            self.add_edge(state, node, EdgeKind::Read, optional(state_use));
        }
        for state_use in &row.writes {
            let state = self.state(&state_use.state, count);
            self.add_edge(node, state, EdgeKind::Write, optional(state_use));
        }
        for state in &row.provides {
            let state = self.state(state, count);
            self.add_edge(node, state, EdgeKind::Write, "provides".into());
        }
    }

    /// The edges of declared orders; by way of a gate where that takes fewer edges.
    fn add_orders(&mut self, bundle: &Bundle<'e>, count: &mut usize) {
        let first = self.ends(&bundle.first, |(_, last)| last);
        let second = self.ends(&bundle.second, |(first, _)| first);
        let first = self.or_absent(first, &bundle.first, second.is_empty(), count);
        let second = self.or_absent(second, &bundle.second, first.is_empty(), count);
        let label = bundle.how;
        if first.len() * second.len() <= first.len() + second.len() {
            for (from, to) in pairs(&first, &second) {
                self.add_edge(from, to, EdgeKind::Declared, label.into());
            }
            return;
        }
        let gate = self.add_node(NodeKind::Gate, Vec::new(), count);
        for from in first {
            self.add_edge(from, gate, EdgeKind::Declared, String::new());
        }
        for to in second {
            self.add_edge(gate, to, EdgeKind::Declared, label.into());
        }
    }

    /// The nodes of this cluster that a side of an order names.
    fn ends(&self, sides: &[&Side], pick: fn((usize, usize)) -> usize) -> Vec<usize> {
        let names = sides.iter().flat_map(|side| side.callbacks.iter());
        let here = names.filter_map(|name| self.handlers.get(name.as_ref()));
        here.copied().map(pick).collect()
    }

    /// A node for a callback that is not attached, so that the edge of the other side has an end.
    fn or_absent(
        &mut self,
        ends: Vec<usize>,
        sides: &[&Side],
        alone: bool,
        count: &mut usize,
    ) -> Vec<usize> {
        let [side] = sides else { return ends };
        if alone || !side.callbacks.is_empty() {
            return ends;
        }
        let lines = vec![side.label.clone(), "not attached".into()];
        vec![self.add_node(NodeKind::MissingState, lines, count)]
    }

    fn add_undecided(&mut self, pair: &Undecided) {
        let ends = (
            self.handlers.get(pair.first()),
            self.handlers.get(pair.second()),
        );
        if let (Some((_, first)), Some((second, _))) = ends
            && pair.breakpoint().name() == self.title
        {
            let label = format!("{}: insertion decides", pair.state());
            self.add_edge(*first, *second, EdgeKind::Undecided, label);
        }
    }

    fn state(&mut self, name: &'e str, count: &mut usize) -> usize {
        if let Some(node) = self.states.get(name) {
            return *node;
        }
        let node = self.add_node(NodeKind::State, vec![name.to_owned()], count);
        self.states.insert(name, node);
        node
    }

    fn add_node(&mut self, kind: NodeKind, lines: Vec<String>, count: &mut usize) -> usize {
        *count += 1;
        let id = *count;
        self.nodes.push(Node { id, kind, lines });
        id
    }

    fn add_edge(&mut self, from: usize, to: usize, kind: EdgeKind, label: String) {
        self.edges.push(Edge {
            from,
            to,
            kind,
            label,
        });
    }
}

/// Orders whose edges the graph bundles: many orders that name the same list on one side and one callback each on the other are one
/// order between those callbacks and the list.
struct Bundle<'e> {
    first: Vec<&'e Side>,
    second: Vec<&'e Side>,
    how: &'static str,
}

/// The list that many orders name, on which side, and how they are declared.
type Shared = (*const Arc<str>, bool, &'static str);

fn bundles(orders: &[Order]) -> Vec<Bundle<'_>> {
    let mut bundles: Vec<Bundle<'_>> = Vec::new();
    let mut known: HashMap<Shared, usize> = HashMap::new();
    let mut lists = Lists::new();
    for order in orders.iter().filter(|order| !order.itself) {
        let next = bundles.len();
        let shared = shared(order, &mut lists);
        let at = shared.map_or(next, |shared| *known.entry(shared).or_insert(next));
        match bundles.get_mut(at) {
            Some(bundle) if shared.is_some_and(|(_, is_first, _)| is_first) => {
                bundle.second.push(&order.second);
            }
            Some(bundle) => bundle.first.push(&order.first),
            None => bundles.push(Bundle {
                first: vec![&order.first],
                second: vec![&order.second],
                how: order.how(),
            }),
        }
    }
    bundles
}

/// The names on each list that orders share, by the list's address.
type Lists<'e> = HashMap<*const Arc<str>, HashSet<&'e str>>;

/// The list that other orders may name, too.
fn shared<'e>(order: &'e Order, lists: &mut Lists<'e>) -> Option<Shared> {
    let (one, list, is_first) = match (&order.first.callbacks[..], &order.second.callbacks[..]) {
        ([one], list @ [_, _, ..]) => (one, list, false),
        (list @ [_, _, ..], [one]) => (one, list, true),
        _ => return None,
    };
    let names = lists.entry(list.as_ptr());
    let names = names.or_insert_with(|| list.iter().map(AsRef::as_ref).collect());
    // A callback on both sides has no edge to itself, and would have one by way of a gate.
    let is_apart = !names.contains(one.as_ref());
    is_apart.then(|| (list.as_ptr(), is_first, order.how()))
}

fn pairs(first: &[usize], second: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let all = first
        .iter()
        .flat_map(|from| second.iter().map(move |to| (*from, *to)));
    // A callback that both sides name is not its own predecessor.
    all.filter(|(from, to)| from != to)
}

fn handler_lines(row: &Row) -> Vec<String> {
    let mut lines = vec![
        format!("{}  {}", row.place, row.callback),
        format!("weight {}", row.weight),
    ];
    lines.extend(row.period.clone());
    lines.extend(row.executor.clone());
    lines
}

fn optional(state_use: &StateUse) -> String {
    let text = if state_use.optional { "if there" } else { "" };
    text.into()
}
