//! A model that a driver drives and a trainer trains.

use super::support::trouble::{Fault, Touchy};
use callbacks::Record;
use callbacks::fit::OptimizerName;
use callbacks::prelude::*;
use std::mem::forget;

/// A model whose values are touchy.
pub(crate) struct Model(pub(crate) Fault);

impl Driven for Model {
    type Samples = Touchy<5>;
    type Update = Touchy<6>;

    fn sample(&mut self) -> Result<Touchy<5>, BoxError> {
        Ok(Touchy::new(self.0))
    }

    fn compute_loss_and_update(
        &mut self,
        _: &Touchy<5>,
        _: &mut Record,
    ) -> Result<Touchy<6>, BoxError> {
        Ok(Touchy::new(self.0))
    }

    fn update_parameters(&mut self, _: &Touchy<6>) -> Result<(), BoxError> {
        Ok(())
    }
}

impl Learner for Model {
    type Batch = Touchy<5>;
    type Prediction = Touchy<6>;
    type Gradients = Touchy<7>;

    fn samples(&self, _: &Touchy<5>) -> u64 {
        1
    }

    fn forward(&mut self, _: &Touchy<5>, _: Phase) -> Result<Touchy<6>, BoxError> {
        Ok(Touchy::new(self.0))
    }

    fn loss(&mut self, _: &Touchy<6>, _: &Touchy<5>) -> Result<Loss, BoxError> {
        Ok(Loss::from(1.0))
    }

    fn backward(
        &mut self,
        _: &Touchy<6>,
        _: &Touchy<5>,
        _: OptimizerName,
    ) -> Result<Touchy<7>, BoxError> {
        Ok(Touchy::new(self.0))
    }

    fn step(&mut self, gradients: Touchy<7>, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        forget(gradients);
        Ok(())
    }
}
