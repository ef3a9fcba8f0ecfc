//! The declared orders by which callbacks wait for others.
//!
//! Orders with the same second side are kept once, with that side, and not once for each of its callbacks.

use crate::callback::{CallbackId, Rank};
use crate::loops::id_types;
use crate::plan::{OrderId, OrderRule, Resolved};
use std::collections::{HashMap, HashSet};

/// What each callback waits for.
pub(super) struct Awaited<'p> {
    orders: &'p [OrderRule],
    /// The rank of each callback.
    ranks: Vec<Option<Rank>>,
    /// For each callback the second sides that it is on.
    sides: Vec<Vec<SideId>>,
    second: Vec<Second>,
    /// The callbacks that are on both sides of an order.
    on_both: HashSet<CallbackId>,
}

/// The orders with one second side, by their index.
#[derive(Default)]
struct Second {
    orders: Vec<OrderId>,
    /// The first order for each callback that is alone on its first side.
    singles: HashMap<CallbackId, OrderId>,
    /// Those with several callbacks on the first side.
    many: Vec<OrderId>,
    /// The highest rank on a first side, and the order that says so.
    last: Option<(Rank, OrderId)>,
}

id_types! {
    /// The second side of orders.
    struct SideId;
}

impl<'p> Awaited<'p> {
    pub(super) fn of(callbacks: usize, resolved: &'p Resolved) -> Self {
        let mut ranks = vec![None; callbacks];
        for (rank, callback) in resolved.order.iter().enumerate() {
            ranks[*callback] = Some(Rank::new(rank));
        }
        let mut awaited = Self {
            orders: &resolved.orders,
            ranks,
            sides: vec![Vec::new(); callbacks],
            second: Vec::new(),
            on_both: HashSet::new(),
        };
        let (mut seconds, mut lasts) = (HashMap::new(), HashMap::new());
        for (index, order) in resolved.orders.iter().enumerate() {
            let second = awaited.second(order, &mut seconds);
            awaited.add(OrderId::new(index), order, second, &mut lasts);
        }
        awaited
    }

    /// The number of the second side of an order. The same list is the same side.
    fn second(
        &mut self,
        order: &OrderRule,
        known: &mut HashMap<*const CallbackId, SideId>,
    ) -> SideId {
        let callbacks = &order.second.callbacks;
        *known.entry(callbacks.as_ptr()).or_insert_with(|| {
            let number = SideId::new(self.second.len());
            self.second.push(Second::default());
            for callback in callbacks.iter() {
                self.sides[*callback].push(number);
            }
            number
        })
    }

    fn add(
        &mut self,
        id: OrderId,
        order: &OrderRule,
        second: SideId,
        lasts: &mut HashMap<*const CallbackId, Option<Rank>>,
    ) {
        let first = &order.first.callbacks;
        self.on_both.extend(shared(first, &order.second.callbacks));
        let ranks = || {
            first
                .iter()
                .filter_map(|callback| self.ranks[*callback])
                .max()
        };
        let last = *lasts.entry(first.as_ptr()).or_insert_with(ranks);
        let second = &mut self.second[second];
        second.orders.push(id);
        second.last = second.last.max(last.map(|rank| (rank, id)));
        match first[..] {
            [one] => {
                second.singles.entry(one).or_insert(id);
            }
            _ => second.many.push(id),
        }
    }

    /// The order that says that `first` runs before `second`.
    pub(super) fn direct(&self, first: CallbackId, second: CallbackId) -> Option<&'p OrderRule> {
        let sides = self.sides[second].iter().map(|side| &self.second[*side]);
        let found = sides.filter_map(|side| {
            let names = |id: &&OrderId| has(&self.orders[**id].first.callbacks, first);
            let many = side.many.iter().find(names);
            many.into_iter().chain(side.singles.get(&first)).min()
        });
        found.min().map(|index| &self.orders[*index])
    }

    /// The order that lets a callback wait longest.
    pub(super) fn last(&self, own: CallbackId) -> Option<&'p OrderRule> {
        let sides = self.sides[own].iter().map(|side| &self.second[*side]);
        let last = if self.on_both.contains(&own) {
            let orders = sides.flat_map(|side| &side.orders);
            orders
                .filter_map(|index| self.last_other(*index, own))
                .max()
        } else {
            sides.filter_map(|side| side.last).max()
        };
        last.map(|(_, id)| &self.orders[id])
    }

    /// The highest rank on the first side of an order, but for the callback itself.
    fn last_other(&self, id: OrderId, own: CallbackId) -> Option<(Rank, OrderId)> {
        let others = self.orders[id].first.callbacks.iter();
        let others = others.filter(|other| **other != own);
        let last = others.filter_map(|other| self.ranks[*other]).max()?;
        Some((last, id))
    }
}

/// The callbacks on both sides. Sides are sorted.
fn shared(one: &[CallbackId], other: &[CallbackId]) -> Vec<CallbackId> {
    let (few, many) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let few = few.iter().copied();
    few.filter(|callback| has(many, *callback)).collect()
}

fn has(side: &[CallbackId], callback: CallbackId) -> bool {
    side.binary_search(&callback).is_ok()
}
