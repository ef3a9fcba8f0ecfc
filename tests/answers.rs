//! At a breakpoint that declares an answer every handler is asked, and the answers are merged.

mod support {
    pub(crate) mod journal;
}

use callbacks::{Answer, At, Break, Breakpoint, Closure, Flow, Loop, Outcome, Plan, Reply, Role};
use callbacks::{Answers, Availability, Guard, Run, Scope, ScopeInfo, State};
use std::panic::resume_unwind;
use support::journal::Journal;

/// A loop whose updates are accepted or rejected.
#[derive(Debug, Clone, Copy)]
struct Driver;

impl Driver {
    const BEGIN: At<Self> = At::new(1);
    const ON_UPDATE: At<Self, Verdict> = At::new(2);
    const RUN: Scope<Self> = Scope::new(0);
}

const fn place(index: u16, name: &'static str, role: Role, scope: Option<u8>) -> Breakpoint {
    Breakpoint::new("Driver", index, name, role, scope, None)
}

impl Loop for Driver {
    const NAME: &'static str = "Driver";
    const SCOPES: &'static [ScopeInfo] = &[ScopeInfo::new("RUN", None, 1, 3, None)];
    const BREAKPOINTS: &'static [Breakpoint] = &[
        place(0, "on_enter", Role::Enter, None),
        place(1, "on_begin", Role::Begin, Some(0)),
        place(2, "on_update", Role::Inside, Some(0)),
        place(3, "on_end", Role::End, Some(0)),
        place(4, "on_stop", Role::Stop, None),
        place(5, "on_exit", Role::Exit, None),
    ];
    fn availability(_: &mut Availability<Self>) {}
}

/// Whoever rejects has the last word; the reasons are kept in order.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Accept,
    Reject(Vec<&'static str>),
    /// Cannot be merged with anything.
    Sulk,
}

use Verdict::{Accept, Reject, Sulk};

impl Answer for Verdict {
    fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Accept, other) => other,
            (rejected, Accept) => rejected,
            (Reject(mut reasons), Reject(others)) => {
                reasons.extend(others);
                Reject(reasons)
            }
            _ => resume_unwind(Box::new("sulking")),
        }
    }
}

fn reject(reason: &'static str) -> Verdict {
    Reject(vec![reason])
}

type Merged = Vec<Option<Verdict>>;

/// Asks so many times; gives the merged answers and the outcome.
fn ask(plan: &mut Plan<Driver>, times: usize) -> (Merged, Outcome) {
    let mut answers = Vec::new();
    let asking = |run: &mut Run<'_, Driver>| -> Result<(), Break> {
        run.scope(Driver::RUN, |run| {
            for _ in 0..times {
                answers.push(run.ask(Driver::ON_UPDATE)?);
            }
            Ok(())
        })
        .map(drop)
    };
    let outcome = plan.run(&mut State::new(), asking).unwrap();
    (answers, outcome)
}

/// A plan whose only handlers answer this.
fn answering<const N: usize>(answers: [Verdict; N]) -> Plan<Driver> {
    let mut plan = Plan::new();
    for answer in answers {
        plan.on(Driver::ON_UPDATE, move || answer.clone());
    }
    plan
}

#[test]
fn without_a_handler_that_answers_there_is_no_answer() {
    let mut plan = answering([]);
    assert_eq!(ask(&mut plan, 2).0, [None, None]);
    plan.on(Driver::BEGIN, || {});
    plan.on(Driver::ON_UPDATE, || Flow::Continue);
    assert_eq!(ask(&mut plan, 2).0, [None, None]);
}

#[test]
fn the_answers_are_merged_by_the_rule_in_the_order_of_the_handlers() {
    assert_eq!(ask(&mut answering([Accept]), 1).0, [Some(Accept)]);
    assert_eq!(ask(&mut answering([Accept, Accept]), 1).0, [Some(Accept)]);
    let mut plan = answering([reject("one"), Accept, reject("two")]);
    plan.on(Driver::ON_UPDATE, || reject("zero")).weight(-1.0);
    assert_eq!(
        ask(&mut plan, 1).0,
        [Some(Reject(vec!["zero", "one", "two"]))]
    );
}

#[test]
fn every_handler_is_asked_and_later_ones_see_the_answers_so_far() {
    let journal = Journal::default();
    let mut plan = Plan::new();
    for answer in [Accept, reject("no"), Accept] {
        let note = journal.clone();
        plan.on(
            Driver::ON_UPDATE,
            move |votes: Option<&Answers<Verdict>>| {
                let each = votes.map_or(&[][..], Answers::each);
                let merged = votes.and_then(Answers::merged);
                note.note(format!("{} {merged:?}", each.len()));
                answer.clone()
            },
        );
    }
    let expected = ["0 None", "1 Some(Accept)", "2 Some(Reject([\"no\"]))"];
    for _ in 0..2 {
        assert_eq!(
            ask(&mut plan, 2).0,
            [Some(reject("no")), Some(reject("no"))]
        );
        assert_eq!(journal.take(), [expected, expected].concat());
    }
}

/// What `ask` says where a handler that answers this stands between two that accept.
fn among_accepting<A: 'static, K: 'static, F>(at: At<Driver, A>, odd: F) -> (Merged, Outcome)
where
    F: Closure<K>,
    F::Out: Reply<A>,
{
    let mut plan = answering([Accept]);
    plan.on(at, odd).named("odd");
    plan.on(Driver::ON_UPDATE, || Accept);
    ask(&mut plan, 2)
}

#[test]
fn a_stop_or_an_interrupt_wins_over_any_answer() {
    let (answers, outcome) = among_accepting(Driver::ON_UPDATE, || Flow::stop("enough"));
    assert!(answers.is_empty());
    assert_eq!(outcome.stopped().unwrap().origin().callback(), Some("odd"));
    let (answers, outcome) = among_accepting(Driver::ON_UPDATE, || Flow::interrupt("SIGINT"));
    assert!(answers.is_empty());
    assert!(outcome.interrupted().is_some());
}

#[test]
fn a_stop_before_does_not_ask_at_all() {
    let (answers, outcome) = among_accepting(Driver::BEGIN, || Flow::stop("enough"));
    assert!(answers.is_empty());
    assert!(outcome.stopped().is_some());
}

#[test]
fn a_handler_may_answer_a_result_of_an_answer_or_of_a_flow() {
    let (answers, _) = among_accepting(Driver::ON_UPDATE, || Ok::<_, String>(reject("odd")));
    assert_eq!(answers, [Some(reject("odd")), Some(reject("odd"))]);
    let (answers, _) = among_accepting(Driver::ON_UPDATE, || Ok::<_, String>(Flow::Continue));
    assert_eq!(answers, [Some(Accept), Some(Accept)]);
}

#[test]
fn an_error_in_place_of_an_answer_fails_the_run() {
    let (answers, outcome) = among_accepting(Driver::ON_UPDATE, || Err::<Verdict, _>("no idea"));
    assert!(answers.is_empty());
    let failure = outcome.failed().unwrap();
    assert_eq!(failure.cause().to_string(), "no idea");
    assert_eq!(failure.origin().callback(), Some("odd"));
}

#[test]
fn a_rule_that_panics_fails_the_run_at_the_handler_whose_answer_it_merged() {
    let mut plan = answering([Accept, reject("no")]);
    plan.on(Driver::ON_UPDATE, || Sulk).named("sulky");
    for _ in 0..2 {
        let (answers, outcome) = ask(&mut plan, 1);
        assert!(answers.is_empty());
        assert_eq!(outcome.failed().unwrap().origin().callback(), Some("sulky"));
    }
}

#[test]
fn no_answer_of_a_firing_or_a_run_is_left_for_the_next() {
    let mut plan = Plan::<Driver>::new();
    let mut votes_seen = 0;
    plan.on(Driver::BEGIN, move |votes: Option<&Answers<Verdict>>| {
        votes_seen += votes.map_or(0, |votes| votes.each().len());
        assert_eq!(votes_seen, 0);
    });
    let mut first = true;
    plan.on(Driver::ON_UPDATE, move || {
        if std::mem::take(&mut first) {
            Ok(reject("once"))
        } else {
            Err("abstains")
        }
    });
    assert_eq!(ask(&mut plan, 1).0, [Some(reject("once"))]);
    let (answers, outcome) = ask(&mut plan, 1);
    assert!(answers.is_empty());
    assert_eq!(outcome.failed().unwrap().cause().to_string(), "abstains");
}

#[test]
fn an_engine_asks_through_its_guard() {
    let mut guard: Guard<Driver> = answering([Accept, reject("no")])
        .start(State::new())
        .unwrap();
    guard.begin(Driver::RUN).unwrap();
    for _ in 0..2 {
        assert_eq!(guard.ask(Driver::ON_UPDATE).unwrap(), Some(reject("no")));
    }
    assert!(guard.finish().2.is_finished());
}
