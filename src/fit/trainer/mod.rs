//! A learner with its callbacks and settings, and its runs.

mod check;
mod dry_run;
mod results;
mod settings;

pub use results::{Evaluated, Fitted, Predicted};

use super::accumulation::{Accumulation, Group};
use super::epochs::fit_epochs;
use super::expectations;
use super::initial_state::insert_initial;
use super::pass::Pass;
use super::step::{Steps, clear_despite_panics};
use super::{Batches, BatchesPerStep, Epochs, Fit, Learner, LearningRate, OptimizerName};
use crate::Attach;
use crate::require::require;
use callback_runtime::persist::SavedRun;
use callback_runtime::{
    Break, Ctx, Explanation, Location, Outcome, Plan, PlanError, Record, Round, Rounds, Run, State,
};
use check::LearnerInfo;
use std::fmt;

/// A learner with its callbacks and settings. It runs [`Fit`] to fit, to evaluate and to predict, any number of times. [`Attach`] has the
/// methods that attach callbacks.
///
/// `Line` is the learner in the example of [`Learner`].
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
///
/// let points = vec![Points(vec![(1.0, 2.0), (2.0, 4.0)])];
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(50)
///     .learning_rate(0.1)
///     .valid(points.clone())
///     .on(Fit::on_epoch_end, |epoch: &Epoch, record: &Record| println!("{epoch}: {record:.4}"));
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
    accumulation: Option<Accumulation<M::Gradients>>,
    drops_last_group: bool,
    created_at: Location,
}

/// What a run does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RunMode {
    Fit,
    Evaluate,
    Predict,
}

impl<M: Learner> Trainer<M> {
    /// Returns the learner, to read or change it between runs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// trainer.learner().slope = 2.0;
    /// assert_eq!(trainer.evaluate(vec![Points(vec![(1.0, 2.0)])])?.record.get("valid_loss"), Some(0.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learner(&mut self) -> &mut M {
        &mut self.learner
    }

    /// Returns the learner, and drops the rest.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(99).learning_rate(0.25);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// let line = trainer.into_learner();
    /// assert!((line.slope - 2.0).abs() < 1e-6);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn into_learner(self) -> M {
        self.learner
    }

    /// Returns a value of the state: one that was put there with [`state`](Self::state), or one of the last run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
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

    /// Fits the learner to the batches. The `Err` has the problems of the plan, found before anything ran; the outcome says how the fit
    /// ended.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// let fitted = trainer.fit(|epoch: u64| vec![Points(vec![(epoch as f64, 2.0)])])?;
    /// assert!(fitted.history.iter().all(|(_, record)| record.get("train_loss") == Some(4.0)));
    ///
    /// trainer.plan().on(Fit::on_epoch_end, |_: &String| {});
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])]).is_err());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn fit(&mut self, mut train: impl Batches<M::Batch>) -> Result<Fitted<'_, M>, PlanError> {
        self.prepare(RunMode::Fit, train.known_len());
        let mut valid = self.valid.take();
        let accumulation = self.accumulation.filter(|each| each.batches > 1);
        let group = accumulation.map(|each| Group::new(each, !self.drops_last_group));
        let steps = Steps::accumulating(group);
        let outcome = self.run(|run| fit_epochs::<M>(run, steps, &mut train, &mut valid));
        self.valid = valid;
        Ok(Fitted {
            outcome: outcome?,
            history: self.take_state(),
            learner: &mut self.learner,
        })
    }

    /// Computes the metrics of the learner on some batches, with the validation pass alone. The `Err` has the problems of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line { slope: 1.0 });
    /// let test = vec![Points(vec![(1.0, 2.0)]), Points(vec![(1.0, 4.0)])];
    /// assert_eq!(trainer.evaluate(test)?.record.get("valid_loss"), Some(5.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn evaluate(
        &mut self,
        mut batches: impl Batches<M::Batch>,
    ) -> Result<Evaluated, PlanError> {
        let saved = self.lend_saved_learner();
        self.prepare(RunMode::Evaluate, batches.known_len());
        let outcome = self.run(|run| {
            require::<Record>(&mut run.state())?.begin(Round::new(Fit::ROUND, 0));
            let pass = Pass::<M>::valid().last();
            pass.run(run, &mut Steps::default(), &mut batches, 0)
        });
        self.keep_saved(saved);
        Ok(Evaluated {
            outcome: outcome?,
            record: self.take_state(),
        })
    }

    /// Computes the predictions of the learner for some batches, with the prediction pass alone. The `Err` has the problems of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
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
        let saved = self.lend_saved_learner();
        self.prepare(RunMode::Predict, batches.known_len());
        let outcome = self.run(|run| {
            let pass = Pass::<M>::predict(&mut predictions);
            pass.run(run, &mut Steps::default(), &mut batches, 0)
        });
        self.keep_saved(saved);
        Ok(Predicted {
            predictions,
            outcome: outcome?,
        })
    }

    /// Checks a fit without running it. The `Err` has all problems of callbacks and settings.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(2).min_epochs(9).learning_rate(f64::NAN);
    /// assert_eq!(trainer.check().unwrap_err().problems().len(), 2);
    /// ```
    pub fn check(&mut self) -> Result<(), PlanError> {
        self.prepare(RunMode::Fit, None);
        let (plan, state, learner) = (&mut self.plan, &mut self.state, &mut self.learner);
        state.lend(learner, |ctx: Ctx<'_>| plan.check(&ctx))
    }

    /// Explains what a fit will do: which handler runs where, in which order and why.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .on(Fit::on_epoch_end, |line: &Line, epoch: &Epoch| println!("{epoch}: {}", line.slope));
    /// let explanation = trainer.explain()?;
    /// println!("{explanation}");
    /// assert_eq!(explanation.rows(Fit::on_epoch_end)[0].reads().len(), 2);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn explain(&mut self) -> Result<Explanation, PlanError> {
        self.prepare(RunMode::Fit, None);
        let (plan, state, learner) = (&mut self.plan, &mut self.state, &mut self.learner);
        state.lend(learner, |ctx: Ctx<'_>| plan.explain(&ctx))
    }

    /// Lets an evaluation or a prediction begin with the learner of the saved run that waits for the next fit, which it returns.
    fn lend_saved_learner(&mut self) -> Option<SavedRun> {
        let saved = self.plan.take_restore()?;
        // Only a fit writes rows, and it continues the files later.
        let learner = saved.clone().state_only("Learner").leave_sinks();
        self.plan.restore(learner);
        Some(saved)
    }

    /// Lets the next fit continue from a saved run.
    fn keep_saved(&mut self, saved: Option<SavedRun>) {
        if let Some(saved) = saved {
            self.plan.restore(saved);
        }
    }

    /// Prepares plan and state for a run over this many batches, if their number is known.
    fn prepare(&mut self, mode: RunMode, batches: Option<u64>) {
        let (info, problems) = match self.learner_info() {
            Ok(info) => {
                let mut problems = self.check_settings(&info, mode, batches);
                problems.extend(self.check_persist());
                (info, problems)
            }
            Err(problem) => (LearnerInfo::default(), vec![problem]),
        };
        self.expect(mode, &info, problems);
        let epochs = match mode {
            RunMode::Fit => self.epochs,
            RunMode::Evaluate | RunMode::Predict => Epochs { min: 0, max: 0 },
        };
        self.reset_state(epochs, &info);
    }

    /// Declares what the run adds to its loop's declaration, and the problems of the settings.
    fn expect(&mut self, mode: RunMode, info: &LearnerInfo, problems: Vec<String>) {
        let (has_valid, created_at) = (self.valid.is_some(), self.created_at);
        let epochs = self.epochs.max;
        self.plan.expect(|availability| {
            expectations::declare_learner::<M>(info.own_step, availability);
            expectations::declare_optimizers(info.optimizers, info.groups, availability);
            match mode {
                RunMode::Fit => expectations::declare_fit(availability, has_valid, epochs),
                RunMode::Evaluate => {
                    let reason = "this is an evaluation";
                    expectations::declare_single_pass(availability, Fit::VALID, reason);
                }
                RunMode::Predict => {
                    let reason = "this is a prediction";
                    expectations::declare_single_pass(availability, Fit::PREDICT, reason);
                }
            }
            for problem in problems {
                availability.problem("the trainer", created_at, problem);
            }
        });
    }

    fn run(
        &mut self,
        body: impl FnOnce(&mut Run<'_, Fit>) -> Result<(), Break>,
    ) -> Result<Outcome, PlanError> {
        let (plan, state, learner) = (&mut self.plan, &mut self.state, &mut self.learner);
        let outcome = state.lend(learner, |ctx: Ctx<'_>| plan.run(ctx, body));
        // A batch that failed leaves its values.
        clear_despite_panics::<M>(&mut state.ctx());
        outcome
    }

    /// Resets the state for a run.
    fn reset_state(&mut self, epochs: Epochs, info: &LearnerInfo) {
        let batches_per_step = self.batches_per_step();
        let state = &mut self.state;
        state.insert(epochs);
        state.insert(batches_per_step);
        insert_initial(state);
        let mut rate = self.learning_rate.at_begin(info.optimizers, info.groups);
        if let [only] = info.optimizers {
            rate.set_active(Some(OptimizerName(only)));
        }
        state.insert(rate);
    }

    fn batches_per_step(&self) -> BatchesPerStep {
        let group = self.accumulation.map_or(1, |each| each.batches);
        let group = BatchesPerStep::new(group);
        if self.drops_last_group {
            group.drop_incomplete()
        } else {
            group
        }
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
