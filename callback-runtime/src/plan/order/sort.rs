//! Sorts the callbacks: of those that need not wait for others any more, the one with the smallest weight and then insertion comes next.

use super::circle::{self, Circle};
use super::graph::{Graph, NodeId};
use super::members::active;
use crate::callback::CallbackId;
use crate::plan::{Attached, OrderRule};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Returns the active callbacks in the order in which they run, and the circles of declared orders. One callback of each circle runs
/// although it must wait for another one.
pub(crate) fn sort(attached: &[Attached], orders: &[OrderRule]) -> (Vec<CallbackId>, Vec<Circle>) {
    let mut graph = Graph::of(attached.len(), orders);
    let mut waiting: Vec<bool> = attached.iter().map(|callback| callback.active).collect();
    let (mut order, mut circles) = (Vec::new(), Vec::new());
    let count = active(attached).count();
    let key = |id: CallbackId| attached[id].sort_key();
    let entry = |id: CallbackId| Reverse((key(id), id));
    let first = active(attached).filter(|(id, _)| graph.before[NodeId::of(*id)] == 0);
    let mut free: BinaryHeap<_> = first.map(|(id, _)| entry(id)).collect();
    while order.len() < count {
        let Some(Reverse((_, next))) = free.pop() else {
            let Some(circle) = circle::find(&graph, &waiting, key) else {
                break;
            };
            free.push(entry(circle.first()));
            circles.push(circle);
            continue;
        };
        if std::mem::replace(&mut waiting[next], false) {
            order.push(next);
            free.extend(graph.release(next).into_iter().map(entry));
        }
    }
    (order, circles)
}
