//! Callbacks that stop a run, and those that restore the best parameters where it ends.
//!
//! * `early_stopping`, `keep_best`, `convergence`, `invalid_loss`: look at a number of each round;
//! * `terminate_on_nan`: looks at losses, gradients and parameters;
//! * `stop_after`, `max_time`, `stop_handle`: look at counts, at a clock, and at requests of other threads;
//! * `monitor`, `improvement`, `patience`: the parts that they share.

mod convergence;
mod early_stopping;
mod improvement;
mod invalid_loss;
mod keep_best;
mod max_time;
mod monitor;
mod patience;
mod stop_after;
mod stop_handle;
mod terminate_on_nan;

pub use convergence::ConvergenceStopping;
pub use early_stopping::EarlyStopping;
pub(super) use improvement::Direction;
pub use invalid_loss::InvalidLossStopping;
pub use keep_best::{KeepBest, RestoreBest};
pub use max_time::MaxTime;
pub(super) use monitor::Monitor;
pub(super) use patience::Patience;
pub use stop_after::StopAfter;
pub use stop_handle::StopHandle;
pub use terminate_on_nan::{TerminateOnNan, TerminateOnNanGradients, TerminateOnNanParameters};
