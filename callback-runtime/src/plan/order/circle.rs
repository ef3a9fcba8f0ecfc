//! Circles: callbacks each of which must run after the next one.

use super::graph::{Graph, NodeId, OrderId};
use crate::callback::CallbackId;
use crate::plan::{Attached, DeclaredBy, OrderRule, OrderSide, Problem, ProblemKind, ProblemText};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Each runs before the next one, and the last one before the first.
pub(crate) struct Circle {
    /// A callback, and the declared order by which it runs before the next one.
    steps: Vec<(CallbackId, OrderId)>,
}

impl Circle {
    pub(super) fn first(&self) -> CallbackId {
        self.steps[0].0
    }
}

/// A shortest circle among those that wait, through the one of them that would go first.
pub(super) fn find<K: Ord>(
    graph: &Graph,
    waiting: &[bool],
    key: impl Fn(CallbackId) -> K,
) -> Option<Circle> {
    let leads = leading_to_circles(graph, waiting);
    let waiters = graph.callbacks().filter(|id| leads[NodeId::of(*id)]);
    let mut waiters: Vec<CallbackId> = waiters.collect();
    waiters.sort_by_key(|id| key(*id));
    waiters
        .into_iter()
        .find_map(|id| circle_through(graph, waiting, NodeId::of(id)))
}

/// The nodes that are on a circle or before one. A search from a node that only waits for a circle finds nothing, and in a long row
/// of such nodes each search would walk the whole row.
fn leading_to_circles(graph: &Graph, waiting: &[bool]) -> Vec<bool> {
    let mut leads: Vec<bool> = NodeId::first(graph.after.len())
        .map(|node| is_open(graph, waiting, node))
        .collect();
    let mut before: Vec<Vec<NodeId>> = vec![Vec::new(); leads.len()];
    let mut count = vec![0_usize; leads.len()];
    for node in NodeId::first(leads.len()).filter(|node| leads[*node]) {
        for next in graph.after[node].iter().filter(|next| leads[**next]) {
            before[*next].push(node);
            count[node] += 1;
        }
    }
    let ends = NodeId::first(leads.len()).filter(|node| count[*node] == 0);
    let mut ends: Vec<NodeId> = ends.collect();
    while let Some(end) = ends.pop() {
        leads[end] = false;
        for node in &before[end] {
            count[*node] -= 1;
            if count[*node] == 0 {
                ends.push(*node);
            }
        }
    }
    leads
}

fn is_open(graph: &Graph, waiting: &[bool], node: NodeId) -> bool {
    graph
        .callback(node)
        .is_none_or(|callback| waiting[callback])
}

/// The shortest way from `start` to itself.
fn circle_through(graph: &Graph, waiting: &[bool], start: NodeId) -> Option<Circle> {
    let mut from: HashMap<NodeId, NodeId> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in &graph.after[node] {
            if *next == start {
                return Some(unwind(graph, &from, node, start));
            }
            if is_open(graph, waiting, *next) && !from.contains_key(next) {
                from.insert(*next, node);
                queue.push_back(*next);
            }
        }
    }
    None
}

fn unwind(graph: &Graph, from: &HashMap<NodeId, NodeId>, last: NodeId, start: NodeId) -> Circle {
    let mut steps = Vec::new();
    let mut order = OrderId::default();
    let mut node = last;
    loop {
        order = graph.order_of(node).unwrap_or(order);
        if let Some(callback) = graph.callback(node) {
            steps.push((callback, order));
        }
        if node == start {
            break;
        }
        node = from[&node];
    }
    steps.reverse();
    Circle { steps }
}

/// The circle as a problem, which names every callback in it and where each order is declared.
pub(crate) fn describe(
    circle: &Circle,
    orders: &[OrderRule],
    attached: &[Attached],
    names: &[Arc<str>],
) -> Problem {
    let next = circle.steps.iter().cycle().skip(1);
    let steps = circle.steps.iter().zip(next);
    let steps = steps.map(|((id, order), (next, _))| {
        let order = &orders[*order];
        let first = named(&order.first, &attached[*id], &names[*id]);
        let second = named(&order.second, &attached[*next], &names[*next]);
        format!("{first} before {second}, {}", declaration(order))
    });
    let text = ProblemText::hinted("its order is a circle".into(), "take one of them back")
        .with_steps(steps.collect());
    let first = circle.first();
    Problem::of_plan(
        ProblemKind::Circle,
        &names[first],
        attached[first].location(),
        text,
    )
}

/// A callback as a side of an order names it: by its name, its type or its group.
fn named(side: &OrderSide, callback: &Attached, name: &str) -> String {
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

fn declaration(order: &OrderRule) -> String {
    let (location, first, second) = (order.location, &order.first.label, &order.second.label);
    match order.by {
        DeclaredBy::After { .. } => format!("says `{second}` ({location})"),
        DeclaredBy::Before { .. } => format!("says `{first}` ({location})"),
        DeclaredBy::Plan => format!("says `plan.order` ({location})"),
    }
}
