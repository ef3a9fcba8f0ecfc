//! What holds for every metric: merging, batches without samples, errors that change nothing, NaN, and sums that lose no digits.

use callbacks::metrics::{
    Accuracy, Average, ClassScore, Classes, ConfusionMatrix, CurveArea, Entries, Input, Mean,
    MeanAbsoluteError, MeanSquaredError, Metric, MetricError, MetricProblem, MultilabelAccuracy,
    Normalize, Nothing, Numbers, OneVsRestArea, Perplexity, R2, SamplesPerSecond, Scores, Table,
    TopKAccuracy, above,
};
use proptest::prelude::*;
use std::cell::Cell;
use std::fmt::Debug;
use std::rc::Rc;
use std::time::Duration;

/// A sample with everything that a metric could read.
#[derive(Debug, Clone, Default)]
struct Sample {
    number: f64,
    target: f64,
    row: Vec<f64>,
    guess: usize,
    class: usize,
    weight: f64,
}

/// Some samples. Numbers are quarters, so that sums are exact and many scores are equal.
#[derive(Debug, Clone, Default)]
struct Batch(Vec<Sample>);

impl Batch {
    fn of<T>(&self, read: impl Fn(&Sample) -> T) -> Vec<T> {
        self.0.iter().map(read).collect()
    }

    /// The parts before and from `at` on.
    fn split(&self, at: usize) -> [Self; 2] {
        let (first, second) = self.0.split_at(at.min(self.0.len()));
        [Self(first.to_vec()), Self(second.to_vec())]
    }
}

fn samples() -> impl Strategy<Value = Batch> {
    let quarter = (-40..40_i32).prop_map(|quarters| f64::from(quarters) / 4.0);
    let row = prop::collection::vec((0..5_u8).prop_map(|of| f64::from(of) / 4.0), 3);
    let weight = prop::sample::select(vec![0.0, 0.5, 1.0, 2.0]);
    let sample = (
        quarter.clone(),
        quarter,
        row,
        0..3_usize,
        0..3_usize,
        weight,
    );
    let sample = sample.prop_map(|(number, target, row, guess, class, weight)| Sample {
        number,
        target,
        row,
        guess,
        class,
        weight,
    });
    prop::collection::vec(sample, 0..24).prop_map(Batch)
}

/// Updates a metric with a batch.
type Update<M> = fn(&mut M, &Batch) -> Result<(), MetricError>;

/// What a test does with each metric.
trait EachMetric {
    fn test<M>(&self, new: M, update: Update<M>)
    where
        M: Metric<Output: Debug + PartialEq> + Clone + Debug;
}

/// Goes through all metrics, each with weights and, where it has settings, with several of them.
fn each_metric(test: &impl EachMetric) {
    test.test(Mean::new(), |metric, of| {
        metric.update_weighted(&of.of(|s| s.number), &(), &of.of(|s| s.weight))
    });
    for_classes(test);
    for_numbers(test);
    for_scores(test);
}

fn for_classes(test: &impl EachMetric) {
    test.test(Accuracy::new(), |metric, of| {
        metric.update_weighted(
            &of.of(|s| s.guess),
            &of.of(|s| s.class),
            &of.of(|s| s.weight),
        )
    });
    for normalize in [
        Normalize::Counts,
        Normalize::Targets,
        Normalize::Predictions,
        Normalize::All,
    ] {
        test.test(
            ConfusionMatrix::new(3).normalize(normalize),
            |metric, of| {
                metric.update_weighted(
                    &of.of(|s| s.guess),
                    &of.of(|s| s.class),
                    &of.of(|s| s.weight),
                )
            },
        );
    }
    let averages = [
        Average::Class(1),
        Average::Micro,
        Average::Macro,
        Average::MacroOfAll,
        Average::Weighted,
        Average::PerClass,
    ];
    for average in averages {
        for score in [
            ClassScore::precision(3, average),
            ClassScore::recall(3, average),
            ClassScore::f_beta(2.0, 3, average),
        ] {
            test.test(score, |metric, of| {
                metric.update_weighted(
                    &of.of(|s| s.guess),
                    &of.of(|s| s.class),
                    &of.of(|s| s.weight),
                )
            });
        }
    }
}

fn for_numbers(test: &impl EachMetric) {
    test.test(MeanAbsoluteError::new(), |metric, of| {
        metric.update_weighted(
            &of.of(|s| s.number),
            &of.of(|s| s.target),
            &of.of(|s| s.weight),
        )
    });
    for error in [MeanSquaredError::new(), MeanSquaredError::root()] {
        test.test(error, |metric, of| {
            metric.update_weighted(
                &of.of(|s| s.number),
                &of.of(|s| s.target),
                &of.of(|s| s.weight),
            )
        });
    }
    test.test(R2::new(), |metric, of| {
        metric.update_weighted(
            &of.of(|s| s.number),
            &of.of(|s| s.target),
            &of.of(|s| s.weight),
        )
    });
}

fn for_scores(test: &impl EachMetric) {
    test.test(TopKAccuracy::new(2), |metric, of| {
        metric.update_weighted(
            &of.of(|s| s.row.clone()),
            &of.of(|s| s.class),
            &of.of(|s| s.weight),
        )
    });
    for accuracy in [MultilabelAccuracy::new(), MultilabelAccuracy::subset()] {
        test.test(accuracy, |metric, of| {
            let labels = of.of(|s| [s.class == 0, s.class == 1, s.guess == 1]);
            metric.update_weighted(
                &above(0.5, &of.of(|s| s.row.clone())),
                &labels,
                &of.of(|s| s.weight),
            )
        });
    }
    for area in [
        CurveArea::roc(),
        CurveArea::average_precision(),
        CurveArea::precision_recall(),
    ] {
        test.test(area, |metric, of| {
            metric.update_weighted(
                &of.of(|s| s.number),
                &of.of(|s| s.class == 1),
                &of.of(|s| s.weight),
            )
        });
    }
    for average in [
        Average::Class(2),
        Average::Macro,
        Average::Weighted,
        Average::PerClass,
    ] {
        for area in [
            OneVsRestArea::roc(3, average),
            OneVsRestArea::average_precision(3, average),
        ] {
            test.test(area, |metric, of| {
                metric.update_weighted(
                    &of.of(|s| s.row.clone()),
                    &of.of(|s| s.class),
                    &of.of(|s| s.weight),
                )
            });
        }
    }
    for perplexity in [Perplexity::of_logits(), Perplexity::of_logits().ignore(1)] {
        test.test(perplexity, |metric, of| {
            metric.update_weighted(
                &of.of(|s| s.row.clone()),
                &of.of(|s| s.class),
                &of.of(|s| s.weight),
            )
        });
    }
}

/// All numbers of a value.
fn numbers<T: Entries>(value: Option<T>) -> Option<Vec<f64>> {
    let entries = value?.entries().into_iter();
    let parts = entries.flat_map(|(_, value)| value.parts().map(|(_, of)| of).collect::<Vec<_>>());
    Some(parts.collect())
}

fn are_close(first: Option<&[f64]>, second: Option<&[f64]>) -> bool {
    let (Some(first), Some(second)) = (first, second) else {
        return first.is_none() && second.is_none();
    };
    let is_close = |(a, b): (&f64, &f64)| {
        a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-12 * b.abs().max(1.0)
    };
    first.len() == second.len() && first.iter().zip(second).all(is_close)
}

fn value_of<M: Metric + Clone>(new: &M, update: Update<M>, batches: &[&Batch]) -> Option<Vec<f64>> {
    let mut metric = new.clone();
    for batch in batches {
        update(&mut metric, batch).unwrap();
    }
    numbers(metric.compute())
}

/// The parts of a batch, merged, have the value of the whole; so have its parts as batches, in either order.
struct Merge(Batch, usize);

impl EachMetric for Merge {
    fn test<M: Metric + Clone + Debug>(&self, new: M, update: Update<M>) {
        let whole = value_of(&new, update, &[&self.0]);
        let [first, second] = self.0.split(self.1);
        for parts in [[&first, &second], [&second, &first]] {
            let batches = value_of(&new, update, &parts);
            assert!(
                are_close(batches.as_deref(), whole.as_deref()),
                "{new:?}: {batches:?} {whole:?}"
            );
            let [mut left, mut right] = [new.clone(), new.clone()];
            update(&mut left, parts[0]).unwrap();
            update(&mut right, parts[1]).unwrap();
            left.merge(&right).unwrap();
            let merged = numbers(left.compute());
            assert!(
                are_close(merged.as_deref(), whole.as_deref()),
                "{new:?}: {merged:?} {whole:?}"
            );
        }
    }
}

proptest! {
    #[test]
    fn merged_parts_equal_the_whole(batch in samples(), at in 0..24_usize) {
        each_metric(&Merge(batch, at));
    }
}

/// A batch without samples, and one whose samples weigh nothing, change nothing; a reset forgets all.
struct Nothings(Batch);

impl EachMetric for Nothings {
    fn test<M: Metric<Output: Debug> + Clone + Debug>(&self, new: M, update: Update<M>) {
        let mut weightless = self.0.clone();
        weightless
            .0
            .iter_mut()
            .for_each(|sample| sample.weight = 0.0);
        let mut metric = new.clone();
        assert!(metric.compute().is_none(), "{new:?}");
        for nothing in [&Batch::default(), &weightless] {
            update(&mut metric, nothing).unwrap();
            assert!(
                metric.compute().is_none(),
                "{new:?}: {:?}",
                metric.compute()
            );
            let with = value_of(&new, update, &[nothing, &self.0, nothing]);
            assert_eq!(with, value_of(&new, update, &[&self.0]), "{new:?}");
        }
        update(&mut metric, &self.0).unwrap();
        assert!(metric.compute().is_some(), "{new:?}");
        metric.merge(&new).unwrap();
        metric.reset();
        assert!(metric.compute().is_none(), "{new:?}");
        update(&mut metric, &self.0).unwrap();
        assert_eq!(
            numbers(metric.compute()),
            value_of(&new, update, &[&self.0]),
            "{new:?}"
        );
    }
}

fn three_samples() -> Batch {
    let sample = |class: usize| Sample {
        number: [0.5, 2.5, -1.0][class],
        target: [0.25, 2.0, 1.0][class],
        row: vec![0.5, 0.25, 1.0],
        guess: 2 - class,
        class,
        weight: 1.0,
    };
    Batch((0..3).map(sample).collect())
}

#[test]
fn nothing_seen_is_no_value_and_changes_nothing() {
    each_metric(&Nothings(three_samples()));
}

/// A batch with an error leaves the metric as it was.
struct Refuses(Batch);

impl EachMetric for Refuses {
    fn test<M: Metric + Clone + Debug>(&self, new: M, update: Update<M>) {
        let mut metric = new.clone();
        update(&mut metric, &self.0).unwrap();
        let before = format!("{metric:?}");
        for weight in [-1.0, f64::NAN, f64::INFINITY] {
            let mut batch = self.0.clone();
            batch.0[2].weight = weight;
            let error = update(&mut metric, &batch).unwrap_err();
            assert_eq!(error.input(), "weights", "{new:?}");
            assert!(error.to_string().starts_with("weights[2] is "), "{error}");
            assert_eq!(format!("{metric:?}"), before);
        }
    }
}

#[test]
fn an_error_changes_nothing() {
    each_metric(&Refuses(three_samples()));
}

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
        OneVsRestArea::roc(3, Average::Macro).update(&[[0.5, 0.5]], &[0]),
        OneVsRestArea::roc(3, Average::MacroOfAll).check(),
        ClassScore::precision(2, Average::Class(2)).check(),
        ClassScore::f_beta(f64::NAN, 2, Average::Micro).check(),
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
    `classes` is 0; give at least 1
    targets[0] is the class 2, and the metric has 2 classes, from 0; give it more classes or correct the class
    `k` is 0; give at least 1
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
