//! Callbacks that average, freeze and shrink the parameters of a model.
//!
//! * `ema`, `stochastic_weight_averaging`: averages of the parameters; `average`: an average; `validation_swap`: its use in validations;
//! * `freeze`: keeps parameters as they are; `weight_decay`: shrinks them;
//! * `curve`: values that change over steps.

mod average;
mod curve;
mod ema;
mod freeze;
mod stochastic_weight_averaging;
mod validation_swap;
mod weight_decay;

pub(super) use average::claims_model;
pub use ema::Ema;
pub use freeze::Freeze;
pub use stochastic_weight_averaging::StochasticWeightAveraging;
pub use weight_decay::{InvalidDecay, WeightDecay};
