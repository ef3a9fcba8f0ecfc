//! P11: invalid periods are problems: a period for no handler, invalid words, and a change of what only the run changes.

use callbacks::prelude::*;
use callbacks::{Count, Counter, Problem, ProblemKind};

breakpoints! {
    loop Walk with u64 as steps by hand {
        scope RUN { on_run_begin; scope STEP { before_step; on_step; after_step; } on_run_end; }
    }
}

breakpoints! {
    loop Other { scope ROUND { before_round; after_round; } }
}

/// The problems of the plan, each with its kind.
fn problems(plan: &mut Plan<Walk>) -> Vec<Problem> {
    let mut state = State::new();
    state.insert(0_u64);
    plan.check(&state)
        .err()
        .map_or_else(Vec::new, |error| error.problems().to_vec())
}

/// The only problem of the plan; it is a setting.
fn only_setting(plan: &mut Plan<Walk>) -> String {
    let problems = problems(plan);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].kind(), ProblemKind::Setting);
    problems[0].to_string()
}

#[test]
fn a_period_for_the_inside_needs_a_callback_with_handlers_there() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_run_begin, || {}).every(Period::steps(3));
    let text = only_setting(&mut plan);
    assert!(text.contains("every_at(Walk::on_run_begin, …)"), "{text}");

    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_exit, || {}).every(Period::steps(3));
    let text = only_setting(&mut plan);
    assert!(text.contains("leave `every` out"), "{text}");
    assert!(!text.contains("every_at"), "{text}");
}

#[test]
fn a_period_for_a_breakpoint_needs_a_callback_with_a_handler_there() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, || {})
        .every_at(Walk::after_step, Period::steps(3));
    let text = only_setting(&mut plan);
    assert!(text.contains("every_at(Walk::after_step, …)"), "{text}");
    assert!(text.contains("name where it has one, on_step"), "{text}");
}

#[test]
fn a_period_is_declared_at_a_breakpoint_of_this_loop() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, || {})
        .every_at(Other::after_round, Period::steps(3));
    let text = only_setting(&mut plan);
    for expected in ["Other::after_round", "plan of Walk", "on_step"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn where_a_period_is_declared_is_reported() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_run_end, || {}).every(Period::steps(3));
    let line = line!() - 1;
    let text = only_setting(&mut plan);
    assert!(text.contains(&format!("{}:{line}", file!())), "{text}");
}

#[test]
fn what_a_period_says_is_looked_at_where_it_is_for_no_handler() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_run_end, || {}).every(Period::steps(0));
    let problems = problems(&mut plan);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("`steps = 0`")));
}

#[test]
fn the_last_setting_replaces_those_before() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, || {})
        .every(Period::steps(2))
        .every_at(Walk::on_step, Period::steps(3));
    plan.on(Walk::on_run_end, || {})
        .every_at(Walk::on_run_end, Period::steps(3));
    assert!(problems(&mut plan).is_empty());
}

#[test]
fn a_handler_that_cannot_be_bound_is_reported_once() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, |_: &u64, _: &mut u64| {})
        .every(Period::steps(3));
    let kinds: Vec<_> = problems(&mut plan).iter().map(Problem::kind).collect();
    assert_eq!(kinds, [ProblemKind::Clash]);
}

#[test]
fn what_only_the_run_changes_is_not_asked_for_to_be_changed() {
    let mut plan = Plan::<Walk>::new();
    plan.on(Walk::on_step, |_: &mut Due| {})
        .every(Period::steps(3));
    plan.on(Walk::after_step, |_: Option<&mut Breakpoint>| {});
    plan.on(Walk::before_step, |_: &Due, _: &Breakpoint| {})
        .every(Period::steps(3));
    let problems = problems(&mut plan);
    let message = problems
        .iter()
        .map(|problem| (problem.kind(), problem.state()));
    let read_only = ProblemKind::ReadOnly;
    let expected = [(read_only, Some("Due")), (read_only, Some("Breakpoint"))];
    assert_eq!(message.collect::<Vec<_>>(), expected);
    let text = problems[0].to_string();
    assert!(
        text.contains("only the run changes; ask for `&Due`"),
        "{text}"
    );
}

/// Counts something; which, its number says.
struct Whole<const N: u8>(u64);

impl<const N: u8> Counter for Whole<N> {
    fn count(&self) -> Count<'_> {
        Count::Whole(&self.0)
    }
}

struct Clock(f64);

impl Counter for Clock {
    fn count(&self) -> Count<'_> {
        Count::Real(&self.0)
    }
}

breakpoints! {
    loop Counted with Whole<0> as epochs by hand, Whole<1> as steps by hand, Whole<2> as micro_steps by hand, Whole<3> as samples by hand, Clock as time by hand {
        scope STEP { before_step; after_step; }
    }
}

/// The period of a handler with these words in its attribute; and the same words as text.
macro_rules! in_both {
    ($($words:tt)*) => {{
        struct Save;

        #[callback(Counted, register = false)]
        impl Save {
            #[every($($words)*)]
            fn after_step(&self) {}
        }

        let mut plan = Plan::<Counted>::new();
        plan.add(Save);
        let explanation = plan.explain(&State::new()).unwrap();
        let period = explanation.rows(Counted::after_step)[0].period().map(str::to_owned);
        (period, stringify!($($words)*))
    }};
}

#[test]
fn the_words_of_the_attribute_are_those_of_the_text() {
    let cases = [
        in_both!(steps = 10, first, last),
        in_both!(steps = 1_000, offset = 3, until = 5_000),
        in_both!(first),
        in_both!(once(steps = 500, micro_steps = 7)),
        in_both!(once(samples = 500, time = 1)),
        in_both!(once(samples = 500, time = 0.5,), seconds = 2, last,),
        in_both!(once(epochs = 2), steps = 10, offset = 3),
        in_both!(steps = 10, once(steps = 5), epochs = 1),
    ];
    for (of_attribute, words) in cases {
        let of_text = words.parse::<Period>().map(|period| period.to_string());
        assert_eq!(of_text.ok(), of_attribute, "{words}");
    }
}

#[test]
fn words_that_are_no_period_say_what_to_write() {
    let cases = [
        ("once()", "`once(steps = 500)`"),
        ("once(first)", "write `first` beside it"),
        ("once(steps = 5, steps = 6)", "`steps` is there twice"),
        ("once(steps = 5", "`)` is missing before the end"),
        ("once(steps = 5 time = 1)", "`)` is missing before `time`"),
        ("once(steps = 5), offset = 3", "`offset"),
        ("steps = 1, epochs = 1, offset = 3", "together"),
        ("steps = 18446744073709551616", "is too large"),
        ("every 1e30 samples", "is too large"),
        ("steps = 10, offset = 1e30", "beyond what can be counted"),
        ("steps = -1", "above 0"),
        ("steps = 0.5", "write `steps = 1`"),
    ];
    for (words, expected) in cases {
        let error = words.parse::<Period>().unwrap_err().to_string();
        assert!(error.contains(expected), "{words}: {expected} in {error}");
    }
}
