//! The loop of a variational driver, after NetKet: each step draws samples, computes an update, has it judged, and applies it.
//!
//! [`breakpoints!`](crate::breakpoints) declares it, and it uses the public API alone, as a loop of your own would.
//!
//! * [`struct@Driver`]: the breakpoints;
//! * [`Driven`]: the driven system; [`DrivenError`]: its errors; [`Rollback`]: undoes rejected attempts and stopped steps;
//! * [`VariationalDriver`]: a driven system with its callbacks and settings; `run`, `run_for`;
//! * [`Verdict`]: what handlers return at `on_compute_update_end`; [`stop_if`], [`stop_unless`] and [`reject_if`] for closures that
//!   return a `bool`;
//! * the state that handlers ask for: [`Step`](crate::fit::Step), [`Attempt`], [`Time`], [`Record`](crate::Record), [`Samples`],
//!   [`RejectedAttempts`], the driven system and its update.
//!
//! ```
//! use callbacks::prelude::*;
//!
//! /// Finds the bottom of a well by drawing places around its position.
//! struct Search(f64);
//! struct Places(Vec<f64>);
//! struct Slope(f64);
//!
//! impl Driven for Search {
//!     type Samples = Places;
//!     type Update = Slope;
//!
//!     fn sample(&mut self) -> Result<Places, BoxError> {
//!         Ok(Places(vec![self.0 - 0.5, self.0 + 0.5]))
//!     }
//!
//!     fn compute_loss_and_update(&mut self, places: &Places, record: &mut Record) -> Result<Slope, BoxError> {
//!         record.set("energy", Stats::of(places.0.iter().map(|x| x * x)));
//!         Ok(Slope(2.0 * self.0))
//!     }
//!
//!     fn update_parameters(&mut self, slope: &Slope) -> Result<(), BoxError> {
//!         self.0 -= 0.25 * slope.0;
//!         Ok(())
//!     }
//! }
//!
//! let mut driver = VariationalDriver::new(Search(1.0))
//!     .on(Driver::on_compute_update_start, |samples: &mut Samples<Places>, step: &Step| {
//!         if step.get() == 0 {
//!             samples.set(Places(vec![1.0]));
//!         }
//!     })
//!     .on(Driver::on_compute_update_end, reject_if(|slope: &Slope| slope.0.is_nan()));
//! assert!(driver.run(10)?.is_finished());
//! # Ok::<(), PlanError>(())
//! ```
//!
//! # Differences from NetKet
//!
//! The breakpoints have NetKet's names, places and order. These things differ from NetKet 3.23:
//!
//! | | NetKet | here |
//! |---|---|---|
//! | the number of a step | `step` is `k` in all hooks of the step after `k` others, and in the logs | [`Step`](crate::fit::Step) is the number of applied updates: `k` up to `before_parameter_update`, and `k + 1` at `on_step_end` and in the record |
//! | a stop at `on_step_end` | the update is applied, but the step is not counted | the step is counted |
//! | attempts | a private number from 0, without limit | [`Attempt`], from 1, with a [limit](VariationalDriver::retry_limit) of 100 |
//! | the loss in the record | from `before_parameter_update` on | what [`compute_loss_and_update`](Driven::compute_loss_and_update) adds is there from `on_compute_update_end` on |
//! | what a rejected attempt logs | stays in the log of the step | is in [`RejectedAttempts`] |
//! | samples and update of a rejected attempt | stay until the next ones replace them | are removed before the next `on_step_start` |
//! | a rejection | the return value `True` | [`Verdict::Reject`] |
//! | a stop | `StopRun` skips the callbacks after it, and leaves no trace | [`Flow::stop`](crate::Flow::stop) skips none, and the outcome has its reason |
//! | callbacks | given to each run | attached to the driver, for all of its runs |
//! | patience of `EarlyStopping` and `ConvergenceStopping` | the number of looks that pass; the next one stops the run | [the same](crate::shelf#patience) |
//! | patience of `InvalidLossStopping` | stops at that look, one earlier than the others | [as for the others](crate::shelf#patience): give one less |
//! | `start_from_step=n` | lets `n` steps pass | `start_from(n)` does the same |
//! | `baseline` of `EarlyStopping` | improvements count below it; in older versions the run stops at it | [`baseline`](crate::shelf::EarlyStopping::baseline); [`goal`](crate::shelf::EarlyStopping::goal) |
//! | `min_reldelta` | has the wrong sign if the best value is negative | [`min_relative_delta`](crate::shelf::EarlyStopping::min_relative_delta) is right for either sign |
//! | the window of `ConvergenceStopping` | the mean is over the values so far | the [window](crate::shelf::ConvergenceStopping::smoothing_window) must be full |
//! | `Timeout(0)` | is refused | [`MaxTime`](crate::shelf::MaxTime) stops at its first look, before the first step |

mod breakpoints;
mod conditions;
mod driven;
mod driven_error;
mod expectations;
mod parts;
mod position;
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
pub use position::{Attempt, Time};
pub use rejected::{RejectedAttempt, RejectedAttempts, Rejecter, TooManyRejections};
pub use rollback::Rollback;
pub use samples::Samples;
pub use variational::VariationalDriver;
pub use verdict::Verdict;
