//! A learner that keeps the batches it is given, with the phase, and learns nothing.
#![allow(dead_code, reason = "no test uses all of it")]

use super::complaint::complaint;
use callbacks::BoxError;
use callbacks::fit::{Learner, Loss, OptimizerName, Phase, Trainer};

/// A batch and the phase in which it was.
pub(crate) struct Sink<B>(pub(crate) Vec<(Phase, B)>);

pub(crate) struct Nothing;
pub(crate) struct NoGradient;

impl<B: Clone + 'static> Learner for Sink<B> {
    type Batch = B;
    type Prediction = Nothing;
    type Gradients = NoGradient;

    fn samples(&self, _: &B) -> u64 {
        1
    }

    fn forward(&mut self, batch: &B, phase: Phase) -> Result<Nothing, BoxError> {
        self.0.push((phase, batch.clone()));
        Ok(Nothing)
    }

    fn loss(&mut self, _: &Nothing, _: &B) -> Result<Loss, BoxError> {
        Ok(Loss::from(0.0))
    }

    fn backward(&mut self, _: &Nothing, _: &B, _: OptimizerName) -> Result<NoGradient, BoxError> {
        Ok(NoGradient)
    }

    fn step(&mut self, _: NoGradient, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(())
    }
}

pub(crate) fn sink<B: Clone + 'static>() -> Trainer<Sink<B>> {
    Trainer::new(Sink(Vec::new()))
}

/// Fits, and returns the batches of training and those of validation.
pub(crate) fn seen<B: Clone + 'static>(
    trainer: &mut Trainer<Sink<B>>,
    batches: Vec<B>,
) -> (Vec<B>, Vec<B>) {
    let fitted = trainer.fit(batches).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    let batches = std::mem::take(&mut fitted.learner.0);
    let (train, valid): (Vec<_>, Vec<_>) = batches
        .into_iter()
        .partition(|(phase, _)| *phase == Phase::Train);
    let of = |batches: Vec<(Phase, B)>| batches.into_iter().map(|(_, batch)| batch).collect();
    (of(train), of(valid))
}

/// Why a fit failed.
pub(crate) fn failure<B: Clone + 'static>(
    trainer: &mut Trainer<Sink<B>>,
    batches: Vec<B>,
) -> String {
    complaint(trainer.fit(batches))
}
