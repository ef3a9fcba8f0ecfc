//! Combinations of what drivers, sessions and loops of a program's own have, cut wherever they can be saved and continued with fresh callbacks,
//! are the runs that were never cut (P10).

mod support {
    pub(crate) mod folder;
    pub(crate) mod random_walk;
    pub(crate) mod saves;
    pub(crate) mod seen;
}

use callbacks::driver::Verdict;
use callbacks::fit::SampleCount;
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::schedule::Cosine;
use callbacks::shelf::{Csv, EarlyStopping, Ema, JsonLines, KeepBest, RateSchedule};
use callbacks::{At, Break, Outcome, Parameters, Rounds, Run, breakpoints, weight};
use std::fs;
use support::folder::Folder;
use support::random_walk::Walk;
use support::saves::{Done, Saves, assert_cuts_leave_no_trace};
use support::seen::{RecordTexts, add_seen, all_seen};

/// What every loop can have.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "all are combined")]
struct Choices {
    schedules: bool,
    stops_early: bool,
    averages: bool,
    keeps_best: bool,
    is_observed: bool,
    /// What the loop alone has, such as the rejections of a driver.
    is_special: bool,
}

/// What a loop tells of itself.
struct Watched<'a, L: callbacks::Loop> {
    monitor: &'static str,
    round_end: At<L>,
    periods: &'a [Period],
}

impl Choices {
    fn all() -> impl Iterator<Item = Self> {
        (0..1_u32 << 6).map(|bits| {
            let has = |bit: u32| bits >> bit & 1 == 1;
            Self {
                schedules: has(0),
                stops_early: has(1),
                averages: has(2),
                keeps_best: has(3),
                is_observed: has(4),
                is_special: has(5),
            }
        })
    }

    fn add_to<L: Rounds, M: Parameters + 'static>(
        self,
        plan: &mut Plan<L>,
        watched: &Watched<'_, L>,
        folder: &Folder,
    ) {
        if self.schedules {
            plan.add(RateSchedule::per_round(Cosine::new()).total(6));
        }
        if self.stops_early {
            let stopping = EarlyStopping::minimize(watched.monitor).patience(1);
            plan.add(stopping.min_delta(100.0).restore_best::<M>());
        }
        if self.averages {
            plan.add(Ema::<M>::new(0.75));
        }
        if self.keeps_best {
            let keep = KeepBest::<M>::minimize(watched.monitor);
            // Only one callback restores what it has kept.
            plan.add(if self.stops_early {
                keep.without_restoring()
            } else {
                keep
            });
        }
        if self.is_observed {
            add_seen(plan, watched.periods);
            plan.add(RecordTexts::new(watched.round_end));
            plan.add(Csv::to_file(folder.path().join("rounds.csv")));
            plan.add(JsonLines::to_file(folder.path().join("rounds.jsonl")));
        }
    }
}

/// Adds what saves the run, and the saved run from which it continues.
fn save_and_restore<L: Rounds>(plan: &mut Plan<L>, saves: &Saves, from: Option<SavedRun>) {
    plan.add(saves.callback()).weight(weight::LAST);
    if let Some(from) = from {
        plan.restore(from);
    }
}

/// Returns what one process did: `rest` is what its loop alone has.
fn done<L: Rounds>(
    plan: &Plan<L>,
    outcome: &Outcome,
    folder: &Folder,
    saves: &Saves,
    rest: &str,
) -> Done {
    assert!(outcome.failed().is_none(), "{outcome}");
    let stopped = outcome.stopped().map(Stop::to_string);
    let ending = stopped.unwrap_or_else(|| support::saves::ending_of(outcome));
    let texts = plan.get::<RecordTexts<L>>().map(|each| &each.texts);
    let files = ["rounds.csv", "rounds.jsonl"].map(|name| {
        let path = folder.path().join(name);
        fs::read_to_string(path).unwrap_or_default()
    });
    Done {
        end: format!(
            "{ending}\n{rest}\n{:?}\n{texts:?}\n{files:?}",
            all_seen(plan)
        ),
        lines: saves.lines(),
        runs: saves.runs(),
    }
}

/// Drives for a number of steps, or for a span of simulated time.
fn drive(choices: Choices, span: Option<f64>, folder: &Folder, from: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let periods = [
        Period::steps(2),
        Period::time(0.25),
        Period::steps(3).or(Period::time(0.35)).first().last(),
    ];
    let watched = Watched {
        monitor: "energy",
        round_end: Driver::on_step_end,
        periods: &periods,
    };
    let mut driver = VariationalDriver::new(Walk::new())
        .state(LearningRate::new(0.1))
        .plan_with(|plan| {
            plan.persist_fields("rate", LearningRate::persist);
            choices.add_to::<_, Walk>(plan, &watched, folder);
            save_and_restore(plan, &saves, from);
        });
    if choices.is_special {
        let judge = |record: &Record| {
            if record.get("energy") > Some(2.5) {
                Verdict::Reject
            } else {
                Verdict::Accept
            }
        };
        driver = driver.rollback().on(Driver::on_compute_update_end, judge);
    }
    let outcome = match span {
        Some(span) => driver.run_for(Time::new(span)),
        None => driver.run(5),
    };
    let rest = format!(
        "{:?} {} {:?}",
        driver.driven().bits(),
        driver.step(),
        driver.get::<LearningRate>()
    );
    done(driver.plan(), &outcome.unwrap(), folder, &saves, &rest)
}

#[test]
fn drivers_that_count_steps_or_time_and_reject_and_roll_back() {
    for choices in Choices::all() {
        for span in [None, Some(0.6)] {
            let folder = Folder::new("matrix-driver");
            assert_cuts_leave_no_trace(&format!("{choices:?} {span:?}"), &|from| {
                drive(choices, span, &folder, from)
            });
        }
    }
}

/// Trains by hand over a session, with a validation if that is chosen.
fn session(choices: Choices, folder: &Folder, from: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let periods = [
        Period::steps(2),
        Period::epochs(2),
        Period::samples(3),
        Period::micro_steps(4),
        Period::steps(3).or(Period::epochs(1)).first().last(),
    ];
    let watched = Watched {
        monitor: "train_loss",
        round_end: Fit::on_epoch_end,
        periods: &periods,
    };
    let mut model = vec![0.25_f64, 1.0];
    let session = Fit::session(3).learning_rate(0.1).lend(&mut model);
    let session = session.plan_with(|plan| {
        plan.persist::<Vec<f64>>("model");
        choices.add_to::<_, Vec<f64>>(plan, &watched, folder);
        save_and_restore(plan, &saves, from);
    });
    let fit = session.start().unwrap();
    for epoch in fit.epochs() {
        for batch in fit.train((0..3).map(|batch| batch * epoch)) {
            let target = f64::from(u32::try_from(batch % 5).unwrap());
            let rate = fit.learning_rate().unwrap();
            let mut model = fit.borrow::<Vec<f64>>().unwrap();
            let error = model[0] - target;
            model[1] = 0.5 * model[1] + error;
            model[0] -= rate * model[1];
            drop(model);
            fit.samples(1 + batch % 3);
            fit.loss(error * error);
        }
        if choices.is_special {
            for target in fit.valid([1.0]) {
                let error = fit.borrow::<Vec<f64>>().unwrap()[0] - target;
                fit.loss(error * error);
            }
        }
    }
    let (plan, state, outcome) = fit.into_parts();
    let counts = (state.get::<Epoch>().copied(), state.get::<Step>().copied());
    let history = state.get::<callbacks::fit::History>().unwrap();
    let history: Vec<_> = history
        .iter()
        .map(|(epoch, record)| format!("{epoch}: {record}"))
        .collect();
    let bits: Vec<u64> = model.iter().map(|x| x.to_bits()).collect();
    let rest = format!("{bits:?} {counts:?} {history:?}");
    done(&plan, &outcome, folder, &saves, &rest)
}

#[test]
fn sessions_with_and_without_validation() {
    for choices in Choices::all() {
        let folder = Folder::new("matrix-session");
        assert_cuts_leave_no_trace(&format!("{choices:?}"), &|from| {
            session(choices, &folder, from)
        });
    }
}

breakpoints! {
    /// Sweeps of several steps; it knows nothing of resume points.
    loop Anneal with Epoch as epochs, Step as steps, SampleCount as samples by hand, LearningRate {
        scope RUN {
            on_run_begin;
            scope SWEEP counts Epoch {
                before_sweep;
                scope STEP counts Step { before_step; after_step; }
                after_sweep completes Epoch;
            }
            on_run_end;
        }
        stop => on_stop;
        error => on_error;
    }
}

/// Goes on from the sweep that the state has.
fn anneal(run: &mut Run<'_, Anneal>) -> Result<(), Break> {
    run.scope(Anneal::RUN, |run| {
        while run.state().get::<Epoch>().is_some_and(|at| at.get() < 4) {
            run.scope(Anneal::SWEEP, |run| {
                for _ in 0..2 {
                    run.scope(Anneal::STEP, step)?;
                }
                Ok(())
            })?;
        }
        run.last_call()
    })?;
    Ok(())
}

fn step(run: &mut Run<'_, Anneal>) -> Result<(), Break> {
    let mut state = run.state();
    let rate = state.get::<LearningRate>().map_or(0.0, LearningRate::get);
    let samples = state.get::<SampleCount>().map_or(0, |at| at.get());
    state.insert(SampleCount::new(samples + 2));
    let position = state.get_mut::<Vec<f64>>().ok_or("no position")?;
    position[0] -= rate * (position[0] - 0.1 * f64::from(u32::try_from(samples)?));
    let energy = position[0].powi(2);
    state
        .get_mut::<Record>()
        .ok_or("no record")?
        .set("energy", energy);
    Ok(())
}

/// Anneals, with a handler that stops in the middle of a sweep's breakpoints if that is chosen.
fn annealed(choices: Choices, folder: &Folder, from: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let periods = [
        Period::steps(3),
        Period::epochs(2),
        Period::samples(5),
        Period::samples(7).or(Period::epochs(3)).first().last(),
    ];
    let watched = Watched {
        monitor: "energy",
        round_end: Anneal::after_sweep,
        periods: &periods,
    };
    let mut plan = Plan::<Anneal>::new();
    plan.persist::<Vec<f64>>("position");
    plan.persist_fields("rate", LearningRate::persist);
    plan.persist_fields("samples", |samples: &mut SampleCount, fields| {
        let mut count = samples.get();
        fields.field("count", &mut count);
        *samples = SampleCount::new(count);
    });
    choices.add_to::<_, Vec<f64>>(&mut plan, &watched, folder);
    if choices.is_special {
        plan.on(Anneal::after_sweep, |epoch: &Epoch| {
            if epoch.get() == 3 {
                Flow::stop("cold")
            } else {
                Flow::Continue
            }
        });
    }
    save_and_restore(&mut plan, &saves, from);
    let mut state = State::new();
    state.insert(vec![8.0]);
    state.insert(LearningRate::new(0.25));
    state.insert(SampleCount::new(0));
    let outcome = plan.run(&mut state, anneal).unwrap();
    let bits = state.get::<Vec<f64>>().map(|x| x[0].to_bits());
    let counts = (state.get::<Epoch>(), state.get::<SampleCount>());
    let rest = format!("{bits:?} {counts:?} {:?}", state.get::<LearningRate>());
    done(&plan, &outcome, folder, &saves, &rest)
}

#[test]
fn loops_of_a_program_of_its_own() {
    for choices in Choices::all() {
        let folder = Folder::new("matrix-own");
        assert_cuts_leave_no_trace(&format!("{choices:?}"), &|from| {
            annealed(choices, &folder, from)
        });
    }
}
