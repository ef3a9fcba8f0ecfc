//! Callbacks that stop a run.
//!
//! * `early_stopping`, `convergence`, `invalid_loss`: look at a number of each round;
//! * `max_time`, `stop_handle`: look at a clock, and at requests of other threads;
//! * `monitor`, `improvement`, `patience`: the parts that they share.

mod convergence;
mod early_stopping;
mod improvement;
mod invalid_loss;
mod max_time;
mod monitor;
mod patience;
mod stop_handle;

pub use convergence::ConvergenceStopping;
pub use early_stopping::EarlyStopping;
pub use invalid_loss::InvalidLossStopping;
pub use max_time::MaxTime;
pub use stop_handle::StopHandle;
