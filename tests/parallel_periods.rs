//! Periods of handlers that may run at the same time: what has not run has lost no mark, and a panic of a period is no more than that.

use callbacks::prelude::*;
use callbacks::{Executor, Job};
use std::time::Duration;

breakpoints! {
    loop Walk with u64 as steps by hand { scope RUN { on_run_begin; on_step; on_run_end; } }
}

/// Runs groups one by one, all together, or breaks at the first.
#[derive(Clone, Copy, PartialEq)]
enum How {
    OneByOne,
    Together,
    Breaks,
    CannotTell,
}

impl Executor for How {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        assert!(*self == Self::Together, "out of threads");
        here();
        jobs.iter_mut().for_each(Job::run);
    }

    fn pays(&self, _: Duration) -> bool {
        assert!(*self != Self::CannotTell, "no idea");
        *self != Self::OneByOne
    }
}

/// Notes the steps at which it runs.
#[derive(Default)]
struct Trace<const N: usize>(Vec<u64>);

#[callback(Walk, register = false)]
impl<const N: usize> Trace<N> {
    fn on_step(&mut self, step: &u64) {
        self.0.push(*step);
    }
}

struct Fails;

#[callback(Walk, register = false)]
impl Fails {
    fn on_step(&self, step: &u64) -> Result<(), &'static str> {
        if *step == 10 { Err("no more") } else { Ok(()) }
    }
}

fn walk(plan: &mut Plan<Walk>, steps: std::ops::RangeInclusive<u64>) -> Outcome {
    let mut state = State::new();
    state.insert(steps.start() - 1);
    let ran = plan.run(&mut state, |run| {
        for step in steps {
            run.state().insert(step);
            run.scope(Walk::RUN, |run| run.fire(Walk::on_step))?;
        }
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"))
}

/// At which steps the second of two ran, where the first failed at 10 and the plan went on at 11.
fn steps_around_a_failure(executor: Option<How>) -> Vec<u64> {
    let mut plan = Plan::new();
    if let Some(executor) = executor {
        plan.executor(executor);
    }
    plan.add(Fails).every(Period::steps(10));
    plan.add(Trace::<1>::default()).every(Period::steps(10));
    assert!(walk(&mut plan, 1..=10).failed().is_some());
    assert!(walk(&mut plan, 11..=20).is_finished() || executor.is_some());
    plan.get::<Trace<1>>().unwrap().0.clone()
}

#[test]
fn a_handler_that_a_failure_skipped_keeps_its_mark() {
    assert_eq!(steps_around_a_failure(None), [11, 20]);
    assert_eq!(steps_around_a_failure(Some(How::OneByOne)), [11, 20]);
    assert_eq!(steps_around_a_failure(Some(How::Together)), [10, 20]);
}

#[test]
fn a_handler_that_a_broken_executor_skipped_keeps_its_mark() {
    for how in [How::Breaks, How::CannotTell] {
        let mut plan = Plan::new();
        plan.executor(how);
        plan.add(Trace::<1>::default()).every(Period::steps(10));
        plan.add(Trace::<2>::default()).every(Period::steps(10));
        assert!(walk(&mut plan, 1..=10).failed().is_some());
        plan.executor(How::Together);
        assert!(walk(&mut plan, 11..=12).is_finished());
        assert_eq!(plan.get::<Trace<1>>().unwrap().0, [11]);
        assert_eq!(plan.get::<Trace<2>>().unwrap().0, [11]);
    }
}

#[test]
fn a_swallowed_failure_leaves_the_marks_of_the_others_as_they_are() {
    let mut plan = Plan::new();
    plan.executor(How::OneByOne);
    plan.add(Fails).on_failure(OnFailure::Warn);
    plan.add(Trace::<1>::default()).every(Period::steps(10));
    assert!(walk(&mut plan, 1..=30).is_finished());
    assert_eq!(plan.get::<Trace<1>>().unwrap().0, [10, 20, 30]);
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[test]
fn panics_of_periods_that_are_not_reported_are_dropped() {
    let bomb = || Period::when(|_| std::panic::panic_any(Bomb));
    for how in [How::OneByOne, How::CannotTell] {
        let mut plan = Plan::new();
        plan.executor(how);
        plan.add(Fails);
        plan.add(Trace::<1>::default()).every(bomb());
        plan.add(Trace::<2>::default()).every(bomb());
        assert!(walk(&mut plan, 10..=10).failed().is_some());
        assert!(walk(&mut plan, 10..=10).failed().is_some());
    }
}
