//! Schedules and `LrFinder` in a fit that accumulates gradients: they count steps, of several batches each.

use callbacks::fit::{Learner, Loss, OptimizerName, Phase, Trainer};
use callbacks::schedule::Linear;
use callbacks::shelf::{LrFinder, RateSchedule};
use callbacks::{Attach, BoxError};

/// A learner that keeps the rates of its steps; its loss is the batch.
#[derive(Debug, Clone, Default, callbacks::Parameters)]
struct Steps {
    #[parameters(skip)]
    rates: Vec<f64>,
}

struct Predicted(f64);

#[derive(callbacks::Gradients)]
struct Slope(f64);

impl Learner for Steps {
    type Batch = f64;
    type Prediction = Predicted;
    type Gradients = Slope;

    fn samples(&self, _: &f64) -> u64 {
        1
    }

    fn forward(&mut self, batch: &f64, _: Phase) -> Result<Predicted, BoxError> {
        Ok(Predicted(*batch))
    }

    fn loss(&mut self, prediction: &Predicted, _: &f64) -> Result<Loss, BoxError> {
        Ok(Loss::from(prediction.0))
    }

    fn backward(&mut self, _: &Predicted, _: &f64, _: OptimizerName) -> Result<Slope, BoxError> {
        Ok(Slope(0.0))
    }

    fn step(&mut self, _: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.rates.push(rate);
        Ok(())
    }
}

fn trainer() -> Trainer<Steps> {
    let trainer = Trainer::new(Steps::default()).epochs(2).learning_rate(1.0);
    trainer.accumulate(3)
}

fn rates(trainer: Trainer<Steps>) -> Vec<f64> {
    let mut trainer = trainer.callback(RateSchedule::per_step(Linear::new(1.0, 0.0)));
    let outcome = trainer.fit(vec![1.0; 5]).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
    trainer.into_learner().rates
}

#[test]
fn a_schedule_spans_the_steps_and_not_the_batches() {
    assert_eq!(rates(trainer()), [1.0, 0.75, 0.5, 0.25]);
    assert_eq!(rates(trainer().drop_last_group()), [1.0, 0.5]);
}

#[test]
fn a_sweep_has_a_point_for_each_step_with_the_mean_loss_of_its_batches() {
    let mut trainer = trainer();
    let finder = LrFinder::new().range(1.0, 4.0).steps(3).smoothing(0.0);
    let curve = finder
        .find(&mut trainer, vec![1.0, 2.0, 3.0, 4.0, 6.0])
        .unwrap();
    let points: Vec<(f64, f64)> = curve
        .points()
        .iter()
        .map(|point| (point.rate, point.loss))
        .collect();
    assert_eq!(points, [(1.0, 2.0), (2.0, 5.0), (4.0, 2.0)]);
}
