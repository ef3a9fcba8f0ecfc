//! Optimisers whose moments can be saved: SGD, Adam and `AdamW`.
//!
//! - `sgd`: SGD with momentum;
//! - `adam`: Adam and `AdamW`;
//! - `adaptive`: what both have: the moments and their step;
//! - `state`: the variables with their names, and how a saved run has what an optimiser remembers of them.

mod adam;
mod adaptive;
mod sgd;
mod state;

pub use adam::{Adam, AdamW};
pub use sgd::Sgd;
