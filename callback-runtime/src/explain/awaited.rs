//! The declared orders by which callbacks wait for others.
//!
//! Orders with the same second side are kept once, with that side, and not once for each of its callbacks.

use crate::plan::OrderRule;
use crate::plan::Resolved;
use std::collections::{HashMap, HashSet};

/// What each callback waits for.
pub(super) struct Awaited<'p> {
    orders: &'p [OrderRule],
    /// The rank of each callback.
    ranks: Vec<usize>,
    /// For each callback the second sides that it is on.
    sides: Vec<Vec<usize>>,
    second: Vec<Second>,
    /// The callbacks that are on both sides of an order.
    on_both: HashSet<usize>,
}

/// The orders with one second side, by their index.
#[derive(Default)]
struct Second {
    orders: Vec<usize>,
    /// For each callback that is alone on a first side the first such order.
    singles: HashMap<usize, usize>,
    /// Those with several callbacks on the first side.
    many: Vec<usize>,
    /// The highest rank on a first side, and the order that says so.
    last: Option<(usize, usize)>,
}

impl<'p> Awaited<'p> {
    pub(super) fn of(callbacks: usize, resolved: &'p Resolved) -> Self {
        let mut ranks = vec![usize::MAX; callbacks];
        for (rank, callback) in resolved.order.iter().enumerate() {
            ranks[*callback] = rank;
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
            awaited.add(index, order, second, &mut lasts);
        }
        awaited
    }

    /// The number of the second side of an order. The same list is the same side.
    fn second(&mut self, order: &OrderRule, known: &mut HashMap<*const usize, usize>) -> usize {
        let callbacks = &order.second.callbacks;
        *known.entry(callbacks.as_ptr()).or_insert_with(|| {
            let number = self.second.len();
            self.second.push(Second::default());
            for callback in callbacks.iter() {
                self.sides[*callback].push(number);
            }
            number
        })
    }

    fn add(
        &mut self,
        index: usize,
        order: &OrderRule,
        second: usize,
        lasts: &mut HashMap<*const usize, Option<usize>>,
    ) {
        let first = &order.first.callbacks;
        self.on_both.extend(shared(first, &order.second.callbacks));
        let ranks = || first.iter().map(|callback| self.ranks[*callback]).max();
        let last = *lasts.entry(first.as_ptr()).or_insert_with(ranks);
        let second = &mut self.second[second];
        second.orders.push(index);
        second.last = second.last.max(last.map(|rank| (rank, index)));
        match first[..] {
            [one] => {
                second.singles.entry(one).or_insert(index);
            }
            _ => second.many.push(index),
        }
    }

    /// The order that says that `first` runs before `second`.
    pub(super) fn direct(&self, first: usize, second: usize) -> Option<&'p OrderRule> {
        let sides = self.sides[second].iter().map(|side| &self.second[*side]);
        let found = sides.filter_map(|side| {
            let names = |index: &&usize| has(&self.orders[**index].first.callbacks, first);
            let many = side.many.iter().find(names);
            many.into_iter().chain(side.singles.get(&first)).min()
        });
        found.min().map(|index| &self.orders[*index])
    }

    /// The order that lets a callback wait longest.
    pub(super) fn last(&self, own: usize) -> Option<&'p OrderRule> {
        let sides = self.sides[own].iter().map(|side| &self.second[*side]);
        let last = if self.on_both.contains(&own) {
            let orders = sides.flat_map(|side| &side.orders);
            orders
                .filter_map(|index| self.last_other(*index, own))
                .max()
        } else {
            sides.filter_map(|side| side.last).max()
        };
        last.map(|(_, index)| &self.orders[index])
    }

    /// The highest rank on the first side of an order, but for the callback itself.
    fn last_other(&self, index: usize, own: usize) -> Option<(usize, usize)> {
        let others = self.orders[index].first.callbacks.iter();
        let others = others.filter(|other| **other != own);
        let last = others.map(|other| self.ranks[*other]).max()?;
        Some((last, index))
    }
}

/// The callbacks on both sides. Sides are sorted.
fn shared(one: &[usize], other: &[usize]) -> Vec<usize> {
    let (few, many) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let few = few.iter().copied();
    few.filter(|callback| has(many, *callback)).collect()
}

fn has(side: &[usize], callback: usize) -> bool {
    side.binary_search(&callback).is_ok()
}
