//! The smallest callback: luz's print callback. Run it with `cargo run --example hello`.

use callbacks::BoxError;
use callbacks::fit::OptimizerName;
use callbacks::prelude::*;

/// Says what happens while it happens.
struct Print {
    greeting: String,
}

#[callback]
impl Print {
    fn on_train_batch_end(&self, iteration: &Iteration, loss: &Loss) {
        println!("  iteration {iteration}: loss {loss:.4}");
    }

    fn on_epoch_end(&mut self, epoch: &Epoch) {
        println!("{}, epoch {epoch} is done", self.greeting);
    }
}

/// Fits `y = slope * x`, so that there is something to watch.
struct Line {
    slope: f64,
}

/// Points of the line that is looked for.
#[derive(Clone)]
struct Points(Vec<(f64, f64)>);

/// How far off each point is.
struct Errors(Vec<f64>);

/// The derivative of the loss by the slope.
struct Slope(f64);

impl Learner for Line {
    type Batch = Points;
    type Prediction = Errors;
    type Gradients = Slope;

    fn samples(&self, batch: &Points) -> u64 {
        batch.0.len() as u64
    }

    fn forward(&mut self, batch: &Points, _: Phase) -> Result<Errors, BoxError> {
        Ok(Errors(
            batch.0.iter().map(|(x, y)| self.slope * x - y).collect(),
        ))
    }

    fn loss(&mut self, errors: &Errors, batch: &Points) -> Result<Loss, BoxError> {
        let squares: f64 = errors.0.iter().map(|error| error.powi(2)).sum();
        Ok(Loss::from(squares / mean_over(batch)))
    }

    fn backward(
        &mut self,
        errors: &Errors,
        batch: &Points,
        _: OptimizerName,
    ) -> Result<Slope, BoxError> {
        let slopes = errors
            .0
            .iter()
            .zip(&batch.0)
            .map(|(error, (x, _))| 2.0 * error * x);
        Ok(Slope(slopes.sum::<f64>() / mean_over(batch)))
    }

    fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.slope -= rate * slope.0;
        Ok(())
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a batch has a handful of points"
)]
fn mean_over(batch: &Points) -> f64 {
    batch.0.len() as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let points = vec![
        Points(vec![(1.0, 2.0), (2.0, 4.0)]),
        Points(vec![(-1.0, -2.0), (3.0, 6.0)]),
    ];
    let mut trainer = Trainer::new(Line { slope: 0.0 })
        .epochs(3)
        .learning_rate(0.05)
        .callback(Print {
            greeting: "hello".into(),
        });
    let fitted = trainer.fit(points)?;
    println!(
        "{}: the slope is {:.3}",
        fitted.outcome, fitted.learner.slope
    );
    fitted.outcome.ok()?;
    Ok(())
}
