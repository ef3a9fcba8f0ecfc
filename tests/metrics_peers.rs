//! The metrics equal those of scikit-learn and torchmetrics, on the table that `peers/metrics/write_table.py` writes.

mod support {
    pub(crate) mod peers;
}

use callbacks::metrics::{
    Accuracy, ClassAverage, ClassScore, ConfusionMatrix, CurveArea, Entries, Mean,
    MeanAbsoluteError, MeanSquaredError, Metric, MultilabelAccuracy, Normalize, OneVsRestArea,
    Perplexity, R2, Table, TopKAccuracy, ZeroDivision, above,
};
use callbacks::{Record, Value};
use support::peers::{Case, cases};

/// Updates a metric with a case, in two batches, and returns all numbers of its value.
macro_rules! compute {
    ($metric:expr, $case:expr, |$of:ident| ($predictions:expr, $targets:expr)) => {{
        let mut metric = $metric;
        for batch in $case.batches() {
            let $of = &batch;
            match &batch.weights {
                Some(weights) => metric.update_weighted($predictions, $targets, weights),
                None => metric.update($predictions, $targets),
            }
            .unwrap_or_else(|error| panic!("{batch:?}: {error}"));
        }
        metric.compute().map(numbers)
    }};
}

/// The numbers of a value, row after row.
fn numbers(value: impl Entries) -> Vec<f64> {
    let entries = value.entries().into_iter();
    let parts = entries.flat_map(|(_, value)| {
        let parts = value.parts().map(|(_, number)| number);
        parts.collect::<Vec<_>>()
    });
    parts.collect()
}

/// Our value of a case; `None` if there is none.
fn ours(case: &Case) -> Option<Vec<f64>> {
    match case.metric.split(' ').next().unwrap() {
        "mean" => compute!(Mean::new(), case, |of| (&of.predictions, &())),
        "accuracy" => accuracy(case),
        "top_k" => compute!(TopKAccuracy::new(case.count("k")), case, |of| (
            &of.rows(),
            &of.classes()
        )),
        "multilabel" => {
            let metric = if case.has("subset") {
                MultilabelAccuracy::subset()
            } else {
                MultilabelAccuracy::new()
            };
            compute!(metric, case, |of| (&above(0.5, &of.rows()), &of.labels()))
        }
        "precision" | "recall" | "f_beta" => {
            compute!(class_score(case), case, |of| (&of.guesses(), &of.classes()))
        }
        "confusion" => compute!(confusion(case), case, |of| (&of.guesses(), &of.classes())),
        "roc" => compute!(CurveArea::roc(), case, |of| (
            &of.predictions,
            &of.classes()
        )),
        "average_precision" => {
            compute!(CurveArea::average_precision(), case, |of| (
                &of.predictions,
                &of.classes()
            ))
        }
        "precision_recall" => {
            compute!(CurveArea::precision_recall(), case, |of| (
                &of.predictions,
                &of.classes()
            ))
        }
        "ovr_roc" => {
            let metric = OneVsRestArea::roc(case.count("classes"), average(case));
            compute!(metric, case, |of| (&of.rows(), &of.classes()))
        }
        "ovr_average_precision" => {
            let metric = OneVsRestArea::average_precision(case.count("classes"), average(case));
            compute!(metric, case, |of| (&of.rows(), &of.classes()))
        }
        "mae" => compute!(MeanAbsoluteError::new(), case, |of| (
            &of.predictions,
            &of.targets
        )),
        "mse" => compute!(MeanSquaredError::new(), case, |of| (
            &of.predictions,
            &of.targets
        )),
        "rmse" => compute!(MeanSquaredError::root(), case, |of| (
            &of.predictions,
            &of.targets
        )),
        "r2" => compute!(R2::new(), case, |of| (&of.predictions, &of.targets)),
        "perplexity" => compute!(perplexity(case), case, |of| (&of.rows(), &of.classes())),
        other => panic!("no metric `{other}`"),
    }
}

fn accuracy(case: &Case) -> Option<Vec<f64>> {
    if case.has("rows") {
        return compute!(Accuracy::new(), case, |of| (&of.rows(), &of.classes()));
    }
    let Some(threshold) = case.setting("threshold") else {
        return compute!(Accuracy::new(), case, |of| (&of.guesses(), &of.classes()));
    };
    let threshold = threshold.parse().unwrap();
    compute!(Accuracy::new(), case, |of| (
        &above(threshold, &of.predictions),
        &of.classes()
    ))
}

fn average(case: &Case) -> ClassAverage {
    match case.setting("average").unwrap() {
        "micro" => ClassAverage::Micro,
        "macro" => ClassAverage::Macro,
        "macro_of_all" => ClassAverage::MacroOfAll,
        "weighted" => ClassAverage::Weighted,
        "per_class" => ClassAverage::PerClass,
        "class" => ClassAverage::Class(case.count("class")),
        other => panic!("no average `{other}`"),
    }
}

fn class_score(case: &Case) -> ClassScore {
    let (classes, average) = (case.count("classes"), average(case));
    let score = match case.metric.split(' ').collect::<Vec<_>>()[..] {
        ["precision"] => ClassScore::precision(classes, average),
        ["recall"] => ClassScore::recall(classes, average),
        ["f_beta", beta] => ClassScore::f_beta(beta.parse().unwrap(), classes, average),
        _ => panic!("no ratio `{}`", case.metric),
    };
    score.zero_division(match case.setting("zero_division") {
        Some("one") => ZeroDivision::One,
        Some("undefined") => ZeroDivision::Undefined,
        _ => ZeroDivision::Zero,
    })
}

fn confusion(case: &Case) -> ConfusionMatrix {
    ConfusionMatrix::new(case.count("classes")).normalize(match case.setting("normalize") {
        Some("targets") => Normalize::Targets,
        Some("predictions") => Normalize::Predictions,
        Some("all") => Normalize::All,
        _ => Normalize::Counts,
    })
}

fn perplexity(case: &Case) -> Perplexity {
    let metric = if case.has("logits") {
        Perplexity::of_logits()
    } else {
        Perplexity::of_probabilities()
    };
    match case.setting("ignore") {
        Some(class) => metric.ignore(class.parse().unwrap()),
        None => metric,
    }
}

/// Whether the numbers are equal up to `tolerance`, relative to numbers above 1.
fn are_equal(ours: &[f64], theirs: &[f64], tolerance: f64) -> bool {
    let is_equal = |(ours, theirs): (&f64, &f64)| {
        let distance = (ours - theirs).abs();
        ours.is_nan() && theirs.is_nan() || distance <= tolerance * theirs.abs().max(1.0)
    };
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(is_equal)
}

/// How close a value of torchmetrics is: it counts with 32 bits, also if its default is 64.
fn tolerance_of_torchmetrics(case: &Case) -> f64 {
    match case.metric.as_str() {
        "mean" | "mae" | "mse" | "rmse" => 1e-12,
        // The variance is a difference of great numbers.
        "r2" => 1e-9,
        _ => 1e-6,
    }
}

#[test]
fn the_values_equal_those_of_scikit_learn() {
    let mut count = 0;
    for case in cases() {
        let Some(theirs) = &case.sklearn else {
            continue;
        };
        if !case.has_value() {
            continue;
        }
        let ours = ours(&case).unwrap_or_else(|| vec![f64::NAN]);
        assert!(are_equal(&ours, theirs, 1e-12), "{case:?}: {ours:?}");
        count += 1;
    }
    assert!(count > 900, "{count} cases");
}

#[test]
fn the_values_equal_those_of_torchmetrics() {
    let mut count = 0;
    for case in cases() {
        let Some(theirs) = &case.torchmetrics else {
            continue;
        };
        if !case.has_value() {
            continue;
        }
        let ours = ours(&case).unwrap_or_else(|| vec![f64::NAN]);
        let tolerance = tolerance_of_torchmetrics(&case);
        assert!(are_equal(&ours, theirs, tolerance), "{case:?}: {ours:?}");
        count += 1;
    }
    assert!(count > 350, "{count} cases");
}

/// What the documentation says of the cases in which the peers return something else.
#[test]
fn a_value_that_is_undefined_is_absent() {
    let undefined: Vec<Case> = cases().into_iter().filter(Case::is_undefined).collect();
    assert_eq!(undefined.len(), 6);
    for case in undefined {
        assert_eq!(ours(&case), None, "{case:?}");
        let is_nan = |numbers: &Vec<f64>| numbers.iter().all(|number| number.is_nan());
        let is_zero = |numbers: &Vec<f64>| numbers.iter().all(|number| *number == 0.0);
        assert!(
            case.sklearn
                .as_ref()
                .is_none_or(|theirs| is_nan(theirs) || is_zero(theirs))
        );
        assert!(case.torchmetrics.as_ref().is_none_or(is_zero), "{case:?}");
    }
}

/// A class without samples has no area. torchmetrics takes 0 for it in the average of ROC, and leaves it out of average precision.
#[test]
fn a_class_that_is_lacking_is_left_out_of_the_average() {
    for case in cases().iter().filter(|case| case.has("lacks")) {
        let ours = ours(case).unwrap();
        let theirs = case.torchmetrics.as_ref().unwrap()[0];
        let factor = if case.metric == "ovr_roc" { 1.5 } else { 1.0 };
        assert!(
            (ours[0] - factor * theirs).abs() < 1e-6,
            "{case:?}: {ours:?}"
        );
    }
}

#[test]
fn a_case_is_the_same_in_one_batch_and_in_a_record() {
    let table = Table::new(&[0.25, 0.75, 0.5, 0.5], 2).unwrap();
    let mut matrix = ConfusionMatrix::new(2);
    matrix.update(&table, &[1, 1]).unwrap();
    let mut record = Record::default();
    for (part, value) in matrix.compute().unwrap().entries() {
        record.set(format!("valid_confusion.{}", part.unwrap()), value);
    }
    assert_eq!(record.get("valid_confusion.1.0"), Some(1.0));
    assert_eq!(
        record.value("valid_confusion.0"),
        Some(&Value::from([0.0, 0.0]))
    );
}
