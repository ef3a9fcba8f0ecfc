//! P12: an explanation has the declared orders, their effects, and the undecided ones.

mod support {
    pub(crate) mod named_lines;
}

#[path = "../examples/conflicts.rs"]
#[allow(dead_code, reason = "its plans are looked at, they do not run")]
mod example;

use callbacks::prelude::*;
use callbacks::{CallbackRef, Explanation, Problem, ProblemKind};
use support::named_lines::with_lines_named;

fn callbacks_at_epoch_end(told: &Explanation) -> Vec<(&str, String)> {
    let rows = told.rows(Fit::on_epoch_end).iter();
    rows.map(|row| (row.callback(), row.why().to_string()))
        .collect()
}

/// Four at the end of the epoch, of which one is in no order; orders declared in each way, and one without effect.
fn ordered() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, |_: &Metrics| {})
        .named("print")
        .weight(-5.0)
        .after("measure")
        .after("nobody");
    plan.on(Fit::on_epoch_end, |_: &mut Metrics| {})
        .named("measure");
    plan.on(Fit::on_epoch_end, || {})
        .named("save")
        .before("print")
        .before("stop");
    plan.on(Fit::on_epoch_end, || {})
        .named("stop")
        .weight(-20.0);
    plan.order("measure", "save");
    plan
}

#[test]
fn an_edge_that_moved_a_handler_is_its_reason() {
    let told = ordered().explain(&State::new()).expect("the plan is right");
    let expected = [
        ("measure", "before save"),
        ("save", "after measure"),
        ("stop", "after save"),
        ("print", "weight"),
    ];
    let expected = expected.map(|(name, why)| (name, why.to_owned()));
    assert_eq!(callbacks_at_epoch_end(&told), expected);
}

#[test]
fn a_callback_that_waits_for_one_at_another_breakpoint_says_so() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_begin, || {})
        .named("open")
        .weight(30.0);
    plan.on(Fit::on_epoch_end, || {})
        .named("count")
        .weight(10.0);
    plan.on(Fit::on_epoch_end, || {})
        .named("close")
        .after("open");
    let told = plan.explain(&State::new()).expect("the plan is right");
    let expected = [("count", "close waits"), ("close", "after open")];
    let expected = expected.map(|(name, why)| (name, why.to_owned()));
    assert_eq!(callbacks_at_epoch_end(&told), expected);
}

#[test]
fn declared_orders_are_shown_with_their_place() {
    let told = ordered().explain(&State::new()).expect("the plan is right");
    insta::assert_snapshot!(with_lines_named(
        &told.to_string(),
        "explain_order.rs",
        include_str!("explain_order.rs")
    ));
}

#[test]
fn declared_and_undecided_order_is_in_the_graphs() {
    let mut plan = ordered();
    plan.on(Fit::on_epoch_end, |_: &mut Metrics| {})
        .named("another");
    let told = plan.explain(&State::new()).expect("a note is no error");
    insta::assert_snapshot!(format!("{}{}", told.dot(), told.mermaid()));
}

#[test]
fn a_callback_that_is_not_attached_is_reported_and_has_no_effect() {
    let told = ordered().explain(&State::new()).expect("no error");
    let idle: Vec<_> = told
        .orders()
        .iter()
        .filter(|order| order.is_idle())
        .collect();
    assert_eq!(idle.len(), 1);
    assert_eq!((idle[0].first(), idle[0].second()), ("nobody", "print"));
}

#[test]
fn two_writers_that_only_insertion_orders_are_reported() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {})
        .named("halve");
    plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {})
        .named("raise");
    let told = plan
        .explain(&State::new())
        .expect("both are attached by hand");
    let pairs: Vec<_> = told
        .undecided()
        .iter()
        .map(|pair| (pair.first(), pair.second(), pair.state()))
        .collect();
    assert_eq!(pairs, [("halve", "raise", "LearningRate")]);
    assert!(
        told.to_string()
            .contains("\n  halve, then raise: both write LearningRate at on_epoch_end\n"),
        "{told}"
    );
    assert_eq!(told.notes().len(), 1);
    assert!(
        !told.to_string().contains("notes"),
        "it is not told twice: {told}"
    );
}

#[test]
fn many_after_many_are_drawn_with_an_edge_for_each() {
    struct Early;
    struct Late;
    let mut plan = Plan::<Fit>::new();
    for _ in 0..10 {
        plan.on(Fit::on_epoch_end, || {}).group::<Late>();
        plan.on(Fit::on_epoch_end, || {}).group::<Early>();
    }
    plan.order(CallbackRef::of::<Early>(), CallbackRef::of::<Late>());
    let told = plan.explain(&State::new()).expect("the plan is right");
    assert_eq!(told.dot().matches("fontcolor=royalblue").count(), 10 + 10);
    assert!(!told.orders()[0].is_idle());
}

#[test]
fn the_example_has_one_conflict_of_each_kind_and_its_mended_plan_none() {
    let error = example::wrong()
        .explain(&State::new())
        .expect_err("it is wrong");
    let kinds: Vec<_> = error.problems().iter().map(Problem::kind).collect();
    let expected = [
        ProblemKind::Conflict,
        ProblemKind::Incompatible,
        ProblemKind::Missing,
        ProblemKind::Circle,
        ProblemKind::Required,
    ];
    assert_eq!(kinds, expected);
    let told = example::mended()
        .explain(&State::new())
        .expect("it is mended");
    assert!(
        told.undecided().is_empty() && told.notes().is_empty(),
        "{told}"
    );
}
