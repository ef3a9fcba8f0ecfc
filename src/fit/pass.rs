//! One pass over a source of batches: training, validation or prediction.

use super::loss::MeanLoss;
use super::step::{Steps, clear};
use super::{Batches, Fit, Iteration, Learner, Loss, Metrics, Phase, Total};
use crate::require::require;
use callback_runtime::{BoxError, Break, Run, Scope};

/// A kind of pass: its phase, its scopes, and what is done with a batch.
pub(super) struct Pass<'p, M: Learner> {
    phase: Phase,
    scope: Scope<Fit>,
    batch: Scope<Fit>,
    step: fn(&mut Steps<M>, &mut Run<'_, Fit>) -> Result<(), Break>,
    /// What the mean loss is called among the metrics.
    metric: &'static str,
    /// The metrics are complete once this pass has been made.
    is_last: bool,
    /// A batch of it was left.
    has_left: bool,
    /// Where predictions are kept.
    keep: Option<&'p mut Vec<M::Prediction>>,
}

impl<'p, M: Learner> Pass<'p, M> {
    pub(super) fn train() -> Self {
        Self {
            phase: Phase::Train,
            scope: Fit::TRAIN,
            batch: Fit::TRAIN_BATCH,
            step: Steps::train,
            metric: "train_loss",
            is_last: false,
            has_left: false,
            keep: None,
        }
    }

    pub(super) fn valid() -> Self {
        Self {
            phase: Phase::Valid,
            scope: Fit::VALID,
            batch: Fit::VALID_BATCH,
            step: Steps::valid,
            metric: "valid_loss",
            is_last: false,
            has_left: false,
            keep: None,
        }
    }

    pub(super) fn predicting(keep: &'p mut Vec<M::Prediction>) -> Self {
        Self {
            phase: Phase::Predict,
            scope: Fit::PREDICT,
            batch: Fit::PREDICT_BATCH,
            step: Steps::predict,
            metric: "predict_loss",
            is_last: false,
            has_left: false,
            keep: Some(keep),
        }
    }

    /// The same pass as the last one of its epoch.
    pub(super) fn last(mut self) -> Self {
        self.is_last = true;
        self
    }

    /// The whole pass, its begin and end included.
    pub(super) fn run(
        mut self,
        run: &mut Run<'_, Fit>,
        steps: &mut Steps<M>,
        batches: &mut (impl Batches<M::Batch> + ?Sized),
        epoch: u64,
    ) -> Result<(), Break> {
        enter(run, self.phase);
        let ended = run.scope(self.scope, |run| {
            let mut mean = MeanLoss::default();
            let batches = batches.batches(epoch);
            let passed = self.batches(run, steps, batches, &mut mean);
            let passed = passed.map_err(|broken| run.note(broken));
            if run.failure().is_some() {
                // Nobody will see the mean; reading it would wait for the device.
                return passed;
            }
            // Also of a pass that was left: its mean is over what it saw.
            let logged = self.log(run, mean);
            passed.and(logged)?;
            self.complete(run)
        });
        enter(run, Phase::Between);
        if ended?.is_none() {
            self.has_left = true;
            self.complete(run)?;
        }
        Ok(())
    }

    fn batches(
        &mut self,
        run: &mut Run<'_, Fit>,
        steps: &mut Steps<M>,
        batches: Box<dyn Iterator<Item = Result<M::Batch, BoxError>> + '_>,
        mean: &mut MeanLoss,
    ) -> Result<(), Break> {
        run.state().insert(total_of(batches.size_hint()));
        for batch in batches {
            let samples = steps.begin(run, batch?, self.phase);
            let ended = run.scope(self.batch, |run| (self.step)(steps, run));
            self.end(run, samples, mean);
            self.has_left |= ended?.is_none();
        }
        Ok(())
    }

    /// Takes what the batch came to out of the state.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a batch has fewer than 2^53 samples"
    )]
    fn end(&mut self, run: &mut Run<'_, Fit>, samples: u64, mean: &mut MeanLoss) {
        let mut state = run.state();
        if let Some(loss) = state.get::<Loss>() {
            mean.add(loss.clone(), samples as f64);
        }
        if let (Some(keep), Ok(Some(prediction))) = (&mut self.keep, state.remove()) {
            keep.push(prediction);
        }
        clear::<M>(&mut state);
    }

    fn log(&self, run: &mut Run<'_, Fit>, mean: MeanLoss) -> Result<(), Break> {
        let mean = mean
            .finish()
            .map_err(|error| format!("the loss could not be read: {error}"))?;
        if let Some(mean) = mean {
            require::<Metrics>(&mut run.state())?.set(self.metric, mean);
        }
        Ok(())
    }

    /// The pass has been made, or was left.
    fn complete(&self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        if self.phase == Phase::Predict {
            return Ok(());
        }
        let mut state = run.state();
        let metrics = require::<Metrics>(&mut state)?;
        if self.has_left && metrics.get(self.metric).is_none() {
            metrics.lack(self.metric);
        }
        if self.is_last {
            metrics.complete();
        }
        Ok(())
    }
}

/// A source that does not say exactly how much there is does not know.
fn total_of((least, most): (usize, Option<usize>)) -> Total {
    let exact = most.filter(|most| *most == least);
    Total::new(exact.and_then(|all| all.try_into().ok()))
}

fn enter(run: &mut Run<'_, Fit>, phase: Phase) {
    let mut state = run.state();
    state.insert(phase);
    state.insert(Iteration::default());
    state.insert(Total::default());
}
