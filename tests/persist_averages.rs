//! A run with copies of parameters in its callbacks (averages, the best ones, frozen ones), saved at any place and continued by another plan, is
//! the run that was never cut.

mod support {
    pub(crate) mod learn;
    pub(crate) mod places;
}

use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::shelf::{
    EarlyStopping, Ema, Freeze, KeepBest, RestoreBest, StochasticWeightAveraging,
};
use callbacks::{Callback, Parameters};
use support::learn::{Learn, Net, continued, cut_at_each_place, insert_values, plan, run};

fn cut<C: Callback<Learn> + Send>(make: impl Fn() -> C) {
    cut_at_each_place(&|plan| {
        plan.add(make());
    });
}

#[test]
fn ema() {
    cut(|| Ema::<Net>::new(0.5));
    cut(|| Ema::<Net>::new(0.9).and(0.5).warm_up().apply_at_end());
    cut(|| Ema::<Net>::new(0.7).unbiased().every(3).apply_at_end());
    cut(|| Ema::<Net>::new(0.7).without_validation().apply_at_end());
}

#[test]
fn stochastic_weight_averaging() {
    cut(|| StochasticWeightAveraging::<Net>::from_epoch(2).apply_at_end());
    cut(|| {
        StochasticWeightAveraging::<Net>::from_epoch(1)
            .every(2)
            .learning_rate(0.05, 2)
    });
    cut(|| {
        StochasticWeightAveraging::<Net>::from_epoch(2)
            .linear_learning_rate(0.5, 3)
            .apply_at_end()
    });
}

#[test]
fn keep_best() {
    cut(|| KeepBest::<Net>::minimize("valid_loss"));
    cut(|| KeepBest::<Net>::maximize("valid_loss"));
    cut(|| {
        EarlyStopping::minimize("valid_loss")
            .patience(9)
            .restore_best::<Net>()
    });
}

#[test]
fn freeze() {
    cut(|| Freeze::<Net>::prefix("layers.0"));
    cut(|| Freeze::<Net>::prefix("layers").from_epoch(2).until_epoch(4));
}

#[test]
fn all_of_them_together() {
    cut_at_each_place(&|plan| {
        plan.add(Freeze::<Net>::prefix("scale").from_epoch(2));
        plan.add(KeepBest::<Net>::minimize("valid_loss"));
        plan.add(Ema::<Net>::new(0.5).apply_at_end());
        plan.add(StochasticWeightAveraging::<Net>::from_epoch(1).learning_rate(0.05, 2));
    });
}

/// Returns the saved runs of a plan, and their indices at which the model is in a validation.
fn saved(attach: &dyn Fn(&mut Plan<Learn>)) -> (Vec<SavedRun>, Vec<usize>) {
    let ran = run(&mut plan(attach));
    let in_validation =
        |saved: &SavedRun| serde_json::to_string(saved).unwrap().contains("\"VALID\"");
    let places = ran.saved.iter().enumerate();
    let places = places.filter(|(_, saved)| in_validation(saved));
    let places = places.map(|(index, _)| index).collect();
    (ran.saved, places)
}

#[test]
fn a_run_that_is_saved_in_a_validation_has_the_average_and_the_parameters() {
    let attach = |plan: &mut Plan<Learn>| {
        plan.add(Ema::<Net>::new(0.5));
    };
    let (runs, in_validation) = saved(&attach);
    assert!(!in_validation.is_empty());
    for index in in_validation {
        let tensors = runs[index].clone().take_tensors();
        let names = |of: &str| format!("{of}.layers.0.0");
        let model = &tensors[&names("state/model/parameters")];
        let average = &tensors[&names("callbacks/Ema/averages.0.parameters")];
        let own = &tensors[&names("callbacks/Ema/own_parameters")];
        assert_eq!(model, average);
        assert_ne!(model, own);
    }
}

#[test]
fn a_run_can_be_saved_again_before_a_handler_has_the_model() {
    let attach = |plan: &mut Plan<Learn>| {
        plan.add(Ema::<Net>::new(0.5));
        plan.add(KeepBest::<Net>::minimize("valid_loss"));
    };
    let callbacks = |saved: &SavedRun| serde_json::to_value(saved).unwrap()["callbacks"].take();
    let (runs, in_validation) = saved(&attach);
    for index in in_validation {
        let mut again = SavedRun::default();
        let mut state = State::new();
        insert_values(&mut state);
        let outcome = continued(&runs[index], &attach).run(&mut state, |run| {
            again = run.save()?;
            Err("enough".into())
        });
        assert!(outcome.unwrap().failed().is_some());
        assert_eq!(callbacks(&again), callbacks(&runs[index]));
    }
}

/// Continues a run whose callbacks have copies of another model. Returns the outcome.
fn fails_with<C: Callback<Learn> + Send>(make: impl Fn() -> C, index: usize) -> String {
    let attach = |plan: &mut Plan<Learn>| {
        plan.add(make());
    };
    let (runs, _) = saved(&attach);
    let mut saved = runs[index].clone();
    let mut tensors = saved.take_tensors();
    let longer = callbacks::persist::SavedTensor::of(&[0.5_f32; 3], &[3]).unwrap();
    for (name, tensor) in &mut tensors {
        if name.starts_with("callbacks/") && name.ends_with("layers.0.0") {
            *tensor = longer.clone();
        }
    }
    saved.put_tensors(tensors).unwrap();
    run(&mut continued(&saved, &attach)).outcome
}

#[test]
fn a_copy_of_another_model_fails_where_it_is_first_used() {
    let last = saved(&|_| {}).0.len() - 1;
    let place = "`layers.0.0`: it is a tensor of F32 [3], and not of F32 [2]; load it into one of the same type and shape";
    let texts = [
        fails_with(|| Ema::<Net>::new(0.5), last / 2),
        fails_with(|| KeepBest::<Net>::minimize("valid_loss"), last / 2),
        fails_with(|| StochasticWeightAveraging::<Net>::from_epoch(1), last / 2),
        fails_with(|| Freeze::<Net>::prefix("layers"), last / 2),
    ];
    for text in texts {
        assert!(
            text.contains("a copy of the parameters of another model"),
            "{text}"
        );
        assert!(text.contains(place), "{text}");
    }
}

#[test]
fn the_best_round_and_its_parameters_are_there_after_a_run_that_continues_at_its_end() {
    let attach = |plan: &mut Plan<Learn>| {
        plan.add(
            EarlyStopping::minimize("valid_loss")
                .patience(9)
                .restore_best::<Net>(),
        );
    };
    let (mut whole, runs) = (plan(&attach), saved(&attach).0);
    run(&mut whole);
    let mut second = continued(runs.last().unwrap(), &attach);
    run(&mut second);
    let keeping = |plan: &mut Plan<Learn>| {
        let keeping = plan.get::<RestoreBest<Net>>().unwrap().keeping();
        let mut net = Net::new();
        net.restore(keeping.snapshot().unwrap()).unwrap();
        (keeping.round().unwrap(), keeping.best(), net.bits())
    };
    assert_eq!(keeping(&mut second), keeping(&mut whole));
    assert_eq!(keeping(&mut whole).0.unit(), "epoch");
}
