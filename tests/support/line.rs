//! A learner whose arithmetic can be done in one's head, and which writes down what it is asked to do.

use super::journal::Journal;
use callbacks::BoxError;
use callbacks::fit::{Learner, Loss, OptimizerName, OwnStep, Phase};
use callbacks::persist::Fields;

/// Predicts `weight · x`, whose loss it is too; its gradient is `x`.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) weight: f64,
    pub(crate) optimizers: &'static [&'static str],
    pub(crate) own_step: Option<OwnStep>,
    /// How many samples a batch has.
    pub(crate) samples: fn(&Input) -> u64,
    pub(crate) journal: Journal,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Input(pub(crate) f64);

#[derive(Debug, PartialEq)]
pub(crate) struct Output(pub(crate) f64);

#[derive(Debug, PartialEq, callbacks::Gradients)]
pub(crate) struct Slope(pub(crate) f64);

impl Line {
    pub(crate) fn new(journal: &Journal) -> Self {
        Self {
            weight: 1.0,
            optimizers: &["main"],
            own_step: None,
            samples: |_| 2,
            journal: journal.clone(),
        }
    }
}

/// Batches of these values.
pub(crate) fn inputs<const N: usize>(values: [f64; N]) -> Vec<Input> {
    values.map(Input).to_vec()
}

impl Learner for Line {
    type Batch = Input;
    type Prediction = Output;
    type Gradients = Slope;

    fn samples(&self, batch: &Input) -> u64 {
        (self.samples)(batch)
    }

    fn forward(&mut self, batch: &Input, phase: Phase) -> Result<Output, BoxError> {
        self.journal.note(format!("forward {} in {phase}", batch.0));
        Ok(Output(self.weight * batch.0))
    }

    fn loss(&mut self, prediction: &Output, _: &Input) -> Result<Loss, BoxError> {
        self.journal.note(format!("loss of {}", prediction.0));
        Ok(Loss::from(prediction.0))
    }

    fn backward(
        &mut self,
        _: &Output,
        batch: &Input,
        optimizer: OptimizerName,
    ) -> Result<Slope, BoxError> {
        self.journal.note(format!("backward for {optimizer}"));
        Ok(Slope(batch.0))
    }

    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("parameters", &mut self.weight);
    }

    fn step(
        &mut self,
        gradients: Slope,
        rate: f64,
        optimizer: OptimizerName,
    ) -> Result<(), BoxError> {
        self.journal.note(format!(
            "step of {optimizer} by {rate} along {}",
            gradients.0
        ));
        self.weight -= rate * gradients.0;
        Ok(())
    }

    fn optimizers(&self) -> &'static [&'static str] {
        self.optimizers
    }

    fn own_step(&self) -> Option<OwnStep> {
        self.own_step
    }
}
