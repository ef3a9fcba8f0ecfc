//! Handlers of one breakpoint that run at the same time, on the threads of an [`Executor`].
//!
//! - `executor`: the trait that a thread pool implements;
//! - `plan`: which handlers of a plan form a group;
//! - `check`: why a callback that must run in parallel cannot;
//! - `dispatch`, `cost`: one firing of a group, and whether running it in parallel pays;
//! - `run`: how a run handles the results of a group.
//!
//! `raw/parallel.rs` calls the handlers. It checks again that those of a group can run at the same time, so that no change here can
//! cause a data race.

mod check;
mod cost;
mod dispatch;
mod executor;
mod plan;
mod run;

pub(crate) use check::check_parallel;
pub(crate) use dispatch::Groups;
pub use executor::Executor;
pub(crate) use plan::may_be_grouped;
