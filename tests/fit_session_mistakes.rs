//! A mistake of a training loop fails the fit of its session, and the message says what to write.

mod support {
    pub(crate) mod exit;
    pub(crate) mod journal;
}

use callbacks::Attach;
use callbacks::fit::{Fit, FitSession};
use support::exit::Exit;
use support::journal::Journal;

/// A loop that makes a mistake, and a part of the message about it.
type Mistake = (fn(&FitSession<'_>), &'static str);

const MISTAKES: [Mistake; 13] = [
    (
        |fit| assert!(fit.fire(Fit::on_train_batch_before_step).is_err()),
        "on_train_batch_before_step outside of TRAIN_BATCH (tests/fit_session_mistakes.rs:",
    ),
    (
        |fit| {
            for _ in fit.epochs() {
                for _ in fit.train([1.0]) {
                    assert!(fit.fire(Fit::on_valid_batch_after_pred).is_err());
                }
            }
        },
        "on_valid_batch_after_pred outside of VALID_BATCH (tests/fit_session_mistakes.rs:",
    ),
    (
        |fit| {
            for _ in fit.epochs() {
                for loss in fit.train([1.0, 2.0]).collect::<Vec<_>>() {
                    fit.loss(loss);
                }
            }
        },
        "a batch ends where the next one is asked for, as `collect` does",
    ),
    (
        |fit| assert!(fit.train([1.0]).next().is_none()),
        "the train pass began inside of FIT (tests/fit_session_mistakes.rs:",
    ),
    (
        |fit| {
            for _ in fit.epochs() {
                for _ in fit.train([1.0]) {
                    assert!(fit.valid([2.0]).next().is_none());
                }
            }
        },
        "the valid pass began inside of TRAIN_BATCH (tests/fit_session_mistakes.rs:",
    ),
    (
        |fit| fit.loss(0.5),
        "a loss was given outside of a batch (tests/fit_session_mistakes.rs:",
    ),
    (
        |fit| {
            for _ in fit.epochs() {
                for _ in fit.train([1.0]) {}
                fit.loss(0.5);
            }
        },
        "a loss was given outside of a batch (tests/fit_session_mistakes.rs:",
    ),
    (
        |fit| fit.samples(2),
        "a number of samples was given outside of a batch (tests/fit_session_mistakes.rs:",
    ),
    (
        |fit| {
            for _ in fit.epochs() {
                let _weights = fit.borrow::<Vec<f64>>();
                for _ in fit.train([1.0]) {}
            }
        },
        "Vec<f64>` is borrowed from the session while handlers run",
    ),
    (
        |fit| {
            fit.with_state(|_| fit.log("accuracy", 0.5));
        },
        "the session was used inside a `with_state`",
    ),
    (
        |fit| {
            let mut epochs = fit.epochs();
            epochs.next();
            let mut pass = fit.train([1.0]);
            pass.next();
            drop(epochs);
            drop(pass);
        },
        "ended the scope EPOCH before TRAIN_BATCH, which is inside it",
    ),
    (
        |fit| {
            let mut epochs = fit.epochs();
            epochs.next();
            let mut pass = fit.train([1.0]);
            pass.next();
            std::mem::forget(pass);
            epochs.next();
        },
        "ended the scope EPOCH before TRAIN_BATCH, which is inside it",
    ),
    (
        |fit| {
            let (mut first, mut second) = (fit.epochs(), fit.epochs());
            first.next();
            second.next();
        },
        "opened the scope EPOCH while EPOCH is open (tests/fit_session_mistakes.rs:",
    ),
];

#[test]
fn a_mistake_of_the_loop_fails_the_fit_and_its_message_names_the_scope() {
    for (mistake, part) in MISTAKES {
        let journal = Journal::default();
        let mut weights = vec![0.0];
        let exit = Exit(journal.clone());
        let fit = Fit::session(3)
            .lend(&mut weights)
            .plan_with(|plan| {
                plan.add_local(exit);
            })
            .start()
            .unwrap();
        mistake(&fit);
        assert!(fit.epochs().next().is_none(), "{part}");
        let outcome = fit.finish().to_string();
        assert!(outcome.contains(part), "{outcome}");
        assert_eq!(outcome.lines().count(), 1, "{outcome}");
        assert!(!outcome.contains("src/"), "{outcome}");
        let exit = journal.take().pop().unwrap();
        assert_eq!(exit, format!("exit: {outcome}"));
    }
}

#[test]
fn two_values_of_one_type_fail_the_run_at_its_begin() {
    let (mut first, mut second) = (1_u32, 2_u32);
    let fit = Fit::session(3).lend(&mut first).lend(&mut second).start();
    let fit = fit.unwrap();
    assert!(fit.epochs().next().is_none());
    let outcome = fit.finish().to_string();
    assert!(
        outcome.contains("two values of type `u32` are lent"),
        "{outcome}"
    );

    let fit = Fit::session(3)
        .lend(&mut first)
        .state(3_u32)
        .start()
        .unwrap();
    let outcome = fit.finish().to_string();
    assert!(
        outcome.contains("`u32` is lent and another is in the state"),
        "{outcome}"
    );
}

#[test]
fn the_settings_are_checked_before_anything_runs() {
    let error = Fit::session(2)
        .min_epochs(3)
        .learning_rate(f64::NAN)
        .on(Fit::on_epoch_end, |_: &String| {})
        .start()
        .unwrap_err();
    assert_eq!(error.problems().len(), 3, "{error}");
}
