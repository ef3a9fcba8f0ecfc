//! Counters are user code. Whatever a counter answers, a handler runs when its period is due at that answer, whether or not the list has
//! a gate; and nothing absent is read.

use callbacks::prelude::*;
use callbacks::{Count, Counter, Due};
use proptest::collection::vec;
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a counter answers.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// Its own number, by reference.
    Own,
    /// A number that is not part of it.
    Elsewhere(u8),
    Computed(u64),
    /// A real number that is not part of it.
    Real(u8),
    Panics,
}

/// Numbers that counters refer to.
static NUMBERS: [u64; 256] = {
    let mut numbers = [0; 256];
    let mut at = 0;
    while at < 256 {
        numbers[at] = at as u64;
        at += 1;
    }
    numbers
};
static REALS: [f64; 8] = [
    0.0,
    3.0,
    f64::NAN,
    -1.0,
    f64::INFINITY,
    7.5,
    -0.0,
    f64::NEG_INFINITY,
];

thread_local! {
    static ANSWER: Cell<Answer> = const { Cell::new(Answer::Own) };
}

/// A whole number, and nothing else.
struct Lie(u64);

impl Counter for Lie {
    fn count(&self) -> Count<'_> {
        match ANSWER.get() {
            Answer::Own => Count::Whole(&self.0),
            Answer::Elsewhere(at) => Count::Whole(&NUMBERS[usize::from(at)]),
            Answer::Computed(number) => Count::Computed(number),
            Answer::Real(at) => Count::Real(&REALS[usize::from(at) % REALS.len()]),
            Answer::Panics => std::panic::resume_unwind(Box::new("cannot count")),
        }
    }
}

/// The same for a real number.
struct RealLie(f64);

impl Counter for RealLie {
    fn count(&self) -> Count<'_> {
        match ANSWER.get() {
            Answer::Own => Count::Real(&self.0),
            Answer::Elsewhere(at) | Answer::Real(at) => {
                Count::Real(&REALS[usize::from(at) % REALS.len()])
            }
            Answer::Computed(number) => Count::Computed(number),
            Answer::Panics => std::panic::resume_unwind(Box::new("cannot count")),
        }
    }
}

breakpoints! {
    loop Walk with Lie as steps by hand, RealLie as time by hand, u64 as samples by hand {
        scope RUN { on_run_begin; on_step; on_run_end; }
    }
}

/// One visit: what the counter holds, and what it answers when it is asked.
#[derive(Clone, Copy, Debug)]
struct Visit {
    whole: u64,
    real: f64,
    answer: Answer,
}

fn answers() -> impl Strategy<Value = Answer> {
    prop_oneof![
        6 => Just(Answer::Own),
        2 => (0..40_u8).prop_map(Answer::Elsewhere),
        2 => (0..40_u64).prop_map(Answer::Computed),
        1 => any::<u8>().prop_map(Answer::Real),
    ]
}

/// Numbers that mostly grow, and sometimes go back or to an end of what there is.
fn visits(answers: impl Strategy<Value = Answer>) -> impl Strategy<Value = Vec<Visit>> {
    let step = prop_oneof![
        12 => (0..5_i64).prop_map(Some),
        2 => (-20..0_i64).prop_map(Some),
        1 => Just(None),
    ];
    vec((step, answers), 0..40).prop_map(|steps| {
        let mut whole = 0_u64;
        let visit = |(step, answer): (Option<i64>, Answer)| {
            whole = match step {
                Some(by) => whole.saturating_add_signed(by),
                None if whole > u64::MAX / 2 => 0,
                None => u64::MAX - 9,
            };
            let real = real_of(whole);
            Visit {
                whole,
                real,
                answer,
            }
        };
        steps.into_iter().map(visit).collect()
    })
}

/// A real number for each whole one, among them what is no number.
#[expect(clippy::cast_precision_loss, reason = "any number will do")]
fn real_of(whole: u64) -> f64 {
    match whole % 11 {
        9 => f64::NAN,
        10 => -1.0,
        _ => whole as f64 / 2.0,
    }
}

/// Whether the list can have a gate: one whose handlers wait for different counters has none.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gate {
    Allowed,
    Prevented,
}

/// Which visits some handlers ran at, and how the run ended.
#[derive(Debug, PartialEq)]
struct Ran {
    at: Vec<(usize, u64)>,
    failed: Option<String>,
}

type Periods = Vec<(u64, u64, bool)>;

fn period(steps: bool, (every, offset, first): (u64, u64, bool)) -> Period {
    let period = if steps {
        Period::steps(every).offset(offset)
    } else {
        #[expect(clippy::cast_precision_loss, reason = "below ten")]
        Period::time(every as f64 / 2.0)
    };
    if first { period.first() } else { period }
}

/// Runs handlers with these periods over the visits.
fn run(visits: &[Visit], periods: &Periods, steps: bool, gate: Gate, constant: bool) -> Ran {
    let ran = Rc::new(RefCell::new(Vec::new()));
    let visited = Rc::new(Cell::new(0));
    let mut plan = Plan::<Walk>::new();
    for (nth, one) in periods.iter().enumerate() {
        let (ran, visited) = (Rc::clone(&ran), Rc::clone(&visited));
        let note = move || ran.borrow_mut().push((nth, visited.get()));
        plan.on(Walk::on_step, note).every(period(steps, *one));
    }
    if constant {
        plan.on(Walk::on_step, || {});
    }
    if gate == Gate::Prevented {
        plan.on(Walk::on_step, || {})
            .every(Period::samples(u64::MAX));
    }
    let mut state = State::new();
    state.insert(Lie(0));
    state.insert(RealLie(0.0));
    state.insert(0_u64);
    ANSWER.set(Answer::Own);
    let outcome = plan.run(&mut state, |run| {
        for visit in visits {
            ANSWER.set(visit.answer);
            visited.set(visited.get() + 1);
            run.state().insert(Lie(visit.whole));
            run.state().insert(RealLie(visit.real));
            run.fire(Walk::on_step)?;
        }
        Ok(())
    });
    ANSWER.set(Answer::Own);
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    let failed = outcome.failed().map(ToString::to_string);
    let at = ran.take();
    Ran { at, failed }
}

fn periods() -> impl Strategy<Value = Periods> {
    vec((1..9_u64, 0..4_u64, any::<bool>()), 1..4)
}

/// Runs the same with and without a gate.
fn assert_same(
    visits: &[Visit],
    periods: &Periods,
    steps: bool,
    constant: bool,
) -> Result<(), TestCaseError> {
    let gated = run(visits, periods, steps, Gate::Allowed, constant);
    let free = run(visits, periods, steps, Gate::Prevented, constant);
    prop_assert_eq!(gated, free, "with a gate and without one");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn a_gate_changes_nothing_of_counters_that_tell_the_truth(
        visits in visits(Just(Answer::Own)),
        periods in periods(),
        steps in any::<bool>(),
        constant in any::<bool>(),
    ) {
        assert_same(&visits, &periods, steps, constant)?;
    }

    #[test]
    fn a_gate_changes_nothing_of_counters_that_refer_elsewhere(
        visits in visits(answers()),
        periods in periods(),
        steps in any::<bool>(),
        constant in any::<bool>(),
    ) {
        assert_same(&visits, &periods, steps, constant)?;
    }

    #[test]
    fn a_gate_changes_nothing_of_counters_that_panic(
        visits in visits(prop_oneof![9 => Just(Answer::Own), 1 => Just(Answer::Panics)]),
        periods in periods(),
        steps in any::<bool>(),
        constant in any::<bool>(),
    ) {
        let gated = run(&visits, &periods, steps, Gate::Allowed, constant);
        let free = run(&visits, &periods, steps, Gate::Prevented, constant);
        // If nothing asks the counter, its panic may stay unseen; up to there both are the same.
        let common = gated.at.len().min(free.at.len());
        prop_assert_eq!(&gated.at[..common], &free.at[..common]);
        prop_assert!(gated.at.len() >= free.at.len());
        let panicked = visits.iter().any(|visit| matches!(visit.answer, Answer::Panics));
        prop_assert!(panicked || gated.failed.is_none());
    }
}

/// A counter that answers something else each time it is asked.
struct Fickle(u64);

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

impl Counter for Fickle {
    fn count(&self) -> Count<'_> {
        let asked = ASKED.get();
        ASKED.set(asked + 1);
        match asked % 5 {
            0 | 3 => Count::Whole(&self.0),
            1 => Count::Computed(asked),
            2 => Count::Whole(&NUMBERS[usize::try_from(asked % 256).unwrap_or_default()]),
            _ => Count::Real(&REALS[2]),
        }
    }
}

/// As large as a number, of which some bytes are padding.
#[derive(Clone, Copy)]
#[expect(dead_code, reason = "what it holds is never looked at")]
enum Padded {
    Small(u8),
    Large(u32),
}

impl Counter for Padded {
    fn count(&self) -> Count<'_> {
        match self {
            Self::Small(_) => Count::Whole(&NUMBERS[2]),
            Self::Large(_) => Count::Whole(&NUMBERS[4]),
        }
    }
}

/// A number behind another one, and some padding.
#[derive(Clone, Copy)]
enum Tagged {
    Whole(u64),
    Short(u8),
}

impl Counter for Tagged {
    fn count(&self) -> Count<'_> {
        match self {
            Self::Whole(number) => Count::Whole(number),
            Self::Short(number) => Count::Computed((*number).into()),
        }
    }
}

/// A counter without a size.
struct Nothing;

impl Counter for Nothing {
    fn count(&self) -> Count<'_> {
        Count::Whole(&NUMBERS[6])
    }
}

breakpoints! {
    loop Odd with Fickle as steps by hand, Padded as epochs by hand, Tagged as samples by hand, Nothing as micro_steps by hand {
        scope RUN { on_run_begin; on_step; on_other; on_run_end; }
    }
}

/// Runs a plan over eight visits, at which the counters stand as `at` says.
fn run_odd(plan: &mut Plan<Odd>, at: impl Fn(&mut Ctx<'_>, u8)) -> Outcome {
    let mut state = State::new();
    at(&mut state.ctx(), 0);
    let outcome = plan.run(&mut state, |run| {
        for visit in 1..=8 {
            at(&mut run.state(), visit);
            run.fire(Odd::on_step)?;
            run.fire(Odd::on_other)?;
        }
        run.last_call()
    });
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

fn all_counters(ctx: &mut Ctx<'_>, visit: u8) {
    ctx.insert(Fickle(visit.into()));
    ctx.insert(if visit.is_multiple_of(2) {
        Padded::Small(visit)
    } else {
        Padded::Large(7)
    });
    ctx.insert(if visit.is_multiple_of(3) {
        Tagged::Short(visit)
    } else {
        Tagged::Whole(visit.into())
    });
    ctx.insert(Nothing);
}

#[test]
fn counters_of_every_shape_are_asked_and_nothing_else_is_read() {
    let periods = [
        Period::steps(2),
        Period::epochs(2).first(),
        Period::samples(2).last(),
        Period::micro_steps(3),
    ];
    for one in &periods {
        let mut plan = Plan::<Odd>::new();
        plan.on(Odd::on_step, |_: &Due| {}).every(one.clone());
        plan.on(Odd::on_other, || {}).every(one.clone());
        plan.on(Odd::on_other, || {});
        let outcome = run_odd(&mut plan, all_counters);
        assert!(outcome.is_finished(), "{outcome}");
    }
}

#[test]
fn a_counter_with_padding_runs_its_handler_at_what_it_answers() {
    let mut plan = Plan::<Odd>::new();
    let ran = Rc::new(Cell::new(0));
    let count = Rc::clone(&ran);
    plan.on(Odd::on_step, move || count.set(count.get() + 1))
        .every(Period::samples(2));
    let outcome = run_odd(&mut plan, all_counters);
    assert!(outcome.is_finished(), "{outcome}");
    // At 2, 4, 6 and 8: the number itself, or what is computed.
    assert_eq!(ran.get(), 4);
}

#[test]
fn a_counter_that_is_removed_and_put_back_is_followed() {
    let mut plan = Plan::<Odd>::new();
    let ran = Rc::new(Cell::new(0));
    let count = Rc::clone(&ran);
    plan.on(Odd::on_step, move || count.set(count.get() + 1))
        .every(Period::samples(4));
    let outcome = run_odd(&mut plan, |ctx, visit| {
        all_counters(ctx, visit);
        if visit == 3 || visit == 4 {
            let _ = ctx.remove::<Tagged>();
        }
    });
    assert!(outcome.is_finished(), "{outcome}");
    // At 5, as the mark at 4 has been crossed by then, and at 8.
    assert_eq!(ran.get(), 2);
}
