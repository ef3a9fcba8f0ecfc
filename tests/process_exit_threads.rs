//! P14: a program whose plan and state are in thread-locals ends its process on the loop's thread, while another thread is in the middle of a
//! handler.

mod support {
    pub(crate) mod process;
    pub(crate) mod relax;
}

use callbacks::{Callback, Executor, Handlers, Job, Plan, State};
use std::cell::RefCell;
use std::process::{abort, exit};
use std::sync::{Arc, Barrier};
use std::time::Duration;
use support::process::{SaysWhenDropped, each_in_a_process, in_a_process, say};
use support::relax::{Relax, relax};

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
    static PLAN: RefCell<Plan<Relax>> = RefCell::default();
}

fn run(plan: Plan<Relax>, state: State) {
    STATE.set(state);
    PLAN.set(plan);
    PLAN.with_borrow_mut(|plan| {
        STATE.with_borrow_mut(|state| plan.run(state, |run| relax(run, 1)).map(drop))
    })
    .unwrap();
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

/// Meets the other one, and ends the process or goes on for as long as there is one.
struct Beside<const N: usize> {
    name: SaysWhenDropped<N>,
    meets: Arc<Barrier>,
    exits: bool,
}

impl<const N: usize> Callback<Relax> for Beside<N> {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(
            Relax::ON_FORCE,
            |this: &mut Self, value: &mut SaysWhenDropped<N>| -> () {
                this.meets.wait();
                if !this.exits {
                    go_on(value, &this.name);
                }
                exit(0)
            },
        );
    }
}

/// Reads both for as long as the process lives.
fn go_on<const N: usize>(value: &SaysWhenDropped<N>, callback: &SaysWhenDropped<N>) -> ! {
    loop {
        if value.name() != format!("value {N}") || callback.name() != "callback" {
            abort();
        }
    }
}

#[test]
fn exit_on_the_loop_while_a_job_is_at_its_work_drops_nothing_that_it_uses() {
    each_in_a_process(
        &["a group"],
        |_| {
            let meets = Arc::new(Barrier::new(2));
            let mut plan = Plan::new();
            plan.executor(Threads);
            // The loop's thread runs the first.
            plan.add(Beside::<1> {
                name: SaysWhenDropped::new("callback"),
                meets: meets.clone(),
                exits: true,
            });
            plan.add(Beside::<2> {
                name: SaysWhenDropped::new("callback"),
                meets,
                exits: false,
            });
            let mut state = State::new();
            state.insert(SaysWhenDropped::<1>::new("value 1"));
            state.insert(SaysWhenDropped::<2>::new("value 2"));
            run(plan, state);
        },
        |case, ended| {
            ended.assert_succeeds();
            assert!(ended.lines.is_empty(), "{case}: {:?}", ended.lines);
        },
    );
}

/// Ends the process, when the loop's thread is already about to.
struct Writer(Arc<Barrier>);

impl Writer {
    fn write(&mut self) {
        self.0.wait();
        exit(0);
    }
}

impl Callback<Relax> for Writer {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_background(Relax::BEFORE_STEP, Self::write);
    }
}

/// Meets the writer where it is dropped.
struct Meets(Arc<Barrier>);

impl Drop for Meets {
    fn drop(&mut self) {
        self.0.wait();
    }
}

thread_local! {
    static LAST: RefCell<Option<Meets>> = const { RefCell::new(None) };
}

#[test]
fn exit_on_the_loop_and_then_in_the_background_ends() {
    in_a_process(|| {
        let meets = Arc::new(Barrier::new(2));
        let mut plan = Plan::new();
        plan.add(Writer(meets.clone()));
        plan.on(Relax::ON_FORCE, move || -> () {
            // Used last, and so dropped before the plan.
            LAST.set(Some(Meets(meets.clone())));
            exit(0);
        });
        run(plan, State::new());
    });
}

/// A value whose copies panic when they are dropped.
struct Copies {
    is_copy: bool,
}

impl Clone for Copies {
    fn clone(&self) -> Self {
        Self { is_copy: true }
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        assert!(!self.is_copy, "the drop of a copy panics");
    }
}

struct Exits;

impl Callback<Relax> for Exits {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_exit(|_: &mut Self| say("exits"));
    }
}

struct Fails;

impl Fails {
    fn fail(&mut self, _: &Copies) {
        panic!("the disk is gone");
    }
}

impl Callback<Relax> for Fails {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_background(Relax::BEFORE_STEP, Self::fail);
    }
}

#[test]
fn a_call_in_the_background_that_panics_beside_its_copy_ends_no_process() {
    each_in_a_process(
        &["a call"],
        |_| {
            let mut plan = Plan::new();
            plan.add(Exits);
            plan.add(Fails).named("fails");
            let mut state = State::new();
            state.insert(Copies { is_copy: false });
            let outcome = plan.run(&mut state, |run| relax(run, 1)).unwrap();
            say(outcome.failed().unwrap().origin().callback().unwrap());
        },
        |_, ended| {
            ended.assert_succeeds();
            ended.assert_says_once("exits");
            ended.assert_says_once("fails");
        },
    );
}
