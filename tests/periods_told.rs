//! P11: a period that cannot be meant is told: one that is for no handler, words that are none, and what only the run changes.

use callbacks::prelude::*;
use callbacks::{Problem, ProblemKind};

breakpoints! {
    loop Walk with u64 as steps {
        scope RUN { on_run_begin; scope STEP { before_step; on_step; after_step; } on_run_end; }
    }
}

breakpoints! {
    loop Other { scope ROUND { before_round; after_round; } }
}

/// The problems of the plan, each with its kind.
fn problems(plan: &mut Plan<Walk>) -> Vec<Problem> {
    let mut state = State::new();
    state.insert(0_u64);
    plan.check(&state)
        .err()
        .map_or_else(Vec::new, |error| error.problems().to_vec())
}

/// The only problem of the plan; it is a setting.
fn only_setting(plan: &mut Plan<Walk>) -> String {
    let problems = problems(plan);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].kind(), ProblemKind::Setting);
    problems[0].to_string()
}

#[test]
fn a_period_for_the_inside_is_said_of_a_callback_that_has_handlers_there() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_run_begin, || {}).every(Period::steps(3));
    let text = only_setting(&mut plan);
    assert!(text.contains("every_at(Walk::on_run_begin, …)"), "{text}");

    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_exit, || {}).every(Period::steps(3));
    let text = only_setting(&mut plan);
    assert!(text.contains("leave `every` out"), "{text}");
    assert!(!text.contains("every_at"), "{text}");
}

#[test]
fn a_period_for_a_breakpoint_is_said_of_a_callback_that_has_a_handler_there() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, || {})
        .every_at(Walk::after_step, Period::steps(3));
    let text = only_setting(&mut plan);
    assert!(text.contains("every_at(Walk::after_step, …)"), "{text}");
    assert!(text.contains("name where it has one, on_step"), "{text}");
}

#[test]
fn a_period_is_said_at_a_breakpoint_of_this_loop() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, || {})
        .every_at(Other::after_round, Period::steps(3));
    let text = only_setting(&mut plan);
    for said in ["Other::after_round", "plan of Walk", "on_step"] {
        assert!(text.contains(said), "{said} in {text}");
    }
}

#[test]
fn where_a_period_is_said_is_told() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_run_end, || {}).every(Period::steps(3));
    let line = line!() - 1;
    let text = only_setting(&mut plan);
    assert!(text.contains(&format!("{}:{line}", file!())), "{text}");
}

#[test]
fn what_a_period_says_is_looked_at_where_it_is_for_no_handler() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_run_end, || {}).every(Period::steps(0));
    let problems = problems(&mut plan);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("`steps = 0`")));
}

#[test]
fn what_is_said_last_sets_aside_what_was_said_before() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, || {})
        .every(Period::steps(2))
        .every_at(Walk::on_step, Period::steps(3));
    plan.on(Walk::on_run_end, || {})
        .every_at(Walk::on_run_end, Period::steps(3));
    assert!(problems(&mut plan).is_empty());
}

#[test]
fn a_handler_that_cannot_be_bound_is_told_of_once() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, |_: &u64, _: &mut u64| {})
        .every(Period::steps(3));
    let kinds: Vec<_> = problems(&mut plan).iter().map(Problem::kind).collect();
    assert_eq!(kinds, [ProblemKind::Clash]);
}

#[test]
fn what_only_the_run_changes_is_not_asked_for_to_be_changed() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, |_: &mut Due| {})
        .every(Period::steps(3));
    plan.on(Walk::after_step, |_: Option<&mut Breakpoint>| {});
    plan.on(Walk::before_step, |_: &Due, _: &Breakpoint| {})
        .every(Period::steps(3));
    let problems = problems(&mut plan);
    let told = problems
        .iter()
        .map(|problem| (problem.kind(), problem.state()));
    let read_only = ProblemKind::ReadOnly;
    let expected = [(read_only, Some("Due")), (read_only, Some("Breakpoint"))];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let text = problems[0].to_string();
    assert!(
        text.contains("only the run changes; ask for `&Due`"),
        "{text}"
    );
}
