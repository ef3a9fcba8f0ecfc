//! The variational driver's loop, after NetKet: steps that sample, compute an update, have it judged, and take it.
//!
//! A program that drives begins with `use callbacks::driver::prelude::*;`: see [`prelude`].
//!
//! It is declared with [`breakpoints!`](crate::breakpoints) and runs on the public API alone, as a loop of your own would.
//!
//! * [`struct@Driver`]: the breakpoints;
//! * [`Driven`]: what it drives; [`DrivenError`]: what its errors become; [`Rollback`]: what makes a rejected attempt one that has not been;
//! * [`VariationalDriver`]: callbacks, what is driven and settings together; `run`, `run_for`;
//! * [`Verdict`]: what is answered at `on_compute_update_end`; [`stop_if`], [`stop_unless`] and [`reject_if`] for closures that
//!   say yes or no;
//! * the state that handlers ask for: [`Step`](crate::fit::Step), [`Attempt`], [`Time`], [`LogData`], [`Samples`],
//!   [`RejectedAttempts`], and what is driven and its update.

mod breakpoints;
mod conditions;
mod driven;
mod driven_error;
mod expectations;
mod log;
mod parts;
mod position;
pub mod prelude;
mod rejected;
mod rollback;
mod samples;
mod steps;
mod variational;
mod verdict;

pub use breakpoints::Driver;
pub use conditions::{reject_if, stop_if, stop_unless};
pub use driven::Driven;
pub use driven_error::DrivenError;
pub use log::{Complex, LogData, Stats, Value};
pub use position::{Attempt, Time};
pub use rejected::{RejectedAttempt, RejectedAttempts, Rejecter, TooManyRejections};
pub use rollback::Rollback;
pub use samples::Samples;
pub use variational::VariationalDriver;
pub use verdict::Verdict;
