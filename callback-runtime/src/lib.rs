//! The runtime of `callbacks`: state, handlers, plans, runs and the registry.
//!
//! The runtime does not know the macros: they write impls of [`Callback`] and [`Loop`] that a user can also write by hand. It does not know
//! any loop either: loops are declared with its public API.

#![deny(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod background;
mod callback;
pub mod explain;
mod loops;
mod outcome;
mod parallel;
mod period;
pub mod persist;
mod plan;
mod raw;
mod record;
mod run;
mod state;

pub use background::{Background, BackgroundMethod, BackgroundParam, BackgroundReply, Dropped};
pub use callback::{
    AnswerIf, Callback, CallbackInfo, CallbackRef, Claim, Closure, HandlerRef, Handlers,
    IntoCallbackRef, Location, Method, ProducedName, Registration, Registrations, answer_if,
    registrations,
};
pub use explain::Explanation;
pub use loops::{
    Alias, At, AtEach, Availability, Breakpoint, Loop, MAX_BREAKPOINTS, Role, RoundInfo, Rounds,
    Scope, ScopeCounter, ScopeInfo,
};
pub use outcome::{
    Answer, Answers, BoxError, Cause, Ending, Failure, Fault, Flow, NeverDue, OnFailure, Origin,
    Outcome, Reason, Remark, Reply, ScopeExit, Skipped, Stop, Swallowed,
};
pub use parallel::Executor;
pub use period::{
    Amount, Count, Counter, Due, Period, PeriodError, Periods, Position, Unit, UnreadablePeriod,
};
pub use plan::{Attachment, Plan, PlanError, Problem, ProblemKind, StopRule};
pub use raw::{Job, Lookup};
pub use record::{Complex, Record, RecordId, Round, Stats, Value};
pub use run::{Break, Guard, NotLent, OpenScope, Run, Scopes, Session, SessionBuilder};
pub use state::param::{self, Local, LocalMut, Param};
pub use state::{AsState, Ctx, NotOwned, Query, State};

/// The names that the macros generate code with. They are not public API, and can change in any version.
#[doc(hidden)]
pub mod __private {
    pub use crate::background::ask_background;
    pub use crate::callback::by_default;
    pub use crate::callback::{Made, Make, NoDefault, NotSendable, Probe, Provision};
    pub use crate::outcome::catch;
    pub use crate::period::{Period, Position, Unit};
    pub use crate::raw::PlainCounter;
    pub use crate::state::param::ask;
    pub use core;
    pub use inventory;

    /// Panics if `weight` is NaN. `#[callback]` calls it in a constant, so that a weight of NaN does not compile.
    pub const fn weight_is_a_number(weight: f64) {
        assert!(
            !weight.is_nan(),
            "the weight is NaN; write a number or an infinity"
        );
    }
}
