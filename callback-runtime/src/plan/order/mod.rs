//! The order of callbacks, which is the same at every breakpoint (P3).
//!
//! - `declare`, `members`, `names`: the declared orders, and the callbacks that they name;
//! - `graph`, `sort`, `circle`: sorting, and the circles that prevent it;
//! - `decided`, `precedence`, `exempt`: whether the order of two callbacks is decided, or need not be.

mod circle;
mod decided;
mod declare;
mod exempt;
mod graph;
mod members;
mod names;
mod precedence;
mod sort;

pub(crate) use circle::describe;
pub(crate) use decided::{Decided, Standing};
pub(crate) use declare::{PlanRelation, orders};
pub(crate) use exempt::ClassId;
pub(crate) use graph::OrderId;
pub(crate) use members::Members;
pub(crate) use names::names;
pub(crate) use sort::sort;
