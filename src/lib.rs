//! Callbacks for programs that iterate: training, optimisation, simulation.
//!
//! You annotate a plain `impl` block. The **names** of its functions say when they run, and their **signatures** say what they use. Order,
//! checks, registration and compiler messages follow from these two.
//!
//! ```
//! use callbacks::prelude::*;
//!
//! #[derive(Default)]
//! struct PrintLoss;
//!
//! #[callback(weight = 10)]
//! impl PrintLoss {
//!     fn on_train_batch_end(&mut self, step: &Step, loss: &Loss) {
//!         println!("step {step}: loss {loss:.4}");
//!     }
//!
//!     fn on_epoch_end(&self, record: &Record) -> Flow {
//!         if record.get("valid_loss").is_some_and(|loss| loss < 0.01) {
//!             Flow::stop("good enough")
//!         } else {
//!             Flow::Continue
//!         }
//!     }
//! }
//! # assert_eq!(PrintLoss.on_epoch_end(&Record::default()), Flow::Continue);
//! ```
//!
//! * [`Fit`] is the training loop, with luz's breakpoints. A [`Trainer`](fit::Trainer) runs it with your [`Learner`](fit::Learner).
//! * [`Driver`] is the loop of variational Monte Carlo, with NetKet's breakpoints. A
//!   [`VariationalDriver`](driver::VariationalDriver) runs it with your [`Driven`](driver::Driven).
//! * [`Attach`] attaches callbacks to both.
//! * [`metrics`] has accuracies, errors and other numbers over many batches, in any loop or without one.
//! * [`shelf`] has ready-made callbacks for both, and for loops of your own.
//! * [`Hyperparameters`] are settings of the program, for handlers and loggers.
//! * [`Parameters`](trait@Parameters) and [`Gradients`](trait@Gradients) are what callbacks need of a model; each can be derived.
//! * [`breakpoints!`] declares your own loop; a [`Plan`] runs callbacks in it.
//! * [`State`] is shared by loop and callbacks: one value per type.
//! * [`Flow`] is what a handler returns, [`Outcome`] how a run ended.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

// The macros write paths that begin with `::callbacks`, also in this crate.
extern crate self as callbacks;

mod attach;
#[cfg(feature = "candle")]
pub mod candle;
#[cfg(feature = "checkpoint")]
pub mod checkpoint;
pub mod driver;
pub mod fit;
mod hyperparameters;
pub mod metrics;
mod model;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "parallel")]
mod parallel;
pub mod prelude;
mod require;
pub mod schedule;
mod settings;
pub mod shelf;
mod unsupported_sync;
pub mod weight;

pub use attach::Attach;
pub use callback_macros::{Gradients, Parameters, breakpoints, callback};
pub use callback_runtime::*;
pub use driver::Driver;
pub use fit::Fit;
pub use hyperparameters::{Hyperparameter, Hyperparameters};
pub use model::{Gradients, HalfPrecision, Parameters};
#[cfg(feature = "parallel")]
pub use parallel::{Parallel, ThreadsError};

/// The only paths that the macros write.
#[doc(hidden)]
pub mod __private {
    pub use crate::model::fields;
    pub use crate::model::{Gradients, Parameters};
    pub use callback_macros::__expand_callback;
    pub use callback_runtime::__private::*;
    pub use callback_runtime::persist::Fields;
    pub use callback_runtime::{
        Alias, At, AtEach, Availability, BoxError, Breakpoint, Callback, CallbackInfo, CallbackRef,
        Handlers, Location, Loop, Record, Registration, Role, RoundInfo, Rounds, Scope,
        ScopeCounter, ScopeInfo,
    };
}

/// The examples of the README, as doc tests. They need these features.
#[cfg(all(
    doctest,
    feature = "checkpoint",
    feature = "csv",
    feature = "indicatif"
))]
#[doc = include_str!("../README.md")]
pub struct Readme;
