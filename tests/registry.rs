//! P4, discovery: nothing runs because it was linked, requested callbacks are found in one order, and what the linker left out is
//! reported.

use callbacks::prelude::*;
use callbacks::{ProblemKind, Registration, registrations};
use std::sync::Mutex;

callbacks::link!(linked_plugin);

/// The callbacks that ran, in order. They only read it, so that their order need not be decided.
#[derive(Default)]
struct Ran(Mutex<Vec<&'static str>>);

impl Ran {
    fn note(&self, name: &'static str) {
        self.0.lock().expect("nobody panics").push(name);
    }
}

#[derive(Default)]
struct Heavy;

#[callback(weight = 20)]
impl Heavy {
    fn on_epoch_end(&self, ran: &Ran) {
        ran.note("Heavy");
    }
}

#[derive(Default)]
struct Light;

#[callback(weight = -1.5)]
impl Light {
    fn on_epoch_end(&self, ran: &Ran) {
        ran.note("Light");
    }
}

mod early {
    use super::{Ran, callback};

    #[derive(Default)]
    pub(super) struct SameWeight(pub(super) u32);

    #[callback]
    impl SameWeight {
        fn on_epoch_end(&self, ran: &Ran) {
            ran.note(if self.0 == 0 {
                "early::SameWeight"
            } else {
                "by hand"
            });
        }
    }
}

mod late {
    use super::{Ran, callback};

    #[derive(Default)]
    struct SameWeight;

    #[callback]
    impl SameWeight {
        fn on_epoch_end(&self, ran: &Ran) {
            ran.note("late::SameWeight");
        }
    }
}

#[derive(Default)]
struct Unregistered;

#[callback(register = false)]
impl Unregistered {
    fn on_epoch_end(&self, ran: &Ran) {
        ran.note("Unregistered");
    }
}

fn mine(registration: &Registration) -> bool {
    registration.crate_name() == "registry"
}

fn run(plan: &mut Plan<Fit>) -> Vec<&'static str> {
    let mut state = State::new();
    state.insert(Ran::default());
    let outcome = plan.run(&mut state, |run| {
        run.scope(Fit::EPOCH, |_| Ok(()))?;
        Ok(())
    });
    assert!(outcome.expect("the plan is right").is_finished());
    let Ran(ran) = state
        .remove()
        .expect("it is ours")
        .expect("nobody takes it");
    ran.into_inner().expect("nobody panics")
}

fn found(name: &str) -> Option<&'static Registration> {
    registrations().into_iter().find(|one| one.name() == name)
}

#[test]
fn nothing_runs_because_it_was_linked() {
    assert_eq!(run(&mut Plan::new()), Vec::<&str>::new());
}

#[test]
fn discovered_callbacks_run_by_weight_then_module_path() {
    let mut plan = Plan::new();
    plan.discover_if(mine);
    assert_eq!(
        run(&mut plan),
        ["Light", "early::SameWeight", "late::SameWeight", "Heavy"]
    );
}

#[test]
fn discovered_callbacks_are_inserted_at_the_place_of_the_call() {
    let mut plan = Plan::new();
    plan.on(Fit::on_epoch_end, |ran: &Ran| ran.note("before"));
    plan.discover_if(|one| mine(one) && one.name() == "SameWeight");
    plan.on(Fit::on_epoch_end, |ran: &Ran| ran.note("behind"));
    assert_eq!(
        run(&mut plan),
        ["before", "early::SameWeight", "late::SameWeight", "behind"]
    );
}

#[test]
fn an_instance_attached_by_hand_suppresses_discovery_whichever_comes_first() {
    for by_hand_first in [true, false] {
        let mut plan = Plan::new();
        if by_hand_first {
            plan.add(early::SameWeight(1));
        }
        plan.discover_if(|one| mine(one) && one.name() == "SameWeight");
        if !by_hand_first {
            plan.add(early::SameWeight(1));
        }
        let mut ran = run(&mut plan);
        ran.sort_unstable();
        assert_eq!(ran, ["by hand", "late::SameWeight"]);
    }
}

#[test]
fn an_instance_attached_after_a_run_suppresses_what_was_discovered() {
    let mut plan = Plan::new();
    plan.discover_if(|one| mine(one) && one.name() == "SameWeight");
    run(&mut plan);
    plan.add(early::SameWeight(1));
    assert_eq!(run(&mut plan), ["late::SameWeight", "by hand"]);
}

#[test]
fn register_false_is_not_in_the_registry() {
    assert!(found("Unregistered").is_none());
    let mut plan = Plan::new();
    plan.add(Unregistered);
    assert_eq!(run(&mut plan), ["Unregistered"]);
}

#[test]
fn registrations_say_where_they_are_written() {
    let heavy = found("Heavy").expect("it is registered");
    assert_eq!(heavy.module_path(), "registry");
    assert_eq!(heavy.loop_name(), "Fit");
    assert!(heavy.location().file().ends_with("registry.rs"));
    let line = include_str!("registry.rs")
        .lines()
        .position(|line| line == "#[callback(weight = 20)]")
        .expect("it is there");
    // The attribute stands on one line, the type's name on the next one.
    assert_eq!(heavy.location().line() as usize, line + 2);
}

#[test]
fn the_order_is_by_weight_module_path_line_column_and_type() {
    let keys: Vec<_> = registrations()
        .iter()
        .map(|one| {
            (
                one.weight(),
                one.module_path(),
                one.location().line(),
                one.location().column(),
            )
        })
        .collect();
    assert!(keys.is_sorted());
    assert!(keys.len() >= 6);
}

#[test]
fn a_linked_crate_is_found() {
    let linked = found("Linked").expect("link! links it");
    assert_eq!(linked.crate_name(), "linked_plugin");
    assert!(!linked.needs_arguments());
    let mut plan = Plan::new();
    plan.discover_if(|one| one.crate_name() == "linked_plugin");
    run(&mut plan);
    assert_eq!(plan.names(), ["Linked"]);
}

#[test]
fn what_needs_arguments_is_listed_and_not_made() {
    let listed = found("NeedsArguments").expect("it is registered");
    assert!(listed.needs_arguments());
    assert!(listed.to_string().ends_with("registered, needs arguments"));
    let mut plan = Plan::<Fit>::new();
    plan.require("NeedsArguments");
    let error = plan.check(&State::new()).expect_err("it cannot be made");
    assert!(
        error.problems()[0]
            .to_string()
            .ends_with("needs arguments; attach one by hand")
    );
}

#[test]
fn discover_false_is_made_only_by_name() {
    assert!(
        !found("only_by_name")
            .expect("it is registered")
            .is_discoverable()
    );
    let mut plan = Plan::<Fit>::new();
    plan.require("only_by_name");
    plan.check(&State::new()).expect("it is registered");
    assert_eq!(plan.names(), ["only_by_name"]);
}

#[test]
fn a_crate_that_the_program_names_nothing_of_contributes_nothing() {
    assert!(found("Unlinked").is_none());
    let mut plan = Plan::<Fit>::new();
    plan.require("Unlinked");
    let error = plan.check(&State::new()).expect_err("it is not linked");
    let text = error.to_string();
    assert!(text.contains("callbacks::link!"), "{text}");
    assert!(text.contains("registry.rs:"), "{text}");
}

#[test]
fn a_required_callback_that_is_misspelt_gets_the_nearest_name() {
    let mut plan = Plan::<Fit>::new();
    plan.require("Linkd");
    let error = plan.check(&State::new()).expect_err("there is none");
    assert!(error.to_string().contains("did you mean `Linked`?"));
}

#[test]
fn a_required_callback_that_is_attached_is_not_made_again() {
    let mut plan = Plan::new();
    plan.require("Light");
    plan.add(Light);
    run(&mut plan);
    assert_eq!(plan.names(), ["Light"]);
}

struct WriteTo(&'static str);

#[callback(weight = 30)]
impl WriteTo {
    fn on_epoch_end(&self, ran: &Ran) {
        ran.note(self.0);
    }
}

/// Returns the texts of the notes about `WriteTo`.
fn notes(plan: &mut Plan<Fit>) -> Vec<String> {
    let mut state = State::new();
    state.insert(Ran::default());
    plan.check(&state).expect("a note is no error");
    let notes = plan.notes().iter();
    let kind = ProblemKind::NeedsArguments;
    let notes = notes.filter(|note| note.kind() == kind && note.callback() == "WriteTo");
    notes.map(ToString::to_string).collect()
}

#[test]
fn what_discovery_leaves_out_is_noted_at_each_check_until_it_is_attached() {
    let mut plan = Plan::new();
    plan.discover_if(mine);
    plan.discover_if(mine);
    for _ in 0..2 {
        let notes = notes(&mut plan);
        assert_eq!(notes.len(), 1, "{notes:?}");
        let end = "leaves it out, because it needs arguments; attach one by hand, give the type a `Default`, or write `discover = false`";
        assert!(notes[0].ends_with(end), "{notes:?}");
    }
    plan.add(WriteTo("by hand"));
    assert_eq!(notes(&mut plan), [""; 0]);
    assert!(run(&mut plan).contains(&"by hand"));
}

#[test]
fn nothing_is_noted_where_discovery_does_not_look() {
    let mut plan = Plan::new();
    assert_eq!(notes(&mut plan), [""; 0]);
    plan.discover_if(|one| mine(one) && one.name() == "Light");
    plan.require("Heavy");
    assert_eq!(notes(&mut plan), [""; 0]);
}

#[test]
fn the_list_has_the_own_callbacks_first_and_the_ready_made_ones_apart() {
    let text = registrations().to_string();
    let (own, ready_made) = text
        .split_once("\nready-made\n")
        .expect("the shelf has some");
    assert!(own.starts_with("registered\n") && own.contains("Light for Fit"));
    assert!(ready_made.contains("Recorder for Fit") && !ready_made.contains("Light for Fit"));
    let lines = text.lines().filter(|line| line.starts_with("  ")).count();
    assert_eq!(lines, registrations().len());
    assert!(
        registrations()
            .iter()
            .all(|one| one.is_ready_made() == one.module_path().starts_with("callbacks::"))
    );
}
