//! The callbacks of both digits examples.

use super::data::Batch;
use callbacks::BoxError;
use callbacks::prelude::*;
use std::f64::consts::PI;
use std::marker::PhantomData;

/// A prediction from which one can tell which digit each image is taken for.
pub trait Guesses: Send + Sync + 'static {
    /// One digit for each image.
    fn guesses(&self) -> Result<Vec<u8>, BoxError>;
}

/// Adds `valid_accuracy` to the metrics: how many of the validation images are taken for the digit that they show.
pub struct Accuracy<P> {
    right: u32,
    all: u32,
    of: PhantomData<fn() -> P>,
}

impl<P> Default for Accuracy<P> {
    fn default() -> Self {
        Self {
            right: 0,
            all: 0,
            of: PhantomData,
        }
    }
}

// Generic, and therefore nothing that a registry could make. It is lighter than what prints the metrics.
#[callback(weight = -10, register = false)]
impl<P: Guesses> Accuracy<P> {
    fn on_valid_begin(&mut self) {
        (self.right, self.all) = (0, 0);
    }

    fn on_valid_batch_after_pred(&mut self, batch: &Batch, prediction: &P) -> Result<(), BoxError> {
        for (guess, label) in prediction.guesses()?.iter().zip(&batch.labels) {
            self.right += u32::from(guess == label);
            self.all += 1;
        }
        Ok(())
    }

    fn on_valid_end(&self, record: &mut Record) {
        record.set(
            "valid_accuracy",
            f64::from(self.right) / f64::from(self.all),
        );
    }
}

/// Lets the learning rate fall along half a cosine, from where it begins to nothing.
pub struct CosineDecay;

#[callback]
impl CosineDecay {
    fn on_epoch_begin(&self, epoch: &Epoch, epochs: &Epochs, rate: &mut LearningRate) {
        let done = (epoch.as_f64() - 1.0) / Epoch::new(epochs.max).as_f64();
        rate.set(rate.initial() * 0.5 * (1.0 + (PI * done).cos()));
    }
}

/// Prints a line for each epoch. The plan discovers it.
#[derive(Default)]
pub struct PrintEpochs;

#[callback(weight = 10)]
impl PrintEpochs {
    fn on_epoch_end(&self, epoch: &Epoch, epochs: &Epochs, record: &Record, rate: &LearningRate) {
        println!("epoch {epoch:>2}/{}  {record:.4}  lr {rate:.5}", epochs.max);
    }
}
