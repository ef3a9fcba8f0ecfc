//! Metrics of the classifier, and batches for them.

use super::classifier::{Images, Logits};
use callbacks::metrics::{Accuracy, ClassAverage, ClassScore, Metric};
use callbacks::prelude::*;
use callbacks::shelf::Measure;

pub(crate) type MeasureAccuracy = Measure<Fit, Accuracy, Logits, Images>;

pub(crate) fn accuracy() -> MeasureAccuracy {
    Measure::new(
        "accuracy",
        Accuracy::new(),
        |accuracy, logits: &Logits, images: &Images| accuracy.update(&logits.0, &images.labels),
    )
}

pub(crate) fn f1_of_classes() -> Measure<Fit, ClassScore, Logits, Images> {
    let f1 = ClassScore::f1(2, ClassAverage::PerClass);
    Measure::new("f1", f1, |f1, logits: &Logits, images: &Images| {
        f1.update(&logits.0, &images.labels)
    })
}

/// Two batches of unequal size, of whose samples a half is right.
pub(crate) fn half_right() -> Vec<Images> {
    vec![Images::of([(0, 0), (1, 1), (0, 1)]), Images::of([(1, 0)])]
}

pub(crate) fn all_right() -> Vec<Images> {
    vec![Images::of([(0, 0), (1, 1)])]
}
