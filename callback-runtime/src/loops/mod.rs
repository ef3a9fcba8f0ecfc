//! Loops: their breakpoints and scopes, the state that they provide, and the breakpoints that a run does not fire.
//!
//! - `breakpoint`, `role`, `at_each`, `scope`: the trait [`Loop`], and typed names for its breakpoints and scopes;
//! - `rounds`, `scope_counts`: the trait [`Rounds`], and the counters that a run advances;
//! - `availability`, `availability_table`: which state exists at which breakpoint, and which breakpoints a run does not fire;
//! - `breakpoint_set`: a set of breakpoints of one loop;
//! - `alias`: the names of other frameworks;
//! - `ids`, `info`: ids of breakpoints and scopes, and a loop as a value.

mod alias;
mod at_each;
mod availability;
mod availability_table;
mod breakpoint;
mod breakpoint_set;
mod ids;
mod info;
mod role;
mod rounds;
mod scope;
mod scope_counts;

pub use alias::Alias;
pub use at_each::AtEach;
pub use availability::Availability;
pub(crate) use availability_table::{AvailabilityTable, Declared};
pub(crate) use breakpoint::is_well_formed;
pub use breakpoint::{At, Breakpoint, Loop, MAX_BREAKPOINTS};
pub(crate) use breakpoint_set::BreakpointSet;
pub(crate) use ids::{BreakpointId, ScopeId, id_types};
pub(crate) use info::LoopInfo;
pub use role::Role;
pub use rounds::{RoundInfo, Rounds, ScopeCounter};
pub use scope::{Scope, ScopeInfo};
pub(crate) use scope_counts::ScopeCounts;
