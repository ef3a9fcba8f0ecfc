//! A learner and data with random generators, and a log of what a fit did with them.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::BoxError;
use callbacks::fit::{Batches, Learner, Loss, OptimizerName, Phase};
use callbacks::persist::Fields;
use std::sync::{Arc, Mutex};

/// One call of the learner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Call {
    /// What the learner has drawn, and the batch.
    Forward(u64, u64),
    /// The batch whose gradients are applied, and the optimiser.
    Step(f64, &'static str),
}

pub(crate) type Log = Arc<Mutex<Vec<Call>>>;

pub(crate) fn take(log: &Log) -> Vec<Call> {
    std::mem::take(&mut *log.lock().unwrap())
}

/// Draws a number at each batch.
pub(crate) struct Dice {
    pub(crate) weight: f64,
    generator: u64,
    optimizers: &'static [&'static str],
    log: Log,
}

pub(crate) struct Batch(u64);

pub(crate) struct Thrown;

#[derive(callbacks::Gradients)]
pub(crate) struct Slope(f64);

impl Dice {
    pub(crate) fn new(log: &Log) -> Self {
        Self::with_optimizers(&["main"], log)
    }

    pub(crate) fn with_optimizers(optimizers: &'static [&'static str], log: &Log) -> Self {
        Self {
            weight: 0.0,
            generator: 11,
            optimizers,
            log: Arc::clone(log),
        }
    }

    fn note(&self, call: Call) {
        self.log.lock().unwrap().push(call);
    }
}

/// Returns the next number of a generator, none of which comes twice in a test.
fn draw(generator: &mut u64) -> u64 {
    *generator = *generator * 5 % 7919;
    *generator
}

impl Learner for Dice {
    type Batch = Batch;
    type Prediction = Thrown;
    type Gradients = Slope;

    fn samples(&self, _: &Batch) -> u64 {
        1
    }

    fn forward(&mut self, batch: &Batch, _: Phase) -> Result<Thrown, BoxError> {
        let drawn = draw(&mut self.generator);
        self.note(Call::Forward(drawn, batch.0));
        Ok(Thrown)
    }

    fn loss(&mut self, _: &Thrown, _: &Batch) -> Result<Loss, BoxError> {
        Ok(self.weight.into())
    }

    fn backward(&mut self, _: &Thrown, batch: &Batch, _: OptimizerName) -> Result<Slope, BoxError> {
        Ok(Slope(f64::from(u32::try_from(batch.0)?)))
    }

    fn step(&mut self, slope: Slope, rate: f64, of: OptimizerName) -> Result<(), BoxError> {
        self.note(Call::Step(slope.0, of.0));
        self.weight += rate * slope.0;
        Ok(())
    }

    fn optimizers(&self) -> &'static [&'static str] {
        self.optimizers
    }

    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("parameters", &mut self.weight);
        fields.field("generator", &mut self.generator);
    }
}

/// Draws three batches for each pass. The generator goes on from one pass to the next.
pub(crate) struct Draws(pub(crate) u64);

impl Batches<Batch> for Draws {
    fn batches(&mut self, _: u64) -> Box<dyn Iterator<Item = Result<Batch, BoxError>> + '_> {
        Box::new((0..3).map(|_| Ok(Batch(draw(&mut self.0)))))
    }

    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("generator", &mut self.0);
    }
}
