//! Metrics of arrays of ndarray: the accuracy of a classifier is one line, and arrays are read like slices.

use callbacks::BoxError;
use callbacks::fit::OptimizerName;
use callbacks::metrics::{
    Accuracy, Input, Labels, MeanAbsoluteError, Metric, MultilabelAccuracy, Scores, TopKAccuracy,
    above,
};
use callbacks::prelude::*;
use callbacks::shelf::Measure;
use ndarray::{Array1, Array2, array, s};

/// A learner as that of the example `digits`: its predictions are scores in an array.
struct Mlp;

struct Logits(Array2<f32>);

#[derive(Clone)]
struct Batch {
    pixels: Array2<f32>,
    labels: Vec<u8>,
}

struct Slopes;

impl Learner for Mlp {
    type Batch = Batch;
    type Prediction = Logits;
    type Gradients = Slopes;

    fn samples(&self, batch: &Batch) -> u64 {
        batch.labels.len() as u64
    }

    fn forward(&mut self, batch: &Batch, _: Phase) -> Result<Logits, BoxError> {
        Ok(Logits(
            batch.pixels.dot(&array![[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]]),
        ))
    }

    fn loss(&mut self, _: &Logits, _: &Batch) -> Result<Loss, BoxError> {
        Ok(Loss::from(0.0))
    }

    fn backward(&mut self, _: &Logits, _: &Batch, _: OptimizerName) -> Result<Slopes, BoxError> {
        Ok(Slopes)
    }

    fn step(&mut self, _: Slopes, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn the_accuracy_of_a_classifier_is_one_line() {
    let batch = Batch {
        pixels: array![[1.0, 0.0], [0.0, 1.0], [0.2, 0.4], [0.9, 0.1]],
        labels: vec![0, 1, 1, 2],
    };
    let mut trainer = Trainer::new(Mlp)
        .valid(vec![batch.clone()])
        .callback(Measure::new(
            "accuracy",
            Accuracy::new(),
            |accuracy, logits: &Logits, batch: &Batch| accuracy.update(&logits.0, &batch.labels),
        ));
    let fitted = trainer.fit(vec![batch.clone()]).unwrap();
    assert_eq!(
        fitted
            .history
            .of("valid_accuracy")
            .next()
            .map(|(_, value)| value),
        Some(0.75)
    );
    let tested = trainer.evaluate(vec![batch]).unwrap();
    assert_eq!(tested.record.get("valid_accuracy"), Some(0.75));
}

#[test]
fn arrays_and_their_views_are_read_like_slices() {
    let scores = array![[0.1_f32, 0.7, 0.2], [0.6, 0.3, 0.1]];
    let labels: Array1<u8> = array![1, 2];
    let mut accuracy = Accuracy::new();
    accuracy.update(&scores, &labels).unwrap();
    accuracy
        .update(
            &scores.slice(s![1.., ..]),
            &labels.view().slice_move(s![1..]),
        )
        .unwrap();
    assert_eq!(accuracy.compute(), Some(1.0 / 3.0));

    // The columns of the transposed array are not next to each other.
    let transposed = scores.t();
    let read = Input::<Scores>::read(&transposed).unwrap();
    let read: Vec<&[f64]> = read.rows().collect();
    let row = |index: usize| [f64::from(scores[[0, index]]), f64::from(scores[[1, index]])];
    assert_eq!(read, [row(0), row(1), row(2)]);

    let mut top = TopKAccuracy::new(2);
    top.update(&scores, &array![2_i64, 1]).unwrap();
    assert_eq!(top.compute(), Some(1.0));
    let mut error = MeanAbsoluteError::new();
    error
        .update(&array![1.0_f32, 2.0], &array![1.5_f64, 2.0])
        .unwrap();
    assert_eq!(error.compute(), Some(0.25));
    let mut labels = MultilabelAccuracy::new();
    labels
        .update(
            &above(0.5, &scores),
            &array![[false, true, false], [true, true, false]],
        )
        .unwrap();
    assert_eq!(labels.compute(), Some(5.0 / 6.0));
    assert_eq!(
        Input::<Labels>::read(&array![[true], [false]])
            .unwrap()
            .len(),
        2
    );
}
