//! The sorting: among the callbacks that are free to go next, the one of the smallest weight and then place goes.

use super::circle::{self, Circle};
use super::graph::{Graph, NodeId};
use super::members::active;
use crate::callback::CallbackId;
use crate::plan::attached::Insertion;
use crate::plan::{Attached, OrderRule};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Callbacks in their order.
pub(crate) struct Sorted {
    pub(crate) order: Vec<CallbackId>,
    /// The circles of declared orders. One callback of each circle runs in spite of it.
    pub(crate) circles: Vec<Circle>,
}

/// By ascending weight, then insertion.
#[derive(PartialEq)]
struct Key {
    weight: f64,
    insertion: Insertion,
    id: CallbackId,
}

pub(crate) fn sort(attached: &[Attached], orders: &[OrderRule]) -> Sorted {
    let mut graph = Graph::of(attached.len(), orders);
    let mut waiting: Vec<bool> = attached.iter().map(|callback| callback.active).collect();
    let mut sorted = Sorted {
        order: Vec::new(),
        circles: Vec::new(),
    };
    let mut free = BinaryHeap::new();
    let all = active(attached).filter(|(id, _)| graph.before[NodeId::of(*id)] == 0);
    free.extend(all.map(|(id, callback)| Reverse(Key::of(id, callback))));
    let mut left = active(attached).count();
    while left > 0 {
        let Some(Reverse(next)) = free.pop() else {
            let circle = circle::find(&graph, &waiting, |id| Key::of(id, &attached[id]));
            let Some(circle) = circle else { break };
            free.push(Reverse(Key::of(circle.first(), &attached[circle.first()])));
            sorted.circles.push(circle);
            continue;
        };
        if !std::mem::replace(&mut waiting[next.id], false) {
            continue;
        }
        left -= 1;
        sorted.order.push(next.id);
        for id in graph.release(next.id) {
            free.push(Reverse(Key::of(id, &attached[id])));
        }
    }
    sorted
}

impl Key {
    fn of(id: CallbackId, callback: &Attached) -> Self {
        Self {
            // Adding 0 turns -0 into 0. A check reports NaN, which must not disturb the sort.
            weight: callback.weight() + 0.0,
            insertion: callback.insertion,
            id,
        }
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight
            .total_cmp(&other.weight)
            .then_with(|| self.insertion.cmp(&other.insertion))
    }
}
