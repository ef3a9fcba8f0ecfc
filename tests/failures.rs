//! What goes wrong outside of handlers: in enters, in the loop's own body, in a panic's own payload.

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
    pub(crate) mod tracer;
}

use callbacks::{Break, Callback, Cause, Ctx, Failure, Flow, Handlers, Outcome, Plan, Run, State};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use support::journal::Journal;
use support::relax::{Relax, relax};
use support::tracer::Tracer;

/// What a loop does.
type Body = fn(&mut Run<'_, Relax>) -> Result<(), Break>;

/// A plan with a tracer, and its journal.
fn traced() -> (Plan<Relax>, Journal) {
    let (mut plan, journal) = (Plan::new(), Journal::default());
    plan.add_local(Tracer(journal.clone())).named("tracer");
    (plan, journal)
}

fn run(
    plan: &mut Plan<Relax>,
    body: impl FnOnce(&mut Run<'_, Relax>) -> Result<(), Break>,
) -> Outcome {
    plan.run(&mut State::new(), body).unwrap()
}

fn cause(outcome: &Outcome) -> String {
    outcome
        .failed()
        .expect("the run failed")
        .cause()
        .to_string()
}

/// Enters and exits, and may fail to enter.
struct Door {
    name: &'static str,
    enter: fn() -> Result<Flow, String>,
    journal: Journal,
}

impl Door {
    fn enter(&self) -> Result<Flow, String> {
        self.journal.note(format!("{} enters", self.name));
        (self.enter)()
    }

    fn exit(&self, outcome: &Outcome) {
        let how = if outcome.failed().is_some() {
            "failed"
        } else {
            "not failed"
        };
        self.journal.note(format!("{} exits, {how}", self.name));
    }
}

impl Callback<Relax> for Door {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_enter(Self::enter);
        h.on_exit(Self::exit);
    }
}

fn doors(enter: fn() -> Result<Flow, String>) -> (Outcome, Vec<String>) {
    let (mut plan, journal) = traced();
    let open: fn() -> _ = || Ok(Flow::Continue);
    for (name, enter) in [
        ("one", open),
        ("two", open),
        ("three", enter),
        ("four", open),
    ] {
        let journal = journal.clone();
        plan.add_local(Door {
            name,
            enter,
            journal,
        });
    }
    let outcome = run(&mut plan, |run| relax(run, 1));
    (outcome, journal.take())
}

#[test]
fn where_an_enter_fails_or_panics_those_before_exit_and_it_and_those_after_do_not() {
    let failing: [fn() -> Result<Flow, String>; 3] = [
        || Err("locked".to_owned()),
        || resume_unwind(Box::new("locked")),
        || Ok(Flow::leave(Relax::RUN)),
    ];
    for enter in failing {
        let (outcome, lines) = doors(enter);
        let expected = [
            "one enters",
            "two enters",
            "three enters",
            "on_error",
            "two exits, failed",
            "one exits, failed",
        ];
        assert_eq!(lines, expected);
        let origin = outcome.failed().unwrap().origin();
        assert_eq!(origin.callback(), Some("Door#3"));
        assert_eq!(origin.breakpoint().unwrap().name(), "on_enter");
    }
}

#[test]
fn a_stop_in_an_enter_lets_all_enter_and_exit_and_nothing_run() {
    let (outcome, lines) = doors(|| Ok(Flow::stop("not today")));
    assert_eq!(outcome.stopped().unwrap().reason(), "not today");
    assert_eq!(
        lines[..5],
        [
            "one enters",
            "two enters",
            "three enters",
            "four enters",
            "on_stop"
        ]
    );
    assert_eq!(lines[5], "four exits, not failed");
    assert_eq!(lines.len(), 9);
}

/// A panic's payload whose drop panics, with another one, so many times.
struct Bomb(Arc<AtomicU32>, u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        if self.1 > 0 {
            resume_unwind(Box::new(Self(self.0.clone(), self.1 - 1)));
        }
    }
}

#[test]
fn a_panic_whose_payload_panics_when_dropped_is_one_failure() {
    let drops = Arc::new(AtomicU32::new(0));
    let (mut plan, journal) = traced();
    let bomb = drops.clone();
    plan.on(Relax::ON_FORCE, move || -> () {
        resume_unwind(Box::new(Bomb(bomb.clone(), 3)))
    });
    for nth in 1..3 {
        let outcome = run(&mut plan, |run| relax(run, 3));
        assert_eq!(cause(&outcome), "panicked: a panic without a message");
        assert_eq!(drops.load(Ordering::Relaxed), nth);
        assert_eq!(
            journal.take(),
            ["on_run_begin", "before_step", "on_force", "on_error"]
        );
    }
}

#[test]
fn the_message_of_a_panic_is_reported() {
    for (panic, message) in [
        (
            Box::new("a word") as Box<dyn std::any::Any + Send>,
            "a word",
        ),
        (Box::new("a string".to_owned()), "a string"),
    ] {
        let payload = Mutex::new(Some(panic));
        let mut plan = Plan::<Relax>::new();
        plan.on(Relax::ON_FORCE, move || -> () {
            resume_unwind(payload.lock().unwrap().take().unwrap())
        });
        let outcome = run(&mut plan, |run| relax(run, 1));
        assert!(
            matches!(outcome.failed().unwrap().cause(), Cause::Panic(report) if report == message)
        );
    }
}

#[test]
fn an_error_keeps_its_source_and_turns_the_outcome_into_an_error() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, || "x".parse::<f64>().map(drop));
    let failure = run(&mut plan, |run| relax(run, 1)).ok().unwrap_err();
    let source = std::error::Error::source(&failure).expect("a source");
    assert!(source.is::<std::num::ParseFloatError>());
    let text = failure.to_string();
    assert!(
        text.contains("closure at on_force") && text.contains(file!()),
        "{text}"
    );
}

/// Runs a step in a run, whose body is `step`.
fn one_step(
    run: &mut Run<'_, Relax>,
    step: impl FnOnce(&mut Run<'_, Relax>) -> Result<(), Break>,
) -> Result<(), Break> {
    run.scope(Relax::RUN, |run| run.scope(Relax::STEP, step).map(drop))
        .map(drop)
}

#[test]
fn an_error_or_a_panic_of_the_loop_itself_is_the_failure_and_no_end_fires() {
    let bodies: [Body; 2] = [
        |_| Err("no force".into()),
        |_| resume_unwind(Box::new("no force")),
    ];
    for body in bodies {
        let (mut plan, journal) = traced();
        let outcome = run(&mut plan, |run| one_step(run, body));
        assert!(cause(&outcome).ends_with("no force"));
        assert_eq!(
            outcome.failed().unwrap().origin().to_string(),
            "the loop itself"
        );
        assert_eq!(journal.take(), ["on_run_begin", "before_step", "on_error"]);
        assert!(run(&mut plan, |run| relax(run, 1)).is_finished());
    }
}

#[test]
fn the_failure_is_in_the_state_at_its_breakpoint_and_the_outcome_while_callbacks_exit() {
    let mut plan = Plan::<Relax>::new();
    let journal = Journal::default();
    let (report, left) = (journal.clone(), journal.clone());
    plan.on(Relax::ON_FORCE, || Err::<(), _>("no force"));
    plan.on(Relax::ON_ERROR, move |failure: &Failure| {
        report.note(failure.cause().to_string());
    });
    plan.on(Relax::ON_EXIT, move |outcome: &Outcome| {
        left.note(cause(outcome));
    });
    let mut state = State::new();
    let _ = plan.run(&mut state, |run| relax(run, 1)).unwrap();
    assert_eq!(journal.take(), ["no force", "no force"]);
    assert!(state.get::<Failure>().is_none() && state.get::<Outcome>().is_none());
}

/// A loop that goes on whatever its firings answer.
fn go_on_regardless(run: &mut Run<'_, Relax>) {
    let _ = run.scope(Relax::RUN, |run| {
        for _ in 0..3 {
            let _ = run.scope(Relax::STEP, |run| {
                let _ = run.fire(Relax::ON_FORCE);
                let _ = run.fire(Relax::ON_FORCE);
                Ok(())
            });
        }
        Ok(())
    });
}

/// The breakpoints of such a loop, if its first force returns this.
fn reported_regardless(answer: fn() -> Result<Flow, &'static str>) -> Vec<String> {
    let (mut plan, journal) = traced();
    plan.on(Relax::ON_FORCE, answer);
    let outcome = run(&mut plan, |run| {
        go_on_regardless(run);
        Ok(())
    });
    assert!(!outcome.is_finished());
    journal.take()
}

#[test]
fn a_loop_that_swallows_the_answer_of_a_firing_runs_no_further_handler() {
    let stopped = [
        "on_run_begin",
        "before_step",
        "on_force",
        "after_step",
        "on_stop",
        "on_run_end",
    ];
    assert_eq!(reported_regardless(|| Ok(Flow::stop("enough"))), stopped);
    let failed = ["on_run_begin", "before_step", "on_force", "on_error"];
    assert_eq!(reported_regardless(|| Err("no force")), failed);
}

#[test]
fn a_loop_that_swallows_a_leave_leaves_the_scope_and_no_other() {
    let (mut plan, journal) = traced();
    plan.on(Relax::ON_FORCE, || Flow::leave(Relax::STEP));
    assert!(
        run(&mut plan, |run| {
            go_on_regardless(run);
            Ok(())
        })
        .is_finished()
    );
    let mut expected = vec!["on_run_begin"];
    for _ in 0..3 {
        expected.extend(["before_step", "on_force", "after_step"]);
    }
    expected.push("on_run_end");
    assert_eq!(journal.take(), expected);
}

#[test]
fn a_scope_opened_while_a_stop_is_pending_does_not_begin() {
    let (mut plan, journal) = traced();
    plan.on(Relax::RUN_BEGIN, || Flow::stop("enough"));
    let mut ran = false;
    let outcome = run(&mut plan, |run| {
        run.scope(Relax::RUN, |_| {
            ran = true;
            Ok(())
        })
        .map(drop)
    });
    assert!(!ran && outcome.stopped().is_some());
    assert_eq!(journal.take(), ["on_run_begin", "on_stop", "on_run_end"]);
}

#[test]
fn a_loop_that_catches_its_own_panic_has_failed_all_the_same_or_its_scopes_pair_up() {
    let (mut plan, journal) = traced();
    let outcome = run(&mut plan, |run| {
        run.scope(Relax::RUN, |run| {
            let step = |_: &mut Run<'_, Relax>| -> Result<(), Break> {
                resume_unwind(Box::new("slipped"))
            };
            let _ = catch_unwind(AssertUnwindSafe(|| run.scope(Relax::STEP, step)));
            run.fire(Relax::ON_FORCE)
        })
        .map(drop)
    });
    let lines = journal.take();
    let paired =
        lines.contains(&"after_step".to_owned()) && lines.contains(&"on_run_end".to_owned());
    assert!(outcome.failed().is_some() || paired, "{outcome}: {lines:?}");
}

#[test]
fn a_leave_of_a_scope_of_another_loop_is_not_open() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, || Flow::leave(callbacks::Fit::EPOCH));
    let outcome = run(&mut plan, |run| relax(run, 1));
    assert!(
        matches!(outcome.failed().unwrap().cause(), Cause::NotOpen(scope) if scope == "Fit::EPOCH")
    );
}

#[test]
fn what_was_skipped_in_an_exit_is_counted_too() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::RUN_END, |mut ctx: Ctx<'_>| {
        let _ = ctx.remove::<u8>();
    });
    plan.on(Relax::ON_EXIT, |_: &u8| {}).named("needs it");
    let mut state = State::new();
    state.insert(1_u8);
    let outcome = plan.run(&mut state, |run| relax(run, 1)).unwrap();
    let [skipped] = outcome.skipped() else {
        panic!("one is skipped: {outcome:?}");
    };
    assert_eq!(
        (
            skipped.callback(),
            skipped.breakpoint().name(),
            skipped.times()
        ),
        ("needs it", "on_exit", 1)
    );
}
