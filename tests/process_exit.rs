//! A process or thread that ends inside of a borrow, or after a panic inside of one, drops each value once; a forgotten state drops
//! none of its values. Ending a process runs the destructors of thread-locals, while what is borrowed is never released.

mod support {
    pub(crate) mod process;
    pub(crate) mod relax;
}

use callbacks::{Ctx, Plan, State};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::exit;
use support::process::{SaysWhenDropped, each_in_a_process, forget, say};
use support::relax::{Relax, relax};

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
    static PLAN: RefCell<Plan<Relax>> = RefCell::default();
    static ONE: RefCell<SaysWhenDropped<1>> = RefCell::new(SaysWhenDropped::new("lent 1"));
    static ANOTHER: RefCell<SaysWhenDropped<1>> = RefCell::new(SaysWhenDropped::new("another lent 1"));
    static TWO: RefCell<SaysWhenDropped<2>> = RefCell::new(SaysWhenDropped::new("lent 2"));
}

/// Whether the state never held, has removed, or still holds values of the lent types; and whether the state or the lent values are
/// dropped first.
const CASES: [&str; 6] = [
    "none, the state first",
    "none, the lent first",
    "removed, the state first",
    "removed, the lent first",
    "present, the state first",
    "present, the lent first",
];

/// Prepares the state. Thread-locals are dropped in the reverse order of their first use.
fn prepare(case: &str) {
    let first_use_of_lent = || {
        ONE.with(|_| ());
        ANOTHER.with(|_| ());
        TWO.with(|_| ());
    };
    if case.ends_with("the state first") {
        first_use_of_lent();
    }
    STATE.with_borrow_mut(|state| {
        if !case.starts_with("none") {
            state.insert(SaysWhenDropped::<1>::new("owned 1"));
            state.insert(SaysWhenDropped::<2>::new("owned 2"));
        }
        if case.starts_with("removed") {
            let one = state.remove::<SaysWhenDropped<1>>();
            let two = state.remove::<SaysWhenDropped<2>>();
            assert!(matches!((one, two), (Ok(Some(_)), Ok(Some(_)))));
        }
    });
    first_use_of_lent();
}

/// Returns the line of each value that is dropped in a case. Their order does not count.
fn dropped(case: &str) -> Vec<&'static str> {
    let mut lines = vec![
        "lent 1 is dropped",
        "another lent 1 is dropped",
        "lent 2 is dropped",
    ];
    if !case.starts_with("none") {
        lines.extend(["owned 1 is dropped", "owned 2 is dropped"]);
    }
    lines
}

/// Calls `exit` with the return type `()`, as a handler must have.
fn end_process() {
    exit(0)
}

/// Gives the state to `body`, which must end the process.
fn exits_in(case: &str, body: impl FnOnce(Ctx<'_>)) {
    prepare(case);
    STATE.with_borrow_mut(|state| body(state.ctx()));
    unreachable!("the process has ended");
}

#[test]
fn exit_inside_of_a_lend() {
    each_in_a_process(
        &CASES,
        |case| {
            exits_in(case, |mut ctx| {
                ONE.with_borrow_mut(|one| ctx.lend(one, |_| exit(0)));
            });
        },
        |case, ended| ended.assert_says(&dropped(case)),
    );
}

#[test]
fn exit_inside_of_lends_of_two_types() {
    each_in_a_process(
        &CASES,
        |case| {
            exits_in(case, |mut ctx| {
                ONE.with_borrow_mut(|one| {
                    ctx.lend(one, |mut ctx| {
                        TWO.with_borrow_mut(|two| ctx.lend(two, |_| exit(0)));
                    });
                });
            });
        },
        |case, ended| ended.assert_says(&dropped(case)),
    );
}

#[test]
fn exit_inside_of_two_lends_of_one_type() {
    each_in_a_process(
        &CASES,
        |case| {
            exits_in(case, |mut ctx| {
                ONE.with_borrow_mut(|one| {
                    ctx.lend(one, |mut ctx| {
                        ANOTHER.with_borrow_mut(|another| ctx.lend(another, |_| exit(0)));
                    });
                });
            });
        },
        |case, ended| ended.assert_says(&dropped(case)),
    );
}

#[test]
fn exit_inside_of_a_lend_that_has_put_another_value_in() {
    each_in_a_process(
        &CASES,
        |case| {
            exits_in(case, |mut ctx| {
                ONE.with_borrow_mut(|one| {
                    ctx.lend(one, |mut ctx| {
                        let replaced = ctx.insert(SaysWhenDropped::<1>::new("in place of it"));
                        drop(replaced);
                        ctx.insert(SaysWhenDropped::<2>::new("beside it"));
                        exit(0)
                    });
                });
            });
        },
        |case, ended| {
            let mut lines = dropped(case);
            lines.extend(["in place of it is dropped", "beside it is dropped"]);
            ended.assert_says(&lines);
        },
    );
}

#[test]
fn exit_inside_of_a_lend_by_a_handler() {
    each_in_a_process(
        &CASES,
        |case| {
            exits_in(case, |ctx| {
                PLAN.with_borrow_mut(|plan| {
                    plan.add(SaysWhenDropped::<9>::new("the callback"));
                    plan.on(Relax::ON_FORCE, |mut ctx: Ctx<'_>| {
                        ONE.with_borrow_mut(|one| ctx.lend(one, |_| exit(0)));
                    });
                    let _ = plan.run(ctx, |run| relax(run, 1));
                });
            });
        },
        |case, ended| {
            let mut lines = dropped(case);
            lines.push("the callback is dropped");
            ended.assert_says(&lines);
        },
    );
}

impl callbacks::Callback<Relax> for SaysWhenDropped<9> {
    fn handlers(&self, h: &mut callbacks::Handlers<Relax, Self>) {
        h.on(Relax::BEFORE_STEP, |this: &mut Self| {
            assert_eq!(this.name(), "the callback");
        });
    }
}

#[test]
fn exit_inside_of_a_handler_of_a_lent_value() {
    each_in_a_process(
        &CASES,
        |case| {
            exits_in(case, |mut ctx| {
                PLAN.with_borrow_mut(|plan| {
                    plan.on(Relax::ON_FORCE, |one: &mut SaysWhenDropped<1>| {
                        assert_eq!(one.name(), "lent 1");
                        end_process();
                    });
                    ONE.with_borrow_mut(|one| {
                        ctx.lend(one, |ctx| plan.run(ctx, |run| relax(run, 1)))
                            .map(drop)
                    })
                    .unwrap();
                });
            });
        },
        |case, ended| ended.assert_says(&dropped(case)),
    );
}

#[test]
fn exit_while_the_items_of_a_query_are_held() {
    each_in_a_process(
        &["present, the state first", "present, the lent first"],
        |case| {
            exits_in(case, |mut ctx| {
                let (one, two) = ctx
                    .query::<(&mut SaysWhenDropped<1>, &SaysWhenDropped<2>)>()
                    .unwrap();
                assert_eq!((one.name(), two.name()), ("owned 1", "owned 2"));
                exit(0)
            });
        },
        |case, ended| ended.assert_says(&dropped(case)),
    );
}

/// Lends two values to the state, and panics while they are lent.
fn lend_and_panic() {
    let panics = |_: Ctx<'_>| -> () { resume_unwind(Box::new("out of here")) };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        STATE.with_borrow_mut(|state| {
            ONE.with_borrow_mut(|one| {
                state.lend(one, |mut ctx| {
                    TWO.with_borrow_mut(|two| ctx.lend(two, panics));
                });
            });
        });
    }));
    assert!(outcome.is_err());
}

#[test]
fn a_thread_that_ends_after_a_panic_inside_of_lends() {
    each_in_a_process(
        &CASES,
        |case| {
            let case = case.to_owned();
            let thread = std::thread::spawn(move || {
                prepare(&case);
                lend_and_panic();
                STATE.with_borrow_mut(|state| {
                    ONE.with_borrow_mut(|one| state.lend(one, |_| ()));
                });
            });
            thread.join().unwrap();
        },
        |case, ended| ended.assert_says(&dropped(case)),
    );
}

#[test]
fn a_forgotten_state_drops_none_of_its_values() {
    each_in_a_process(
        &CASES,
        |case| {
            prepare(case);
            let state = STATE.take();
            say("forgotten");
            forget(state);
            exit(0);
        },
        |case, ended| {
            let mut lines = dropped(case);
            lines.push("forgotten");
            if case.starts_with("present") {
                lines.retain(|line| !line.starts_with("owned"));
            }
            ended.assert_says(&lines);
        },
    );
}
