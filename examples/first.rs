//! The first program of the README. Run it with `cargo run --features csv,indicatif --example first`.
#![allow(
    clippy::cast_precision_loss,
    reason = "a batch has a handful of points"
)]

use callbacks::fit::OptimizerName;
use callbacks::prelude::*;
use callbacks::shelf::{Csv, EarlyStopping, Progress};

struct Slope(f64); // Of the line `y = slope · x`.
type Points = Vec<(f64, f64)>;

impl Learner for Slope {
    type Batch = Points;
    type Prediction = Vec<f64>; // How much too high the line is at each point.
    type Gradients = f64;

    fn samples(&self, points: &Points) -> u64 {
        points.len() as u64
    }
    fn forward(&mut self, points: &Points, _: Phase) -> Result<Vec<f64>, BoxError> {
        Ok(points.iter().map(|(x, y)| self.0 * x - y).collect())
    }
    fn loss(&mut self, errors: &Vec<f64>, _: &Points) -> Result<Loss, BoxError> {
        let squares = errors.iter().map(|error| error * error);
        Ok(Loss::from(squares.sum::<f64>() / errors.len() as f64))
    }
    fn backward(
        &mut self,
        errors: &Vec<f64>,
        points: &Points,
        _: OptimizerName,
    ) -> Result<f64, BoxError> {
        let slopes = errors
            .iter()
            .zip(points)
            .map(|(error, (x, _))| 2.0 * error * x);
        Ok(slopes.sum::<f64>() / errors.len() as f64)
    }
    fn step(&mut self, gradient: f64, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.0 -= rate * gradient;
        Ok(())
    }
}

fn main() -> Result<(), BoxError> {
    let points: Points = (1..40)
        .map(|n| f64::from(n) / 20.0)
        .map(|x| (x, 2.0 * x + 0.1 * (9.0 * x).sin()))
        .collect();
    let stopping = EarlyStopping::minimize("valid_loss").patience(2);
    let mut trainer = Trainer::new(Slope(0.0))
        .epochs(100)
        .learning_rate(0.1)
        .valid(vec![points[30..].to_vec()])
        .callback(stopping.min_delta(0.001))
        .callback(Csv::to_file("first.csv"))
        .callback(Progress::new());
    let fitted = trainer.fit(vec![points[..15].to_vec(), points[15..30].to_vec()])?;
    println!("the slope is {:.2}", fitted.learner.0);
    fitted.outcome.ok()?;
    Ok(())
}
