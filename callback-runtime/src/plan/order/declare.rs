//! The declared orders: of the types of callbacks, of attachments, and of the plan.

use super::graph::overlap;
use super::members::{Members, active};
use crate::callback::{CallbackId, CallbackRef, Location, RefTarget, Relation, Verb};
use crate::plan::Attached;
use crate::plan::{DeclaredBy, NamedBy, OrderRule, OrderSide};
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// A relation between two callbacks that a plan declares.
pub(crate) struct PlanRelation {
    pub(crate) verb: Verb,
    pub(crate) first: CallbackRef,
    pub(crate) second: CallbackRef,
    pub(crate) location: Location,
}

/// Every declared order, also of those that are not attached.
pub(crate) fn orders(
    attached: &[Attached],
    names: &[Arc<str>],
    members: &Members,
    relations: &[PlanRelation],
) -> Vec<OrderRule> {
    let mut orders = of_types(attached, members);
    orders.extend(of_instances(attached, names, members));
    let of_plan = relations.iter().filter(|said| said.verb == Verb::Before);
    orders.extend(of_plan.map(|said| OrderRule {
        first: side(&said.first, members),
        second: side(&said.second, members),
        by: DeclaredBy::Plan,
        location: said.location,
    }));
    orders
}

/// What all instances of a type say is one order, so that many instances that name many others are not as many pairs.
fn of_types(attached: &[Attached], members: &Members) -> Vec<OrderRule> {
    let mut known = HashMap::new();
    let mut said: Vec<(&Relation, Vec<CallbackId>)> = Vec::new();
    for (at, callback) in active(attached) {
        for relation in &callback.info.relations().list {
            let key = (
                callback.functions.type_id,
                relation.verb,
                &relation.callback_ref,
            );
            let index = *known.entry(key).or_insert_with(|| {
                said.push((relation, Vec::new()));
                said.len() - 1
            });
            said[index].1.push(at);
        }
    }
    let orders = said.into_iter();
    orders
        .filter_map(|(relation, owners)| of_type(attached, members, relation, owners))
        .collect()
}

fn of_type(
    attached: &[Attached],
    members: &Members,
    relation: &Relation,
    owners: Vec<CallbackId>,
) -> Option<OrderRule> {
    let owner = &attached[*owners.first()?];
    let named = members.named(&relation.callback_ref);
    let others = without_type(named.clone(), owner.functions.type_id, attached, members);
    let is_itself = others.is_empty() && !named.is_empty();
    let own = OrderSide {
        label: owner.info.type_label().to_owned(),
        callbacks: owners.into(),
        named: NamedBy::Type,
    };
    let other = OrderSide {
        callbacks: others,
        named: if is_itself {
            NamedBy::Itself
        } else {
            named_by(&relation.callback_ref)
        },
        label: relation.callback_ref.to_string(),
    };
    between(relation.verb, own, other, false, owner.location())
}

/// `named` without the instances of the type that names them, which say the same of each other: that decides nothing. The list
/// itself where it has none of them, so that many types that name it share it.
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
    others
        .filter(|at| attached[*at].functions.type_id != type_id)
        .collect()
}

fn of_instances(attached: &[Attached], names: &[Arc<str>], members: &Members) -> Vec<OrderRule> {
    let said = active(attached).flat_map(|(at, callback)| {
        let list = callback.relations.list.iter();
        list.map(move |relation| (at, callback, relation))
    });
    let order = |(at, callback, relation): (CallbackId, &Attached, &Relation)| {
        let own = OrderSide {
            label: names[at].to_string(),
            callbacks: Arc::from([at]),
            named: NamedBy::Name,
        };
        let other = side(&relation.callback_ref, members);
        let location = relation.location.unwrap_or_else(|| callback.location());
        between(relation.verb, own, other, true, location)
    };
    said.filter_map(order).collect()
}

/// `None` if this is not about the order.
fn between(
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

fn side(callback_ref: &CallbackRef, members: &Members) -> OrderSide {
    OrderSide {
        label: callback_ref.to_string(),
        callbacks: members.named(callback_ref),
        named: named_by(callback_ref),
    }
}

fn named_by(callback_ref: &CallbackRef) -> NamedBy {
    match callback_ref.target() {
        RefTarget::Type { .. } => NamedBy::Type,
        RefTarget::Name(_) => NamedBy::Name,
    }
}
