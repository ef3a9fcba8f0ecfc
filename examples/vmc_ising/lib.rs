//! The parts of the example, for its program and its tests: see `ground_state.rs`.
#![allow(missing_docs, reason = "an example, which its modules explain")]
#![allow(missing_debug_implementations, reason = "an example")]

pub mod callbacks;
pub mod driven;
pub mod exact;
pub mod hamiltonian;
pub mod rbm;
pub mod reconfiguration;
pub mod sampler;
pub mod spins;
pub mod statistics;
pub mod variational;
