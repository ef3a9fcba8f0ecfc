//! Circles: callbacks each of which is to run after the next one.

use super::graph::Graph;
use crate::plan::Attached;
use crate::plan::declared::{DeclaredBy, Order};
use crate::plan::problem::{Problem, ProblemKind};
use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;

/// Each runs before the next one, and the last one before the first.
pub(in crate::plan) struct Circle {
    /// A callback, and the declared order by which it runs before the next one.
    steps: Vec<(usize, usize)>,
}

impl Circle {
    pub(super) fn first(&self) -> usize {
        self.steps[0].0
    }
}

/// A shortest circle among those that wait, through the one of them that would go first.
pub(super) fn find<K: Ord>(
    graph: &Graph,
    waiting: &[bool],
    key: impl Fn(usize) -> K,
) -> Option<Circle> {
    let mut waiters: Vec<usize> = (0..graph.callbacks).filter(|at| waiting[*at]).collect();
    waiters.sort_by_key(|at| key(*at));
    waiters
        .into_iter()
        .find_map(|at| through(graph, waiting, at))
}

/// The shortest way from `start` to itself.
fn through(graph: &Graph, waiting: &[bool], start: usize) -> Option<Circle> {
    let mut from: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in &graph.after[node] {
            if *next == start {
                return Some(unwind(graph, &from, node, start));
            }
            let is_open = *next >= graph.callbacks || waiting[*next];
            if is_open && !from.contains_key(next) {
                from.insert(*next, node);
                queue.push_back(*next);
            }
        }
    }
    None
}

fn unwind(graph: &Graph, from: &HashMap<usize, usize>, last: usize, start: usize) -> Circle {
    let mut steps = Vec::new();
    let mut order = 0;
    let mut node = last;
    loop {
        order = graph.order_of(node).unwrap_or(order);
        if node < graph.callbacks {
            steps.push((node, order));
        }
        if node == start {
            break;
        }
        node = from[&node];
    }
    steps.reverse();
    Circle { steps }
}

/// The circle as a problem, which names everybody in it and where each order is declared.
pub(in crate::plan) fn describe(
    circle: &Circle,
    orders: &[Order],
    attached: &[Attached],
    names: &[Arc<str>],
) -> Problem {
    let mut text = String::from("its order is a circle: ");
    let next = circle.steps.iter().cycle().skip(1);
    for (index, ((at, order), (next, _))) in circle.steps.iter().zip(next).enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{separator}{}",
            said(&orders[*order], &names[*at], &names[*next])
        );
    }
    text.push_str("; take one of them back");
    let first = circle.first();
    Problem::of_plan(
        ProblemKind::Circle,
        &names[first],
        attached[first].site(),
        text,
    )
}

fn said(order: &Order, first: &str, second: &str) -> String {
    let site = order.site;
    match order.by {
        DeclaredBy::After { .. } => format!("`{second}` after `{first}` ({site})"),
        DeclaredBy::Before { .. } => format!("`{first}` before `{second}` ({site})"),
        DeclaredBy::Plan => format!("`{first}` before `{second}` (`plan.order`, {site})"),
    }
}
