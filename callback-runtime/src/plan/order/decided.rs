//! Whether weights or declarations decide the order of two callbacks, or `no_conflict` exempts them from having one.

use super::declare::PlanRelation;
use super::exempt::{ClassId, Exemptions};
use super::members::Members;
use super::precedence::{Precedence, SecondsId, Successors};
use crate::callback::{CallbackId, Rank};
use crate::plan::{Attached, OrderRule};

/// The orders that the weights and the declarations of a plan decide.
pub(crate) struct DecidedOrders<'p> {
    attached: &'p [Attached],
    /// The rank of each callback, by its id.
    ranks: Vec<Rank>,
    /// The declared orders.
    precedence: Precedence,
    /// The `no_conflict` declarations.
    exemptions: Exemptions,
}

/// The properties of a callback that decide its order with any other one. Callbacks with equal traits have the same order with a third
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OrderTraits<'d> {
    class: ClassId,
    /// The bits of the weight, which unlike an `f64` can be hashed.
    weight: u64,
    by_hand: bool,
    /// The lists of second callbacks that it is in.
    second_lists: &'d [SecondsId],
    /// The callbacks that are declared to run after it.
    successors: &'d [Successors],
}

impl<'p> DecidedOrders<'p> {
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

    /// Whether weights or declared orders decide that `first` runs before `second`, which it does. A weight that a declared order overrules
    /// decides nothing.
    pub(crate) fn decides(&self, first: CallbackId, second: CallbackId) -> bool {
        let (first_weight, second_weight) = (self.weight(first), self.weight(second));
        first_weight.total_cmp(&second_weight).is_lt() || self.precedes(first, second)
    }

    /// Returns the weight. Like the sort, it turns -0 into 0.
    fn weight(&self, id: CallbackId) -> f64 {
        self.attached[id].weight() + 0.0
    }

    /// Whether a chain of declared orders leads from `first` to `second`.
    pub(crate) fn precedes(&self, first: CallbackId, second: CallbackId) -> bool {
        self.precedence
            .precedes(self.ranks[first], self.ranks[second])
    }

    /// Returns the class of a callback. The same `no_conflict` declarations apply to all callbacks of a class.
    pub(crate) fn class(&self, id: CallbackId) -> ClassId {
        self.exemptions.class(id)
    }

    /// Whether `no_conflict` declares that callbacks of these classes need no order.
    pub(crate) fn is_exempt(&self, first: ClassId, second: ClassId) -> bool {
        self.exemptions.is_exempt(first, second)
    }

    /// Returns the classes that need no order with this one.
    pub(crate) fn exempt_from(&self, class: ClassId) -> Vec<ClassId> {
        self.exemptions.exempt_from(class)
    }

    /// Returns the properties of a callback that decide its order with other ones.
    pub(crate) fn traits(&self, id: CallbackId) -> OrderTraits<'_> {
        let (second_lists, successors) = self.precedence.links(self.ranks[id]);
        OrderTraits {
            class: self.class(id),
            weight: self.weight(id).to_bits(),
            by_hand: self.is_by_hand(id),
            second_lists,
            successors,
        }
    }

    pub(crate) fn is_by_hand(&self, id: CallbackId) -> bool {
        self.attached[id].by_hand
    }
}
