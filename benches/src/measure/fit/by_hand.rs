//! The fit as one writes it without `callbacks`: loops, with and without the bookkeeping of ten callbacks.

use super::Fed;
use super::callbacks::Bookkeeping;
use super::learned::Seeded;
use callbacks::BoxError;
use callbacks::fit::{OptimizerName, SampleCount};
use callbacks::prelude::*;

const MAIN: OptimizerName = OptimizerName("main");

/// Forward, loss, backward and step, and the mean losses of both passes in each epoch.
pub(super) fn bare<M: Seeded>(
    learner: &mut M,
    fed: &Fed,
    epochs: u64,
) -> Result<Vec<f64>, BoxError> {
    let mut losses = Vec::new();
    for epoch in 1..=epochs {
        let (mut trained, mut validated) = (Mean::default(), Mean::default());
        for batch in (fed.train)(epoch) {
            let logits = learner.forward(&batch, Phase::Train)?;
            let loss = learner.loss(&logits, &batch)?;
            let gradients = learner.backward(&logits, &batch, MAIN)?;
            learner.step(gradients, M::RATE, MAIN)?;
            trained.add(&loss, learner.samples(&batch));
        }
        for batch in (fed.valid)(epoch) {
            let logits = learner.forward(&batch, Phase::Valid)?;
            let loss = learner.loss(&logits, &batch)?;
            validated.add(&loss, learner.samples(&batch));
        }
        losses.extend([trained.get(), validated.get()]);
    }
    Ok(losses)
}

/// A mean over samples.
#[derive(Default)]
struct Mean {
    sum: f64,
    samples: f64,
}

impl Mean {
    #[expect(clippy::cast_precision_loss, reason = "a batch has few samples")]
    fn add(&mut self, loss: &Loss, samples: u64) {
        self.sum += loss.value() * samples as f64;
        self.samples += samples as f64;
    }

    fn get(&self) -> f64 {
        self.sum / self.samples
    }
}

/// The same loop, with calls where the ten callbacks are to be called.
pub(super) struct Bookkept<'f, M: Seeded> {
    learner: &'f mut M,
    fed: &'f Fed,
    books: &'f mut Bookkeeping<M::Prediction>,
    rate: LearningRate,
    step: u64,
    samples: u64,
}

impl<'f, M: Seeded> Bookkept<'f, M> {
    pub(super) fn new(
        learner: &'f mut M,
        fed: &'f Fed,
        books: &'f mut Bookkeeping<M::Prediction>,
    ) -> Self {
        Self {
            learner,
            fed,
            books,
            rate: LearningRate::new(M::RATE),
            step: 0,
            samples: 0,
        }
    }

    pub(super) fn fit(mut self, epochs: u64) -> Result<Vec<f64>, BoxError> {
        let bounds = Epochs {
            min: 0,
            max: epochs,
        };
        let mut losses = Vec::new();
        // Kept from one epoch to the next, as a loop keeps it that cares.
        let mut record = Record::default();
        for epoch in (1..=epochs).map(Epoch::new) {
            self.books
                .decay
                .on_epoch_begin(&epoch, &bounds, &mut self.rate);
            let trained = self.train(epoch)?;
            record.set("train_loss", trained);
            let validated = self.valid(epoch)?;
            record.set("valid_loss", validated);
            self.books.confusion.on_valid_end(&mut record);
            losses.extend([trained, validated]);
            if self.end(epoch, &record)? {
                break;
            }
        }
        Ok(losses)
    }

    fn train(&mut self, epoch: Epoch) -> Result<f64, BoxError> {
        let mut mean = Mean::default();
        for (batch, iteration) in (self.fed.train)(epoch.get()).iter().zip(1..) {
            self.samples += self.learner.samples(batch);
            self.books.images.on_train_batch_begin(batch);
            let logits = self.learner.forward(batch, Phase::Train)?;
            let loss = self.learner.loss(&logits, batch)?;
            self.after_loss(&loss)?;
            let gradients = self.learner.backward(&logits, batch, MAIN)?;
            self.learner.step(gradients, self.rate.get(), MAIN)?;
            self.step += 1;
            self.batch_end(Iteration::new(iteration), &loss)?;
            mean.add(&loss, self.learner.samples(batch));
        }
        Ok(mean.get())
    }

    fn after_loss(&mut self, loss: &Loss) -> Result<(), BoxError> {
        let flow = self.books.nan.on_train_batch_after_loss(loss);
        self.books.mean.on_train_batch_after_loss(loss);
        if goes_on(&flow) {
            Ok(())
        } else {
            Err("the loss is no number".into())
        }
    }

    fn batch_end(&mut self, iteration: Iteration, loss: &Loss) -> Result<(), BoxError> {
        let (step, samples) = (Step::new(self.step), SampleCount::new(self.samples));
        self.books.print.on_train_batch_end(&step, loss)?;
        self.books.progress.on_train_batch_end(&iteration, &samples);
        Ok(())
    }

    fn valid(&mut self, epoch: Epoch) -> Result<f64, BoxError> {
        let mut mean = Mean::default();
        self.books.confusion.on_valid_begin();
        for batch in &(self.fed.valid)(epoch.get()) {
            let logits = self.learner.forward(batch, Phase::Valid)?;
            self.books
                .confusion
                .on_valid_batch_after_pred(batch, &logits)?;
            let loss = self.learner.loss(&logits, batch)?;
            mean.add(&loss, self.learner.samples(batch));
        }
        Ok(mean.get())
    }

    /// Whether the fit ends here.
    fn end(&mut self, epoch: Epoch, record: &Record) -> Result<bool, BoxError> {
        self.books.best.on_epoch_end(&epoch, record);
        let flow = self.books.patience.on_epoch_end(record);
        self.books.log.on_epoch_end(&epoch, record, &self.rate)?;
        Ok(!goes_on(&flow))
    }
}

fn goes_on(flow: &Flow) -> bool {
    matches!(flow, Flow::Continue)
}
