//! The names under which `Measure` and `Throughput` record, in the checks of a plan.

mod support {
    pub(crate) mod classifier;
    pub(crate) mod measures;
}

use callbacks::metrics::{ConfusionMatrix, Mean, Metric};
use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, Measure, Throughput};
use support::classifier::{Classifier, Images, Logits};
use support::measures::{accuracy, all_right, f1_of_classes, half_right};

fn trainer() -> Trainer<Classifier> {
    Trainer::new(Classifier::default())
}

/// The problems and notes of a fit with these callbacks.
fn problems(attach: impl FnOnce(Trainer<Classifier>) -> Trainer<Classifier>) -> Vec<String> {
    let problems = attach(trainer()).check().err();
    let problems = problems.map(|error| error.problems().to_vec());
    let texts = problems.unwrap_or_default().into_iter();
    texts.map(|problem| problem.to_string()).collect()
}

#[test]
fn two_callbacks_that_record_one_name_are_a_problem_of_the_plan() {
    let twice = problems(|trainer| {
        trainer
            .callback(accuracy())
            .callback(accuracy().only("train"))
    });
    assert_eq!(twice.len(), 1, "{twice:?}");
    assert!(
        twice[0].contains("records `train_accuracy`, too"),
        "{twice:?}"
    );
    assert!(
        twice[0].contains("give one of them another name"),
        "{twice:?}"
    );
    let apart = |trainer: Trainer<Classifier>| {
        let trainer = trainer.callback(accuracy().only("train"));
        trainer
            .callback(accuracy().only("valid"))
            .callback(f1_of_classes())
    };
    assert_eq!(problems(apart), [""; 0]);
    let rates = |trainer: Trainer<Classifier>| {
        trainer
            .callback(Throughput::new())
            .callback(Throughput::new())
    };
    assert_eq!(problems(rates).len(), 1);
    let named = |trainer: Trainer<Classifier>| {
        let trainer = trainer.callback(Throughput::new());
        trainer.callback(Throughput::new().record_as("speed"))
    };
    assert_eq!(problems(named), [""; 0]);
}

#[test]
fn a_value_of_several_numbers_is_monitored_by_one_of_them() {
    let monitor = |name: &'static str| {
        problems(|trainer| {
            trainer
                .callback(f1_of_classes())
                .callback(EarlyStopping::maximize(name))
        })
    };
    let whole = monitor("train_f1");
    assert_eq!(whole.len(), 1, "{whole:?}");
    assert!(whole[0].contains("which has several numbers"), "{whole:?}");
    assert!(
        whole[0].contains("monitor one of them, such as `train_f1.0`"),
        "{whole:?}"
    );
    assert_eq!(monitor("train_f1.1"), [""; 0]);
    // Also of so many classes that a round lacks no names of parts.
    let pairs = ConfusionMatrix::new(100);
    let update = |pairs: &mut ConfusionMatrix, logits: &Logits, images: &Images| {
        pairs.update(&logits.0, &images.labels)
    };
    let pairs = problems(|trainer| {
        trainer
            .callback(Measure::new("pairs", pairs, update))
            .callback(EarlyStopping::maximize("train_pairs"))
    });
    assert!(pairs[0].contains("such as `train_pairs.0.0`"), "{pairs:?}");
    // What the plan cannot refuse, because a closure may record anything, fails in the first epoch.
    let mut open = trainer()
        .callback(f1_of_classes())
        .callback(EarlyStopping::maximize("train_f1"))
        .on(Fit::on_epoch_end, |_: &mut Record| {});
    let outcome = open.fit(half_right()).unwrap().outcome;
    assert!(outcome.failed().is_some(), "{outcome}");
}

#[test]
fn names_are_declared_where_something_records_them() {
    let without_data = problems(|trainer| {
        trainer
            .callback(accuracy())
            .callback(EarlyStopping::maximize("valid_accuracy"))
    });
    assert!(
        without_data[0].contains("no validation data"),
        "{without_data:?}"
    );
    // Measured elsewhere, under a name that looks as if it were of a validation pass.
    let area = Measure::at(
        Fit::on_epoch_end,
        "valid_auc",
        Mean::new(),
        |mean, epoch: &Epoch| mean.push(if epoch.get() == 1 { 1.0 } else { 0.5 }, 1.0),
    );
    let mut elsewhere = trainer()
        .epochs(2)
        .callback(area)
        .callback(EarlyStopping::maximize("valid_auc").patience(0));
    let fitted = elsewhere.fit(half_right()).unwrap();
    assert!(fitted.outcome.stopped().is_some(), "{}", fitted.outcome);
    // Samples are counted in the training pass alone.
    let speed = |name: &'static str| {
        problems(|trainer| {
            trainer
                .valid(all_right())
                .callback(Throughput::new())
                .callback(EarlyStopping::maximize(name))
        })
    };
    assert_eq!(speed("train_samples_per_second"), [""; 0]);
    for name in ["valid_samples_per_second", "predict_samples_per_second"] {
        assert_eq!(speed(name).len(), 1, "{name}");
    }
}
