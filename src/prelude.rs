//! What most programs with callbacks use: `use callbacks::prelude::*;`.
//!
//! `Samples` is not among it: what a fit counts and what a driver draws both have that name. A program that drives uses
//! [`driver::prelude`](crate::driver::prelude), which has the latter; a fit's are `callbacks::fit::Samples`.

pub use crate::driver::{
    Attempt, Driven, Driver, LogData, Rollback, Stats, VariationalDriver, Verdict, reject_if,
    stop_if, stop_unless,
};
pub use crate::fit::{
    Batches, Epoch, Epochs, Fit, History, Iteration, Learner, LearningRate, Loss, Metrics, Phase,
    Step, Trainer,
};
pub use any_loop::*;

/// What does not hang on the loop.
pub(crate) mod any_loop {
    pub use callback_macros::{breakpoints, callback};
    pub use callback_runtime::{
        BoxError, Break, Breakpoint, Callback, CallbackRef, Ctx, Due, Failure, Flow, Handlers,
        Local, LocalMut, Loop, OnFailure, Outcome, Period, Plan, PlanError, Run, State, Stop,
    };
}
