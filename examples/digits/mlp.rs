//! A classifier of digits: two layers on `ndarray`, trained by gradient descent with momentum.

use super::data::{Batch, CLASSES, PIXELS};
use callbacks::fit::OptimizerName;
use callbacks::persist::Fields;
use callbacks::prelude::*;
use callbacks::{BoxError, Parameters};
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

const HIDDEN: usize = 64;
const MOMENTUM: f32 = 0.9;

/// Two layers with a rectifier in between.
#[derive(callbacks::Parameters)]
pub struct Mlp {
    layers: [Layer; 2],
    /// What the first layer made of the last batch, for the way back.
    #[parameters(skip)]
    hidden: Array2<f32>,
}

#[derive(callbacks::Parameters)]
struct Layer {
    weights: Array2<f32>,
    biases: Array1<f32>,
    /// What momentum remembers of the updates so far.
    #[parameters(skip)]
    velocity: Slopes,
}

/// For each image a score for each digit.
pub struct Logits(pub Array2<f32>);

/// The derivatives of the loss.
#[derive(callbacks::Gradients)]
pub struct Gradients([Slopes; 2]);

#[derive(callbacks::Gradients, callbacks::Parameters)]
struct Slopes {
    weights: Array2<f32>,
    biases: Array1<f32>,
}

impl Mlp {
    /// Random weights, the same for the same seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        Self {
            layers: [
                Layer::new(PIXELS, HIDDEN, &mut rng),
                Layer::new(HIDDEN, CLASSES, &mut rng),
            ],
            hidden: Array2::zeros((0, HIDDEN)),
        }
    }
}

impl Learner for Mlp {
    type Batch = Batch;
    type Prediction = Logits;
    type Gradients = Gradients;

    fn samples(&self, batch: &Batch) -> u64 {
        batch.labels.len() as u64
    }

    fn forward(&mut self, batch: &Batch, _: Phase) -> Result<Logits, BoxError> {
        let [first, second] = &self.layers;
        self.hidden = first.forward(&images(batch)?);
        self.hidden.mapv_inplace(|x| x.max(0.0));
        Ok(Logits(second.forward(&self.hidden.view())))
    }

    fn loss(&mut self, logits: &Logits, batch: &Batch) -> Result<Loss, BoxError> {
        let logs = softmax(&logits.0).mapv(|x| f64::from(x.max(f32::MIN_POSITIVE).ln()));
        let right = logs.outer_iter().zip(&batch.labels);
        let mean = right
            .map(|(row, label)| -row[usize::from(*label)])
            .sum::<f64>()
            / f64::from(u32::try_from(batch.labels.len())?);
        Ok(Loss::from(mean))
    }

    fn backward(
        &mut self,
        logits: &Logits,
        batch: &Batch,
        _: OptimizerName,
    ) -> Result<Gradients, BoxError> {
        // The derivative of the cross-entropy by the scores: probabilities, less one for the right digit.
        let mut slopes = softmax(&logits.0);
        for (mut row, label) in slopes.outer_iter_mut().zip(&batch.labels) {
            row[usize::from(*label)] -= 1.0;
        }
        slopes /= f32::from(u16::try_from(batch.labels.len())?);
        let second = Slopes::of(&self.hidden.view(), &slopes);
        let mut slopes = slopes.dot(&self.layers[1].weights.t());
        Zip::from(&mut slopes)
            .and(&self.hidden)
            .for_each(|slope, hidden| *slope *= f32::from(u8::from(*hidden > 0.0)));
        Ok(Gradients([Slopes::of(&images(batch)?, &slopes), second]))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the weights are f32")]
    fn step(&mut self, gradients: Gradients, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        for (layer, slopes) in self.layers.iter_mut().zip(&gradients.0) {
            layer.update(slopes, rate as f32);
        }
        Ok(())
    }

    // What a checkpoint has of the model.
    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.nested("parameters", |fields| self.persist(fields));
        for (index, layer) in self.layers.iter_mut().enumerate() {
            let name = format!("optimizer.velocity.{index}");
            fields.nested(&name, |fields| layer.velocity.persist(fields));
        }
    }
}

impl Layer {
    fn new(inputs: usize, outputs: usize, rng: &mut fastrand::Rng) -> Self {
        // As wide as keeps the variance of what passes through a rectifier (He et al. 2015, doi:10.1109/ICCV.2015.123).
        let width = (6.0 / f32::from(u16::try_from(inputs).unwrap_or(u16::MAX))).sqrt();
        let weights =
            Array2::from_shape_simple_fn((inputs, outputs), || (2.0 * rng.f32() - 1.0) * width);
        Self {
            velocity: Slopes {
                weights: Array2::zeros((inputs, outputs)),
                biases: Array1::zeros(outputs),
            },
            weights,
            biases: Array1::zeros(outputs),
        }
    }

    fn forward(&self, inputs: &ArrayView2<'_, f32>) -> Array2<f32> {
        inputs.dot(&self.weights) + &self.biases
    }

    fn update(&mut self, slopes: &Slopes, rate: f32) {
        let Self {
            weights,
            biases,
            velocity,
        } = self;
        velocity.weights *= MOMENTUM;
        velocity.weights += &slopes.weights;
        weights.scaled_add(-rate, &velocity.weights);
        velocity.biases *= MOMENTUM;
        velocity.biases += &slopes.biases;
        biases.scaled_add(-rate, &velocity.biases);
    }
}

impl Slopes {
    /// Of a layer, from what went into it and the slopes of what came out.
    fn of(inputs: &ArrayView2<'_, f32>, outputs: &Array2<f32>) -> Self {
        Self {
            weights: inputs.t().dot(outputs),
            biases: outputs.sum_axis(Axis(0)),
        }
    }
}

/// The batch as a matrix with a row for each image.
fn images(batch: &Batch) -> Result<ArrayView2<'_, f32>, BoxError> {
    Ok(ArrayView2::from_shape(
        (batch.labels.len(), PIXELS),
        &batch.pixels,
    )?)
}

fn softmax(scores: &Array2<f32>) -> Array2<f32> {
    let mut shares = scores.clone();
    for mut row in shares.outer_iter_mut() {
        // Less the largest, so that no exponential overflows.
        let most = row.fold(f32::NEG_INFINITY, |most, x| most.max(*x));
        row.mapv_inplace(|x| (x - most).exp());
        let sum = row.sum();
        row /= sum;
    }
    shares
}
