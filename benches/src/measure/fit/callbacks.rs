//! Ten callbacks of the kind people attach. The loop written by hand calls the same functions at the same places.

use super::digits::data::{Batch, CLASSES};
use super::guesses::Guesses;
use callbacks::BoxError;
use callbacks::fit::SampleCount;
use callbacks::prelude::*;
use std::f64::consts::PI;
use std::fmt::Write;
use std::marker::PhantomData;

/// All ten, as a loop written by hand has them.
pub(super) struct Bookkeeping<P> {
    pub(super) decay: Decay,
    pub(super) images: CountImages,
    pub(super) nan: StopAtNan,
    pub(super) mean: RunningMean,
    pub(super) print: PrintLoss,
    pub(super) progress: Progress,
    pub(super) confusion: Confusion<P>,
    pub(super) best: Best,
    pub(super) patience: Patience,
    pub(super) log: LogMetrics,
}

impl<P: Guesses> Bookkeeping<P> {
    /// The same, attached.
    pub(super) fn attach<M: Learner>(self, trainer: Trainer<M>) -> Trainer<M> {
        trainer
            .callback(self.decay)
            .callback(self.images)
            .callback(self.nan)
            .callback(self.mean)
            .callback(self.print)
            .callback(self.progress)
            .callback(self.confusion)
            .callback(self.best)
            .callback(self.patience)
            .callback(self.log)
    }
}

impl<P> Default for Bookkeeping<P> {
    fn default() -> Self {
        Self {
            decay: Decay,
            images: CountImages::default(),
            nan: StopAtNan,
            mean: RunningMean::default(),
            print: PrintLoss::default(),
            progress: Progress::default(),
            confusion: Confusion {
                counts: Default::default(),
                of: PhantomData,
            },
            best: Best::default(),
            patience: Patience::default(),
            log: LogMetrics::default(),
        }
    }
}

/// Lets the learning rate fall along half a cosine.
pub(super) struct Decay;

#[callback(register = false)]
impl Decay {
    pub(super) fn on_epoch_begin(&self, epoch: &Epoch, epochs: &Epochs, rate: &mut LearningRate) {
        let done = (epoch.as_f64() - 1.0) / Epoch::new(epochs.max).as_f64();
        rate.set(rate.initial() * 0.5 * (1.0 + (PI * done).cos()));
    }
}

/// How many images of each digit were shown.
#[derive(Default)]
pub(super) struct CountImages([u64; CLASSES]);

#[callback(register = false)]
impl CountImages {
    pub(super) fn on_train_batch_begin(&mut self, batch: &Batch) {
        for label in &batch.labels {
            if let Some(count) = self.0.get_mut(usize::from(*label)) {
                *count += 1;
            }
        }
    }
}

/// Ends a fit that is lost.
pub(super) struct StopAtNan;

#[callback(register = false)]
impl StopAtNan {
    pub(super) fn on_train_batch_after_loss(&self, loss: &Loss) -> Flow {
        if loss.value().is_finite() {
            Flow::Continue
        } else {
            Flow::stop("the loss is no number")
        }
    }
}

/// A smooth loss.
#[derive(Default)]
pub(super) struct RunningMean(f64);

#[callback(register = false)]
impl RunningMean {
    pub(super) fn on_train_batch_after_loss(&mut self, loss: &Loss) {
        self.0 += 0.1 * (loss.value() - self.0);
    }
}

/// A line for each step.
#[derive(Default)]
pub(super) struct PrintLoss(pub(super) String);

#[callback(register = false)]
impl PrintLoss {
    pub(super) fn on_train_batch_end(&mut self, step: &Step, loss: &Loss) -> Result<(), BoxError> {
        Ok(writeln!(self.0, "step {step}: loss {loss:.4}")?)
    }
}

/// How far the fit is.
#[derive(Default)]
pub(super) struct Progress {
    batch: u64,
    samples: u64,
}

#[callback(register = false)]
impl Progress {
    pub(super) fn on_train_batch_end(&mut self, iteration: &Iteration, samples: &SampleCount) {
        (self.batch, self.samples) = (iteration.get(), samples.get());
    }
}

/// Which digits are taken for which.
pub(super) struct Confusion<P> {
    counts: [[u32; CLASSES]; CLASSES],
    of: PhantomData<fn() -> P>,
}

#[callback(register = false)]
impl<P: Guesses> Confusion<P> {
    pub(super) fn on_valid_begin(&mut self) {
        self.counts = Default::default();
    }

    pub(super) fn on_valid_batch_after_pred(
        &mut self,
        batch: &Batch,
        prediction: &P,
    ) -> Result<(), BoxError> {
        for (guess, label) in prediction.guesses()?.iter().zip(&batch.labels) {
            let row = self.counts.get_mut(usize::from(*label));
            if let Some(count) = row.and_then(|row| row.get_mut(usize::from(*guess))) {
                *count += 1;
            }
        }
        Ok(())
    }

    pub(super) fn on_valid_end(&self, record: &mut Record) {
        let all: u32 = self.counts.iter().flatten().sum();
        let right: u32 = self
            .counts
            .iter()
            .enumerate()
            .filter_map(|(at, row)| row.get(at))
            .sum();
        record.set("valid_accuracy", f64::from(right) / f64::from(all));
    }
}

/// The epoch of the lowest loss.
#[derive(Default)]
pub(super) struct Best(Option<(f64, u64)>);

#[callback(register = false)]
impl Best {
    pub(super) fn on_epoch_end(&mut self, epoch: &Epoch, record: &Record) {
        if let Some(loss) = record.get("valid_loss")
            && self.0.is_none_or(|(best, _)| loss < best)
        {
            self.0 = Some((loss, epoch.get()));
        }
    }
}

/// Stops early.
#[derive(Default)]
pub(super) struct Patience {
    best: Option<f64>,
    waited: u32,
}

#[callback(register = false)]
impl Patience {
    pub(super) fn on_epoch_end(&mut self, record: &Record) -> Flow {
        let loss = record.get("valid_loss");
        if self.best.is_none() || loss < self.best {
            (self.best, self.waited) = (loss, 0);
        } else {
            self.waited += 1;
        }
        if self.waited < 1_000 {
            Flow::Continue
        } else {
            Flow::stop("it gets no better")
        }
    }
}

/// A line for each epoch.
#[derive(Default)]
pub(super) struct LogMetrics(pub(super) String);

#[callback(weight = 10, register = false)]
impl LogMetrics {
    pub(super) fn on_epoch_end(
        &mut self,
        epoch: &Epoch,
        record: &Record,
        rate: &LearningRate,
    ) -> Result<(), BoxError> {
        Ok(writeln!(self.0, "{epoch}: {record:.4}  lr {rate:.5}")?)
    }
}
