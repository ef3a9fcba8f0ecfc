//! Circles of declared orders: each callback must run before the next one, and the last one before the first.

use super::graph::{Graph, NodeId, OrderId};
use crate::callback::CallbackId;
use crate::plan::{Attached, DeclaredBy, OrderRule, OrderSide, Problem, ProblemKind, ProblemText};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// A circle of declared orders.
pub(crate) struct Circle {
    /// The callbacks of the circle, each with the declared order by which it must run before the next one.
    steps: Vec<(CallbackId, OrderId)>,
}

impl Circle {
    /// Returns the callback with which the report begins.
    pub(super) fn first(&self) -> CallbackId {
        self.steps[0].0
    }

    /// Makes the problem of a circle. Its steps name every callback of the circle and where each order is declared.
    pub(crate) fn problem(
        &self,
        orders: &[OrderRule],
        attached: &[Attached],
        names: &[Arc<str>],
    ) -> Problem {
        let next = self.steps.iter().cycle().skip(1);
        let steps = self.steps.iter().zip(next).map(|((id, order), (next, _))| {
            let order = &orders[*order];
            let first = side_text(&order.first, &attached[*id], &names[*id]);
            let second = side_text(&order.second, &attached[*next], &names[*next]);
            format!("{first} before {second}, {}", declaration_text(order))
        });
        let mut text = ProblemText::hinted("its order is a circle".into(), "take one of them back");
        text.steps = steps.collect();
        let first = self.first();
        Problem::of_plan(
            ProblemKind::Circle,
            &names[first],
            attached[first].location(),
            text,
        )
    }
}

/// Finds a shortest circle among the waiting callbacks, through the callback of a circle that comes first by `key`.
pub(super) fn find<K: Ord>(
    graph: &Graph,
    waiting: &[bool],
    key: impl Fn(CallbackId) -> K,
) -> Option<Circle> {
    let leads = leading_to_circles(graph, waiting);
    let candidates = CallbackId::first_ids(waiting.len()).filter(|id| leads[NodeId::of(*id)]);
    let mut candidates: Vec<CallbackId> = candidates.collect();
    candidates.sort_by_key(|id| key(*id));
    let mut nodes = candidates.into_iter().map(NodeId::of);
    nodes.find_map(|node| circle_through(graph, &leads, node))
}

/// Returns for each node whether it is on a circle or before one. A search from any other node finds no circle, and in a long chain of such
/// nodes each search would walk the whole chain.
fn leading_to_circles(graph: &Graph, waiting: &[bool]) -> Vec<bool> {
    let nodes = || NodeId::first_ids(graph.after.len());
    // A circle can lead through waiting callbacks, orders and sides.
    let is_open = |node| {
        graph
            .callback(node)
            .is_none_or(|callback| waiting[callback])
    };
    let mut leads: Vec<bool> = nodes().map(is_open).collect();
    let mut predecessors: Vec<Vec<NodeId>> = vec![Vec::new(); leads.len()];
    let mut successor_counts = vec![0_usize; leads.len()];
    for node in nodes().filter(|node| leads[*node]) {
        for next in graph.after[node].iter().filter(|next| leads[**next]) {
            predecessors[*next].push(node);
            successor_counts[node] += 1;
        }
    }
    let mut ends: Vec<NodeId> = nodes()
        .filter(|node| successor_counts[*node] == 0)
        .collect();
    while let Some(end) = ends.pop() {
        leads[end] = false;
        for node in &predecessors[end] {
            successor_counts[*node] -= 1;
            if successor_counts[*node] == 0 {
                ends.push(*node);
            }
        }
    }
    leads
}

/// Finds a shortest path from `start` back to it, through nodes that lead to circles.
fn circle_through(graph: &Graph, leads: &[bool], start: NodeId) -> Option<Circle> {
    let mut previous: HashMap<NodeId, NodeId> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in &graph.after[node] {
            if *next == start {
                return Some(circle_of_path(graph, &previous, node, start));
            }
            if leads[*next] && !previous.contains_key(next) {
                previous.insert(*next, node);
                queue.push_back(*next);
            }
        }
    }
    None
}

/// Follows the path that a search has found from its `last` node back to `start`.
fn circle_of_path(
    graph: &Graph,
    previous: &HashMap<NodeId, NodeId>,
    last: NodeId,
    start: NodeId,
) -> Circle {
    let mut steps = Vec::new();
    let mut order = OrderId::default();
    let mut node = last;
    loop {
        order = graph.orders.get(&node).copied().unwrap_or(order);
        if let Some(callback) = graph.callback(node) {
            steps.push((callback, order));
        }
        if node == start {
            break;
        }
        node = previous[&node];
    }
    steps.reverse();
    Circle { steps }
}

/// Describes a callback the way that a side of an order names it: by its name, its type or its group.
fn side_text(side: &OrderSide, callback: &Attached, name: &str) -> String {
    let label = &side.label;
    let type_label = label.split('<').next();
    if label == name {
        format!("`{name}`")
    } else if type_label == Some(callback.info.type_label()) {
        format!("`{label}` (`{name}`)")
    } else {
        format!("`{label}` (which `{name}` is in)")
    }
}

/// Describes where an order is declared.
fn declaration_text(order: &OrderRule) -> String {
    let (location, first, second) = (order.location, &order.first.label, &order.second.label);
    match order.by {
        DeclaredBy::After { .. } => format!("says `{second}` ({location})"),
        DeclaredBy::Before { .. } => format!("says `{first}` ({location})"),
        DeclaredBy::Plan => format!("says `plan.order` ({location})"),
    }
}
