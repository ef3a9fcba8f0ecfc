//! The order of callbacks, which is the same at every breakpoint (P3).
//!
//! - `declare`, `members`, `names`: collecting the declared orders, and finding the callbacks that they name;
//! - `graph`, `sort`, `circle`: sorting the callbacks, and the circles of declared orders that prevent it;
//! - `suggestions`: the names that are probably meant by names that no callback has;
//! - `decided`, `precedence`, `exempt`: whether weights or declarations decide the order of two callbacks, or exempt them.

mod circle;
mod decided;
mod declare;
mod exempt;
mod graph;
mod members;
mod names;
mod precedence;
mod sort;
mod suggestions;

pub(crate) use circle::Circle;
pub(crate) use decided::{DecidedOrders, OrderTraits};
pub(crate) use declare::{PlanRelation, declared_orders};
pub(crate) use exempt::ClassId;
pub(crate) use graph::OrderId;
pub(crate) use members::{Members, active};
pub(crate) use names::names;
pub(crate) use sort::sort;
pub(crate) use suggestions::Suggestions;

/// Sorts a list, and removes its duplicates.
fn sort_unique<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}
