//! Counters that a loop counts by itself: they are in the state where a run begins, if something uses them (P7, P9).

use callbacks::prelude::*;
use callbacks::{Guard, ProblemKind};

breakpoints! {
    /// Steps that the loop counts, in sweeps that the run counts.
    loop Relax with Step as steps by hand, Epoch as epochs {
        scope SWEEP counts Epoch {
            before_sweep;
            scope STEP { before_step; after_step; }
            after_sweep;
        }
        stop => on_stop;
    }
}

fn sweep(run: &mut Run<'_, Relax>) -> Result<(), Break> {
    run.scope(Relax::SWEEP, |run| {
        run.scope(Relax::STEP, |_| Ok(())).map(drop)
    })
    .map(drop)
}

fn problems(plan: &mut Plan<Relax>) -> PlanError {
    plan.run(&mut State::new(), sweep)
        .expect_err("there is no counter")
}

#[test]
fn a_period_in_its_unit_needs_it() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::after_step, || {})
        .named("print")
        .every(Period::steps(10));
    let error = problems(&mut plan);
    let [problem] = error.problems() else {
        unreachable!("{error}")
    };
    assert_eq!(problem.kind(), ProblemKind::Missing);
    assert_eq!(problem.callback(), "print");
    assert_eq!(problem.breakpoint(), Some("after_step"));
    assert_eq!(problem.state(), Some("Step"));
    let text = problem.to_string();
    let text = text.split_once("after_step: ").map(|(_, text)| text);
    assert_eq!(
        text,
        Some(
            "`Step` is not in the state, and the loop Relax counts steps with it; \
             insert one before the run, as in `state.insert(Step::default())`"
        )
    );
}

#[test]
fn a_handler_that_takes_it_needs_it_and_one_that_may_do_without_does_not() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::after_step, |_: Option<&Step>| {});
    assert!(plan.run(&mut State::new(), sweep).is_ok());
    plan.on(Relax::before_step, |_: &Step| {});
    plan.on(Relax::after_step, |_: &Step| {});
    // One problem for the counter, whoever uses it.
    assert_eq!(problems(&mut plan).problems().len(), 1);
}

#[test]
fn nothing_needs_it_where_nothing_uses_it() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::after_step, || {});
    plan.on(Relax::after_sweep, |_: &Epoch| {})
        .every_at(Relax::after_sweep, Period::epochs(1));
    let mut state = State::new();
    let outcome = plan.run(&mut state, sweep).unwrap();
    assert!(outcome.is_finished());
    assert_eq!(state.get::<Epoch>().map(|epoch| epoch.get()), Some(1));
    assert!(state.get::<Step>().is_none());
}

#[test]
fn a_breakpoint_that_the_run_does_not_fire_needs_nothing() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::after_step, |_: &Step| {})
        .every(Period::steps(2));
    plan.expect(|run| run.silent_scope(Relax::STEP, "there are no steps"));
    assert!(plan.run(&mut State::new(), |_| Ok(())).is_ok());
}

#[test]
fn it_is_missed_where_a_run_begins_and_not_at_a_check() {
    let new = || {
        let mut plan = Plan::<Relax>::new();
        plan.on(Relax::after_step, |_: &Step| {});
        plan
    };
    assert!(new().check(&State::new()).is_ok());
    assert!(new().start(State::new()).is_err());
    let mut state = State::new();
    state.insert(Step::default());
    assert!(new().start(state).map(Guard::finish).is_ok());
}
