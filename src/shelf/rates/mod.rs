//! Callbacks that change learning rates, and other values, in the course of a run.

mod curve;
mod finder;
mod plateau;
mod rate_schedule;
mod timing;
mod value_schedule;

pub use curve::{RateCurve, RatePoint};
pub use finder::LrFinder;
pub use plateau::ReduceOnPlateau;
pub use rate_schedule::RateSchedule;
pub use value_schedule::ValueSchedule;

use crate::schedule::{Checks, Schedule};
use crate::weight;

/// The weight of a callback that reads the values of a round after all that add some, and adds one before the loggers.
const BEFORE_LOGGERS: f64 = weight::LOGGERS - 1.0;

/// Returns what is wrong with a schedule, for a callback of this name.
fn check_schedule(callback: &str, schedule: &dyn Schedule) -> Result<(), String> {
    let mut checks = Checks::default();
    schedule.check(&mut checks);
    finish(callback, &checks)
}

/// Returns what is wrong with the settings of a callback of this name.
fn finish(callback: &str, checks: &Checks) -> Result<(), String> {
    let problems: Vec<String> = checks.problems().iter().map(ToString::to_string).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("{callback} has {}", problems.join("; and ")))
}
