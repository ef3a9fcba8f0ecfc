//! `Freeze` keeps parameters equal to the bit, whatever the optimisers do.

mod support {
    pub(crate) mod given;
}

use callbacks::driver::{Driven, VariationalDriver};
use callbacks::fit::{Fit, OptimizerName, Trainer};
use callbacks::shelf::{Freeze, WeightDecay};
use callbacks::{Attach, BoxError, Parameters, Record};
use support::given::{Batch, Given};

fn batches() -> Vec<Batch> {
    vec![Batch(vec![0.1, -0.2], vec![0.3], 1); 3]
}

/// A learner whose parameters are not zero.
fn learner(names: &'static [&'static str]) -> Given {
    let mut learner = Given::with_optimizers(names, 2, 1);
    for tensors in &mut learner.optimizers {
        tensors.weights = vec![-0.0, 1.0 / 3.0];
        tensors.biases = vec![f64::MIN_POSITIVE / 7.0];
    }
    learner
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn frozen_parameters_are_equal_to_the_bit_and_the_others_train() {
    let mut trainer = Trainer::new(learner(&["main"]))
        .epochs(2)
        .callback(Freeze::<Given>::prefix("optimizers.0.weights"))
        .callback(WeightDecay::<Given>::constant(0.1));
    for _ in 0..2 {
        let before = trainer.learner().clone();
        assert!(trainer.fit(batches()).unwrap().outcome.is_finished());
        let after = trainer.learner();
        let (before, after) = (&before.optimizers[0], &after.optimizers[0]);
        assert_eq!(bits(&after.weights), bits(&before.weights));
        assert!((after.biases[0] - before.biases[0]).abs() > 1e-3);
    }
}

#[test]
fn parameters_are_frozen_from_one_epoch_until_another() {
    let epochs = |freeze: Freeze<Given>| {
        let mut trainer = Trainer::new(learner(&["main"]))
            .epochs(5)
            .state(vec![1.0 / 3.0])
            .callback(freeze)
            .on(Fit::on_epoch_end, |given: &Given, seen: &mut Vec<f64>| {
                seen.push(given.optimizers[0].weights[1]);
            });
        assert!(trainer.fit(batches()).unwrap().outcome.is_finished());
        let seen = trainer.get::<Vec<f64>>().unwrap();
        let moved: Vec<bool> = seen
            .windows(2)
            .map(|pair| bits(&pair[..1]) != bits(&pair[1..]))
            .collect();
        moved
    };
    let all = || Freeze::<Given>::matching(|_| true);
    assert_eq!(epochs(all()), [false; 5]);
    assert_eq!(
        epochs(all().until_epoch(3)),
        [false, false, true, true, true]
    );
    assert_eq!(
        epochs(all().from_epoch(4)),
        [true, true, true, false, false]
    );
    assert_eq!(
        epochs(all().from_epoch(2).until_epoch(4)),
        [true, false, false, true, true]
    );
    assert_eq!(
        epochs(Freeze::matching(|name| name.ends_with("biases"))),
        [true; 5]
    );
}

#[test]
fn two_instances_thaw_one_after_the_other() {
    let mut trainer = Trainer::new(learner(&["main"]))
        .epochs(2)
        .callback(Freeze::<Given>::prefix("optimizers.0.weights").until_epoch(2))
        .callback(Freeze::<Given>::prefix("optimizers.0.biases"));
    let before = trainer.learner().clone();
    assert!(trainer.fit(batches()).unwrap().outcome.is_finished());
    let (before, after) = (&before.optimizers[0], &trainer.learner().optimizers[0]);
    assert_eq!(bits(&after.biases), bits(&before.biases));
    // Three steps of the second epoch alone.
    assert!((after.weights[0] + 3.0 * 0.01 * 0.1).abs() < 1e-15);
}

#[test]
fn a_prefix_ends_at_a_point() {
    for (prefix, is_frozen) in [
        ("", true),
        ("optimizers", true),
        ("optimizers.0", true),
        ("optimizers.0.weights", true),
        ("optimizers.0.weight", false),
        ("optimizers.1", false),
        ("weights", false),
    ] {
        let mut trainer =
            Trainer::new(learner(&["main"])).callback(Freeze::<Given>::prefix(prefix));
        let before = trainer.learner().clone();
        assert!(trainer.fit(batches()).unwrap().outcome.is_finished());
        let after = &trainer.learner().optimizers[0].weights;
        assert_eq!(
            bits(after) == bits(&before.optimizers[0].weights),
            is_frozen,
            "{prefix}"
        );
    }
}

#[test]
fn the_second_optimiser_sees_the_frozen_parameters_of_the_first_one() {
    let mut trainer = Trainer::new(learner(&["a", "b"]))
        .callback(Freeze::<Given>::prefix("optimizers.0"))
        .on(
            Fit::on_train_batch_after_step,
            |given: &Given, name: &OptimizerName| {
                if name.0 == "a" {
                    assert_eq!(
                        given.optimizers[0].weights[1].to_bits(),
                        (1.0_f64 / 3.0).to_bits()
                    );
                }
            },
        )
        .on(Fit::on_train_batch_after_pred, |given: &Given| {
            assert_eq!(
                given.optimizers[0].weights[1].to_bits(),
                (1.0_f64 / 3.0).to_bits()
            );
        });
    let outcome = trainer.fit(batches()).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
    assert!((trainer.learner().optimizers[1].weights[1] - 1.0 / 3.0).abs() > 1e-3);
}

#[derive(Parameters, Clone)]
struct Pair {
    one: f64,
    other: f64,
}

struct Nothing;

impl Driven for Pair {
    type Samples = Nothing;
    type Update = f64;

    fn sample(&mut self) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn compute_loss_and_update(&mut self, _: &Nothing, _: &mut Record) -> Result<f64, BoxError> {
        Ok(0.1)
    }

    fn update_parameters(&mut self, update: &f64) -> Result<(), BoxError> {
        self.one += update;
        self.other += update;
        Ok(())
    }
}

#[test]
fn the_rounds_of_a_driver_are_its_steps() {
    let pair = Pair {
        one: 0.1,
        other: 0.1,
    };
    let mut driver = VariationalDriver::new(pair)
        .callback(Freeze::<Pair>::prefix("one").from_epoch(3).until_epoch(6));
    // The steps 3, 4 and 5 are frozen.
    for expected in [2.0, 2.0, 3.0, 5.0] {
        assert!(driver.run(2).unwrap().is_finished());
        let moved = (driver.driven().one - 0.1) / 0.1;
        assert!(
            (moved - expected).abs() < 1e-9,
            "{moved} at {}",
            driver.step()
        );
    }
    assert!((driver.driven().other - 0.9).abs() < 1e-9);
}

#[test]
fn what_is_changed_between_two_runs_is_frozen_as_it_is() {
    let pair = Pair {
        one: 0.1,
        other: 0.1,
    };
    let mut driver = VariationalDriver::new(pair).callback(Freeze::<Pair>::prefix("one"));
    for value in [0.1, 7.0] {
        driver.driven_mut().one = value;
        assert!(driver.run(2).unwrap().is_finished());
        assert_eq!(driver.driven().one.to_bits(), value.to_bits());
    }
}

#[test]
fn the_model_of_a_session_is_frozen() {
    let mut model = Pair {
        one: 0.1,
        other: 0.1,
    };
    let fit = Fit::session(2)
        .lend(&mut model)
        .callback(Freeze::<Pair>::prefix("one"))
        .start()
        .unwrap();
    for _ in fit.epochs() {
        for loss in fit.train([1.0, 2.0]) {
            let mut pair = fit.borrow::<Pair>().unwrap();
            pair.one += 1.0;
            pair.other += 1.0;
            drop(pair);
            fit.loss(loss);
        }
    }
    assert!(fit.finish().is_finished());
    assert_eq!(
        (model.one.to_bits(), model.other.to_bits()),
        (0.1_f64.to_bits(), 4.1_f64.to_bits())
    );
}

#[test]
fn an_empty_span_of_epochs_is_a_problem_of_the_plan() {
    let freeze = Freeze::<Given>::prefix("optimizers")
        .from_epoch(3)
        .until_epoch(3);
    let error = Trainer::new(learner(&["main"]))
        .callback(freeze)
        .check()
        .unwrap_err();
    assert!(
        error.to_string().contains("has an `until_epoch` of 3"),
        "{error}"
    );
    let wrong = Freeze::<Pair>::prefix("one");
    assert!(
        Trainer::new(learner(&["main"]))
            .callback(wrong)
            .check()
            .is_err()
    );
}
