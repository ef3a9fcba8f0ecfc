//! Random programs of everything that a program can do with states, plans and guards. What must hold whatever they do: every value is
//! dropped once, every callback that entered a run exits it once and in reverse order, and handlers see whole values at their alignment.
//!
//! `CALLBACKS_STRESS_SEEDS` says how many programs; `CALLBACKS_STRESS_FIRST` is the seed of the first.

mod actor;
mod census;
mod executor;
mod many;
mod program;
mod value;

use std::env;

/// A number that the environment may say.
fn number(name: &str, otherwise: u64) -> u64 {
    let value = env::var(name).ok();
    value.map_or(otherwise, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is `{text}`; give a number"))
    })
}

/// What fifty programs must have done. Whether a call was dropped is for the threads to decide: `tests/background.rs` makes one.
const EVENTS: [&str; 16] = [
    "a failure that was swallowed",
    "a group",
    "a guard that was dropped",
    "a guard that was dropped by a panic",
    "a guard that was finished",
    "a guard that was forgotten",
    "a handler",
    "a handler of the whole state",
    "a handler that lags",
    "a handler that was skipped",
    "a lend",
    "a run inside of a run",
    "a run that failed",
    "a run that finished",
    "a run that was interrupted",
    "a run that was stopped",
];

#[test]
fn random_programs_drop_each_value_once_and_exit_what_they_entered() {
    let first = number("CALLBACKS_STRESS_FIRST", 0);
    let count = number("CALLBACKS_STRESS_SEEDS", 50);
    many::number_all();
    for seed in first..first + count {
        let message = program::run(seed);
        assert!(message.is_empty(), "seed {seed}: {message:#?}");
    }
    let seen = census::seen();
    let missing = EVENTS.iter().filter(|event| !seen.contains_key(*event));
    let missing: Vec<_> = missing.collect();
    assert!(count < 50 || missing.is_empty(), "{missing:?} of {seen:#?}");
}
