//! Rounds: the run counts what a loop declares, begins and completes the records, and callbacks serve every loop with rounds (P9, P13).

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::At;
use callbacks::fit::MicroStep;
use callbacks::prelude::*;
use callbacks::shelf::{ConvergenceStopping, EarlyStopping, InvalidLossStopping, SaveState};
use std::sync::mpsc;
use support::journal::Journal;
use support::line::{Line, inputs};

breakpoints! {
    /// A search in rounds, each of them a sweep over some cells.
    pub loop Search with Epoch as epochs, MicroStep as micro_steps {
        scope RUN {
            on_run_begin;
            scope ROUND counts Epoch {
                before_round;
                scope CELL counts MicroStep {
                    before_cell;
                    after_cell;
                }
                after_round completes Epoch;
            }
            on_run_end;
        }
        stop => on_stop;
    }
}

/// The records that a callback has seen at the end of rounds.
#[derive(Default)]
struct Seen(Vec<Record>);

#[callback(Rounds, register = false)]
impl Seen {
    fn on_round_end(&mut self, record: &Record) {
        self.0.push(record.clone());
    }
}

impl Seen {
    /// The number of each round and whether its record is complete.
    fn rounds(&self) -> Vec<(u64, bool)> {
        let rounds = self.0.iter();
        rounds
            .map(|record| (record.round().number(), record.is_complete()))
            .collect()
    }
}

/// Makes rounds of three cells each.
fn search(run: &mut Run<'_, Search>, rounds: u32) -> Result<(), Break> {
    run.scope(Search::RUN, |run| {
        for _ in 0..rounds {
            run.scope(Search::ROUND, |run| {
                for _ in 0..3 {
                    run.scope(Search::CELL, |_| Ok(()))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })
    .map(drop)
}

fn plan() -> Plan<Search> {
    let mut plan = Plan::new();
    plan.add(Seen::default());
    plan
}

fn seen(plan: &Plan<Search>) -> &Seen {
    plan.get().unwrap()
}

/// A plan in which a handler returns `flow` at `at` in the second cell of the second round.
fn cut(at: At<Search>, flow: fn() -> Flow) -> Plan<Search> {
    let mut plan = plan();
    plan.on(at, move |round: &Epoch, cell: &MicroStep| {
        if (round.get(), cell.get()) == (2, 5) {
            flow()
        } else {
            Flow::Continue
        }
    });
    plan
}

#[test]
fn the_run_puts_the_counters_there_and_advances_them_where_their_scopes_begin() {
    let (mut plan, mut state) = (plan(), State::new());
    plan.on(Search::on_run_begin, |round: &Epoch, cell: &MicroStep| {
        assert_eq!((round.get(), cell.get()), (0, 0));
    });
    plan.on(Search::before_cell, |round: &Epoch, cell: &MicroStep| {
        assert_eq!(round.get(), (cell.get() - 1) / 3 + 1);
    });
    let outcome = plan.run(&mut state, |run| search(run, 4)).unwrap();
    assert!(
        outcome.is_finished() && outcome.skipped().is_empty(),
        "{outcome:?}"
    );
    assert_eq!(state.get::<Epoch>(), Some(&Epoch::new(4)));
    assert_eq!(state.get::<MicroStep>(), Some(&MicroStep::new(12)));
}

#[test]
fn counters_of_the_state_continue() {
    let (mut plan, mut state) = (plan(), State::new());
    state.insert(Epoch::new(7));
    assert!(
        plan.run(&mut state, |run| search(run, 2))
            .unwrap()
            .is_finished()
    );
    assert!(
        plan.run(&mut state, |run| search(run, 1))
            .unwrap()
            .is_finished()
    );
    assert_eq!(seen(&plan).rounds(), [(8, true), (9, true), (10, true)]);
}

#[test]
fn a_period_is_due_by_the_counters_that_the_run_advances() {
    let (mut plan, mut state) = (plan(), State::new());
    plan.on(Search::after_round, |record: &mut Record| {
        record.set("due", 1);
    })
    .weight(-1.0)
    .every(Period::epochs(2));
    assert!(
        plan.run(&mut state, |run| search(run, 5))
            .unwrap()
            .is_finished()
    );
    let due = seen(&plan).0.iter().map(|record| !record.is_empty());
    assert_eq!(due.collect::<Vec<_>>(), [false, true, false, true, false]);
}

#[test]
fn each_round_begins_with_an_empty_record_of_its_number() {
    let mut plan = plan();
    plan.on(
        Search::before_round,
        |round: &Epoch, record: &mut Record| {
            assert!(record.is_empty() && !record.is_complete());
            assert_eq!(record.round().to_string(), format!("epoch {round}"));
            record.set("round", round.get());
        },
    );
    let outcome = plan.run(&mut State::new(), |run| search(run, 3)).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    let values: Vec<String> = seen(&plan).0.iter().map(ToString::to_string).collect();
    assert_eq!(values, ["round 1", "round 2", "round 3"]);
}

/// What a cell answers, and the number of each round with whether its record is complete.
type Cut = (fn() -> Flow, &'static [(u64, bool)]);

#[test]
fn a_record_is_complete_unless_its_round_is_cut_short() {
    let cases: [Cut; 3] = [
        (|| Flow::stop("enough"), &[(1, true), (2, false)]),
        (
            || Flow::leave(Search::ROUND),
            &[(1, true), (2, false), (3, true)],
        ),
        (
            || Flow::leave(Search::CELL),
            &[(1, true), (2, true), (3, true)],
        ),
    ];
    for at in [Search::before_cell, Search::after_cell] {
        for (flow, expected) in cases {
            let mut plan = cut(at, flow);
            let outcome = plan.run(&mut State::new(), |run| search(run, 3)).unwrap();
            assert!(outcome.failed().is_none(), "{outcome}");
            assert_eq!(seen(&plan).rounds(), expected, "{at:?} {:?}", flow());
        }
    }
}

#[test]
fn a_stop_at_the_end_of_a_round_does_not_cut_it_short() {
    let mut plan = plan();
    plan.on(Search::after_round, || Flow::stop("one is enough"))
        .weight(-1.0);
    let outcome = plan.run(&mut State::new(), |run| search(run, 3)).unwrap();
    assert!(outcome.stopped().is_some());
    assert_eq!(seen(&plan).rounds(), [(1, true)]);
}

#[test]
fn a_guard_counts_and_completes_like_a_run() {
    let mut guard = plan().start(State::new()).unwrap();
    guard.begin(Search::RUN).unwrap();
    for _ in 0..2 {
        guard.begin(Search::ROUND).unwrap();
        guard.begin(Search::CELL).unwrap();
        guard.end().unwrap();
        guard.end().unwrap();
    }
    let (plan, state, outcome) = guard.finish();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(state.get::<Epoch>(), Some(&Epoch::new(2)));
    assert_eq!(seen(&plan).rounds(), [(1, true), (2, true)]);
}

#[test]
fn one_callback_serves_every_loop_with_rounds() {
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(2)
        .callback(Seen::default());
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let records = &trainer.plan().get::<Seen>().unwrap().0;
    let rounds: Vec<String> = records
        .iter()
        .map(|record| record.round().to_string())
        .collect();
    assert_eq!(rounds, ["epoch 1", "epoch 2"]);
    assert!(
        records
            .iter()
            .all(|record| record.get("train_loss").is_some())
    );
}

/// A plan whose rounds log `error`: 1, 0.5, 0.25 and so on, but never below `least`.
fn halving(least: f64) -> Plan<Search> {
    let mut plan = plan();
    plan.on(
        Search::after_round,
        move |round: &Epoch, record: &mut Record| {
            record.set("error", 0.5_f64.powf(round.as_f64()).max(least));
        },
    )
    .weight(callbacks::weight::EARLY);
    plan
}

/// The number of rounds until the plan stops the run; 20 if it does not.
fn rounds_until_stop(mut plan: Plan<Search>, state: &mut State) -> (u64, Plan<Search>) {
    let before = state.get::<Epoch>().map_or(0, |round| round.get());
    plan.run(&mut *state, |run| search(run, 20))
        .unwrap()
        .ok()
        .unwrap();
    let after = state.get::<Epoch>().map_or(0, |round| round.get());
    (after - before, plan)
}

#[test]
fn the_stoppers_of_the_shelf_stop_a_loop_of_ones_own() {
    // 2^-4 is the last improvement: the third look in a row without one is in round 7.
    let mut plan = halving(0.06);
    plan.add(EarlyStopping::minimize("error").patience(2).min_delta(0.01));
    assert_eq!(rounds_until_stop(plan, &mut State::new()).0, 7);
    let mut plan = halving(0.0);
    plan.add(
        ConvergenceStopping::new("error", 0.125)
            .smoothing_window(1)
            .patience(1),
    );
    assert_eq!(rounds_until_stop(plan, &mut State::new()).0, 4);
    let mut plan = halving(0.0);
    plan.on(Search::after_round, |round: &Epoch, record: &mut Record| {
        if round.get() == 6 {
            record.set("error", f64::NAN);
        }
    });
    plan.add(InvalidLossStopping::new("error"));
    assert_eq!(rounds_until_stop(plan, &mut State::new()).0, 6);
}

#[test]
fn a_stopper_continues_in_the_next_run_and_begins_anew_in_another_one() {
    let patient = || {
        let mut plan = halving(1.0);
        plan.add(EarlyStopping::minimize("error").patience(29));
        plan
    };
    let mut state = State::new();
    let (first, plan) = rounds_until_stop(patient(), &mut state);
    let (second, plan) = rounds_until_stop(plan, &mut state);
    // Round 1 is the first value, rounds 2 to 31 do not improve on it.
    assert_eq!((first, second), (20, 11));
    let (anew, _) = rounds_until_stop(plan, &mut State::new());
    assert_eq!(anew, 20);
}

#[test]
fn what_the_state_has_is_saved_at_the_end_of_rounds() {
    let (saved, received) = mpsc::channel();
    let send = saved.clone();
    let save = SaveState::new(Period::epochs(2), move |line: &Line, round| {
        Ok(send.send(format!("{} at {round}", line.weight))?)
    });
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .learning_rate(0.5)
        .epochs(5)
        .callback(save);
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let lines: Vec<String> = received.try_iter().collect();
    assert_eq!(lines, ["0 at epoch 2", "-1 at epoch 4"]);

    let save = move |cells: &MicroStep, round| Ok(saved.send(format!("{cells} at {round}"))?);
    let mut plan = Plan::<Search>::new();
    plan.add(SaveState::new(Period::epochs(3).last(), save));
    let outcome = plan.run(&mut State::new(), |run| {
        search(run, 4)?;
        run.last_call()
    });
    assert!(outcome.unwrap().is_finished());
    let lines: Vec<String> = received.try_iter().collect();
    assert_eq!(lines, ["9 at epoch 3", "12 at epoch 4"]);
}

#[test]
fn a_saver_of_what_no_loop_has_is_a_problem_of_the_plan() {
    let mut plan = Plan::<Search>::new();
    plan.add(SaveState::new(Period::epochs(1), |_: &Line, _| Ok(())));
    let problems = plan.check(&State::new()).unwrap_err().to_string();
    assert!(problems.contains("Line"), "{problems}");
}

breakpoints! {
    /// A simulation with an equilibration and a measurement. Both make steps, which are its rounds.
    pub loop Simulation with Step as steps {
        scope RUN {
            on_run_begin;
            scope EQUILIBRATION {
                on_equilibration_begin;
                scope WARM_STEP counts Step {
                    before_warm_step;
                    after_warm_step completes Step;
                }
                on_equilibration_end;
            }
            scope MEASUREMENT {
                on_measurement_begin;
                scope STEP counts Step {
                    before_step;
                    after_step completes Step;
                }
                on_measurement_end;
            }
            on_run_end;
        }
    }
}

#[test]
fn a_loop_with_parts_has_rounds_in_each_of_them() {
    let mut plan = Plan::<Simulation>::new();
    plan.add(Seen::default());
    let session = plan
        .session()
        .callback(EarlyStopping::minimize("energy").patience(9))
        .start()
        .unwrap();
    if let Some(_part) = session.open(Simulation::EQUILIBRATION) {
        for step in session.each(Simulation::WARM_STEP, 0..2) {
            session.log("energy", step);
        }
    }
    if let Some(_part) = session.open(Simulation::MEASUREMENT) {
        for step in session.each(Simulation::STEP, 0..3) {
            session.log("energy", step);
        }
    }
    let (plan, _state, outcome) = session.into_parts();
    assert!(outcome.is_finished(), "{outcome}");
    let rounds = [(1, true), (2, true), (3, true), (4, true), (5, true)];
    assert_eq!(plan.get::<Seen>().unwrap().rounds(), rounds);
}
