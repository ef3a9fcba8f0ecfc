//! Finds the declared order because of which a callback waits for others.
//!
//! Orders are stored by their second side, and not once for each callback of that side.

use crate::callback::{CallbackId, Rank};
use crate::loops::id_types;
use crate::plan::{OrderId, OrderRule, Resolved};
use std::collections::HashMap;

/// The declared orders that each callback waits for.
pub(super) struct AwaitedOrders<'p> {
    /// All declared orders of the plan.
    orders: &'p [OrderRule],
    /// The rank of each callback, by its id.
    ranks: Vec<Rank>,
    /// The second sides that each callback is on, by its id.
    sides_of: Vec<Vec<SideId>>,
    /// The second sides of the orders.
    sides: Vec<SecondSide>,
}

/// The orders that have the same second side.
#[derive(Default)]
struct SecondSide {
    /// All of them.
    orders: Vec<OrderId>,
    /// For each callback that is alone on a first side, the first order with that side.
    singles: HashMap<CallbackId, OrderId>,
    /// The orders with several callbacks on the first side.
    several: Vec<OrderId>,
    /// The highest rank on a first side, and the order with that side.
    last: Option<(Rank, OrderId)>,
}

id_types! {
    /// A second side of orders, by its index.
    struct SideId;
}

impl<'p> AwaitedOrders<'p> {
    pub(super) fn of(callbacks: usize, resolved: &'p Resolved) -> Self {
        let mut awaited = Self {
            orders: &resolved.orders,
            ranks: resolved.ranks(callbacks),
            sides_of: vec![Vec::new(); callbacks],
            sides: Vec::new(),
        };
        // By the addresses of lists: orders that share the list of a side have the same side.
        let (mut side_ids, mut last_ranks) = (HashMap::new(), HashMap::new());
        for (index, order) in resolved.orders.iter().enumerate() {
            let (first, second) = (&order.first.callbacks, &order.second.callbacks);
            let next = SideId::new(awaited.sides.len());
            let side = *side_ids.entry(second.as_ptr()).or_insert(next);
            if side == next {
                awaited.add_side(second);
            }
            let last = last_ranks.entry(first.as_ptr());
            let last = *last.or_insert_with(|| first.iter().map(|id| awaited.ranks[*id]).max());
            awaited.sides[side].add(OrderId::new(index), first, last);
        }
        awaited
    }

    fn add_side(&mut self, callbacks: &[CallbackId]) {
        for callback in callbacks {
            self.sides_of[*callback].push(SideId::new(self.sides.len()));
        }
        self.sides.push(SecondSide::default());
    }

    /// Returns the first order that declares that `first` runs before `second`.
    pub(super) fn direct(&self, first: CallbackId, second: CallbackId) -> Option<&'p OrderRule> {
        let sides = self.sides_of[second].iter().map(|id| &self.sides[*id]);
        let found = sides.filter_map(|side| {
            let names = |id: &&OrderId| has(&self.orders[**id].first.callbacks, first);
            let several = side.several.iter().find(names);
            several.into_iter().chain(side.singles.get(&first)).min()
        });
        found.min().map(|index| &self.orders[*index])
    }

    /// Returns the order whose first side ends last, among those that a callback waits for.
    pub(super) fn last(&self, own: CallbackId) -> Option<&'p OrderRule> {
        let sides = self.sides_of[own].iter().map(|id| &self.sides[*id]);
        let last = sides.filter_map(|side| self.last_of_side(side, own)).max();
        last.map(|(_, id)| &self.orders[id])
    }

    /// Returns the highest rank on a first side, without that of the callback `own`, and the order with that side.
    fn last_of_side(&self, side: &SecondSide, own: CallbackId) -> Option<(Rank, OrderId)> {
        let (_, id) = side.last?;
        if !has(&self.orders[id].first.callbacks, own) {
            return side.last;
        }
        let last_other = |id: &OrderId| {
            let others = self.orders[*id].first.callbacks.iter();
            let others = others.filter(|other| **other != own);
            Some((others.map(|other| self.ranks[*other]).max()?, *id))
        };
        side.orders.iter().filter_map(last_other).max()
    }
}

impl SecondSide {
    /// Adds an order. `last` is the highest rank of its first side.
    fn add(&mut self, id: OrderId, first: &[CallbackId], last: Option<Rank>) {
        self.orders.push(id);
        self.last = self.last.max(last.map(|rank| (rank, id)));
        if let [single] = first {
            self.singles.entry(*single).or_insert(id);
        } else {
            self.several.push(id);
        }
    }
}

/// Whether a callback is on a side. Sides are sorted.
fn has(side: &[CallbackId], callback: CallbackId) -> bool {
    side.binary_search(&callback).is_ok()
}
