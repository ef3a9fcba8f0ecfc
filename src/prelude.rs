//! What most programs with callbacks use: `use callbacks::prelude::*;`.

pub use crate::driver::{Attempt, Driven, Driver, LogData, VariationalDriver, Verdict};
pub use crate::fit::{
    Batches, Epoch, Epochs, Fit, History, Iteration, Learner, LearningRate, Loss, Metrics, Phase,
    Samples, Step, Trainer,
};
pub use callback_macros::{breakpoints, callback};
pub use callback_runtime::{
    Break, Breakpoint, Callback, Ctx, Due, Failure, Flow, Handlers, Local, LocalMut, Loop,
    OnFailure, Outcome, Period, Plan, PlanError, Run, State, Stop, Who,
};
