//! A callback provides state: it exists from `enter` on, once, and a handler that runs too early is a problem before the run.
#![allow(
    clippy::needless_pass_by_value,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
}

use callbacks::{
    Availability, Callback, CallbackInfo, Handlers, Local, Loop, Outcome, Plan, Problem,
    ProblemKind, State,
};
use std::panic::panic_any;
use support::journal::Journal;
use support::relax::{Relax, relax};

/// The state that is provided.
#[derive(Debug, PartialEq)]
struct Record(Vec<u32>);

/// Provides a record that begins with a number of its own, which its `enter` finds.
struct Recorder {
    first: u32,
    weight: f64,
}

impl Recorder {
    fn of(first: u32) -> Self {
        Self { first, weight: 0.0 }
    }

    fn make(&self) -> Record {
        Record(vec![self.first])
    }

    fn enter(&self, record: &mut Record) {
        record.0.push(0);
    }

    fn count(&self, record: &mut Record) {
        record.0.push(1);
    }
}

impl Callback<Relax> for Recorder {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().weight(self.weight)
    }

    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_enter(Self::enter);
        h.provides(Self::make);
        h.on(Relax::ON_FORCE, Self::count);
    }
}

/// Provides a record so many times.
struct Saying {
    times: usize,
}

impl Saying {
    fn make(&self) -> Record {
        Record(Vec::new())
    }
}

impl Callback<Relax> for Saying {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        for _ in 0..self.times {
            h.provides(Self::make);
        }
    }
}

/// Asks for the record when it is entered.
struct Early;

impl Early {
    fn enter(&self, _: &Record) {}
}

impl Callback<Relax> for Early {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_enter(Self::enter);
    }
}

fn run(plan: &mut Plan<Relax>, state: &mut State) -> Outcome {
    plan.run(state, |run| relax(run, 1)).unwrap()
}

fn problems(plan: &mut Plan<Relax>) -> Vec<Problem> {
    let error = plan.check(&State::new()).unwrap_err();
    error.problems().to_vec()
}

/// The one problem of a plan.
fn problem(plan: &mut Plan<Relax>) -> Problem {
    let [problem] = problems(plan).try_into().unwrap();
    problem
}

#[test]
fn provided_state_is_there_for_every_callback_and_first_for_its_provider() {
    let mut plan = Plan::new();
    plan.on(Relax::RUN_BEGIN, |record: &mut Record| record.0.push(7));
    plan.add(Recorder::of(5));
    let mut state = State::new();
    assert!(run(&mut plan, &mut state).is_finished());
    assert_eq!(state.get(), Some(&Record(vec![5, 0, 7, 1])));
}

#[test]
fn it_stays_after_the_run_and_the_next_run_goes_on_with_it() {
    let mut plan = Plan::new();
    plan.add(Recorder::of(5));
    let mut state = State::new();
    run(&mut plan, &mut state).ok().unwrap();
    run(&mut plan, &mut state).ok().unwrap();
    assert_eq!(state.get(), Some(&Record(vec![5, 0, 1, 0, 1])));
}

#[test]
fn one_that_is_there_already_is_used() {
    let mut plan = Plan::new();
    plan.add(Recorder::of(5));
    let mut state = State::new();
    state.insert(Record(vec![9]));
    run(&mut plan, &mut state).ok().unwrap();
    assert_eq!(state.get(), Some(&Record(vec![9, 0, 1])));
}

#[test]
fn a_guard_provides_it_too() {
    let mut plan = Plan::new();
    plan.add(Recorder::of(5));
    let (_, state, _) = plan.start(State::new()).unwrap().finish();
    assert_eq!(state.get(), Some(&Record(vec![5, 0])));
}

#[test]
fn two_callbacks_that_provide_one_type_are_a_problem_that_names_both() {
    let mut plan = Plan::new();
    plan.add(Recorder::of(1)).named("first");
    plan.add(Recorder::of(2)).named("second");
    let problem = problem(&mut plan);
    assert_eq!(problem.kind(), ProblemKind::TwoProviders);
    assert_eq!(problem.callback(), "second");
    assert_eq!(problem.state(), Some("Record"));
    let text = problem.to_string();
    assert!(
        text.contains("and so does first (attached at tests/provides.rs:"),
        "{text}"
    );
}

#[test]
fn of_two_providers_of_different_types_the_problem_says_where_each_says_so() {
    let mut plan = Plan::new();
    plan.add(Recorder::of(1));
    plan.add(Saying { times: 1 });
    let problem = problem(&mut plan);
    assert_eq!(problem.callback(), "Saying");
    let text = problem.to_string();
    assert!(
        text.contains("so does Recorder (tests/provides.rs:"),
        "{text}"
    );
}

#[test]
fn saying_it_twice_is_a_problem_too() {
    let mut plan = Plan::new();
    plan.add(Saying { times: 2 });
    let problem = problem(&mut plan);
    assert_eq!(problem.kind(), ProblemKind::TwoProviders);
    assert!(problem.to_string().ends_with("say it once"), "{problem}");
}

#[test]
fn a_callback_and_the_loop_that_provide_one_type_are_a_problem_that_names_both() {
    let mut plan = Plan::new();
    plan.add(Recorder::of(1));
    plan.expect(|states: &mut Availability<Relax>| states.within::<Record>(Relax::STEP));
    let problem = problem(&mut plan);
    assert_eq!(problem.kind(), ProblemKind::TwoProviders);
    assert_eq!(problem.callback(), "Recorder");
    let text = problem.to_string();
    assert!(
        text.contains("the loop Relax (tests/provides.rs:"),
        "{text}"
    );
}

#[test]
fn asking_for_state_on_enter_before_its_provider_names_the_provider() {
    let mut plan = Plan::new();
    plan.add(Early);
    plan.add(Recorder::of(1));
    let problem = problem(&mut plan);
    assert_eq!(problem.kind(), ProblemKind::NotHere);
    assert_eq!(
        (problem.callback(), problem.breakpoint()),
        ("Early", Some("on_enter"))
    );
    let text = problem.to_string();
    assert!(text.contains("Recorder (tests/provides.rs:"), "{text}");
    assert!(text.contains("write `after(Recorder)`"), "{text}");
}

#[test]
fn a_callback_that_is_entered_after_the_provider_may_ask_for_it() {
    let mut plan = Plan::new();
    plan.add(Early);
    plan.add(Recorder {
        first: 1,
        weight: -1.0,
    });
    assert!(run(&mut plan, &mut State::new()).is_finished());
}

#[test]
fn optional_state_may_be_asked_for_at_any_time() {
    struct Modest;

    impl Modest {
        fn enter(&self, record: Option<&Record>, journal: Local<'_, Journal>) {
            journal.note(format!("{record:?}"));
        }
    }

    impl Callback<Relax> for Modest {
        fn handlers(&self, h: &mut Handlers<Relax, Self>) {
            h.on_enter(Self::enter);
        }
    }

    let journal = Journal::default();
    let mut state = State::new();
    state.insert(journal.clone());
    let mut plan = Plan::new();
    plan.add(Modest);
    plan.add(Recorder::of(1));
    run(&mut plan, &mut state).ok().unwrap();
    assert_eq!(journal.take(), ["None"]);
}

#[test]
fn without_its_provider_it_is_missing() {
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, |_: &Record| {});
    assert_eq!(problem(&mut plan).kind(), ProblemKind::Missing);
    plan.add(Recorder::of(1));
    assert!(plan.check(&State::new()).is_ok());
    assert!(plan.remove::<Recorder>().is_some());
    assert_eq!(problem(&mut plan).kind(), ProblemKind::Missing);
}

#[test]
fn another_type_of_that_name_is_reported_with_its_provider() {
    mod other {
        #[derive(Default)]
        pub(super) struct Record;
    }
    let mut plan = Plan::new();
    plan.add(Recorder::of(1));
    plan.on(Relax::ON_FORCE, |_: &other::Record| {});
    let text = problem(&mut plan).to_string();
    assert!(
        text.contains("Recorder provides another type of that name"),
        "{text}"
    );
}

/// Notes when it is entered, told of a failure and exited; provides state that it cannot make.
struct Broken(Journal);

struct Never;

impl Broken {
    fn make(&self) -> Never {
        panic_any("no space")
    }

    fn enter(&self) {
        self.0.note("Broken enters");
    }

    fn exit(&self) {
        self.0.note("Broken exits");
    }
}

impl Callback<Relax> for Broken {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.provides(Self::make);
        h.on_enter(Self::enter);
        h.on_exit(Self::exit);
    }
}

/// Notes when it is entered and exited.
struct Sound(Journal);

impl Sound {
    fn enter(&self) {
        self.0.note("Sound enters");
    }

    fn exit(&self) {
        self.0.note("Sound exits");
    }
}

impl Callback<Relax> for Sound {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_enter(Self::enter);
        h.on_exit(Self::exit);
    }
}

#[test]
fn a_panic_while_it_is_made_is_the_failure_of_the_run() {
    let journal = Journal::default();
    let mut plan = Plan::new();
    plan.add_local(Sound(journal.clone()));
    plan.add_local(Broken(journal.clone()));
    plan.add_local(Sound(journal.clone()));
    let outcome = run(&mut plan, &mut State::new());
    let failure = outcome.failed().unwrap();
    assert_eq!(failure.origin().callback(), Some("Broken"));
    assert_eq!(failure.cause().to_string(), "panicked: no space");
    assert_eq!(journal.take(), ["Sound enters", "Sound exits"]);
}

/// A wrapper that keeps what it wraps to itself.
struct Wrapper<C>(C);

impl<L: Loop, C: Callback<L>> Callback<L> for Wrapper<C> {
    fn info(&self) -> CallbackInfo {
        self.0.info().group::<C>()
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.forward(&self.0, |wrapper| &mut wrapper.0);
    }
}

#[test]
fn a_wrapper_provides_what_it_wraps_provides() {
    let mut plan = Plan::new();
    plan.add(Wrapper(Wrapper(Recorder::of(5))));
    let mut state = State::new();
    run(&mut plan, &mut state).ok().unwrap();
    assert_eq!(state.get(), Some(&Record(vec![5, 0, 1])));
}

#[test]
fn providing_is_no_access_that_handlers_are_blamed_for() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Recorder::of(5));
    let explanation = plan.explain(&State::new()).unwrap().to_string();
    assert!(!explanation.contains("everything"), "{explanation}");
}

#[test]
fn a_thousand_providers_of_one_type_are_a_report_of_one_screen() {
    let mut plan = Plan::new();
    for first in 0..1000 {
        plan.add(Recorder::of(first));
    }
    let error = plan.check(&State::new()).unwrap_err();
    assert_eq!(error.problems().len(), 999);
    assert_eq!(error.to_string().lines().count(), 1 + 2 * 20 + 1);
}

#[test]
fn a_run_that_is_left_at_once_has_it_too() {
    let mut plan = Plan::new();
    plan.add(Recorder::of(5));
    let mut state = State::new();
    let outcome = plan.run(&mut state, |_| Ok(())).unwrap();
    assert!(outcome.is_finished());
    assert_eq!(state.get(), Some(&Record(vec![5, 0])));
}
