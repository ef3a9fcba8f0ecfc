//! One pass over a source of batches: training, validation or prediction.

use super::loss::MeanLoss;
use super::step::{self, clear, present};
use super::{Batches, Fit, Iteration, Learner, Loss, Metrics, MicroStep, Phase, Samples, Total};
use callback_runtime::{Break, Local, Run, Scope};

/// A kind of pass: its phase, its scopes, and what is done with a batch.
pub(super) struct Pass<'p, M: Learner> {
    phase: Phase,
    scope: Scope<Fit>,
    batch: Scope<Fit>,
    step: fn(&mut Run<'_, Fit>) -> Result<(), Break>,
    /// What the mean loss is called among the metrics.
    metric: &'static str,
    /// Where predictions are kept.
    keep: Option<&'p mut Vec<M::Prediction>>,
}

impl<'p, M: Learner> Pass<'p, M> {
    pub(super) fn train() -> Self {
        Self {
            phase: Phase::Train,
            scope: Fit::TRAIN,
            batch: Fit::TRAIN_BATCH,
            step: step::train::<M>,
            metric: "train_loss",
            keep: None,
        }
    }

    pub(super) fn valid() -> Self {
        Self {
            phase: Phase::Valid,
            scope: Fit::VALID,
            batch: Fit::VALID_BATCH,
            step: step::valid::<M>,
            metric: "valid_loss",
            keep: None,
        }
    }

    pub(super) fn predicting(keep: &'p mut Vec<M::Prediction>) -> Self {
        Self {
            phase: Phase::Predict,
            scope: Fit::PREDICT,
            batch: Fit::PREDICT_BATCH,
            step: step::predict::<M>,
            metric: "predict_loss",
            keep: Some(keep),
        }
    }

    /// The whole pass, its begin and end included.
    pub(super) fn run(
        mut self,
        run: &mut Run<'_, Fit>,
        batches: &mut (impl Batches<M::Batch> + ?Sized),
        epoch: u64,
    ) -> Result<(), Break> {
        enter(run, self.phase);
        let ended = run.scope(self.scope, |run| {
            let mut mean = MeanLoss::default();
            let passed = self.batches(run, batches, epoch, &mut mean);
            let passed = passed.map_err(|broken| run.note(broken));
            if run.failure().is_some() {
                // Nobody will see the mean; reading it would wait for the device.
                return passed;
            }
            // Also of a pass that was left: its mean is over what it saw.
            let logged = self.log(run, mean);
            passed.and(logged)
        });
        enter(run, Phase::Between);
        ended.map(drop)
    }

    fn batches(
        &mut self,
        run: &mut Run<'_, Fit>,
        batches: &mut (impl Batches<M::Batch> + ?Sized),
        epoch: u64,
        mean: &mut MeanLoss,
    ) -> Result<(), Break> {
        let batches = batches.batches(epoch);
        run.state().insert(total_of(batches.size_hint()));
        for batch in batches {
            let samples = self.begin(run, batch?);
            let ended = run.scope(self.batch, self.step);
            self.end(run, samples, mean);
            ended?;
        }
        Ok(())
    }

    /// Puts a batch into the state; returns how many samples it has.
    fn begin(&self, run: &mut Run<'_, Fit>, batch: M::Batch) -> u64 {
        let mut state = run.state();
        state.insert(batch);
        let counted = state.query::<(Local<'_, M>, Local<'_, M::Batch>)>();
        let samples = counted.map_or(0, |(learner, batch)| learner.samples(&batch));
        if let Some(iteration) = state.get_mut::<Iteration>() {
            iteration.advance(1);
        }
        if self.phase == Phase::Train {
            if let Some(batches) = state.get_mut::<MicroStep>() {
                batches.advance(1);
            }
            if let Some(all) = state.get_mut::<Samples>() {
                all.advance(samples);
            }
        }
        samples
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
            present::<Metrics>(&mut run.state())?.set(self.metric, mean);
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
