//! Whether weights or declarations decide the order of two callbacks, or `no_conflict` exempts them from having one.

use super::declare::PlanRelation;
use super::exempt::{ClassId, Exemptions};
use super::precedence::{Precedence, SecondsId, Successors};
use crate::callback::{CallbackId, Rank};
use crate::plan::{Attached, Resolved};

/// The orders that the weights and the declarations of a plan decide.
pub(crate) struct DecidedOrders {
    /// The [`sort_weight`](Attached::sort_weight) of each callback, by its id.
    weights: Vec<i64>,
    /// Whether each callback was attached by hand, by its id.
    pub(crate) by_hand: Vec<bool>,
    /// The rank of each callback, by its id.
    ranks: Vec<Rank>,
    /// The declared orders.
    precedence: Precedence,
    /// The `no_conflict` declarations.
    pub(crate) exemptions: Exemptions,
}

/// The properties of a callback that decide its order with any other one. Callbacks with equal traits have the same order with a third
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OrderTraits<'d> {
    class: ClassId,
    weight: i64,
    by_hand: bool,
    /// The lists of second callbacks that it is in.
    second_lists: &'d [SecondsId],
    /// The callbacks that are declared to run after it.
    successors: &'d [Successors],
}

impl DecidedOrders {
    pub(crate) fn of(
        attached: &[Attached],
        resolved: &Resolved,
        relations: &[PlanRelation],
    ) -> Self {
        let ranks = resolved.ranks(attached.len());
        Self {
            weights: attached.iter().map(Attached::sort_weight).collect(),
            by_hand: attached.iter().map(|attached| attached.by_hand).collect(),
            precedence: Precedence::of(&resolved.orders, &ranks),
            exemptions: Exemptions::of(attached, &resolved.members, relations),
            ranks,
        }
    }

    /// Whether weights or declared orders decide that `first` runs before `second`, which it does. A weight that a declared order overrules
    /// decides nothing.
    pub(crate) fn decides(&self, first: CallbackId, second: CallbackId) -> bool {
        self.weights[first] < self.weights[second] || self.precedes(first, second)
    }

    /// Whether a chain of declared orders leads from `first` to `second`.
    pub(crate) fn precedes(&self, first: CallbackId, second: CallbackId) -> bool {
        let [first, second] = [first, second].map(|id| self.ranks[id]);
        self.precedence.precedes(first, second)
    }

    /// Returns the properties of a callback that decide its order with other ones.
    pub(crate) fn traits(&self, id: CallbackId) -> OrderTraits<'_> {
        let rank = self.ranks[id];
        OrderTraits {
            class: self.exemptions.class_of[id],
            weight: self.weights[id],
            by_hand: self.by_hand[id],
            second_lists: &self.precedence.second_lists[rank],
            successors: &self.precedence.successors[rank],
        }
    }
}
