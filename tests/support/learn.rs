//! A loop of training and validation that saves its run at every place.

use super::places::{self, Body, Done, Ran, Walk};
use callbacks::fit::{Epoch, LearningRate, SampleCount, Step};
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::{Break, Parameters, Run, Scope};

breakpoints! {
    /// Epochs of a training pass and a validation pass.
    pub(crate) loop Learn with Epoch as epochs, Step as steps, LearningRate {
        scope RUN {
            on_run_begin;
            scope EPOCH counts Epoch {
                on_epoch_begin;
                phase TRAIN {
                    on_train_begin;
                    scope TRAIN_BATCH counts Step { on_train_batch_begin; on_update; on_train_batch_end; }
                    on_train_end;
                }
                phase VALID {
                    on_valid_begin;
                    scope VALID_BATCH { on_valid_batch_begin; on_score; on_valid_batch_end; }
                    on_valid_end;
                }
                on_epoch_end completes Epoch;
            }
            on_run_end;
        }
    }
}

pub(crate) const EPOCHS: u64 = 4;
const BATCHES: u64 = 2;

/// The parameters, of several types and shapes.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub(crate) struct Net {
    pub(crate) layers: Vec<(Vec<f32>, f32)>,
    pub(crate) scale: f64,
}

impl Net {
    pub(crate) fn new() -> Self {
        Self {
            layers: vec![(vec![0.5, -0.25], 0.125), (vec![1.5], 2.0)],
            scale: 0.1,
        }
    }

    /// Moves each parameter by an amount that depends on the step and on the parameter.
    pub(crate) fn update(&mut self, step: u64, rate: f64) {
        let step = f64::from(u32::try_from(step).unwrap());
        let mut place = 0.0;
        let moved = self.visit_mut(&mut |_, values| {
            for value in values {
                place += 1.0;
                *value += rate * ((3.7 * step + place).sin() - 0.3 * *value);
            }
            Ok(())
        });
        moved.unwrap();
    }

    /// Returns a number that depends on all parameters.
    pub(crate) fn score(&self) -> f64 {
        let mut score = 0.0;
        let visited = self.visit(&mut |_, values| {
            score += values.iter().map(|x| (x - 0.4).powi(2)).sum::<f64>();
            Ok(())
        });
        visited.map(|()| score).unwrap()
    }

    pub(crate) fn bits(&self) -> Vec<u64> {
        let mut bits = Vec::new();
        let visited = self.visit(&mut |_, values| {
            bits.extend(values.iter().map(|x| x.to_bits()));
            Ok(())
        });
        visited.map(|()| bits).unwrap()
    }
}

fn train_batch(run: &mut Run<'_, Learn>, walk: &mut Walk) -> Result<(), Break> {
    walk.act(run, |run| {
        let state = run.state();
        let step = state.get::<Step>().unwrap().get();
        let rate = state.get::<LearningRate>().unwrap().get();
        run.state().get_mut::<Net>().unwrap().update(step, rate);
        run.fire(Learn::on_update)
    })
}

fn valid_batch(run: &mut Run<'_, Learn>, walk: &mut Walk) -> Result<(), Break> {
    walk.act(run, |run| {
        let score = run.state().get::<Net>().unwrap().score();
        let mut state = run.state();
        state.get_mut::<Record>().unwrap().set("valid_loss", score);
        run.fire(Learn::on_score)
    })
}

/// A pass has an action at its begin, and two for each batch.
const PASS: u64 = 1 + 2 * BATCHES;

fn pass(
    run: &mut Run<'_, Learn>,
    walk: &mut Walk,
    (pass, batch): (Scope<Learn>, Scope<Learn>),
    body: Body<'_, Learn>,
) -> Result<(), Break> {
    walk.scope(run, (pass, PASS), &mut |run, walk| {
        walk.act(run, |_| Ok(()))?;
        (0..BATCHES).try_for_each(|_| walk.scope(run, (batch, 1), body))
    })
}

fn epoch(run: &mut Run<'_, Learn>, walk: &mut Walk) -> Result<(), Break> {
    walk.act(run, |_| Ok(()))?;
    pass(
        run,
        walk,
        (Learn::TRAIN, Learn::TRAIN_BATCH),
        &mut train_batch,
    )?;
    pass(
        run,
        walk,
        (Learn::VALID, Learn::VALID_BATCH),
        &mut valid_batch,
    )
}

/// Makes a plan, as each process does.
pub(crate) fn plan(attach: &dyn Fn(&mut Plan<Learn>)) -> Plan<Learn> {
    let mut plan = Plan::new();
    attach(&mut plan);
    plan.persist_fields("model", |net: &mut Net, fields| {
        fields.nested("parameters", |fields| net.persist(fields));
    });
    plan.persist_fields("rate", LearningRate::persist);
    plan.persist_fields("samples", |samples: &mut SampleCount, fields| {
        let mut count = samples.get();
        fields.field("count", &mut count);
        *samples = SampleCount::new(count);
    });
    plan.persist_fields("done", Done::persist);
    plan
}

/// Inserts what a process begins with.
pub(crate) fn insert_values(state: &mut State) {
    state.insert(Net::new());
    state.insert(Done::default());
    state.insert(LearningRate::new(0.25));
    state.insert(SampleCount::new(0));
}

/// Runs the loop to its end.
pub(crate) fn run(plan: &mut Plan<Learn>) -> Ran {
    let mut state = State::new();
    insert_values(&mut state);
    let mut walk = Walk::default();
    let outcome = plan.run(&mut state, |run| {
        run.scope(Learn::RUN, |run| {
            (0..EPOCHS).try_for_each(|_| walk.scope(run, (Learn::EPOCH, 3 + 2 * PASS), &mut epoch))
        })
        .map(drop)
    });
    Ran {
        saved: walk.saved,
        outcome: outcome.unwrap().to_string(),
        bits: state.get::<Net>().unwrap().bits(),
        state,
    }
}

/// Returns the plan of a process that continues a run.
pub(crate) fn continued(saved: &SavedRun, attach: &dyn Fn(&mut Plan<Learn>)) -> Plan<Learn> {
    let mut plan = plan(attach);
    plan.restore(places::through_file(saved));
    plan
}

/// Cuts a run at each place at which it can be saved, and compares the rest with the run that was never cut.
pub(crate) fn cut_at_each_place(attach: &dyn Fn(&mut Plan<Learn>)) -> Ran {
    places::cut_at_each_place(EPOCHS * (4 + 2 * PASS), &|saved| match saved {
        Some(saved) => run(&mut continued(&saved, attach)),
        None => run(&mut plan(attach)),
    })
}
