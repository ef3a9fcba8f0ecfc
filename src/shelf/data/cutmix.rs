//! `CutMix`: pastes a patch of another sample into each image.

use super::draws::Draws;
use super::mixing::Mixing;
use super::{MixBatch, MixError, MixSamples, Pairs};
use crate::fit::{Epoch, Fit, Iteration, Phase};
use callback_runtime::{BoxError, Callback, CallbackInfo, Handlers, LocalMut};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

/// Pastes a patch of another sample into each image of a batch of training, and mixes the targets by the share of the area that stays.
///
/// The patch has a random place, the same in all images of a batch, and the share `1 - λ` of the area, where `λ` is a draw from
/// Beta(alpha, alpha). A patch that leaves the image is cut off, and the targets are mixed by the area that is pasted.
///
/// The draws of a batch depend on the seed, the epoch and the number of the batch alone, as those of [`Mixup`](super::Mixup) do.
///
/// Source: Yun et al., *`CutMix`: Regularization Strategy to Train Strong Classifiers with Localizable Features*, which has `alpha` = 1.
///
/// ```
/// use callbacks::shelf::CutMix;
///
/// let cutmix = CutMix::<()>::new(1.0).seed(7);
/// let (pairs, patch) = cutmix.patch(4, (32, 32), 1, 1)?;
/// let stays = 1.0 - patch.area() as f64 / 1024.0;
/// assert!(pairs.weights().iter().all(|weight| *weight == stays));
/// # Ok::<(), callbacks::BoxError>(())
/// ```
pub struct CutMix<B> {
    mixing: Mixing,
    batch: PhantomData<fn(B)>,
}

/// Images into which patches can be pasted, with the height and the width as the last two axes: the arrays of `ndarray` and the tensors of
/// candle, with the features of these names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no images into which patches can be pasted",
    note = "the arrays of `ndarray` and the tensors of candle have, with the features `ndarray` and `candle`; implement `callbacks::shelf::PatchImages` for images of your own"
)]
pub trait PatchImages {
    /// Returns the number of images.
    fn images(&self) -> usize;

    /// Returns the height and the width of each image. The `Err` says that these are no images.
    fn size(&self) -> Result<(usize, usize), BoxError>;

    /// Replaces the patch in each image by the same patch of its partner, as it was before. The weights of the pairs do not matter. An `Err` says
    /// that the patch is not inside, or that there is not one pair for each image.
    fn paste(&mut self, patch: &Patch, pairs: &Pairs) -> Result<(), BoxError>;
}

/// The place of a patch in an image: some of its rows and columns.
///
/// ```
/// use callbacks::shelf::Patch;
///
/// let patch = Patch { rows: 1..3, columns: 0..4 };
/// assert_eq!(patch.area(), 8);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The rows.
    pub rows: Range<usize>,
    /// The columns.
    pub columns: Range<usize>,
}

impl Patch {
    /// Returns the number of pixels.
    ///
    /// ```
    /// # use callbacks::shelf::Patch;
    /// assert_eq!(Patch { rows: 2..2, columns: 0..4 }.area(), 0);
    /// ```
    pub fn area(&self) -> usize {
        self.rows.len().saturating_mul(self.columns.len())
    }

    /// Checks that the patch is inside of images of this height and width.
    ///
    /// ```
    /// # use callbacks::shelf::Patch;
    /// let patch = Patch { rows: 1..3, columns: 0..4 };
    /// assert!(patch.check((3, 4)).is_ok());
    /// let error = patch.check((4, 3)).unwrap_err();
    /// assert_eq!(error.to_string(), "a patch of the rows 1..3 and the columns 0..4 is not inside of images of 4 by 3");
    /// ```
    pub fn check(&self, (height, width): (usize, usize)) -> Result<(), MixError> {
        let Self { rows, columns } = self;
        let is_inside =
            |range: &Range<usize>, length| range.start <= range.end && range.end <= length;
        if is_inside(rows, height) && is_inside(columns, width) {
            return Ok(());
        }
        Err(MixError::new(format!(
            "a patch of the rows {rows:?} and the columns {columns:?} is not inside of images of {height} by {width}"
        )))
    }
}

impl<B> CutMix<B> {
    /// Creates a callback that draws the share that stays from Beta(alpha, alpha), with a finite `alpha` above 0.
    ///
    /// ```
    /// # use callbacks::shelf::CutMix;
    /// let (pairs, patch) = CutMix::<()>::new(1.0).patch(3, (32, 32), 1, 1)?;
    /// assert_eq!((pairs.partners().len(), patch.check((32, 32)).is_ok()), (3, true));
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub const fn new(alpha: f64) -> Self {
        Self {
            mixing: Mixing::new(alpha),
            batch: PhantomData,
        }
    }

    /// Sets the seed; 0 by default.
    ///
    /// ```
    /// # use callbacks::shelf::CutMix;
    /// let patch = |seed| CutMix::<()>::new(1.0).seed(seed).patch(8, (32, 32), 1, 1);
    /// assert_eq!(patch(1)?, patch(1)?);
    /// assert_ne!(patch(1)?, patch(2)?);
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub const fn seed(mut self, seed: u64) -> Self {
        self.mixing.seed = seed;
        self
    }

    /// Changes the batches of validation, too.
    pub const fn on_validation(mut self) -> Self {
        self.mixing.validates = true;
        self
    }

    /// Returns the partner of each image, the weight of its target and the patch, for a training loop of your own. `size` is the height and the
    /// width of an image; `epoch` and `batch` count from 1.
    ///
    /// ```
    /// # use callbacks::shelf::CutMix;
    /// let cutmix = CutMix::<()>::new(1.0);
    /// let (pairs, patch) = cutmix.patch(8, (32, 32), 3, 40)?;
    /// println!("rows {:?} and columns {:?} of {:?}", patch.rows, patch.columns, pairs.partners());
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn patch(
        &self,
        images: usize,
        size: (usize, usize),
        epoch: u64,
        batch: u64,
    ) -> Result<(Pairs, Patch), MixError> {
        let draws = self.mixing.draws(epoch, Phase::Train, batch)?;
        self.draw(images, size, draws)
    }

    fn draw(
        &self,
        images: usize,
        (height, width): (usize, usize),
        mut draws: Draws,
    ) -> Result<(Pairs, Patch), MixError> {
        let partners = draws.order(images);
        let side = (1.0 - draws.beta(self.mixing.alpha)).sqrt();
        let patch = Patch {
            rows: range(draws.below(height), side, height),
            columns: range(draws.below(width), side, width),
        };
        let pasted = share(patch.area(), height.saturating_mul(width));
        let pairs = Pairs::new(partners, vec![1.0 - pasted; images])?;
        Ok((pairs, patch))
    }
}

/// Returns the range around a centre that has this share of the whole length, as far as it is inside.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an image has fewer than 2^53 rows, and the share is from 0 to 1"
)]
fn range(centre: usize, share: f64, length: usize) -> Range<usize> {
    let half = (share * length as f64) as usize / 2;
    let rest = (share * length as f64) as usize - half;
    centre.saturating_sub(half)..centre.saturating_add(rest).min(length)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an image has fewer than 2^53 pixels"
)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

impl<B> Callback<Fit> for CutMix<B>
where
    B: MixBatch,
    B::Inputs: PatchImages,
    B::Targets: MixSamples,
{
    fn info(&self) -> CallbackInfo {
        self.mixing.declare(CallbackInfo::of::<Self>().ready_made())
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_train_batch_begin, Self::patch_batch);
        if self.mixing.validates {
            h.on(Fit::on_valid_batch_begin, Self::patch_batch);
        }
    }
}

impl<B> CutMix<B>
where
    B: MixBatch,
    B::Inputs: PatchImages,
    B::Targets: MixSamples,
{
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn patch_batch(
        &self,
        mut batch: LocalMut<'_, B>,
        epoch: &Epoch,
        phase: &Phase,
        iteration: &Iteration,
    ) -> Result<(), BoxError> {
        let (images, targets) = batch.parts();
        let draws = self.mixing.draws(epoch.get(), *phase, iteration.get())?;
        let (pairs, patch) = self.draw(images.images(), images.size()?, draws)?;
        images.paste(&patch, &pairs)?;
        targets.mix(&pairs)
    }
}

impl<B> Clone for CutMix<B> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<B> fmt::Debug for CutMix<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CutMix")
            .field("mixing", &self.mixing)
            .finish_non_exhaustive()
    }
}
