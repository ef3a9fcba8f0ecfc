//! P12: a plan says what it does, before it does it.

mod support {
    pub(crate) mod named_lines;
}

use callbacks::OnFailure;
use callbacks::explain::{Row, Why};
use callbacks::fit::LearningRate;
use callbacks::prelude::*;
use support::named_lines::replace_line_numbers;

#[path = "../examples/explain.rs"]
#[allow(dead_code, reason = "its plan is looked at, it does not run")]
mod example;

#[derive(Default)]
struct Decay;

#[callback(weight = -10, register = false)]
impl Decay {
    fn on_epoch_begin(&self, rate: &mut LearningRate) {
        rate.set(rate.get() * 0.9);
    }
}

struct Log;

#[callback(weight = 10, register = false)]
impl Log {
    fn on_epoch_begin(&self, epoch: &Epoch) {
        println!("{epoch}");
    }

    fn on_batch_end(&self, iteration: &Iteration, loss: Option<&Loss>) {
        println!("{iteration} {}", loss.is_some());
    }

    fn on_epoch_end(&self, mut ctx: Ctx<'_>) {
        ctx.insert(1_u8);
    }
}

fn plan() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.add(Log);
    plan.add(Decay);
    plan.add(Log).weight(f64::INFINITY);
    plan
}

#[test]
fn an_explanation_tells_order_reason_access_and_place() {
    let explanation = plan().explain(&State::new()).expect("the plan is right");
    insta::assert_snapshot!(replace_line_numbers(
        &explanation.to_string(),
        "explain.rs",
        include_str!("explain.rs")
    ));
}

#[test]
fn nothing_has_run_by_then() {
    let mut plan = Plan::new();
    plan.on(Fit::on_enter, || -> () {
        unreachable!("a plan that is explained does not run")
    });
    plan.explain(&State::new()).expect("the plan is right");
}

#[test]
fn breakpoints_that_this_run_does_not_fire_are_noted() {
    let mut plan = plan();
    plan.expect(|states| states.silent_scope(Fit::VALID, "there is no validation data"));
    let explanation = plan.explain(&State::new()).expect("a note is no error");
    assert_eq!(explanation.notes(), plan.notes());
    let because = "can never run here: there is no validation data";
    assert_eq!(explanation.to_string().matches(because).count(), 2);
}

#[test]
fn a_table_fits_into_a_terminal() {
    let mut plan = plan();
    plan.on(
        Fit::on_epoch_end,
        |_: &Epoch,
         _: &Epochs,
         _: &Step,
         _: &callbacks::fit::SampleCount,
         _: &Iteration,
         _: &Phase,
         _: Option<&Loss>,
         _: &mut Record,
         _: &mut History,
         _: &mut LearningRate| {},
    )
    .named("a callback whose name goes on for longer than is good");
    let explanation = plan.explain(&State::new()).expect("the plan is right");
    let text = explanation.to_string();
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{text}");
    let row = &explanation.rows(Fit::on_epoch_end)[0];
    for access in row.reads().iter().chain(row.writes()) {
        assert!(text.contains(&access.to_string()), "{access} in {text}");
    }
}

#[test]
fn a_reason_is_given_against_the_handler_above() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, || {}).named("third");
    plan.on(Fit::on_epoch_end, || {})
        .named("second")
        .weight(-0.0);
    plan.on(Fit::on_epoch_end, || {})
        .named("first")
        .weight(-1.0);
    plan.on(Fit::on_fit_end, || {}).named("other");
    let explanation = plan.explain(&State::new()).expect("the plan is right");
    let why: Vec<_> = explanation
        .rows(Fit::on_epoch_end)
        .iter()
        .map(Row::why)
        .collect();
    assert_eq!(why, [&Why::Weight, &Why::Weight, &Why::Insertion]);
    assert_eq!(explanation.rows(Fit::on_fit_end)[0].why(), &Why::Alone);
}

#[test]
fn the_handlers_of_one_callback_stand_as_written() {
    struct Twice;
    impl Twice {
        fn note(&self) {}
    }
    impl Callback<Fit> for Twice {
        fn handlers(&self, h: &mut Handlers<Fit, Self>) {
            h.on(Fit::on_epoch_end, Self::note);
            h.on(Fit::on_epoch_end, Self::note);
        }
    }
    let mut plan = Plan::new();
    plan.add(Twice);
    let explanation = plan.explain(&State::new()).expect("the plan is right");
    let why: Vec<_> = explanation
        .rows(Fit::on_epoch_end)
        .iter()
        .map(Row::why)
        .collect();
    assert_eq!(why, [&Why::Alone, &Why::Written]);
}

#[test]
fn two_types_of_one_name_are_distinguished() {
    mod other {
        pub(crate) struct Loss;
    }
    let mut state = State::new();
    state.insert(other::Loss);
    let mut plan = Plan::<Fit>::new();
    plan.on(
        Fit::on_train_batch_end,
        |_: &Loss, _: &other::Loss, _: &Step| {},
    );
    let explanation = plan.explain(&state).expect("both are there");
    let reads = explanation.rows(Fit::on_train_batch_end)[0].reads();
    assert!(
        reads[0].state().ends_with("fit::loss::Loss"),
        "{}",
        reads[0]
    );
    assert!(reads[1].state().ends_with("other::Loss"), "{}", reads[1]);
    assert_eq!(reads[2], "Step");
}

#[test]
fn providers_of_state_are_shown_where_they_provide_it() {
    struct Tally;
    impl Tally {
        fn note(&self, _: &mut u64) {}
    }
    impl Callback<Fit> for Tally {
        fn handlers(&self, h: &mut Handlers<Fit, Self>) {
            h.provides(|_: &Self| 0_u64);
            h.on(Fit::on_epoch_end, Self::note);
        }
    }
    let mut plan = Plan::new();
    plan.add(Tally);
    let explanation = plan.explain(&State::new()).expect("the plan is right");
    assert_eq!(explanation.rows(Fit::on_enter)[0].provides(), ["u64"]);
    assert!(explanation.rows(Fit::on_epoch_end)[0].provides().is_empty());
    let (text, dot) = (explanation.to_string(), explanation.dot());
    assert!(
        text.contains("provides") && dot.contains("label=\"provides\""),
        "{text}{dot}"
    );
}

/// With names that a graph language could stumble over.
fn hostile() -> Plan<Fit> {
    let mut plan = plan();
    plan.on(Fit::on_epoch_begin, |_: &Epoch, _: Option<&mut Record>| {})
        .named("a \"quoted\" \\ <b>#1;</b> `end`\nin two lines");
    plan
}

#[test]
fn the_same_as_a_graph_for_graphviz() {
    let explanation = hostile().explain(&State::new()).expect("the plan is right");
    insta::assert_snapshot!(explanation.dot());
}

#[test]
fn the_same_as_a_chart_for_mermaid() {
    let explanation = hostile().explain(&State::new()).expect("the plan is right");
    insta::assert_snapshot!(explanation.mermaid());
}

#[test]
fn a_plan_without_callbacks_is_explained_too() {
    let explanation = Plan::<Fit>::new()
        .explain(&State::new())
        .expect("nothing is wrong");
    assert_eq!(explanation.to_string(), "Fit, 0 callbacks\n");
    assert!(explanation.breakpoints().is_empty() && explanation.rows(Fit::on_epoch_end).is_empty());
}

#[test]
fn what_a_failure_does_is_shown_where_it_does_not_fail_the_run() {
    let explained = |policy| {
        let mut plan = Plan::<Fit>::new();
        plan.on(Fit::on_epoch_end, || {})
            .named("log")
            .on_failure(policy);
        plan.explain(&State::new()).expect("the plan is right")
    };
    let (strict, lenient) = (
        explained(OnFailure::Fail),
        explained(OnFailure::DisableAfter(3)),
    );
    assert!(!strict.to_string().contains("failure"), "{strict}");
    assert!(
        lenient.to_string().contains("  disable after 3  "),
        "{lenient}"
    );
}

#[test]
fn the_table_in_the_readme_is_what_the_example_prints() {
    let explanation = example::plan().explain(&State::new());
    let text = explanation.expect("the plan is right").to_string();
    let text = text.replace("tests/../examples/", "examples/");
    let (_, tables) = text.split_once("\n\n").expect("a line about the whole");
    let readme = include_str!("../README.md");
    assert!(
        readme.contains(tables.trim_end()),
        "the README shows something else than:\n{tables}"
    );
}
