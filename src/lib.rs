//! Callbacks for programs that iterate: training, optimisation, simulation.
//!
//! A person annotates a plain `impl` block. The **names** of its functions say when they run, their **signatures** say
//! what they may touch. Order, checking, registration and what the compiler says about a slip follow from those two.
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
//!     fn on_epoch_end(&self, metrics: &Metrics) -> Flow {
//!         if metrics.get("valid_loss").is_some_and(|loss| loss < 0.01) {
//!             Flow::stop("good enough")
//!         } else {
//!             Flow::Continue
//!         }
//!     }
//! }
//! # assert_eq!(PrintLoss.on_epoch_end(&Metrics::default()), Flow::Continue);
//! ```
//!
//! * [`Fit`] is the loop of training, with luz's breakpoints; a [`Trainer`](fit::Trainer) runs it over a
//!   [`Learner`](fit::Learner) of yours.
//! * [`Driver`] is the loop of variational Monte Carlo, with NetKet's breakpoints; a
//!   [`VariationalDriver`](driver::VariationalDriver) runs it over a [`Driven`](driver::Driven) of yours.
//! * [`shelf`] has ready-made callbacks for both.
//! * [`breakpoints!`] declares a loop of your own; a [`Plan`] runs callbacks in it.
//! * [`State`] is what loop and callbacks share: one value per type.
//! * [`Flow`] is what a handler answers, [`Outcome`] how a run ended.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

// What the macros write begins with `::callbacks`, here as anywhere else.
extern crate self as callbacks;

mod attach;
#[cfg(feature = "candle")]
pub mod candle;
pub mod driver;
pub mod fit;
#[cfg(feature = "parallel")]
mod parallel;
pub mod prelude;
mod require;
pub mod shelf;

pub use attach::Attach;
pub use callback_macros::{breakpoints, callback};
pub use callback_runtime::*;
pub use driver::Driver;
pub use fit::Fit;
#[cfg(feature = "parallel")]
pub use parallel::{Parallel, ThreadsError};

/// What the macros write names only this.
#[doc(hidden)]
pub mod __private {
    pub use callback_macros::__expand_callback;
    pub use callback_runtime::__private::*;
    pub use callback_runtime::{
        At, Availability, Breakpoint, Callback, CallbackInfo, CallbackRef, Handlers, Location,
        Loop, Registration, Role, Scope, ScopeInfo,
    };
}

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
