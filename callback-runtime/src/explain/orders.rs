//! The declared orders in an explanation: which callbacks run before which, and where that is declared.

use crate::callback::{CallbackId, Location};
use crate::plan::Resolved;
use crate::plan::nearest;
use crate::plan::{DeclaredBy, NamedBy, OrderRule, OrderSide};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// A declared order: `first` runs before `second`.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("print").after("measure").after("nobody");
/// plan.on(Fit::on_epoch_end, || {}).named("measure");
/// let explanation = plan.explain(&State::new())?;
/// let [order, idle] = explanation.orders() else { unreachable!() };
/// assert_eq!((order.first(), order.second(), order.is_idle()), ("measure", "print", false));
/// assert!(order.to_string().starts_with("print after measure (declared when attached, "));
/// assert!(idle.is_idle());
/// assert!(idle.to_string().starts_with("print after `nobody`, which is not attached"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub(super) first: Side,
    pub(super) second: Side,
    pub(super) by: DeclaredBy,
    pub(super) location: Location,
    /// Whether both sides name the same callback, or the same type, and no other.
    pub(super) itself: bool,
}

/// The callbacks that one side of an order names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    /// As it was written.
    pub(super) label: String,
    /// The names of the callbacks; empty if none of that name, type or group is attached.
    pub(super) callbacks: Arc<[Arc<str>]>,
    /// For a name that no callback has: the name that was meant.
    pub(super) near: Option<Arc<str>>,
}

impl Order {
    /// What runs first, as it was written: a type, a group or a name.
    pub fn first(&self) -> &str {
        &self.first.label
    }

    /// What runs after it.
    pub fn second(&self) -> &str {
        &self.second.label
    }

    /// Whether the order has no effect: one side names no attached callback, or both name only the same one.
    pub fn is_idle(&self) -> bool {
        self.itself || self.first.callbacks.is_empty() || self.second.callbacks.is_empty()
    }

    /// Where it is declared.
    pub fn location(&self) -> Location {
        self.location
    }

    /// How it is declared.
    pub(super) fn how(&self) -> &'static str {
        match self.by {
            DeclaredBy::After { attached: false } | DeclaredBy::Before { attached: false } => {
                "declared by its type"
            }
            DeclaredBy::After { attached: true } | DeclaredBy::Before { attached: true } => {
                "declared when attached"
            }
            DeclaredBy::Plan => "declared by plan.order",
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = (self.say(&self.first), self.say(&self.second));
        match self.by {
            DeclaredBy::After { .. } => write!(f, "{second} after {first}")?,
            _ => write!(f, "{first} before {second}")?,
        }
        if self.itself {
            f.write_str(": no callback but itself, which orders nothing")?;
        }
        write!(f, " ({}, {})", self.how(), self.location)
    }
}

impl Order {
    /// A side, and whether no callback that it names is attached.
    fn say(&self, side: &Side) -> String {
        let label = &side.label;
        if self.itself || !side.callbacks.is_empty() {
            return label.clone();
        }
        match &side.near {
            Some(near) => format!("`{label}`, which is not attached: did you mean `{near}`?"),
            None => format!("`{label}`, which is not attached"),
        }
    }
}

/// The declared orders of a plan, in the order of the source.
pub(super) fn declared_orders(resolved: &Resolved) -> Vec<Order> {
    let mut named = Named {
        names: &resolved.names,
        order: &resolved.order,
        known: HashMap::new(),
        near: HashMap::new(),
    };
    let orders = resolved.orders.iter().map(|order| Order {
        first: named.side(&order.first, &order.second),
        second: named.side(&order.second, &order.first),
        by: order.by,
        location: order.location,
        itself: is_itself(order),
    });
    let mut orders: Vec<Order> = orders.collect();
    orders.sort_by_key(Order::location);
    orders
}

fn is_itself(order: &OrderRule) -> bool {
    let (first, second) = (&order.first, &order.second);
    let is_one = first.callbacks.len() == 1 && first.callbacks == second.callbacks;
    is_one
        || [first, second]
            .map(|side| side.named)
            .contains(&NamedBy::Itself)
}

/// Names the callbacks of a side. Those of a group are named once, however many wait for it.
struct Named<'p> {
    names: &'p [Arc<str>],
    /// The callbacks that have these names, without the suppressed ones.
    order: &'p [CallbackId],
    known: HashMap<*const [CallbackId], Arc<[Arc<str>]>>,
    /// For each name that no callback has: the nearest name.
    near: HashMap<&'p str, Option<&'p str>>,
}

impl<'p> Named<'p> {
    fn side(&mut self, side: &'p OrderSide, other: &OrderSide) -> Side {
        let near = self.near(side, other);
        let names = side.callbacks.iter().map(|at| self.names[*at].clone());
        let known = self.known.entry(Arc::as_ptr(&side.callbacks));
        Side {
            label: side.label.clone(),
            callbacks: known.or_insert_with(|| names.collect()).clone(),
            near,
        }
    }

    /// The name nearest to that of a side without callbacks, without the names of the other side, which declares the order.
    fn near(&mut self, side: &'p OrderSide, other: &OrderSide) -> Option<Arc<str>> {
        if side.named != NamedBy::Name || !side.callbacks.is_empty() {
            return None;
        }
        let (names, order) = (self.names, self.order);
        let all = || order.iter().map(|at| names[*at].as_ref());
        let near = self.near.entry(&side.label);
        let near = *near.or_insert_with(|| nearest(&side.label, all()));
        let others: HashSet<&str> = other
            .callbacks
            .iter()
            .map(|at| names[*at].as_ref())
            .collect();
        let near = match near {
            Some(own) if others.contains(own) => {
                nearest(&side.label, all().filter(|name| !others.contains(name)))
            }
            near => near,
        };
        near.map(Arc::from)
    }
}
