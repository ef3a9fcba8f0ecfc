//! Every run of the driver has one ending, and it is the right one: each flow, error, panic and rejection at each breakpoint, by
//! each callback.
//!
//! A model (`support/driver_oracle.rs`) says what must be seen; here it is compared with what is, line by line.

mod support {
    pub(crate) mod driver_oracle;
    pub(crate) mod driver_script;
    pub(crate) mod journal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::{Breakpoint, Driver, Loop};
use proptest::prelude::*;
use support::driver_oracle::predict;
use support::driver_script::{ACTORS, Act, Deed, STEPS, Stage};

const ACTS: [Act; 6] = [
    Act::Leave,
    Act::Stop,
    Act::Interrupt,
    Act::Err,
    Act::Panic,
    Act::Reject,
];

fn places() -> impl Iterator<Item = &'static str> {
    Driver::BREAKPOINTS.iter().map(Breakpoint::name)
}

fn deed(callback: usize, at: &'static str, act: Act) -> Deed {
    Deed { callback, at, act }
}

/// What makes the loop come to a breakpoint that it does not come to by itself.
fn trigger(at: &str) -> Option<Deed> {
    let act = match at {
        "on_stop" => Act::Stop,
        "on_interrupt" => Act::Interrupt,
        "on_run_error" => Act::Err,
        _ => return None,
    };
    Some(deed(1, "before_parameter_update", act))
}

/// Plays a script, and then a second run without one, on the same driver.
fn play(deeds: &[Deed]) {
    let mut stage = Stage::new();
    let seen = stage.play(deeds);
    assert_eq!(seen, predict(deeds), "{deeds:?}");
    let (steps, x) = stage.position();
    let made = u32::try_from(steps).unwrap();
    assert!((x - 0.5 * f64::from(made)).abs() < 1e-12, "{deeds:?}");
    let ended = seen.0.iter().filter(|line| *line == "last on_step_end");
    assert!(ended.count() <= steps.try_into().unwrap(), "{deeds:?}");
    assert_eq!(stage.play(&[]), predict(&[]), "after {deeds:?}");
    assert_eq!(stage.position().0, steps + STEPS);
}

#[test]
fn each_flow_error_panic_and_rejection_at_each_breakpoint_by_each_callback_ends_as_promised() {
    for at in places() {
        for act in ACTS {
            for callback in 0..ACTORS.len() {
                let mut deeds: Vec<_> = trigger(at).into_iter().collect();
                deeds.push(deed(callback, at, act));
                play(&deeds);
            }
        }
    }
}

#[test]
fn of_two_callbacks_at_one_breakpoint_the_outermost_flow_acts_and_a_stop_wins_over_a_rejection() {
    for at in places() {
        for one in ACTS {
            for other in ACTS {
                let mut deeds: Vec<_> = trigger(at).into_iter().collect();
                deeds.extend([deed(0, at, one), deed(2, at, other)]);
                play(&deeds);
            }
        }
    }
}

/// Up to six things that go wrong, anywhere, and rather often a rejection.
fn scripts() -> impl Strategy<Value = Vec<Deed>> {
    let places: Vec<&'static str> = places().collect();
    let callbacks = 0..ACTORS.len();
    let any = (
        callbacks.clone(),
        prop::sample::select(places),
        prop::sample::select(ACTS.to_vec()),
    );
    let any = any.prop_map(|(callback, at, act)| deed(callback, at, act));
    let rejection =
        callbacks.prop_map(|callback_ref| deed(callback_ref, "on_compute_update_end", Act::Reject));
    prop::collection::vec(prop_oneof![any, rejection], 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_script_ends_as_promised(deeds in scripts()) {
        play(&deeds);
    }
}
