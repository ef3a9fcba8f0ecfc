//! A guard that is kept in a thread-local ends with its thread: its callbacks exit, once, and all that it holds is dropped, however many
//! types of state the process has.

mod support {
    pub(crate) mod process;
    pub(crate) mod relax;
    pub(crate) mod reporting;
}

use callbacks::{Background, Callback, Ctx, Guard, Handlers, Outcome, Plan, State};
use std::cell::RefCell;
use support::process::{SaysWhenDropped, each_in_a_process, say};
use support::relax::Relax;
use support::reporting::{Reporting, drops_once};

thread_local! {
    static GUARD: RefCell<Option<Guard<Relax>>> = const { RefCell::new(None) };
    static STATE: RefCell<State> = RefCell::default();
}

/// One of many types.
struct Nth<const TEN: usize, const ONE: usize>([usize; 2]);

/// Puts values of 27 types into a state.
macro_rules! insert_each {
    ($state:ident, $ten:ident, $($one:literal)*) => {
        $($state.insert(Nth::<$ten, $one>([$ten, $one]));)*
    };
}

/// Calls a function for each of 27 numbers.
macro_rules! call_each {
    ($state:ident, $($ten:literal)*) => {
        $(insert_some::<$ten>($state);)*
    };
}

fn insert_some<const TEN: usize>(state: &mut State) {
    insert_each!(state, TEN, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26);
}

/// Puts values of 729 types into a state.
fn insert_all(state: &mut State) {
    call_each!(state, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26);
}

/// Says at its exit what it finds in the state.
struct Looks;

impl Callback<Relax> for Looks {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_exit(|_: &mut Self, ctx: Ctx<'_>| {
            let last = ctx.get::<Nth<26, 26>>().map(|nth| nth.0);
            let value = ctx.get::<SaysWhenDropped<1>>().map(SaysWhenDropped::name);
            let ending = ctx.get::<Outcome>().map(ToString::to_string);
            say(format!("{last:?} {value:?} {ending:?}"));
        });
    }
}

/// Lags behind the loop.
struct Lags(SaysWhenDropped<5>);

impl Callback<Relax> for Lags {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_background(Relax::BEFORE_STEP, |this: &mut Self, of: &Copied| {
            say(format!("{} writes {}", this.0.name(), of.0));
        });
        h.on_exit(|this: &mut Self| say(format!("{} exits", this.0.name())));
    }
}

/// State that can be kept for later.
#[derive(Clone)]
struct Copied(&'static str);

/// Begins a run that is kept in the thread-local, with a step that is open.
fn begin(case: &str) {
    let mut plan = Plan::new();
    plan.add(Reporting::<3>::new());
    plan.add(Looks);
    let lags = plan.add(Lags(SaysWhenDropped::new("callback 5")));
    if case.contains("in the background") {
        lags.background(Background::queue(4));
    } else {
        lags.in_loop();
    }
    plan.add(Reporting::<4>::new());
    plan.on(Relax::AFTER_STEP, |mut ctx: Ctx<'_>| {
        ctx.insert(SaysWhenDropped::<2>::new("value 2"));
        say("the step ends");
    });
    let mut state = State::new();
    state.insert(SaysWhenDropped::<1>::new("value 1"));
    state.insert(Copied("a line"));
    if case.starts_with("many types") {
        insert_all(&mut state);
    }
    let mut guard = plan.start(state).unwrap();
    guard.begin(Relax::RUN).unwrap();
    guard.begin(Relax::STEP).unwrap();
    GUARD.set(Some(guard));
}

const CASES: [&str; 6] = [
    "few types, used first, in the loop",
    "few types, used last, in the loop",
    "many types, used first, in the loop",
    "many types, used last, in the loop",
    "few types, used first, in the background",
    "many types, used first, in the background",
];

/// Thread-locals are dropped in the reverse order of their first use: one that is used first outlives those of this library.
fn use_first(case: &str) {
    if case.contains("used first") {
        GUARD.with(|_| ());
    } else {
        STATE.with_borrow_mut(|state| state.insert(0_u8));
    }
}

fn found(case: &str) -> String {
    let last = case.starts_with("many types").then_some([26, 26]);
    format!("{last:?} Some(\"value 1\") Some(\"finished\")")
}

fn ends_well(case: &str, ended: &support::process::Ended) {
    let dropped = [1, 2].map(|nth| format!("value {nth} is dropped"));
    let callbacks = [3, 4, 5].map(|nth| format!("callback {nth} is dropped"));
    let exits = [3, 4, 5].map(|nth| format!("callback {nth} exits"));
    let all = dropped.iter().chain(&callbacks).chain(&exits);
    let mut all: Vec<&str> = all.map(String::as_str).collect();
    let found = found(case);
    all.extend([&*found, "the step ends", "callback 5 writes a line"]);
    drops_once(ended, &all);
}

#[test]
fn a_guard_ends_with_its_thread() {
    each_in_a_process(
        &CASES,
        |case| {
            let case = case.to_owned();
            let thread = std::thread::spawn(move || {
                use_first(&case);
                begin(&case);
            });
            thread.join().unwrap();
        },
        ends_well,
    );
}

#[test]
fn a_guard_ends_with_its_process() {
    each_in_a_process(
        &CASES,
        |case| {
            use_first(case);
            begin(case);
            std::process::exit(0);
        },
        ends_well,
    );
}

/// Uses a state when the thread-local that it is in is dropped.
struct Late(State);

impl Drop for Late {
    fn drop(&mut self) {
        self.0.insert(SaysWhenDropped::<1>::new("value 1"));
        insert_all(&mut self.0);
        let mut plan = Plan::new();
        plan.on(
            Relax::ON_FORCE,
            |one: &mut SaysWhenDropped<1>, nth: &Nth<26, 26>| {
                say(format!("{} {:?}", one.name(), nth.0));
            },
        );
        let ran = plan.run(&mut self.0, |run| run.fire(Relax::ON_FORCE));
        say(ran.map_or_else(|error| error.to_string(), |it| it.to_string()));
    }
}

thread_local! {
    static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
}

#[test]
fn a_state_can_be_used_by_the_destructor_of_a_thread_local() {
    each_in_a_process(
        &["used first", "used last"],
        |case| {
            let first = case == "used first";
            let thread = std::thread::spawn(move || {
                let mut state = State::new();
                if !first {
                    state.insert(0_u8);
                }
                LATE.set(Some(Late(State::new())));
                state.insert(0_u16);
            });
            thread.join().unwrap();
        },
        |_, ended| {
            ended.assert_says(&["value 1 [26, 26]", "finished", "value 1 is dropped"]);
        },
    );
}
