//! A handler may run another plan on the same state; the run around it does not notice.

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
    pub(crate) mod tracer;
}

use callbacks::{At, Breakpoint, Ctx, Failure, Flow, Outcome, Plan, State, Stop};
use support::journal::Journal;
use support::relax::{Relax, relax};
use support::tracer::Tracer;

/// A plan in which a handler at `at` runs another plan, which is stopped and told of it, and journals for both.
fn nesting(at: At<Relax>) -> (Plan<Relax>, Journal) {
    let (mut plan, inner) = (Plan::new(), Journal::default());
    let mut nested = Plan::new();
    nested.add_local(Tracer(inner.clone()));
    nested.on(Relax::ON_FORCE, || Flow::stop("inner"));
    plan.on(at, move |ctx: Ctx<'_>| {
        let outcome = nested.run(ctx, |run| relax(run, 1)).unwrap();
        assert_eq!(outcome.stopped().unwrap().reason(), "inner");
    });
    (plan, inner)
}

fn stopped(plan: &mut Plan<Relax>) -> Outcome {
    plan.on(Relax::AFTER_STEP, || Flow::stop("outer"));
    let outcome = plan.run(&mut State::new(), |run| relax(run, 3)).unwrap();
    assert_eq!(outcome.stopped().expect("stopped").reason(), "outer");
    outcome
}

#[test]
fn the_inner_run_is_a_whole_run() {
    let (mut plan, inner) = nesting(Relax::ON_FORCE);
    let _ = stopped(&mut plan);
    let expected = [
        "on_run_begin",
        "before_step",
        "on_force",
        "after_step",
        "on_stop",
        "on_run_end",
    ];
    assert_eq!(inner.take(), expected);
}

#[test]
fn handlers_after_it_see_their_own_breakpoint() {
    for at in [Relax::ON_FORCE, Relax::AFTER_STEP, Relax::RUN_END] {
        let (mut plan, _) = nesting(at);
        plan.on(at, move |here: &Breakpoint| {
            assert_eq!(here, at.breakpoint());
        });
        let _ = stopped(&mut plan);
    }
}

#[test]
fn handlers_after_it_see_their_own_stop() {
    let (mut plan, _) = nesting(Relax::ON_STOP);
    plan.on(Relax::ON_STOP, |stop: &Stop| {
        assert_eq!(stop.reason(), "outer");
    });
    let outcome = stopped(&mut plan);
    assert!(outcome.skipped().is_empty(), "{:?}", outcome.skipped());
}

#[test]
fn handlers_after_it_see_their_own_failure_and_outcome() {
    let (mut plan, _) = nesting(Relax::ON_ERROR);
    plan.on(Relax::ON_FORCE, || Err::<(), _>("outer"));
    plan.on(Relax::ON_ERROR, |failure: &Failure| {
        assert_eq!(failure.cause().to_string(), "outer");
    });
    plan.on(Relax::ON_EXIT, |outcome: &Outcome| {
        assert!(outcome.failed().is_some());
    });
    let outcome = plan.run(&mut State::new(), |run| relax(run, 3)).unwrap();
    assert_eq!(outcome.failed().unwrap().later().count(), 0, "{outcome}");
    assert!(outcome.skipped().is_empty());
}
