//! The learner of the example with candle: a multi-layer perceptron.

use super::data::{Batch, CLASSES, PIXELS};
use callbacks::candle::{AdamW, Gradients};
use callbacks::fit::OptimizerName;
use callbacks::persist::Fields;
use callbacks::prelude::*;
use callbacks::{BoxError, Parameters};
use candle_core::{Device, Tensor, Var};
use candle_nn::{Linear, Module, loss};

const HIDDEN: usize = 64;

/// Two layers with a rectifier in between, and their optimiser. A trainer gives it the rate of each step.
#[derive(callbacks::Parameters)]
pub struct Mlp {
    #[parameters(skip)]
    layers: [Linear; 2],
    variables: Vec<Var>,
    #[parameters(skip)]
    optimizer: AdamW,
    /// The last loss with its graph, for the way back.
    #[parameters(skip)]
    last_loss: Option<Tensor>,
}

/// For each image a score for each digit.
pub struct Logits(pub Tensor);

impl Mlp {
    pub fn new(seed: u64) -> Result<Self, BoxError> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (first, mut variables) = layer(PIXELS, HIDDEN, &mut rng)?;
        let (second, more) = layer(HIDDEN, CLASSES, &mut rng)?;
        variables.extend(more);
        Ok(Self {
            layers: [first, second],
            optimizer: AdamW::new(variables.clone()),
            variables,
            last_loss: None,
        })
    }
}

/// A layer and its variables. Its weights come from a seeded generator, which candle's on the CPU is not.
fn layer(
    inputs: usize,
    outputs: usize,
    rng: &mut fastrand::Rng,
) -> Result<(Linear, Vec<Var>), BoxError> {
    let width = (6.0 / f32::from(u16::try_from(inputs)?)).sqrt();
    let random: Vec<f32> = (0..inputs * outputs)
        .map(|_| (2.0 * rng.f32() - 1.0) * width)
        .collect();
    let weights = Var::from_vec(random, (outputs, inputs), &Device::Cpu)?;
    let biases = Var::from_vec(vec![0.0_f32; outputs], outputs, &Device::Cpu)?;
    let linear = Linear::new(
        weights.as_tensor().clone(),
        Some(biases.as_tensor().clone()),
    );
    Ok((linear, vec![weights, biases]))
}

impl Learner for Mlp {
    type Batch = Batch;
    type Prediction = Logits;
    type Gradients = Gradients;

    fn samples(&self, batch: &Batch) -> u64 {
        batch.labels.len() as u64
    }

    fn forward(&mut self, batch: &Batch, _: Phase) -> Result<Logits, BoxError> {
        let images = Tensor::from_slice(&batch.pixels, (batch.labels.len(), PIXELS), &Device::Cpu)?;
        let [first, second] = &self.layers;
        Ok(Logits(second.forward(&first.forward(&images)?.relu()?)?))
    }

    fn loss(&mut self, logits: &Logits, batch: &Batch) -> Result<Loss, BoxError> {
        let labels = Tensor::from_slice(&batch.labels, batch.labels.len(), &Device::Cpu)?;
        let loss = loss::cross_entropy(&logits.0, &labels)?;
        let scalar = Loss::from(&loss);
        self.last_loss = Some(loss);
        Ok(scalar)
    }

    fn backward(&mut self, _: &Logits, _: &Batch, _: OptimizerName) -> Result<Gradients, BoxError> {
        let loss = self
            .last_loss
            .take()
            .ok_or("there is no loss to go back from")?;
        Ok(Gradients::new(loss.backward()?, self.variables.clone()))
    }

    fn step(&mut self, gradients: Gradients, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(self.optimizer.step(gradients.store(), rate)?)
    }

    // What a checkpoint has of the model.
    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.nested("parameters", |fields| self.persist(fields));
        fields.nested("optimizer", |fields| self.optimizer.persist(fields));
    }
}
