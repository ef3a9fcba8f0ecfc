//! A logistic regression by hand, with callbacks.

use callbacks::prelude::*;
use callbacks::shelf::{Csv, EarlyStopping, Progress};
use std::error::Error;

pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    /// A number from 0 to 1.
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    pub(crate) w: Vec<f32>,
    pub(crate) b: f32,
}

impl Model {
    pub(crate) fn predict(&self, x: &[f32]) -> f32 {
        let z: f32 = self.w.iter().zip(x).map(|(w, x)| w * x).sum();
        1.0 / (1.0 + (-z - self.b).exp())
    }
}

pub(crate) struct Momentum {
    pub(crate) rate: f32,
    pub(crate) decay: f32,
    pub(crate) velocity: Vec<f32>,
}

impl Momentum {
    pub(crate) fn step(&mut self, model: &mut Model, gradient: &[f32]) {
        let parameters = model.w.iter_mut().chain([&mut model.b]);
        for ((p, v), g) in parameters.zip(&mut self.velocity).zip(gradient) {
            *v = self.decay * *v - self.rate * g;
            *p += *v;
        }
    }
}

pub(crate) type Rows = Vec<(Vec<f32>, f32)>;

pub(crate) fn rows(rng: &mut Rng, count: usize) -> Rows {
    let row = |index| {
        let y = (index % 2) as f32;
        let x = (0..4).map(|_| rng.next() - 0.5 + 0.4 * y).collect();
        (x, y)
    };
    (0..count).map(row).collect()
}

pub(crate) fn cross_entropy(p: f32, y: f32) -> f32 {
    -(y * p.max(1e-7).ln() + (1.0 - y) * (1.0 - p).max(1e-7).ln())
}

pub(crate) fn main() -> Result<Model, Box<dyn Error>> {
    let mut rng = Rng(42);
    let (train, valid) = (rows(&mut rng, 512), rows(&mut rng, 128));
    let mut model = Model { w: vec![0.0; 4], b: 0.0 };
    let mut optimizer = Momentum { rate: 0.05, decay: 0.9, velocity: vec![0.0; 5] };
    let fit = Fit::session(20)
        .every(Period::steps(10), Fit::on_train_batch_end, |step: &Step, loss: &Loss| println!("step {step}: {loss:.4}"))
        .callback(EarlyStopping::minimize("valid_loss").patience(3).min_delta(0.01))
        .callback(Csv::new(std::fs::File::create("log.csv")?))
        .callback(Progress::new())
        .start()?;
    for _ in fit.epochs() {
        for batch in fit.train(train.chunks(32)) {
            let mut gradient = vec![0.0; 5];
            let mut loss = 0.0;
            for (x, y) in batch {
                let p = model.predict(x);
                loss += cross_entropy(p, *y) / batch.len() as f32;
                for (g, x) in gradient.iter_mut().zip(x.iter().chain([&1.0])) {
                    *g += (p - y) * x / batch.len() as f32;
                }
            }
            optimizer.step(&mut model, &gradient);
            fit.loss(loss);
        }
        let losses = valid.iter().map(|(x, y)| cross_entropy(model.predict(x), *y));
        let valid_loss = losses.sum::<f32>() / valid.len() as f32;
        let hits = valid.iter().filter(|(x, y)| (model.predict(x) > 0.5) == (*y > 0.5));
        let accuracy = hits.count() as f32 / valid.len() as f32;
        fit.log("valid_loss", valid_loss);
        fit.log("accuracy", accuracy);
    }
    println!("{}", fit.finish());
    Ok(model)
}
