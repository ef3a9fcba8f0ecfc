//! A pass that is cut between any two of its batches, and continued with fresh metrics, has the values of a pass that was never cut.

mod support {
    pub(crate) mod learn;
    pub(crate) mod places;
}

use callbacks::Callback;
use callbacks::fit::SampleCount;
use callbacks::metrics::{
    Accuracy, ClassAverage, ClassScore, ConfusionMatrix, CurveArea, Entries, Mean,
    MeanAbsoluteError, MeanSquaredError, Metric, MetricError, MultilabelAccuracy, Nothing, Numbers,
    OneVsRestArea, Perplexity, R2, SamplesPerSecond, TopKAccuracy, Weights,
};
use callbacks::persist::{SavedFields, SavedRun, SavedTensor, SavedValue};
use callbacks::prelude::*;
use callbacks::shelf::{MaxTime, Measure, Throughput};
use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use support::learn::{Learn, Net, continued, cut_at_each_place, plan, run};

/// The samples of a pass, in batches: a row of scores, a class and a weight for each.
struct Batch {
    scores: Vec<[f64; 3]>,
    classes: Vec<usize>,
    weights: Vec<f64>,
}

impl Batch {
    fn column(&self) -> Vec<f64> {
        self.scores.iter().map(|row| row[0]).collect()
    }

    fn numbers(&self) -> Vec<f64> {
        self.classes
            .iter()
            .map(|class| f64::from(u8::try_from(*class).unwrap()) / 3.0)
            .collect()
    }

    fn is_last(&self) -> Vec<bool> {
        self.classes.iter().map(|class| *class == 2).collect()
    }
}

/// Batches of different sizes, whose sums are not exact.
fn batches() -> Vec<Batch> {
    let sample = |index: usize| {
        let x = f64::from(u8::try_from(index).unwrap());
        let row = [
            (x * 1.3).sin(),
            (x * 0.7).cos() / 3.0,
            0.1 * (x * 2.1).sin(),
        ];
        (row, index * 7 % 3, 0.1 + 0.2 * (x % 4.0))
    };
    let batch = |from: usize, to: usize| {
        let samples: Vec<_> = (from..to).map(sample).collect();
        Batch {
            scores: samples.iter().map(|(row, ..)| *row).collect(),
            classes: samples.iter().map(|(_, class, _)| *class).collect(),
            weights: samples.iter().map(|(.., weight)| *weight).collect(),
        }
    };
    vec![batch(0, 4), batch(4, 5), batch(5, 11), batch(11, 13)]
}

/// Saves the fields, and reads them back from a file.
fn through_file(saved: SavedFields) -> SavedFields {
    let map = SavedValue::Map(saved.into_iter().collect());
    match serde_json::from_str(&serde_json::to_string(&map).unwrap()).unwrap() {
        SavedValue::Map(entries) => entries.into_iter().collect(),
        other => panic!("{other}"),
    }
}

/// Cuts a pass before and after each of its batches. `update` updates the metric with one.
fn cut<M: Metric + Debug>(
    make: impl Fn() -> M,
    update: impl Fn(&mut M, &Batch) -> Result<(), MetricError>,
) {
    let batches = batches();
    let whole = {
        let mut metric = make();
        batches
            .iter()
            .try_for_each(|batch| update(&mut metric, batch))
            .unwrap();
        metric
    };
    for cut in 0..=batches.len() {
        let (before, after) = batches.split_at(cut);
        let (mut first, mut second) = (make(), make());
        before
            .iter()
            .try_for_each(|batch| update(&mut first, batch))
            .unwrap();
        let saved = SavedFields::save(|fields| first.persist(fields)).unwrap();
        through_file(saved)
            .load(|fields| second.persist(fields))
            .unwrap();
        after
            .iter()
            .try_for_each(|batch| update(&mut second, batch))
            .unwrap();
        // `Debug` shows each number to the last bit.
        assert_eq!(
            format!("{second:?}"),
            format!("{whole:?}"),
            "cut after {cut}"
        );
        let value = |metric: &M| format!("{:?}", metric.compute().map(Entries::entries));
        assert_eq!(value(&second), value(&whole), "cut after {cut}");
    }
}

#[test]
fn metrics_of_classes() {
    cut(Accuracy::new, |metric, batch| {
        metric.update(&batch.scores, &batch.classes)
    });
    cut(Accuracy::new, |metric, batch| {
        metric.update_weighted(&batch.scores, &batch.classes, &batch.weights)
    });
    cut(
        || TopKAccuracy::new(2),
        |metric, batch| metric.update_weighted(&batch.scores, &batch.classes, &batch.weights),
    );
    for make in [MultilabelAccuracy::new, MultilabelAccuracy::subset] {
        cut(make, |metric, batch| {
            let labels = |last: bool| [last, !last];
            let targets: Vec<_> = batch.is_last().into_iter().map(labels).collect();
            let predictions: Vec<_> = batch.column().iter().map(|x| labels(*x > 0.0)).collect();
            metric.update_weighted(&predictions, &targets, &batch.weights)
        });
    }
    for average in [
        ClassAverage::Macro,
        ClassAverage::PerClass,
        ClassAverage::Weighted,
    ] {
        cut(
            || ClassScore::f1(3, average),
            |metric, batch| metric.update_weighted(&batch.scores, &batch.classes, &batch.weights),
        );
    }
    cut(
        || ConfusionMatrix::new(3),
        |metric, batch| metric.update_weighted(&batch.scores, &batch.classes, &batch.weights),
    );
}

#[test]
fn metrics_that_keep_all_scores() {
    for make in [
        CurveArea::roc,
        CurveArea::average_precision,
        CurveArea::precision_recall,
    ] {
        cut(make, |metric, batch| {
            metric.update_weighted(&batch.column(), &batch.is_last(), &batch.weights)
        });
    }
    for average in [ClassAverage::Macro, ClassAverage::PerClass] {
        cut(
            || OneVsRestArea::roc(3, average),
            |metric, batch| metric.update_weighted(&batch.scores, &batch.classes, &batch.weights),
        );
    }
    cut(
        || OneVsRestArea::average_precision(3, ClassAverage::Class(1)),
        |metric, batch| metric.update(&batch.scores, &batch.classes),
    );
}

#[test]
fn metrics_of_numbers() {
    cut(Mean::new, |metric, batch| {
        metric.update_weighted(&batch.column(), &(), &batch.weights)
    });
    // What the sum has lost to rounding is saved, too.
    cut(Mean::new, |metric, batch| {
        let numbers = [1e16, batch.weights[0], -1e16];
        metric.update(&numbers, &())
    });
    cut(Mean::new, |metric, batch| {
        metric.update(&[f64::NAN, batch.weights[0]], &())
    });
    cut(MeanAbsoluteError::new, |metric, batch| {
        metric.update(&batch.column(), &batch.numbers())
    });
    for make in [MeanSquaredError::new, MeanSquaredError::root] {
        cut(make, |metric, batch| {
            metric.update(&batch.column(), &batch.numbers())
        });
    }
    cut(R2::new, |metric, batch| {
        metric.update_weighted(&batch.column(), &batch.numbers(), &batch.weights)
    });
    cut(Perplexity::of_logits, |metric, batch| {
        metric.update(&batch.scores, &batch.classes)
    });
}

#[test]
fn the_time_before_a_cut_counts_and_the_time_in_between_does_not() {
    static SECONDS: AtomicU64 = AtomicU64::new(0);
    let pass = |seconds| SECONDS.fetch_add(seconds, Ordering::Relaxed);
    let make =
        || SamplesPerSecond::with_clock(|| Duration::from_secs(SECONDS.load(Ordering::Relaxed)));
    let mut first = make();
    first.update(&30_u64, &()).unwrap();
    pass(3);
    let saved = SavedFields::save(|fields| first.persist(fields)).unwrap();
    pass(1000);
    let mut second = make();
    saved.load(|fields| second.persist(fields)).unwrap();
    second.update(&30_u64, &()).unwrap();
    pass(2);
    assert_eq!(second.compute(), Some(12.0));
    second.reset();
    second.update(&8_u64, &()).unwrap();
    pass(2);
    assert_eq!(second.compute(), Some(4.0));
}

fn misfit<M: Metric>(mut metric: M, saved: &SavedFields) -> String {
    saved
        .clone()
        .load(|fields| metric.persist(fields))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_metric_with_other_settings_is_refused() {
    let batch = &batches()[0];
    let save = |metric: &mut dyn FnMut(&mut callbacks::persist::Fields<'_>)| {
        SavedFields::save(metric).unwrap()
    };
    let mut scores = ClassScore::f1(3, ClassAverage::Macro);
    scores.update(&batch.scores, &batch.classes).unwrap();
    let saved = save(&mut |fields| scores.persist(fields));
    let text = misfit(ClassScore::f1(2, ClassAverage::Macro), &saved);
    assert_eq!(
        text,
        "`counts`: it counts 3 classes, and the metric has 2; restore the metric with the settings that it was saved with"
    );
    let mut matrix = ConfusionMatrix::new(3);
    matrix.update(&batch.scores, &batch.classes).unwrap();
    let saved = save(&mut |fields| matrix.persist(fields));
    assert!(
        misfit(ConfusionMatrix::new(2), &saved)
            .contains("it has 9 cells, and the metric 2 classes")
    );
    let mut areas = OneVsRestArea::roc(3, ClassAverage::Macro);
    areas.update(&batch.scores, &batch.classes).unwrap();
    let mut saved = save(&mut |fields| areas.persist(fields));
    assert!(
        misfit(OneVsRestArea::roc(4, ClassAverage::Macro), &saved)
            .contains("F64 [4, 3], and not of F64 [4, 4]")
    );
    let other = SavedTensor::of(&[0_u64, 1, 2, 3], &[4]).unwrap();
    saved.insert("classes", SavedValue::Tensor(other));
    assert!(
        misfit(OneVsRestArea::roc(3, ClassAverage::Macro), &saved)
            .contains("one class of the metric")
    );
    let mut area = CurveArea::roc();
    area.update(&batch.column(), &batch.is_last()).unwrap();
    let mut saved = save(&mut |fields| area.persist(fields));
    let short = SavedTensor::of(&[1.0], &[1]).unwrap();
    saved.insert("weights", SavedValue::Tensor(short));
    assert!(misfit(CurveArea::roc(), &saved).contains("one score, one class and one weight"));
}

fn cut_in_loop<C: Callback<Learn> + Send>(make: impl Fn() -> C) {
    cut_at_each_place(&|plan| {
        plan.add(make());
    });
}

#[test]
fn measures_in_a_loop_at_each_place() {
    let first = |net: &Net| {
        net.layers
            .iter()
            .map(|(weights, _)| f64::from(weights[0]))
            .collect::<Vec<_>>()
    };
    let mean = move |mean: &mut Mean, net: &Net| mean.update(&first(net), &());
    cut_in_loop(|| {
        Measure::at(Learn::on_update, "first", Mean::new(), mean)
            .also_at(Learn::on_score)
            .running()
    });
    cut_in_loop(|| Measure::at(Learn::on_epoch_begin, "first", Mean::new(), mean));
    let area = move |area: &mut CurveArea, net: &Net| area.update(&first(net), &[true, false]);
    cut_in_loop(|| Measure::at(Learn::on_score, "area", CurveArea::roc(), area));
}

/// A metric whose author has written no `persist`.
#[derive(Default)]
struct Greatest(Option<f64>);

impl Metric for Greatest {
    type Prediction = Numbers;
    type Target = Nothing;
    type Output = f64;

    fn add(&mut self, numbers: Cow<'_, [f64]>, (): (), _: Weights<'_>) -> Result<(), MetricError> {
        self.0 = numbers.iter().copied().chain(self.0).reduce(f64::max);
        Ok(())
    }

    fn compute(&self) -> Option<f64> {
        self.0
    }

    fn reset(&mut self) {
        self.0 = None;
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        self.0 = self.0.into_iter().chain(other.0).reduce(f64::max);
        Ok(())
    }
}

#[test]
fn a_metric_that_cannot_be_saved_says_what_to_write() {
    let ran = run(&mut plan(&|plan| {
        let update = |greatest: &mut Greatest, net: &Net| greatest.update(&[net.scale], &());
        plan.add(Measure::at(
            Learn::on_score,
            "greatest",
            Greatest::default(),
            update,
        ));
    }));
    assert!(ran.saved.is_empty());
    assert!(
        ran.outcome.contains("the run cannot be saved: `Measure"),
        "{}",
        ran.outcome
    );
    assert!(
        ran.outcome
            .contains("Greatest` cannot be saved; write `fn persist`"),
        "{}",
        ran.outcome
    );
}

#[test]
fn throughput() {
    static TICKS: AtomicU64 = AtomicU64::new(0);
    let clock = || Duration::from_secs(TICKS.load(Ordering::Relaxed));
    cut_at_each_place(&|plan| {
        plan.add(Throughput::with_clock(clock));
        plan.on(Learn::on_update, |samples: &mut SampleCount| {
            *samples = SampleCount::new(samples.get() + 8);
            TICKS.fetch_add(2, Ordering::Relaxed);
        });
    });
}

#[test]
fn the_time_before_a_cut_counts_for_the_limit_of_a_run() {
    let attach = |limit| {
        move |plan: &mut Plan<Learn>| {
            plan.add(MaxTime::new(limit));
            plan.on(Learn::on_run_begin, || {
                std::thread::sleep(Duration::from_millis(30));
            });
        }
    };
    let hour = Duration::from_hours(1);
    let first = run(&mut plan(&attach(hour)));
    let saved: &SavedRun = &first.saved[20];
    let rest = run(&mut continued(saved, &attach(Duration::from_millis(30))));
    assert!(rest.outcome.contains("time is up"), "{}", rest.outcome);
    assert!(rest.saved.len() < 3, "it stops at its first look");
    let rest = run(&mut continued(saved, &attach(hour)));
    assert_eq!(rest.outcome, first.outcome);
    // Without a saved run the whole limit is there again.
    let mut again = plan(&attach(hour));
    run(&mut again);
    assert_eq!(run(&mut again).outcome, first.outcome);
}
