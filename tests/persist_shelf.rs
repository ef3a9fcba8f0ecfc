//! A run with callbacks of the shelf that is saved after any of its steps, and continued by another plan, is the run that was never cut.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::breakpoints;
use callbacks::fit::LearningRate;
use callbacks::persist::{Fields, SavedRun, SavedValue};
use callbacks::prelude::*;
use callbacks::shelf::{
    ConvergenceStopping, EarlyStopping, InvalidLossStopping, PhaseCounts, Recorder, ReduceOnPlateau,
};
use support::journal::Journal;
use support::line::{Line, inputs};

breakpoints! {
    /// Records a number in each step.
    pub loop Relax with Step as steps, LearningRate {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                after_step completes Step;
            }
            on_run_end;
        }
    }
}

/// What the steps record. It has a plateau, an infinity, a NaN, and a value that is never improved on.
const ENERGIES: [f64; 14] = [
    3.0,
    2.0,
    2.1,
    1.5,
    1.5,
    f64::INFINITY,
    1.5,
    0.5,
    f64::NAN,
    f64::NAN,
    0.7,
    0.6,
    0.6,
    0.6,
];

fn persist_rate(rate: &mut LearningRate, fields: &mut Fields<'_>) {
    let load = |rate: &mut LearningRate, saved: SavedValue| {
        rate.set(saved.into_type()?);
        Ok(())
    };
    fields.field_with("rate", rate, |rate| SavedValue::of(&rate.get()), load);
}

/// Makes a plan, as each process does.
fn plan(attach: &dyn Fn(&mut Plan<Relax>)) -> Plan<Relax> {
    let mut plan = Plan::new();
    attach(&mut plan);
    plan.persist_fields("rate", persist_rate);
    let record = |step: &Step, record: &mut Record| {
        let index = usize::try_from(step.get() - 1).unwrap();
        record.set("energy", ENERGIES[index]);
        record.set("step", step.get().cast_signed());
        record.set("pair", vec![0.5, f64::NAN]);
    };
    plan.on(Relax::after_step, record)
        .weight(-1.0)
        .produces("energy");
    plan
}

/// Runs the loop to its end. Returns the saved run after each step, the outcome, and the learning rate.
fn run(plan: &mut Plan<Relax>) -> (Vec<SavedRun>, String, f64) {
    let (mut state, mut saved) = (State::new(), Vec::new());
    state.insert(LearningRate::new(1.0));
    let outcome = plan.run(&mut state, |run| {
        run.scope(Relax::RUN, |run| {
            let begun = run.state().get::<Step>().map_or(0, |step| step.get());
            for _ in begun..ENERGIES.len() as u64 {
                run.scope(Relax::STEP, |_| Ok(()))?;
                saved.push(run.save()?);
            }
            Ok(())
        })
        .map(drop)
    });
    (
        saved,
        outcome.unwrap().to_string(),
        state.get::<LearningRate>().unwrap().get(),
    )
}

fn cut_after_each_step(attach: &dyn Fn(&mut Plan<Relax>)) {
    let (whole, outcome, rate) = run(&mut plan(attach));
    for (cut_after, saved) in whole.iter().enumerate() {
        let text = serde_json::to_string(saved).unwrap();
        let mut second = plan(attach);
        second.restore(serde_json::from_str(&text).unwrap());
        let (rest, continued, rate_at_end) = run(&mut second);
        assert_eq!(continued, outcome, "cut after {cut_after}");
        assert_eq!(
            rate_at_end.to_bits(),
            rate.to_bits(),
            "cut after {cut_after}"
        );
        let texts = |runs: &[SavedRun]| serde_json::to_string(runs).unwrap();
        assert_eq!(
            texts(&rest),
            texts(&whole[cut_after + 1..]),
            "cut after {cut_after}"
        );
    }
}

#[test]
fn early_stopping() {
    for patience in 0..6 {
        let stopping = move || EarlyStopping::minimize("energy").patience(patience);
        cut_after_each_step(&|plan| {
            plan.add(stopping());
        });
        cut_after_each_step(&|plan| {
            plan.add(stopping().min_delta(0.4).start_from(3));
        });
        cut_after_each_step(&|plan| {
            plan.add(stopping().baseline(1.2).goal(0.55));
            plan.add(EarlyStopping::maximize("energy").patience(7));
        });
    }
}

#[test]
fn invalid_loss_stopping() {
    for patience in 0..3 {
        cut_after_each_step(&|plan| {
            plan.add(InvalidLossStopping::new("energy").patience(patience));
        });
    }
}

#[test]
fn convergence_stopping() {
    for window in 1..4 {
        cut_after_each_step(&|plan| {
            plan.add(
                ConvergenceStopping::new("energy", 0.65)
                    .smoothing_window(window)
                    .patience(1),
            );
        });
    }
}

#[test]
fn reduce_on_plateau() {
    for patience in 0..3 {
        cut_after_each_step(&|plan| {
            plan.add(
                ReduceOnPlateau::minimize("energy")
                    .factor(0.5)
                    .patience(patience)
                    .cooldown(1)
                    .record(),
            );
        });
    }
}

#[test]
fn a_stopper_continues_in_a_second_run_after_one_that_was_restored_at_its_end() {
    let attach = |plan: &mut Plan<Relax>| {
        plan.add(EarlyStopping::minimize("energy").patience(9));
    };
    let (whole, ..) = run(&mut plan(&attach));
    let (mut second, mut state) = (plan(&attach), State::new());
    state.insert(LearningRate::new(1.0));
    second.restore(whole.last().unwrap().clone());
    for _ in 0..2 {
        // Neither of these runs has a step, so that the stopper looks at nothing.
        let outcome = second.run(&mut state, |run| {
            run.scope(Relax::RUN, |_| Ok(())).map(drop)
        });
        assert!(outcome.unwrap().is_finished());
        let best = second.get::<EarlyStopping>().and_then(EarlyStopping::best);
        assert_eq!(best, Some(0.5));
    }
}

#[test]
fn the_counts_of_a_recorder() {
    let plan = || {
        let mut plan = Plan::<Relax>::new();
        plan.persist_fields("PhaseCounts", PhaseCounts::persist);
        plan
    };
    let mut trainer = Trainer::new(Line::new(&Journal::default())).epochs(3);
    trainer = trainer.valid(inputs([2.0])).callback(Recorder);
    assert!(
        trainer
            .fit(inputs([1.0, 2.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let counts = trainer.get::<PhaseCounts>().unwrap().clone();
    let (mut state, mut saved) = (State::new(), None);
    state.insert(counts.clone());
    let save = |run: &mut Run<'_, Relax>| {
        saved = Some(run.save()?);
        Ok(())
    };
    assert!(plan().run(&mut state, save).unwrap().is_finished());
    let saved = saved.unwrap();
    assert_eq!(saved.state("PhaseCounts").unwrap().names().count(), 9);
    let mut state = State::new();
    state.insert(PhaseCounts::default());
    let outcome = plan().restore(saved).run(&mut state, |_| Ok(()));
    assert!(outcome.unwrap().is_finished());
    assert_eq!(state.get(), Some(&counts));
}
