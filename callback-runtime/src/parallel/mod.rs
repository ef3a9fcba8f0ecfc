//! Handlers of one breakpoint that run at the same time, on the threads of an [`Executor`].
//!
//! - `executor`: the trait that a user's thread pool implements;
//! - `plan`, `check`: which handlers of a plan form a group, and why a callback that asks for it cannot be in one;
//! - `dispatch`, `cost`: one firing of a group, and whether it pays to run it in parallel;
//! - `run`: how a run handles the results of a group.

mod check;
mod cost;
mod dispatch;
mod executor;
mod plan;
mod run;

pub(crate) use dispatch::Groups;
pub use executor::Executor;
pub(crate) use plan::{ThreadAffinity, may_be_grouped};
