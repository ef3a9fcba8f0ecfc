//! Limits gradients, measures their norm, and skips steps whose gradients are not finite.

use super::limit::Limit;
use super::norm_means::NormMeans;
use crate::fit::{OptimizerName, SkipStep};
use crate::{Driver, Fit, Gradients};
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, Claim, LocalMut, Record};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The name of the norm in the record, unless [`ClipGradients::record_as`] sets another.
const DEFAULT_NAME: &str = "grad_norm";

/// Limits the gradients `G` before each step of a fit, and the updates `G` of a driver. It logs their norm before that.
///
/// The type parameter is the [`Learner::Gradients`](crate::fit::Learner::Gradients) of the learner, or the
/// [`Driven::Update`](crate::driver::Driven::Update) of the driven system; it needs the trait [`Gradients`](trait@Gradients). If the trainer
/// accumulates gradients, the mean of a group is limited.
///
/// # What it logs
///
/// From a step to the end of the batch, the [`Record`] has the norm of the step as `grad_norm`. From `on_train_end` on it has the mean over the
/// steps of the epoch under this name, and the largest norm as `grad_norm_max`. With several optimisers these are over the steps of all, and
/// `grad_norm.generator` is the mean of the optimiser `generator`. The record of a driver's step has the norm of its update. A callback that
/// [skips steps](Self::skip_not_finite) logs their number in the epoch as `skipped_steps`; their norms are in no mean.
///
/// Of two such callbacks, one needs [another name](Self::record_as); otherwise the plan has a problem.
///
/// # Where it works
///
/// It limits at `on_train_batch_before_step`. It is a problem of the plan if the learner has a step of its own, or if the loop of a session does not
/// say that it [fires](crate::fit::FitSessionBuilder::fires) this breakpoint.
///
/// # Limits
///
/// The limits are those of `PyTorch`: `clip_grad_norm_` multiplies the gradients by `max_norm / (norm + 10⁻⁶)` if that is less than 1, and
/// `clip_grad_value_` limits each element. Where the norm is not finite `PyTorch` makes zeros and NaNs of all elements, and this callback leaves
/// them as they are.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::ClipGradients;
/// # use doc_models::line::Slope;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).learning_rate(1.0).callback(ClipGradients::<Slope>::by_norm(0.5));
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!((fitted.learner.slope - 0.5).abs() < 1e-6);
/// assert_eq!(fitted.history.of("grad_norm").next().map(|(_, norm)| norm), Some(4.0));
/// # Ok::<(), PlanError>(())
/// ```
pub struct ClipGradients<G> {
    limit: Option<Limit>,
    p: f64,
    skips_not_finite: bool,
    name: Cow<'static, str>,
    means: NormMeans,
    /// The number of steps of the pass that were skipped.
    skipped: u64,
    gradients: PhantomData<fn() -> G>,
}

impl<G> ClipGradients<G> {
    /// Limits the norm over all elements. 0 makes all gradients zero.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ClipGradients;
    /// # use doc_models::line::Slope;
    /// # use doc_models::Line;
    /// let mut trainer = Trainer::new(Line::default()).callback(ClipGradients::<Slope>::by_norm(-1.0));
    /// assert!(trainer.check().unwrap_err().to_string().contains("has a `max_norm` of -1"));
    /// ```
    pub fn by_norm(max_norm: f64) -> Self
    where
        G: Gradients,
    {
        Self::new(Some(Limit::Norm(max_norm)))
    }

    /// Limits each element to `-max_value..=max_value`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ClipGradients;
    /// # use doc_models::line::Slope;
    /// # use doc_models::{Line, Points};
    /// let clip = ClipGradients::<Slope>::by_value(0.5);
    /// let mut trainer = Trainer::new(Line::default()).learning_rate(1.0).callback(clip);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 0.5);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn by_value(max_value: f64) -> Self
    where
        G: Gradients,
    {
        Self::new(Some(Limit::Value(max_value)))
    }

    /// Limits the norm of each tensor on its own, so that one large tensor does not shrink the others.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ClipGradients;
    /// # use doc_models::line::Slope;
    /// # use doc_models::{Line, Points};
    /// let clip = ClipGradients::<Slope>::by_tensor_norm(0.5);
    /// let mut trainer = Trainer::new(Line::default()).learning_rate(1.0).callback(clip);
    /// assert!((trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope - 0.5).abs() < 1e-6);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn by_tensor_norm(max_norm: f64) -> Self
    where
        G: Gradients,
    {
        Self::new(Some(Limit::TensorNorm(max_norm)))
    }

    /// Limits nothing, and logs the norm.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ClipGradients;
    /// # use doc_models::line::Slope;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(ClipGradients::<Slope>::measure());
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]), Points(vec![(1.0, 0.0)])])?;
    /// assert_eq!(fitted.history.of("grad_norm_max").next().map(|(_, norm)| norm), Some(4.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn measure() -> Self
    where
        G: Gradients,
    {
        Self::new(None)
    }

    fn new(limit: Option<Limit>) -> Self {
        Self {
            limit,
            p: 2.0,
            skips_not_finite: false,
            name: Cow::Borrowed(DEFAULT_NAME),
            means: NormMeans::default(),
            skipped: 0,
            gradients: PhantomData,
        }
    }

    /// Sets the `p` of the norm, `(Σ|x|^p)^(1/p)`: a positive number, 2 by default. The largest magnitude for `p = ∞`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ClipGradients;
    /// # use doc_models::line::Slope;
    /// # use doc_models::Line;
    /// let largest = ClipGradients::<Slope>::by_norm(1.0).norm_type(f64::INFINITY);
    /// assert!(Trainer::new(Line::default()).callback(largest).check().is_ok());
    /// ```
    pub fn norm_type(mut self, p: f64) -> Self {
        self.p = p;
        self
    }

    /// Skips the step of an optimiser if an element of its gradients is NaN or infinite, and logs the number of these steps. A driver has no
    /// steps to skip: write [`reject_if`](crate::driver::reject_if) there.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ClipGradients;
    /// # use doc_models::line::Slope;
    /// # use doc_models::{Line, Points};
    /// let clip = ClipGradients::<Slope>::by_norm(1.0).skip_not_finite();
    /// let mut trainer = Trainer::new(Line::default()).callback(clip);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, f64::NAN)]), Points(vec![(1.0, 2.0)])])?;
    /// assert!(fitted.learner.slope > 0.0);
    /// assert_eq!(fitted.history.of("skipped_steps").next().map(|(_, steps)| steps), Some(1.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn skip_not_finite(mut self) -> Self {
        self.skips_not_finite = true;
        self
    }

    /// Sets the name of the norm in the record, `grad_norm` by default. The names of the other values begin with it: `slope_norm_max`,
    /// `slope_norm.generator` and `slope_norm_skipped_steps`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ClipGradients;
    /// # use doc_models::line::Slope;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(ClipGradients::<Slope>::measure().record_as("slope_norm"));
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.history.of("slope_norm").count(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn record_as(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Measures and limits gradients. Returns their norm before that; `None` if the step is to be skipped.
    fn clip(&mut self, gradients: &mut G) -> Result<Option<f64>, BoxError>
    where
        G: Gradients,
    {
        let norm = gradients.norm(self.p)?;
        if self.skips_not_finite && !norm.is_finite() && !gradients.is_finite()? {
            return Ok(None);
        }
        if let Some(limit) = self.limit {
            limit.apply(gradients, norm, self.p)?;
        }
        Ok(Some(norm))
    }

    /// Returns the name of the number of skipped steps in the record.
    fn skipped_name(&self) -> Cow<'static, str> {
        if self.name == DEFAULT_NAME {
            Cow::Borrowed("skipped_steps")
        } else {
            Cow::Owned(format!("{}_skipped_steps", self.name))
        }
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.means.persist(fields);
        fields.field("skipped", &mut self.skipped);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let records = Claim::new(
            format!("records `{}`", self.name),
            "write `.record_as(…)` with another name on one of them",
        );
        let info = info
            .needs(Fit::on_train_batch_before_step)
            .claims(records)
            .produces(self.name.clone())
            .produces(format!("{}_max", self.name))
            .valid_if(self.p > 0.0, "norm_type", self.p, "give a positive one");
        let info = match self.limit.map(Limit::setting) {
            Some((name, limit)) => {
                let remedy = "give one that is not negative";
                info.valid_if(limit >= 0.0, name, limit, remedy)
            }
            None => info,
        };
        if self.skips_not_finite {
            info.produces(self.skipped_name())
        } else {
            info
        }
    }
}

#[callback(Fit, Driver, register = false, ready_made, declare = Self::declare, persist = Self::persist)]
impl<G: Gradients + 'static> ClipGradients<G> {
    fn on_train_begin(&mut self) {
        self.means = NormMeans::default();
        self.skipped = 0;
    }

    fn on_train_batch_before_step(
        &mut self,
        mut gradients: LocalMut<'_, G>,
        optimizer: Option<&OptimizerName>,
        skip: &mut SkipStep,
        record: &mut Record,
    ) -> Result<(), BoxError> {
        if skip.is_skipped() {
            return Ok(());
        }
        if let Some(norm) = self.clip(&mut gradients)? {
            self.means.add(optimizer.copied(), norm);
            record.set(self.name.clone(), norm);
        } else {
            skip.skip();
            self.skipped = self.skipped.saturating_add(1);
        }
        Ok(())
    }

    fn on_train_end(&mut self, record: &mut Record) {
        self.means.record(&self.name, record);
        if self.skips_not_finite {
            record.set(self.skipped_name(), self.skipped);
        }
    }

    fn before_parameter_update(
        &mut self,
        mut update: LocalMut<'_, G>,
        record: &mut Record,
    ) -> Result<(), BoxError> {
        if let Some(norm) = self.clip(&mut update)? {
            record.set(self.name.clone(), norm);
        }
        Ok(())
    }
}

impl<G> fmt::Debug for ClipGradients<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClipGradients")
            .field("limit", &self.limit)
            .field("norm_type", &self.p)
            .finish_non_exhaustive()
    }
}
