//! Whether the order of two callbacks is decided, or need not be.

use super::declare::PlanRelation;
use super::exempt::Exemptions;
use super::members::Members;
use super::precedence::{Lead, Precedence};
use crate::plan::Attached;
use crate::plan::OrderRule;

/// The decisions about the order of a plan's callbacks.
pub(crate) struct Decided<'p> {
    attached: &'p [Attached],
    /// The rank of each callback.
    ranks: Vec<usize>,
    precedence: Precedence,
    exemptions: Exemptions,
}

/// What decides the order of a callback with any other one. Callbacks of equal standing have the same order with a third one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Standing<'d> {
    class: usize,
    weight: u64,
    by_hand: bool,
    waits: &'d [usize],
    leads: &'d [Lead],
}

impl<'p> Decided<'p> {
    pub(crate) fn of(
        attached: &'p [Attached],
        orders: &[OrderRule],
        order: &[usize],
        members: &Members,
        plan_relations: &[PlanRelation],
    ) -> Self {
        let mut ranks = vec![0; attached.len()];
        for (rank, at) in order.iter().enumerate() {
            ranks[*at] = rank;
        }
        Self {
            attached,
            precedence: Precedence::of(orders, &ranks),
            exemptions: Exemptions::of(attached, members, plan_relations),
            ranks,
        }
    }

    /// Whether weights or declared orders decide that `first` runs before `second`. A weight that a declared order overrules
    /// decides nothing.
    pub(crate) fn knows(&self, first: usize, second: usize) -> bool {
        let (one, other) = (self.weight(first), self.weight(second));
        one.total_cmp(&other).is_lt() || self.leads(first, second)
    }

    /// Here -0 is 0, as where callbacks are ordered.
    fn weight(&self, at: usize) -> f64 {
        self.attached[at].weight() + 0.0
    }

    /// Whether declared orders, one behind the other, lead from `first` to `second`.
    pub(crate) fn leads(&self, first: usize, second: usize) -> bool {
        self.precedence.leads(self.ranks[first], self.ranks[second])
    }

    /// The number of the class of a callback: `no_conflict` says the same of all callbacks of a class.
    pub(crate) fn class(&self, at: usize) -> usize {
        self.exemptions.class(at)
    }

    /// Whether `no_conflict` says that callbacks of these classes need no order.
    pub(crate) fn exempt(&self, one: usize, other: usize) -> bool {
        self.exemptions.exempt(one, other)
    }

    /// All classes that need no order with this one.
    pub(crate) fn exempt_from(&self, class: usize) -> Vec<usize> {
        self.exemptions.exempt_from(class)
    }

    pub(crate) fn standing(&self, at: usize) -> Standing<'_> {
        let (waits, leads) = self.precedence.links(self.ranks[at]);
        Standing {
            class: self.class(at),
            weight: self.weight(at).to_bits(),
            by_hand: self.is_by_hand(at),
            waits,
            leads,
        }
    }

    pub(crate) fn is_by_hand(&self, at: usize) -> bool {
        self.attached[at].by_hand
    }
}
