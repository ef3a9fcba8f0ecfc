//! P12: an explanation has the declared orders, their effects, and the undecided ones.

mod support {
    pub(crate) mod named_lines;
}

#[path = "../examples/conflicts.rs"]
#[allow(dead_code, reason = "its plans are looked at, they do not run")]
mod example;

use callbacks::prelude::*;
use callbacks::{CallbackRef, Explanation, Problem, ProblemKind};
use support::named_lines::replace_line_numbers;

fn callbacks_at_epoch_end(explanation: &Explanation) -> Vec<(&str, String)> {
    let rows = explanation.rows(Fit::on_epoch_end).iter();
    rows.map(|row| (row.callback(), row.why().to_string()))
        .collect()
}

/// Four at the end of the epoch, of which one is in no order; orders declared in each way, and one without effect.
fn ordered() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, |_: &Record| {})
        .named("print")
        .weight(-5.0)
        .after("measure")
        .after("nobody");
    plan.on(Fit::on_epoch_end, |_: &mut Record| {})
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
    let explanation = ordered().explain(&State::new()).expect("the plan is right");
    let expected = [
        ("measure", "before save"),
        ("save", "after measure"),
        ("stop", "after save"),
        ("print", "weight"),
    ];
    let expected = expected.map(|(name, why)| (name, why.to_owned()));
    assert_eq!(callbacks_at_epoch_end(&explanation), expected);
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
    let explanation = plan.explain(&State::new()).expect("the plan is right");
    let expected = [("count", "close waits"), ("close", "after open")];
    let expected = expected.map(|(name, why)| (name, why.to_owned()));
    assert_eq!(callbacks_at_epoch_end(&explanation), expected);
}

#[test]
fn declared_orders_are_shown_with_their_place() {
    let explanation = ordered().explain(&State::new()).expect("the plan is right");
    insta::assert_snapshot!(replace_line_numbers(
        &explanation.to_string(),
        "explain_order.rs",
        include_str!("explain_order.rs")
    ));
}

#[test]
fn declared_and_undecided_order_is_in_the_graphs() {
    let mut plan = ordered();
    plan.on(Fit::on_epoch_end, |_: &mut Record| {})
        .named("another");
    let explanation = plan.explain(&State::new()).expect("a note is no error");
    insta::assert_snapshot!(format!("{}{}", explanation.dot(), explanation.mermaid()));
}

#[test]
fn a_callback_that_is_not_attached_is_reported_and_has_no_effect() {
    let explanation = ordered().explain(&State::new()).expect("no error");
    let idle: Vec<_> = explanation
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
    let explanation = plan
        .explain(&State::new())
        .expect("both are attached by hand");
    let pairs: Vec<_> = explanation
        .undecided()
        .iter()
        .map(|pair| (pair.first(), pair.second(), pair.state()))
        .collect();
    assert_eq!(pairs, [("halve", "raise", "LearningRate")]);
    assert!(
        explanation
            .to_string()
            .contains("\n  halve, then raise: both write LearningRate at on_epoch_end\n"),
        "{explanation}"
    );
    assert_eq!(explanation.notes().len(), 1);
    assert!(
        !explanation.to_string().contains("notes"),
        "it is not told twice: {explanation}"
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
    let explanation = plan.explain(&State::new()).expect("the plan is right");
    assert_eq!(
        explanation.dot().matches("fontcolor=royalblue").count(),
        10 + 10
    );
    assert!(!explanation.orders()[0].is_idle());
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
    let explanation = example::mended()
        .explain(&State::new())
        .expect("it is mended");
    assert!(
        explanation.undecided().is_empty() && explanation.notes().is_empty(),
        "{explanation}"
    );
}
