//! Two callbacks that write the same state at one breakpoint have a decided order, or a check reports them.

use callbacks::__private::{Probe, inventory};
use callbacks::prelude::*;
use callbacks::{Attachment, Location, ProblemKind, Registration};

/// Found in the registry; write the same state.
#[derive(Default)]
struct Found<const N: usize>;

impl<const N: usize> Found<N> {
    fn write(&mut self, _: &mut u8) {}
}

impl<const N: usize> Callback<Fit> for Found<N> {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, Self::write);
    }
}

macro_rules! register {
    ($($n:literal)*) => {$(
        inventory::submit! {
            Registration::new::<Fit, Found<$n>>(
                concat!("found ", $n), module_path!(), Location::new(file!(), $n, 1), 0.0, true, Probe::<Fit, Found<$n>>::MAKE,
            )
        }
    )*};
}

register!(0 1);

fn state() -> State {
    let mut state = State::new();
    state.insert(0_u8);
    state.insert(0_u16);
    state
}

type Settle = fn(&mut Plan<Fit>);

/// Two writers, `one` before `two`, with what `settle` declares.
fn two_writers(settle: Settle) -> Plan<Fit> {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: &mut u8| {}).named("one");
    plan.on(Fit::on_epoch_end, |_: &mut u8| {}).named("two");
    settle(&mut plan);
    plan
}

fn kinds(plan: &mut Plan<Fit>) -> Vec<ProblemKind> {
    match plan.check(&state()) {
        Ok(()) => Vec::new(),
        Err(error) => error
            .problems()
            .iter()
            .map(callbacks::Problem::kind)
            .collect(),
    }
}

#[test]
fn a_list_written_by_hand_decides_and_one_short_note_says_so() {
    let mut plan = two_writers(|plan| {
        plan.on(Fit::on_epoch_end, |_: &mut u8| {}).named("three");
    });
    assert_eq!(kinds(&mut plan), []);
    let [note] = plan.notes() else {
        panic!("{:?}", plan.notes())
    };
    assert_eq!(note.kind(), ProblemKind::Undecided);
    assert!(
        note.to_string()
            .ends_with("2 pairs of writers are ordered by insertion alone; `explain` lists them"),
        "{note}"
    );
}

#[test]
fn a_strict_plan_requires_an_order_of_each_pair() {
    let mut plan = two_writers(|plan| {
        plan.strict(true);
    });
    let error = plan.check(&state()).unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}")
    };
    assert_eq!(problem.kind(), ProblemKind::Conflict);
    assert_eq!(
        (problem.callback(), problem.breakpoint(), problem.state()),
        ("two", Some("on_epoch_end"), Some("u8"))
    );
    assert!(
        problem.to_string().contains("writes `u8` after `one` ("),
        "{problem}"
    );
    assert!(plan.notes().is_empty(), "it is told once");
}

#[test]
fn every_word_about_a_pair_decides_it() {
    let words: [(&str, Settle); 6] = [
        ("order", |plan| {
            plan.order("one", "two");
        }),
        ("the other way round", |plan| {
            plan.order("two", "one");
        }),
        ("no conflict", |plan| {
            plan.no_conflict("two", "one");
        }),
        ("over a third", |plan| {
            plan.on(Fit::on_fit_begin, || {})
                .named("between")
                .after("one")
                .before("two");
        }),
        ("a weight", |plan| {
            plan.remove_named("one");
            plan.on(Fit::on_epoch_end, |_: &mut u8| {})
                .named("one")
                .weight(1.0);
        }),
        ("declared by itself", |plan| {
            plan.remove_named("one");
            plan.on(Fit::on_epoch_end, |_: &mut u8| {})
                .named("one")
                .no_conflict("two");
        }),
    ];
    for (word, settle) in words {
        let mut plan = two_writers(settle);
        plan.strict(true);
        assert_eq!(kinds(&mut plan), [], "{word}");
        assert!(plan.notes().is_empty(), "{word}");
    }
}

#[test]
fn a_callback_that_writes_elsewhere_or_only_reads_does_not_conflict() {
    let mut plan = Plan::<Fit>::new();
    plan.strict(true);
    plan.on(Fit::on_epoch_end, |_: &mut u8| {});
    plan.on(Fit::on_epoch_begin, |_: &mut u8| {});
    plan.on(Fit::on_epoch_end, |_: &mut u16| {});
    plan.on(Fit::on_epoch_end, |_: &u8| {});
    assert_eq!(kinds(&mut plan), []);
}

#[test]
fn no_conflict_with_one_does_not_hide_the_one_before_it() {
    let mut plan = two_writers(|plan| {
        plan.on(Fit::on_epoch_end, |_: &mut u8| {})
            .named("three")
            .no_conflict("two");
        plan.order("one", "two").strict(true);
    });
    let error = plan.check(&state()).unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}")
    };
    assert!(problem.to_string().contains("after `one` ("), "{problem}");
}

#[test]
fn a_strict_plan_reports_reads_before_writes() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: &u8| {}).named("print");
    plan.on(Fit::on_epoch_end, |_: &mut u8| {}).named("count");
    assert_eq!(kinds(&mut plan), []);
    plan.strict(true);
    assert_eq!(kinds(&mut plan), [ProblemKind::EarlyReader]);
    plan.order("count", "print");
    assert_eq!(kinds(&mut plan), []);
}

#[test]
fn a_handler_that_asks_for_everything_is_a_writer_to_a_strict_plan_only() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: Ctx<'_>| {});
    plan.on(Fit::on_epoch_end, |_: &mut u8| {});
    assert_eq!(kinds(&mut plan), []);
    assert!(plan.notes().is_empty());
    plan.strict(true);
    assert_eq!(kinds(&mut plan), [ProblemKind::Conflict]);
}

#[test]
fn discovered_writers_need_a_declaration_and_one_attached_beside_them_too() {
    let both: fn(&mut Plan<Fit>) = |plan| {
        plan.discover_if(|one| one.name().starts_with("found "));
    };
    let mut plan = Plan::<Fit>::new();
    both(&mut plan);
    assert_eq!(kinds(&mut plan), [ProblemKind::Conflict]);

    let mut plan = Plan::<Fit>::new();
    plan.discover_if(|one| one.name() == "found 0");
    let _: Attachment<'_> = plan.on(Fit::on_epoch_end, |_: &mut u8| {});
    assert_eq!(kinds(&mut plan), [ProblemKind::Conflict]);

    let mut plan = Plan::<Fit>::new();
    both(&mut plan);
    plan.order(
        callbacks::CallbackRef::of::<Found<1>>(),
        callbacks::CallbackRef::of::<Found<0>>(),
    );
    assert_eq!(kinds(&mut plan), []);
    assert_eq!(plan.names().len(), 2);
}

#[test]
fn a_pair_that_meets_at_several_breakpoints_is_one_problem() {
    struct Twice;
    impl Callback<Fit> for Twice {
        fn handlers(&self, h: &mut Handlers<Fit, Self>) {
            h.on(Fit::on_epoch_begin, |_: &mut Self, _: &mut u8| {});
            h.on(Fit::on_epoch_end, |_: &mut Self, _: &mut u8| {});
        }
    }
    let mut plan = Plan::<Fit>::new();
    plan.add(Twice);
    plan.add(Twice);
    plan.strict(true);
    let error = plan.check(&state()).unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}")
    };
    assert_eq!(problem.breakpoint(), Some("on_epoch_begin"));
    assert!(
        problem.to_string().contains("(here and at 1 more)"),
        "{problem}"
    );
}

#[test]
fn a_thousand_problems_stay_readable() {
    let mut plan = Plan::<Fit>::new();
    for _ in 0..=1_000 {
        plan.on(Fit::on_epoch_end, |_: &mut u8| {});
    }
    let error = plan.strict(true).check(&state()).unwrap_err();
    assert_eq!(error.problems().len(), 1_000);
    let lines = error.to_string().lines().count();
    assert_eq!(
        lines, 42,
        "a heading, twenty problems with a hint each, and a count"
    );
}

/// The words of the plans below, said in any order of attaching.
fn in_every_order(names: [&'static str; 3], say: Settle, expected: &[ProblemKind]) {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut plan = Plan::<Fit>::new();
        for at in order {
            plan.on(Fit::on_epoch_end, |_: &mut u8| {}).named(names[at]);
        }
        say(plan.strict(true));
        assert_eq!(kinds(&mut plan), expected, "{order:?}");
    }
}

#[test]
fn a_pair_that_two_decided_ones_do_not_lead_to_is_reported_in_every_order_of_attaching() {
    in_every_order(
        ["a", "b", "c"],
        |plan| {
            plan.no_conflict("a", "b").order("b", "c");
        },
        &[ProblemKind::Conflict],
    );
    in_every_order(
        ["a", "b", "c"],
        |plan| {
            plan.no_conflict("a", "b").order("b", "c").order("a", "c");
        },
        &[],
    );
}

#[test]
fn a_reader_is_checked_against_every_writer_after_it() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: &u8| {}).named("reader");
    plan.on(Fit::on_epoch_end, |_: &mut u8| {}).named("one");
    plan.on(Fit::on_epoch_end, |_: &mut u8| {}).named("two");
    plan.strict(true)
        .no_conflict("one", "two")
        .order("reader", "one");
    assert_eq!(kinds(&mut plan), [ProblemKind::EarlyReader]);
}

#[test]
fn a_weight_that_an_edge_overrules_decides_nothing() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: &mut u8| {})
        .named("heavy")
        .weight(10.0);
    plan.on(Fit::on_epoch_end, || {})
        .named("between")
        .weight(10.0);
    plan.on(Fit::on_epoch_end, |_: &mut u8| {})
        .named("light")
        .after("between");
    plan.strict(true);
    assert_eq!(kinds(&mut plan), [ProblemKind::Conflict]);
}

#[test]
fn one_that_asks_for_everything_is_reported_once_and_as_what_it_is() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: Ctx<'_>| {}).named("all");
    plan.on(Fit::on_epoch_end, |_: &mut u8, _: &mut u16| {});
    let error = plan.strict(true).check(&state()).unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}")
    };
    assert!(problem.to_string().contains("asks for `Ctx`"), "{problem}");
    assert_eq!(problem.state(), None);
}

#[test]
fn one_that_asks_for_everything_beside_a_discovered_writer_needs_a_word() {
    let mut plan = Plan::<Fit>::new();
    plan.discover_if(|one| one.name() == "found 0");
    plan.on(Fit::on_epoch_end, |_: Ctx<'_>| {}).named("all");
    assert_eq!(kinds(&mut plan), [ProblemKind::Conflict]);
    plan.order("all", callbacks::CallbackRef::of::<Found<0>>());
    assert_eq!(kinds(&mut plan), []);
}

#[test]
fn a_thousand_that_say_it_of_each_other_are_quickly_done() {
    struct Crowd;
    let mut plan = Plan::<Fit>::new();
    for _ in 0..1_000 {
        plan.on(Fit::on_epoch_end, |_: &mut u8| {})
            .group::<Crowd>()
            .no_conflict(callbacks::CallbackRef::of::<Crowd>());
    }
    assert_eq!(kinds(plan.strict(true)), []);
}

#[test]
fn one_that_is_replaced_does_not_bring_back_what_it_suppressed() {
    struct Quiet;
    impl Callback<Fit> for Quiet {
        fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
    }
    let mut plan = Plan::<Fit>::new();
    plan.discover_if(|one| one.name() == "found 0");
    assert_eq!(kinds(&mut plan), []);
    plan.add(Found::<0>).named("mine");
    assert_eq!(kinds(&mut plan), []);
    assert_eq!(plan.names(), ["mine"]);
    assert!(plan.replace_named("mine", Quiet));
    assert_eq!(kinds(&mut plan), []);
    assert_eq!(plan.names(), ["mine"]);
}
