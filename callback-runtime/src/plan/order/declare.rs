//! Collects the declared orders: those of callback types, of attachments, and of the plan.

use super::graph::overlap;
use super::members::{Members, active};
use crate::callback::{CallbackId, CallbackRef, Location, RefTarget, Relation, Verb};
use crate::plan::{Attached, DeclaredBy, NamedBy, OrderRule, OrderSide};
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// A relation that [`Plan::order`](crate::plan::Plan::order) or [`Plan::no_conflict`](crate::plan::Plan::no_conflict) declares.
pub(crate) struct PlanRelation {
    /// `Before` or `NoConflict`.
    pub(crate) verb: Verb,
    pub(crate) first: CallbackRef,
    pub(crate) second: CallbackRef,
    /// The call.
    pub(crate) location: Location,
}

/// Returns the declared orders, also those that name callbacks that are not attached.
pub(crate) fn declared_orders(
    attached: &[Attached],
    names: &[Arc<str>],
    members: &Members,
    relations: &[PlanRelation],
) -> Vec<OrderRule> {
    let mut orders = declared_by_types(attached, members);
    orders.extend(declared_by_attachments(attached, names, members));
    let of_plan = relations.iter();
    let of_plan = of_plan.filter(|relation| relation.verb == Verb::Before);
    orders.extend(of_plan.map(|relation| OrderRule {
        first: order_side(&relation.first, members),
        second: order_side(&relation.second, members),
        by: DeclaredBy::Plan,
        location: relation.location,
    }));
    orders
}

/// Returns the orders that types declare. A relation that all callbacks of a type declare is one order, so that many callbacks that name
/// many others are not as many pairs.
fn declared_by_types(attached: &[Attached], members: &Members) -> Vec<OrderRule> {
    let mut known = HashMap::new();
    let mut declarations: Vec<(&Relation, Vec<CallbackId>)> = Vec::new();
    for (id, callback) in active(attached) {
        for relation in &callback.info.relations().list {
            let type_id = callback.functions.type_id;
            let key = (type_id, relation.verb, &relation.callback_ref);
            let index = *known.entry(key).or_insert(declarations.len());
            match declarations.get_mut(index) {
                Some((_, owners)) => owners.push(id),
                None => declarations.push((relation, vec![id])),
            }
        }
    }
    let declarations = declarations.into_iter();
    declarations
        .filter_map(|(relation, owners)| declared_by_type(attached, members, relation, owners))
        .collect()
}

/// Returns the order that a relation of a type declares. `owners` are the callbacks of the type.
fn declared_by_type(
    attached: &[Attached],
    members: &Members,
    relation: &Relation,
    owners: Vec<CallbackId>,
) -> Option<OrderRule> {
    let owner = &attached[*owners.first()?];
    let own = OrderSide {
        label: owner.info.type_label().to_owned(),
        callbacks: owners.into(),
        named: NamedBy::Type,
    };
    let mut other = order_side(&relation.callback_ref, members);
    let is_absent = other.callbacks.is_empty();
    let type_id = owner.functions.type_id;
    other.callbacks = without_type(other.callbacks, type_id, attached, members);
    if other.callbacks.is_empty() && !is_absent {
        other.named = NamedBy::Itself;
    }
    order_rule(relation.verb, own, other, false, owner.location())
}

/// Returns `named` without the callbacks of the type that declares the order. They declare it of each other, which decides nothing. If
/// `named` has none of them, returns the same list, so that many types that name it share it.
fn without_type(
    named: Arc<[CallbackId]>,
    type_id: TypeId,
    attached: &[Attached],
    members: &Members,
) -> Arc<[CallbackId]> {
    if !overlap(&named, &members.of_type(type_id)) {
        return named;
    }
    let others = named.iter().copied();
    let others = others.filter(|id| attached[*id].functions.type_id != type_id);
    others.collect()
}

/// Returns the orders that attachments declare.
fn declared_by_attachments(
    attached: &[Attached],
    names: &[Arc<str>],
    members: &Members,
) -> Vec<OrderRule> {
    let mut orders = Vec::new();
    for (id, callback) in active(attached) {
        for relation in &callback.relations.list {
            let own = OrderSide {
                label: names[id].to_string(),
                callbacks: Arc::from([id]),
                named: NamedBy::Name,
            };
            let other = order_side(&relation.callback_ref, members);
            let location = relation.location.unwrap_or_else(|| callback.location());
            orders.extend(order_rule(relation.verb, own, other, true, location));
        }
    }
    orders
}

/// Returns the order that a relation between `own` and `other` declares; `None` for a relation that is no order.
fn order_rule(
    verb: Verb,
    own: OrderSide,
    other: OrderSide,
    attached: bool,
    location: Location,
) -> Option<OrderRule> {
    let (first, second, by) = match verb {
        Verb::After => (other, own, DeclaredBy::After { attached }),
        Verb::Before => (own, other, DeclaredBy::Before { attached }),
        _ => return None,
    };
    Some(OrderRule {
        first,
        second,
        by,
        location,
    })
}

fn order_side(callback_ref: &CallbackRef, members: &Members) -> OrderSide {
    OrderSide {
        label: callback_ref.to_string(),
        callbacks: members.named(callback_ref),
        named: match callback_ref.target() {
            RefTarget::Type { .. } => NamedBy::Type,
            RefTarget::Name(_) => NamedBy::Name,
        },
    }
}
