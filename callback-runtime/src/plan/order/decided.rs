//! Whether the order of two callbacks is decided, or need not be.

use super::declare::PlanRelation;
use super::exempt::{ClassId, Exemptions};
use super::members::Members;
use super::precedence::{Lead, Precedence, SecondsId};
use crate::callback::{CallbackId, Rank};
use crate::plan::{Attached, OrderRule};

/// The decisions about the order of a plan's callbacks.
pub(crate) struct Decided<'p> {
    attached: &'p [Attached],
    /// The rank of each callback.
    ranks: Vec<Rank>,
    precedence: Precedence,
    exemptions: Exemptions,
}

/// What decides the order of a callback with any other one. Callbacks of equal standing have the same order with a third one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Standing<'d> {
    class: ClassId,
    weight: u64,
    by_hand: bool,
    waits: &'d [SecondsId],
    leads: &'d [Lead],
}

impl<'p> Decided<'p> {
    pub(crate) fn of(
        attached: &'p [Attached],
        orders: &[OrderRule],
        order: &[CallbackId],
        members: &Members,
        relations: &[PlanRelation],
    ) -> Self {
        let mut ranks = vec![Rank::default(); attached.len()];
        for (rank, id) in order.iter().enumerate() {
            ranks[*id] = Rank::new(rank);
        }
        Self {
            attached,
            precedence: Precedence::of(orders, &ranks),
            exemptions: Exemptions::of(attached, members, relations),
            ranks,
        }
    }

    /// Whether weights or declared orders decide that `first` runs before `second`. A weight that a declared order overrules
    /// decides nothing.
    pub(crate) fn knows(&self, first: CallbackId, second: CallbackId) -> bool {
        let (one, other) = (self.weight(first), self.weight(second));
        one.total_cmp(&other).is_lt() || self.leads(first, second)
    }

    /// Here -0 is 0, as where callbacks are ordered.
    fn weight(&self, id: CallbackId) -> f64 {
        self.attached[id].weight() + 0.0
    }

    /// Whether a chain of declared orders leads from `first` to `second`.
    pub(crate) fn leads(&self, first: CallbackId, second: CallbackId) -> bool {
        self.precedence.leads(self.ranks[first], self.ranks[second])
    }

    /// The number of the class of a callback: `no_conflict` says the same of all callbacks of a class.
    pub(crate) fn class(&self, id: CallbackId) -> ClassId {
        self.exemptions.class(id)
    }

    /// Whether `no_conflict` says that callbacks of these classes need no order.
    pub(crate) fn exempt(&self, one: ClassId, other: ClassId) -> bool {
        self.exemptions.exempt(one, other)
    }

    /// All classes that need no order with this one.
    pub(crate) fn exempt_from(&self, class: ClassId) -> Vec<ClassId> {
        self.exemptions.exempt_from(class)
    }

    pub(crate) fn standing(&self, id: CallbackId) -> Standing<'_> {
        let (waits, leads) = self.precedence.links(self.ranks[id]);
        Standing {
            class: self.class(id),
            weight: self.weight(id).to_bits(),
            by_hand: self.is_by_hand(id),
            waits,
            leads,
        }
    }

    pub(crate) fn is_by_hand(&self, id: CallbackId) -> bool {
        self.attached[id].by_hand
    }
}
