//! A classifier of digits that computes in half precision, with a scaled loss. Run it with `cargo run --release --example half_precision`.
//!
//! The weights are `f32`. What passes through the layer and the gradients are rounded to 16 bits, as an accelerator does: a magnitude above
//! 65,504 is infinite, and one below 3 · 10⁻⁸ is 0. `MixedPrecision` begins with a scale that is too large, skips the steps whose gradients
//! overflow, and halves the scale until they fit.
#![allow(
    unreachable_pub,
    reason = "`pub` in this module means: for each example with digits"
)]

#[path = "digits/data.rs"]
mod data;

use callbacks::HalfPrecision;
use callbacks::fit::OptimizerName;
use callbacks::metrics::{Accuracy, Metric};
use callbacks::prelude::*;
use callbacks::shelf::{Measure, MixedPrecision, PrintRounds};
use data::{Batch, CLASSES, Digits, PIXELS};
use ndarray::{Array1, Array2, ArrayView2, Axis};

const SEED: u64 = 7;

/// One layer with a softmax, whose computations can be rounded to half precision.
struct Classifier {
    weights: Array2<f32>,
    biases: Array1<f32>,
    is_half: bool,
    loss_scale: f32,
}

/// For each image a score for each digit.
struct Scores(Array2<f32>);

/// The derivatives of the loss, times its scale.
#[derive(callbacks::Gradients)]
struct Slopes {
    weights: Array2<f32>,
    biases: Array1<f32>,
}

fn main() -> Result<(), BoxError> {
    let digits = Digits::load(SEED)?;
    let precision = MixedPrecision::<Classifier>::new()
        .initial_scale(f64::from(1_u32 << 26))
        .growth_interval(200);
    let accuracy = |accuracy: &mut Accuracy, scores: &Scores, batch: &Batch| {
        accuracy.update(&scores.0, &batch.labels)
    };
    let mut trainer = Trainer::new(Classifier::new())
        .epochs(20)
        .learning_rate(0.2)
        .valid(digits.valid(100))
        .callback(precision)
        .callback(Measure::new("accuracy", Accuracy::new(), accuracy))
        .callback(PrintRounds::new().show(["valid_accuracy", "loss_scale", "overflows"]));
    let fitted = trainer.fit(digits.train(32, SEED))?;
    println!("{}", fitted.outcome);
    let overflows: f64 = fitted.history.of("overflows").map(|(_, count)| count).sum();
    println!("steps that were skipped: {overflows}");
    fitted.outcome.ok()?;

    let tested = trainer.evaluate(digits.test(100))?;
    tested.outcome.ok()?;
    let accuracy = tested.record.get("valid_accuracy");
    println!("test accuracy: {:.3}", accuracy.ok_or("no accuracy")?);
    Ok(())
}

impl HalfPrecision for Classifier {
    fn set_half_precision(&mut self, is_on: bool) -> Result<(), BoxError> {
        self.is_half = is_on;
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "a scale is a power of 2")]
    fn set_loss_scale(&mut self, scale: f64) -> Result<(), BoxError> {
        self.loss_scale = scale as f32;
        Ok(())
    }
}

impl Learner for Classifier {
    type Batch = Batch;
    type Prediction = Scores;
    type Gradients = Slopes;

    fn samples(&self, batch: &Batch) -> u64 {
        batch.labels.len() as u64
    }

    fn forward(&mut self, batch: &Batch, _: Phase) -> Result<Scores, BoxError> {
        let weights = self.rounded(self.weights.clone());
        let scores = images(batch)?.dot(&weights) + &self.biases;
        Ok(Scores(self.rounded(scores)))
    }

    fn loss(&mut self, scores: &Scores, batch: &Batch) -> Result<Loss, BoxError> {
        let shares = softmax(&scores.0);
        let right = shares.outer_iter().zip(&batch.labels);
        let losses = right.map(|(row, label)| -f64::from(row[usize::from(*label)]).ln());
        let count = u32::try_from(batch.labels.len())?;
        Ok(Loss::from(losses.sum::<f64>() / f64::from(count)))
    }

    fn backward(
        &mut self,
        scores: &Scores,
        batch: &Batch,
        _: OptimizerName,
    ) -> Result<Slopes, BoxError> {
        let mut slopes = softmax(&scores.0);
        for (mut row, label) in slopes.outer_iter_mut().zip(&batch.labels) {
            row[usize::from(*label)] -= 1.0;
        }
        let count = f32::from(u16::try_from(batch.labels.len())?);
        let slopes = self.rounded(slopes * (self.loss_scale / count));
        Ok(Slopes {
            weights: self.rounded(images(batch)?.t().dot(&slopes)),
            biases: self.rounded(slopes.sum_axis(Axis(0))),
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "the weights are f32")]
    fn step(&mut self, slopes: Slopes, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.weights.scaled_add(-rate as f32, &slopes.weights);
        self.biases.scaled_add(-rate as f32, &slopes.biases);
        Ok(())
    }
}

impl Classifier {
    fn new() -> Self {
        Self {
            weights: Array2::zeros((PIXELS, CLASSES)),
            biases: Array1::zeros(CLASSES),
            is_half: false,
            loss_scale: 1.0,
        }
    }

    /// Rounds the values to half precision, while it is on.
    fn rounded<D: ndarray::Dimension>(
        &self,
        mut values: ndarray::Array<f32, D>,
    ) -> ndarray::Array<f32, D> {
        if self.is_half {
            values.mapv_inplace(half);
        }
        values
    }
}

/// Rounds a number to the nearest one with 16 bits: 5 for the exponent and 10 for the fraction.
fn half(x: f32) -> f32 {
    /// Below it, the distance between two numbers is 2⁻²⁴.
    const LEAST_NORMAL: f32 = 1.0 / 16_384.0;
    const STEPS: f32 = 16_777_216.0;
    const MOST: f32 = 65_504.0;
    if !x.is_finite() {
        return x;
    }
    if x.abs() < LEAST_NORMAL {
        return (x * STEPS).round_ties_even() / STEPS;
    }
    // An `f32` has 13 more bits. The last one that stays decides where the middle between two numbers goes.
    let bits = x.to_bits();
    let rounded = f32::from_bits((bits + 0xfff + (bits >> 13 & 1)) & !0x1fff);
    if rounded.abs() > MOST {
        return f32::INFINITY.copysign(x);
    }
    rounded
}

/// The batch as a matrix with a row for each image.
fn images(batch: &Batch) -> Result<ArrayView2<'_, f32>, BoxError> {
    let shape = (batch.labels.len(), PIXELS);
    Ok(ArrayView2::from_shape(shape, &batch.pixels)?)
}

fn softmax(scores: &Array2<f32>) -> Array2<f32> {
    let mut shares = scores.clone();
    for mut row in shares.outer_iter_mut() {
        let most = row.fold(f32::NEG_INFINITY, |most, x| most.max(*x));
        row.mapv_inplace(|x| (x - most).exp().max(f32::MIN_POSITIVE));
        let sum = row.sum();
        row /= sum;
    }
    shares
}
