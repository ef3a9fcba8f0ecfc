//! Callbacks, learner and settings together, and what they are asked to do.

use super::epochs::{fit_epochs, too_early};
use super::pass::Pass;
use super::{
    Batches, Epoch, Epochs, Fit, History, Iteration, Learner, LearningRate, Metrics, OptimizerName,
    Phase, Samples, Step,
};
use super::{expectations, step};
use callback_runtime::{
    At, Break, Callback, Closure, Ctx, Outcome, Plan, PlanError, Registration, Reply, Run, State,
    States,
};
use std::fmt;

/// Callbacks, learner and settings together: runs [`Fit`] to fit, to evaluate and to predict, as often as one likes.
///
/// `Line` is the learner in the example of [`Learner`].
///
/// ```
/// use callbacks::prelude::*;
/// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
///
/// let points = vec![Points(vec![(1.0, 2.0), (2.0, 4.0)])];
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(50)
///     .learning_rate(0.1)
///     .valid(points.clone())
///     .on(Fit::on_epoch_end, |epoch: &Epoch, metrics: &Metrics| println!("{epoch}: {metrics:.4}"));
/// let fitted = trainer.fit(points)?;
/// assert!((fitted.learner.slope - 2.0).abs() < 1e-6);
/// assert!(fitted.outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct Trainer<M: Learner> {
    learner: M,
    plan: Plan<Fit>,
    state: State,
    valid: Option<Box<dyn Batches<M::Batch>>>,
    epochs: Epochs,
    learning_rate: LearningRate,
}

/// What a fit came to.
///
/// ```
/// # use callbacks::prelude::*;
/// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).epochs(3);
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!(fitted.outcome.ok().is_ok());
/// assert_eq!(fitted.history.len(), 3);
/// assert!(fitted.learner.slope > 0.0);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
#[must_use = "a fit that failed says so in its outcome"]
pub struct Fitted<'t, M> {
    /// The learner. It stays the trainer's, so that nothing is lost with an error; [`Trainer::into_learner`] takes it.
    pub learner: &'t mut M,
    /// The metrics of each epoch.
    pub history: History,
    /// How the fit ended.
    pub outcome: Outcome,
}

/// What an evaluation came to.
///
/// ```
/// # use callbacks::prelude::*;
/// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
///
/// let mut trainer = Trainer::new(Line { slope: 1.0 });
/// let evaluated = trainer.evaluate(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!(evaluated.outcome.is_finished());
/// assert_eq!(evaluated.metrics.get("valid_loss"), Some(1.0));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
#[must_use = "an evaluation that failed says so in its outcome"]
pub struct Evaluated {
    /// `valid_loss`, and what callbacks added.
    pub metrics: Metrics,
    /// How the evaluation ended.
    pub outcome: Outcome,
}

/// What a prediction came to.
///
/// ```
/// # use callbacks::prelude::*;
/// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
///
/// let mut trainer = Trainer::new(Line { slope: 3.0 });
/// let predicted = trainer.predict(vec![Points(vec![(1.0, 0.0)]), Points(vec![(2.0, 0.0)])])?;
/// assert!(predicted.outcome.is_finished());
/// assert_eq!(predicted.predictions[1].0, [6.0]);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
#[must_use = "a prediction that failed says so in its outcome"]
pub struct Predicted<P> {
    /// One for each batch that was not left early.
    pub predictions: Vec<P>,
    /// How the prediction ended.
    pub outcome: Outcome,
}

impl<M: Learner> Trainer<M> {
    /// A trainer of a learner: one epoch, a learning rate of 0.01, no callbacks.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// assert_eq!(trainer.learner().slope, 0.0);
    /// assert!(trainer.plan().names().is_empty());
    /// ```
    pub fn new(learner: M) -> Self {
        let mut plan = Plan::new();
        plan.refuse_stops(too_early);
        Self {
            learner,
            plan,
            state: State::new(),
            valid: None,
            epochs: Epochs { min: 0, max: 1 },
            learning_rate: LearningRate::new(0.01),
        }
    }

    /// Fits for so many epochs, unless it is stopped; 1 if nothing is said.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(3);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.history.len(), 3);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn epochs(mut self, max: u64) -> Self {
        self.epochs.max = max;
        self
    }

    /// Refuses stops before so many epochs are complete; the outcome tells of them. An interrupt is not refused.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .epochs(9)
    ///     .min_epochs(3)
    ///     .on(Fit::on_epoch_end, || Flow::stop("good enough"));
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!((fitted.history.len(), fitted.outcome.refused().len()), (3, 2));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn min_epochs(mut self, min: u64) -> Self {
        self.epochs.min = min;
        self
    }

    /// The learning rate that every fit begins with; 0.01 if nothing is said.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).learning_rate(0.25);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = LearningRate::new(rate);
        self
    }

    /// The learning rate that one of several optimisers begins with; an optimiser of which nothing is said begins with that of
    /// [`learning_rate`](Self::learning_rate).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).learning_rate_of("main", 0.25);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate_of(mut self, optimizer: &str, rate: f64) -> Self {
        self.learning_rate.set_of(optimizer, rate);
        self
    }

    /// Validates on these batches in every epoch. Without any, a fit has no validation pass.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).valid(vec![Points(vec![(3.0, 6.0)])]);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!(fitted.history.of("valid_loss").count(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn valid(mut self, batches: impl Batches<M::Batch> + 'static) -> Self {
        self.valid = Some(Box::new(batches));
        self
    }

    /// Attaches a callback that may be sent to another thread. To give it a weight or a name, attach it to the [`plan`](Self::plan).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// #[derive(Default)]
    /// struct Count(u64);
    ///
    /// #[callback(discover = false)]
    /// impl Count {
    ///     fn on_train_batch_end(&mut self) {
    ///         self.0 += 1;
    ///     }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).callback(Count::default());
    /// let outcome = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome;
    /// assert_eq!(trainer.plan().get::<Count>().map(|count| count.0), Some(3));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn callback<C: Callback<Fit> + Send>(mut self, callback: C) -> Self {
        self.plan.add(callback);
        self
    }

    /// Attaches a callback that stays on this thread.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// use std::{cell::Cell, rc::Rc};
    ///
    /// struct Count(Rc<Cell<u64>>);
    ///
    /// #[callback(register = false)]
    /// impl Count {
    ///     fn on_train_batch_end(&self) {
    ///         self.0.set(self.0.get() + 1);
    ///     }
    /// }
    ///
    /// let batches = Rc::new(Cell::new(0));
    /// let mut trainer = Trainer::new(Line::default()).callback_local(Count(batches.clone()));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(batches.get(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn callback_local<C: Callback<Fit>>(mut self, callback: C) -> Self {
        self.plan.add_local(callback);
        self
    }

    /// Runs a closure at a breakpoint. Its parameters are state, with their types written out; see [`Plan::on`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .epochs(9)
    ///     .on(Fit::on_epoch_end, |epoch: &Epoch| if epoch.get() == 2 { Flow::stop("enough") } else { Flow::Continue });
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.history.len(), 2);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn on<A: 'static, K: 'static, F>(mut self, at: At<Fit, A>, closure: F) -> Self
    where
        F: Closure<K>,
        F::Out: Reply<A>,
    {
        self.plan.on(at, closure);
        self
    }

    /// Attaches the callbacks registered for `Fit`; see [`Plan::discover`].
    ///
    /// ```standalone_crate
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// #[derive(Default)]
    /// struct Log;
    ///
    /// #[callback]
    /// impl Log {
    ///     fn on_epoch_end(&self, metrics: &Metrics) {
    ///         println!("{metrics}");
    ///     }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default()).discover();
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(trainer.plan().names(), ["Log"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover(mut self) -> Self {
        self.plan.discover();
        self
    }

    /// Attaches those of the registered callbacks that `keep` keeps; see [`Plan::discover_if`].
    ///
    /// ```standalone_crate
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// #[derive(Default)]
    /// struct Log;
    ///
    /// #[callback]
    /// impl Log {
    ///     fn on_epoch_end(&self, metrics: &Metrics) {
    ///         println!("{metrics}");
    ///     }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default()).discover_if(|one| one.name() != "Log");
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert!(trainer.plan().names().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover_if(mut self, keep: impl Fn(&Registration) -> bool + 'static) -> Self {
        self.plan.discover_if(keep);
        self
    }

    /// Puts a value of one's own into the state, for handlers to ask for. It stays there from one fit to the next.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// struct Run(u32);
    ///
    /// let mut trainer = Trainer::new(Line::default())
    ///     .state(Run(7))
    ///     .on(Fit::on_fit_begin, |run: &Run| println!("run {}", run.0));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state<T: 'static>(mut self, value: T) -> Self {
        self.state.insert(value);
        self
    }

    /// The callbacks, to attach more and to look at.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// trainer.plan().on(Fit::on_epoch_end, || {}).named("last").weight(10.0);
    /// trainer.plan().on(Fit::on_epoch_end, || {}).named("first");
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(trainer.plan().names(), ["first", "last"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn plan(&mut self) -> &mut Plan<Fit> {
        &mut self.plan
    }

    /// The learner, to look at and to change between runs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// trainer.learner().slope = 2.0;
    /// assert_eq!(trainer.evaluate(vec![Points(vec![(1.0, 2.0)])])?.metrics.get("valid_loss"), Some(0.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learner(&mut self) -> &mut M {
        &mut self.learner
    }

    /// The learner, for good.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(99).learning_rate(0.25);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// let line = trainer.into_learner();
    /// assert!((line.slope - 2.0).abs() < 1e-6);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn into_learner(self) -> M {
        self.learner
    }

    /// Fits the learner to the batches. The `Err` is a plan that was wrong before anything ran; how the fit itself ended is in
    /// the outcome.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// let fitted = trainer.fit(|epoch: u64| vec![Points(vec![(epoch as f64, 2.0)])])?;
    /// assert!(fitted.history.iter().all(|(_, metrics)| metrics.get("train_loss") == Some(4.0)));
    ///
    /// trainer.plan().on(Fit::on_epoch_end, |_: &String| {});
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])]).is_err());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn fit(&mut self, mut train: impl Batches<M::Batch>) -> Result<Fitted<'_, M>, PlanError> {
        let epochs = self.epochs;
        let mut valid = self.valid.take();
        let has_valid = valid.is_some();
        let outcome = self.run(
            epochs,
            move |states| expectations::of_fit(states, has_valid),
            |run| fit_epochs::<M>(run, epochs, &mut train, &mut valid),
        );
        self.valid = valid;
        Ok(Fitted {
            outcome: outcome?,
            history: self.take_state(),
            learner: &mut self.learner,
        })
    }

    /// The metrics of the learner on some batches: the validation pass alone. The `Err` is a plan that was wrong before anything
    /// ran.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line { slope: 1.0 });
    /// let test = vec![Points(vec![(1.0, 2.0)]), Points(vec![(1.0, 4.0)])];
    /// assert_eq!(trainer.evaluate(test)?.metrics.get("valid_loss"), Some(5.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn evaluate(
        &mut self,
        mut batches: impl Batches<M::Batch>,
    ) -> Result<Evaluated, PlanError> {
        let outcome = self.run(
            Epochs { min: 0, max: 0 },
            |states| expectations::of_pass(states, Fit::VALID, "this is an evaluation"),
            |run| Pass::<M>::valid().run(run, &mut batches, 0),
        )?;
        Ok(Evaluated {
            metrics: self.take_state(),
            outcome,
        })
    }

    /// The learner's predictions for some batches: the prediction pass alone. The `Err` is a plan that was wrong before anything
    /// ran.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fit/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line { slope: 3.0 });
    /// let predicted = trainer.predict(vec![Points(vec![(1.0, 0.0), (2.0, 0.0)])])?;
    /// assert_eq!(predicted.predictions[0].0, [3.0, 6.0]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn predict(
        &mut self,
        mut batches: impl Batches<M::Batch>,
    ) -> Result<Predicted<M::Prediction>, PlanError> {
        let mut predictions = Vec::new();
        let outcome = self.run(
            Epochs { min: 0, max: 0 },
            |states| expectations::of_pass(states, Fit::PREDICT, "this is a prediction"),
            |run| Pass::<M>::predicting(&mut predictions).run(run, &mut batches, 0),
        )?;
        Ok(Predicted {
            predictions,
            outcome,
        })
    }

    fn run(
        &mut self,
        epochs: Epochs,
        expect: impl FnOnce(&mut States<Fit>),
        body: impl FnOnce(&mut Run<'_, Fit>) -> Result<(), Break>,
    ) -> Result<Outcome, PlanError> {
        self.begin(epochs);
        let Self {
            learner,
            plan,
            state,
            ..
        } = self;
        plan.expect(|states| {
            expectations::of_learner(learner, states);
            expect(states);
        });
        let outcome = state.lend(learner, |ctx: Ctx<'_>| plan.run(ctx, body));
        // A batch that failed has left its values.
        step::clear::<M>(&mut state.ctx());
        outcome
    }

    /// Every run starts clean.
    fn begin(&mut self, epochs: Epochs) {
        let state = &mut self.state;
        state.insert(epochs);
        state.insert(Epoch::default());
        state.insert(Step::default());
        state.insert(Iteration::default());
        state.insert(Samples::default());
        state.insert(Phase::default());
        state.insert(Metrics::default());
        state.insert(History::default());
        let mut rate = self.learning_rate.clone();
        if let [only] = self.learner.optimizers() {
            rate.put_to_work(Some(OptimizerName(only)));
        }
        state.insert(rate);
    }

    fn take_state<T: Default + 'static>(&mut self) -> T {
        self.state.remove().ok().flatten().unwrap_or_default()
    }
}

impl<M: Learner + fmt::Debug> fmt::Debug for Trainer<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("learner", &self.learner)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}
