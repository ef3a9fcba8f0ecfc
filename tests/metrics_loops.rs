//! `Measure` and `Throughput` in sessions and in loops of your own, and metrics without a callback.

mod support {
    pub(crate) mod classifier;
}

use callbacks::fit::{FitSession, SampleCount};
use callbacks::metrics::{Accuracy, Mean, Metric, SamplesPerSecond};
use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, Measure, Throughput};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use support::classifier::{Classifier, Images, Logits};

breakpoints! {
    /// A chain of samples, each of them of several moves.
    pub loop Chain with Step as steps, Energy, SampleCount as samples by hand {
        scope RUN {
            on_run_begin;
            phase WARM {
                on_warm_begin;
                scope WARM_MOVE { before_warm_move; after_warm_move; }
                on_warm_end;
            }
            scope STEP counts Step {
                before_step;
                after_jump;
                after_step completes Step;
            }
            on_run_end;
        }
    }
}

breakpoints! {
    /// The same without phases.
    pub loop Walk with Step as steps, Energy, SampleCount as samples by hand {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                after_move;
                after_step completes Step;
            }
            on_run_end;
        }
    }
}

struct Energy(f64);

fn mean_energy<L: Rounds>(at: callbacks::At<L>) -> Measure<L, Mean, Energy> {
    Measure::at(at, "energy", Mean::new(), |mean, energy: &Energy| {
        mean.push(energy.0, 1.0)
    })
}

/// Walks so many steps of two moves each. The energies are 1, 2, 3 and so on, and each move counts 4 samples.
fn walk(plan: &mut Plan<Walk>, state: &mut State, steps: u32) -> Vec<Option<f64>> {
    state.insert(Energy(0.0));
    state.insert(SampleCount::default());
    let mut values = Vec::new();
    let outcome = plan.run(&mut *state, |run| {
        run.scope(Walk::RUN, |run| {
            for _ in 0..steps {
                run.scope(Walk::STEP, |run| {
                    for _ in 0..2 {
                        let mut state = run.state();
                        let energy = state.get::<Energy>().map_or(0.0, |energy| energy.0);
                        state.insert(Energy(energy + 1.0));
                        let samples = state
                            .get::<SampleCount>()
                            .map_or(0, |samples| samples.get());
                        state.insert(SampleCount::new(samples + 4));
                        run.fire(Walk::after_move)?;
                    }
                    Ok(())
                })?;
                values.push(
                    run.state()
                        .get::<Record>()
                        .and_then(|record| record.get("energy")),
                );
            }
            Ok(())
        })
        .map(drop)
    });
    let outcome = outcome.unwrap();
    assert!(outcome.failed().is_none(), "{outcome}");
    values
}

#[test]
fn a_loop_without_phases_has_a_value_for_each_round() {
    let (mut plan, mut state) = (Plan::new(), State::new());
    plan.add(mean_energy(Walk::after_move));
    let values = walk(&mut plan, &mut state, 3);
    assert_eq!(values, [Some(1.5), Some(3.5), Some(5.5)]);
    assert_eq!(walk(&mut plan, &mut State::new(), 1), [Some(1.5)]);
}

#[test]
fn a_round_that_is_left_does_not_count_in_the_next_one() {
    let mut plan = Plan::new();
    plan.on(Walk::after_move, |energy: &Energy| {
        if (energy.0 - 1.0).abs() < 0.5 {
            Flow::leave(Walk::STEP)
        } else {
            Flow::Continue
        }
    });
    plan.add(mean_energy(Walk::after_move));
    assert_eq!(
        walk(&mut plan, &mut State::new(), 2),
        [Some(1.0), Some(2.5)]
    );
}

#[test]
fn a_run_that_fails_within_a_round_leaves_nothing_for_the_next_one() {
    let mut plan = Plan::new();
    plan.on(Walk::after_move, |energy: &Energy, step: &Step| {
        if step.get() == 1 && energy.0 > 9.5 {
            return Err("the energy is gone");
        }
        Ok(())
    });
    plan.add(mean_energy(Walk::after_move));
    let (mut state, energy) = (State::new(), Energy(9.0));
    state.insert(energy);
    state.insert(SampleCount::default());
    let outcome = plan.run(&mut state, |run| {
        run.scope(Walk::STEP, |run| {
            run.fire(Walk::after_move)?;
            run.state().insert(Energy(10.0));
            run.fire(Walk::after_move)
        })
        .map(drop)
    });
    assert!(outcome.unwrap().failed().is_some());
    let values = walk(&mut plan, &mut state, 1);
    assert_eq!(values, [Some(1.5)]);
}

#[test]
fn the_last_breakpoint_of_a_round_belongs_to_it() {
    let mut plan = Plan::new();
    plan.add(mean_energy(Walk::after_step));
    assert_eq!(
        walk(&mut plan, &mut State::new(), 2),
        [Some(2.0), Some(4.0)]
    );
    let mut plan = Plan::new();
    plan.add(mean_energy(Walk::before_step).also_at(Walk::after_step));
    assert_eq!(
        walk(&mut plan, &mut State::new(), 2),
        [Some(1.0), Some(3.0)]
    );
}

#[test]
fn a_stopper_of_the_loop_watches_the_value() {
    let mut plan = Plan::new();
    let level = Measure::at(
        Walk::after_move,
        "level",
        Mean::new(),
        |mean, _: &Energy| mean.push(7.0, 1.0),
    );
    plan.add(level);
    plan.add(EarlyStopping::minimize("level"));
    let mut state = State::new();
    walk(&mut plan, &mut state, 9);
    assert!(state.get::<Step>().is_some_and(|step| step.get() < 9));
    plan.expect(|run| run.records(["error"]));
    plan.add(EarlyStopping::minimize("levle")).named("misspelt");
    let problems = plan.check(&state).unwrap_err().to_string();
    assert!(problems.contains("did you mean `level`?"), "{problems}");
}

#[test]
fn a_phase_and_the_rounds_of_one_loop_are_measured_by_two_callbacks() {
    let mut plan = Plan::<Chain>::new();
    plan.add(mean_energy(Chain::after_warm_move));
    plan.add(mean_energy(Chain::after_jump)).named("rounds");
    let mut state = State::new();
    state.insert(Energy(5.0));
    state.insert(SampleCount::default());
    let outcome = plan.run(&mut state, |run| {
        run.scope(Chain::RUN, |run| {
            run.scope(Chain::WARM, |run| {
                run.scope(Chain::WARM_MOVE, |_| Ok(())).map(drop)
            })?;
            let warm = run
                .state()
                .get::<Record>()
                .and_then(|record| record.get("warm_energy"));
            assert_eq!(warm, Some(5.0));
            run.state().insert(Energy(3.0));
            run.scope(Chain::STEP, |run| run.fire(Chain::after_jump))?;
            Ok(())
        })
        .map(drop)
    });
    assert!(outcome.unwrap().is_finished());
    assert_eq!(state.get::<Record>().unwrap().get("energy"), Some(3.0));

    let mut plan = Plan::<Chain>::new();
    plan.add(mean_energy(Chain::after_warm_move).also_at(Chain::after_jump));
    let problems = plan.check(&state).unwrap_err().to_string();
    assert!(
        problems.contains("is updated inside and outside of the loop's phases"),
        "{problems}"
    );
    let mut plan = Plan::<Walk>::new();
    plan.add(mean_energy(Walk::after_move).only("warm"));
    let problems = plan.check(&state).unwrap_err().to_string();
    assert!(
        problems.contains("leave it out: the loop has no phases here"),
        "{problems}"
    );
}

/// Runs the callbacks of a session around a loop by hand.
fn train(fit: &FitSession<'_>) {
    let batches = [Images::of([(0, 0), (1, 1), (0, 1)]), Images::of([(1, 0)])];
    for _ in fit.epochs() {
        for images in fit.train(batches.clone()) {
            fit.with_state(|mut state| {
                state.insert(Logits(images.scores.clone()));
                state.insert(images.clone());
            });
            fit.samples(images.labels.len() as u64);
            fit.loss(1.0);
        }
        for images in fit.valid([Images::of([(1, 1)])]) {
            fit.with_state(|mut state| {
                state.insert(Logits(images.scores.clone()));
                state.insert(images);
            });
        }
    }
}

#[test]
fn a_session_is_measured_if_its_loop_puts_predictions_and_batches_into_the_state() {
    let accuracy = Measure::new(
        "accuracy",
        Accuracy::new(),
        |accuracy, logits: &Logits, images: &Images| accuracy.update(&logits.0, &images.labels),
    );
    let fit = Fit::session(2)
        .state(Logits::default())
        .state(Images::default())
        .callback(accuracy)
        .start()
        .unwrap();
    train(&fit);
    let (_, state, outcome) = fit.into_parts();
    assert!(outcome.is_finished(), "{outcome}");
    let history = state.get::<History>().unwrap();
    let of = |name| history.of(name).map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(of("train_accuracy"), [0.5, 0.5]);
    assert_eq!(of("valid_accuracy"), [1.0, 1.0]);
}

#[test]
fn a_loop_by_hand_updates_the_metric_itself() {
    let fit = Fit::session(1)
        .on(Fit::on_epoch_end, |record: &Record| {
            assert_eq!(record.get("valid_accuracy"), Some(0.5));
        })
        .start()
        .unwrap();
    for _ in fit.epochs() {
        let mut accuracy = Accuracy::new();
        for images in fit.valid([Images::of([(0, 0)]), Images::of([(0, 1)])]) {
            accuracy.update(&images.scores, &images.labels).unwrap();
        }
        if let Some(value) = accuracy.compute() {
            fit.log("valid_accuracy", value);
        }
    }
    assert!(fit.finish().is_finished());
}

/// A clock that stands at so many seconds.
#[derive(Clone, Default)]
struct Seconds(Arc<AtomicU64>);

impl callbacks::metrics::Clock for Seconds {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

impl Seconds {
    fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

#[test]
fn the_throughput_is_that_of_each_training_pass() {
    let seconds = Seconds::default();
    let (in_training, in_validation) = (seconds.clone(), seconds.clone());
    let rate = SamplesPerSecond::with_clock(seconds.clone());
    let valid = Measure::new("rate", rate, |rate, _: &Logits, images: &Images| {
        rate.update(&images.labels.len(), &())
    });
    let mut trainer = Trainer::new(Classifier::default())
        .epochs(2)
        .valid(vec![Images::of([(0, 0), (0, 0)])])
        .callback(Throughput::with_clock(seconds.clone()))
        .callback(valid.only("valid"))
        .on(Fit::on_train_batch_begin, move || in_training.pass(2))
        .on(Fit::on_valid_batch_begin, move || in_validation.pass(4));
    let batches = vec![Images::of([(0, 0), (1, 1), (0, 1)]), Images::of([(1, 0)])];
    for _ in 0..2 {
        let fitted = trainer.fit(batches.clone()).unwrap();
        let of = |name| {
            fitted
                .history
                .of(name)
                .map(|(_, value)| value)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("train_samples_per_second"), [1.0, 1.0]);
        assert_eq!(of("valid_rate"), [0.5, 0.5]);
        assert!(of("valid_samples_per_second").is_empty());
    }
}

#[test]
fn the_throughput_of_a_loop_without_phases_is_that_of_each_round() {
    let seconds = Seconds::default();
    let clock = seconds.clone();
    let mut plan = Plan::<Walk>::new();
    plan.add(Throughput::with_clock(seconds));
    plan.on(Walk::after_move, move |_: &Energy| clock.pass(1));
    let mut state = State::new();
    walk(&mut plan, &mut state, 2);
    assert_eq!(
        state.get::<Record>().unwrap().get("samples_per_second"),
        Some(4.0)
    );
    let stopped = Throughput::with_clock(Seconds::default()).record_as("speed");
    let mut plan = Plan::<Walk>::new();
    plan.add(stopped);
    walk(&mut plan, &mut state, 1);
    assert_eq!(state.get::<Record>().unwrap().get("speed"), None);
}
