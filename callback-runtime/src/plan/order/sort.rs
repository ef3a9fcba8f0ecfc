//! Sorts the callbacks: of those that need not wait for others any more, the one with the smallest weight and then insertion comes next.

use super::circle::{self, Circle};
use super::graph::{Graph, NodeId};
use super::members::active;
use crate::callback::CallbackId;
use crate::plan::attached::Insertion;
use crate::plan::{Attached, OrderRule};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Orders callbacks that need not wait for each other: by ascending weight, then insertion.
#[derive(PartialEq)]
struct SortKey {
    weight: f64,
    insertion: Insertion,
    id: CallbackId,
}

/// Returns the active callbacks in the order in which they run, and the circles of declared orders. One callback of each circle runs
/// although it must wait for another one.
pub(crate) fn sort(attached: &[Attached], orders: &[OrderRule]) -> (Vec<CallbackId>, Vec<Circle>) {
    let mut graph = Graph::of(attached.len(), orders);
    let mut waiting: Vec<bool> = attached.iter().map(|callback| callback.active).collect();
    let (mut order, mut circles) = (Vec::new(), Vec::new());
    let count = active(attached).count();
    let key = |id: CallbackId| SortKey::of(id, &attached[id]);
    let first = active(attached).filter(|(id, _)| graph.before[NodeId::of(*id)] == 0);
    let mut free: BinaryHeap<_> = first.map(|(id, _)| Reverse(key(id))).collect();
    while order.len() < count {
        let Some(Reverse(next)) = free.pop() else {
            let Some(circle) = circle::find(&graph, &waiting, key) else {
                break;
            };
            free.push(Reverse(key(circle.first())));
            circles.push(circle);
            continue;
        };
        if std::mem::replace(&mut waiting[next.id], false) {
            order.push(next.id);
            let freed = graph.release(next.id).into_iter();
            free.extend(freed.map(|id| Reverse(key(id))));
        }
    }
    (order, circles)
}

impl SortKey {
    fn of(id: CallbackId, callback: &Attached) -> Self {
        Self {
            // A check reports NaN, which `total_cmp` orders like any number.
            weight: callback.sort_weight(),
            insertion: callback.insertion,
            id,
        }
    }
}

impl Eq for SortKey {}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight
            .total_cmp(&other.weight)
            .then_with(|| self.insertion.cmp(&other.insertion))
    }
}
