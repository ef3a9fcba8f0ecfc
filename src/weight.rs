//! The weights of the shelf: named places in the order of a breakpoint, the same in every loop.
//!
//! Handlers of a smaller weight run first. Those of one weight run in the order in which their callbacks were attached.
//!
//! | constant | weight | who has it |
//! |---|---|---|
//! | [`FIRST`] | −∞ | callbacks that provide state for others, such as `Recorder`, and those that hold parameters, such as `Freeze` |
//! | [`EARLY`] | −10 | callbacks that measure and schedule: they add values to the [`Record`](crate::Record) and set rates, as `Measure`, `Throughput`, `RateSchedule` and `MixedPrecision` do |
//! | [`DEFAULT`] | 0 | callbacks without a weight: they may change the values, the state and the model |
//! | [`LOGGERS`] | 10 | callbacks that log or show the values: `Csv`, `JsonLines`, `TensorBoard`, `Progress`, `PrintRounds`; `ReduceOnPlateau` just before them |
//! | [`STOPPERS`] | 100 | callbacks that stop the run: `EarlyStopping`, `KeepBest`, `ConvergenceStopping`, `InvalidLossStopping`, `TerminateOnNan`, `StopAfter`, `MaxTime`, `StopHandle`, `Interrupts` |
//! | [`LAST`] | ∞ | callbacks that see what all others have done, such as `Ema`, `StochasticWeightAveraging` and `WeightDecay` |
//!
//! A value that a callback adds at the end of a round is logged and watched if the callback has a weight below [`LOGGERS`].
//!
//! ```
//! use callbacks::prelude::*;
//! use callbacks::weight;
//!
//! struct Accuracy;
//!
//! #[callback(Rounds, register = false, weight = weight::EARLY)]
//! impl Accuracy {
//!     fn on_round_end(&self, record: &mut Record) {
//!         record.set("accuracy", 0.9);
//!     }
//! }
//!
//! let mut plan = Plan::<Fit>::new();
//! plan.on(Fit::on_epoch_end, |record: &Record| println!("{record}")).named("print").weight(weight::LOGGERS);
//! plan.add(Accuracy);
//! plan.check(&State::new())?;
//! assert_eq!(plan.names(), ["Accuracy", "print"]);
//! # Ok::<(), PlanError>(())
//! ```

/// The weight of callbacks that provide state for others.
pub const FIRST: f64 = f64::NEG_INFINITY;

/// The weight of callbacks that measure.
pub const EARLY: f64 = -10.0;

/// The weight of callbacks that do not say one.
pub const DEFAULT: f64 = 0.0;

/// The weight of callbacks that log or show the values of a round.
pub const LOGGERS: f64 = 10.0;

/// The weight of callbacks that stop the run.
pub const STOPPERS: f64 = 100.0;

/// The weight of callbacks that see what all others have done.
pub const LAST: f64 = f64::INFINITY;
