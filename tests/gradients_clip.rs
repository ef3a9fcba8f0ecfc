//! `ClipGradients` limits gradients as `PyTorch` does, logs their norm, and skips steps that are not finite.

mod support {
    pub(crate) mod given;
    pub(crate) mod peer_values;
}

use callbacks::driver::{Driven, Driver, VariationalDriver};
use callbacks::fit::{Fit, SkipStep, Step, Trainer};
use callbacks::shelf::{ClipGradients, EarlyStopping};
use callbacks::{Attach, BoxError, ProblemKind, Record};
use support::given::{Batch, Given, Slopes, one};
use support::peer_values::{assert_near, peer};

type Clip = ClipGradients<Slopes>;

/// The gradients of the table of `PyTorch`'s values.
fn batch() -> Vec<Batch> {
    vec![Batch(vec![3.0, -4.0, 0.5], vec![12.0, -0.25], 1)]
}

fn clipped(clip: Clip, batches: Vec<Batch>) -> (Vec<f64>, Record) {
    let (weights, biases) = (batches[0].0.len(), batches[0].1.len());
    let mut trainer = Trainer::new(Given::new(weights, biases)).callback(clip);
    let fitted = trainer.fit(batches).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    let record = fitted
        .history
        .iter()
        .next()
        .map(|(_, record)| record.clone());
    let steps = trainer.learner().steps.iter();
    let steps = steps.flat_map(|(_, slopes)| slopes.clone()).collect();
    (steps, record.unwrap())
}

#[test]
fn norms_are_limited_as_pytorch_does() {
    let ps = [("1", 1.0), ("2", 2.0), ("3", 3.0), ("inf", f64::INFINITY)];
    for (name, p) in ps {
        for limit in [0.0, 1.0, 13.0, 100.0] {
            let (slopes, record) = clipped(Clip::by_norm(limit).norm_type(p), batch());
            let line = format!("clip_norm_{name}_{limit}");
            let expected = peer(&line);
            assert_near(&slopes, &expected[1..], &line);
            assert_near(&[record.get("grad_norm").unwrap()], &expected[..1], &line);
        }
    }
}

#[test]
fn values_and_the_norms_of_tensors_are_limited_as_pytorch_does() {
    for limit in [0.0, 0.3, 5.0] {
        let (slopes, record) = clipped(Clip::by_value(limit), batch());
        assert_near(&slopes, &peer(&format!("clip_value_{limit}")), "by value");
        // The norm before.
        assert_near(
            &[record.get("grad_norm").unwrap()],
            &peer("clip_norm_2_100")[..1],
            "norm",
        );
    }
    let (slopes, _) = clipped(Clip::by_tensor_norm(2.0), batch());
    assert_near(&slopes, &peer("clip_tensors_2"), "by tensor");
    let (slopes, _) = clipped(Clip::measure(), batch());
    assert_eq!(slopes, [3.0, -4.0, 0.5, 12.0, -0.25]);
}

#[test]
fn the_record_has_the_norm_of_the_step_and_then_mean_and_maximum() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .epochs(2)
        .callback(Clip::by_norm(1.0))
        .state(Vec::<f64>::new())
        .on(
            Fit::on_train_batch_end,
            |seen: &mut Vec<f64>, record: &Record| {
                seen.extend(record.get("grad_norm"));
            },
        );
    let fitted = trainer.fit(vec![one(1.0), one(-3.0), one(8.0)]).unwrap();
    let means: Vec<f64> = fitted
        .history
        .of("grad_norm")
        .map(|(_, norm)| norm)
        .collect();
    let largest: Vec<f64> = fitted
        .history
        .of("grad_norm_max")
        .map(|(_, norm)| norm)
        .collect();
    assert_eq!((means, largest), (vec![4.0, 4.0], vec![8.0, 8.0]));
    assert_eq!(
        trainer.get::<Vec<f64>>().unwrap().as_slice(),
        [1.0, 3.0, 8.0, 1.0, 3.0, 8.0]
    );
}

#[test]
fn of_several_optimisers_each_is_limited_on_its_own_and_has_its_mean() {
    let learner = Given::with_optimizers(&["a", "b"], 1, 0);
    let mut trainer = Trainer::new(learner).callback(Clip::by_norm(4.0));
    let fitted = trainer.fit(vec![one(1.0), one(3.0)]).unwrap();
    let record = fitted.history.iter().next().unwrap().1;
    let values = ["grad_norm", "grad_norm_max", "grad_norm.a", "grad_norm.b"];
    let values = values.map(|name| record.get(name).unwrap());
    assert_eq!(values.to_vec(), [11.0, 30.0, 2.0, 20.0]);
    let steps: Vec<f64> = fitted
        .learner
        .steps
        .iter()
        .map(|(_, slopes)| slopes[0])
        .collect();
    assert_near(
        &steps,
        &[1.0, 40.0 / 10.000_001, 3.0, 120.0 / 30.000_001],
        "steps",
    );
}

#[test]
fn a_stopper_can_monitor_the_norm_of_one_optimiser() {
    let check = |name: &'static str| {
        let learner = Given::with_optimizers(&["a", "b"], 1, 0);
        let stopping = EarlyStopping::minimize(name);
        let trainer = Trainer::new(learner).callback(stopping);
        trainer.callback(Clip::measure()).check()
    };
    assert!(check("grad_norm.a").is_ok());
    let error = check("grad_nom.a").unwrap_err();
    assert_eq!(error.problems()[0].kind(), ProblemKind::NotRecorded);
}

#[test]
fn two_instances_with_one_name_are_a_problem_of_the_plan() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .callback(Clip::by_value(2.0).skip_not_finite())
        .callback(Clip::measure().skip_not_finite());
    let error = trainer.check().unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(problem.kind(), ProblemKind::Incompatible);
    let text = problem.to_string();
    assert!(text.contains("records `grad_norm`, too"), "{text}");
    let hint = "write `.record_as(…)` with another name on one of them";
    assert_eq!(problem.hint(), Some(hint));
}

#[test]
fn the_number_of_skipped_steps_is_named_after_the_norm() {
    let clip = Clip::measure().record_as("raw_norm").skip_not_finite();
    let (_, record) = clipped(clip, vec![one(f64::NAN)]);
    assert_eq!(record.get("raw_norm_skipped_steps"), Some(1.0));
    assert_eq!(record.get("skipped_steps"), None);
}

#[test]
fn two_instances_work_side_by_side() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .callback(Clip::by_value(2.0).record_as("raw_norm"))
        .callback(Clip::measure());
    let fitted = trainer.fit(vec![one(5.0)]).unwrap();
    let record = fitted.history.iter().next().unwrap().1;
    assert_eq!(record.get("raw_norm"), Some(5.0));
    assert_eq!(record.get("grad_norm"), Some(2.0));
}

#[test]
fn a_second_fit_is_like_a_first_one() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .learning_rate(0.0)
        .callback(Clip::by_norm(1.0).skip_not_finite());
    let batches = || vec![one(4.0), one(f64::NAN)];
    let mut records = Vec::new();
    for _ in 0..2 {
        let fitted = trainer.fit(batches()).unwrap();
        records.push(fitted.history.iter().next().unwrap().1.to_string());
    }
    assert_eq!(records[0], records[1]);
    assert!(records[0].contains("skipped_steps 1"), "{}", records[0]);
}

#[test]
fn steps_that_are_not_finite_are_skipped_on_request() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for clip in [
            Clip::by_norm(9.0),
            Clip::by_value(9.0),
            Clip::by_tensor_norm(9.0),
            Clip::measure(),
        ] {
            let mut trainer = Trainer::new(Given::new(1, 1)).callback(clip.skip_not_finite());
            let odd = Batch(vec![1.0], vec![odd], 1);
            let fitted = trainer
                .fit(vec![odd, Batch(vec![0.0], vec![2.0], 1)])
                .unwrap();
            let record = fitted.history.iter().next().unwrap().1;
            assert_eq!(fitted.learner.steps, [("main", vec![0.0, 2.0])]);
            assert_eq!(record.get("skipped_steps"), Some(1.0));
            assert_eq!(record.get("grad_norm"), Some(2.0));
            assert_eq!(trainer.get::<Step>(), Some(&Step::new(1)));
        }
    }
    // Elements whose squares overflow are finite.
    let (slopes, record) = clipped(Clip::measure().skip_not_finite(), vec![one(1e200)]);
    assert_eq!(
        (slopes, record.get("skipped_steps")),
        (vec![1e200], Some(0.0))
    );
}

#[test]
fn without_the_request_gradients_that_are_not_finite_stay() {
    for clip in [Clip::by_norm(1.0), Clip::by_tensor_norm(1.0)] {
        let (slopes, record) = clipped(clip, vec![Batch(vec![f64::INFINITY], vec![0.5], 1)]);
        assert_eq!(slopes, [f64::INFINITY, 0.5]);
        assert_eq!(record.get("grad_norm"), Some(f64::INFINITY));
        assert_eq!(record.get("skipped_steps"), None);
    }
    let (slopes, record) = clipped(
        Clip::by_value(1.0),
        vec![Batch(vec![f64::NAN], vec![-f64::INFINITY], 1)],
    );
    assert!(slopes[0].is_nan() && (slopes[1] + 1.0).abs() < f64::EPSILON);
    assert!(record.get("grad_norm").is_some_and(f64::is_nan));
    assert!(record.get("grad_norm_max").is_some_and(f64::is_nan));
}

#[test]
fn a_step_that_another_callback_skips_is_not_measured() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .callback(Clip::measure())
        .plan_with(|plan| {
            let skip = |skip: &mut SkipStep| skip.skip();
            plan.on(Fit::on_train_batch_before_step, skip).weight(-1.0);
        });
    let fitted = trainer.fit(vec![one(1.0)]).unwrap();
    assert_eq!(fitted.history.of("grad_norm").count(), 0);
    assert_eq!(fitted.learner.steps, []);
}

#[test]
fn the_mean_of_a_group_is_limited() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .accumulate(2)
        .callback(Clip::by_value(4.0));
    let fitted = trainer
        .fit(vec![one(9.0), one(-3.0), one(9.0), one(1.0)])
        .unwrap();
    let steps: Vec<f64> = fitted
        .learner
        .steps
        .iter()
        .map(|(_, slopes)| slopes[0])
        .collect();
    assert_eq!(steps, [3.0, 4.0]);
    assert_eq!(
        fitted.history.of("grad_norm").next().map(|(_, norm)| norm),
        Some(4.0)
    );
}

#[test]
fn an_epoch_without_steps_has_no_norm() {
    let mut trainer = Trainer::new(Given::new(1, 0)).callback(Clip::measure());
    let fitted = trainer.fit(|_| Vec::new()).unwrap();
    assert!(fitted.outcome.is_finished());
    assert_eq!(fitted.history.of("grad_norm").count(), 0);
}

#[test]
fn invalid_settings_are_problems_of_the_plan() {
    for (clip, text) in [
        (Clip::by_norm(-1.0), "a `max_norm` of -1"),
        (Clip::by_norm(f64::NAN), "a `max_norm` of NaN"),
        (Clip::by_value(-0.5), "a `max_value` of -0.5"),
        (
            Clip::by_tensor_norm(-0.5),
            "a `max_norm of each tensor` of -0.5",
        ),
        (Clip::measure().norm_type(0.0), "a `norm_type` of 0"),
        (Clip::measure().norm_type(f64::NAN), "a `norm_type` of NaN"),
    ] {
        let error = Trainer::new(Given::new(1, 0))
            .callback(clip)
            .check()
            .unwrap_err()
            .to_string();
        assert!(error.contains(text), "{error}");
    }
    let wrong = ClipGradients::<Vec<f32>>::measure();
    assert!(
        Trainer::new(Given::new(1, 0))
            .callback(wrong)
            .check()
            .is_err()
    );
}

struct Walk(f64);
struct Nothing;

impl Driven for Walk {
    type Samples = Nothing;
    type Update = Slopes;

    fn sample(&mut self) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn compute_loss_and_update(&mut self, _: &Nothing, _: &mut Record) -> Result<Slopes, BoxError> {
        Ok(Slopes {
            weights: vec![3.0],
            biases: vec![-4.0],
        })
    }

    fn update_parameters(&mut self, update: &Slopes) -> Result<(), BoxError> {
        self.0 += update.weights[0];
        Ok(())
    }
}

#[test]
fn the_updates_of_a_driver_are_limited() {
    let mut driver = VariationalDriver::new(Walk(0.0))
        .callback(Clip::by_norm(1.0))
        .on(Driver::on_step_end, |record: &Record| {
            assert_eq!(record.get("grad_norm"), Some(5.0));
        });
    assert!(driver.run(2).unwrap().is_finished());
    assert!((driver.driven().0 - 6.0 / 5.000_001).abs() < 1e-12);
}
