//! Callbacks that change gradients before a step.
//!
//! * `clip`: limits them, measures their norm, and skips steps whose gradients are not finite; `limit`: the limits; `norm_means`: the means of
//!   the norms;
//! * `mixed_precision`, `loss_scale`: half precision with a scaled loss.

mod clip;
mod limit;
mod loss_scale;
mod mixed_precision;
mod norm_means;

pub use clip::ClipGradients;
pub use mixed_precision::MixedPrecision;
