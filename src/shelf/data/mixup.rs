//! Mixup: mixes pairs of samples.

use super::mixing::Mixing;
use super::{MixBatch, MixError, MixSamples, Pairs};
use crate::fit::{Epoch, Fit, Iteration, Phase};
use callback_runtime::{BoxError, Callback, CallbackInfo, Handlers, LocalMut};
use std::fmt;
use std::marker::PhantomData;

/// Mixes each sample of a batch of training with another one, as luz's `luz_callback_mixup`: inputs and targets become
/// `w · sample + (1 - w) · partner`, where `w` is the greater of a draw from Beta(alpha, alpha) and the rest to 1, drawn for each pair.
///
/// The partners and weights of a batch depend on the seed, the epoch and the number of the batch alone. So a fit that is resumed mixes the
/// same samples, and a second fit mixes those of the first one.
///
/// Batches of validation are mixed if you [ask for it](Self::on_validation). In luz, that fails together with its automatic loss; here the
/// targets say how they are mixed, in every phase.
///
/// Source: Zhang, Cisse, Dauphin and Lopez-Paz, *mixup: Beyond Empirical Risk Minimization*. The greater weight is that of luz and fastai: without
/// it, a pair could be mixed twice in the same way.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{MixBatch, Mixup};
/// # use callbacks::BoxError;
/// # use callbacks::fit::OptimizerName;
/// # #[derive(Default)]
/// # struct Model(f64);
/// # struct Guess(f64);
/// # struct Slope(f64);
/// # impl Learner for Model {
/// #     type Batch = Points;
/// #     type Prediction = Guess;
/// #     type Gradients = Slope;
/// #     fn samples(&self, batch: &Points) -> u64 { batch.x.len() as u64 }
/// #     fn forward(&mut self, _: &Points, _: Phase) -> Result<Guess, BoxError> { Ok(Guess(self.0)) }
/// #     fn loss(&mut self, guess: &Guess, _: &Points) -> Result<Loss, BoxError> { Ok(Loss::from(guess.0)) }
/// #     fn backward(&mut self, _: &Guess, _: &Points, _: OptimizerName) -> Result<Slope, BoxError> { Ok(Slope(0.0)) }
/// #     fn step(&mut self, _: Slope, _: f64, _: OptimizerName) -> Result<(), BoxError> { Ok(()) }
/// # }
///
/// #[derive(Clone)]
/// struct Points {
///     x: Vec<f64>,
///     y: Vec<f64>,
/// }
///
/// impl MixBatch for Points {
///     type Inputs = Vec<f64>;
///     type Targets = Vec<f64>;
///
///     fn parts(&mut self) -> (&mut Vec<f64>, &mut Vec<f64>) {
///         (&mut self.x, &mut self.y)
///     }
/// }
///
/// let mut trainer = Trainer::new(Model::default()).callback(Mixup::<Points>::new(0.4).seed(7));
/// let points = Points { x: vec![1.0, 2.0], y: vec![2.0, 4.0] };
/// assert!(trainer.fit(vec![points])?.outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct Mixup<B> {
    mixing: Mixing,
    batch: PhantomData<fn(B)>,
}

impl<B> Mixup<B> {
    /// Creates a callback that draws weights from Beta(alpha, alpha), with a finite `alpha` above 0. The smaller it is, the less is mixed; luz
    /// and fastai have 0.4.
    ///
    /// ```
    /// # use callbacks::shelf::Mixup;
    /// let pairs = Mixup::<()>::new(0.4).pairs(100, 1, 1)?;
    /// assert!(pairs.weights().iter().all(|weight| *weight >= 0.5));
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
    /// # use callbacks::shelf::Mixup;
    /// let pairs = |seed| Mixup::<()>::new(0.4).seed(seed).pairs(8, 1, 1);
    /// assert_eq!(pairs(1)?, pairs(1)?);
    /// assert_ne!(pairs(1)?, pairs(2)?);
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub const fn seed(mut self, seed: u64) -> Self {
        self.mixing.seed = seed;
        self
    }

    /// Mixes the batches of validation, too.
    pub const fn on_validation(mut self) -> Self {
        self.mixing.validates = true;
        self
    }

    /// Returns how the samples of a batch are mixed, for a training loop of your own. `epoch` and `batch` count from 1, as [`Epoch`] and
    /// [`Iteration`] do.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::{MixSamples, Mixup};
    ///
    /// let mixup = Mixup::<()>::new(0.4).seed(7);
    /// let fit = Fit::session(2).start()?;
    /// for epoch in fit.epochs() {
    ///     for (batch, mut x) in fit.train([vec![1.0, 2.0], vec![3.0, 4.0]].into_iter().enumerate()) {
    ///         let pairs = mixup.pairs(x.len(), epoch, batch as u64 + 1)?;
    ///         x.mix(&pairs)?;
    ///     }
    /// }
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn pairs(&self, samples: usize, epoch: u64, batch: u64) -> Result<Pairs, MixError> {
        self.draw(samples, epoch, Phase::Train, batch)
    }

    fn draw(
        &self,
        samples: usize,
        epoch: u64,
        phase: Phase,
        batch: u64,
    ) -> Result<Pairs, MixError> {
        let mut draws = self.mixing.draws(epoch, phase, batch)?;
        let partners = draws.order(samples);
        let weights = partners.iter().map(|_| {
            let weight = draws.beta(self.mixing.alpha);
            weight.max(1.0 - weight)
        });
        let weights = weights.collect();
        Pairs::new(partners, weights)
    }
}

impl<B> Callback<Fit> for Mixup<B>
where
    B: MixBatch,
    B::Inputs: MixSamples,
    B::Targets: MixSamples,
{
    fn info(&self) -> CallbackInfo {
        self.mixing.declare(CallbackInfo::of::<Self>().ready_made())
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_train_batch_begin, Self::mix_batch);
        if self.mixing.validates {
            h.on(Fit::on_valid_batch_begin, Self::mix_batch);
        }
    }
}

impl<B> Mixup<B>
where
    B: MixBatch,
    B::Inputs: MixSamples,
    B::Targets: MixSamples,
{
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn mix_batch(
        &self,
        mut batch: LocalMut<'_, B>,
        epoch: &Epoch,
        phase: &Phase,
        iteration: &Iteration,
    ) -> Result<(), BoxError> {
        let (inputs, targets) = batch.parts();
        let pairs = self.draw(inputs.samples(), epoch.get(), *phase, iteration.get())?;
        inputs.mix(&pairs)?;
        targets.mix(&pairs)
    }
}

impl<B> Clone for Mixup<B> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<B> fmt::Debug for Mixup<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mixup")
            .field("mixing", &self.mixing)
            .finish_non_exhaustive()
    }
}
