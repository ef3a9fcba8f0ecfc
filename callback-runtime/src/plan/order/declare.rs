//! What was said of the order: by the types of callbacks, of instances when they were attached, and of the plan.

use super::graph::overlap;
use super::members::{Members, active};
use crate::plan::Attached;
use crate::plan::declared::{DeclaredBy, NamedBy, Order, Side};
use crate::relations::{Relation, Verb};
use crate::site::Site;
use crate::who::{Named, Who};
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// What a plan says of two others.
pub(in crate::plan) struct PlanSays {
    pub(in crate::plan) verb: Verb,
    pub(in crate::plan) first: Who,
    pub(in crate::plan) second: Who,
    pub(in crate::plan) site: Site,
}

/// Every declared order, also of those that are not attached.
pub(in crate::plan) fn orders(
    attached: &[Attached],
    names: &[Arc<str>],
    members: &Members,
    says: &[PlanSays],
) -> Vec<Order> {
    let mut orders = of_types(attached, members);
    orders.extend(of_instances(attached, names, members));
    let of_plan = says.iter().filter(|said| said.verb == Verb::Before);
    orders.extend(of_plan.map(|said| Order {
        first: side(&said.first, members),
        second: side(&said.second, members),
        by: DeclaredBy::Plan,
        site: said.site,
    }));
    orders
}

/// What all instances of a type say is one order, so that many instances that name many others are not as many pairs.
fn of_types(attached: &[Attached], members: &Members) -> Vec<Order> {
    let mut known = HashMap::new();
    let mut said: Vec<(&Relation, Vec<usize>)> = Vec::new();
    for (at, callback) in active(attached) {
        for relation in &callback.about.relations().list {
            let key = (callback.type_id, relation.verb, &relation.who);
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
    owners: Vec<usize>,
) -> Option<Order> {
    let owner = &attached[*owners.first()?];
    let named = members.named(&relation.who);
    let others = without_type(named.clone(), owner.type_id, attached, members);
    let is_itself = others.is_empty() && !named.is_empty();
    let own = Side {
        label: owner.about.type_label().to_owned(),
        callbacks: owners.into(),
        named: NamedBy::Type,
    };
    let other = Side {
        callbacks: others,
        named: if is_itself {
            NamedBy::Itself
        } else {
            named_by(&relation.who)
        },
        label: relation.who.to_string(),
    };
    between(relation.verb, own, other, false, owner.site())
}

/// `named` without the instances of the type that names them, which say the same of each other: that decides nothing. The list
/// itself where it has none of them, so that many types that name it share it.
fn without_type(
    named: Arc<[usize]>,
    type_id: TypeId,
    attached: &[Attached],
    members: &Members,
) -> Arc<[usize]> {
    if !overlap(&named, &members.of_type(type_id)) {
        return named;
    }
    let others = named.iter().copied();
    others
        .filter(|at| attached[*at].type_id != type_id)
        .collect()
}

fn of_instances(attached: &[Attached], names: &[Arc<str>], members: &Members) -> Vec<Order> {
    let said = active(attached).flat_map(|(at, callback)| {
        let list = callback.relations.list.iter();
        list.map(move |relation| (at, callback, relation))
    });
    let order = |(at, callback, relation): (usize, &Attached, &Relation)| {
        let own = Side {
            label: names[at].to_string(),
            callbacks: Arc::from([at]),
            named: NamedBy::Name,
        };
        let other = side(&relation.who, members);
        let site = relation.site.unwrap_or_else(|| callback.site());
        between(relation.verb, own, other, true, site)
    };
    said.filter_map(order).collect()
}

/// `None` if this is not about the order.
fn between(verb: Verb, own: Side, other: Side, attached: bool, site: Site) -> Option<Order> {
    let (first, second, by) = match verb {
        Verb::After => (other, own, DeclaredBy::After { attached }),
        Verb::Before => (own, other, DeclaredBy::Before { attached }),
        _ => return None,
    };
    Some(Order {
        first,
        second,
        by,
        site,
    })
}

fn side(who: &Who, members: &Members) -> Side {
    Side {
        label: who.to_string(),
        callbacks: members.named(who),
        named: named_by(who),
    }
}

fn named_by(who: &Who) -> NamedBy {
    match who.named() {
        Named::Type { .. } => NamedBy::Type,
        Named::Name(_) => NamedBy::Name,
    }
}
