//! One pass over a source of batches: training, validation or prediction.

use super::accumulation::Group;
use super::loss::MeanLoss;
use super::pass_kind::{PassKind, exact_total, set_phase};
use super::resume::{FitPosition, PassPosition, SourceStates};
use super::step::{Steps, clear_batch};
use super::{Batches, Fit, Iteration, Learner, Loss, Phase};
use crate::require::require;
use callback_runtime::{BoxError, Break, Record, Run};

/// A pass, and what it does with a batch.
pub(super) struct Pass<'p, M: Learner> {
    kind: PassKind,
    step: fn(&mut Steps<M>, &mut Run<'_, Fit>) -> Result<(), Break>,
    /// Whether the record of the epoch is complete after this pass.
    is_last: bool,
    /// Whether a handler has left the pass or one of its batches.
    was_left: bool,
    /// Whether a run can be saved in this pass, and be resumed there.
    is_resumable: bool,
    /// Where a saved run was in this pass.
    resumed: Option<PassPosition>,
    /// What the sources of batches remember where the pass begins, for a saved run.
    sources: SourceStates,
    /// The predictions so far, for a pass of prediction.
    predictions: Option<&'p mut Vec<M::Prediction>>,
}

impl<'p, M: Learner> Pass<'p, M> {
    pub(super) fn train() -> Self {
        Self::new(PassKind::TRAIN, Steps::train)
    }

    pub(super) fn valid() -> Self {
        Self::new(PassKind::VALID, Steps::valid)
    }

    /// A pass that adds its predictions to `predictions`.
    pub(super) fn predict(predictions: &'p mut Vec<M::Prediction>) -> Self {
        Self {
            predictions: Some(predictions),
            ..Self::new(PassKind::PREDICT, Steps::predict)
        }
    }

    fn new(
        kind: PassKind,
        step: fn(&mut Steps<M>, &mut Run<'_, Fit>) -> Result<(), Break>,
    ) -> Self {
        Self {
            kind,
            step,
            is_last: false,
            was_left: false,
            is_resumable: false,
            resumed: None,
            sources: SourceStates::default(),
            predictions: None,
        }
    }

    /// Makes this a pass in which a run can be saved. Continues where a saved run was, if it was in a pass of this kind.
    pub(super) fn resuming(mut self, at: Option<PassPosition>, sources: SourceStates) -> Self {
        self.is_resumable = true;
        self.resumed = at.filter(|at| at.is_in(self.kind));
        self.was_left = self.resumed.is_some_and(|at| at.was_left);
        self.sources = sources;
        self
    }

    /// Makes this the last pass of its epoch.
    pub(super) fn last(mut self) -> Self {
        self.is_last = true;
        self
    }

    /// Runs the whole pass, from start to end.
    pub(super) fn run(
        mut self,
        run: &mut Run<'_, Fit>,
        steps: &mut Steps<M>,
        batches: &mut (impl Batches<M::Batch> + ?Sized),
        epoch: u64,
    ) -> Result<(), Break> {
        set_phase(&mut run.state(), self.kind.phase);
        let ended = run.scope(self.kind.scope, |run| {
            let mut mean = self.resumed.map_or_else(MeanLoss::default, |at| at.mean());
            let batches = batches.batches(epoch);
            let passed = self.run_batches(run, steps, batches, &mut mean);
            let passed = passed.map_err(|broken| run.note(broken));
            if passed.is_ok() {
                self.remark(run, steps);
            }
            if run.failure().is_some() {
                // No handler will read the mean, and computing it would wait for the device.
                return passed;
            }
            // Also if the pass was left: the mean is over the batches so far.
            let recorded = self.record_mean(run, mean);
            passed.and(recorded)?;
            self.complete_record(run)
        });
        set_phase(&mut run.state(), Phase::Between);
        if ended?.is_none() {
            self.was_left = true;
            self.complete_record(run)?;
        }
        Ok(())
    }

    /// Remarks that the data had no batch, or that no group of batches was stepped.
    fn remark(&self, run: &mut Run<'_, Fit>, steps: &mut Steps<M>) {
        let batches = run.state().get().map_or(0, |at: &Iteration| at.get());
        if let Some(text) = self.kind.remark(batches) {
            run.remark(text);
        }
        if self.kind.phase == Phase::Train
            && let Some(text) = steps.group().and_then(|group| group.remark(batches))
        {
            run.remark(text);
        }
    }

    fn run_batches(
        &mut self,
        run: &mut Run<'_, Fit>,
        steps: &mut Steps<M>,
        batches: Box<dyn Iterator<Item = Result<M::Batch, BoxError>> + '_>,
        mean: &mut MeanLoss,
    ) -> Result<(), Break> {
        let mut batches = batches;
        run.state().insert(exact_total(batches.size_hint()));
        if let Some(at) = self.resumed {
            at.skip(&mut run.state(), &mut batches)?;
            // A saved run that was stopped here stops here again.
            self.resume_point(run, mean)?;
        }
        if self.kind.phase == Phase::Train && steps.group().is_some() {
            return self.run_groups(run, steps, batches, mean);
        }
        for batch in batches {
            let samples = steps.begin_batch(run, batch?, self.kind.phase);
            let mut is_whole = false;
            let ended = run.scope(self.kind.batch_scope, |run| {
                (self.step)(steps, run)?;
                is_whole = true;
                Ok(())
            });
            self.end_batch(run, samples, mean);
            self.was_left |= matches!(ended, Ok(None));
            // A stop inside of a batch has cut it short.
            let saved = if is_whole || ended.is_ok() {
                self.resume_point(run, mean)
            } else {
                Ok(())
            };
            ended?;
            saved?;
        }
        Ok(())
    }

    /// Marks the place after a batch as one from which a fit can be resumed.
    fn resume_point(&self, run: &mut Run<'_, Fit>, mean: &mut MeanLoss) -> Result<(), Break> {
        if !self.is_resumable {
            return Ok(());
        }
        run.resume_point_with(|state| {
            let at = PassPosition::of(self.kind, state, mean, self.was_left);
            FitPosition::put(state, Some(at), &self.sources);
        })
    }

    /// Runs the batches of a training pass in groups, with one update for each group.
    fn run_groups(
        &mut self,
        run: &mut Run<'_, Fit>,
        steps: &mut Steps<M>,
        batches: Box<dyn Iterator<Item = Result<M::Batch, BoxError>> + '_>,
        mean: &mut MeanLoss,
    ) -> Result<(), Break> {
        let mut batches = batches.peekable();
        steps.group().map(Group::clear);
        while let Some(batch) = batches.next() {
            let samples = steps.begin_batch(run, batch?, self.kind.phase);
            if let Some(group) = steps.group() {
                let is_last = group.steps_incomplete && batches.peek().is_none();
                group.begin_batch(samples, is_last);
            }
            let mut is_whole = false;
            let ended = run.scope(self.kind.batch_scope, |run| {
                steps.train_in_group(run)?;
                is_whole = true;
                Ok(())
            });
            let was_left = matches!(ended, Ok(None));
            let rest = if was_left {
                steps.step_rest(run)
            } else {
                Ok(())
            };
            self.end_batch(run, samples, mean);
            self.was_left |= was_left;
            // A group under way is not saved: a fit is resumed where it is complete.
            let is_complete = steps.group().is_none_or(|group| group.is_taken());
            let saved = if is_complete && (is_whole || ended.is_ok()) {
                self.resume_point(run, mean)
            } else {
                Ok(())
            };
            ended.and(rest)?;
            saved?;
        }
        Ok(())
    }

    /// Collects loss and prediction of a batch, and removes its values from the state.
    fn end_batch(&mut self, run: &mut Run<'_, Fit>, samples: u64, mean: &mut MeanLoss) {
        let mut state = run.state();
        if let Some(loss) = state.get::<Loss>() {
            mean.add(loss.clone(), samples);
        }
        if let (Some(predictions), Ok(Some(prediction))) = (&mut self.predictions, state.remove()) {
            predictions.push(prediction);
        }
        clear_batch::<M>(&mut state);
    }

    fn record_mean(&self, run: &mut Run<'_, Fit>, mean: MeanLoss) -> Result<(), Break> {
        self.kind.record_mean(&mut run.state(), mean)
    }

    /// Notes in the record that the pass is made, or that it was left before its first loss.
    fn complete_record(&self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        if self.kind.phase == Phase::Predict {
            return Ok(());
        }
        let mut state = run.state();
        if self.was_left {
            self.kind.note_left(&mut state)?;
        }
        if self.is_last {
            require::<Record>(&mut state)?.complete();
        }
        Ok(())
    }
}
