//! Handlers at the same time: what comes of their answers, of their failures, and of an executor that is not as it should be.

use callbacks::prelude::*;
use callbacks::{Executor, Job};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

breakpoints! {
    loop Relax { scope STEP { before_step; on_force; after_step; } }
}

/// One thread for each handler.
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

/// A plan whose groups run at the same time.
fn plan() -> Plan<Relax> {
    let mut plan = Plan::new();
    plan.executor(Threads);
    plan
}

fn run(plan: &mut Plan<Relax>) -> Outcome {
    let ran = plan.run(&mut State::new(), |run| {
        run.scope(Relax::STEP, |run| run.fire(Relax::on_force))
            .map(drop)
    });
    ran.unwrap_or_else(|error| panic!("{error}"))
}

/// Fails, with an error that may not leave its thread.
struct Fails<const N: usize>(Rc<str>);
struct Failing<const N: usize>;

impl<const N: usize> From<Fails<N>> for Box<dyn std::error::Error + Send + Sync> {
    fn from(fails: Fails<N>) -> Self {
        fails.0.to_string().into()
    }
}

#[callback(Relax, register = false)]
impl<const N: usize> Failing<N> {
    fn on_force(&self) -> Result<(), Fails<N>> {
        Err(Fails(format!("error {N}").into()))
    }
}

struct Stopping<const N: usize>;

#[callback(Relax, register = false)]
impl<const N: usize> Stopping<N> {
    fn on_force(&self) -> Flow {
        Flow::stop(format!("stop {N}"))
    }
}

#[test]
fn the_first_failure_in_order_is_the_failure_and_the_others_are_attached() {
    let mut plan = plan();
    plan.add(Stopping::<1>);
    plan.add(Failing::<2>);
    plan.add(Failing::<1>);
    plan.add(Stopping::<2>);
    let outcome = run(&mut plan);
    let failure = outcome.failed().expect("it fails");
    assert_eq!(failure.cause().to_string(), "error 2");
    assert_eq!(failure.origin().callback(), Some("Failing"));
    let attached: Vec<String> = failure.later().map(|one| one.cause().to_string()).collect();
    assert_eq!(attached, ["error 1"]);
}

#[test]
fn of_several_stops_the_first_in_order_is_named() {
    let mut plan = plan();
    plan.add(Count::<1>(0));
    plan.add(Stopping::<2>);
    plan.add(Stopping::<1>);
    let outcome = run(&mut plan);
    assert_eq!(outcome.stopped().map(Stop::reason), Some("stop 2"));
}

#[test]
fn a_failure_that_is_swallowed_lets_the_others_go_on() {
    let mut plan = plan();
    plan.add(Failing::<1>).on_failure(OnFailure::Warn);
    plan.add(Count::<1>(0));
    plan.add(Count::<2>(0)).after("Count");
    let outcome = run(&mut plan);
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(outcome.swallowed().len(), 1);
    assert_eq!(plan.get::<Count<1>>().map(|count| count.0), Some(1));
    assert_eq!(plan.get::<Count<2>>().map(|count| count.0), Some(1));
}

/// An executor that leaves out, does twice or breaks.
struct Careless(&'static str);

impl Executor for Careless {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        match self.0 {
            "twice" => {
                here();
                jobs.iter_mut().for_each(Job::run);
                jobs.iter_mut().for_each(Job::run);
                here();
            }
            "panic" => panic!("out of threads"),
            _ => {}
        }
    }

    fn pays(&self, _: Duration) -> bool {
        true
    }
}

/// Counts how often it ran.
struct Count<const N: usize>(u32);

#[callback(Relax, register = false)]
impl<const N: usize> Count<N> {
    fn on_force(&mut self) {
        self.0 += 1;
    }
}

#[test]
fn each_handler_runs_once_whatever_the_executor_does() {
    for how in ["never", "twice"] {
        let mut plan = Plan::<Relax>::new();
        plan.executor(Careless(how));
        plan.add(Count::<1>(0));
        plan.add(Count::<2>(0));
        assert!(run(&mut plan).is_finished());
        assert_eq!(plan.get::<Count<1>>().unwrap().0, 1, "{how}");
        assert_eq!(plan.get::<Count<2>>().unwrap().0, 1, "{how}");
    }
}

#[test]
fn an_executor_that_panics_fails_the_run() {
    let mut plan = Plan::<Relax>::new();
    plan.executor(Careless("panic"));
    plan.add(Count::<1>(0));
    plan.add(Count::<2>(0));
    let outcome = run(&mut plan);
    let failure = outcome.failed().expect("it fails");
    assert_eq!(failure.cause().to_string(), "panicked: out of threads");
    assert_eq!(failure.origin().callback(), None);
}

/// Takes a microsecond, or a little more.
struct Spin<const N: usize>;

#[callback(Relax, register = false)]
impl<const N: usize> Spin<N> {
    fn on_force(&self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_micros(1) {}
    }
}

/// Counts what it is given to run, and takes what saves so much.
struct Counting(Arc<AtomicU32>, Duration);

impl Executor for Counting {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        self.0.fetch_add(1, Ordering::Relaxed);
        Threads.run(jobs, here);
    }

    fn pays(&self, saved: Duration) -> bool {
        saved >= self.1
    }
}

/// How many of 1010 firings of two handlers ran at the same time.
fn together_if_it_saves(least: Duration) -> u32 {
    let count = Arc::new(AtomicU32::new(0));
    let mut plan = Plan::<Relax>::new();
    plan.executor(Counting(count.clone(), least));
    plan.add(Spin::<1>);
    plan.add(Spin::<2>);
    let ran = plan.run(&mut State::new(), |run| {
        for _ in 0..1010 {
            run.fire(Relax::on_force)?;
        }
        Ok(())
    });
    assert!(ran.is_ok_and(|outcome| outcome.is_finished()));
    count.load(Ordering::Relaxed)
}

#[test]
fn whether_it_pays_is_known_after_four_times() {
    assert_eq!(together_if_it_saves(Duration::ZERO), 1010);
    assert_eq!(together_if_it_saves(Duration::from_micros(1)), 1006);
    assert_eq!(together_if_it_saves(Duration::from_hours(1)), 0);
}

/// Takes 64 µs, or more, at some firings, and hardly anything at the others.
struct At<const N: usize>(fn(u32) -> bool, u32);

#[callback(Relax, register = false)]
impl<const N: usize> At<N> {
    fn on_force(&mut self) {
        let began = Instant::now();
        while self.0(self.1) && began.elapsed() < Duration::from_micros(64) {}
        self.1 += 1;
    }
}

/// How many of the last 100 of 300 firings ran at the same time, of two handlers that are slow at these.
fn last_together(is_slow: fn(u32) -> bool) -> u32 {
    let count = Arc::new(AtomicU32::new(0));
    let mut plan = Plan::<Relax>::new();
    plan.executor(Counting(count.clone(), Duration::from_micros(4)));
    plan.add(At::<1>(is_slow, 0));
    plan.add(At::<2>(is_slow, 0));
    let ran = plan.run(&mut State::new(), |run| {
        for firing in 0..300 {
            if firing == 200 {
                count.store(0, Ordering::Relaxed);
            }
            run.fire(Relax::on_force)?;
        }
        Ok(())
    });
    assert!(ran.is_ok_and(|outcome| outcome.is_finished()));
    count.load(Ordering::Relaxed)
}

#[test]
fn handlers_that_are_slow_later_or_now_and_then_are_noticed() {
    assert_eq!(last_together(|firing| firing >= 100), 100);
    assert_eq!(last_together(|firing| firing % 4 == 3), 100);
}

/// Runs a plan of its own on the whole state, whose handlers run at the same time.
struct Nest;

#[callback(Relax, register = false)]
impl Nest {
    fn on_force(&self, mut ctx: Ctx<'_>) -> Result<(), PlanError> {
        let mut inner = plan();
        inner.add(Adds::<1>);
        inner.add(Adds::<2>);
        let outcome = inner.run(&mut ctx, |run| run.fire(Relax::on_force))?;
        assert!(outcome.is_finished(), "{outcome}");
        Ok(())
    }
}

struct Adds<const N: usize>;

#[callback(Relax, register = false)]
impl<const N: usize> Adds<N> {
    fn on_force(&self, sum: &mut [u32; N]) {
        sum[0] += 1;
    }
}

#[test]
fn a_handler_that_has_everything_may_run_a_plan_on_it() {
    let mut plan = plan();
    plan.add(Nest);
    plan.add(Adds::<1>);
    plan.add(Adds::<2>);
    let mut state = State::new();
    state.insert([0_u32; 1]);
    state.insert([0_u32; 2]);
    let ran = plan.run(&mut state, |run| run.fire(Relax::on_force));
    let outcome = ran.unwrap_or_else(|error| panic!("{error}"));
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(state.get(), Some(&[2_u32]));
    assert_eq!(state.get(), Some(&[2_u32, 0]));
}
