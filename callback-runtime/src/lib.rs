//! The runtime of `callbacks`: state, handlers, plans and the registry.
//!
//! It knows neither the macros, which write impls of [`Callback`] and [`Loop`] that a person could write, nor any
//! loop: loops are declared with its public API.

#![deny(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod answering;
mod availability;
mod background;
mod borrows;
mod bound;
mod breakpoint;
mod by_default;
mod callback;
mod catch;
mod failure;
mod flow;
mod handlers;
mod leniency;
mod marks;
mod method;
mod outcome;
mod parallel;
pub mod param;
mod period;
mod plan;
mod raw;
mod registry;
mod relations;
mod reply;
mod run;
mod site;
mod state;
mod sync;
mod who;

pub use answering::{AnswerIf, answer_if};
pub use availability::States;
pub use background::{Background, Dropped, Lagging, LaggingMethod, LateReply};
pub use bound::Bound;
pub use breakpoint::{At, Breakpoint, Loop, MOST_BREAKPOINTS, Role, Scope, ScopeInfo};
pub use callback::{About, Callback};
pub use failure::{BoxError, Cause, Failure, Fault, Origin};
pub use flow::{Flow, Left};
pub use handlers::Handlers;
pub use leniency::{OnFailure, Swallowed};
pub use method::{Closure, Method};
pub use outcome::{Ending, Outcome, Skipped, Stop};
pub use parallel::Executor;
pub use param::{Local, LocalMut, Param};
pub use period::{Amount, Count, Counter, Due, Period, PeriodError, Position, Unit};
pub use plan::explain;
pub use plan::{
    Attachment, Explanation, Periods, Plan, PlanError, Problem, ProblemKind, StopRule,
    UnreadablePeriod,
};
pub use raw::{Job, Lookup};
pub use registry::{Registration, registrations};
pub use reply::{Answer, Reply, Votes};
pub use run::{Break, Guard, Run};
pub use site::Site;
pub use state::{AsState, Ctx, NotOwned, Query, State};
pub use who::{IntoWho, Who};

/// What the macros write: not for people, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use crate::background::ask_later;
    pub use crate::by_default::by_default;
    pub use crate::param::ask;
    pub use crate::period::{Period, Position, Unit};
    pub use crate::raw::Plain;
    pub use crate::registry::{Made, Make, NoDefault, NotSendable, Probe, Provision};
    pub use core;
    pub use inventory;

    /// Does not compile in a constant for a weight that is NaN.
    pub const fn weight_is_a_number(weight: f64) {
        assert!(
            !weight.is_nan(),
            "the weight is NaN; write a number or an infinity"
        );
    }
}
