//! Computes metrics in a loop.

mod handlers;
mod parts;
mod throughput;

pub use throughput::Throughput;

use crate::fit::Fit;
use crate::metrics::Metric;
use callback_runtime::{At, BoxError, Rounds};
use std::borrow::Cow;
use std::fmt;

/// Computes a [metric](crate::metrics) in a fit, for each pass, or in another loop with [`Rounds`], for each phase or round. The value is in
/// the [`Record`](callback_runtime::Record), where stoppers and loggers find it. It has the weight [`EARLY`](crate::weight::EARLY).
///
/// In a fit, `Measure::new("accuracy", …)` puts `train_accuracy` and `valid_accuracy` into the record of each epoch, at the ends of the passes.
/// An evaluation is a validation pass, and its record has `valid_accuracy` too. The metric is updated at the end of each batch, with
/// prediction and batch of the learner, which are the types in the closure. It is reset where the next pass begins. The parameters
/// change during a training pass, so that `train_accuracy` is over predictions of different parameters, as `train_loss` is.
///
/// ```
/// use callbacks::metrics::{MeanAbsoluteError, Metric};
/// use callbacks::prelude::*;
/// use callbacks::shelf::{EarlyStopping, Measure};
/// # use doc_models::line::{Heights, Line, Points};
///
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(9)
///     .learning_rate(0.1)
///     .valid(vec![Points(vec![(3.0, 6.0)])])
///     .callback(Measure::new("error", MeanAbsoluteError::new(), |error, heights: &Heights, points: &Points| {
///         error.update(&heights.0, &points.0.iter().map(|(_, y)| *y).collect::<Vec<_>>())
///     }))
///     .callback(EarlyStopping::minimize("valid_error").patience(2));
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0), (2.0, 4.0)])])?;
/// let (_, record) = fitted.history.iter().next().unwrap();
/// assert_eq!(record.get("train_error"), Some(3.0));
/// assert!(record.get("valid_error").is_some());
/// # Ok::<(), PlanError>(())
/// ```
///
/// A sample has the weight 1, unless the closure calls [`update_weighted`](Metric::update_weighted). It can also compute what the metric
/// reads, and update it more than once.
///
/// In a [`FitSession`](crate::fit::FitSession) the loop puts predictions and batches into the state, or updates a metric by itself and logs
/// the value. In another loop, [`at`](Self::at) says where the metric is updated.
///
/// # Several numbers
///
/// A metric with several numbers has parts: `valid_f1.0` of each class, and `valid_confusion.0.1` of a confusion matrix. Stoppers watch them by
/// these names, and `Csv` has a column for each.
///
/// # What is absent
///
/// A pass without samples has no value, and neither has one that is left before its first batch: the record [lacks](callback_runtime::Record::lacking) it, so
/// that stoppers wait and `Csv` leaves the cell empty. A pass that is cut short has a value over the batches before the cut. A batch that is
/// left before its prediction is not counted.
///
/// # Saved runs
///
/// A run that is saved in the middle of a pass has what the metric has summed so far ([`Metric::persist`]). A metric without that function
/// cannot be saved, and [`Run::save`](callback_runtime::Run::save) says so.
///
/// # Errors
///
/// An error of the update, such as a class that the metric does not have, fails the run, unless the callback is attached with
/// [`on_failure`](callback_runtime::Attachment::on_failure). An invalid setting of the metric is a problem of the plan, and so is a
/// prediction that the learner does not have.
pub struct Measure<L, M, A, B = ()> {
    name: Cow<'static, str>,
    metric: M,
    update: Update<M, A, B>,
    at: Vec<At<L>>,
    only: Option<Cow<'static, str>>,
    is_running: bool,
}

/// Updates the metric with one or two values of the state.
enum Update<M, A, B> {
    One(UpdateOne<M, A>),
    Two(UpdateTwo<M, A, B>),
}

type UpdateOne<M, A> = Box<dyn FnMut(&mut M, &A) -> Result<(), BoxError> + Send>;
type UpdateTwo<M, A, B> = Box<dyn FnMut(&mut M, &A, &B) -> Result<(), BoxError> + Send>;

/// The group of all callbacks that measure: whatever their types, their order does not matter.
struct Measures;

impl<M: Metric, P: 'static, B: 'static> Measure<Fit, M, P, B> {
    /// Computes a metric in each training and validation pass of a fit, under this name with `train_` or `valid_` before it.
    ///
    /// `update` gets the metric, the learner's prediction and its batch, once at the end of each batch, also if there are several optimisers.
    /// Their types are those of the closure's parameters.
    ///
    /// ```
    /// use callbacks::metrics::{Accuracy, Metric};
    /// use callbacks::shelf::Measure;
    ///
    /// struct Logits(Vec<[f32; 10]>);
    /// struct Images { labels: Vec<u8> }
    ///
    /// let accuracy = Measure::new("accuracy", Accuracy::new(), |accuracy, logits: &Logits, images: &Images| accuracy.update(&logits.0, &images.labels));
    /// # let _ = accuracy;
    /// ```
    pub fn new<E: Into<BoxError>>(
        name: impl Into<Cow<'static, str>>,
        metric: M,
        mut update: impl FnMut(&mut M, &P, &B) -> Result<(), E> + Send + 'static,
    ) -> Self {
        let update = move |metric: &mut M, prediction: &P, batch: &B| {
            update(metric, prediction, batch).map_err(Into::into)
        };
        Self {
            name: name.into(),
            metric,
            update: Update::Two(Box::new(update)),
            at: vec![Fit::on_train_batch_end, Fit::on_valid_batch_end],
            only: None,
            is_running: false,
        }
    }
}

impl<L: Rounds, M: Metric, A: 'static> Measure<L, M, A> {
    /// Computes a metric in any loop with [`Rounds`]. It is updated at the breakpoint `at`, with a value of the state. If `at` is in a phase of
    /// the loop, the value is computed for each phase and has its name, such as `train_accuracy`. Otherwise it is computed for each round.
    ///
    /// ```
    /// use callbacks::metrics::{Mean, Metric};
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::Measure;
    ///
    /// breakpoints! {
    ///     pub loop Sampling with Step as steps, Draw {
    ///         scope STEP counts Step {
    ///             before_step;
    ///             after_draw;
    ///             after_step completes Step;
    ///         }
    ///     }
    /// }
    ///
    /// struct Draw(f64);
    ///
    /// let mut plan = Plan::<Sampling>::new();
    /// plan.add(Measure::at(Sampling::after_draw, "energy", Mean::new(), |mean, draw: &Draw| mean.push(draw.0, 1.0)));
    /// let mut state = State::new();
    /// state.insert(Draw(0.0));
    /// let outcome = plan.run(&mut state, |run| {
    ///     run.scope(Sampling::STEP, |run| {
    ///         for energy in [1.0, 2.0] {
    ///             run.state().insert(Draw(energy));
    ///             run.fire(Sampling::after_draw)?;
    ///         }
    ///         Ok(())
    ///     })
    ///     .map(drop)
    /// })?;
    /// assert!(outcome.is_finished());
    /// assert_eq!(state.get::<Record>().unwrap().get("energy"), Some(1.5));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn at<E: Into<BoxError>>(
        at: At<L>,
        name: impl Into<Cow<'static, str>>,
        metric: M,
        mut update: impl FnMut(&mut M, &A) -> Result<(), E> + Send + 'static,
    ) -> Self {
        let update = move |metric: &mut M, value: &A| update(metric, value).map_err(Into::into);
        Self {
            name: name.into(),
            metric,
            update: Update::One(Box::new(update)),
            at: vec![at],
            only: None,
            is_running: false,
        }
    }
}

impl<L: Rounds, M: Metric, A, B> Measure<L, M, A, B> {
    /// Updates the metric at another breakpoint, too, such as in another part of the loop.
    ///
    /// ```
    /// use callbacks::metrics::{Mean, Metric};
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::Measure;
    ///
    /// let rate = Measure::at(Fit::on_train_batch_begin, "rate", Mean::new(), |mean, rate: &LearningRate| mean.push(rate.get(), 1.0))
    ///     .also_at(Fit::on_valid_batch_begin);
    /// # let _ = rate;
    /// ```
    pub fn also_at(mut self, at: At<L>) -> Self {
        self.at.push(at);
        self
    }

    /// Measures in one phase alone: `"train"` or `"valid"` in a fit. A phase in which the metric is not updated is a problem of the plan.
    ///
    /// ```
    /// use callbacks::metrics::{Accuracy, Metric};
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::Measure;
    ///
    /// let guesses = |accuracy: &mut Accuracy, guesses: &Vec<u8>, labels: &[u8; 3]| accuracy.update(guesses, labels);
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Measure::new("accuracy", Accuracy::new(), guesses).only("vaild"));
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert_eq!(error.problems()[0].hint(), Some("name one of these phases: train, valid"));
    /// ```
    pub fn only(mut self, phase: impl Into<Cow<'static, str>>) -> Self {
        self.only = Some(phase.into());
        self
    }

    /// Puts the value so far into the record after each update, so that progress bars and handlers of batches see it. For metrics that are
    /// computed fast: a mean or an accuracy, and no area under a curve.
    ///
    /// ```
    /// use callbacks::metrics::{Accuracy, Metric};
    /// use callbacks::shelf::Measure;
    ///
    /// let accuracy = Measure::new("accuracy", Accuracy::new(), |accuracy, guesses: &Vec<u8>, labels: &[u8; 3]| accuracy.update(guesses, labels))
    ///     .running();
    /// # let _ = accuracy;
    /// ```
    pub fn running(mut self) -> Self {
        self.is_running = true;
        self
    }

    /// Returns the metric: its samples are those of the last pass or of the pass under way, for a merge with other ranks or for a value that
    /// the record does not have.
    ///
    /// ```
    /// use callbacks::metrics::{ConfusionMatrix, Metric};
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::Measure;
    /// # use doc_models::line::{Heights, Line, Points};
    ///
    /// type Signs = Measure<Fit, ConfusionMatrix, Heights, Points>;
    ///
    /// let signs: Signs = Measure::new("signs", ConfusionMatrix::new(2), |confusion, heights: &Heights, points: &Points| {
    ///     let signs: Vec<bool> = heights.0.iter().map(|y| *y > 0.0).collect();
    ///     confusion.update(&signs, &points.0.iter().map(|(_, y)| *y > 0.0).collect::<Vec<_>>())
    /// });
    /// let mut trainer = Trainer::new(Line { slope: -1.0 }).callback(signs);
    /// trainer.evaluate(vec![Points(vec![(1.0, 2.0), (-1.0, 2.0)])])?.outcome.ok().unwrap();
    /// let matrix = trainer.plan().get::<Signs>().and_then(|signs| signs.metric().compute()).unwrap();
    /// assert_eq!(matrix.rows(), [[0.0, 0.0], [1.0, 1.0]]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub const fn metric(&self) -> &M {
        &self.metric
    }
}

impl<L, M: fmt::Debug, A, B> fmt::Debug for Measure<L, M, A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measure")
            .field("name", &self.name)
            .field("metric", &self.metric)
            .finish_non_exhaustive()
    }
}
