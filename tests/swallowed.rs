//! What is kept of failures that did not fail the run, and what counts as one.

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
    pub(crate) mod swallowed;
}

use callbacks::OnFailure::{DisableAfter, Warn};
use callbacks::{Answer, Break, Callback, Flow, Handlers, Outcome, Plan, State, breakpoints};
use std::panic::resume_unwind;
use support::journal::Journal;
use support::relax::{Relax, relax};
use support::swallowed::text;

fn run(plan: &mut Plan<Relax>, steps: usize) -> Outcome {
    plan.run(&mut State::new(), |run| relax(run, steps))
        .unwrap()
}

#[test]
fn a_callback_that_is_not_lenient_fails_the_run_as_before() {
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || Err::<(), _>("excused"))
        .on_failure(Warn);
    plan.on(Relax::ON_FORCE, || Err::<(), _>("not excused"));
    let outcome = run(&mut plan, 2);
    assert_eq!(outcome.failed().unwrap().cause().to_string(), "not excused");
    assert_eq!(outcome.swallowed()[0].times(), 1);
    assert!(
        outcome
            .to_string()
            .ends_with("not excused\n  1 failure swallowed")
    );
}

#[test]
fn a_flow_after_a_swallowed_failure_acts() {
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || Err::<(), _>("no force"))
        .on_failure(Warn);
    plan.on(Relax::ON_FORCE, || Flow::stop("enough"))
        .named("stopper");
    let outcome = run(&mut plan, 3);
    assert_eq!(
        outcome.stopped().unwrap().origin().callback(),
        Some("stopper")
    );
    assert!(
        outcome
            .to_string()
            .ends_with("enough (1 failure swallowed)")
    );
}

#[test]
fn a_lenient_callback_that_failed_may_still_stop_the_run() {
    let mut plan = Plan::new();
    let mut count = 0;
    plan.on(Relax::ON_FORCE, move || {
        count += 1;
        if count < 3 {
            Err("no force")
        } else {
            Ok(Flow::stop("enough"))
        }
    })
    .named("shy")
    .on_failure(DisableAfter(3));
    let outcome = run(&mut plan, 10);
    assert_eq!(outcome.stopped().unwrap().origin().callback(), Some("shy"));
    assert_eq!(outcome.swallowed()[0].times(), 2);
}

#[test]
fn leaving_a_scope_that_is_not_open_is_a_failure_that_can_be_swallowed() {
    let mut plan = Plan::new();
    plan.on(Relax::RUN_BEGIN, || Flow::leave(Relax::STEP))
        .on_failure(Warn);
    let outcome = run(&mut plan, 1);
    assert!(outcome.is_finished());
    assert_eq!(outcome.swallowed()[0].times(), 1);
}

#[test]
fn a_rule_that_panics_is_not_the_fault_of_the_callback_it_is_asked_about() {
    let mut plan = Plan::new();
    plan.refuse_stops(|_, _| resume_unwind(Box::new("no rule")));
    plan.on(Relax::ON_FORCE, || Flow::stop("enough"))
        .on_failure(Warn);
    let outcome = run(&mut plan, 1);
    assert!(outcome.failed().is_some());
    assert!(outcome.swallowed().is_empty());
}

#[test]
fn the_first_failures_are_kept_and_all_are_counted() {
    let mut plan = Plan::new();
    let mut count = 0;
    plan.on(Relax::ON_FORCE, move || {
        count += 1;
        Err::<(), _>(format!("no force {count}"))
    })
    .on_failure(Warn);
    let outcome = run(&mut plan, 25);
    assert_eq!(outcome.to_string(), "finished (25 failures swallowed)");
    let first = outcome.swallowed()[0].first();
    let first: Vec<_> = first.map(|fault| fault.cause().to_string()).collect();
    assert_eq!(first.len(), 10);
    assert_eq!(
        (first[0].as_str(), first[9].as_str()),
        ("no force 1", "no force 10")
    );
}

/// Fails at the beginnings and the ends of steps.
struct Clumsy;

impl Clumsy {
    fn fail(&self) -> Result<(), &'static str> {
        Err("dropped it")
    }
}

impl Callback<Relax> for Clumsy {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::BEFORE_STEP, Self::fail);
        h.on(Relax::AFTER_STEP, Self::fail);
    }
}

#[test]
fn the_failures_of_a_callback_are_counted_over_all_its_breakpoints_and_apart_from_others_of_its_type()
 {
    let mut plan = Plan::new();
    plan.add(Clumsy).named("one").on_failure(DisableAfter(3));
    plan.add(Clumsy).named("other").on_failure(DisableAfter(2));
    let expected = [
        "one before_step 2 dropped it, dropped it, disabled",
        "other before_step 1 dropped it",
        "one after_step 1 dropped it",
        "other after_step 1 dropped it, disabled",
    ];
    for _ in 0..2 {
        let outcome = run(&mut plan, 5);
        let swallowed: Vec<_> = outcome.swallowed().iter().map(text).collect();
        assert_eq!(swallowed, expected);
    }
}

#[test]
fn never_to_fail_at_all_is_to_be_disabled_by_the_first() {
    let mut plan = Plan::new();
    plan.add(Clumsy).on_failure(DisableAfter(0));
    assert_eq!(run(&mut plan, 5).swallowed()[0].times(), 1);
}

#[test]
fn a_callback_that_is_disabled_is_not_skipped() {
    for policy in [Warn, DisableAfter(1)] {
        let mut plan = Plan::<Relax>::new();
        plan.on(Relax::ON_FORCE, |_: &u32| Err::<(), _>("a bad number"))
            .on_failure(policy);
        let mut state = State::new();
        state.insert(1_u32);
        let outcome = plan.run(&mut state, |run| {
            relax(run, 1)?;
            run.state().remove::<u32>()?;
            relax(run, 1)
        });
        let skipped = outcome.unwrap().skipped().len();
        assert_eq!(skipped, usize::from(policy == Warn));
    }
}

#[test]
fn exits_see_what_was_swallowed() {
    let mut plan = Plan::<Relax>::new();
    let journal = Journal::default();
    let left = journal.clone();
    plan.on(Relax::ON_FORCE, || Err::<(), _>("no force"))
        .on_failure(Warn);
    plan.on(Relax::ON_EXIT, move |outcome: &Outcome| {
        left.note(outcome.to_string());
    });
    assert!(run(&mut plan, 2).is_finished());
    assert_eq!(journal.take(), ["finished (2 failures swallowed)"]);
}

#[test]
fn a_foreign_engine_sees_no_swallowed_failure() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, || Err::<(), _>("no force"))
        .on_failure(DisableAfter(2));
    for _ in 0..2 {
        let mut guard = plan.start(State::new()).unwrap();
        let fired: Result<(), Break> = (0..5).try_for_each(|_| guard.fire(Relax::ON_FORCE));
        assert!(fired.is_ok());
        let (after, _, outcome) = guard.finish();
        plan = after;
        assert_eq!(outcome.to_string(), "finished (2 failures swallowed)");
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Answers(u32);

impl Answer for Answers {
    fn merge(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

breakpoints! {
    loop Poll { scope ROUND { before_round; on_vote -> Answers; after_round; } }
}

/// What a poll comes to in which the second of three voters does this.
fn poll(
    second: impl FnMut() -> Result<Answers, &'static str> + Send + 'static,
) -> (Option<Answers>, Outcome) {
    let mut plan = Plan::<Poll>::new();
    plan.on(Poll::on_vote, || Answers(1));
    plan.on(Poll::on_vote, second).on_failure(Warn);
    plan.on(Poll::on_vote, || Answers(4));
    let mut answer = None;
    let outcome = plan.run(&mut State::new(), |run| {
        answer = run.ask(Poll::on_vote)?;
        Ok(())
    });
    (answer, outcome.unwrap())
}

#[test]
fn a_callback_that_fails_to_answer_has_no_answer() {
    let (answer, outcome) = poll(|| Err("no opinion"));
    assert_eq!(answer, Some(Answers(5)));
    assert_eq!(outcome.to_string(), "finished (1 failure swallowed)");
}

#[test]
fn a_panic_while_answers_are_merged_fails_the_run() {
    let (answer, outcome) = poll(|| resume_unwind(Box::new("no opinion")));
    assert_eq!(answer, None);
    assert!(outcome.failed().is_some() && outcome.swallowed().is_empty());
}
