//! The order of callbacks, the same at every breakpoint (P3): what is said of it (`declare.rs`), the sorting (`sort.rs`), its
//! circles (`circle.rs`), which pairs are decided (`decided.rs`): by declared orders (`precedence.rs`), or need not
//! be (`exempt.rs`); and their names, which orders may mention.

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
