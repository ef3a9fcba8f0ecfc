//! Errors of the user's own in a loop, and breaks of a loop in functions with errors of their own: what `?` accepts, and what it means.

mod support {
    pub(crate) mod relax;
}

use callbacks::{BoxError, Break, Flow, Guard, Outcome, Plan, Run, State, Stop};
use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::io;
use support::relax::Relax;

/// The text of the failure of a run whose body is this.
fn failure(body: impl FnOnce(&mut Run<'_, Relax>) -> Result<(), Break>) -> String {
    let outcome = Plan::new().run(&mut State::new(), body).unwrap();
    outcome.to_string()
}

/// Runs a step that calls `step`, of a plan that stops there.
fn run_stopped(step: impl FnOnce(&mut Run<'_, Relax>) -> Result<(), Break>) -> Outcome {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, || Flow::stop("cold"));
    let body = |run: &mut Run<'_, Relax>| run.scope(Relax::STEP, step).map(drop);
    plan.run(&mut State::new(), body).unwrap()
}

#[track_caller]
fn assert_stopped(outcome: &Outcome) {
    assert_eq!(
        outcome.stopped().map(Stop::reason),
        Some("cold"),
        "{outcome}"
    );
}

/// An error as that of `anyhow`: it is no `Error`, and converts into one.
struct AnyError(String);

impl From<AnyError> for BoxError {
    fn from(error: AnyError) -> Self {
        error.0.into()
    }
}

#[test]
fn a_loop_accepts_errors_that_are_send_and_sync() {
    fn fails<E>(error: E) -> Result<(), E> {
        Err(error)
    }
    let io = failure(|_| Ok(fails(io::Error::other("io"))?));
    let string = failure(|_| Ok(fails(String::from("string"))?));
    let str = failure(|_| Ok(fails("str")?));
    let cow = failure(|_| Ok(fails(Cow::from("cow"))?));
    let boxed = failure(|_| Ok(fails(BoxError::from("boxed"))?));
    let any = failure(|_| Ok(fails(AnyError("any".into()))?));
    let texts = [io, string, str, cow, boxed, any];
    let expected = ["io", "string", "str", "cow", "boxed", "any"];
    assert_eq!(
        texts,
        expected.map(|text| format!("failed in the loop itself: {text}"))
    );
}

#[test]
fn a_loop_accepts_a_result_that_cannot_fail() {
    let outcome = failure(|_| {
        let cannot_fail: Result<(), Infallible> = Ok(());
        Ok(cannot_fail?)
    });
    assert_eq!(outcome, "finished");
}

#[test]
fn a_loop_accepts_an_error_that_is_not_send_as_its_text() {
    fn fails() -> Result<(), Box<dyn Error>> {
        Err(io::Error::other("no data"))?
    }
    let text = failure(|_| fails().map_err(Break::from_local));
    assert_eq!(text, "failed in the loop itself: no data");
}

#[test]
fn a_stop_stays_a_stop_through_a_boxed_error() {
    fn step(run: &mut Run<'_, Relax>) -> Result<(), BoxError> {
        run.fire(Relax::ON_FORCE).map_err(Break::into_boxed)
    }
    assert_stopped(&run_stopped(|run| Ok(step(run)?)));
}

#[test]
fn a_stop_stays_a_stop_through_a_local_error() {
    fn step(run: &mut Run<'_, Relax>) -> Result<(), Box<dyn Error>> {
        Ok(run.fire(Relax::ON_FORCE)?)
    }
    assert_stopped(&run_stopped(|run| step(run).map_err(Break::from_local)));
}

#[test]
fn a_leave_that_was_an_error_in_between_leaves_its_scope_only() {
    fn step(run: &mut Run<'_, Relax>) -> Result<(), Box<dyn Error>> {
        Ok(run.fire(Relax::ON_FORCE)?)
    }
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, || Flow::leave(Relax::STEP));
    let mut left = Vec::new();
    let outcome = plan.run(&mut State::new(), |run| {
        for _ in 0..2 {
            let step = |run: &mut Run<'_, Relax>| step(run).map_err(Break::from_local);
            left.push(run.scope(Relax::STEP, step)?.is_none());
        }
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    assert_eq!(left, [true, true]);
}

#[test]
fn an_error_of_the_loop_keeps_its_type_in_a_function_with_errors_of_its_own() {
    fn read() -> Result<(), Break> {
        Ok("a".parse::<u32>().map(drop)?)
    }
    fn outer() -> Result<(), Box<dyn Error>> {
        Ok(read()?)
    }
    assert!(outer().unwrap_err().is::<std::num::ParseIntError>());
}

/// An error of a user's program.
#[derive(Debug)]
enum ProgramError {
    Loop(BoxError),
}

impl From<Break> for ProgramError {
    fn from(broken: Break) -> Self {
        Self::Loop(broken.into_boxed())
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Loop(error) = self;
        write!(f, "the loop: {error}")
    }
}

impl Error for ProgramError {}

#[test]
fn an_error_type_of_the_user_can_hold_a_break() {
    fn step(run: &mut Run<'_, Relax>) -> Result<(), ProgramError> {
        Ok(run.fire(Relax::ON_FORCE)?)
    }
    let mut seen = None;
    let outcome = run_stopped(|run| match step(run) {
        Err(ProgramError::Loop(error)) => {
            seen = Some(error.to_string());
            Err(error.into())
        }
        Ok(()) => Ok(()),
    });
    assert_stopped(&outcome);
    let text = "the run was stopped, left a scope or failed; the outcome has the reason";
    assert_eq!(seen.as_deref(), Some(text));
}

#[test]
fn the_break_of_another_run_is_an_error_of_this_one() {
    fn inner() -> Result<(), BoxError> {
        let mut plan = Plan::<Relax>::new();
        plan.on(Relax::ON_FORCE, || Flow::stop("cold"));
        let mut guard: Guard<Relax> = plan.start(State::new())?;
        guard.begin(Relax::STEP).map_err(Break::into_boxed)?;
        guard.fire(Relax::ON_FORCE).map_err(Break::into_boxed)
    }
    let text = "failed in the loop itself: the run was stopped, left a scope or failed; the outcome has the reason";
    assert_eq!(failure(|_| Ok(inner()?)), text);
}

#[test]
fn a_break_that_is_unwrapped_says_why() {
    let debug = |broken: Break| format!("{broken:?}");
    assert_eq!(debug("no data".into()), "no data");
    let mut seen = String::new();
    let _ = run_stopped(|run| {
        run.fire(Relax::ON_FORCE)
            .inspect_err(|broken| seen = format!("{broken:?}"))
    });
    assert!(seen.starts_with("the run was stopped, left a scope or failed"));
}
