//! The names that most programs with callbacks use: `use callbacks::prelude::*;`.
//!
//! It has the names of both loops, and those that do not depend on a loop. A definition in your program shadows a name of the prelude.

pub use crate::Attach;
pub use crate::driver::{
    Attempt, Complex, Driven, Driver, LogData, RejectedAttempts, Rollback, Samples, Stats, Time,
    VariationalDriver, Verdict, reject_if, stop_if, stop_unless,
};
pub use crate::fit::{
    Batches, Epoch, Epochs, Fit, History, Iteration, Learner, LearningRate, Loss, Metrics, Phase,
    Step, Trainer,
};
pub use callback_macros::{breakpoints, callback};
pub use callback_runtime::{
    BoxError, Break, Breakpoint, Callback, CallbackRef, Ctx, Due, Failure, Flow, Handlers, Local,
    LocalMut, Loop, OnFailure, Outcome, Period, Plan, PlanError, Run, State, Stop,
};
