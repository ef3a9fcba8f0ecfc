//! `WeightDecay` shrinks parameters as `AdamW` does, on a schedule, and chosen by name.

mod support {
    pub(crate) mod given;
    pub(crate) mod peer_values;
    pub(crate) mod place;
}

use callbacks::Attach;
use callbacks::driver::VariationalDriver;
use callbacks::fit::{Fit, OptimizerName, SkipStep, Trainer};
use callbacks::shelf::{
    ClipGradients, InvalidDecay, MixedPrecision, SanityCheck, TerminateOnNan, WeightDecay,
};
use std::error::Error;
use support::given::{Batch, Given, Slopes};
use support::peer_values::{assert_near, peer};
use support::place::Place;

type Decay = WeightDecay<Given>;

/// Batches without gradients, so that the decay alone changes the parameters.
fn still(batches: usize) -> Vec<Batch> {
    vec![Batch(vec![0.0], vec![0.0], 1); batches]
}

fn learner(names: &'static [&'static str], values: [f64; 2]) -> Given {
    let mut learner = Given::with_optimizers(names, 1, 1);
    for tensors in &mut learner.optimizers {
        tensors.weights = vec![values[0]];
        tensors.biases = vec![values[1]];
    }
    learner
}

fn trainer(decay: Decay) -> Trainer<Given> {
    Trainer::new(learner(&["main"], [2.0, -3.0]))
        .learning_rate(0.1)
        .callback(decay)
}

fn values(trainer: &mut Trainer<Given>, optimizer: usize) -> [f64; 2] {
    let tensors = &trainer.learner().optimizers[optimizer];
    [tensors.weights[0], tensors.biases[0]]
}

#[test]
fn a_constant_decay_is_that_of_adamw() {
    for steps in 1..=3 {
        let mut trainer = trainer(Decay::constant(0.5));
        assert!(trainer.fit(still(steps)).unwrap().outcome.is_finished());
        let expected = &peer("adamw_decay")[2 * (steps - 1)..2 * steps];
        assert_near(&values(&mut trainer, 0), expected, "decay");
    }
}

#[test]
fn the_parameters_shrink_before_the_step() {
    let mut trainer = trainer(Decay::constant(0.5));
    assert!(
        trainer
            .fit(vec![Batch(vec![1.0], vec![0.0], 1)])
            .unwrap()
            .outcome
            .is_finished()
    );
    assert_near(
        &values(&mut trainer, 0),
        &[2.0 * 0.95 - 0.1, -3.0 * 0.95],
        "one step",
    );
}

#[test]
fn a_schedule_depends_on_the_number_of_steps() {
    let fit = |decay: Decay, steps: usize| {
        let mut trainer = trainer(decay);
        assert!(trainer.fit(still(steps)).unwrap().outcome.is_finished());
        values(&mut trainer, 0)[0] / 2.0
    };
    let product = |decays: &[f64]| {
        decays
            .iter()
            .map(|decay| 1.0 - 0.1 * decay)
            .product::<f64>()
    };
    let linear = || Decay::linear(1.0, 2.0, 2);
    assert_near(
        &[fit(linear(), 4)],
        &[product(&[1.0, 1.5, 2.0, 2.0])],
        "linear",
    );
    let quarter = 1.0 - f64::midpoint(1.0, std::f64::consts::FRAC_PI_4.cos());
    let cosine = [0.0, quarter, 0.5, 1.0 - quarter, 1.0];
    assert_near(
        &[fit(Decay::cosine(0.0, 1.0, 4), 5)],
        &[product(&cosine)],
        "cosine",
    );
    let even = |step: u64| if step.is_multiple_of(2) { 1.0 } else { 0.0 };
    assert_near(
        &[fit(Decay::with(even), 3)],
        &[product(&[1.0, 1.0])],
        "closure",
    );
    assert_near(
        &[fit(Decay::linear(1.0, 2.0, 0), 1)],
        &[product(&[2.0])],
        "no steps",
    );
}

#[test]
fn a_second_fit_is_like_a_first_one() {
    let mut trainer = trainer(Decay::linear(0.0, 2.0, 3));
    let mut ends = Vec::new();
    for _ in 0..2 {
        trainer.learner().optimizers[0].weights[0] = 2.0;
        assert!(trainer.fit(still(4)).unwrap().outcome.is_finished());
        ends.push(values(&mut trainer, 0)[0].to_bits());
    }
    assert_eq!(ends[0], ends[1]);
    // Also if each of them has one batch.
    let mut short = self::trainer(Decay::constant(0.5));
    for factor in [0.95, 0.95 * 0.95] {
        assert!(short.fit(still(1)).unwrap().outcome.is_finished());
        assert_near(&values(&mut short, 0)[..1], &[2.0 * factor], "short");
    }
}

#[test]
fn names_choose_what_shrinks_and_two_instances_work_side_by_side() {
    let mut trainer = trainer(Decay::constant(1.0).matching(|name| name.ends_with("weights")))
        .callback(Decay::constant(2.0).matching(|name| name.ends_with("biases")));
    assert!(trainer.fit(still(1)).unwrap().outcome.is_finished());
    assert_near(
        &values(&mut trainer, 0),
        &[2.0 * 0.9, -3.0 * 0.8],
        "by name",
    );
}

#[test]
fn with_several_optimisers_one_update_shrinks_once_or_at_the_step_of_one() {
    let two = |decay: Decay| {
        let mut trainer = Trainer::new(learner(&["a", "b"], [2.0, -3.0]))
            .learning_rate(0.1)
            .learning_rate_of("b", 0.2)
            .callback(decay);
        assert!(trainer.fit(still(2)).unwrap().outcome.is_finished());
        values(&mut trainer, 1)[0]
    };
    assert_near(&[two(Decay::constant(1.0))], &[2.0 * 0.9 * 0.9], "once");
    assert_near(
        &[two(Decay::constant(1.0).of("b"))],
        &[2.0 * 0.8 * 0.8],
        "of one",
    );
}

#[test]
fn a_step_that_is_skipped_shrinks_nothing_and_a_group_shrinks_once() {
    let mut skipped =
        trainer(Decay::constant(1.0)).on(Fit::on_train_batch_before_step, |skip: &mut SkipStep| {
            skip.skip();
        });
    assert!(skipped.fit(still(2)).unwrap().outcome.is_finished());
    assert_near(&values(&mut skipped, 0), &[2.0, -3.0], "skipped");
    let mut grouped = trainer(Decay::constant(1.0)).accumulate(2);
    assert!(grouped.fit(still(4)).unwrap().outcome.is_finished());
    assert_near(&values(&mut grouped, 0)[..1], &[2.0 * 0.9 * 0.9], "grouped");
}

#[test]
fn a_step_that_does_not_take_place_shrinks_nothing() {
    let not_finite = || vec![Batch(vec![f64::NAN], vec![0.0], 1)];
    // The order in which they are attached does not matter.
    for decay_first in [false, true] {
        let build = |attach: fn(Trainer<Given>) -> Trainer<Given>| {
            let trainer = Trainer::new(learner(&["main"], [2.0, -3.0])).learning_rate(0.1);
            let decay = Decay::constant(1.0);
            if decay_first {
                attach(trainer.callback(decay))
            } else {
                attach(trainer).callback(decay)
            }
        };
        let mut stopped = build(|trainer| trainer.callback(TerminateOnNan::gradients::<Slopes>()));
        let outcome = stopped.fit(not_finite()).unwrap().outcome;
        assert!(outcome.stopped().is_some(), "{outcome}");
        assert_near(&values(&mut stopped, 0), &[2.0, -3.0], "stopped");
        let mut skipped =
            build(|trainer| trainer.callback(ClipGradients::<Slopes>::measure().skip_not_finite()));
        let outcome = skipped.fit(not_finite()).unwrap().outcome;
        assert!(outcome.is_finished(), "{outcome}");
        assert_near(&values(&mut skipped, 0), &[2.0, -3.0], "skipped");
        // A step that is skipped because the scale of the loss is too great stops nothing.
        let mut scaled = build(|trainer| {
            let trainer = trainer.callback(TerminateOnNan::gradients::<Slopes>());
            trainer.callback(MixedPrecision::<Given>::new())
        });
        let outcome = scaled.fit(not_finite()).unwrap().outcome;
        assert!(outcome.is_finished(), "{outcome}");
        assert_near(&values(&mut scaled, 0), &[2.0, -3.0], "scaled");
    }
    let mut checked =
        trainer(Decay::constant(1.0)).on(Fit::on_train_batch_end, |learner: &Given| {
            assert_eq!(learner.place().to_bits(), 2.0_f64.to_bits());
        });
    let check = SanityCheck::by_clone().without_steps();
    check.run(&mut checked, still(2)).unwrap();
}

#[test]
fn with_several_optimisers_the_one_that_steps_gives_the_rate() {
    let mut trainer = Trainer::new(learner(&["a", "b"], [2.0, -3.0]))
        .learning_rate(0.1)
        .learning_rate_of("b", 0.2)
        .callback(Decay::constant(1.0))
        .on(
            Fit::on_train_batch_before_step,
            |optimizer: &OptimizerName, skip: &mut SkipStep| {
                if optimizer.0 == "a" {
                    skip.skip();
                }
            },
        );
    assert!(trainer.fit(still(1)).unwrap().outcome.is_finished());
    assert_near(&values(&mut trainer, 1)[..1], &[2.0 * 0.8], "of b");
}

#[test]
fn an_optimiser_that_does_not_exist_is_a_problem_of_the_plan() {
    let error = trainer(Decay::constant(1.0).of("mian"))
        .fit(still(1))
        .unwrap_err();
    let problem = &error.problems()[0];
    assert!(
        problem.to_string().contains("there is no optimiser `mian`"),
        "{error}"
    );
    assert_eq!(problem.hint(), Some("did you mean `main`?"));
    let decay = WeightDecay::<Place>::constant(0.5).of("main");
    let mut driver = VariationalDriver::new(Place(4.0)).callback(decay);
    let outcome = driver.run(2).unwrap();
    assert!(
        outcome.to_string().contains("leave out `.of(…)`"),
        "{outcome}"
    );
    assert_near(&[driver.driven().0], &[4.0], "driver");
}

#[test]
fn a_function_that_returns_no_decay_fails_the_run_with_step_and_value() {
    for value in [f64::NAN, f64::INFINITY, -0.5] {
        let decay = Decay::with(move |step| if step == 2 { value } else { 0.5 });
        let mut trainer = trainer(decay);
        let outcome = trainer.fit(still(4)).unwrap().outcome;
        let failure = outcome.failed().unwrap();
        let why = failure.source().unwrap().downcast_ref::<InvalidDecay>();
        let why = why.unwrap();
        assert_eq!((why.step, why.decay.to_bits()), (2, value.to_bits()));
        let text = format!(
            "the weight decay after 2 steps is {value}; let the function return one that is finite and not negative"
        );
        assert_eq!(why.to_string(), text);
        assert_near(&values(&mut trainer, 0)[..1], &[2.0 * 0.95 * 0.95], "kept");
    }
}

#[test]
fn invalid_settings_are_problems_of_the_plan() {
    for decay in [
        Decay::constant(-0.1),
        Decay::constant(f64::NAN),
        Decay::linear(0.1, f64::INFINITY, 3),
        Decay::cosine(-0.1, 0.1, 3),
    ] {
        let error = trainer(decay).check().unwrap_err();
        assert!(error.to_string().contains("has a `decay` of"), "{error}");
    }
}

#[test]
fn the_factor_of_a_driver_has_no_learning_rate() {
    let mut driver =
        VariationalDriver::new(Place(4.0)).callback(WeightDecay::<Place>::linear(0.5, 0.25, 1));
    assert!(driver.run(2).unwrap().is_finished());
    assert_near(
        &[driver.driven().0],
        &[(4.0 * 0.5 + 1.0) * 0.75 + 1.0],
        "driver",
    );
}

#[test]
fn two_that_shrink_all_parameters_are_a_problem_of_the_plan() {
    let both = |second: Decay| {
        let trainer = trainer(Decay::constant(1.0)).callback(second);
        trainer.callback(TerminateOnNan::new()).check()
    };
    let error = both(Decay::constant(0.5)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("shrinks all parameters before each update, too"),
        "{error}"
    );
    both(Decay::constant(0.5).matching(|name| name == "weights")).unwrap();
}
