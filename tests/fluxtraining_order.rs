//! How FluxTraining.jl orders callbacks and settles conflicts, each test named after a row of the comparison with it.

use callbacks::fit::{Fit, LearningRate};
use callbacks::{CallbackRef, Plan, PlanError, ProblemKind, State, breakpoints, callback};

/// The group of those that measure: an abstract type there.
struct Measures;

struct Loss;

#[callback(register = false)]
impl Loss {
    fn on_epoch_end(&self) {}
}

struct Accuracy;

#[callback(register = false)]
impl Accuracy {
    fn on_epoch_end(&self) {}
}

/// Writes the learning rate, as `Cosine` does.
struct Warmup;

#[callback(register = false)]
impl Warmup {
    fn on_epoch_end(&self, _: &mut LearningRate) {}
}

struct Cosine;

#[callback(register = false)]
impl Cosine {
    fn on_epoch_end(&self, _: &mut LearningRate) {}
}

breakpoints! {
    /// A loop of which this file alone has callbacks.
    loop Duel with u8 {
        scope ROUND {
            on_round_begin;
            on_round_end;
        }
    }
}

/// Writes what `Parry` writes. Both are discovered.
#[derive(Default)]
struct Strike;

#[callback(Duel)]
impl Strike {
    fn on_round_end(&self, _: &mut u8) {}
}

#[derive(Default)]
struct Parry;

#[callback(Duel)]
impl Parry {
    fn on_round_end(&self, _: &mut u8) {}
}

fn order(plan: &mut Plan<Fit>) -> Vec<&str> {
    plan.check(&State::new()).unwrap();
    plan.names()
}

fn refused(plan: &mut Plan<Fit>) -> PlanError {
    plan.check(&State::new()).unwrap_err()
}

/// The kinds of the problems of a plan, none if it is right.
fn kinds(plan: &mut Plan<Fit>) -> Vec<ProblemKind> {
    let problems = plan.check(&State::new()).err();
    let problems = problems.iter().flat_map(PlanError::problems);
    problems.map(callbacks::Problem::kind).collect()
}

fn writers() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.add(Warmup);
    plan.add(Cosine);
    plan
}

#[test]
fn runafter_a_type_is_an_edge_from_every_callback_of_it() {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, || {})
        .named("log")
        .after(CallbackRef::of::<Loss>());
    plan.add(Loss);
    plan.add(Loss);
    assert_eq!(order(&mut plan), ["Loss", "Loss#2", "log"]);
}

#[test]
fn runafter_an_abstract_type_is_an_edge_from_its_group_and_never_from_itself() {
    let mut plan = Plan::new();
    plan.add(Loss)
        .group::<Measures>()
        .after(CallbackRef::of::<Measures>());
    plan.add(Accuracy).group::<Measures>();
    assert_eq!(order(&mut plan), ["Accuracy", "Loss"]);
}

#[test]
fn resolveconflict_not_defined_is_an_error_when_asked_for_and_a_line_otherwise() {
    let mut plan = writers();
    plan.check(&State::new()).unwrap();
    assert_eq!(plan.notes().len(), 1);
    plan.strict(true);
    let error = refused(&mut plan);
    let [conflict] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(
        (conflict.kind(), conflict.callback()),
        (ProblemKind::Conflict, "Cosine")
    );
    assert_eq!(conflict.state(), Some("LearningRate"));
    assert!(conflict.to_string().contains("`Warmup`"), "{conflict}");
}

#[test]
fn undecided_is_an_error_for_discovered_callbacks() {
    let mut plan = Plan::<Duel>::new();
    plan.discover();
    let error = plan.check(&State::new()).unwrap_err();
    let [conflict] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(
        (conflict.kind(), conflict.state()),
        (ProblemKind::Conflict, Some("u8"))
    );
    plan.order(CallbackRef::of::<Strike>(), CallbackRef::of::<Parry>());
    plan.check(&State::new()).unwrap();
    assert_eq!(plan.names(), ["Strike", "Parry"]);
}

#[test]
fn resolveconflict_unresolvable_is_never_together_whichever_side_declares_it() {
    for said_by_first in [true, false] {
        let mut plan = Plan::new();
        let first = plan.add(Warmup);
        if said_by_first {
            first.incompatible(CallbackRef::of::<Cosine>());
        }
        let second = plan.add(Cosine);
        if !said_by_first {
            second.incompatible(CallbackRef::of::<Warmup>());
        }
        assert_eq!(kinds(&mut plan), [ProblemKind::Incompatible]);
    }
}

#[test]
fn resolveconflict_no_conflict_is_declared_once_for_both() {
    let mut plan = writers();
    plan.strict(true);
    plan.no_conflict(CallbackRef::of::<Cosine>(), CallbackRef::of::<Warmup>());
    assert!(kinds(&mut plan).is_empty());
}

#[test]
fn resolveconflict_run_first_decides_between_two_writers() {
    let mut plan = writers();
    plan.strict(true);
    plan.order(CallbackRef::of::<Cosine>(), CallbackRef::of::<Warmup>());
    assert_eq!(order(&mut plan), ["Cosine", "Warmup"]);
}

#[test]
fn a_reader_is_not_moved_but_pointed_out_when_asked_for() {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, |_: &LearningRate| {})
        .named("reader");
    plan.add(Cosine);
    assert_eq!(order(&mut plan), ["reader", "Cosine"]);
    plan.strict(true);
    assert_eq!(kinds(&mut plan), [ProblemKind::EarlyReader]);
}

#[test]
fn explain_points_out_an_early_reader() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, |_: &LearningRate| {})
        .named("reader");
    plan.add(Cosine);
    let explanation = plan.explain(&State::new()).unwrap();
    let [early] = explanation.undecided() else {
        panic!("{explanation}");
    };
    assert_eq!(
        (early.first(), early.second(), early.state()),
        ("reader", "Cosine", "LearningRate")
    );
    assert!(
        explanation.to_string().contains(&early.to_string()),
        "{explanation}"
    );
    plan.order("reader", CallbackRef::of::<Cosine>());
    assert!(plan.explain(&State::new()).unwrap().undecided().is_empty());
}

#[test]
fn unrelated_callbacks_run_as_they_are_listed() {
    let mut plan = Plan::new();
    plan.add(Loss);
    plan.add(Accuracy);
    plan.add(Warmup);
    assert_eq!(order(&mut plan), ["Loss", "Accuracy", "Warmup"]);
}

#[test]
fn a_cycle_is_told_before_the_run_with_its_names() {
    let mut plan = Plan::new();
    plan.add(Loss).after(CallbackRef::of::<Accuracy>());
    plan.add(Accuracy).after(CallbackRef::of::<Loss>());
    let error = refused(&mut plan);
    let [circle] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(circle.kind(), ProblemKind::Circle);
    let text = circle.to_string();
    assert!(text.contains("Loss") && text.contains("Accuracy"), "{text}");
}
