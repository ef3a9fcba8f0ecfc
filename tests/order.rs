//! Callbacks run by ascending weight, then insertion; in the same order at every breakpoint.
#![allow(
    clippy::needless_pass_by_value,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
}

use callbacks::__private::{Probe, inventory};
use callbacks::{
    Breakpoint, Callback, CallbackInfo, Flow, Handlers, Local, Location, Plan, Registration, State,
};
use proptest::prelude::*;
use std::cmp::Ordering;
use support::journal::Journal;
use support::relax::{Relax, relax};

/// Notes its name at every breakpoint.
struct Tag {
    name: String,
    weight: f64,
}

impl Tag {
    fn note(&self, at: &Breakpoint, journal: Local<'_, Journal>) {
        journal.note(format!("{at} {}", self.name));
    }
}

impl Callback<Relax> for Tag {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().weight(self.weight)
    }

    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_enter(Self::note);
        h.on_all(Self::note);
        h.on_exit(Self::note);
    }
}

/// A callback that is in the registry, as `#[callback]` puts it there. Their order of insertion is that of weight, then place.
#[derive(Default)]
struct Found<const N: usize>;

const FOUND: [(&str, f64); 3] = [
    ("found 0", f64::NEG_INFINITY),
    ("found 1", 0.0),
    ("found 2", 0.0),
];

impl<const N: usize> Found<N> {
    fn note(&self, at: &Breakpoint, journal: Local<'_, Journal>) {
        journal.note(format!("{at} {}", FOUND[N].0));
    }
}

impl<const N: usize> Callback<Relax> for Found<N> {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().weight(FOUND[N].1)
    }

    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_enter(Self::note);
        h.on_all(Self::note);
        h.on_exit(Self::note);
    }
}

macro_rules! register {
    ($n:literal, $line:literal) => {
        inventory::submit! {
            Registration::new::<Relax, Found<$n>>(
                FOUND[$n].0, module_path!(), Location::new(file!(), $line, 1), FOUND[$n].1, true, Probe::<Relax, Found<$n>>::MAKE,
            )
        }
    };
}

register!(2, 3);
register!(0, 1);
register!(1, 2);

/// How a callback comes into the plan.
#[derive(Clone, Debug)]
enum Step {
    /// With the weight of its type.
    Add(f64),
    /// With a weight of its own.
    Weigh(f64),
    /// Between other plans' changes: a check resolves the plan.
    Check,
    Discover,
}

fn weights() -> impl Strategy<Value = f64> {
    let special = [
        -1.0,
        -0.0,
        0.0,
        1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
    ];
    prop_oneof![prop::sample::select(special.to_vec()), -3.0..3.0]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        4 => weights().prop_map(Step::Add),
        4 => weights().prop_map(Step::Weigh),
        1 => Just(Step::Check),
        1 => Just(Step::Discover),
    ];
    prop::collection::vec(one, 0..20)
}

/// The plan that the steps make, and the order in which its callbacks must run.
fn plan_of(steps: &[Step], state: &State) -> (Plan<Relax>, Vec<String>) {
    let (mut plan, mut inserted, mut found) = (Plan::new(), Vec::new(), false);
    for (nth, step) in steps.iter().enumerate() {
        let name = format!("tag {nth}");
        match step {
            Step::Add(weight) => {
                plan.add(Tag {
                    name: name.clone(),
                    weight: *weight,
                });
                inserted.push((*weight, name));
            }
            Step::Weigh(weight) => {
                plan.add(Tag {
                    name: name.clone(),
                    weight: 7.0,
                })
                .weight(*weight);
                inserted.push((*weight, name));
            }
            Step::Check => plan.check(state).unwrap(),
            Step::Discover => {
                plan.discover_if(|one| one.crate_name() == module_path!());
                if !std::mem::replace(&mut found, true) {
                    inserted.extend(FOUND.map(|(name, weight)| (weight, name.to_owned())));
                }
            }
        }
    }
    // Stable: what is equal stays as inserted. -0 is 0.
    inserted.sort_by(|(one, _), (other, _)| one.partial_cmp(other).unwrap_or(Ordering::Equal));
    (plan, inserted.into_iter().map(|(_, name)| name).collect())
}

fn reversed(order: &[String]) -> Vec<String> {
    order.iter().rev().cloned().collect()
}

/// The names, in order, at each firing of each breakpoint of a run.
fn run(plan: &mut Plan<Relax>, state: &mut State) -> Vec<String> {
    let outcome = plan.run(&mut *state, |run| relax(run, 2)).unwrap();
    assert!(
        outcome.is_finished() || outcome.stopped().is_some(),
        "{outcome}"
    );
    state.get::<Journal>().unwrap().take()
}

fn expected(firings: &[&str], order: &[String]) -> Vec<String> {
    let at_one = |at: &&str| {
        let order = if *at == "on_exit" {
            reversed(order)
        } else {
            order.to_vec()
        };
        let lines = order.into_iter().map(|name| format!("{at} {name}"));
        lines.collect::<Vec<_>>()
    };
    firings.iter().flat_map(at_one).collect()
}

const FIRINGS: [&str; 10] = [
    "on_enter",
    "on_run_begin",
    "before_step",
    "on_force",
    "after_step",
    "before_step",
    "on_force",
    "after_step",
    "on_run_end",
    "on_exit",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn the_order_is_by_ascending_weight_then_insertion_at_every_breakpoint(steps in steps()) {
        let mut state = State::new();
        state.insert(Journal::default());
        let (mut plan, order) = plan_of(&steps, &state);
        let lines = run(&mut plan, &mut state);
        prop_assert_eq!(&lines, &expected(&FIRINGS, &order));
        // And the same in the next run.
        prop_assert_eq!(run(&mut plan, &mut state), lines);
    }

    #[test]
    fn no_two_callbacks_have_the_same_name(
        names in prop::collection::vec(prop::option::of(prop::sample::select(vec!["Tag", "Tag#2", "Tag#3", "other"])), 0..8)
    ) {
        let mut state = State::new();
        state.insert(Journal::default());
        let mut plan = Plan::<Relax>::new();
        let mut given = Vec::new();
        for name in names {
            let attachment = plan.add(Tag { name: String::new(), weight: 0.0 });
            if let Some(name) = name.filter(|name| !given.contains(name)) {
                let _ = attachment.named(name);
                given.push(name);
            }
        }
        plan.check(&state).unwrap();
        let mut names = plan.names();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), all);
    }
}

#[test]
fn unnamed_callbacks_of_a_type_are_numbered_by_insertion_whatever_their_weights() {
    let mut state = State::new();
    state.insert(Journal::default());
    let mut plan = Plan::<Relax>::new();
    for weight in [3.0, 1.0, 2.0] {
        plan.add(Tag {
            name: String::new(),
            weight,
        });
    }
    plan.check(&state).unwrap();
    assert_eq!(plan.names(), ["Tag#2", "Tag#3", "Tag"]);
}

#[test]
fn the_endings_fire_in_the_same_order() {
    let mut state = State::new();
    state.insert(Journal::default());
    let steps = [Step::Weigh(2.0), Step::Weigh(-1.0), Step::Add(2.0)];
    let (mut plan, order) = plan_of(&steps, &state);
    plan.on(Relax::ON_FORCE, || Flow::stop("enough"));
    let firings = [
        "on_enter",
        "on_run_begin",
        "before_step",
        "on_force",
        "after_step",
        "on_stop",
        "on_run_end",
        "on_exit",
    ];
    assert_eq!(run(&mut plan, &mut state), expected(&firings, &order));
}
