//! Several values whose `Drop` panics, and one that is dropped by a panic: where a panic meets another one the process would end.

mod support {
    pub(crate) mod process;
    pub(crate) mod relax;
}

use callbacks::{Callback, Handlers, Plan, State};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use support::process::{each_in_a_process, say};
use support::relax::Relax;

/// Says that it is dropped, and panics then, whether or not the thread does already.
struct Touchy<const N: usize>;

impl<const N: usize> Drop for Touchy<N> {
    fn drop(&mut self) {
        say(format!("drop {N}"));
        panic!("the drop of {N} panics");
    }
}

impl<const N: usize> Callback<Relax> for Touchy<N> {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::ON_FORCE, |_: &mut Self| {});
    }
}

fn state() -> State {
    let mut state = State::new();
    state.insert(Touchy::<1>);
    state.insert(Touchy::<2>);
    state.insert(Touchy::<3>);
    state
}

fn plan() -> Plan<Relax> {
    let mut plan = Plan::new();
    plan.add(Touchy::<1>);
    plan.add(Touchy::<2>);
    plan.add(Touchy::<3>);
    plan
}

/// Something to be dropped: a box, so that each is of one type.
fn made(what: &str) -> Box<dyn std::any::Any> {
    match what {
        "a state" => Box::new(state()),
        "a plan" => Box::new(plan()),
        "a guard of a state" => Box::new(Plan::<Relax>::new().start(state()).unwrap()),
        "a guard of a plan" => Box::new(plan().start(State::new()).unwrap()),
        other => unreachable!("{other}"),
    }
}

const ALL: [&str; 4] = [
    "a state",
    "a plan",
    "a guard of a state",
    "a guard of a plan",
];

#[test]
fn all_are_dropped_where_each_of_them_panics() {
    each_in_a_process(
        &ALL,
        |case| {
            let made = made(case);
            let _ = catch_unwind(AssertUnwindSafe(|| drop(made)));
        },
        |_, ended| ended.assert_says(&["drop 1", "drop 2", "drop 3"]),
    );
}

#[test]
fn all_are_dropped_by_a_panic_where_each_of_them_panics() {
    each_in_a_process(
        &ALL,
        |case| {
            let made = made(case);
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let _made = made;
                resume_unwind(Box::new("out of here"));
            }));
            let _: Result<(), _> = panicked;
        },
        |_, ended| ended.assert_says(&["drop 1", "drop 2", "drop 3"]),
    );
}
