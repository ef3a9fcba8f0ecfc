//! What most programs with callbacks use: `use callbacks::prelude::*;`.
//!
//! [`Samples`] is what a [`Fit`] counts. What a driver draws has that name, too: a program that drives uses
//! [`driver::prelude`](crate::driver::prelude) instead, and one that does both says which of the two it means.

pub use crate::driver::{
    Attempt, Driven, Driver, LogData, Rollback, Stats, VariationalDriver, Verdict, reject_if,
    stop_if, stop_unless,
};
pub use crate::fit::{
    Batches, Epoch, Epochs, Fit, History, Iteration, Learner, LearningRate, Loss, Metrics, Phase,
    Samples, Step, Trainer,
};
pub use any_loop::*;

/// What does not hang on the loop.
pub(crate) mod any_loop {
    pub use callback_macros::{breakpoints, callback};
    pub use callback_runtime::{
        BoxError, Break, Breakpoint, Callback, Ctx, Due, Failure, Flow, Handlers, Local, LocalMut,
        Loop, OnFailure, Outcome, Period, Plan, PlanError, Run, State, Stop, Who,
    };
}
