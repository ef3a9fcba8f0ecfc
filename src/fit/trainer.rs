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
/// See [`Learner`] for an example.
pub struct Trainer<M: Learner> {
    learner: M,
    plan: Plan<Fit>,
    state: State,
    valid: Option<Box<dyn Batches<M::Batch>>>,
    epochs: Epochs,
    learning_rate: LearningRate,
}

/// What a fit came to.
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
#[derive(Debug)]
#[must_use = "an evaluation that failed says so in its outcome"]
pub struct Evaluated {
    /// `valid_loss`, and what callbacks added.
    pub metrics: Metrics,
    /// How the evaluation ended.
    pub outcome: Outcome,
}

/// What a prediction came to.
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

    /// Fits for so many epochs, unless it is stopped.
    pub fn epochs(mut self, max: u64) -> Self {
        self.epochs.max = max;
        self
    }

    /// Refuses stops before so many epochs are complete.
    pub fn min_epochs(mut self, min: u64) -> Self {
        self.epochs.min = min;
        self
    }

    /// The learning rate that every fit begins with.
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = LearningRate::new(rate);
        self
    }

    /// The learning rate that one of several optimisers begins with.
    pub fn learning_rate_of(mut self, optimizer: &str, rate: f64) -> Self {
        self.learning_rate.set_of(optimizer, rate);
        self
    }

    /// Validates on these batches in every epoch.
    pub fn valid(mut self, batches: impl Batches<M::Batch> + 'static) -> Self {
        self.valid = Some(Box::new(batches));
        self
    }

    /// Attaches a callback.
    #[track_caller]
    pub fn callback<C: Callback<Fit> + Send>(mut self, callback: C) -> Self {
        self.plan.add(callback);
        self
    }

    /// Attaches a callback that stays on this thread.
    #[track_caller]
    pub fn callback_local<C: Callback<Fit>>(mut self, callback: C) -> Self {
        self.plan.add_local(callback);
        self
    }

    /// Runs a closure at a breakpoint.
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
    #[track_caller]
    pub fn discover(mut self) -> Self {
        self.plan.discover();
        self
    }

    /// Attaches those of the registered callbacks that `keep` keeps; see [`Plan::discover_if`].
    #[track_caller]
    pub fn discover_if(mut self, keep: impl Fn(&Registration) -> bool + 'static) -> Self {
        self.plan.discover_if(keep);
        self
    }

    /// Puts a value of one's own into the state, for handlers to ask for.
    pub fn state<T: 'static>(mut self, value: T) -> Self {
        self.state.insert(value);
        self
    }

    /// The callbacks, to attach more and to look at.
    pub fn plan(&mut self) -> &mut Plan<Fit> {
        &mut self.plan
    }

    /// The learner.
    pub fn learner(&mut self) -> &mut M {
        &mut self.learner
    }

    /// The learner, for good.
    pub fn into_learner(self) -> M {
        self.learner
    }

    /// Fits the learner to the batches. The `Err` is a plan that was wrong before anything ran; how the fit itself ended is in
    /// the outcome.
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

    /// The metrics of the learner on some batches: the validation pass alone.
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

    /// The learner's predictions for some batches.
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
