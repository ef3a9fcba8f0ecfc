//! `MixedPrecision` scales the loss as `torch.amp.GradScaler` does.

mod support {
    pub(crate) mod given;
    pub(crate) mod peer_values;
}

use callbacks::fit::{Fit, MicroStep, OptimizerName, Step, Trainer};
use callbacks::shelf::{ClipGradients, MixedPrecision};
use callbacks::{Attach, Flow};
use support::given::{Batch, Given, Slopes, one};
use support::peer_values::{assert_near, peer};

type Precision = MixedPrecision<Given>;

#[test]
fn the_scale_follows_the_rule_of_pytorch() {
    let overflows = peer("overflows");
    let is_odd = |overflow: &f64| *overflow > 0.0;
    let batches: Vec<Batch> = overflows
        .iter()
        .map(|overflow| one(if is_odd(overflow) { f64::INFINITY } else { 1.0 }))
        .collect();
    let precision = Precision::new()
        .initial_scale(8.0)
        .growth(3.0)
        .backoff(0.25)
        .growth_interval(2);
    let mut trainer = Trainer::new(Given::new(1, 0))
        .learning_rate(1.0)
        .callback(precision)
        .state(Vec::<f64>::new())
        .plan_with(|plan| {
            let look = |given: &Given, seen: &mut Vec<f64>| seen.push(given.precision.0);
            plan.on(Fit::on_train_batch_end, look);
        });
    for _ in 0..2 {
        trainer.learner().optimizers[0].weights[0] = 0.0;
        let fitted = trainer.fit(batches.clone()).unwrap();
        let record = fitted.history.iter().next().unwrap().1;
        assert_eq!(record.get("loss_scale"), peer("scales").last().copied());
        assert_eq!(record.get("overflows"), Some(4.0));
        // 12 steps along a slope of 1, whatever the scale was.
        assert!((fitted.learner.place() + 12.0).abs() < 1e-12);
        assert_eq!(trainer.get::<Step>(), Some(&Step::new(12)));
    }
    let seen = trainer.get::<Vec<f64>>().unwrap();
    assert_near(&seen[..16], &peer("scales"), "scales");
    assert_near(&seen[16..], &peer("scales"), "scales of the second fit");
}

#[test]
fn the_scale_does_not_grow_beyond_single_precision() {
    let precision = Precision::new().initial_scale(1e38).growth_interval(1);
    let mut trainer = Trainer::new(Given::new(1, 0)).callback(precision);
    assert!(
        trainer
            .fit(vec![one(1.0); 3])
            .unwrap()
            .outcome
            .is_finished()
    );
    let scale = trainer
        .plan()
        .get::<Precision>()
        .map(MixedPrecision::scale)
        .unwrap();
    assert!((scale / 2e38 - 1.0).abs() < 1e-12, "{scale}");
}

#[test]
fn the_defaults_are_those_of_pytorch() {
    let mut trainer = Trainer::new(Given::new(1, 0)).callback(Precision::new());
    let fitted = trainer.fit(vec![one(1.0); 2000]).unwrap();
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("loss_scale"), Some(131_072.0));
    let fitted = trainer.fit(vec![one(1.0); 1999]).unwrap();
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("loss_scale"), Some(65_536.0));
    let fitted = trainer.fit(vec![one(f64::NAN)]).unwrap();
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("loss_scale"), Some(32_768.0));
}

#[test]
fn one_optimiser_with_infinite_gradients_skips_its_step_alone() {
    // The gradients of the second optimiser are ten times as large, which is infinite.
    let learner = Given::with_optimizers(&["a", "b"], 1, 0);
    let mut trainer = Trainer::new(learner).callback(Precision::new().initial_scale(4.0));
    let fitted = trainer.fit(vec![one(4e307), one(1.0)]).unwrap();
    let names: Vec<&str> = fitted.learner.steps.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["a", "a", "b"]);
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(
        (record.get("loss_scale"), record.get("overflows")),
        (Some(2.0), Some(1.0))
    );
}

#[test]
fn an_overflow_of_the_first_optimiser_counts_if_the_second_one_steps() {
    let mut trainer = Trainer::new(Given::with_optimizers(&["a", "b"], 1, 0))
        .callback(Precision::new().initial_scale(4.0))
        .plan_with(|plan| {
            let overflow = |slopes: &mut Slopes, name: &OptimizerName| {
                if name.0 == "a" {
                    slopes.weights[0] = f64::INFINITY;
                }
            };
            plan.on(Fit::on_train_batch_before_step, overflow)
                .weight(-99.0);
        });
    let fitted = trainer.fit(vec![one(1.0)]).unwrap();
    assert_eq!(fitted.learner.steps, [("b", vec![10.0])]);
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("loss_scale"), Some(2.0));
}

#[test]
fn gradients_are_clipped_without_the_scale() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .callback(ClipGradients::<Slopes>::by_value(2.0).skip_not_finite())
        .callback(Precision::new());
    let fitted = trainer
        .fit(vec![one(1.5), one(3.0), one(f64::INFINITY)])
        .unwrap();
    let steps: Vec<f64> = fitted
        .learner
        .steps
        .iter()
        .map(|(_, slopes)| slopes[0])
        .collect();
    assert_eq!(steps, [1.5, 2.0]);
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("grad_norm_max"), Some(3.0));
}

#[test]
fn the_scale_changes_once_for_each_group_of_batches() {
    let precision = Precision::new().initial_scale(8.0).growth_interval(2);
    let mut trainer = Trainer::new(Given::new(1, 0))
        .accumulate(2)
        .callback(precision);
    let fitted = trainer.fit(vec![one(1.0); 4]).unwrap();
    assert_eq!(
        fitted.learner.steps,
        [("main", vec![1.0]), ("main", vec![1.0])]
    );
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("loss_scale"), Some(16.0));
}

#[test]
fn the_learner_is_in_full_precision_again_whatever_the_ending() {
    let flows: [fn() -> Result<Flow, &'static str>; 4] = [
        || Ok(Flow::Continue),
        || Ok(Flow::stop("enough")),
        || Err("broken"),
        || panic!("broken"),
    ];
    for flow in flows {
        let mut trainer = Trainer::new(Given::new(1, 0))
            .callback(Precision::new())
            .on(Fit::on_train_batch_after_step, |given: &Given| {
                assert_eq!(given.precision, (65_536.0, true));
            })
            .on(Fit::on_train_batch_after_step, flow);
        let _ = trainer.fit(vec![one(1.0)]).unwrap().outcome;
        assert_eq!(trainer.learner().precision, (1.0, false));
    }
}

#[test]
fn invalid_settings_are_problems_of_the_plan() {
    for (precision, text) in [
        (
            Precision::new().initial_scale(0.0),
            "an `initial_scale` of 0",
        ),
        (
            Precision::new().initial_scale(f64::NAN),
            "an `initial_scale` of NaN",
        ),
        (Precision::new().growth(1.0), "a `growth` of 1"),
        (Precision::new().backoff(1.0), "a `backoff` of 1"),
        (
            Precision::new().growth_interval(0),
            "a `growth_interval` of 0",
        ),
    ] {
        let error = Trainer::new(Given::new(1, 0))
            .callback(precision)
            .check()
            .unwrap_err()
            .to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[test]
fn the_scale_changes_after_the_update_of_a_group_whose_last_batch_is_left() {
    let leave = |now: &MicroStep| {
        if now.get() == 2 {
            Flow::leave(Fit::TRAIN_BATCH)
        } else {
            Flow::Continue
        }
    };
    let mut trainer = Trainer::new(Given::new(1, 0))
        .accumulate(2)
        .callback(Precision::new().initial_scale(8.0))
        .on(Fit::on_train_batch_after_pred, leave);
    let fitted = trainer.fit(vec![one(f64::INFINITY), one(1.0)]).unwrap();
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("overflows"), Some(1.0));
    assert_eq!(record.get("loss_scale"), Some(4.0));
}

#[test]
fn a_second_one_is_a_problem_of_the_plan() {
    let trainer = Trainer::new(Given::new(1, 0)).callback(Precision::new());
    let error = trainer.callback(Precision::new()).check().unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}");
    };
    assert!(
        problem.to_string().contains("scales the loss, too"),
        "{error}"
    );
}
