//! Sorts the callbacks: of those that need not wait for others any more, the one with the smallest weight and then insertion comes next.

use super::circle::{self, Circle};
use super::graph::{Graph, NodeId};
use super::members::active;
use crate::callback::CallbackId;
use crate::plan::attached::Insertion;
use crate::plan::{Attached, OrderRule};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// The result of sorting.
pub(crate) struct Sorted {
    /// The active callbacks, in the order in which they run.
    pub(crate) order: Vec<CallbackId>,
    /// The circles of declared orders. One callback of each circle runs although it must wait for another one.
    pub(crate) circles: Vec<Circle>,
}

/// Orders callbacks that need not wait for each other: by ascending weight, then insertion.
#[derive(PartialEq)]
struct SortKey {
    weight: f64,
    insertion: Insertion,
    id: CallbackId,
}

/// Sorts the active callbacks.
pub(crate) fn sort(attached: &[Attached], orders: &[OrderRule]) -> Sorted {
    let mut graph = Graph::of(attached.len(), orders);
    let mut waiting: Vec<bool> = attached.iter().map(|callback| callback.active).collect();
    let mut sorted = Sorted {
        order: Vec::new(),
        circles: Vec::new(),
    };
    let mut free = BinaryHeap::new();
    let all = active(attached).filter(|(id, _)| graph.before[NodeId::of(*id)] == 0);
    free.extend(all.map(|(id, callback)| Reverse(SortKey::of(id, callback))));
    let mut remaining = active(attached).count();
    while remaining > 0 {
        let Some(Reverse(next)) = free.pop() else {
            let circle = circle::find(&graph, &waiting, |id| SortKey::of(id, &attached[id]));
            let Some(circle) = circle else { break };
            free.push(Reverse(SortKey::of(
                circle.first(),
                &attached[circle.first()],
            )));
            sorted.circles.push(circle);
            continue;
        };
        if !std::mem::replace(&mut waiting[next.id], false) {
            continue;
        }
        remaining -= 1;
        sorted.order.push(next.id);
        for id in graph.release(next.id) {
            free.push(Reverse(SortKey::of(id, &attached[id])));
        }
    }
    sorted
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
