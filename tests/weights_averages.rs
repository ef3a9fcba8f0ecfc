//! `Ema` and `StochasticWeightAveraging` compute the averages of `PyTorch`, in a fit.

mod support {
    pub(crate) mod given;
    pub(crate) mod peer_values;
}

use callbacks::fit::{Fit, LearningRate, Step, Trainer};
use callbacks::shelf::{Ema, StochasticWeightAveraging};
use callbacks::{Attach, Flow, Parameters, Problem, ProblemKind};
use support::given::{Batch, Given, one};
use support::peer_values::{assert_near, peer};

type Swa = StochasticWeightAveraging<Given>;

/// Batches that lead a model with a learning rate of 1 from 0 to these places.
fn walk(places: &[f64]) -> Vec<Batch> {
    let mut last = 0.0;
    let steps = places
        .iter()
        .map(|place| one(std::mem::replace(&mut last, *place) - place));
    steps.collect()
}

/// Returns the places in averages.
fn places<'s>(
    averages: impl Iterator<Item = (f64, &'s <Given as Parameters>::Snapshot)>,
) -> Vec<f64> {
    let place = |snapshot| {
        let mut given = Given::new(1, 0);
        given.restore(snapshot).unwrap();
        given.place()
    };
    averages.map(|(_, snapshot)| place(snapshot)).collect()
}

fn trainer() -> Trainer<Given> {
    Trainer::new(Given::new(1, 0)).learning_rate(1.0)
}

fn ema_places(trainer: &mut Trainer<Given>) -> Vec<f64> {
    places(trainer.plan().get::<Ema<Given>>().unwrap().averages())
}

#[test]
fn several_decays_are_those_of_pytorch_after_each_update() {
    let path = peer("walk");
    for steps in 1..=path.len() {
        let ema = Ema::<Given>::new(0.5).and(0.9).and(0.999);
        let mut trainer = trainer().callback(ema);
        assert!(
            trainer
                .fit(walk(&path[..steps]))
                .unwrap()
                .outcome
                .is_finished()
        );
        let expected = ["ema_0.5", "ema_0.9", "ema_0.999"].map(|name| peer(name)[steps - 1]);
        assert_near(
            &ema_places(&mut trainer),
            &expected,
            &format!("after {steps}"),
        );
    }
}

#[test]
fn a_second_fit_begins_anew_and_an_evaluation_keeps_the_average() {
    let path = peer("walk");
    let mut trainer = trainer().callback(Ema::<Given>::new(0.5));
    for _ in 0..2 {
        trainer.learner().optimizers[0].weights[0] = 0.0;
        assert!(trainer.fit(walk(&path)).unwrap().outcome.is_finished());
        assert_near(&ema_places(&mut trainer), &peer("ema_0.5")[5..], "a fit");
    }
    trainer.learner().validated.clear();
    assert!(
        trainer
            .evaluate(vec![one(0.0)])
            .unwrap()
            .outcome
            .is_finished()
    );
    let place = trainer.learner().place();
    assert_eq!(trainer.learner().validated, [place]);
    assert_near(
        &ema_places(&mut trainer),
        &peer("ema_0.5")[5..],
        "after an evaluation",
    );
    // A fit without an update keeps it, and validates the parameters.
    let mut trainer = trainer.valid(vec![one(0.0)]);
    trainer.learner().validated.clear();
    assert!(trainer.fit(|_| Vec::new()).unwrap().outcome.is_finished());
    assert_eq!(trainer.learner().validated, [place]);
}

#[test]
fn the_warm_up_and_the_unbiased_average_follow_their_formulas() {
    let path = [8.0, 2.0, -4.0];
    let mut growing = trainer().callback(Ema::<Given>::new(0.9).warm_up());
    assert!(growing.fit(walk(&path)).unwrap().outcome.is_finished());
    let second = 3.0 / 12.0 * 8.0 + 9.0 / 12.0 * 2.0;
    let third = 4.0 / 13.0 * second + 9.0 / 13.0 * -4.0;
    assert_near(&ema_places(&mut growing), &[third], "growing");
    let mut unbiased = trainer().callback(Ema::<Given>::new(0.5).unbiased());
    assert!(unbiased.fit(walk(&path)).unwrap().outcome.is_finished());
    let expected = (0.25 * 8.0 + 0.5 * 2.0 - 4.0) / 1.75;
    assert_near(&ema_places(&mut unbiased), &[expected], "unbiased");
    let mut limited = trainer().callback(Ema::<Given>::new(0.1).warm_up());
    assert!(limited.fit(walk(&path[..2])).unwrap().outcome.is_finished());
    assert_near(
        &ema_places(&mut limited),
        &[0.1 * 8.0 + 0.9 * 2.0],
        "limited",
    );
}

#[test]
fn updates_are_those_of_the_model() {
    // One update for each group of batches, and an average for each second update.
    let mut grouped = trainer()
        .accumulate(2)
        .callback(Ema::<Given>::new(0.5).every(2));
    let batches = vec![one(-1.0); 8];
    assert!(grouped.fit(batches).unwrap().outcome.is_finished());
    // 1, 2, 3, 4: of them 2 and 4.
    assert_near(&ema_places(&mut grouped), &[3.0], "every second update");
    // With several optimisers one update is one step.
    let learner = Given::with_optimizers(&["a", "b"], 1, 0);
    let mut several = Trainer::new(learner)
        .learning_rate(1.0)
        .callback(Ema::<Given>::new(0.5));
    assert!(
        several
            .fit(vec![one(-1.0), one(-1.0)])
            .unwrap()
            .outcome
            .is_finished()
    );
    let ema = several.plan().get::<Ema<Given>>().unwrap();
    let mut averaged = Given::with_optimizers(&["a", "b"], 1, 0);
    averaged.restore(ema.average().unwrap()).unwrap();
    assert_near(
        &[averaged.place(), averaged.optimizers[1].weights[0]],
        &[1.5, 15.0],
        "both",
    );
}

#[test]
fn two_instances_work_side_by_side() {
    let path = peer("walk");
    let mut trainer = trainer()
        .valid(vec![one(0.0)])
        .callback(Ema::<Given>::new(0.5))
        .plan_with(|plan| {
            plan.add(Ema::<Given>::new(0.9).without_validation())
                .named("slow");
        });
    assert!(trainer.fit(walk(&path)).unwrap().outcome.is_finished());
    assert_near(
        &trainer.learner().validated.clone(),
        &peer("ema_0.5")[5..],
        "validated",
    );
    let slow = trainer.plan().get_named::<Ema<Given>>("slow").unwrap();
    assert_near(&places(slow.averages()), &peer("ema_0.9")[5..], "slow");
}

#[test]
fn two_averages_that_do_the_same_to_one_model_are_a_problem_of_the_plan() {
    let ema = || Ema::<Given>::new(0.5);
    let quiet = || ema().without_validation();
    let swa = || Swa::from_epoch(1);
    let several = |mut trainer: Trainer<Given>| {
        let error = trainer.check();
        let error = error.expect_err("two averages");
        let kinds = error.problems().iter().map(Problem::kind);
        assert!(kinds.eq([ProblemKind::Incompatible]), "{error}");
    };
    several(trainer().callback(ema()).callback(ema()));
    several(
        trainer()
            .callback(ema().apply_at_end())
            .callback(swa().apply_at_end()),
    );
    several(
        trainer()
            .callback(swa().apply_at_end())
            .callback(quiet().apply_at_end()),
    );
    several(
        trainer()
            .callback(quiet().apply_at_end())
            .callback(quiet().apply_at_end()),
    );
    for mut trainer in [
        trainer().callback(ema()).callback(quiet()),
        trainer().callback(ema().apply_at_end()).callback(swa()),
        trainer().callback(ema()).callback(swa().apply_at_end()),
        trainer()
            .callback(ema())
            .state(vec![0.0])
            .callback(Ema::<Vec<f64>>::new(0.5)),
    ] {
        trainer.check().unwrap();
    }
}

#[test]
fn an_average_that_replaces_another_one_is_used_in_validations() {
    let mut trainer = trainer()
        .valid(vec![one(0.0)])
        .callback(Ema::<Given>::new(0.5));
    for decay in [0.9, 0.5] {
        trainer.learner().optimizers[0].weights[0] = 0.0;
        assert!(
            trainer
                .fit(walk(&peer("walk")))
                .unwrap()
                .outcome
                .is_finished()
        );
        trainer.plan().replace(Ema::<Given>::new(decay));
    }
    let expected = [peer("ema_0.5")[5], peer("ema_0.9")[5]];
    assert_near(&trainer.learner().validated.clone(), &expected, "validated");
}

#[test]
fn the_average_is_applied_at_the_end_unless_the_run_failed() {
    let path = peer("walk");
    for (flow, expected) in [
        (
            (|| Ok(Flow::Continue)) as fn() -> Result<Flow, &'static str>,
            peer("ema_0.5")[5],
        ),
        (|| Ok(Flow::stop("enough")), peer("ema_0.5")[5]),
        (|| Err("broken"), path[5]),
    ] {
        let mut trainer = trainer()
            .callback(Ema::<Given>::new(0.5).apply_at_end())
            .on(Fit::on_train_end, flow);
        let _ = trainer.fit(walk(&path)).unwrap().outcome;
        assert_near(&[trainer.learner().place()], &[expected], "applied");
    }
    // Without an update there is nothing to apply.
    let mut idle = trainer().callback(Ema::<Given>::new(0.5).apply_at_end());
    assert!(idle.fit(walk(&path)).unwrap().outcome.is_finished());
    idle.learner().optimizers[0].weights[0] = 77.0;
    assert!(idle.fit(|_| Vec::new()).unwrap().outcome.is_finished());
    assert_near(&[idle.learner().place()], &[77.0], "idle");
}

#[test]
fn parameters_that_are_not_finite_reach_the_average_and_not_the_next_fit() {
    let mut trainer = trainer().callback(Ema::<Given>::new(0.5));
    for odd in [f64::NAN, f64::INFINITY] {
        assert!(
            trainer
                .fit(vec![one(1.0), one(odd)])
                .unwrap()
                .outcome
                .is_finished()
        );
        assert!(!ema_places(&mut trainer)[0].is_finite());
        trainer.learner().optimizers[0].weights[0] = 0.0;
        assert!(trainer.fit(vec![one(-2.0)]).unwrap().outcome.is_finished());
        assert_near(&ema_places(&mut trainer), &[2.0], "after it");
        trainer.learner().optimizers[0].weights[0] = 0.0;
    }
}

#[test]
fn equal_weights_are_those_of_pytorch_after_each_epoch() {
    let path = peer("walk");
    for epochs in 1..=6 {
        let mut last = 0.0;
        let batches = path.clone();
        let mut trainer = trainer()
            .epochs(epochs)
            .callback(Swa::from_epoch(1).apply_at_end());
        let fitted = trainer.fit(move |epoch: u64| {
            let place = batches[usize::try_from(epoch).unwrap() - 1];
            vec![one(std::mem::replace(&mut last, place) - place)]
        });
        let epochs = usize::try_from(epochs).unwrap();
        assert_near(
            &[fitted.unwrap().learner.place()],
            &peer("swa")[epochs - 1..epochs],
            "swa",
        );
    }
}

#[test]
fn averaging_has_its_own_start_and_interval_and_begins_anew() {
    // The places at the ends of the epochs are 1, 2, …, 7: of them 3, 5 and 7.
    let averaging = Swa::from_epoch(3).every(2);
    let mut trainer = trainer().epochs(7).callback(averaging);
    for _ in 0..2 {
        trainer.learner().optimizers[0].weights[0] = 0.0;
        assert!(trainer.fit(vec![one(-1.0)]).unwrap().outcome.is_finished());
        let average = trainer.plan().get::<Swa>().unwrap().average();
        assert_near(
            &places(average.map(|average| (0.0, average)).into_iter()),
            &[5.0],
            "average",
        );
    }
    // An epoch that is cut short is not averaged.
    let mut cut = self::trainer()
        .epochs(2)
        .callback(Swa::from_epoch(1).apply_at_end())
        .on(Fit::on_train_batch_end, |step: &Step| match step.get() {
            3 => Flow::stop("enough"),
            _ => Flow::Continue,
        });
    assert!(
        cut.fit(vec![one(-1.0), one(-1.0)])
            .unwrap()
            .outcome
            .stopped()
            .is_some()
    );
    assert_near(&[cut.learner().place()], &[2.0], "cut short");
}

#[test]
fn the_learning_rate_is_led_as_swalr_of_pytorch_does() {
    for (name, averaging) in [
        ("cos_0", Swa::from_epoch(2).learning_rate(0.02, 0)),
        ("cos_1", Swa::from_epoch(2).learning_rate(0.02, 1)),
        ("cos_4", Swa::from_epoch(2).learning_rate(0.02, 4)),
        ("linear_0", Swa::from_epoch(2).linear_learning_rate(0.02, 0)),
        ("linear_1", Swa::from_epoch(2).linear_learning_rate(0.02, 1)),
        ("linear_4", Swa::from_epoch(2).linear_learning_rate(0.02, 4)),
    ] {
        let mut trainer = Trainer::new(Given::new(1, 0))
            .epochs(8)
            .learning_rate(0.1)
            .state(Vec::<f64>::new())
            .callback(averaging)
            // Another schedule, which begins each batch.
            .on(Fit::on_train_batch_begin, |rate: &mut LearningRate| {
                rate.set(0.1);
            })
            .on(
                Fit::on_train_batch_before_step,
                |rate: &LearningRate, seen: &mut Vec<f64>| seen.push(rate.get()),
            );
        for _ in 0..2 {
            assert!(trainer.fit(vec![one(0.0)]).unwrap().outcome.is_finished());
        }
        let expected = [&[0.1, 0.1][..], &peer(&format!("swalr_{name}"))].concat();
        let twice = [expected.clone(), expected].concat();
        assert_near(trainer.get::<Vec<f64>>().unwrap(), &twice, name);
    }
}

#[test]
fn each_of_several_optimisers_is_led_from_its_own_rate() {
    for averaging in [
        Swa::from_epoch(1).linear_learning_rate(0.1, 2),
        Swa::from_epoch(1).learning_rate(0.1, 2),
    ] {
        let mut trainer = Trainer::new(Given::with_optimizers(&["a", "b"], 1, 0))
            .epochs(4)
            .learning_rate(0.2)
            .learning_rate_of("b", 0.8)
            .state(Vec::<f64>::new())
            .callback(averaging)
            .on(
                Fit::on_train_batch_before_step,
                |rate: &LearningRate, seen: &mut Vec<f64>| seen.push(rate.get()),
            );
        assert!(trainer.fit(vec![one(0.0)]).unwrap().outcome.is_finished());
        let expected = [0.2, 0.8, 0.15, 0.45, 0.1, 0.1, 0.1, 0.1];
        assert_near(trainer.get::<Vec<f64>>().unwrap(), &expected, "rates");
    }
}

#[test]
fn invalid_settings_are_problems_of_the_plan() {
    let check = |mut trainer: Trainer<Given>| trainer.check().map_err(|error| error.to_string());
    for decay in [-0.1, 1.0, f64::NAN] {
        let text = check(trainer().callback(Ema::<Given>::new(0.5).and(decay))).unwrap_err();
        assert!(
            text.contains(&format!("has a `decay` of {decay}")),
            "{text}"
        );
    }
    assert!(check(trainer().callback(Ema::<Given>::new(0.5).every(0))).is_err());
    assert!(check(trainer().callback(Swa::from_epoch(0))).is_err());
    assert!(check(trainer().callback(Swa::from_epoch(1).every(0))).is_err());
    assert!(check(trainer().callback(Swa::from_epoch(1).learning_rate(f64::NAN, 1))).is_err());
    assert!(check(trainer().callback(Ema::<Vec<f32>>::new(0.5))).is_err());
}
