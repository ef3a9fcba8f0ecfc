//! The names that most programs with callbacks use: `use callbacks::prelude::*;`.
//!
//! It has the names of both loops, and those that do not depend on a loop. A definition in your program shadows a name of the prelude.

pub use crate::Attach;
pub use crate::Hyperparameters;
pub use crate::driver::{
    Attempt, Driven, Driver, RejectedAttempts, Rollback, Samples, Time, VariationalDriver, Verdict,
    reject_if, stop_if, stop_unless,
};
pub use crate::fit::{
    Batches, Epoch, Epochs, Fit, History, Iteration, Learner, LearningRate, Loss, Phase, Step,
    Trainer,
};
pub use callback_macros::{breakpoints, callback};
pub use callback_runtime::{
    BoxError, Break, Breakpoint, Callback, CallbackRef, Complex, Ctx, Due, Failure, Flow, Handlers,
    Local, LocalMut, Loop, OnFailure, Outcome, Period, Plan, PlanError, Record, Rounds, Run, State,
    Stats, Stop,
};
