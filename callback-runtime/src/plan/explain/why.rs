//! Why a handler stands where it stands.

use super::rows::Why;
use crate::plan::declared::Order;
use crate::plan::{Attached, Placed, Resolved};

/// What the reasons are drawn from.
pub(super) struct Reasons<'p> {
    attached: &'p [Attached],
    resolved: &'p Resolved,
    /// The rank of each callback among all.
    ranks: Vec<usize>,
    /// For each callback the orders by which it waits for others.
    waits: Vec<Vec<&'p Order>>,
}

impl<'p> Reasons<'p> {
    pub(super) fn of(attached: &'p [Attached], resolved: &'p Resolved) -> Self {
        let mut ranks = vec![usize::MAX; attached.len()];
        for (rank, callback) in resolved.order.iter().enumerate() {
            ranks[*callback] = rank;
        }
        let mut waits: Vec<Vec<&Order>> = vec![Vec::new(); attached.len()];
        for order in &resolved.orders {
            for callback in order.second.callbacks.iter() {
                waits[*callback].push(order);
            }
        }
        Self {
            attached,
            resolved,
            ranks,
            waits,
        }
    }

    /// Against the handler above or, for the first one, against the one below.
    pub(super) fn why(&self, list: &[Placed], at: usize) -> Why {
        let own = list[at].instance;
        let (above, below) = list.split_at(at);
        match above.last() {
            Some(above) if above.instance == own => Why::Written,
            Some(above) => self.why_after(above.instance, own),
            None => match below.iter().find(|other| other.instance != own) {
                Some(below) => self.why_before(own, below.instance),
                None => Why::Alone,
            },
        }
    }

    fn why_after(&self, above: usize, own: usize) -> Why {
        if self.weight(above) < self.weight(own) {
            return Why::Weight;
        }
        let order = match self.direct(above, own) {
            None if !self.goes_first(above, own) => self.last_awaited(own),
            direct => direct,
        };
        order.map_or(Why::Insertion, |order| {
            Why::After(order.first.label.clone())
        })
    }

    fn why_before(&self, own: usize, below: usize) -> Why {
        let below_name = || self.resolved.names[below].to_string();
        if self.weight(own) < self.weight(below) {
            Why::Weight
        } else if self.direct(own, below).is_some() {
            Why::Before(below_name())
        } else if self.goes_first(own, below) {
            Why::Insertion
        } else {
            Why::Meanwhile(below_name())
        }
    }

    /// The order that says that `first` runs before `second`.
    fn direct(&self, first: usize, second: usize) -> Option<&'p Order> {
        let mut waits = self.waits[second].iter().copied();
        waits.find(|order| order.first.callbacks.contains(&first))
    }

    /// The order that let a callback wait longest.
    fn last_awaited(&self, own: usize) -> Option<&'p Order> {
        let last = |order: &&Order| {
            let others = order.first.callbacks.iter().filter(|other| **other != own);
            others.map(|other| self.ranks[*other]).max()
        };
        let waits = self.waits[own].iter().copied();
        waits.filter(|order| last(order).is_some()).max_by_key(last)
    }

    /// Whether weight and insertion alone let `one` run before `other`.
    fn goes_first(&self, one: usize, other: usize) -> bool {
        let key = |at: usize| (self.weight(at), self.attached[at].place);
        key(one) < key(other)
    }

    /// Here -0 is 0, as where callbacks are ordered.
    fn weight(&self, callback: usize) -> f64 {
        self.attached[callback].weight() + 0.0
    }
}
