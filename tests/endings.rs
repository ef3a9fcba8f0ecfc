//! Every run has one ending, and it is the right one: each flow, error and panic at each breakpoint, by each callback.
//!
//! A model (`support/oracle.rs`) says what must be seen; here it is compared with what is, line by line.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod oracle;
    pub(crate) mod script;
}

use callbacks::{Fit, Loop};
use proptest::prelude::*;
use support::oracle::predict;
use support::script::{ACTORS, Act, Deed, Job, Seen, Stage};

const JOBS: [Job; 3] = [Job::Fit, Job::Evaluate, Job::Predict];

const ACTS: [Act; 12] = [
    Act::Leave("FIT"),
    Act::Leave("EPOCH"),
    Act::Leave("TRAIN"),
    Act::Leave("TRAIN_BATCH"),
    Act::Leave("VALID"),
    Act::Leave("VALID_BATCH"),
    Act::Leave("PREDICT"),
    Act::Leave("PREDICT_BATCH"),
    Act::Stop,
    Act::Interrupt,
    Act::Err,
    Act::Panic,
];

fn places() -> impl Iterator<Item = &'static str> {
    Fit::BREAKPOINTS.iter().map(callbacks::Breakpoint::name)
}

fn deed(callback: usize, at: &'static str, act: Act) -> Deed {
    Deed { callback, at, act }
}

/// What makes the loop come to a breakpoint that it does not come to by itself.
fn trigger(job: Job, at: &str) -> Option<Deed> {
    let batch_end = match job {
        Job::Fit => "on_train_batch_end",
        Job::Evaluate => "on_valid_batch_end",
        Job::Predict => "on_predict_batch_end",
    };
    let act = match at {
        "on_stop" => Act::Stop,
        "on_interrupt" => Act::Interrupt,
        "on_fit_error" => Act::Err,
        _ => return None,
    };
    Some(deed(1, batch_end, act))
}

/// Plays a script, and then once more without one, on the same plan.
fn play(stage: &mut Stage, job: Job, deeds: &[Deed]) {
    let seen = stage.play(job, deeds);
    assert_eq!(seen, predict(job, deeds), "{job:?} with {deeds:?}");
    assert_paired(&seen);
    assert_exits(&seen);
    let again = stage.play(job, &[]);
    assert_eq!(again, predict(job, &[]), "{job:?} after {deeds:?}");
    assert_eq!(again.ending, "finished");
}

/// Every begin has its end, innermost first, unless the run failed.
fn assert_paired(seen: &Seen) {
    let mut open = Vec::new();
    for line in seen
        .trace
        .iter()
        .filter_map(|line| line.strip_prefix("first on_"))
    {
        if let Some(scope) = line.strip_suffix("_begin") {
            open.push(scope);
        } else if let Some(scope) = line.strip_suffix("_end").filter(|scope| *scope != "update") {
            assert_eq!(open.pop(), Some(scope));
        }
    }
    assert!(open.is_empty() || seen.ending == "failed", "open: {open:?}");
}

/// Each entered callback exits once, in reverse order, last of all.
fn assert_exits(seen: &Seen) {
    let callback_ref = |at: &'static str| {
        let lines = seen.trace.iter();
        lines
            .filter_map(move |line| line.strip_suffix(at))
            .collect::<Vec<_>>()
    };
    let (mut entered, exited) = (callback_ref(" on_enter"), callback_ref(" on_exit"));
    if seen
        .faults
        .first()
        .is_some_and(|fault| fault.contains(" on_enter "))
    {
        entered.pop();
    }
    entered.reverse();
    assert_eq!(exited, entered);
    let last = &seen.trace[seen.trace.len() - exited.len()..];
    assert!(last.iter().all(|line| line.ends_with(" on_exit")));
}

#[test]
fn each_flow_error_and_panic_at_each_breakpoint_by_each_callback_ends_as_promised() {
    let mut stage = Stage::new();
    for job in JOBS {
        for at in places() {
            for act in ACTS {
                for callback in 0..ACTORS.len() {
                    let mut deeds: Vec<_> = trigger(job, at).into_iter().collect();
                    deeds.push(deed(callback, at, act));
                    play(&mut stage, job, &deeds);
                }
            }
        }
    }
}

#[test]
fn of_two_callbacks_at_one_breakpoint_the_outermost_flow_acts_and_the_first_is_named() {
    let mut stage = Stage::new();
    for at in places() {
        for one in ACTS {
            for other in ACTS {
                let mut deeds: Vec<_> = trigger(Job::Fit, at).into_iter().collect();
                deeds.extend([deed(0, at, one), deed(2, at, other)]);
                let seen = stage.play(Job::Fit, &deeds);
                assert_eq!(seen, predict(Job::Fit, &deeds), "{deeds:?}");
            }
        }
    }
}

#[test]
fn whatever_fails_in_an_exit_all_callbacks_exit() {
    let mut stage = Stage::new();
    for ended_by in [
        None,
        Some(Act::Stop),
        Some(Act::Interrupt),
        Some(Act::Err),
        Some(Act::Panic),
    ] {
        for failing in 0..8 {
            for act in [Act::Err, Act::Panic, Act::Stop, Act::Leave("FIT")] {
                let end = ended_by.map(|act| deed(1, "on_epoch_end", act));
                let callback_ref =
                    (0..ACTORS.len()).filter(|callback| failing & (1 << callback) != 0);
                let exits = callback_ref.map(|callback| deed(callback, "on_exit", act));
                play(
                    &mut stage,
                    Job::Fit,
                    &end.into_iter().chain(exits).collect::<Vec<_>>(),
                );
            }
        }
    }
}

#[test]
fn two_callbacks_that_stop_at_once_are_one_stop_and_the_first_is_named() {
    let deeds = [
        deed(1, "on_train_end", Act::Stop),
        deed(2, "on_train_end", Act::Stop),
    ];
    let seen = Stage::new().play(Job::Fit, &deeds);
    assert_eq!(seen.ending, "stopped by middle on_train_end enough");
    let text = seen
        .trace
        .iter()
        .filter(|line| line.ends_with("on_stop"))
        .count();
    assert_eq!(text, ACTORS.len());
}

#[test]
fn a_handler_whose_state_is_absent_because_of_a_leave_is_skipped_and_counted() {
    let leave = Act::Leave("TRAIN_BATCH");
    let deeds = [
        deed(0, "on_train_batch_begin", leave),
        deed(1, "on_train_batch_after_pred", leave),
    ];
    let seen = Stage::new().play(Job::Fit, &deeds);
    assert_eq!(seen.skipped, ["witness on_train_batch_end 2"]);
    assert_eq!(seen.ending, "finished");
}

/// Up to five things that go wrong, anywhere.
fn scripts() -> impl Strategy<Value = Vec<Deed>> {
    let places: Vec<&'static str> = places().collect();
    let one = (
        0..ACTORS.len(),
        prop::sample::select(places),
        prop::sample::select(ACTS.to_vec()),
    );
    prop::collection::vec(
        one.prop_map(|(callback, at, act)| deed(callback, at, act)),
        0..6,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn any_script_ends_as_promised(deeds in scripts(), job in prop::sample::select(JOBS.to_vec())) {
        play(&mut Stage::new(), job, &deeds);
    }
}
