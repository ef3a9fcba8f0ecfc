//! A guard is a run for an engine that owns the loop: finished or dropped, it ends once, and every callback exits.

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
    pub(crate) mod tracer;
}

use callbacks::{Flow, Guard, Outcome, Plan, State};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use support::journal::Journal;
use support::relax::Relax;
use support::tracer::Tracer;

/// A guarded run with a tracer, an exit that tells the outcome, and what `attach` attaches before them.
fn guarded(attach: impl FnOnce(&mut Plan<Relax>)) -> (Guard<Relax>, Journal) {
    let (mut plan, journal) = (Plan::new(), Journal::default());
    attach(&mut plan);
    plan.add_local(Tracer(journal.clone()));
    let exit = journal.clone();
    plan.on(Relax::ON_EXIT, move |outcome: &Outcome| {
        exit.note(format!("exit: {outcome}"));
    });
    (plan.start(State::new()).unwrap(), journal)
}

#[test]
fn a_guard_begins_and_ends_scopes_by_hand() {
    let (mut guard, journal) = guarded(|_| {});
    guard.begin(Relax::RUN).unwrap();
    guard.begin(Relax::STEP).unwrap();
    guard.fire(Relax::ON_FORCE).unwrap();
    guard.end().unwrap();
    guard.end().unwrap();
    let (_, _, outcome) = guard.finish();
    assert!(outcome.is_finished());
    let expected = [
        "on_run_begin",
        "before_step",
        "on_force",
        "after_step",
        "on_run_end",
        "exit: finished",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn finishing_or_dropping_a_guard_ends_what_is_open_innermost_first_and_exits_once() {
    let endings: [fn(Guard<Relax>); 2] = [drop, |guard| drop(guard.finish())];
    for end in endings {
        let (mut guard, journal) = guarded(|_| {});
        guard.begin(Relax::RUN).unwrap();
        guard.begin(Relax::STEP).unwrap();
        end(guard);
        let expected = [
            "on_run_begin",
            "before_step",
            "after_step",
            "on_run_end",
            "exit: finished",
        ];
        assert_eq!(journal.take(), expected);
    }
}

#[test]
fn a_stop_is_answered_to_the_engine_until_the_guard_is_finished() {
    let (mut guard, journal) = guarded(|plan| {
        plan.on(Relax::ON_FORCE, || Flow::stop("enough"))
            .named("stopper");
    });
    guard.begin(Relax::RUN).unwrap();
    guard.begin(Relax::STEP).unwrap();
    assert!(guard.fire(Relax::ON_FORCE).is_err());
    assert!(guard.fire(Relax::ON_FORCE).is_err());
    assert!(guard.begin(Relax::STEP).is_err());
    let (_, _, outcome) = guard.finish();
    assert_eq!(
        outcome.stopped().unwrap().origin().callback(),
        Some("stopper")
    );
    let lines = journal.take();
    let expected = [
        "on_run_begin",
        "before_step",
        "on_force",
        "after_step",
        "on_stop",
        "on_run_end",
    ];
    assert_eq!(lines[..6], expected);
    assert!(lines[6].starts_with("exit: stopped by stopper at on_force"));
    assert_eq!(lines.len(), 7);
}

#[test]
fn a_leave_ends_with_its_scope_and_the_engine_goes_on() {
    let (mut guard, journal) = guarded(|plan| {
        plan.on(Relax::ON_FORCE, || Flow::leave(Relax::STEP));
    });
    guard.begin(Relax::RUN).unwrap();
    for _ in 0..2 {
        guard.begin(Relax::STEP).unwrap();
        assert!(guard.fire(Relax::ON_FORCE).is_err());
        guard.end().unwrap();
    }
    let (_, _, outcome) = guard.finish();
    assert!(outcome.is_finished());
    assert_eq!(
        journal
            .take()
            .iter()
            .filter(|line| *line == "after_step")
            .count(),
        2
    );
}

#[test]
fn a_failure_under_a_guard_is_reported_and_no_end_fires() {
    let (mut guard, journal) = guarded(|plan| {
        plan.on(Relax::ON_FORCE, || Err::<(), _>("no force"));
    });
    guard.begin(Relax::RUN).unwrap();
    guard.begin(Relax::STEP).unwrap();
    assert!(guard.fire(Relax::ON_FORCE).is_err());
    assert!(guard.end().is_err());
    let (_, _, outcome) = guard.finish();
    assert!(outcome.failed().is_some());
    let lines = journal.take();
    assert_eq!(lines[..3], ["on_run_begin", "before_step", "on_error"]);
    assert_eq!(lines.len(), 4);
}

#[test]
fn an_engine_that_panics_fails_the_run_and_runs_no_end_on_a_half_changed_state() {
    let (mut guard, journal) = guarded(|_| {});
    let engine = AssertUnwindSafe(move || {
        guard.begin(Relax::RUN).unwrap();
        guard.begin(Relax::STEP).unwrap();
        resume_unwind(Box::new("the engine broke"));
    });
    assert!(catch_unwind(engine).is_err());
    let lines = journal.take();
    assert_eq!(lines[..3], ["on_run_begin", "before_step", "on_error"]);
    assert!(lines[3].starts_with("exit: failed"), "{lines:?}");
    assert_eq!(lines.len(), 4);
}

#[test]
fn an_enter_that_fails_is_reported_when_the_engine_fires_and_nothing_runs() {
    let (mut guard, journal) = guarded(|plan| {
        plan.on(Relax::ON_ENTER, || Err::<(), _>("locked"))
            .named("door");
    });
    assert!(guard.begin(Relax::RUN).is_err());
    assert!(guard.fire(Relax::ON_FORCE).is_err());
    let (_, _, outcome) = guard.finish();
    assert_eq!(outcome.failed().unwrap().origin().callback(), Some("door"));
    assert!(journal.take().is_empty());
}

#[test]
fn ending_more_than_was_begun_does_nothing() {
    let (mut guard, journal) = guarded(|_| {});
    guard.end().unwrap();
    guard.begin(Relax::RUN).unwrap();
    guard.end().unwrap();
    guard.end().unwrap();
    drop(guard);
    assert_eq!(
        journal.take(),
        ["on_run_begin", "on_run_end", "exit: finished"]
    );
}

#[test]
fn plan_and_state_come_back_and_run_again() {
    let (mut guard, journal) = guarded(|_| {});
    guard.state().insert(7_u8);
    guard.begin(Relax::RUN).unwrap();
    let (plan, state, _) = guard.finish();
    assert_eq!(state.get(), Some(&7_u8));
    let first = journal.take();
    let mut guard = plan.start(state).unwrap();
    guard.begin(Relax::RUN).unwrap();
    drop(guard);
    assert_eq!(journal.take(), first);
}

#[test]
fn a_handler_that_panics_under_a_guard_does_not_reach_the_engine() {
    let (mut guard, _) = guarded(|plan| {
        plan.on(Relax::ON_FORCE, || -> () {
            resume_unwind(Box::new("frightened"))
        });
    });
    guard.begin(Relax::RUN).unwrap();
    assert!(guard.fire(Relax::ON_FORCE).is_err());
    let (_, _, outcome) = guard.finish();
    assert_eq!(
        outcome.failed().unwrap().cause().to_string(),
        "panicked: frightened"
    );
}

#[test]
fn the_debug_text_of_a_guard_names_loop_and_callbacks() {
    let (guard, _) = guarded(|_| {});
    let text = format!("{guard:?}");
    assert!(
        text.contains("Plan<Relax>") && text.contains("Tracer"),
        "{text}"
    );
}
