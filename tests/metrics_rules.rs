//! What holds for every metric: merged parts equal the whole, nothing seen is no value, and an error changes nothing.

use callbacks::metrics::{
    Accuracy, ClassAverage, ClassScore, ConfusionMatrix, CurveArea, Entries, Mean,
    MeanAbsoluteError, MeanSquaredError, Metric, MetricError, MultilabelAccuracy, Normalize,
    OneVsRestArea, Perplexity, R2, TopKAccuracy, above,
};
use proptest::prelude::*;
use std::fmt::Debug;

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
        ClassAverage::Class(1),
        ClassAverage::Micro,
        ClassAverage::Macro,
        ClassAverage::MacroOfAll,
        ClassAverage::Weighted,
        ClassAverage::PerClass,
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
        ClassAverage::Class(2),
        ClassAverage::Macro,
        ClassAverage::Weighted,
        ClassAverage::PerClass,
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
