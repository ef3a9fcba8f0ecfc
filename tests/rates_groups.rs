//! Parameter groups: learning rates of their own, which schedules have by name.

#![allow(clippy::float_cmp, reason = "the rates are powers of two")]

mod support {
    pub(crate) mod complaint;
}

use callbacks::fit::{Learner, LearningRate, Loss, OptimizerName, Phase, Trainer};
use callbacks::schedule::{Exponential, OneCycle};
use callbacks::shelf::{RateSchedule, ReduceOnPlateau};
use callbacks::{Attach, BoxError};
use support::complaint::complaint;

/// A learner that notes the rates of its optimiser and of its two groups at each step.
#[derive(Debug, Default)]
struct Grouped {
    optimizers: &'static [&'static str],
    rates: Vec<[f64; 3]>,
}

struct Nothing;
struct NoGradient;

impl Learner for Grouped {
    type Batch = ();
    type Prediction = Nothing;
    type Gradients = NoGradient;

    fn samples(&self, (): &()) -> u64 {
        1
    }

    fn forward(&mut self, (): &(), _: Phase) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn loss(&mut self, _: &Nothing, (): &()) -> Result<Loss, BoxError> {
        Ok(Loss::from(1.0))
    }

    fn backward(&mut self, _: &Nothing, (): &(), _: OptimizerName) -> Result<NoGradient, BoxError> {
        Ok(NoGradient)
    }

    fn step(&mut self, _: NoGradient, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Err("a learner with groups steps them".into())
    }

    fn optimizers(&self) -> &'static [&'static str] {
        self.optimizers
    }

    fn parameter_groups(&self) -> &'static [&'static str] {
        &["bias", "norm"]
    }

    fn step_groups(
        &mut self,
        _: NoGradient,
        rates: &LearningRate,
        _: OptimizerName,
    ) -> Result<(), BoxError> {
        let groups = ["bias", "norm"].map(|group| rates.of_group(group));
        self.rates.push([rates.get(), groups[0], groups[1]]);
        Ok(())
    }
}

fn trainer(optimizers: &'static [&'static str]) -> Trainer<Grouped> {
    let learner = Grouped {
        optimizers,
        ..Grouped::default()
    };
    let trainer = Trainer::new(learner).epochs(2).learning_rate(1.0);
    trainer.learning_rate_of("bias", 4.0)
}

fn rates(mut trainer: Trainer<Grouped>) -> Vec<[f64; 3]> {
    let outcome = trainer.fit(vec![()]).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
    trainer.into_learner().rates
}

#[test]
fn a_group_has_its_own_rate_or_that_of_the_optimiser() {
    assert_eq!(rates(trainer(&["main"])), [[1.0, 4.0, 1.0]; 2]);
    let two = trainer(&["one", "other"]).learning_rate_of("other", 8.0);
    let (one, other) = ([1.0, 4.0, 1.0], [8.0, 4.0, 8.0]);
    assert_eq!(rates(two), [one, other, one, other]);
}

#[test]
fn a_schedule_has_all_groups_or_one_of_them() {
    let halve = || RateSchedule::per_step(Exponential::new(0.5));
    let all = rates(trainer(&["main"]).callback(halve()));
    assert_eq!(all, [[1.0, 4.0, 1.0], [0.5, 2.0, 0.5]]);
    let bias = rates(trainer(&["main"]).callback(halve().of("bias")));
    assert_eq!(bias, [[1.0, 4.0, 1.0], [1.0, 2.0, 1.0]]);
    let norm = rates(trainer(&["main"]).callback(halve().of("norm")));
    assert_eq!(norm, [[1.0, 4.0, 1.0], [1.0, 4.0, 0.5]]);
    let cycle = RateSchedule::per_step(OneCycle::new(8.0).div_factor(4.0).over(10));
    assert_eq!(
        rates(trainer(&["main"]).callback(cycle))[0],
        [2.0, 2.0, 2.0]
    );
}

#[test]
fn a_plateau_reduces_all_groups_or_one_of_them() {
    let plateau = || {
        ReduceOnPlateau::minimize("train_loss")
            .patience(0)
            .factor(0.5)
    };
    let all = rates(trainer(&["main"]).epochs(3).callback(plateau()));
    assert_eq!(all[2], [0.5, 2.0, 0.5]);
    let bias = rates(trainer(&["main"]).epochs(3).callback(plateau().of("bias")));
    assert_eq!(bias[2], [1.0, 2.0, 1.0]);
}

#[test]
fn the_rates_of_groups_are_recorded_by_name() {
    let mut trainer = trainer(&["main"]).callback(RateSchedule::per_epoch(|_: u64| 1.0).record());
    let fitted = trainer.fit(vec![()]).unwrap();
    let (_, record) = fitted.history.iter().last().unwrap();
    let names: Vec<&str> = record.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["train_loss", "lr.main", "lr.bias"]);
    assert_eq!(
        (record.get("lr.main"), record.get("lr.bias")),
        (Some(1.0), Some(4.0))
    );
}

#[test]
fn a_misspelt_group_is_reported_with_all_names() {
    let names = "the learner's optimisers are: main, and its parameter groups: bias, norm";
    let mut misspelt = trainer(&["main"]).learning_rate_of("bais", 1.0);
    let text = complaint(misspelt.fit(vec![()])).replace('\n', " ");
    assert!(
        text.contains("a learning rate for `bais`") && text.contains(names),
        "{text}"
    );
    let schedule = RateSchedule::per_step(Exponential::new(0.5)).of("bais");
    let text = complaint(trainer(&["main"]).callback(schedule).fit(vec![()]));
    let expected = "there is no optimiser `bais`; did you mean `bias`?";
    assert!(text.ends_with(expected), "{text}");
    let unlike = RateSchedule::per_step(Exponential::new(0.5)).of("generator");
    let text = complaint(trainer(&["main"]).callback(unlike).fit(vec![()]));
    let expected = "there is no optimiser `generator`; name one of these: main, bias, norm";
    assert!(text.ends_with(expected), "{text}");
}
