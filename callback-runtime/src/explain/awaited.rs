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
        let (mut side_ids, mut last_ranks) = (HashMap::new(), HashMap::new());
        for (index, order) in resolved.orders.iter().enumerate() {
            let side = awaited.side_id(order, &mut side_ids);
            awaited.add(OrderId::new(index), order, side, &mut last_ranks);
        }
        awaited
    }

    /// Returns the id of the second side of an order, and adds the side if it is new. Orders that share the list of a side have the same side.
    fn side_id(
        &mut self,
        order: &OrderRule,
        known: &mut HashMap<*const CallbackId, SideId>,
    ) -> SideId {
        let callbacks = &order.second.callbacks;
        *known.entry(callbacks.as_ptr()).or_insert_with(|| {
            let id = SideId::new(self.sides.len());
            self.sides.push(SecondSide::default());
            for callback in callbacks.iter() {
                self.sides_of[*callback].push(id);
            }
            id
        })
    }

    /// Adds an order. `last_ranks` has the highest rank of each first side, by the address of its list.
    fn add(
        &mut self,
        id: OrderId,
        order: &OrderRule,
        side: SideId,
        last_ranks: &mut HashMap<*const CallbackId, Option<Rank>>,
    ) {
        let first = &order.first.callbacks;
        let ranks = || first.iter().map(|callback| self.ranks[*callback]).max();
        let last = *last_ranks.entry(first.as_ptr()).or_insert_with(ranks);
        let side = &mut self.sides[side];
        side.orders.push(id);
        side.last = side.last.max(last.map(|rank| (rank, id)));
        match first[..] {
            [single] => {
                side.singles.entry(single).or_insert(id);
            }
            _ => side.several.push(id),
        }
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

/// Whether a callback is on a side. Sides are sorted.
fn has(side: &[CallbackId], callback: CallbackId) -> bool {
    side.binary_search(&callback).is_ok()
}
