//! A `Drop` that panics keeps nothing else from being dropped, and its panic does not leave the library.
//! Each test is a process, because a panic that meets another one ends it.

mod support {
    pub(crate) mod process;
    pub(crate) mod relax;
}

use callbacks::{Callback, Ctx, Handlers, Plan, State};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use support::process::in_a_process;
use support::relax::{Relax, relax};

/// How many have been dropped.
#[derive(Clone, Default)]
struct Drops(Arc<AtomicU32>);

impl Drops {
    fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts that it is dropped, and panics then if it is to.
struct Touchy<const N: usize> {
    drops: Drops,
    panics: bool,
}

impl<const N: usize> Drop for Touchy<N> {
    fn drop(&mut self) {
        self.drops.0.fetch_add(1, Ordering::Relaxed);
        if self.panics {
            // Without the hook, which would print it.
            resume_unwind(Box::new("a drop panics"));
        }
    }
}

/// A state of four values, of which those panic at their drop that have a bit.
fn state(drops: &Drops, panicking: u8) -> State {
    let panics = |nth: u8| panicking & (1 << nth) != 0;
    let mut state = State::new();
    let drops = || drops.clone();
    state.insert(Touchy::<0> {
        drops: drops(),
        panics: panics(0),
    });
    state.insert(Touchy::<1> {
        drops: drops(),
        panics: panics(1),
    });
    state.insert(Touchy::<2> {
        drops: drops(),
        panics: panics(2),
    });
    state.insert(Touchy::<3> {
        drops: drops(),
        panics: panics(3),
    });
    state
}

/// At most one that panics, so that the process does not end where a panic meets another one.
const ONE_AT_MOST: [u8; 5] = [0, 1, 2, 4, 8];

#[test]
fn a_value_whose_drop_panics_keeps_no_other_value_of_a_state() {
    in_a_process(|| {
        for panicking in ONE_AT_MOST {
            let drops = Drops::default();
            let state = state(&drops, panicking);
            let _ = catch_unwind(AssertUnwindSafe(|| drop(state)));
            assert_eq!(drops.count(), 4, "{panicking:04b}");
        }
    });
}

#[test]
fn a_value_whose_drop_panics_keeps_no_other_value_of_a_guard() {
    in_a_process(|| {
        for panicking in ONE_AT_MOST {
            let drops = Drops::default();
            let mut plan = Plan::<Relax>::new();
            plan.add(Touchy::<4> {
                drops: drops.clone(),
                panics: false,
            });
            let guard = plan.start(state(&drops, panicking)).unwrap();
            let _ = catch_unwind(AssertUnwindSafe(|| drop(guard)));
            assert_eq!(drops.count(), 5, "{panicking:04b}");
        }
    });
}

impl<const N: usize> Callback<Relax> for Touchy<N> {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::ON_FORCE, |_: &mut Self| {});
    }
}

/// A plan of four callbacks, the first two of which may panic at their drop; a closure has what a third one has captured.
fn plan(drops: &Drops, panics: [bool; 3]) -> Plan<Relax> {
    let mut plan = Plan::new();
    let drops = || drops.clone();
    let [first, second, captured] = panics;
    plan.add(Touchy::<0> {
        drops: drops(),
        panics: first,
    })
    .named("first");
    plan.add(Touchy::<1> {
        drops: drops(),
        panics: second,
    })
    .named("second");
    let captured = Touchy::<2> {
        drops: drops(),
        panics: captured,
    };
    plan.on(Relax::ON_FORCE, move || {
        let _ = &captured;
    })
    .named("closure");
    plan.add(Touchy::<3> {
        drops: drops(),
        panics: false,
    })
    .named("last");
    plan
}

#[test]
fn a_callback_whose_drop_panics_keeps_no_other_callback_of_a_plan() {
    in_a_process(|| {
        for nth in 0..3 {
            let drops = Drops::default();
            let mut plan = plan(&drops, [0, 1, 2].map(|it| it == nth));
            assert!(
                plan.run(&mut State::new(), |run| relax(run, 2))
                    .unwrap()
                    .is_finished()
            );
            let _ = catch_unwind(AssertUnwindSafe(|| drop(plan)));
            assert_eq!(drops.count(), 4, "{nth}");
        }
    });
}

#[test]
fn a_callback_whose_drop_panics_is_removed_and_the_panic_does_not_leave() {
    in_a_process(|| {
        let drops = Drops::default();
        let mut plan = plan(&drops, [true, false, true]);
        for name in ["first", "closure"] {
            let removed = catch_unwind(AssertUnwindSafe(|| plan.remove_named(name)));
            assert_eq!(removed.ok(), Some(true), "{name}");
        }
        assert_eq!(drops.count(), 2);
        let outcome = plan.run(&mut State::new(), |run| relax(run, 2)).unwrap();
        assert!(outcome.is_finished());
        assert_eq!(plan.names(), ["second", "last"]);
        drop(plan);
        assert_eq!(drops.count(), 4);
    });
}

#[test]
fn a_callback_whose_drop_panics_is_replaced_and_the_panic_does_not_leave() {
    in_a_process(|| {
        let drops = Drops::default();
        let mut plan = plan(&drops, [true, false, true]);
        for name in ["first", "closure"] {
            let new = Touchy::<5> {
                drops: drops.clone(),
                panics: false,
            };
            let replaced = catch_unwind(AssertUnwindSafe(|| plan.replace_named(name, new)));
            assert_eq!(replaced.ok(), Some(true), "{name}");
        }
        assert_eq!(drops.count(), 2);
        let outcome = plan.run(&mut State::new(), |run| relax(run, 2)).unwrap();
        assert!(outcome.is_finished());
        drop(plan);
        assert_eq!(drops.count(), 6);
    });
}

#[test]
fn a_callback_that_replaces_nothing_is_dropped_and_the_panic_does_not_leave() {
    in_a_process(|| {
        let drops = Drops::default();
        let mut plan = plan(&drops, [false; 3]);
        let new = Touchy::<5> {
            drops: drops.clone(),
            panics: true,
        };
        let replaced = catch_unwind(AssertUnwindSafe(|| plan.replace_named("nobody", new)));
        assert_eq!(replaced.ok(), Some(false));
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn the_panic_of_a_drop_does_not_leave_the_drop_of_a_state_or_a_plan() {
    in_a_process(|| {
        let drops = Drops::default();
        let state = state(&drops, 1);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(state))).is_ok());
        let plan = plan(&drops, [true, false, false]);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(plan))).is_ok());
        assert_eq!(drops.count(), 8);
    });
}

#[test]
fn a_value_whose_drop_panics_in_a_handler_fails_the_run_and_keeps_nothing() {
    in_a_process(|| {
        let drops = Drops::default();
        let mut state = state(&drops, 1);
        let mut plan = Plan::<Relax>::new();
        plan.on(Relax::ON_FORCE, |mut ctx: Ctx<'_>| {
            let _ = ctx.remove::<Touchy<0>>();
        });
        let outcome = plan.run(&mut state, |run| relax(run, 2)).unwrap();
        let failure = outcome.failed().expect("the handler's panic");
        assert_eq!(failure.cause().to_string(), "panicked: a drop panics");
        drop(state);
        assert_eq!(drops.count(), 4);
    });
}
