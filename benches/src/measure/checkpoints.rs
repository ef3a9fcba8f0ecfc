//! What saving costs the loop: a save beside a copy of the same memory, and a fit with checkpoints beside one without.

use super::bound::Bound;
use super::fit;
use super::spread;
use crate::report::{Goal, Table};
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::{BoxError, CallbackInfo, breakpoints};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

/// A save may take so much of the time of a copy.
const GOAL_OF_A_SAVE: Bound = Bound::AtMost(1.2);
/// A fit with a checkpoint in each epoch may take so much of the time of one without.
const GOAL_OF_A_FIT: Bound = Bound::AtMost(1.02);

/// The elements of the state that is saved: 64 MiB.
const ELEMENTS: usize = 16 << 20;
/// How often it is saved, after the first saves, which have no memory of an earlier one.
const SAVES: usize = 41;
const FIRST_SAVES: usize = 3;

breakpoints! {
    loop Walk with Step as steps {
        scope STEP counts Step {
            before_step;
            after_step completes Step;
        }
    }
}

/// Has the run saved in each step, and keeps nothing.
struct SaveEach;

impl SaveEach {
    #[expect(clippy::unnecessary_wraps, reason = "other callbacks can fail")]
    fn receive(&mut self, saved: &SavedRun) -> Result<(), BoxError> {
        black_box(saved);
        Ok(())
    }
}

impl Callback<Walk> for SaveEach {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().receives_saved_runs(Self::receive)
    }

    fn handlers(&self, h: &mut Handlers<Walk, Self>) {
        h.on(Walk::after_step, |_: &mut Self| Flow::Save);
    }
}

pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "what",
        "in terms of",
        "time, median",
        "quartiles",
        "goal",
        "met",
    ];
    let mut table = Table::new("Checkpoints", "checkpoints", columns);
    let saved = saves_beside_copies().map_err(|error| error as Box<dyn Error>)?;
    add(
        &mut table,
        ["a save of 64 MiB", "a copy of the same memory"],
        saved,
        GOAL_OF_A_SAVE,
        "a save: at most 1.2 times a copy of what is saved",
    );
    for (place, folder) in [
        ("in memory", "/dev/shm".into()),
        ("on the disk", std::env::temp_dir()),
    ] {
        let fits = fit::with_checkpoints(&folder).map_err(|error| error as Box<dyn Error>)?;
        add(
            &mut table,
            [
                &format!(
                    "a fit of the digits with a checkpoint in each epoch, on a thread, {place}"
                ),
                "the fit without",
            ],
            fits,
            GOAL_OF_A_FIT,
            &format!(
                "a fit with a checkpoint in each epoch, {place}: at most 1.02 times one without"
            ),
        );
    }
    Ok(table)
}

fn add(table: &mut Table, [what, other]: [&str; 2], ratios: Vec<f64>, goal: Bound, wanted: &str) {
    let [first, median, third] = spread::quartiles(ratios);
    table.row([
        what.to_owned(),
        other.to_owned(),
        format!("{median:.3}"),
        format!("{first:.3} to {third:.3}"),
        goal.to_string(),
        Bound::met(Some(goal), median),
    ]);
    table.goals.push(Goal {
        wanted: wanted.to_owned(),
        measured: format!("{median:.3}"),
        is_met: goal.holds(median),
        section: "Checkpoints",
    });
}

/// The time of each save in terms of a copy into memory that was used before.
fn saves_beside_copies() -> Result<Vec<f64>, BoxError> {
    let source = vec![1.5_f32; ELEMENTS];
    let mut copy = vec![0.0_f32; ELEMENTS];
    let mut plan = Plan::<Walk>::new();
    plan.persist_fields("weights", |weights: &mut Vec<f32>, fields| {
        fields.tensor("", &[weights.len()], weights);
    });
    plan.add(SaveEach);
    let mut state = State::new();
    state.insert(source.clone());
    let mut ratios = Vec::new();
    let outcome = plan.run(&mut state, |run| {
        for nth in 0..FIRST_SAVES + SAVES {
            let begun = Instant::now();
            copy.copy_from_slice(black_box(&source));
            let copied = begun.elapsed();
            black_box(&copy);
            let begun = Instant::now();
            run.scope(Walk::STEP, |_| Ok(()))?;
            let saved = begun.elapsed();
            if nth >= FIRST_SAVES {
                ratios.push(saved.as_secs_f64() / copied.as_secs_f64());
            }
        }
        Ok(())
    });
    outcome?.ok()?;
    Ok(ratios)
}
