//! Whatever panics of what a run calls, no panic leaves the library, every entered callback exits once and in reverse order, and the
//! outcome describes how the run ended. Each case is a process, because a panic that meets another one ends it.

mod judge;
mod model;
#[path = "../support"]
mod support {
    pub(crate) mod process;
    pub(crate) mod subscriber;
    pub(crate) mod trouble;
}

use callbacks::prelude::*;
use callbacks::{Background, Executor, Guard, Job};
use judge::{cases, describe, expected, library, look, with_each_ending};
use model::Model;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;
use support::process::{each_in_a_process, say};
use support::trouble::{Actor, Ends, Fault, Reader, STEPS, Touchy, Vote};

breakpoints! {
    loop Walk with Touchy<1>, Touchy<2>, Touchy<3>, Touchy<4> {
        scope RUN { on_run_begin; on_step; on_ask -> Vote; on_run_end; }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_error;
    }
}

/// A reader runs beside others, or later: that of the third type.
macro_rules! reader_of {
    ($($Loop:ident at $at:expr;)*) => {$(
        impl<const N: usize> Callback<$Loop> for Reader<N> {
            fn handlers(&self, h: &mut Handlers<$Loop, Self>) {
                h.on_enter(Self::enter);
                if N == 3 {
                    h.on_background($at, Self::read);
                } else {
                    h.on($at, Self::read);
                }
                h.on_exit(Self::exit);
            }
        }
    )*};
}

reader_of! {
    Walk at Walk::on_step;
    Fit at Fit::on_train_batch_end;
    Driver at Driver::on_step_end;
}

/// One thread for each job.
struct Threads;

impl Executor for Threads {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        std::thread::scope(|scope| {
            for job in jobs {
                scope.spawn(move || job.run());
            }
            here();
        });
    }

    fn pays(&self, _: Duration) -> bool {
        true
    }
}

const SETUPS: [&str; 3] = ["in the loop", "in the background", "in parallel"];

/// Attaches three actors, of which the second one makes the run end, and readers where the setup has any.
fn attach<L: Loop>(plan: &mut Plan<L>, setup: &str, ends: Ends, fault: Fault)
where
    Actor: Callback<L>,
    Reader<1>: Callback<L>,
    Reader<2>: Callback<L>,
    Reader<3>: Callback<L>,
{
    let actor = |name, ends| Actor { name, ends, fault };
    plan.add(actor("first", Ends::Finished)).named("first");
    let readers = if ends == Ends::Swallowed {
        OnFailure::Warn
    } else {
        OnFailure::Fail
    };
    if setup == "in the background" {
        plan.add(Reader::<3>::new("later", ends, fault))
            .named("later")
            .background(Background::queue(2))
            .on_failure(readers);
    }
    if setup == "in parallel" {
        plan.executor(Threads);
        plan.add(Reader::<1>::new("beside one", ends, fault))
            .named("beside one");
        plan.add(Reader::<2>::new("beside another", Ends::Finished, fault))
            .named("beside another");
    }
    plan.add(actor("second", ends))
        .named("second")
        .on_failure(readers);
    plan.add(actor("third", Ends::Finished)).named("third");
}

fn plan(setup: &str, ends: Ends, fault: Fault) -> Plan<Walk> {
    let mut plan = Plan::new();
    attach(&mut plan, setup, ends, fault);
    for _ in 0..3 {
        plan.on(Walk::on_ask, move || Vote(fault));
    }
    plan
}

fn state(fault: Fault) -> State {
    let mut state = State::new();
    state.insert(Touchy::<1>::new(fault));
    state.insert(Touchy::<2>::new(fault));
    state.insert(Touchy::<3>::new(fault));
    state.insert(Touchy::<4>::new(fault));
    state
}

fn walk(run: &mut Run<'_, Walk>) -> Result<(), Break> {
    run.scope(Walk::RUN, |run| {
        for _ in 0..STEPS {
            run.fire(Walk::on_step)?;
            forget(run.ask(Walk::on_ask)?);
        }
        Ok(())
    })?;
    Ok(())
}

/// The same with a guard: an engine that stops on an error.
fn engine(guard: &mut Guard<Walk>) {
    if library("begin", || guard.begin(Walk::RUN).is_ok()) != Some(true) {
        return;
    }
    for _ in 0..STEPS {
        if library("fire", || guard.fire(Walk::on_step).is_ok()) != Some(true) {
            return;
        }
        let asked = library("ask", || guard.ask(Walk::on_ask).map(forget).is_ok());
        if asked != Some(true) {
            return;
        }
    }
}

#[test]
fn a_plan_is_run() {
    each_in_a_process(
        &cases(&SETUPS),
        |case| {
            with_each_ending(case, |setup, ends, fault| {
                let (mut plan, mut state) = (plan(setup, ends, fault), state(fault));
                let ran = library("run", || plan.run(&mut state, walk));
                if let Some(ran) = ran {
                    describe(ran.unwrap());
                }
                library("the drop of the plan", || drop(plan));
                library("the drop of the state", || drop(state));
            });
        },
        look,
    );
}

#[test]
fn a_guard_is_finished() {
    each_in_a_process(
        &cases(&SETUPS),
        |case| {
            with_each_ending(case, |setup, ends, fault| {
                let (plan, state) = (plan(setup, ends, fault), state(fault));
                let started = library("start", || plan.start(state));
                let Some(Ok(mut guard)) = started else { return };
                engine(&mut guard);
                if let Some((plan, state, outcome)) = library("finish", || guard.finish()) {
                    describe(outcome);
                    library("the drop of the plan", || drop(plan));
                    library("the drop of the state", || drop(state));
                }
            });
        },
        look,
    );
}

/// Adds a callback that describes the outcome when all others have exited.
fn telling(mut plan: Plan<Walk>) -> Plan<Walk> {
    let describes = |outcome: &Outcome| describe(outcome.clone());
    // It is the first to enter, and so the last to exit.
    plan.on(Walk::on_exit, describes).weight(f64::NEG_INFINITY);
    plan
}

#[test]
fn a_guard_is_dropped() {
    each_in_a_process(
        &cases(&SETUPS),
        |case| {
            with_each_ending(case, |setup, ends, fault| {
                let (plan, state) = (telling(plan(setup, ends, fault)), state(fault));
                let started = library("start", || plan.start(state));
                let Some(Ok(mut guard)) = started else { return };
                engine(&mut guard);
                library("the drop of the guard", || drop(guard));
            });
        },
        look,
    );
}

#[test]
fn a_guard_is_dropped_by_a_panic_of_its_engine() {
    each_in_a_process(
        &cases(&SETUPS),
        |case| {
            with_each_ending(case, |setup, ends, fault| {
                let (plan, state) = (plan(setup, ends, fault), state(fault));
                let started = library("start", || plan.start(state));
                let Some(Ok(mut guard)) = started else { return };
                engine(&mut guard);
                let engine = catch_unwind(AssertUnwindSafe(|| {
                    let _guard = guard;
                    resume_unwind(Box::new("the engine's own"));
                }));
                let panic: Result<(), _> = engine;
                let text = panic.map_err(|panic| panic.downcast_ref::<&str>().copied());
                if text != Err(Some("the engine's own")) {
                    say("another panic leaves the drop");
                }
                // The engine's panic is the failure, where there was none.
                say(format!("outcome {}", expected(ends, setup)));
            });
        },
        look,
    );
}

#[test]
fn a_trainer_fits() {
    each_in_a_process(
        &cases(&SETUPS),
        |case| {
            with_each_ending(case, |setup, ends, fault| {
                let mut trainer = Trainer::new(Model(fault))
                    .state(Touchy::<1>::new(fault))
                    .state(Touchy::<2>::new(fault))
                    .state(Touchy::<3>::new(fault));
                attach(trainer.plan(), setup, ends, fault);
                let batches = move |_| (0..STEPS).map(move |_| Touchy::new(fault));
                let fitted = library("fit", || trainer.fit(batches).map(|it| it.outcome));
                if let Some(it) = fitted {
                    describe(it.unwrap());
                }
                library("the drop of the trainer", || drop(trainer));
            });
        },
        look,
    );
}

#[test]
fn a_driver_runs() {
    each_in_a_process(
        &cases(&SETUPS),
        |case| {
            with_each_ending(case, |setup, ends, fault| {
                let mut driver = VariationalDriver::new(Model(fault))
                    .state(Touchy::<1>::new(fault))
                    .state(Touchy::<2>::new(fault))
                    .state(Touchy::<3>::new(fault));
                attach(driver.plan(), setup, ends, fault);
                let ran = library("run", || driver.run(STEPS));
                if let Some(it) = ran {
                    describe(it.unwrap());
                }
                library("the drop of the driver", || drop(driver));
            });
        },
        look,
    );
}
