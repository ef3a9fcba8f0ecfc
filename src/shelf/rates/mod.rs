//! Callbacks that change learning rates, and other values, in the course of a run.
//!
//! * `rate_schedule`, `value_schedule`: apply a schedule; `timing`: when they do;
//! * `optimizer`: what they declare of an optimiser;
//! * `plateau`: reduces rates when a number does not improve;
//! * `finder`: tries many rates; `sweep`, `curve`, `descent`, `plot`: what it measures and suggests.

mod curve;
mod descent;
mod finder;
mod optimizer;
mod plateau;
mod plot;
mod rate_schedule;
mod sweep;
mod timing;
mod value_schedule;

pub use curve::{RateCurve, RatePoint};
pub use finder::LrFinder;
pub(super) use optimizer::{of_optimizer, refer_to_optimizer};
pub use plateau::ReduceOnPlateau;
pub use rate_schedule::RateSchedule;
pub use value_schedule::ValueSchedule;

use crate::weight;

/// The weight of a callback that reads the values of a round after all that add some, and adds one before the loggers.
const BEFORE_LOGGERS: f64 = weight::LOGGERS - 1.0;
