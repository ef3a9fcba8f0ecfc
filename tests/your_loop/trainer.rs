//! The model of the loop, trained by a trainer with the same callbacks.

use super::after::{Model, Momentum, Rng, Rows, cross_entropy, rows};
use callbacks::fit::OwnStep;
use callbacks::prelude::*;
use callbacks::shelf::{Csv, EarlyStopping};
use callbacks::weight;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// A page in memory that the CSV file is written to.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Logistic {
    model: Model,
    optimizer: Momentum,
}

struct Prediction;
struct Gradients;

impl Learner for Logistic {
    type Batch = Rows;
    type Prediction = Prediction;
    type Gradients = Gradients;

    fn samples(&self, _: &Rows) -> u64 {
        1
    }

    fn forward(&mut self, _: &Rows, _: Phase) -> Result<Prediction, BoxError> {
        Ok(Prediction)
    }

    fn loss(&mut self, _: &Prediction, _: &Rows) -> Result<Loss, BoxError> {
        Ok(Loss::from(0.0))
    }

    fn backward(
        &mut self,
        _: &Prediction,
        _: &Rows,
        _: callbacks::fit::OptimizerName,
    ) -> Result<Gradients, BoxError> {
        Ok(Gradients)
    }

    fn step(
        &mut self,
        _: Gradients,
        _: f64,
        _: callbacks::fit::OptimizerName,
    ) -> Result<(), BoxError> {
        Ok(())
    }

    fn own_step(&self) -> Option<OwnStep> {
        Some(OwnStep::new(|mut state| {
            let (mut logistic, batch) = state
                .query::<(LocalMut<'_, Self>, &Rows)>()
                .ok_or("there is no batch")?;
            let loss = logistic.train(batch);
            state.insert(Loss::from(loss));
            Ok(())
        }))
    }
}

impl Logistic {
    fn train(&mut self, batch: &Rows) -> f32 {
        let mut gradient = vec![0.0; 5];
        let mut loss = 0.0;
        for (x, y) in batch {
            let p = self.model.predict(x);
            loss += cross_entropy(p, *y) / batch.len() as f32;
            for (g, x) in gradient.iter_mut().zip(x.iter().chain([&1.0])) {
                *g += (p - y) * x / batch.len() as f32;
            }
        }
        self.optimizer.step(&mut self.model, &gradient);
        loss
    }
}

/// The model, and the CSV file.
pub(crate) fn run() -> (Model, String) {
    let mut rng = Rng(42);
    let (train, valid) = (rows(&mut rng, 512), rows(&mut rng, 128));
    let batches: Vec<Rows> = train.chunks(32).map(<[_]>::to_vec).collect();
    let logistic = Logistic {
        model: Model {
            w: vec![0.0; 4],
            b: 0.0,
        },
        optimizer: Momentum {
            rate: 0.05,
            decay: 0.9,
            velocity: vec![0.0; 5],
        },
    };
    let page = Page::default();
    let validate = move |logistic: &Logistic, record: &mut Record| {
        let model = &logistic.model;
        let losses = valid
            .iter()
            .map(|(x, y)| cross_entropy(model.predict(x), *y));
        record.set("valid_loss", losses.sum::<f32>() / valid.len() as f32);
        let hits = valid
            .iter()
            .filter(|(x, y)| (model.predict(x) > 0.5) == (*y > 0.5));
        record.set("accuracy", hits.count() as f32 / valid.len() as f32);
    };
    let mut trainer = Trainer::new(logistic)
        .epochs(20)
        .plan_with(|plan| {
            plan.on(Fit::on_epoch_end, validate).weight(weight::EARLY);
        })
        .callback(
            EarlyStopping::minimize("valid_loss")
                .patience(3)
                .min_delta(0.01),
        )
        .callback(Csv::new(page.clone()));
    let fitted = trainer.fit(batches).unwrap();
    assert!(fitted.outcome.stopped().is_some(), "{}", fitted.outcome);
    let model = fitted.learner.model.clone();
    let log = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    (model, log)
}
