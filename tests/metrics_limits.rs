//! Metrics at their limits: wrong input, NaN and infinities, sums that lose no digits, and the types that inputs have.

use callbacks::metrics::{
    Accuracy, ClassAverage, ClassScore, Classes, ConfusionMatrix, CurveArea, Input, Mean,
    MeanSquaredError, Metric, MetricError, MetricProblem, MultilabelAccuracy, Normalize, Nothing,
    Numbers, OneVsRestArea, Perplexity, R2, SamplesPerSecond, Scores, Table, TopKAccuracy, above,
};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

#[test]
fn an_error_says_which_input_where_and_what_to_do() {
    let texts = [
        Accuracy::new().update(&[0], &[0, 1]),
        Accuracy::new().update(&[0, -7], &[0, 1]),
        Accuracy::new().update_weighted(&[0, 1], &[0, 1], &[1.0]),
        ConfusionMatrix::new(2).update(&[0, 1], &[0, 2]),
        ConfusionMatrix::new(0).update(&[0], &[0]),
        CurveArea::roc().update(&[0.5], &[2]),
        TopKAccuracy::new(0).update(&[[0.5]], &[0]),
        TopKAccuracy::new(1).update(&[vec![0.5, 0.5], vec![0.5]], &[0, 0]),
        OneVsRestArea::roc(3, ClassAverage::Macro).update(&[[0.5, 0.5]], &[0]),
        OneVsRestArea::roc(3, ClassAverage::MacroOfAll).check(),
        ClassScore::precision(2, ClassAverage::Class(2)).check(),
        ClassScore::f_beta(f64::NAN, 2, ClassAverage::Micro).check(),
        Accuracy::new().update(&above(1.5, &[0.5]), &[1]),
        Accuracy::new().update(&above(0.5, &[0.5, -0.25]), &[1, 1]),
        MultilabelAccuracy::new().update(&[[true, false]], &[[true]]),
        MeanSquaredError::new().merge(&MeanSquaredError::root()),
        CurveArea::roc().merge(&CurveArea::average_precision()),
    ];
    let texts: Vec<String> = texts.map(|result| result.unwrap_err().to_string()).to_vec();
    insta::assert_snapshot!(texts.join("\n"), @r"
    the targets have 2 samples, and the predictions 1; give one for each prediction
    predictions[1] is the class -7; classes are counted from 0
    the weights have 1 sample, and the predictions 2; give one for each prediction
    targets[1] is the class 2, and the metric has 2 classes, from 0; give it more classes or correct the class
    `classes` is 0; give one from 1 to 16384: there is a cell for each pair of classes
    targets[0] is the class 2, and the metric has 2 classes, from 0; give it more classes or correct the class
    `k` is 0; give 1 or more
    predictions[1] has 1 column; give each row 2, one for each class
    predictions[0] has 2 columns; give each row 3, one for each class
    `average` is MacroOfAll; choose `Macro`, `Weighted`, `PerClass` or `Class`
    `class` is 2; choose a class that the metric has; classes are counted from 0
    `beta` is NaN; give one that is finite and not negative
    `threshold` is 1.5; give one from 0 to 1
    predictions[1] is -0.25, which is no probability; apply a sigmoid or a softmax first
    targets[0] has 1 column; give each row 2, one for each class
    the two metrics differ in `root`; merge metrics with the same settings
    the two metrics differ in `curve`; merge metrics with the same settings
    ");
}

#[test]
fn nothing_of_a_batch_is_added_if_its_last_sample_is_wrong() {
    let mut confusion = ConfusionMatrix::new(2);
    assert!(confusion.update(&[0, 1], &[0, 5]).is_err());
    assert_eq!(confusion.compute(), None);
    let mut perplexity = Perplexity::of_probabilities();
    assert!(
        perplexity
            .update(&[[0.5, 0.5], [2.0, 0.0]], &[0, 1])
            .is_err()
    );
    assert_eq!(perplexity.compute(), None);
}

#[test]
fn nan_goes_in_and_comes_out_of_numbers() {
    let is_nan = |value: Option<f64>| value.is_some_and(f64::is_nan);
    let mut mean = Mean::new();
    mean.update(&[1.0, f64::NAN], &()).unwrap();
    assert!(is_nan(mean.compute()));
    let mut r2 = R2::new();
    r2.update(&[1.0, 2.0], &[f64::NAN, 2.0]).unwrap();
    assert!(is_nan(r2.compute()));
    let mut area = CurveArea::roc();
    area.update(&[0.5, f64::NAN, 0.25], &[0, 1, 1]).unwrap();
    assert!(is_nan(area.compute()));
    let mut perplexity = Perplexity::of_logits();
    perplexity.update(&[[0.5, f64::NAN]], &[0]).unwrap();
    assert!(is_nan(perplexity.compute()));
}

#[test]
fn a_sample_of_weight_0_is_ignored_whatever_it_is() {
    let mut mean = Mean::new();
    mean.update_weighted(&[1.0, f64::NAN, f64::INFINITY], &(), &[1.0, 0.0, 0.0])
        .unwrap();
    assert_eq!(mean.compute(), Some(1.0));
    let mut area = CurveArea::roc();
    area.update_weighted(&[0.5, f64::NAN, 0.75], &[0, 1, 1], &[1.0, 0.0, 1.0])
        .unwrap();
    assert_eq!(area.compute(), Some(1.0));
}

#[test]
fn infinities_are_numbers() {
    let mut mean = Mean::new();
    mean.update(&[1.0, f64::INFINITY, f64::MAX, f64::MAX], &())
        .unwrap();
    assert_eq!(mean.compute(), Some(f64::INFINITY));
    let mut area = CurveArea::roc();
    area.update(&[f64::NEG_INFINITY, f64::INFINITY, 0.0], &[0, 1, 0])
        .unwrap();
    assert_eq!(area.compute(), Some(1.0));
    let mut perplexity = Perplexity::of_probabilities();
    perplexity.update(&[[0.0, 1.0]], &[0]).unwrap();
    assert_eq!(perplexity.compute(), Some(f64::INFINITY));
    let mut logits = Perplexity::of_logits();
    logits.update(&[[1e300, 1e300]], &[0]).unwrap();
    assert!(
        logits
            .compute()
            .is_some_and(|value| (value - 2.0).abs() < 1e-12)
    );
}

#[test]
fn a_class_that_follows_from_nan_is_the_class_of_nan() {
    let mut accuracy = Accuracy::new();
    let rows = [[0.5, f64::NAN, 2.0], [f64::NAN, f64::NAN, f64::NAN]];
    accuracy.update(&rows, &[1, 0]).unwrap();
    accuracy.update(&above(0.5, &[f64::NAN]), &[0]).unwrap();
    assert_eq!(accuracy.compute(), Some(1.0));
    let mut top = TopKAccuracy::new(1);
    top.update(&rows, &[1, 0]).unwrap();
    assert_eq!(top.compute(), Some(1.0));
}

#[test]
fn what_perplexity_ignores_need_not_be_a_class() {
    let mut perplexity = Perplexity::of_probabilities().ignore(99);
    perplexity
        .update(&[[0.25, 0.75], [0.5, 0.5]], &[0, 99])
        .unwrap();
    assert_eq!(perplexity.compute(), Some(4.0));
    assert!(perplexity.update(&[[0.25, 0.75]], &[98]).is_err());
    assert!(perplexity.merge(&Perplexity::of_probabilities()).is_err());
}

#[test]
fn of_equal_scores_the_smaller_class_comes_first() {
    let rank_of = |class: u8| {
        (1..=3).find(|k| {
            let mut top = TopKAccuracy::new(*k);
            top.update(&[[0.5, 0.5, 0.5]], &[class]).unwrap();
            top.compute() == Some(1.0)
        })
    };
    assert_eq!([0, 1, 2].map(rank_of), [Some(1), Some(2), Some(3)]);
}

#[test]
fn long_sums_lose_no_digits() {
    let mut mean = Mean::new();
    mean.update(&[1e16], &()).unwrap();
    for _ in 0..1000 {
        mean.update(&[1.0; 10], &()).unwrap();
    }
    mean.update(&[-1e16], &()).unwrap();
    assert_eq!(mean.compute(), Some(10_000.0 / 10_002.0));
    let mut r2 = R2::new();
    let targets: Vec<f64> = (0..1000).map(|of| 1e9 + f64::from(of % 2)).collect();
    r2.update(&vec![1e9 + 0.25; 1000], &targets).unwrap();
    assert!(r2.compute().is_some_and(|r2| (r2 + 0.25).abs() < 1e-14));
}

#[test]
fn ranks_that_work_at_the_same_time_add_their_samples() {
    let time = Rc::new(Cell::new(0));
    let clock = || {
        let time = Rc::clone(&time);
        move || Duration::from_secs(time.get())
    };
    let mut first = SamplesPerSecond::with_clock(clock());
    time.set(2);
    let mut second = SamplesPerSecond::with_clock(clock());
    first.update(&30_u64, &()).unwrap();
    second.update(&20_usize, &()).unwrap();
    time.set(10);
    assert_eq!(second.compute(), Some(2.5));
    second.merge(&first).unwrap();
    assert_eq!(second.compute(), Some(5.0));
    second.reset();
    assert_eq!(second.compute(), None);
}

#[test]
fn inputs_are_read_from_what_programs_have() {
    fn classes(input: &(impl Input<Classes> + ?Sized)) -> Vec<usize> {
        input.read().unwrap().into_owned()
    }
    assert_eq!(classes(&[3_i64, 0]), [3, 0]);
    assert_eq!(classes(&vec![true, false]), [1, 0]);
    assert_eq!(classes(&[[0.1_f32, 0.9], [0.5, 0.5]][..]), [1, 0]);
    assert_eq!(classes(&vec![vec![0.1, 0.9]]), [1]);
    assert_eq!(classes(&[&[0.1, 0.9][..]]), [1]);
    assert_eq!(
        classes(&Table::new(&[0.1_f32, 0.9, 0.5, 0.5][..], 2).unwrap()),
        [1, 0]
    );
    let numbers = Input::<Numbers>::read(&[0.5_f32][..]).unwrap();
    assert_eq!(*numbers, [0.5]);
    let scores = Input::<Scores>::read(&[[1.0, 2.0]]).unwrap();
    assert_eq!(
        (scores.len(), scores.columns(), scores.values()),
        (1, 2, &[1.0, 2.0][..])
    );
    Input::<Nothing>::read(&()).unwrap();
    let too_great = Input::<Classes>::read(&[-1_i8]).unwrap_err();
    assert!(matches!(
        too_great.problem(),
        MetricProblem::Class { class: -1, .. }
    ));
}

#[test]
fn any_number_of_classes_is_a_setting_or_an_error() {
    for classes in [0, usize::MAX] {
        let text = |error: MetricError| error.to_string();
        let problems = [
            ConfusionMatrix::new(classes)
                .update(&[0], &[0])
                .map_err(text),
            ClassScore::f1(classes, ClassAverage::PerClass)
                .update(&[0], &[0])
                .map_err(text),
            OneVsRestArea::roc(classes, ClassAverage::Macro)
                .update(&[[0.5]], &[0])
                .map_err(text),
        ];
        for problem in problems {
            let text = problem.unwrap_err();
            assert!(
                text.starts_with(&format!("`classes` is {classes}; give one from 1 to ")),
                "{text}"
            );
        }
    }
    let mut f1 = ClassScore::f1(50_000, ClassAverage::Macro);
    f1.update(&[49_999, 0], &[49_999, 1]).unwrap();
    assert_eq!(f1.compute().unwrap().number(), Some(1.0 / 3.0));
}

/// Each sum is computed once: with a sum for each cell, this would take an hour.
#[test]
fn a_matrix_of_many_classes_is_normalized() {
    const CLASSES: usize = 1000;
    let targets: Vec<usize> = (0..2 * CLASSES).map(|index| index % CLASSES).collect();
    let predictions: Vec<usize> = targets.iter().map(|class| class / 2).collect();
    let shares = |normalize| {
        let mut confusion = ConfusionMatrix::new(CLASSES).normalize(normalize);
        confusion.update(&predictions, &targets).unwrap();
        confusion.compute().unwrap()
    };
    let cell = |normalize| shares(normalize).get(7, 3);
    assert_eq!(cell(Normalize::Counts), Some(2.0));
    assert_eq!(cell(Normalize::Targets), Some(1.0));
    assert_eq!(cell(Normalize::Predictions), Some(0.5));
    assert_eq!(cell(Normalize::All), Some(0.001));
    // A class that is never predicted.
    assert_eq!(shares(Normalize::Predictions).get(7, 999), Some(0.0));
}
