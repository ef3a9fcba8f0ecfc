//! Registered callbacks declare what they provide: a problem names the callback to attach.

use callbacks::fit::Fit;
use callbacks::{Plan, ProblemKind, State, breakpoints, callback};

breakpoints! { loop Other { scope STEP { on_step_begin; on_step_end; } } }

#[derive(Default)]
struct Alone(u32);

#[derive(Default)]
struct Shared;

struct Elsewhere;

#[derive(Default)]
struct One;

#[callback(discover = false, provides(Alone = Self::make, Shared))]
impl One {
    fn make(&self) -> Alone {
        Alone(7)
    }

    fn on_epoch_end(&self) {}
}

struct Two {
    _of: u32,
}

#[callback(name = "the second", provides(Shared))]
impl Two {
    fn on_epoch_end(&self) {}
}

#[derive(Default, Debug, PartialEq)]
struct Bare(u32);

/// Brings its state, and does nothing else.
#[derive(Default)]
struct Plain;

#[callback(discover = false, provides(Bare))]
impl Plain {}

#[derive(Default)]
struct Stranger;

#[callback(Other, provides(Elsewhere = elsewhere))]
impl Stranger {
    fn on_step_end(&self) {}
}

fn elsewhere(_: &Stranger) -> Elsewhere {
    Elsewhere
}

fn missing(plan: &mut Plan<Fit>) -> String {
    let error = plan.check(&State::new()).unwrap_err();
    assert_eq!(error.problems()[0].kind(), ProblemKind::Missing);
    error.problems()[0].to_string()
}

#[test]
fn a_registered_provider_of_missing_state_is_named_with_its_place() {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, |_: &Alone| {});
    let text = missing(&mut plan);
    assert!(
        text.contains("`One` (tests/provides_registered.rs:"),
        "{text}"
    );
    assert!(
        text.contains("is registered and provides it: attach it"),
        "{text}"
    );
}

#[test]
fn all_possible_providers_are_named_also_one_that_needs_arguments() {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, |_: &Shared| {});
    let text = missing(&mut plan);
    assert!(text.contains("`One` ("), "{text}");
    assert!(text.contains("`the second` ("), "{text}");
    assert!(text.contains("attach one of them"), "{text}");
}

#[test]
fn a_callback_of_another_loop_is_no_help() {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, |_: &Elsewhere| {});
    let text = missing(&mut plan);
    assert!(!text.contains("Stranger"), "{text}");
}

#[test]
fn what_the_attribute_says_is_provided() {
    let mut state = State::new();
    let mut plan = Plan::<Fit>::new();
    plan.add(One);
    plan.on(Fit::on_enter, |alone: &mut Alone, _: &Shared| {
        alone.0 += 1;
    });
    let outcome = plan.run(&mut state, |_| Ok(())).unwrap();
    assert!(outcome.is_finished());
    assert!(state.get::<Alone>().is_some_and(|alone| alone.0 == 8));
}

#[test]
fn a_callback_that_provides_state_needs_no_handler() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_exit, |bare: &mut Bare| bare.0 += 1);
    let text = missing(&mut plan);
    assert!(text.contains("`Plain` ("), "{text}");

    plan.add(Plain);
    let mut state = State::new();
    plan.run(&mut state, |_| Ok(())).unwrap().ok().unwrap();
    assert_eq!(state.get(), Some(&Bare(1)));
}

#[test]
fn a_registration_says_what_it_provides() {
    let all = callbacks::registrations();
    let second = all.iter().find(|one| one.name() == "the second").unwrap();
    assert!(second.provides().eq([std::any::type_name::<Shared>()]));
    assert!(
        second.to_string().ends_with("; provides `Shared`"),
        "{second}"
    );
}
