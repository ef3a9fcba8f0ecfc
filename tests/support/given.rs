//! A learner whose gradients are given with the batches, and which keeps the gradients of each step.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::fit::{Learner, Loss, OptimizerName, Phase};
use callbacks::{BoxError, Gradients, HalfPrecision, Parameters};

/// Each optimiser has two tensors of parameters, and steps along the gradients of the batch.
#[derive(Debug, Clone, Parameters)]
pub(crate) struct Given {
    pub(crate) optimizers: Vec<Tensors>,
    #[parameters(skip)]
    pub(crate) names: &'static [&'static str],
    /// The optimiser and the gradients of each step.
    #[parameters(skip)]
    pub(crate) steps: Vec<(&'static str, Vec<f64>)>,
    /// The loss scale, and whether half precision is on.
    #[parameters(skip)]
    pub(crate) precision: (f64, bool),
    /// What the validation has seen of the first parameter.
    #[parameters(skip)]
    pub(crate) validated: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Parameters)]
pub(crate) struct Tensors {
    pub(crate) weights: Vec<f64>,
    pub(crate) biases: Vec<f64>,
}

/// The gradients of the first tensor and of the second one, and the number of samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch(pub(crate) Vec<f64>, pub(crate) Vec<f64>, pub(crate) u64);

pub(crate) struct Prediction;

#[derive(Debug, Clone, PartialEq, Gradients)]
pub(crate) struct Slopes {
    pub(crate) weights: Vec<f64>,
    pub(crate) biases: Vec<f64>,
}

impl Given {
    /// One optimiser, whose tensors have these lengths.
    pub(crate) fn new(weights: usize, biases: usize) -> Self {
        Self::with_optimizers(&["main"], weights, biases)
    }

    pub(crate) fn with_optimizers(
        names: &'static [&'static str],
        weights: usize,
        biases: usize,
    ) -> Self {
        let tensors = Tensors {
            weights: vec![0.0; weights],
            biases: vec![0.0; biases],
        };
        Self {
            optimizers: vec![tensors; names.len()],
            names,
            steps: Vec::new(),
            precision: (1.0, false),
            validated: Vec::new(),
        }
    }

    /// Returns the first parameter.
    pub(crate) fn place(&self) -> f64 {
        self.optimizers[0].weights[0]
    }
}

/// A batch of one sample, whose gradient is one number.
pub(crate) fn one(gradient: f64) -> Batch {
    Batch(vec![gradient], vec![], 1)
}

impl Learner for Given {
    type Batch = Batch;
    type Prediction = Prediction;
    type Gradients = Slopes;

    fn samples(&self, batch: &Batch) -> u64 {
        batch.2
    }

    fn forward(&mut self, _: &Batch, phase: Phase) -> Result<Prediction, BoxError> {
        if phase == Phase::Valid {
            self.validated.push(self.place());
        }
        Ok(Prediction)
    }

    fn loss(&mut self, _: &Prediction, _: &Batch) -> Result<Loss, BoxError> {
        Ok(Loss::from(self.place()))
    }

    fn backward(
        &mut self,
        _: &Prediction,
        batch: &Batch,
        optimizer: OptimizerName,
    ) -> Result<Slopes, BoxError> {
        // The gradients of the second optimiser are ten times those of the first one.
        let index = self.names.iter().position(|name| *name == optimizer.0);
        let factor = self.precision.0 * if index == Some(0) { 1.0 } else { 10.0 };
        let scaled = |values: &[f64]| values.iter().map(|x| x * factor).collect();
        Ok(Slopes {
            weights: scaled(&batch.0),
            biases: scaled(&batch.1),
        })
    }

    fn step(
        &mut self,
        gradients: Slopes,
        rate: f64,
        optimizer: OptimizerName,
    ) -> Result<(), BoxError> {
        let all = gradients.weights.iter().chain(&gradients.biases);
        self.steps.push((optimizer.0, all.copied().collect()));
        let index = self.names.iter().position(|name| *name == optimizer.0);
        let tensors = &mut self.optimizers[index.ok_or("unknown optimiser")?];
        for (weight, slope) in tensors.weights.iter_mut().zip(&gradients.weights) {
            *weight -= rate * slope;
        }
        for (bias, slope) in tensors.biases.iter_mut().zip(&gradients.biases) {
            *bias -= rate * slope;
        }
        Ok(())
    }

    fn optimizers(&self) -> &'static [&'static str] {
        self.names
    }
}

impl HalfPrecision for Given {
    fn set_half_precision(&mut self, is_on: bool) -> Result<(), BoxError> {
        self.precision.1 = is_on;
        Ok(())
    }

    fn set_loss_scale(&mut self, scale: f64) -> Result<(), BoxError> {
        self.precision.0 = scale;
        Ok(())
    }
}
