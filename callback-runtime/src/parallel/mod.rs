//! Handlers at the same time: who runs them, and when that pays.

mod cost;
mod executor;
mod group;

pub use executor::Executor;
pub(crate) use group::Groups;
