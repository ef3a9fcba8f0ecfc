//! Callbacks that change batches: they mix samples, and smooth targets.
//!
//! * `mixup`, `cutmix`, `label_smoothing`: the callbacks;
//! * `mix`, `mix_error`: what they need of a batch; `paired`: targets that are kept in pairs;
//! * `vectors`, `ndarray`, `candle`: samples and targets that can be mixed;
//! * `mixing`: the settings of those that mix samples; `draws`: the random numbers of a batch.

#[cfg(feature = "candle")]
mod candle;
mod cutmix;
mod draws;
mod label_smoothing;
mod mix;
mod mix_error;
mod mixing;
mod mixup;
#[cfg(feature = "ndarray")]
mod ndarray;
mod paired;
mod vectors;

pub use cutmix::{CutMix, Patch, PatchImages};
pub use label_smoothing::{LabelSmoothing, SmoothTargets};
pub use mix::{MixBatch, MixSamples, Pairs};
pub use mix_error::MixError;
pub use mixup::Mixup;
pub use paired::PairedTargets;
