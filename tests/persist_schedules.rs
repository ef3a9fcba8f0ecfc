//! A run with schedules, saved at any place and continued by another plan, is the run that was never cut.

mod support {
    pub(crate) mod learn;
    pub(crate) mod places;
}

use callbacks::fit::{LearningRate, Step, Total};
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::schedule::{Cosine, Linear};
use callbacks::shelf::{RateSchedule, ReduceOnPlateau, ValueSchedule};
use support::learn::{EPOCHS, Learn, Net, cut_at_each_place, plan, run};

/// A value that no saved run has: each process begins with the default.
#[derive(Debug, Clone, Copy)]
struct Temperature(f64);

impl Default for Temperature {
    fn default() -> Self {
        Self(8.0)
    }
}

/// Changes the model by the temperature.
#[derive(Debug)]
struct Heat;

#[callback(Learn, register = false, provides(Temperature))]
impl Heat {
    fn on_update(&self, temperature: &Temperature, net: &mut Net) {
        net.scale += 0.01 * temperature.0;
    }
}

#[test]
fn rate_schedules() {
    let linear = || Linear::new(1.0, 0.1).over(EPOCHS);
    cut_at_each_place(&|plan| {
        plan.add(RateSchedule::per_epoch(linear()).record());
    });
    cut_at_each_place(&|plan| {
        plan.add(RateSchedule::per_round(Cosine::new()).total(EPOCHS));
    });
    cut_at_each_place(&|plan| {
        plan.add(RateSchedule::per_epoch(linear()).until(2));
        plan.add(
            ReduceOnPlateau::minimize("valid_loss")
                .patience(0)
                .factor(0.5),
        );
    });
}

#[test]
fn a_rate_that_changes_after_its_schedule_has_set_it_is_not_set_again() {
    let ran = cut_at_each_place(&|plan| {
        plan.add(RateSchedule::per_epoch(Linear::new(1.0, 0.1).over(EPOCHS)));
        plan.on(Learn::on_update, |rate: &mut LearningRate, step: &Step| {
            rate.scale(if step.get().is_multiple_of(2) {
                0.5
            } else {
                1.5
            });
        });
    });
    assert!(ran.outcome.contains("finished"), "{}", ran.outcome);
}

#[test]
fn rates_of_several_optimizers() {
    cut_at_each_place(&|plan| {
        plan.on(Learn::on_run_begin, |rate: &mut LearningRate| {
            rate.set_of("generator", 0.5);
        });
        plan.add(
            RateSchedule::per_epoch(Linear::new(1.0, 0.1).over(EPOCHS))
                .of("generator")
                .record(),
        );
        plan.on(
            Learn::on_epoch_end,
            |rate: &LearningRate, record: &mut Record| {
                record.set("initial", rate.initial());
                record.set("generator", rate.of("generator"));
            },
        );
    });
}

#[test]
fn value_schedules_set_their_value_again() {
    let cooling = || {
        ValueSchedule::per_epoch(
            Linear::new(1.0, 0.1).over(EPOCHS),
            8.0,
            |at: &mut Temperature, value| at.0 = value,
        )
        .record_as("temperature")
    };
    cut_at_each_place(&|plan| {
        plan.add(cooling());
        plan.add(Heat);
    });
    cut_at_each_place(&|plan| {
        plan.add(cooling().until(2));
        plan.add(Heat);
    });
    // The schedule changes the model.
    let bits = |attach: &dyn Fn(&mut Plan<Learn>)| {
        run(&mut plan(attach)).state.get::<Net>().unwrap().bits()
    };
    let with = bits(&|plan| {
        plan.add(cooling());
        plan.add(Heat);
    });
    assert_ne!(
        with,
        bits(&|plan| {
            plan.add(Heat);
        })
    );
}

breakpoints! {
    loop Relax with Step as steps, LearningRate, Total {
        scope RUN { on_run_begin; scope STEP counts Step { before_step; after_step completes Step; } on_run_end; }
    }
}

fn relax_plan() -> Plan<Relax> {
    let mut plan = Plan::new();
    plan.add(RateSchedule::per_step(Linear::new(1.0, 0.1)));
    plan.persist_fields("rate", LearningRate::persist);
    plan
}

/// Runs to a step, in a run of so many steps. Returns the saved run and the rate after each.
fn relax(
    plan: &mut Plan<Relax>,
    state: &mut State,
    (steps, last): (u64, u64),
) -> Vec<(SavedRun, f64)> {
    let mut after_each = Vec::new();
    state.insert(Total::new(Some(steps)));
    let outcome = plan.run(state, |run| {
        run.scope(Relax::RUN, |run| {
            let begun = run.state().get::<Step>().map_or(0, |step| step.get());
            for _ in begun..last {
                run.scope(Relax::STEP, |_| Ok(()))?;
                let rate = run.state().get::<LearningRate>().unwrap().get();
                after_each.push((run.save()?, rate));
            }
            Ok(())
        })
        .map(drop)
    });
    assert!(outcome.unwrap().is_finished());
    after_each
}

#[test]
fn a_schedule_over_the_whole_second_run_of_a_plan() {
    let process = || {
        let mut state = State::new();
        state.insert(LearningRate::new(1.0));
        (relax_plan(), state)
    };
    let (mut plan, mut state) = process();
    relax(&mut plan, &mut state, (2, 2));
    let whole = relax(&mut plan, &mut state, (4, 6));
    assert_eq!(whole.len(), 4);
    for (cut, (saved, _)) in whole.iter().enumerate() {
        let (mut second, mut state) = process();
        second.restore(saved.clone());
        assert_eq!(
            relax(&mut second, &mut state, (4, 6)),
            whole[cut + 1..],
            "cut after {cut}"
        );
    }
}
