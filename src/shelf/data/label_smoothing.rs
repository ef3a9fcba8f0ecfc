//! Label smoothing: takes a share of each target's probabilities and gives it to all classes.

use super::MixBatch;
use crate::fit::Fit;
use callback_runtime::{BoxError, Callback, CallbackInfo, Handlers, LocalMut};
use std::fmt;
use std::marker::PhantomData;

/// Smooths the targets of each batch of training: each probability `p` of `K` classes becomes `(1 - share) · p + share / K`, as
/// `torch.nn.CrossEntropyLoss(label_smoothing=share)` computes.
///
/// The targets of [`MixBatch`] are the probabilities of the classes. Together with [`Mixup`](super::Mixup) or [`CutMix`](super::CutMix), the
/// order of the callbacks changes nothing but for rounding.
///
/// Source: Szegedy et al., *Rethinking the Inception Architecture for Computer Vision*, section 7.
///
/// ```
/// use callbacks::shelf::SmoothTargets;
///
/// let mut targets = vec![vec![1.0, 0.0, 0.0, 0.0]];
/// targets.smooth(0.5)?;
/// assert_eq!(targets, [[0.625, 0.125, 0.125, 0.125]]);
/// # Ok::<(), callbacks::BoxError>(())
/// ```
pub struct LabelSmoothing<B> {
    share: f64,
    validates: bool,
    batch: PhantomData<fn(B)>,
}

/// Targets that are the probabilities of classes, with the classes as the last axis: vectors of vectors, and the arrays of `ndarray` and the
/// tensors of candle with the features of these names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no probabilities of classes that can be smoothed",
    note = "vectors of vectors have, and the arrays of `ndarray` and the tensors of candle with the features `ndarray` and `candle`; labels have to be one-hot"
)]
pub trait SmoothTargets {
    /// Replaces each probability `p` of `K` classes by `(1 - share) · p + share / K`. An `Err` is an error of the device.
    fn smooth(&mut self, share: f64) -> Result<(), BoxError>;
}

impl<B> LabelSmoothing<B> {
    /// Creates a callback that gives this share of the probability to all classes, from 0 to 1; 0.1 is common.
    pub const fn new(share: f64) -> Self {
        Self {
            share,
            validates: false,
            batch: PhantomData,
        }
    }

    /// Smooths the targets of validation, too.
    pub const fn on_validation(mut self) -> Self {
        self.validates = true;
        self
    }
}

impl<B> Callback<Fit> for LabelSmoothing<B>
where
    B: MixBatch,
    B::Targets: SmoothTargets,
{
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        let is_share = (0.0..=1.0).contains(&self.share);
        info.valid_if(is_share, "share", self.share, "give one from 0 to 1")
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_train_batch_begin, Self::smooth_batch);
        if self.validates {
            h.on(Fit::on_valid_batch_begin, Self::smooth_batch);
        }
    }
}

impl<B> LabelSmoothing<B>
where
    B: MixBatch,
    B::Targets: SmoothTargets,
{
    fn smooth_batch(&self, mut batch: LocalMut<'_, B>) -> Result<(), BoxError> {
        let (_, targets) = batch.parts();
        targets.smooth(self.share)
    }
}

impl<B> Clone for LabelSmoothing<B> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<B> fmt::Debug for LabelSmoothing<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelSmoothing")
            .field("share", &self.share)
            .field("validates", &self.validates)
            .finish_non_exhaustive()
    }
}
