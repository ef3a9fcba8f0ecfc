//! Loops: their breakpoints and scopes, the state they declare, and the places a run does not reach.
//!
//! - `breakpoint`: the trait [`Loop`], and typed names for its breakpoints and scopes;
//! - `availability`: which state exists at which breakpoint, and which breakpoints stay silent in a run;
//! - `breakpoint_set`: a set of breakpoints of one loop.

mod availability;
mod breakpoint;
mod breakpoint_set;

pub use availability::Availability;
pub(crate) use availability::Declared;
pub(crate) use breakpoint::is_well_formed;
pub use breakpoint::{At, Breakpoint, Loop, MOST_BREAKPOINTS, Role, Scope, ScopeInfo};
pub(crate) use breakpoint_set::BreakpointSet;
