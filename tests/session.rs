//! A loop that asks a session for its rounds runs the callbacks of a plan as the same loop in a closure does, whatever they do.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod action;
    pub(crate) mod journal;
}

use callbacks::fit::Epoch;
use callbacks::{
    BoxError, Break, Breakpoint, Callback, Flow, Handlers, Period, Plan, Record, Run, Scope,
    Session, State, breakpoints,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::action::Action;
use support::journal::Journal;

breakpoints! {
    /// Rounds of cells.
    pub loop Search with Epoch as epochs {
        scope RUN {
            before_run;
            scope ROUND counts Epoch {
                before_round;
                scope CELL {
                    before_cell;
                    on_cell;
                    after_cell;
                }
                after_round completes Epoch;
            }
            after_run;
        }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_error;
    }
}

/// The scopes that a handler leaves.
const SCOPES: [Scope<Search>; 3] = [Search::RUN, Search::ROUND, Search::CELL];

/// Notes every call, and acts at one of them.
struct Actor {
    journal: Journal,
    calls: usize,
    acts_at: usize,
    action: Action<Search>,
}

impl Actor {
    fn new(acts_at: usize, action: Action<Search>) -> (Self, Journal) {
        let journal = Journal::default();
        let actor = Self {
            journal: journal.clone(),
            calls: 0,
            acts_at,
            action,
        };
        (actor, journal)
    }

    fn act(&mut self, at: &Breakpoint, round: &Epoch, record: &Record) -> Result<Flow, BoxError> {
        let ending = if record.is_complete() { "" } else { " …" };
        self.journal
            .note(format!("{at} in round {round}: {record}{ending}"));
        self.calls += 1;
        if self.calls != self.acts_at {
            return Ok(Flow::Continue);
        }
        self.action.act()
    }
}

impl Callback<Search> for Actor {
    fn handlers(&self, h: &mut Handlers<Search, Self>) {
        h.on_all(Self::act);
    }
}

/// Notes each third round, and the last one.
struct EachThird(Journal);

impl Callback<Search> for EachThird {
    fn handlers(&self, h: &mut Handlers<Search, Self>) {
        h.on(Search::after_round, |this: &Self, round: &Epoch| {
            this.0.note(format!("due in round {round}"));
        })
        .every(Period::epochs(3).last());
    }
}

fn plan(actor: Actor) -> Plan<Search> {
    let mut plan = Plan::new();
    let due = actor.journal.clone();
    plan.add_local(actor);
    plan.add_local(EachThird(due));
    plan
}

/// Five rounds of two cells each, in a closure.
fn search(run: &mut Run<'_, Search>) -> Result<(), Break> {
    run.scope(Search::RUN, |run| {
        for round in 0..5 {
            run.scope(Search::ROUND, |run| {
                for _ in 0..2 {
                    run.scope(Search::CELL, |run| run.fire(Search::on_cell))?;
                }
                if let Some(record) = run.state().get_mut::<Record>() {
                    record.set("round", round);
                }
                Ok(())
            })?;
        }
        run.last_call()
    })?;
    Ok(())
}

/// The same as two `for` loops.
fn search_in(session: &Session<'_, Search>) {
    for round in session.each(Search::ROUND, 0..5) {
        for _ in session.each(Search::CELL, 0..2) {
            let _ = session.fire(Search::on_cell);
        }
        if !session.is_interrupted() {
            session.log("round", round);
        }
    }
}

#[test]
fn a_session_calls_what_a_closure_calls_whatever_the_callbacks_do_and_where() {
    let trace = |acts_at, action| {
        let (actor, journal) = Actor::new(acts_at, action);
        let outcome = plan(actor).run(&mut State::new(), search).unwrap();
        (journal.take(), outcome.to_string())
    };
    let session_trace = |acts_at, action| {
        let (actor, journal) = Actor::new(acts_at, action);
        let session = plan(actor).session().within(Search::RUN).start().unwrap();
        search_in(&session);
        (session.finish().to_string(), journal.take())
    };
    let calls = trace(0, Action::Stop).0.len();
    assert!(calls > 40);
    for acts_at in 0..=calls {
        for action in Action::all(SCOPES) {
            let (expected, outcome) = trace(acts_at, action);
            let (session_outcome, calls) = session_trace(acts_at, action);
            assert_eq!(calls, expected, "{action:?} at call {acts_at}");
            assert_eq!(session_outcome, outcome, "{action:?} at call {acts_at}");
        }
    }
}

#[test]
fn the_outermost_scope_begins_with_the_first_scope_inside_it_and_ends_with_the_session() {
    let (actor, journal) = Actor::new(0, Action::Stop);
    let session = plan(actor).session().start().unwrap();
    assert_eq!(journal.take(), <[String; 0]>::default());
    for _ in 0..2 {
        for _ in session.each(Search::ROUND, 0..1) {}
    }
    assert!(session.finish().is_finished());
    let names = journal.take();
    let names = names.iter().map(|call| call.split(' ').next().unwrap());
    let expected = ["before_run", "before_round", "after_round", "before_round"];
    assert!(names.take(4).eq(expected));
}

#[test]
fn an_error_that_leaves_the_function_interrupts_the_run() {
    fn fails(session: &Session<'_, Search>) -> Result<(), std::num::ParseIntError> {
        for text in session.each(Search::ROUND, ["1", "one"]) {
            text.parse::<u8>()?;
        }
        Ok(())
    }
    let (actor, journal) = Actor::new(0, Action::Stop);
    let session = plan(actor).session().start().unwrap();
    assert!(fails(&session).is_err());
    drop(session);
    let calls = journal.take();
    assert!(
        calls.iter().any(|call| call.starts_with("on_interrupt")),
        "{calls:?}"
    );
    assert!(calls.last().unwrap().starts_with("after_run"), "{calls:?}");
}

#[test]
fn a_panic_fails_the_run_and_fires_no_end() {
    let (actor, journal) = Actor::new(0, Action::Stop);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let session = plan(actor).session().start().unwrap();
        for round in session.each(Search::ROUND, 0..3) {
            assert!(round > 0, "an index out of bounds");
        }
        session.finish()
    }));
    assert!(caught.is_err());
    let calls = journal.take();
    let names: Vec<&str> = calls
        .iter()
        .map(|call| call.split(' ').next().unwrap())
        .collect();
    assert_eq!(names, ["before_run", "before_round", "on_error"]);
}

#[test]
fn a_session_that_is_used_while_a_panic_unwinds_is_a_session_like_any_other() {
    struct Report;
    impl Drop for Report {
        fn drop(&mut self) {
            let session = Plan::<Search>::new().session().start().unwrap();
            let rounds = session.each(Search::ROUND, 0..3).count();
            assert_eq!(rounds, 3);
            assert!(session.finish().is_finished());
        }
    }
    let caught = catch_unwind(|| {
        let _report = Report;
        panic!("an index out of bounds");
    });
    assert_eq!(
        caught.unwrap_err().downcast_ref(),
        Some(&"an index out of bounds")
    );
}

#[test]
fn scopes_that_are_opened_or_ended_in_a_wrong_order_fail_the_run() {
    let session = Plan::<Search>::new().session().start().unwrap();
    for _ in session.each(Search::ROUND, 0..1) {
        for _ in session.each(Search::CELL, 0..1) {
            assert!(session.each(Search::ROUND, 0..1).next().is_none());
        }
    }
    let outcome = session.finish().to_string();
    assert!(
        outcome.contains("opened the scope ROUND while CELL is open (tests/session.rs:"),
        "{outcome}"
    );

    let session = Plan::<Search>::new().session().start().unwrap();
    let (round, cell) = (session.open(Search::ROUND), session.open(Search::CELL));
    drop(round);
    drop(cell);
    let outcome = session.finish().to_string();
    assert!(
        outcome.contains("ended the scope ROUND before CELL"),
        "{outcome}"
    );
}

#[test]
fn a_scope_between_two_others_is_not_omitted() {
    let session = Plan::<Search>::new().session().start().unwrap();
    assert!(session.each(Search::CELL, 0..1).next().is_none());
    let outcome = session.finish().to_string();
    let expected = "opened the scope CELL directly inside of RUN (tests/session.rs:";
    assert!(outcome.contains(expected), "{outcome}");
}

#[test]
fn a_round_that_a_break_ends_before_its_last_value_is_cut_short() {
    for breaks_early in [false, true] {
        let journal = Journal::default();
        let seen = journal.clone();
        let mut plan = Plan::<Search>::new();
        plan.add_local(Rounds(seen));
        let session = plan.session().start().unwrap();
        for round in session.each(Search::ROUND, 0..5) {
            session.log("round", round);
            if round == 2 && breaks_early {
                break;
            }
            session.log("energy", 0.5);
            if round == 2 {
                break;
            }
        }
        assert!(session.finish().is_finished());
        let last = if breaks_early { "3: false" } else { "3: true" };
        assert_eq!(journal.take(), ["1: true", "2: true", last]);
    }
}

/// Notes whether the record of each round is complete.
struct Rounds(Journal);

impl Callback<Search> for Rounds {
    fn handlers(&self, h: &mut Handlers<Search, Self>) {
        h.on(Search::after_round, |this: &Self, record: &Record| {
            let round = record.round().number();
            this.0.note(format!("{round}: {}", record.is_complete()));
        });
    }
}

#[test]
fn every_item_of_a_lent_iterator_that_is_not_asked_for_is_left() {
    let mut items = 0..10;
    let mut plan = Plan::<Search>::new();
    plan.on(Search::after_round, |round: &Epoch| match round.get() {
        2 => Flow::stop("enough"),
        _ => Flow::Continue,
    });
    let session = plan.session().start().unwrap();
    for _ in session.each(Search::ROUND, &mut items) {}
    assert!(session.finish().stopped().is_some());
    assert_eq!(items, 2..10);
}
