//! Computes in half precision, with a dynamic scale of the loss.

use super::loss_scale::LossScale;
use crate::fit::{Learner, SkipStep};
use crate::{Fit, Gradients, HalfPrecision, weight};
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, Claim, LocalMut, Record};
use std::fmt;
use std::marker::PhantomData;

/// Lets a learner compute in half precision during a run, with a loss that is scaled so that small gradients do not vanish.
///
/// The learner implements [`HalfPrecision`]; another one is an error of the compiler, and a device that cannot do it fails the run at its
/// begin. At the end of the run the learner computes in full precision again.
///
/// Without `on_train_batch_before_step` nothing would divide the gradients by the scale. So it is a problem of the plan if the learner has a step
/// of its own, or if the loop of a session does not say that it [fires](crate::fit::FitSessionBuilder::fires) this breakpoint.
///
/// The scale follows the rule of `torch.amp.GradScaler`: before each step the gradients are divided by the scale; the step of an optimiser
/// whose gradients are not finite is skipped; after an update with such a step the scale is multiplied by [`backoff`](Self::backoff), and after
/// [`growth_interval`](Self::growth_interval) updates in a row without one by [`growth`](Self::growth). If the trainer accumulates gradients,
/// an update is a group of batches.
///
/// It has the weight [`EARLY`](crate::weight::EARLY), so that [`ClipGradients`](super::ClipGradients) sees the gradients without the scale. The
/// record of an epoch has the scale at its end as `loss_scale`, and the number of updates with a skipped step as `overflows`. A saved run has
/// the scale and these counts.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::MixedPrecision;
/// use callbacks::{BoxError, HalfPrecision};
/// # use callbacks::fit::OptimizerName;
///
/// #[derive(Default)]
/// struct Model {
///     weight: f64,
///     scale: f64,
/// }
/// # #[derive(callbacks::Gradients)]
/// struct Slope(f32);
///
/// impl HalfPrecision for Model {
///     fn set_half_precision(&mut self, is_on: bool) -> Result<(), BoxError> { Ok(()) }
///     fn set_loss_scale(&mut self, scale: f64) -> Result<(), BoxError> { self.scale = scale; Ok(()) }
/// }
///
/// impl Learner for Model {
///     // …
/// #     type Batch = ();
/// #     type Prediction = f64;
///     type Gradients = Slope;
/// #     fn samples(&self, _: &()) -> u64 { 1 }
/// #     fn forward(&mut self, _: &(), _: Phase) -> Result<f64, BoxError> { Ok(self.weight) }
/// #     fn loss(&mut self, weight: &f64, _: &()) -> Result<Loss, BoxError> { Ok(Loss::from((weight - 1.0).powi(2))) }
///     fn backward(&mut self, weight: &f64, _: &(), _: OptimizerName) -> Result<Slope, BoxError> {
///         Ok(Slope((self.scale * 2.0 * (weight - 1.0)) as f32))
///     }
/// #     fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> { self.weight -= rate * f64::from(slope.0); Ok(()) }
/// }
///
/// let mut trainer = Trainer::new(Model::default()).learning_rate(0.5).callback(MixedPrecision::<Model>::new());
/// assert_eq!(trainer.fit(vec![()])?.learner.weight, 1.0);
/// # Ok::<(), PlanError>(())
/// ```
pub struct MixedPrecision<M> {
    scale: LossScale,
    /// Whether the gradients of the update under way are finite so far; `None` without an update.
    is_finite: Option<bool>,
    /// The number of updates of the pass with a skipped step.
    overflows: u64,
    /// Whether the learner may have another scale: a saved run has set the one here, and no handler has had the learner since then.
    is_restored: bool,
    learner: PhantomData<fn() -> M>,
}

impl<M> MixedPrecision<M> {
    /// Begins with the defaults of `torch.amp.GradScaler`: a scale of 65,536, a growth of 2 after 2,000 updates, a backoff of 0.5.
    ///
    /// ```
    /// use callbacks::HalfPrecision;
    /// use callbacks::shelf::MixedPrecision;
    ///
    /// fn precision<M: HalfPrecision>() -> MixedPrecision<M> {
    ///     MixedPrecision::new()
    /// }
    /// ```
    #[expect(
        clippy::new_without_default,
        reason = "the type parameter is written out"
    )]
    pub fn new() -> Self
    where
        M: HalfPrecision,
    {
        Self {
            scale: LossScale::default(),
            is_finite: None,
            overflows: 0,
            is_restored: false,
            learner: PhantomData,
        }
    }

    /// Sets the scale at the begin of a run, a positive number.
    ///
    /// ```
    /// use callbacks::HalfPrecision;
    /// use callbacks::shelf::MixedPrecision;
    ///
    /// fn precision<M: HalfPrecision>() -> MixedPrecision<M> {
    ///     MixedPrecision::new().initial_scale(1024.0)
    /// }
    /// ```
    pub fn initial_scale(mut self, scale: f64) -> Self {
        self.scale.initial = scale;
        self
    }

    /// Sets the factor by which the scale grows, above 1.
    ///
    /// ```
    /// use callbacks::HalfPrecision;
    /// use callbacks::shelf::MixedPrecision;
    ///
    /// fn precision<M: HalfPrecision>() -> MixedPrecision<M> {
    ///     MixedPrecision::new().growth(4.0)
    /// }
    /// ```
    pub fn growth(mut self, factor: f64) -> Self {
        self.scale.growth = factor;
        self
    }

    /// Sets the factor by which the scale shrinks after gradients that are not finite, between 0 and 1.
    ///
    /// ```
    /// use callbacks::HalfPrecision;
    /// use callbacks::shelf::MixedPrecision;
    ///
    /// fn precision<M: HalfPrecision>() -> MixedPrecision<M> {
    ///     MixedPrecision::new().backoff(0.25)
    /// }
    /// ```
    pub fn backoff(mut self, factor: f64) -> Self {
        self.scale.backoff = factor;
        self
    }

    /// Sets the number of updates in a row with finite gradients after which the scale grows, at least 1.
    ///
    /// ```
    /// use callbacks::HalfPrecision;
    /// use callbacks::shelf::MixedPrecision;
    ///
    /// fn precision<M: HalfPrecision>() -> MixedPrecision<M> {
    ///     MixedPrecision::new().growth_interval(500)
    /// }
    /// ```
    pub fn growth_interval(mut self, updates: u64) -> Self {
        self.scale.interval = updates;
        self
    }

    /// Returns the scale of the loss.
    ///
    /// ```
    /// use callbacks::HalfPrecision;
    /// use callbacks::shelf::MixedPrecision;
    ///
    /// fn begins_with<M: HalfPrecision>() -> f64 {
    ///     MixedPrecision::<M>::new().scale() // 65,536
    /// }
    /// ```
    pub fn scale(&self) -> f64 {
        self.scale.get()
    }

    /// Changes the scale after an update, if there was one.
    fn end_update(&mut self, learner: &mut M) -> Result<(), BoxError>
    where
        M: HalfPrecision,
    {
        let Some(is_finite) = self.is_finite.take() else {
            return Ok(());
        };
        self.overflows = self.overflows.saturating_add(u64::from(!is_finite));
        self.scale.update(is_finite);
        learner.set_loss_scale(self.scale.get())
    }

    /// Sets the scale that a saved run has had, before the learner uses it.
    fn set_restored_scale(&mut self, learner: &mut M) -> Result<(), BoxError>
    where
        M: HalfPrecision,
    {
        if std::mem::take(&mut self.is_restored) {
            learner.set_loss_scale(self.scale.get())?;
        }
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.scale.persist(fields);
        fields.field("update_is_finite", &mut self.is_finite);
        fields.field("overflows", &mut self.overflows);
        self.is_restored |= fields.is_loading();
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let LossScale {
            initial,
            growth,
            backoff,
            interval,
            ..
        } = self.scale;
        let is_scale = initial.is_finite() && initial > 0.0;
        let shrinks = backoff > 0.0 && backoff < 1.0;
        let grows = growth > 1.0 && growth.is_finite();
        info.needs(Fit::on_train_batch_before_step)
            .claims(Claim::new("scales the loss", "attach one"))
            .produces("loss_scale")
            .produces("overflows")
            .valid_if(
                is_scale,
                "initial_scale",
                initial,
                "give one that is positive and finite",
            )
            .valid_if(grows, "growth", growth, "give one above 1")
            .valid_if(shrinks, "backoff", backoff, "give one between 0 and 1")
            .valid_if(interval > 0, "growth_interval", interval, "give 1 or more")
    }
}

#[callback(Fit, register = false, ready_made, weight = weight::EARLY, declare = Self::declare, persist = Self::persist)]
impl<M> MixedPrecision<M>
where
    M: Learner + HalfPrecision,
    M::Gradients: Gradients,
{
    fn on_enter(&mut self, mut learner: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.scale.reset();
        self.is_finite = None;
        self.is_restored = false;
        learner.set_half_precision(true)?;
        learner.set_loss_scale(self.scale.get())
    }

    fn on_train_begin(&mut self) {
        self.overflows = 0;
    }

    fn on_train_batch_begin(&mut self, mut learner: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.set_restored_scale(&mut learner)
    }

    fn on_train_batch_before_backward(
        &mut self,
        mut learner: LocalMut<'_, M>,
    ) -> Result<(), BoxError> {
        self.set_restored_scale(&mut learner)
    }

    fn on_train_batch_before_step(
        &mut self,
        mut gradients: LocalMut<'_, M::Gradients>,
        skip: &mut SkipStep,
    ) -> Result<(), BoxError> {
        gradients.scale(self.scale.get().recip())?;
        let is_finite = gradients.is_finite()?;
        if !is_finite {
            skip.skip();
        }
        self.is_finite = Some(is_finite && self.is_finite.unwrap_or(true));
        Ok(())
    }

    fn on_train_batch_end(&mut self, mut learner: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.end_update(&mut learner)
    }

    fn on_train_end(
        &mut self,
        mut learner: LocalMut<'_, M>,
        record: &mut Record,
    ) -> Result<(), BoxError> {
        // The update of a group whose last batch was left comes after the end of that batch.
        self.end_update(&mut learner)?;
        record.set("loss_scale", self.scale.get());
        record.set("overflows", self.overflows);
        Ok(())
    }

    fn on_exit(&mut self, mut learner: LocalMut<'_, M>) -> Result<(), BoxError> {
        // Each of the two is set back, even if the other cannot.
        let unscaled = learner.set_loss_scale(1.0);
        learner.set_half_precision(false).and(unscaled)
    }
}

impl<M> fmt::Debug for MixedPrecision<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MixedPrecision")
            .field("scale", &self.scale)
            .finish_non_exhaustive()
    }
}
