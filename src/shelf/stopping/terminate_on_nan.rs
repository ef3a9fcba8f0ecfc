//! Stops a fit before a loss, gradients or parameters that are not finite spoil more.

use crate::fit::{Fit, Iteration, Loss, SkipStep};
use crate::model::{Gradients, Parameters};
use crate::weight;
use callback_macros::callback;
use callback_runtime::{BoxError, Flow, Local, Record, Rounds};
use std::fmt;
use std::marker::PhantomData;

/// Stops a fit at the first training batch whose loss is NaN or infinite, before the update of that batch. It is the `TerminateOnNaN` of
/// Keras.
///
/// It reads the loss of each batch, which waits for a device that computes it. In a session it looks at the end of a batch.
/// [`gradients`](Self::gradients) and [`parameters`](Self::parameters) watch more. [`InvalidLossStopping`](super::InvalidLossStopping) watches
/// a number of each round, with patience, in every loop.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::TerminateOnNan;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).callback(TerminateOnNan::new());
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]), Points(vec![(1.0, f64::NAN)])])?;
/// assert_eq!(fitted.outcome.stopped().map(Stop::reason), Some("the loss of batch 2 is NaN"));
/// assert!(fitted.learner.slope.is_finite());
/// # Ok::<(), PlanError>(())
/// ```
///
/// If the stop is refused, as before the last of the [`min_epochs`](crate::fit::Trainer::min_epochs), the fit goes on without that update:
///
/// ```
/// # use callbacks::prelude::*;
/// # use callbacks::shelf::TerminateOnNan;
/// # use doc_models::{Line, Points};
/// let mut trainer = Trainer::new(Line::default()).min_epochs(2).epochs(2).callback(TerminateOnNan::new());
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]), Points(vec![(1.0, f64::NAN)])])?;
/// assert!(fitted.learner.slope.is_finite());
/// # assert!(!fitted.outcome.refused().is_empty());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TerminateOnNan;

impl TerminateOnNan {
    /// Watches the loss of each training batch.
    pub const fn new() -> Self {
        Self
    }

    /// Watches the gradients of each training batch, before the update. `G` is the [`Gradients`](crate::fit::Learner::Gradients) of the
    /// learner.
    ///
    /// It does not look at the gradients of a step that another callback has [skipped](SkipStep): those that
    /// [`MixedPrecision`](crate::shelf::MixedPrecision) has found to overflow its scale, or
    /// [`ClipGradients::skip_not_finite`](crate::shelf::ClipGradients::skip_not_finite) not to be finite. Both run before it. Otherwise it skips
    /// the step and stops the fit, so that no update follows if the stop is refused, and [`WeightDecay`](crate::shelf::WeightDecay) shrinks
    /// nothing.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::TerminateOnNan;
    /// # use doc_models::{Line, Points, Slope};
    ///
    /// let mut trainer = Trainer::new(Line::default()).callback(TerminateOnNan::gradients::<Slope>());
    /// let fitted = trainer.fit(vec![Points(vec![(f64::INFINITY, 0.0)])])?;
    /// let stop = fitted.outcome.stopped().unwrap();
    /// assert_eq!(stop.reason(), "the gradients of batch 1 are not finite: NaN in `0`");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub const fn gradients<G: Gradients>() -> TerminateOnNanGradients<G> {
        TerminateOnNanGradients(PhantomData)
    }

    /// Watches the parameters of `M` at the end of each round, in every loop with [`Rounds`].
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::TerminateOnNan;
    /// # use doc_models::{Line, Points};
    ///
    /// let mut trainer = Trainer::new(Line::default()).epochs(9).callback(TerminateOnNan::parameters::<Line>());
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, f64::INFINITY)])])?;
    /// let stop = fitted.outcome.stopped().unwrap();
    /// assert_eq!(stop.reason(), "the parameters are not finite after epoch 1: inf in `slope`");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub const fn parameters<M: Parameters>() -> TerminateOnNanParameters<M> {
        TerminateOnNanParameters(PhantomData)
    }

    fn look(loss: &Loss, iteration: Iteration) -> Flow {
        let value = loss.value();
        // A loss that could not be read fails the run, and says why.
        if value.is_finite() || loss.error().is_some() {
            return Flow::Continue;
        }
        Flow::stop(format!("the loss of batch {iteration} is {value}"))
    }
}

#[callback(Fit, register = false, ready_made, weight = weight::STOPPERS)]
impl TerminateOnNan {
    fn on_train_batch_after_loss(&self, loss: &Loss, iteration: &Iteration) -> Flow {
        Self::look(loss, *iteration)
    }

    /// The update is skipped also where a rule of the plan has refused the stop.
    fn on_train_batch_before_step(&self, loss: &Loss, skip: &mut SkipStep) {
        if !loss.value().is_finite() {
            skip.skip();
        }
    }

    fn on_train_batch_end(&self, loss: Option<&Loss>, iteration: &Iteration) -> Flow {
        loss.map_or(Flow::Continue, |loss| Self::look(loss, *iteration))
    }
}

/// Stops a fit at the first gradients that are not finite. [`TerminateOnNan::gradients`] makes it.
///
/// ```
/// use callbacks::shelf::{TerminateOnNan, TerminateOnNanGradients};
///
/// let stopping: TerminateOnNanGradients<Vec<f64>> = TerminateOnNan::gradients();
/// # drop(stopping);
/// ```
pub struct TerminateOnNanGradients<G>(PhantomData<fn() -> G>);

#[callback(Fit, register = false, ready_made, weight = weight::STOPPERS)]
impl<G: Gradients + 'static> TerminateOnNanGradients<G> {
    fn on_train_batch_before_step(
        &self,
        gradients: Local<'_, G>,
        iteration: &Iteration,
        skip: &mut SkipStep,
    ) -> Result<Flow, BoxError> {
        if skip.is_skipped() || gradients.is_finite()? {
            return Ok(Flow::Continue);
        }
        skip.skip();
        let mut found = Found::default();
        gradients.visit(&mut |name, values| {
            found.look(name, values);
            Ok(())
        })?;
        Ok(Flow::stop(format!(
            "the gradients of batch {iteration} are not finite{found}"
        )))
    }
}

/// Stops a run after the first round whose parameters are not finite. [`TerminateOnNan::parameters`] makes it.
///
/// ```
/// use callbacks::shelf::{TerminateOnNan, TerminateOnNanParameters};
///
/// let stopping: TerminateOnNanParameters<Vec<f64>> = TerminateOnNan::parameters();
/// # drop(stopping);
/// ```
pub struct TerminateOnNanParameters<M>(PhantomData<fn() -> M>);

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS)]
impl<M: Parameters + 'static> TerminateOnNanParameters<M> {
    fn on_round_end(&self, model: Local<'_, M>, record: &Record) -> Result<Flow, BoxError> {
        let mut found = Found::default();
        model.visit(&mut |name, values| {
            found.look(name, values);
            Ok(())
        })?;
        if found.first.is_none() {
            return Ok(Flow::Continue);
        }
        let round = record.round();
        Ok(Flow::stop(format!(
            "the parameters are not finite after {round}{found}"
        )))
    }
}

/// The first element that is not finite, with the name of its tensor.
#[derive(Default)]
struct Found {
    first: Option<(String, f64)>,
}

impl Found {
    fn look(&mut self, name: &str, values: &[f64]) {
        if self.first.is_none() {
            let mut values = values.iter().copied();
            let found = values.find(|value| !value.is_finite());
            self.first = found.map(|value| (name.to_owned(), value));
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.first {
            Some((name, value)) => write!(f, ": {value} in `{name}`"),
            None => Ok(()),
        }
    }
}

impl<G> fmt::Debug for TerminateOnNanGradients<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TerminateOnNanGradients")
    }
}

impl<M> fmt::Debug for TerminateOnNanParameters<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TerminateOnNanParameters")
    }
}
