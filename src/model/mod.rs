//! What callbacks need of a model: its parameters and its gradients, by name.
//!
//! * [`Parameters`]: read, change, save in memory, restore, average;
//! * [`Gradients`]: norms, scale, clamp, add;
//! * [`HalfPrecision`]: half precision with a scaled loss;
//! * [`SaveParameters`]: write and read a checkpoint;
//! * `elements.rs`, `collections.rs`, `tuples.rs`: the implementations for numbers, lists and tuples; `fields.rs`: what the derives write.

mod collections;
pub(crate) mod elements;
pub mod fields;
mod gradients;
mod mixed_precision;
mod norm;
mod parameters;
mod save;
mod tensor_error;
mod tuples;

pub use gradients::Gradients;
pub use mixed_precision::HalfPrecision;
#[cfg(feature = "candle")]
pub(crate) use norm::combine_norms;
pub(crate) use norm::p_norm;
pub use parameters::Parameters;
pub use save::SaveParameters;
#[cfg(feature = "candle")]
pub(crate) use tensor_error::below;
