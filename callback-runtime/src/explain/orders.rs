//! The declared orders in an explanation: which callbacks run before which other ones, and where the order is declared.

use crate::callback::{CallbackId, Location};
use crate::plan::{DeclaredBy, NamedBy, OrderRule, OrderSide, Resolved, Suggestions};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// A declared order: `first` runs before `second`.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("print").after("measure").after("decay");
/// plan.on(Fit::on_epoch_end, || {}).named("measure");
/// let explanation = plan.explain(&State::new())?;
/// let [order, idle] = explanation.orders() else { unreachable!() };
/// assert_eq!((order.first(), order.second(), order.is_idle()), ("measure", "print", false));
/// assert!(order.to_string().starts_with("print after measure (declared when attached, "));
/// assert!(idle.is_idle());
/// assert!(idle.to_string().starts_with("print after `decay`, which is not attached"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub(super) first: Side,
    pub(super) second: Side,
    /// The kind of the declaration.
    pub(super) by: DeclaredBy,
    /// The source location of the declaration.
    pub(super) location: Location,
    /// Whether both sides name only the same callback or the same type.
    pub(super) itself: bool,
}

/// One side of a declared order, with the callbacks that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    /// The type, group or name as it is written in the declaration.
    pub(super) label: String,
    /// The names of the callbacks. Empty if none of that name, type or group is attached.
    pub(super) callbacks: Arc<[Arc<str>]>,
    /// If no callback has the name of the side, the most similar name of a callback.
    pub(super) suggestion: Option<Arc<str>>,
}

impl Order {
    /// The side that runs first: a type, a group or a name, as it is written in the declaration.
    pub fn first(&self) -> &str {
        &self.first.label
    }

    /// The side that runs after the first.
    pub fn second(&self) -> &str {
        &self.second.label
    }

    /// Whether the order has no effect: one side names no attached callback, or both name only the same one.
    pub fn is_idle(&self) -> bool {
        self.itself || self.first.callbacks.is_empty() || self.second.callbacks.is_empty()
    }

    /// The source location of the declaration.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Describes how the order is declared.
    pub(super) fn declaration(&self) -> &'static str {
        match self.by {
            DeclaredBy::Plan => "declared by plan.order",
            DeclaredBy::After { attached: true } | DeclaredBy::Before { attached: true } => {
                "declared when attached"
            }
            DeclaredBy::After { .. } | DeclaredBy::Before { .. } => "declared by its type",
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = (self.side_text(&self.first), self.side_text(&self.second));
        match self.by {
            DeclaredBy::After { .. } => write!(f, "{second} after {first}")?,
            _ => write!(f, "{first} before {second}")?,
        }
        if self.itself {
            f.write_str(": only itself, which orders nothing")?;
        }
        write!(f, " ({}, {})", self.declaration(), self.location)
    }
}

impl Order {
    /// Describes a side, and whether no callback that it names is attached.
    fn side_text(&self, side: &Side) -> String {
        let label = &side.label;
        if self.itself || !side.callbacks.is_empty() {
            return label.clone();
        }
        match &side.suggestion {
            Some(name) => format!("`{label}`, which is not attached: did you mean `{name}`?"),
            None => format!("`{label}`, which is not attached"),
        }
    }
}

/// Returns the declared orders of a plan, sorted by their source location.
pub(super) fn declared_orders(resolved: &Resolved) -> Vec<Order> {
    let mut names = SideNames {
        names: &resolved.names,
        lists: HashMap::new(),
        suggestions: Suggestions::of(resolved),
    };
    let orders = resolved.orders.iter().map(|order| Order {
        first: names.side(&order.first, &order.second),
        second: names.side(&order.second, &order.first),
        by: order.by,
        location: order.location,
        itself: is_itself(order),
    });
    let mut orders: Vec<Order> = orders.collect();
    orders.sort_by_key(Order::location);
    orders
}

/// Whether both sides of an order name only the same callback or the same type.
fn is_itself(order: &OrderRule) -> bool {
    let (first, second) = (&order.first, &order.second);
    let is_same_callback = first.callbacks.len() == 1 && first.callbacks == second.callbacks;
    is_same_callback || [first.named, second.named].contains(&NamedBy::Itself)
}

/// The names of the callbacks on the sides of orders. Sides that share a list of callbacks share its list of names.
struct SideNames<'p> {
    /// The name of each callback, by its id.
    names: &'p [Arc<str>],
    /// The lists of names so far, by the address of the list of callbacks.
    lists: HashMap<*const [CallbackId], Arc<[Arc<str>]>>,
    /// The suggestions for names that no callback has.
    suggestions: Suggestions<'p>,
}

impl<'p> SideNames<'p> {
    /// Returns a side of an order for the explanation. `other` is the other side.
    fn side(&mut self, side: &'p OrderSide, other: &OrderSide) -> Side {
        let suggestion = self.suggestions.for_side(side, other).map(Arc::from);
        let names = side.callbacks.iter().map(|id| self.names[*id].clone());
        let list = self.lists.entry(Arc::as_ptr(&side.callbacks));
        Side {
            label: side.label.clone(),
            callbacks: list.or_insert_with(|| names.collect()).clone(),
            suggestion,
        }
    }
}
