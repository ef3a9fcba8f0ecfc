//! A process that ends inside of a run, whoever holds the run: what is dropped is dropped once, and what has ended stays ended.

mod support {
    pub(crate) mod process;
    pub(crate) mod relax;
    pub(crate) mod reporting;
}

use callbacks::{Background, Callback, Ctx, Executor, Guard, Handlers, Job, Plan, State};
use std::cell::RefCell;
use std::process::exit;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;
use support::process::{SaysWhenDropped, each_in_a_process, forget, say};
use support::relax::{Relax, relax};
use support::reporting::{Reporting, drops_once};

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
    static PLAN: RefCell<Plan<Relax>> = RefCell::default();
    static GUARD: RefCell<Option<Guard<Relax>>> = const { RefCell::new(None) };
}

/// Ends the process, as a handler, which returns nothing.
fn end_process() {
    exit(0)
}

/// A state with two values.
fn state_that_says_drops() -> State {
    let mut state = State::new();
    state.insert(SaysWhenDropped::<1>::new("value 1"));
    state.insert(SaysWhenDropped::<2>::new("value 2"));
    state
}

const DROPPED: [&str; 4] = [
    "value 1 is dropped",
    "value 2 is dropped",
    "callback 3 is dropped",
    "callback 4 is dropped",
];

/// A plan between whose callbacks one more, made by `attach`, has a handler.
fn plan_with(attach: impl FnOnce(&mut Plan<Relax>)) -> Plan<Relax> {
    let mut plan = Plan::new();
    plan.add(Reporting::<3>::new());
    attach(&mut plan);
    plan.add(Reporting::<4>::new());
    plan
}

const HANDLERS: [&str; 4] = ["no parameter", "values", "everything", "a query"];

/// Attaches a handler at `on_force` that ends the process, and has what the case says.
fn attach_exit(plan: &mut Plan<Relax>, case: &str) {
    match case {
        "no parameter" => plan.on(Relax::ON_FORCE, end_process),
        "values" => plan.on(
            Relax::ON_FORCE,
            |_: &mut SaysWhenDropped<1>, _: &SaysWhenDropped<2>| {
                end_process();
            },
        ),
        "everything" => plan.on(Relax::ON_FORCE, |_: Ctx<'_>| end_process()),
        "a query" => plan.on(Relax::ON_FORCE, |mut ctx: Ctx<'_>| {
            let (one, two) = ctx
                .query::<(&mut SaysWhenDropped<1>, &mut SaysWhenDropped<2>)>()
                .unwrap();
            say(format!("{} and {}", one.name(), two.name()));
            end_process();
        }),
        other => unreachable!("{other}"),
    };
}

#[test]
fn exit_in_a_handler_of_a_plan_on_a_state() {
    each_in_a_process(
        &HANDLERS,
        |case| {
            STATE.set(state_that_says_drops());
            PLAN.set(plan_with(|plan| attach_exit(plan, case)));
            PLAN.with_borrow_mut(|plan| {
                STATE.with_borrow_mut(|state| plan.run(state, |run| relax(run, 1)).map(drop))
            })
            .unwrap();
        },
        |_, ended| drops_once(ended, &DROPPED),
    );
}

#[test]
fn exit_in_a_handler_of_a_guard() {
    each_in_a_process(
        &HANDLERS,
        |case| {
            let plan = plan_with(|plan| attach_exit(plan, case));
            GUARD.set(Some(plan.start(state_that_says_drops()).unwrap()));
            GUARD.with_borrow_mut(|guard| {
                let guard = guard.as_mut().unwrap();
                let _ = guard.begin(Relax::RUN);
                let _ = guard.fire(Relax::ON_FORCE);
            });
        },
        |_, ended| drops_once(ended, &DROPPED),
    );
}

#[test]
fn exit_between_two_firings_of_a_guard() {
    each_in_a_process(
        &["it is borrowed", "it is not borrowed"],
        |case| {
            let plan = plan_with(|_| ());
            GUARD.set(Some(plan.start(state_that_says_drops()).unwrap()));
            GUARD.with_borrow_mut(|guard| {
                let guard = guard.as_mut().unwrap();
                let _ = guard.begin(Relax::RUN);
                if case == "it is borrowed" {
                    exit(0);
                }
            });
            exit(0);
        },
        |_, ended| {
            drops_once(ended, &DROPPED);
            ended.assert_says_once("callback 3 exits");
            ended.assert_says_once("callback 4 exits");
        },
    );
}

/// A callback in the background, which waits at each call, and ends the process at one of them.
struct Lags {
    value: SaysWhenDropped<3>,
    /// A call waits for one of these, or for the sender to be gone.
    go: Receiver<()>,
    exits: bool,
}

impl Lags {
    fn write(&mut self) {
        let _ = self.go.recv();
        say(format!("{} writes", self.value.name()));
        if self.exits {
            exit(0);
        }
    }
}

impl Callback<Relax> for Lags {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_background(Relax::BEFORE_STEP, Self::write);
    }
}

/// A plan with a callback in the background, and what lets it go on.
fn lagging(exits: bool) -> (Plan<Relax>, Sender<()>) {
    let (sender, go) = channel();
    let mut plan = Plan::new();
    let value = SaysWhenDropped::new("callback 3");
    plan.add(Lags { value, go, exits })
        .background(Background::queue(2));
    plan.add(Reporting::<4>::new());
    (plan, sender)
}

#[test]
fn exit_in_the_loop_while_the_background_is_at_work() {
    each_in_a_process(
        &["a plan", "a guard"],
        |case| {
            let (mut plan, go) = lagging(false);
            let go = Mutex::new(Some(go));
            plan.on(Relax::ON_FORCE, move || {
                // The call in the background goes on, and ends while the process does.
                drop(go.lock().unwrap().take());
                end_process();
            });
            if case == "a plan" {
                STATE.set(state_that_says_drops());
                PLAN.set(plan);
                PLAN.with_borrow_mut(|plan| {
                    STATE.with_borrow_mut(|state| plan.run(state, |run| relax(run, 1)).map(drop))
                })
                .unwrap();
            } else {
                GUARD.set(Some(plan.start(state_that_says_drops()).unwrap()));
                GUARD.with_borrow_mut(|guard| {
                    let guard = guard.as_mut().unwrap();
                    let _ = guard.begin(Relax::RUN);
                    let _ = guard.begin(Relax::STEP);
                    let _ = guard.fire(Relax::ON_FORCE);
                });
            }
        },
        |_, ended| drops_once(ended, &DROPPED),
    );
}

#[test]
fn exit_in_the_background_while_the_loop_waits_for_it() {
    each_in_a_process(
        &["a plan"],
        |_| {
            let (plan, go) = lagging(true);
            STATE.set(state_that_says_drops());
            PLAN.set(plan);
            drop(go);
            PLAN.with_borrow_mut(|plan| {
                STATE.with_borrow_mut(|state| plan.run(state, |run| relax(run, 9)).map(drop))
            })
            .unwrap();
        },
        |_, ended| {
            drops_once(ended, &[]);
            ended.assert_says_once("callback 3 writes");
        },
    );
}

/// One thread for each job. The loop's own job begins with them, or when they are done.
struct Threads {
    here_is_last: bool,
}

impl Executor for Threads {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        std::thread::scope(|scope| {
            for job in jobs {
                scope.spawn(move || job.run());
            }
            if !self.here_is_last {
                here();
            }
        });
        here();
    }

    fn pays(&self, _: Duration) -> bool {
        true
    }
}

/// Waits for the other one of its group if they are to meet, and ends the process or waits for ever.
struct Beside<const N: usize> {
    reporting: Reporting<N>,
    meets: Option<Arc<Barrier>>,
    exits: bool,
}

impl<const N: usize> Callback<Relax> for Beside<N> {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(
            Relax::ON_FORCE,
            |this: &mut Self, value: &mut SaysWhenDropped<N>| {
                assert!(!value.name().is_empty());
                if let Some(barrier) = &this.meets {
                    barrier.wait();
                }
                if this.exits {
                    end_process();
                }
                if let Some(barrier) = &this.meets {
                    barrier.wait();
                }
                assert_eq!(this.reporting.name(), format!("callback {N}"));
            },
        );
    }
}

/// The loop's thread runs the first of a group; the thread-locals are those of the thread that ends the process. That it is the loop's while
/// another one is at its work: `process_exit_threads.rs`.
#[test]
fn exit_in_a_job_of_a_group() {
    let cases = [
        "the first, when the second is done",
        "the second, while the first waits for it",
        "the second, while the first is at its work",
    ];
    each_in_a_process(
        &cases,
        |case| {
            let is_first = case.starts_with("the first");
            let barrier = case
                .ends_with("is at its work")
                .then(|| Arc::new(Barrier::new(2)));
            let mut plan = Plan::new();
            plan.executor(Threads {
                here_is_last: barrier.is_none(),
            });
            plan.add(Beside {
                reporting: Reporting::<3>::new(),
                meets: barrier.clone(),
                exits: is_first,
            });
            plan.add(Beside {
                reporting: Reporting::<4>::new(),
                meets: barrier,
                exits: !is_first,
            });
            let mut state = state_that_says_drops();
            state.insert(SaysWhenDropped::<3>::new("value 3"));
            state.insert(SaysWhenDropped::<4>::new("value 4"));
            STATE.set(state);
            PLAN.set(plan);
            PLAN.with_borrow_mut(|plan| {
                STATE.with_borrow_mut(|state| plan.run(state, |run| relax(run, 1)).map(drop))
            })
            .unwrap();
        },
        // Whatever a group uses is not dropped: another thread may be in the middle of it.
        |_, ended| drops_once(ended, &[]),
    );
}

#[test]
fn what_is_forgotten_drops_nothing_and_disturbs_nothing() {
    let cases = ["a guard", "a guard of the background", "a plan", "a state"];
    each_in_a_process(
        &cases,
        |case| {
            let (plan, go) = lagging(false);
            drop(go);
            match case {
                "a guard" => {
                    let mut guard = plan_with(|_| ()).start(state_that_says_drops()).unwrap();
                    let _ = guard.begin(Relax::RUN);
                    forget(guard);
                    forget(plan);
                }
                "a guard of the background" => {
                    let mut guard = plan.start(state_that_says_drops()).unwrap();
                    let _ = guard.begin(Relax::RUN);
                    let _ = guard.begin(Relax::STEP);
                    forget(guard);
                }
                "a plan" => {
                    let mut plan = plan;
                    let _ = plan.run(&mut State::new(), |run| relax(run, 2)).unwrap();
                    forget(plan);
                }
                _ => {
                    forget(state_that_says_drops());
                    forget(plan);
                }
            }
            exit(0);
        },
        |_, ended| {
            ended.assert_succeeds();
            let drops = ended
                .lines
                .iter()
                .filter(|line| line.ends_with("is dropped"));
            assert_eq!(drops.count(), 0, "{:?}", ended.lines);
        },
    );
}

#[test]
fn a_thread_that_ends_with_a_plan_that_has_run() {
    each_in_a_process(
        &["in the background", "in the loop"],
        |case| {
            let in_loop = case == "in the loop";
            let thread = std::thread::spawn(move || {
                let (mut plan, go) = lagging(false);
                drop(go);
                if in_loop {
                    plan = plan_with(|_| ());
                }
                STATE.set(state_that_says_drops());
                PLAN.set(plan);
                PLAN.with_borrow_mut(|plan| {
                    STATE.with_borrow_mut(|state| plan.run(state, |run| relax(run, 1)).map(drop))
                })
                .unwrap();
            });
            thread.join().unwrap();
        },
        |_, ended| {
            ended.assert_says_once("callback 4 exits");
            ended.assert_says_once("value 1 is dropped");
            ended.assert_says_once("value 2 is dropped");
            ended.assert_succeeds();
        },
    );
}
