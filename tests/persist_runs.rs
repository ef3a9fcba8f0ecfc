//! A run that is saved at any of its steps and continued by another plan does what the run that was never cut does.

#![allow(
    clippy::cast_precision_loss,
    clippy::struct_field_names,
    clippy::float_cmp,
    clippy::unit_arg,
    reason = "small numbers that are exact, and closures of one expression"
)]

use callbacks::persist::{Restored, SavedRun};
use callbacks::prelude::*;
use callbacks::{Break, breakpoints};
use std::sync::{Arc, Mutex};

breakpoints! {
    /// Moves one number.
    pub loop Relax with Step as steps, Position {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                on_force;
                after_step completes Step;
            }
            on_run_end;
        }
        stop => on_stop;
    }
}

/// What the loop itself changes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Position(f64);

/// The names of the breakpoints that were fired, and who saw them.
type Trace = Arc<Mutex<Vec<String>>>;

/// Sums what it sees, and stops when the sum is great enough.
struct Sum {
    sum: f64,
    seen: Vec<u64>,
    limit: f64,
}

#[callback(Relax, register = false, persist(sum, seen))]
impl Sum {
    fn after_step(&mut self, step: &Step, position: &Position) -> Flow {
        self.sum += position.0;
        self.seen.push(step.get());
        if self.sum > self.limit {
            Flow::stop("enough")
        } else {
            Flow::Continue
        }
    }
}

/// Remembers all of itself.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Extremes {
    lowest: Option<f64>,
    highest: f64,
    begins: u64,
}

#[callback(Relax, register = false, persist)]
impl Extremes {
    fn on_run_begin(&mut self) {
        self.begins += 1;
        self.highest = f64::NEG_INFINITY;
    }

    fn on_force(&mut self, position: &Position) {
        self.lowest = Some(
            self.lowest
                .map_or(position.0, |lowest| lowest.min(position.0)),
        );
        self.highest = self.highest.max(position.0);
    }
}

/// Counts on a thread of its own.
struct Queue(u64);

#[callback(Relax, register = false, background, persist = |queue: &mut Self, fields: &mut callbacks::persist::Fields<'_>| fields.field("calls", &mut queue.0))]
impl Queue {
    fn after_step(&mut self, _position: &Position) {
        self.0 += 1;
    }
}

/// Writes each breakpoint into the trace.
struct Log(Trace);

impl Callback<Relax> for Log {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_all(|log: &mut Self, at: &Breakpoint| log.0.lock().unwrap().push(at.to_string()));
    }
}

/// A plan, and where its callbacks leave their trace.
struct Cut {
    plan: Plan<Relax>,
    trace: Trace,
}

/// A plan with callbacks of every kind, as each process makes it.
fn plan() -> Cut {
    let trace = Trace::default();
    let mut plan = Plan::<Relax>::new();
    plan.persist::<Position>("position");
    for name in ["first", "second"] {
        plan.add(Sum {
            sum: 0.0,
            seen: Vec::new(),
            limit: 40.0,
        })
        .named(name);
    }
    plan.add(Extremes::default());
    plan.add(Queue(0));
    for period in [
        Period::steps(3),
        Period::steps(2).first(),
        Period::steps(4).or(Period::steps(7)),
        Period::steps(5).last(),
    ] {
        let (trace, name) = (trace.clone(), period.short());
        plan.on(Relax::after_step, move |step: &Step, due: &Due| {
            trace
                .lock()
                .unwrap()
                .push(format!("{name} at {step}: {due}"));
        })
        .every(period);
    }
    plan.add(Log(trace.clone()));
    Cut { plan, trace }
}

/// Runs the loop from where the counter is to `steps`. Saves the run after each step.
fn relax(run: &mut Run<'_, Relax>, steps: u64, saved: &mut Vec<SavedRun>) -> Result<(), Break> {
    run.scope(Relax::RUN, |run| {
        let begun = run.state().get::<Step>().map_or(0, |step| step.get());
        for step in begun..steps {
            run.scope(Relax::STEP, |run| {
                if let Some(position) = run.state().get_mut::<Position>() {
                    position.0 = (position.0 * 1.3 + step as f64).rem_euclid(3.7) - 0.5;
                }
                run.fire(Relax::on_force)
            })?;
            saved.push(run.save()?);
        }
        run.last_call()
    })?;
    Ok(())
}

fn state() -> State {
    let mut state = State::new();
    state.insert(Position(0.25));
    state
}

/// What is left of a run: its trace, what its callbacks remember, and its state.
fn results(cut: &mut Cut, state: &State) -> String {
    let sum = |name| {
        cut.plan
            .get_named::<Sum>(name)
            .map(|sum| (sum.sum.to_bits(), sum.seen.clone()))
    };
    let extremes = cut
        .plan
        .get::<Extremes>()
        .map(|all| (all.lowest, all.highest, all.begins));
    let calls = cut.plan.get::<Queue>().map(|queue| queue.0);
    let sums = (sum("first"), sum("second"));
    format!(
        "{sums:?} {extremes:?} {calls:?} {:?} {:?}",
        state.get::<Position>(),
        state.get::<Step>()
    )
}

/// The breakpoints without those that each process has for itself.
fn without_enters(trace: &Trace) -> Vec<String> {
    let all = trace.lock().unwrap();
    let own = ["on_enter", "on_exit"];
    all.iter()
        .filter(|line| !own.contains(&line.as_str()))
        .cloned()
        .collect()
}

#[test]
fn a_run_that_is_cut_after_any_step_continues_as_if_it_had_not_been() {
    for steps in [1, 2, 12, 40] {
        let mut whole = plan();
        let (mut at_whole, mut saved) = (state(), Vec::new());
        let outcome = whole
            .plan
            .run(&mut at_whole, |run| relax(run, steps, &mut saved))
            .unwrap();
        let (trace, expected) = (without_enters(&whole.trace), results(&mut whole, &at_whole));
        assert_eq!(outcome.stopped().is_some(), steps == 40, "{outcome}");
        for (cut_after, run) in saved.iter().enumerate() {
            let mut first = plan();
            let (mut at_first, mut until) = (state(), Vec::new());
            let _ = first.plan.run(&mut at_first, |run| {
                run.scope(Relax::RUN, |run| {
                    relax_inside(run, cut_after as u64 + 1, &mut until)
                })
                .map(drop)
            });
            assert_eq!(
                until.last(),
                Some(run),
                "the same program saves the same run"
            );

            let mut second = plan();
            let (mut at_second, mut rest) = (State::new(), Vec::new());
            let text = serde_json::to_string(run).unwrap();
            second.plan.restore(serde_json::from_str(&text).unwrap());
            let continued = second
                .plan
                .run(&mut at_second, |run| relax(run, steps, &mut rest))
                .unwrap();
            assert_eq!(
                continued.to_string(),
                outcome.to_string(),
                "cut after {cut_after}"
            );
            assert_eq!(
                results(&mut second, &at_second),
                expected,
                "cut after {cut_after}"
            );
            assert_eq!(rest.as_slice(), &saved[cut_after + 1..]);
            let mut both = trace_until(&first.trace, cut_after);
            both.extend(without_enters(&second.trace));
            assert_eq!(both, trace, "cut after {cut_after}");
        }
    }
}

/// The steps of [`relax`], in a scope that is open already.
fn relax_inside(
    run: &mut Run<'_, Relax>,
    steps: u64,
    saved: &mut Vec<SavedRun>,
) -> Result<(), Break> {
    for step in 0..steps {
        run.scope(Relax::STEP, |run| {
            if let Some(position) = run.state().get_mut::<Position>() {
                position.0 = (position.0 * 1.3 + step as f64).rem_euclid(3.7) - 0.5;
            }
            run.fire(Relax::on_force)
        })?;
        saved.push(run.save()?);
    }
    Ok(())
}

/// The breakpoints up to the end of a step: what a process does that is killed there.
fn trace_until(trace: &Trace, step: usize) -> Vec<String> {
    let all = without_enters(trace);
    let ends = all
        .iter()
        .enumerate()
        .filter(|(_, line)| *line == "after_step");
    let (end, _) = ends.into_iter().nth(step).unwrap();
    all[..=end].to_vec()
}

#[test]
fn a_report_says_what_was_restored() {
    let mut cut = plan();
    let mut saved = Vec::new();
    let _ = cut.plan.run(&mut state(), |run| relax(run, 3, &mut saved));
    let mut plan = Plan::<Relax>::new();
    plan.persist::<Position>("position");
    plan.add(Sum {
        sum: 0.0,
        seen: Vec::new(),
        limit: 40.0,
    })
    .named("first");
    plan.add(Extremes::default()).named("extremes");
    let mut state = State::new();
    let _ = plan
        .restore(saved.pop().unwrap())
        .run(&mut state, |_| Ok(()))
        .unwrap();
    let restored = state.get::<Restored>().unwrap();
    assert_eq!(restored.loaded(), ["Record", "position", "first"]);
    assert_eq!(restored.missing(), ["extremes"]);
    assert_eq!(restored.unused(), ["second", "Extremes", "Queue"]);
    assert_eq!(
        restored.to_string(),
        "restored Record, position, first; missing: extremes; unused: second, Extremes, Queue; if one of these was renamed, give \
         it the name under which it was saved, such as with `.named(…)`, or resume with `.rename(…)`"
    );
}
