//! A report of what is wrong is readable, whatever others have put into it; so is what a plan tells of its order.

use callbacks::fit::Fit;
use callbacks::{
    Callback, CallbackInfo, CallbackRef, Handlers, OnFailure, Plan, PlanError, ProblemKind, State,
};
use std::marker::PhantomData;

/// Whose type says what the test says.
struct Saying(fn(CallbackInfo) -> CallbackInfo);

impl Callback<Fit> for Saying {
    fn info(&self) -> CallbackInfo {
        (self.0)(CallbackInfo::of::<Self>())
    }

    fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
}

struct Other;

impl Callback<Fit> for Other {
    fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
}

/// Has a type with a parameter, and provides state.
struct Mean<T>(PhantomData<T>);

impl<T: Send + 'static> Callback<Fit> for Mean<T> {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>()
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.provides(|_: &Self| 0_u64);
    }
}

/// Written in one place, whatever its type.
struct Twin<T>(PhantomData<T>);

impl<T: Send + 'static> Callback<Fit> for Twin<T> {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::new("Twin", callbacks::Location::new("twin.rs", 1, 1))
            .after(CallbackRef::of::<Other>())
    }

    fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
}

/// A group.
struct Measures;

fn refused(plan: &mut Plan<Fit>) -> PlanError {
    plan.check(&State::new()).expect_err("it is wrong")
}

fn explained(plan: &mut Plan<Fit>) -> String {
    let explanation = plan.explain(&State::new()).expect("it is right");
    explanation.to_string()
}

#[test]
fn a_message_of_several_lines_is_reported_in_one() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Saying(|info| {
        assert_eq!(info.type_label(), "another; one", "in\ntwo lines");
        info
    }));
    plan.on(Fit::on_epoch_end, |_: &String| {})
        .named("two\r\nlines");
    plan.add(Other).requires("x\ny");
    let error = refused(&mut plan);
    assert_eq!(error.problems().len(), 3, "{error}");
    for problem in error.problems() {
        assert_eq!(problem.to_string().lines().count(), 1, "{problem}");
    }
    // The panic has no hint.
    assert_eq!(error.to_string().lines().count(), 1 + 3 + 2, "{error}");
    for explanation in [
        "in ⏎ two lines ⏎ left: ",
        "two ⏎ lines at on_epoch_end",
        "`x ⏎ y`",
    ] {
        assert!(error.to_string().contains(explanation), "{error}");
    }
    assert!(
        error
            .problems()
            .iter()
            .any(|one| one.callback() == "two\r\nlines")
    );
}

#[test]
fn a_circle_is_told_in_the_direction_in_which_it_would_run_with_a_line_for_each_step() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, || {}).named("A").after("C");
    plan.on(Fit::on_epoch_end, || {})
        .named("B")
        .group::<Measures>()
        .before("A");
    plan.on(Fit::on_epoch_end, || {})
        .named("C")
        .before(CallbackRef::of::<Measures>());
    plan.order("A", "C");
    let error = refused(&mut plan);
    let [circle] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(circle.kind(), ProblemKind::Circle);
    assert_eq!(circle.hint(), Some("take one of them back"));
    let text = error.to_string();
    let steps: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" before "))
        .collect();
    assert_eq!(steps.len(), 2, "{text}");
    assert!(
        steps[0].starts_with("      `A` before `C`, says `plan.order` ("),
        "{text}"
    );
    assert!(
        steps[1].starts_with("      `C` before `A`, says `A` ("),
        "{text}"
    );
}

#[test]
fn a_circle_through_a_group_names_the_group_and_who_is_in_it() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other).named("B").group::<Measures>();
    plan.add(Other)
        .named("C")
        .before(CallbackRef::of::<Measures>());
    plan.add(Saying(|info| info.after(CallbackRef::of::<Measures>())))
        .named("D")
        .before("C");
    let text = refused(&mut plan).to_string();
    let explanation = [
        "`C` before `Measures` (which `B` is in), says `C` (",
        "`Measures` (which `B` is in) before `Saying` (`D`), says `Saying` (",
        "`D` before `C`, says `D` (",
    ];
    assert!(
        explanation
            .iter()
            .all(|explanation| text.contains(explanation)),
        "{text}"
    );
}

#[test]
fn a_callback_that_requires_its_own_type_requires_another_one() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other).requires(CallbackRef::of::<Other>());
    let error = refused(&mut plan);
    let text = "Other: requires another `Other`, and no other is attached; attach one more";
    assert!(error.problems()[0].to_string().ends_with(text), "{error}");
}

#[test]
fn a_misspelt_name_gets_the_nearest_one() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_epoch_end, || {}).named("measure");
    plan.add(Saying(|info| info.after("measrue")));
    plan.on(Fit::on_epoch_end, || {})
        .named("alone")
        .after("alon");
    let explanation = explained(&mut plan);
    assert!(
        explanation
            .contains("Saying after `measrue`, which is not attached: did you mean `measure`?"),
        "{explanation}"
    );
    assert!(
        explanation.contains("alone after `alon`, which is not attached ("),
        "{explanation}"
    );
    plan.add(Other).requires("measur");
    let error = refused(&mut plan);
    assert_eq!(error.problems()[0].hint(), Some("did you mean `measure`?"));
}

#[test]
fn advice_to_wait_for_a_generic_type_names_the_callback() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_enter, |_: &u64| {}).named("early");
    plan.add(Mean::<f32>(PhantomData));
    let hint = refused(&mut plan).problems()[0].hint().map(str::to_owned);
    let hint = hint.expect("there is something to do");
    assert!(hint.contains("write `after(\"Mean\")`"), "{hint}");
    plan = Plan::new();
    plan.on(Fit::on_enter, |_: &u64| {})
        .named("early")
        .after("Mean");
    plan.add(Mean::<f32>(PhantomData));
    plan.check(&State::new()).expect("the advice helps");
}

#[test]
fn a_callback_that_conflicts_with_its_own_type_is_reported_once_for_each() {
    let mut plan = Plan::<Fit>::new();
    for _ in 0..1000 {
        plan.add(Saying(|info| {
            info.incompatible(CallbackRef::of::<Saying>())
        }));
    }
    let error = refused(&mut plan);
    assert!(
        (999..=1000).contains(&error.problems().len()),
        "{}",
        error.problems().len()
    );
    let first = error.problems()[0].to_string();
    assert!(first.contains("is incompatible with `Saying#2`"), "{first}");
    assert!(first.contains("and 998 more"), "{first}");
}

#[test]
fn an_order_that_names_only_itself_is_reported() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other).after(CallbackRef::of::<Other>());
    plan.add(Saying(|info| info.before(CallbackRef::of::<Saying>())));
    let explanation = plan.explain(&State::new()).expect("it is right");
    assert!(
        explanation
            .orders()
            .iter()
            .all(callbacks::explain::Order::is_idle)
    );
    for line in [
        "Other after Other: only itself",
        "Saying before Saying: only itself",
    ] {
        assert!(explanation.to_string().contains(line), "{explanation}");
    }
    plan.add(Other);
    let explanation = explained(&mut plan);
    assert!(
        explanation.contains("Other after Other (declared"),
        "{explanation}"
    );
}

#[test]
fn an_order_of_two_instances_of_a_generic_type_is_reported_once() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other);
    plan.add(Twin::<f32>(PhantomData));
    plan.add(Twin::<f64>(PhantomData));
    let explanation = explained(&mut plan);
    assert_eq!(
        explanation.matches("Twin after Other").count(),
        1,
        "{explanation}"
    );
}

#[test]
fn what_a_failure_does_is_not_reported_where_it_fails_the_run_anyway() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_enter, || {}).on_failure(OnFailure::Warn);
    plan.on(Fit::on_exit, || {}).on_failure(OnFailure::Warn);
    let explanation = plan.explain(&State::new()).expect("it is right");
    assert_eq!(
        explanation.rows(Fit::on_enter)[0].on_failure(),
        OnFailure::Fail
    );
    assert_eq!(
        explanation.rows(Fit::on_exit)[0].on_failure(),
        OnFailure::Warn
    );
}
