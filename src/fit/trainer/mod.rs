//! Callbacks, learner and settings together, and what they are asked to do.

mod check;
mod results;
mod settings;

pub use results::{Evaluated, Fitted, Predicted};

use super::epochs::fit_epochs;
use super::expectations;
use super::pass::Pass;
use super::step::{Steps, clear_despite_panics};
use super::{
    Batches, Epoch, Epochs, Fit, History, Iteration, Learner, LearningRate, Metrics, MicroStep,
    OptimizerName, Phase, SampleCount, Step, Total,
};
use crate::Attach;
use crate::require::require;
use callback_runtime::{Break, Ctx, Explanation, Location, Outcome, Plan, PlanError, Run, State};
use check::Known;
use std::fmt;

/// Callbacks, learner and settings together: runs [`Fit`] to fit, to evaluate and to predict, as often as one likes.
///
/// `Line` is the learner in the example of [`Learner`].
///
/// ```
/// use callbacks::prelude::*;
/// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
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
    made_at: Location,
}

/// What a trainer is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Errand {
    Fit,
    Evaluate,
    Predict,
}

impl<M: Learner> Trainer<M> {
    /// The learner, to look at and to change between runs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
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
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(99).learning_rate(0.25);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// let line = trainer.into_learner();
    /// assert!((line.slope - 2.0).abs() < 1e-6);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn into_learner(self) -> M {
        self.learner
    }

    /// A value of the state: of one's own, or what the last run left.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// struct Seen(u32);
    ///
    /// let mut trainer = Trainer::new(Line::default())
    ///     .state(Seen(0))
    ///     .on(Fit::on_train_batch_end, |seen: &mut Seen| seen.0 += 1);
    /// trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.ok().unwrap();
    /// assert!(trainer.get::<Seen>().is_some_and(|seen| seen.0 == 1));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.state.get()
    }

    /// Fits the learner to the batches. The `Err` is a plan that was wrong before anything ran; how the fit itself ended is in
    /// the outcome.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// let fitted = trainer.fit(|epoch: u64| vec![Points(vec![(epoch as f64, 2.0)])])?;
    /// assert!(fitted.history.iter().all(|(_, metrics)| metrics.get("train_loss") == Some(4.0)));
    ///
    /// trainer.plan().on(Fit::on_epoch_end, |_: &String| {});
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])]).is_err());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn fit(&mut self, mut train: impl Batches<M::Batch>) -> Result<Fitted<'_, M>, PlanError> {
        self.prepare(Errand::Fit);
        let mut valid = self.valid.take();
        let outcome = self.run(|run| fit_epochs::<M>(run, &mut train, &mut valid));
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
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line { slope: 1.0 });
    /// let test = vec![Points(vec![(1.0, 2.0)]), Points(vec![(1.0, 4.0)])];
    /// assert_eq!(trainer.evaluate(test)?.metrics.get("valid_loss"), Some(5.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn evaluate(
        &mut self,
        mut batches: impl Batches<M::Batch>,
    ) -> Result<Evaluated, PlanError> {
        self.prepare(Errand::Evaluate);
        let outcome = self.run(|run| {
            require::<Metrics>(&mut run.state())?.begin();
            let pass = Pass::<M>::valid().last();
            pass.run(run, &mut Steps::default(), &mut batches, 0)
        })?;
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
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
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
        self.prepare(Errand::Predict);
        let outcome = self.run(|run| {
            Pass::<M>::predicting(&mut predictions).run(run, &mut Steps::default(), &mut batches, 0)
        })?;
        Ok(Predicted {
            predictions,
            outcome,
        })
    }

    /// Checks a fit without running it: all problems of callbacks and settings are reported together.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(2).min_epochs(9).learning_rate(f64::NAN);
    /// assert_eq!(trainer.check().unwrap_err().problems().len(), 2);
    /// ```
    pub fn check(&mut self) -> Result<(), PlanError> {
        self.prepare(Errand::Fit);
        let (plan, state, learner) = (&mut self.plan, &mut self.state, &mut self.learner);
        state.lend(learner, |ctx: Ctx<'_>| plan.check(&ctx))
    }

    /// What a fit will do: which handler runs where, in which order and why.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .on(Fit::on_epoch_end, |line: &Line, epoch: &Epoch| println!("{epoch}: {}", line.slope));
    /// let told = trainer.explain()?;
    /// println!("{told}");
    /// assert_eq!(told.rows(Fit::on_epoch_end)[0].reads().len(), 2);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn explain(&mut self) -> Result<Explanation, PlanError> {
        self.prepare(Errand::Fit);
        let (plan, state, learner) = (&mut self.plan, &mut self.state, &mut self.learner);
        state.lend(learner, |ctx: Ctx<'_>| plan.explain(&ctx))
    }

    /// Says what the coming run will do, and what is wrong with the settings.
    fn prepare(&mut self, errand: Errand) {
        let (known, broken) = match self.known() {
            Ok(known) => (known, None),
            Err(text) => (Known::default(), Some(text)),
        };
        let wrong = broken.map_or_else(|| self.wrong_settings(&known, errand), |text| vec![text]);
        let (has_valid, made_at) = (self.valid.is_some(), self.made_at);
        let epochs = self.epochs.max;
        self.plan.expect(|availability| {
            expectations::of_learner::<M>(known.own_step, availability);
            match errand {
                Errand::Fit => expectations::of_fit(availability, has_valid, epochs),
                Errand::Evaluate => {
                    expectations::of_pass(availability, Fit::VALID, "this is an evaluation");
                }
                Errand::Predict => {
                    expectations::of_pass(availability, Fit::PREDICT, "this is a prediction");
                }
            }
            for text in wrong {
                availability.problem("the trainer", made_at, text);
            }
        });
        let epochs = match errand {
            Errand::Fit => self.epochs,
            Errand::Evaluate | Errand::Predict => Epochs { min: 0, max: 0 },
        };
        self.begin(epochs, known.optimizers);
    }

    fn run(
        &mut self,
        body: impl FnOnce(&mut Run<'_, Fit>) -> Result<(), Break>,
    ) -> Result<Outcome, PlanError> {
        let (plan, state, learner) = (&mut self.plan, &mut self.state, &mut self.learner);
        let outcome = state.lend(learner, |ctx: Ctx<'_>| plan.run(ctx, body));
        // A batch that failed has left its values.
        clear_despite_panics::<M>(&mut state.ctx());
        outcome
    }

    /// Every run starts clean.
    fn begin(&mut self, epochs: Epochs, optimizers: &[&'static str]) {
        let state = &mut self.state;
        state.insert(epochs);
        state.insert(Epoch::default());
        state.insert(Step::default());
        state.insert(Iteration::default());
        state.insert(MicroStep::default());
        state.insert(Total::default());
        state.insert(SampleCount::default());
        state.insert(Phase::default());
        state.insert(Metrics::default());
        state.insert(History::default());
        let mut rate = self.learning_rate.begin();
        if let [only] = optimizers {
            rate.put_to_work(Some(OptimizerName(only)));
        }
        state.insert(rate);
    }

    fn take_state<T: Default + 'static>(&mut self) -> T {
        self.state.remove().ok().flatten().unwrap_or_default()
    }
}

impl<M: Learner> Attach for Trainer<M> {
    type Loop = Fit;

    fn plan(&mut self) -> &mut Plan<Fit> {
        &mut self.plan
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
