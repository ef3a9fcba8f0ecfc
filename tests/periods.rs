//! P11: a handler with a period runs when its counter crosses a multiple, whoever else runs at its breakpoint, wherever a run was
//! cut. Named after the rows on frequency of nvalchemi, on intervals of noether, on throttling of FluxTraining.

use callbacks::fit::MicroStep;
use callbacks::prelude::*;
use callbacks::{Position, ProblemKind, Unit, counter};

#[derive(Debug, Clone, Copy, Default)]
struct Clock(f64);

counter!(Clock: f64);

/// What ran, and at which step.
#[derive(Debug, Clone, Default, PartialEq)]
struct Trace(Vec<(&'static str, u64)>);

impl Trace {
    fn steps(&self, callback_ref: &str) -> Vec<u64> {
        let its = self.0.iter().filter(|(name, _)| *name == callback_ref);
        its.map(|(_, step)| *step).collect()
    }
}

breakpoints! {
    loop Walk with u64 as steps by hand, Clock as time by hand, Trace {
        scope RUN { on_run_begin; scope STEP { before_step; on_step; after_step; } on_run_end; }
    }
}

/// A closure that notes the step under this name.
macro_rules! note {
    ($name:literal) => {
        |step: &u64, trace: &mut Trace| trace.0.push(($name, *step))
    };
}

fn start() -> State {
    let mut state = State::new();
    state.insert(0_u64);
    state.insert(Clock::default());
    state.insert(Trace::default());
    state
}

/// Four steps are one unit of time.
fn quarters(step: u64) -> Clock {
    Clock(f64::from(u32::try_from(step).unwrap()) * 0.25)
}

/// Goes to each of the steps.
fn walk(plan: &mut Plan<Walk>, state: &mut State, steps: impl IntoIterator<Item = u64>) -> Outcome {
    let ran = plan.run(state, |run| {
        run.scope(Walk::RUN, |run| {
            for step in steps {
                run.state().insert(step);
                run.state().insert(quarters(step));
                run.scope(Walk::STEP, |run| run.fire(Walk::on_step))?;
            }
            run.last_call()
        })
        .map(drop)
    });
    ran.unwrap()
}

fn traced(plan: &mut Plan<Walk>, steps: impl IntoIterator<Item = u64>) -> Trace {
    let mut state = start();
    assert!(walk(plan, &mut state, steps).is_finished());
    state.get::<Trace>().unwrap().clone()
}

/// nvalchemi: `step_count % frequency == 0`, and with `first` the first step.
#[test]
fn nvalchemi_frequency_per_handler_and_per_instance() {
    #[derive(Default)]
    struct Snapshot;

    #[callback(Walk, register = false)]
    impl Snapshot {
        #[every(steps = 4, first)]
        fn on_step(&self, step: &u64, trace: &mut Trace) {
            trace.0.push(("own", *step));
        }

        fn after_step(&self, step: &u64, trace: &mut Trace) {
            trace.0.push(("each", *step));
        }
    }

    let mut plan = Plan::<Walk>::new();
    plan.add(Snapshot);
    let trace = traced(&mut plan, 1..=9);
    assert_eq!(trace.steps("own"), [1, 4, 8]);
    assert_eq!(trace.steps("each").len(), 9);

    let mut plan = Plan::<Walk>::new();
    plan.add(Snapshot).every(Period::steps(3));
    let trace = traced(&mut plan, 1..=9);
    assert_eq!(trace.steps("own"), [3, 6, 9]);
    assert_eq!(trace.steps("each"), [3, 6, 9]);
}

/// noether: fires when a multiple is crossed, at most once per update.
#[test]
fn noether_a_multiple_that_is_crossed_and_not_met() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, note!("ten"))
        .every(Period::steps(10));
    let trace = traced(&mut plan, [7, 14, 21, 28, 70, 77]);
    assert_eq!(trace.steps("ten"), [14, 21, 70]);
}

/// noether: one or more of the units, and the callback gets which.
#[test]
fn noether_any_combination_and_which_fired() {
    let mut plan = Plan::<Walk>::new();
    let period = Period::steps(4).or(Period::time(1.5));
    plan.on(Walk::on_step, |due: &Due, step: &u64, trace: &mut Trace| {
        let names: [&'static str; 3] = ["steps", "time", "both"];
        let at = match due.units() {
            [Unit::Steps] => 0,
            [Unit::Time] => 1,
            _ => 2,
        };
        trace.0.push((names[at], *step));
    })
    .every(period);
    let trace = traced(&mut plan, 1..=12);
    assert_eq!(
        trace.0,
        [("steps", 4), ("time", 6), ("steps", 8), ("both", 12)]
    );
}

#[test]
fn noether_a_fit_counts_epochs_updates_and_samples() {
    let mut plan = Plan::<Fit>::new();
    for (name, period) in [
        ("epochs", Period::epochs(2)),
        ("steps", Period::steps(3)),
        ("batches", Period::micro_steps(5)),
        ("samples", Period::samples(100)),
    ] {
        plan.on(Fit::on_train_batch_end, |_: &MicroStep| {})
            .named(name)
            .every(period);
    }
    assert!(plan.check(&State::new()).is_ok());
    let text = plan.explain(&State::new()).unwrap().to_string();
    for expected in ["every 2 epochs", "every 3 steps", "every 100 samples"] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}

/// FluxTraining: a throttle keeps edges, name and persistence of what it throttles, and is for one event.
#[test]
fn fluxtraining_throttle_at_one_event_keeps_edges_and_name() {
    #[derive(Default)]
    struct Plot;

    #[callback(Walk, register = false, name = "plot", after("data"))]
    impl Plot {
        fn on_step(&self, step: &u64, trace: &mut Trace) {
            trace.0.push(("plot", *step));
        }

        fn after_step(&self, step: &u64, trace: &mut Trace) {
            trace.0.push(("after", *step));
        }
    }

    let mut plan = Plan::<Walk>::new();
    plan.add(Plot).every_at(Walk::on_step, Period::steps(5));
    plan.on(Walk::on_step, note!("data")).named("data");
    let trace = traced(&mut plan, 1..=10);
    assert_eq!(plan.names(), ["data", "plot"]);
    assert_eq!(trace.steps("plot"), [5, 10]);
    assert_eq!(trace.steps("after").len(), 10);
    let last = trace.0.iter().rfind(|(name, _)| *name != "after");
    assert_eq!(last, Some(&("plot", 10)));
}

/// FluxTraining: a throttle in seconds. What is due by the clock is not due by any step.
#[test]
fn fluxtraining_throttle_in_seconds() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, note!("never"))
        .every(Period::seconds(1e6));
    plan.on(Walk::on_step, note!("always"))
        .every(Period::seconds(1e-9));
    let trace = traced(&mut plan, 1..=5);
    assert_eq!(trace.steps("never"), [0_u64; 0]);
    assert_eq!(trace.steps("always"), [1, 2, 3, 4, 5]);
}

#[test]
fn last_runs_at_the_end_and_not_twice() {
    for (steps, ran) in [(10, vec![5, 10]), (12, vec![5, 10, 12])] {
        let mut plan = Plan::<Walk>::new();
        plan.on(Walk::on_step, note!("save"))
            .every(Period::steps(5).last());
        assert_eq!(traced(&mut plan, 1..=steps).steps("save"), ran);
    }
}

#[test]
fn last_runs_whichever_callback_stops_the_run() {
    for (weight, at) in [(-1.0, Walk::on_step), (1.0, Walk::on_step)] {
        let mut plan = Plan::<Walk>::new();
        plan.on(Walk::on_step, note!("save"))
            .every(Period::steps(5).last());
        plan.on(at, |step: &u64| {
            if *step == 7 {
                Flow::stop("enough")
            } else {
                Flow::Continue
            }
        })
        .weight(weight);
        let mut state = start();
        let outcome = walk(&mut plan, &mut state, 1..=20);
        assert!(outcome.stopped().is_some());
        assert_eq!(
            state.get::<Trace>().unwrap().steps("save"),
            [5, 7],
            "{weight}"
        );
    }
}

#[test]
fn the_last_call_comes_before_the_end_of_the_outermost_scope() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, note!("save"))
        .every(Period::steps(5).last());
    plan.on(Walk::on_run_end, note!("end"));
    let trace = traced(&mut plan, 1..=7);
    assert_eq!(trace.0, [("save", 5), ("save", 7), ("end", 7)]);
}

#[test]
fn a_failed_run_has_no_last_call() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, note!("save"))
        .every(Period::steps(5).last());
    plan.on(Walk::after_step, |step: &u64| {
        if *step == 7 { Err("full") } else { Ok(()) }
    });
    let mut state = start();
    assert!(walk(&mut plan, &mut state, 1..=20).failed().is_some());
    assert_eq!(state.get::<Trace>().unwrap().steps("save"), [5]);
}

#[test]
fn what_a_person_reads_is_which_period_a_handler_has() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, note!("save"))
        .every("steps = 10, last".parse().unwrap());
    let row = plan.explain(&start()).unwrap().rows(Walk::on_step)[0].clone();
    assert_eq!(row.period(), Some("every 10 steps, last"));
}

#[test]
fn a_period_that_cannot_be_is_a_problem_of_the_plan() {
    let cases: [(Period, &str); 5] = [
        (Period::steps(0), "0"),
        (Period::time(f64::NAN), "NaN"),
        (Period::time(-1.0), "-1"),
        (Period::epochs(2), "Walk does not count"),
        (Period::samples(2), "steps, time, seconds"),
    ];
    for (period, expected) in cases {
        let mut plan = Plan::<Walk>::new();
        plan.on(Walk::on_step, || {})
            .named("save")
            .every(period.clone());
        let error = plan.check(&start()).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(problem.kind(), ProblemKind::Setting, "{period}: {problem}");
        assert_eq!(problem.breakpoint(), Some("on_step"));
        assert!(
            error.to_string().contains(expected),
            "{expected} in {error}"
        );
    }
}

#[test]
fn a_handler_with_due_needs_a_period() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, |_: &Due| {});
    let error = plan.check(&start()).unwrap_err();
    assert!(error.to_string().contains("`every`"), "{error}");
}

#[test]
fn a_period_that_never_comes_in_this_run_is_noted() {
    let mut plan = Plan::<Walk>::new();
    plan.expect(|run| run.ends_at(Unit::Steps, 9_u64));
    plan.on(Walk::on_step, note!("save"))
        .named("save")
        .every(Period::steps(10));
    plan.check(&start()).unwrap();
    let [note] = plan.notes() else {
        panic!("one note: {:?}", plan.notes());
    };
    assert_eq!(
        (note.kind(), note.callback()),
        (ProblemKind::NeverRuns, "save")
    );
    plan.expect(|run| run.ends_at(Unit::Steps, 10_u64));
    plan.check(&start()).unwrap();
    assert!(plan.notes().is_empty());
}

#[test]
fn where_the_run_ends_is_the_last_visit_if_it_is_known() {
    let mut plan = Plan::<Walk>::new();
    plan.expect(|run| run.ends_at(Unit::Steps, 7_u64));
    plan.on(Walk::on_step, |due: &Due, step: &u64, trace: &mut Trace| {
        trace
            .0
            .push((if due.is_last() { "last" } else { "due" }, *step));
    })
    .every(Period::steps(5).last());
    assert_eq!(traced(&mut plan, 1..=7).0, [("due", 5), ("last", 7)]);
}

/// The beginning and the end of a run are not meant by a period of the whole callback.
#[test]
fn a_period_of_a_callback_leaves_the_ends_of_the_run_alone() {
    #[derive(Default)]
    struct Whole(Vec<&'static str>);

    #[callback(Walk, register = false)]
    impl Whole {
        fn on_enter(&mut self) {
            self.0.push("enter");
        }

        fn on_run_begin(&mut self) {
            self.0.push("begin");
        }

        fn on_step(&mut self) {
            self.0.push("step");
        }

        fn on_run_end(&mut self) {
            self.0.push("end");
        }

        fn on_exit(&mut self) {
            self.0.push("exit");
        }
    }

    let mut plan = Plan::<Walk>::new();
    plan.add(Whole::default()).every(Period::steps(3));
    traced(&mut plan, 1..=4);
    let ran = &plan.get::<Whole>().unwrap().0;
    assert_eq!(*ran, ["enter", "begin", "step", "end", "exit"]);
}

#[test]
fn the_rule_alone_can_be_asked() {
    let at = |step: u64| Position::new().with(Unit::Steps, step);
    let period = Period::steps(10);
    assert!(period.due_between(&at(9), &at(11)).is_some());
    assert!(period.due_between(&at(10), &at(19)).is_none());
}

#[test]
fn a_loop_that_sets_its_counter_back_begins_anew() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, note!("save"))
        .every(Period::steps(10).first().last());
    let mut state = start();
    for run in 1..=3 {
        assert!(walk(&mut plan, &mut state, 1..=25).is_finished());
        let steps = state.get::<Trace>().unwrap().steps("save");
        assert_eq!(steps[4 * (run - 1)..], [1, 10, 20, 25], "run {run}");
    }
}

#[test]
fn a_callback_that_was_not_visited_has_no_last_call() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::after_step, note!("save"))
        .every(Period::steps(10).last());
    let mut state = start();
    let outcome = plan.run(&mut state, |run| {
        run.scope(Walk::RUN, Run::last_call).map(drop)
    });
    assert!(outcome.unwrap().is_finished());
    assert_eq!(state.get(), Some(&Trace::default()));
}
