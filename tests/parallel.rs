//! Handlers at the same time: which are, on which thread, and what a plan says of it.

use callbacks::prelude::*;
use callbacks::{Parallel, ProblemKind};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{ThreadId, current};
use std::time::Duration;

breakpoints! {
    /// Counts its steps.
    pub loop Relax with Steps as steps by hand { scope STEP { before_step; on_force; after_step; } error => on_error; }
}

/// What the loop counts with.
pub struct Steps(u64);

impl callbacks::Counter for Steps {
    fn count(&self) -> callbacks::Count<'_> {
        callbacks::Count::Whole(&self.0)
    }
}

/// State of as many types as there are numbers.
struct At<const N: usize>(Option<ThreadId>);

/// Notes on which thread it runs.
struct Note<const N: usize>;

#[callback(Relax, register = false)]
impl<const N: usize> Note<N> {
    fn on_force(&self, at: &mut At<N>) {
        at.0 = Some(current().id());
    }
}

/// The same, but it may not leave the loop's thread: for what it asks, or for what it is.
struct Asks<const N: usize>;

#[callback(Relax, register = false)]
impl<const N: usize> Asks<N> {
    fn on_force(&self, at: &mut At<N>, _: Local<'_, Rc<str>>) {
        at.0 = Some(current().id());
    }
}

/// Waits for another one, which waits for it.
struct Meet<const N: usize> {
    to: Sender<()>,
    from: Receiver<()>,
}

#[callback(Relax, register = false)]
impl<const N: usize> Meet<N> {
    fn on_force(&mut self) -> Result<(), &'static str> {
        self.to.send(()).map_err(|_| "nobody is there")?;
        self.from
            .recv_timeout(Duration::from_secs(10))
            .map_err(|_| "nobody came")
    }
}

fn state() -> State {
    let mut state = State::new();
    state.insert(Steps(0));
    state.insert::<Rc<str>>("run 7".into());
    state.insert(At::<1>(None));
    state.insert(At::<2>(None));
    state.insert(At::<3>(None));
    state
}

/// A plan whose groups always run at the same time.
fn plan() -> Plan<Relax> {
    let mut plan = Plan::new();
    plan.executor(
        Parallel::threads(2)
            .expect("two threads can be had")
            .always(),
    );
    plan
}

fn run(plan: &mut Plan<Relax>, state: &mut State) -> Outcome {
    let ran = plan.run(state, |run| {
        run.scope(Relax::STEP, |run| run.fire(Relax::on_force))
            .map(drop)
    });
    ran.unwrap_or_else(|error| panic!("{error}"))
}

fn executors(plan: &mut Plan<Relax>) -> Vec<String> {
    let explanation = plan
        .explain(&state())
        .unwrap_or_else(|error| panic!("{error}"));
    let rows = explanation.rows(Relax::on_force).iter();
    rows.map(|row| row.executor().unwrap_or("-").to_owned())
        .collect()
}

fn add_two_that_meet(plan: &mut Plan<Relax>) {
    let ((to_first, of_second), (to_second, of_first)) = (channel(), channel());
    plan.add(Meet::<1> {
        to: to_second,
        from: of_second,
    });
    plan.add(Meet::<2> {
        to: to_first,
        from: of_first,
    });
}

#[test]
fn handlers_of_a_group_run_at_the_same_time() {
    let mut plan = plan();
    add_two_that_meet(&mut plan);
    assert!(run(&mut plan, &mut state()).is_finished());
}

#[test]
fn what_may_not_leave_the_loops_thread_stays_there() {
    let mut plan = plan();
    plan.add(Note::<1>);
    plan.add_local(Note::<2>);
    plan.add(Asks::<3>);
    let mut state = state();
    assert!(run(&mut plan, &mut state).is_finished());
    let here = Some(current().id());
    assert_ne!(state.get::<At<1>>().unwrap().0, here);
    assert_eq!(state.get::<At<2>>().unwrap().0, here);
    assert_eq!(state.get::<At<3>>().unwrap().0, here);
    let explanation = executors(&mut plan);
    assert_eq!(
        explanation,
        [
            "parallel, group 1",
            "loop's thread, group 1",
            "loop's thread, group 1"
        ]
    );
}

#[test]
fn a_closure_stays_on_the_loops_thread() {
    let seen = Rc::new(std::cell::Cell::new(None));
    let mut plan = plan();
    let note = seen.clone();
    plan.on(Relax::on_force, move || note.set(Some(current().id())));
    plan.add(Note::<1>);
    assert!(run(&mut plan, &mut state()).is_finished());
    assert_eq!(seen.get(), Some(current().id()));
}

/// Reads what another one writes, asks for everything, or writes what the loop counts with.
struct Reads;
struct Whole;
struct Counts;
struct Twice;

#[callback(Relax, register = false)]
impl Reads {
    fn on_force(&self, _: &At<1>) {}
}

#[callback(Relax, register = false)]
impl Whole {
    fn on_force(&self, _: Ctx<'_>) {}
}

#[callback(Relax, register = false)]
impl Counts {
    fn on_force(&self, steps: &mut Steps) {
        steps.0 += 1;
    }
}

impl Callback<Relax> for Twice {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::on_force, |_: &mut Self, _: &At<2>| {});
        h.on(Relax::on_force, |_: &mut Self, _: &At<3>| {});
    }
}

#[test]
fn what_has_to_do_with_each_other_runs_one_after_the_other() {
    let both = |add: &dyn Fn(&mut Plan<Relax>)| {
        let mut plan = plan();
        plan.add(Note::<1>);
        add(&mut plan);
        executors(&mut plan)
    };
    let alone = ["loop's thread", "loop's thread"];
    assert_eq!(
        both(&|plan| {
            plan.add(Reads);
        }),
        alone
    );
    assert_eq!(
        both(&|plan| {
            plan.add(Whole);
        }),
        alone
    );
    assert_eq!(
        both(&|plan| {
            plan.add(Counts);
        }),
        alone
    );
    assert_eq!(
        both(&|plan| {
            plan.add(Counts).weight(-1.0);
        }),
        alone
    );
    assert_eq!(
        both(&|plan| {
            plan.add(Note::<2>).after("Note");
        }),
        alone
    );
    assert_eq!(
        both(&|plan| {
            plan.add(Note::<2>);
        })[1],
        "parallel, group 1"
    );
    let two_of_one = both(&|plan| {
        plan.add(Twice);
    });
    assert_eq!(
        two_of_one,
        ["parallel, group 1", "parallel, group 1", "loop's thread"]
    );
}

#[test]
fn an_order_by_way_of_others_is_one() {
    let mut plan = plan();
    plan.add(Note::<1>).named("first");
    plan.on(Relax::after_step, || {})
        .named("between")
        .after("first");
    plan.add(Note::<2>).named("last").after("between");
    assert_eq!(executors(&mut plan), ["loop's thread", "loop's thread"]);
}

/// Attaches a callback.
type Add<'a> = &'a dyn Fn(&mut Plan<Relax>);

#[test]
fn why_a_callback_that_must_run_in_parallel_cannot_is_reported() {
    let why = |add: &dyn Fn(&mut Plan<Relax>), mut plan: Plan<Relax>| {
        add(&mut plan);
        let error = plan.check(&state()).expect_err("it cannot");
        assert_eq!(error.problems().len(), 1, "{error}");
        assert_eq!(error.problems()[0].kind(), ProblemKind::NotParallel);
        error.to_string()
    };
    let cases: [(Add<'_>, &str); 5] = [
        (
            &|plan| {
                plan.add_local(Note::<1>).parallel();
            },
            "`add_local`",
        ),
        (
            &|plan| {
                plan.on(Relax::on_force, || {}).parallel();
            },
            "is a closure",
        ),
        (
            &|plan| {
                plan.add(Asks::<1>).parallel();
            },
            "asks for `Local<Rc<str>>`, which stays on the loop's thread\n    ask for `&Rc<str>`",
        ),
        (
            &|plan| {
                plan.add(Whole).parallel();
            },
            "asks for `Ctx`",
        ),
        (
            &|plan| {
                plan.add(Counts).parallel();
            },
            "writes `Steps`, which the loop counts and periods read\n    let the loop",
        ),
    ];
    for (add, reason) in cases {
        let text = why(add, plan());
        assert!(text.contains(reason), "{text}");
    }
    let text = why(
        &|plan| {
            plan.add(Note::<1>).parallel();
        },
        Plan::new(),
    );
    assert!(text.contains("give the plan one with `executor`"), "{text}");
}

#[test]
fn a_callback_that_must_run_in_parallel_and_has_no_neighbour_is_noted() {
    let note = |add: Add<'_>| {
        let mut plan = plan();
        add(&mut plan);
        plan.check(&state())
            .unwrap_or_else(|error| panic!("{error}"));
        let its = plan.notes().iter();
        let mut its = its.filter(|note| note.kind() == ProblemKind::Alone);
        its.next().map(ToString::to_string)
    };
    let beside = note(&|plan| {
        plan.add(Note::<1>).parallel();
        plan.add(Note::<2>);
    });
    assert_eq!(beside, None);
    let cases: [(Add<'_>, &str); 4] = [
        (
            &|plan| {
                plan.add(Reads);
                plan.add(Note::<1>).parallel().after("Reads");
            },
            "at on_force it shares `At<1>` with `Reads`",
        ),
        (
            &|plan| {
                plan.add(Note::<1>).parallel();
            },
            "there is no other handler at its breakpoints",
        ),
        (
            &|plan| {
                plan.add(Ends).parallel();
            },
            "after a failure of the run",
        ),
        (
            &|plan| {
                plan.add(Note::<1>).parallel();
                plan.add(Note::<2>).after("Note");
            },
            "in a declared order",
        ),
    ];
    for (add, reason) in cases {
        let explanation = note(add).expect("a note");
        assert!(explanation.contains(reason), "{explanation}");
    }
}

/// Has nothing to do but at the end.
struct Ends;

#[callback(Relax, register = false)]
impl Ends {
    fn on_error(&self) {}
}
