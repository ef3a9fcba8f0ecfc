//! `Measure` in the fit of a trainer: which values are in which record, and what stoppers and loggers make of them.

mod support {
    pub(crate) mod classifier;
    pub(crate) mod measures;
}

use callbacks::fit::OwnStep;
use callbacks::metrics::{
    Accuracy, ClassAverage, ClassScore, ConfusionMatrix, CurveArea, Mean, Metric,
};
use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, InvalidLossStopping, Measure};
use std::sync::{Arc, Mutex};
use support::classifier::{Classifier, Images, Logits};
use support::measures::{MeasureAccuracy, accuracy, all_right, f1_of_classes, half_right};

fn trainer() -> Trainer<Classifier> {
    Trainer::new(Classifier::default())
}

/// The values called `name` of all complete epochs.
fn values(fitted: &callbacks::fit::Fitted<'_, Classifier>, name: &str) -> Vec<Option<f64>> {
    fitted
        .history
        .iter()
        .map(|(_, record)| record.get(name))
        .collect()
}

#[test]
fn each_pass_has_a_value_of_its_own_weighted_by_samples() {
    let mut trainer = trainer().epochs(2).valid(all_right()).callback(accuracy());
    let epochs = |epoch: u64| {
        if epoch == 1 {
            half_right()
        } else {
            all_right()
        }
    };
    for _ in 0..2 {
        let fitted = trainer.fit(epochs).unwrap();
        assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
        assert_eq!(values(&fitted, "train_accuracy"), [Some(0.5), Some(1.0)]);
        assert_eq!(values(&fitted, "valid_accuracy"), [Some(1.0), Some(1.0)]);
        assert_eq!(values(&fitted, "accuracy"), [None, None]);
    }
}

#[test]
fn an_evaluation_is_measured_like_a_validation_pass() {
    let mut trainer = trainer().callback(accuracy());
    for _ in 0..2 {
        let evaluated = trainer.evaluate(half_right()).unwrap();
        assert_eq!(evaluated.record.get("valid_accuracy"), Some(0.5));
        assert_eq!(evaluated.record.get("train_accuracy"), None);
    }
    assert!(trainer.predict(half_right()).unwrap().outcome.is_finished());
}

#[test]
fn instances_with_names_of_their_own_measure_side_by_side_also_in_a_strict_plan() {
    let mut trainer = trainer()
        .callback(accuracy().only("train"))
        .callback(f1_of_classes())
        .callback(accuracy().only("valid"))
        .plan_with(|plan| {
            plan.strict(true);
        });
    let fitted = trainer.fit(half_right()).unwrap();
    assert_eq!(values(&fitted, "train_accuracy"), [Some(0.5)]);
    assert_eq!(values(&fitted, "train_f1.0"), [Some(0.5)]);
    assert_eq!(values(&fitted, "train_f1.1"), [Some(0.5)]);
}

#[test]
fn only_one_phase_is_measured_on_request() {
    for (only, other) in [("train", "valid"), ("valid", "train")] {
        let mut trainer = trainer().valid(all_right()).callback(accuracy().only(only));
        let fitted = trainer.fit(all_right()).unwrap();
        assert_eq!(values(&fitted, &format!("{only}_accuracy")), [Some(1.0)]);
        assert_eq!(values(&fitted, &format!("{other}_accuracy")), [None]);
    }
    let error = trainer()
        .callback(accuracy().only("predict"))
        .check()
        .unwrap_err();
    assert_eq!(
        error.problems()[0].hint(),
        Some("name one of these phases: train, valid")
    );
}

#[test]
fn several_optimisers_count_a_batch_once() {
    let learner = Classifier {
        optimizers: Some(&["first", "second"]),
        ..Classifier::default()
    };
    let counts = Measure::new(
        "count",
        ConfusionMatrix::new(2),
        |counts, logits: &Logits, images: &Images| counts.update(&logits.0, &images.labels),
    );
    let mut trainer = Trainer::new(learner).callback(counts);
    let fitted = trainer.fit(half_right()).unwrap();
    assert_eq!(values(&fitted, "train_count.1.0"), [Some(1.0)]);
    assert_eq!(values(&fitted, "train_count.1.1"), [Some(1.0)]);
}

#[test]
fn a_batch_without_samples_changes_nothing_and_a_pass_without_any_has_no_value() {
    let empty = || Images::of([]);
    let batches = vec![empty(), Images::of([(0, 0), (1, 0)]), empty()];
    let mut trainer = trainer().valid(vec![empty(), empty()]).callback(accuracy());
    let fitted = trainer.fit(batches).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    assert_eq!(values(&fitted, "train_accuracy"), [Some(0.5)]);
    let (_, record) = fitted.history.iter().next().unwrap();
    assert_eq!(record.get("valid_accuracy"), None);
    assert!(record.lacking().any(|name| name == "valid_accuracy"));
}

#[test]
fn a_batch_that_is_left_before_its_prediction_is_not_counted() {
    let mut trainer =
        trainer()
            .callback(accuracy())
            .on(
                Fit::on_train_batch_begin,
                |iteration: &Iteration| match iteration.get() {
                    1 => Flow::leave(Fit::TRAIN_BATCH),
                    _ => Flow::Continue,
                },
            );
    let fitted = trainer.fit(half_right()).unwrap();
    assert_eq!(values(&fitted, "train_accuracy"), [Some(0.0)]);
}

#[test]
fn a_pass_that_is_cut_short_has_the_value_of_its_batches() {
    let flows: [fn() -> Flow; 2] = [|| Flow::stop("enough"), || Flow::leave(Fit::TRAIN)];
    for flow in flows {
        let mut trainer = trainer()
            .callback(accuracy())
            .on(Fit::on_train_batch_end, flow);
        let fitted = trainer.fit(half_right()).unwrap();
        assert!(fitted.outcome.failed().is_none(), "{}", fitted.outcome);
        let all = fitted.history.iter().chain(fitted.history.cut_short());
        let values: Vec<_> = all
            .map(|(_, record)| record.get("train_accuracy"))
            .collect();
        assert_eq!(values, [Some(2.0 / 3.0)]);
    }
}

#[test]
fn handlers_of_batches_see_a_running_value_on_request() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let mut trainer = trainer().callback(accuracy().running()).on(
        Fit::on_train_batch_end,
        move |record: &Record| {
            see.lock().unwrap().push(record.get("train_accuracy"));
        },
    );
    assert!(trainer.fit(half_right()).unwrap().outcome.is_finished());
    assert_eq!(*seen.lock().unwrap(), [Some(2.0 / 3.0), Some(0.5)]);
}

#[test]
fn a_stopper_watches_a_value_or_one_of_its_parts() {
    let watch = [
        EarlyStopping::maximize("valid_accuracy"),
        EarlyStopping::maximize("valid_f1.1"),
        EarlyStopping::maximize("train_f1.0"),
    ];
    for stopping in watch {
        let mut trainer = trainer()
            .epochs(9)
            .valid(half_right())
            .callback(stopping)
            .callback(accuracy())
            .callback(f1_of_classes());
        let fitted = trainer.fit(half_right()).unwrap();
        assert!(fitted.outcome.stopped().is_some(), "{}", fitted.outcome);
        assert_eq!(fitted.history.len(), 2);
    }
}

#[test]
fn a_name_that_nothing_measures_is_a_problem_of_the_plan() {
    let hint = |name: &'static str, valid: bool| {
        let mut trainer = trainer()
            .callback(accuracy())
            .callback(EarlyStopping::maximize(name));
        if valid {
            trainer = trainer.valid(half_right());
        }
        trainer.check().unwrap_err().to_string()
    };
    assert!(hint("valid_acuracy", true).contains("did you mean `valid_accuracy`?"));
    assert!(hint("valid_accuracy", false).contains("no validation data: `.valid(…)`"));
}

#[test]
fn nan_is_a_value_that_stoppers_see_and_no_failure() {
    let mean = Measure::new("score", Mean::new(), |mean, logits: &Logits, _: &Images| {
        mean.update(&logits.0.iter().map(|row| row[0]).collect::<Vec<_>>(), &())
    });
    let area = Measure::new(
        "auc",
        CurveArea::roc(),
        |area, logits: &Logits, images: &Images| {
            area.update(
                &logits.0.iter().map(|row| row[0]).collect::<Vec<_>>(),
                &images.labels,
            )
        },
    );
    let mut nan = half_right();
    nan[0].scores[1] = [f32::NAN; 2];
    let mut trainer = trainer()
        .epochs(3)
        .callback(mean)
        .callback(area)
        .callback(accuracy())
        .callback(InvalidLossStopping::new("train_auc"));
    let fitted = trainer.fit(nan).unwrap();
    assert!(fitted.outcome.stopped().is_some(), "{}", fitted.outcome);
    let (_, record) = fitted.history.iter().next().unwrap();
    assert!(record.get("train_score").is_some_and(f64::is_nan));
    // The class of NaN is 0, and the right class is 1.
    assert_eq!(record.get("train_accuracy"), Some(0.25));
}

#[test]
fn an_error_of_the_update_fails_the_run_and_says_what_to_do() {
    let mut images = half_right();
    images[1].labels[0] = 7;
    let mut trainer = trainer().callback(f1_of_classes());
    let fitted = trainer.fit(images.clone()).unwrap();
    let text = fitted.outcome.failed().unwrap().to_string();
    assert!(text.contains("Measure at on_train_batch_end"), "{text}");
    assert!(
        text.contains("targets[0] is the class 7, and the metric has 2 classes"),
        "{text}"
    );

    let mut trainer = Trainer::new(Classifier::default());
    trainer
        .plan()
        .add(f1_of_classes())
        .on_failure(OnFailure::Warn);
    let fitted = trainer.fit(images).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    assert_eq!(values(&fitted, "train_f1.0"), [Some(2.0 / 3.0)]);
}

#[test]
fn an_invalid_metric_is_a_problem_of_the_plan() {
    let none = ClassScore::f1(0, ClassAverage::Macro);
    let none = Measure::new("f1", none, |f1, logits: &Logits, images: &Images| {
        f1.update(&logits.0, &images.labels)
    });
    let problems = trainer().callback(none).check().unwrap_err().to_string();
    assert!(
        problems.contains("has a metric that cannot compute `f1`: `classes` is 0"),
        "{problems}"
    );
    assert!(
        problems.contains("give one from 1 to 16777216"),
        "{problems}"
    );
}

#[test]
fn a_prediction_that_the_learner_does_not_have_is_a_problem_of_the_plan() {
    let other = Measure::new(
        "accuracy",
        Accuracy::new(),
        |accuracy, guesses: &Vec<u8>, images: &Images| accuracy.update(guesses, &images.labels),
    );
    let problems = trainer().callback(other).check().unwrap_err().to_string();
    assert!(problems.contains("Vec<u8>"), "{problems}");

    let learner = Classifier {
        own_step: Some(OwnStep::new(|_| Ok(()))),
        ..Classifier::default()
    };
    assert!(Trainer::new(learner).callback(accuracy()).check().is_err());
}

#[test]
fn a_learner_with_a_step_of_its_own_is_measured_if_the_step_provides_predictions() {
    let step = OwnStep::new(|mut ctx| {
        let images = ctx.get::<Images>().ok_or("no batch")?;
        let logits = Logits(images.scores.clone());
        ctx.insert(logits);
        Ok(())
    });
    let learner = Classifier {
        own_step: Some(step.provides(|run| {
            run.between::<Logits>(Fit::on_train_batch_end, Fit::on_train_batch_end);
            run.between::<Logits>(Fit::on_valid_batch_end, Fit::on_valid_batch_end);
        })),
        ..Classifier::default()
    };
    let mut trainer = Trainer::new(learner)
        .valid(all_right())
        .callback(accuracy());
    let fitted = trainer.fit(half_right()).unwrap();
    assert_eq!(values(&fitted, "train_accuracy"), [Some(0.5)]);
    assert_eq!(values(&fitted, "valid_accuracy"), [Some(1.0)]);
}

#[test]
fn a_stop_before_the_first_prediction_is_no_remark() {
    let mut trainer = trainer()
        .callback(accuracy())
        .on(Fit::on_train_batch_begin, || Flow::stop("enough"));
    let outcome = trainer.fit(half_right()).unwrap().outcome;
    assert_eq!(outcome.skipped().len(), 0, "{outcome}");
    let text = outcome.to_string();
    assert!(
        text.starts_with("stopped") && !text.contains('\n'),
        "{text}"
    );
}

#[test]
fn two_halves_of_a_run_merge() {
    let mut parts = half_right().into_iter().map(|images| {
        let mut trainer = trainer().callback(accuracy());
        assert!(
            trainer
                .evaluate(vec![images])
                .unwrap()
                .outcome
                .is_finished()
        );
        trainer
            .plan()
            .get::<MeasureAccuracy>()
            .unwrap()
            .metric()
            .clone()
    });
    let mut whole = parts.next().unwrap();
    parts.for_each(|part| whole.merge(&part).unwrap());
    assert_eq!(whole.compute(), Some(0.5));
}
