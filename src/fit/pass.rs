//! One pass over a source of batches: training, validation or prediction.

use super::loss::MeanLoss;
use super::step::{Steps, clear_batch};
use super::{Batches, Fit, Iteration, Learner, Loss, Phase, Total};
use crate::require::require;
use callback_runtime::{BoxError, Break, Record, Run, Scope};

/// A pass: its phase, its scopes, and what it does with a batch.
pub(super) struct Pass<'p, M: Learner> {
    phase: Phase,
    scope: Scope<Fit>,
    batch_scope: Scope<Fit>,
    step: fn(&mut Steps<M>, &mut Run<'_, Fit>) -> Result<(), Break>,
    /// The name of the mean loss in the record.
    metric: &'static str,
    /// Whether the record of the epoch is complete after this pass.
    is_last: bool,
    /// Whether a handler has left the pass or one of its batches.
    was_left: bool,
    /// The predictions so far, for a pass of prediction.
    predictions: Option<&'p mut Vec<M::Prediction>>,
}

impl<'p, M: Learner> Pass<'p, M> {
    pub(super) fn train() -> Self {
        Self {
            phase: Phase::Train,
            scope: Fit::TRAIN,
            batch_scope: Fit::TRAIN_BATCH,
            step: Steps::train,
            metric: "train_loss",
            is_last: false,
            was_left: false,
            predictions: None,
        }
    }

    pub(super) fn valid() -> Self {
        Self {
            phase: Phase::Valid,
            scope: Fit::VALID,
            batch_scope: Fit::VALID_BATCH,
            step: Steps::valid,
            metric: "valid_loss",
            is_last: false,
            was_left: false,
            predictions: None,
        }
    }

    /// A pass that adds its predictions to `predictions`.
    pub(super) fn predict(predictions: &'p mut Vec<M::Prediction>) -> Self {
        Self {
            phase: Phase::Predict,
            scope: Fit::PREDICT,
            batch_scope: Fit::PREDICT_BATCH,
            step: Steps::predict,
            metric: "predict_loss",
            is_last: false,
            was_left: false,
            predictions: Some(predictions),
        }
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
        set_phase(run, self.phase);
        let ended = run.scope(self.scope, |run| {
            let mut mean = MeanLoss::default();
            let batches = batches.batches(epoch);
            let passed = self.run_batches(run, steps, batches, &mut mean);
            let passed = passed.map_err(|broken| run.note(broken));
            if run.failure().is_some() {
                // No handler will read the mean, and computing it would wait for the device.
                return passed;
            }
            // Also if the pass was left: the mean is over the batches so far.
            let recorded = self.record_mean(run, mean);
            passed.and(recorded)?;
            self.complete_record(run)
        });
        set_phase(run, Phase::Between);
        if ended?.is_none() {
            self.was_left = true;
            self.complete_record(run)?;
        }
        Ok(())
    }

    fn run_batches(
        &mut self,
        run: &mut Run<'_, Fit>,
        steps: &mut Steps<M>,
        batches: Box<dyn Iterator<Item = Result<M::Batch, BoxError>> + '_>,
        mean: &mut MeanLoss,
    ) -> Result<(), Break> {
        run.state().insert(exact_total(batches.size_hint()));
        for batch in batches {
            let samples = steps.begin_batch(run, batch?, self.phase);
            let ended = run.scope(self.batch_scope, |run| (self.step)(steps, run));
            self.end_batch(run, samples, mean);
            self.was_left |= ended?.is_none();
        }
        Ok(())
    }

    /// Collects loss and prediction of a batch, and removes its values from the state.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a batch has fewer than 2^53 samples"
    )]
    fn end_batch(&mut self, run: &mut Run<'_, Fit>, samples: u64, mean: &mut MeanLoss) {
        let mut state = run.state();
        if let Some(loss) = state.get::<Loss>() {
            mean.add(loss.clone(), samples as f64);
        }
        if let (Some(predictions), Ok(Some(prediction))) = (&mut self.predictions, state.remove()) {
            predictions.push(prediction);
        }
        clear_batch::<M>(&mut state);
    }

    fn record_mean(&self, run: &mut Run<'_, Fit>, mean: MeanLoss) -> Result<(), Break> {
        let mean = mean
            .finish()
            .map_err(|error| format!("the loss could not be read: {error}"))?;
        if let Some(mean) = mean {
            require::<Record>(&mut run.state())?.set(self.metric, mean);
        }
        Ok(())
    }

    /// Notes in the record that the pass is made, or that it was left before its first loss.
    fn complete_record(&self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        if self.phase == Phase::Predict {
            return Ok(());
        }
        let mut state = run.state();
        let record = require::<Record>(&mut state)?;
        if self.was_left && record.get(self.metric).is_none() {
            record.lack(self.metric);
        }
        if self.is_last {
            record.complete();
        }
        Ok(())
    }
}

/// Returns the length of a source of batches, if its size hint is exact.
fn exact_total((lower, upper): (usize, Option<usize>)) -> Total {
    let exact = upper.filter(|upper| *upper == lower);
    Total::new(exact.and_then(|total| total.try_into().ok()))
}

fn set_phase(run: &mut Run<'_, Fit>, phase: Phase) {
    let mut state = run.state();
    state.insert(phase);
    state.insert(Iteration::default());
    state.insert(Total::default());
}
