//! A learner whose predictions are in its batches, for tests of metrics.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::BoxError;
use callbacks::fit::{Learner, Loss, OptimizerName, OwnStep, Phase};

/// Predicts the scores that the batch has.
#[derive(Default)]
pub(crate) struct Classifier {
    pub(crate) optimizers: Option<&'static [&'static str]>,
    pub(crate) own_step: Option<OwnStep>,
}

/// The scores that the learner is to predict for two classes, and the right classes.
#[derive(Clone, Default, Debug)]
pub(crate) struct Images {
    pub(crate) scores: Vec<[f32; 2]>,
    pub(crate) labels: Vec<u8>,
}

/// The predicted scores.
#[derive(Clone, Default, Debug)]
pub(crate) struct Logits(pub(crate) Vec<[f32; 2]>);

pub(crate) struct Gradients;

impl Images {
    /// A batch with pairs of a predicted class and a right one.
    pub(crate) fn of<const N: usize>(pairs: [(u8, u8); N]) -> Self {
        let score = |(guess, _)| if guess == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
        Self {
            scores: pairs.map(score).to_vec(),
            labels: pairs.map(|(_, label)| label).to_vec(),
        }
    }
}

impl Learner for Classifier {
    type Batch = Images;
    type Prediction = Logits;
    type Gradients = Gradients;

    fn samples(&self, batch: &Images) -> u64 {
        batch.labels.len() as u64
    }

    fn forward(&mut self, batch: &Images, _: Phase) -> Result<Logits, BoxError> {
        Ok(Logits(batch.scores.clone()))
    }

    fn loss(&mut self, _: &Logits, _: &Images) -> Result<Loss, BoxError> {
        Ok(Loss::from(1.0))
    }

    fn backward(
        &mut self,
        _: &Logits,
        _: &Images,
        _: OptimizerName,
    ) -> Result<Gradients, BoxError> {
        Ok(Gradients)
    }

    fn step(&mut self, _: Gradients, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(())
    }

    fn optimizers(&self) -> &'static [&'static str] {
        self.optimizers.unwrap_or(&["main"])
    }

    fn own_step(&self) -> Option<OwnStep> {
        self.own_step
    }
}
