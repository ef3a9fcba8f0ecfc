//! What a training loop leaves, a session ends: `break`, `?` and a panic.

mod support {
    pub(crate) mod exit;
    pub(crate) mod journal;
    pub(crate) mod tracer;
}

use callbacks::fit::{Epoch, Fit, FitSessionBuilder, History, Step};
use callbacks::shelf::EarlyStopping;
use callbacks::{Attach, Breakpoint, Callback, Flow, Handlers, Record, State};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::exit::Exit;
use support::journal::Journal;
use support::tracer::Tracer;

/// A session of three epochs whose calls are in the journal, with the outcome that the exits see.
fn journaled<'m>(journal: &Journal) -> FitSessionBuilder<'m> {
    let (calls, exit) = (journal.clone(), journal.clone());
    Fit::session(3).plan_with(|plan| {
        plan.add_local(Tracer(calls));
        plan.add_local(Exit(exit));
    })
}

/// How many epochs are complete, and how many are cut short.
fn epochs_of(state: &State) -> (usize, usize) {
    let history: &History = state.get().unwrap();
    (history.len(), history.cut_short().count())
}

#[test]
fn a_break_out_of_the_batches_ends_the_pass_and_keeps_the_epoch() {
    let fit = Fit::session(3).start().unwrap();
    for _ in fit.epochs() {
        for (index, loss) in fit.train([1.0, 3.0, 100.0]).enumerate() {
            if index == 2 {
                break;
            }
            fit.loss(loss);
        }
    }
    let (_plan, state, outcome) = fit.into_parts();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(epochs_of(&state), (3, 0));
    let history: &History = state.get().unwrap();
    let losses: Vec<f64> = history.of("train_loss").map(|(_, loss)| loss).collect();
    assert_eq!(losses, [2.0; 3]);
}

#[test]
fn a_break_out_of_the_epochs_inside_a_pass_cuts_the_epoch_short_and_stoppers_do_not_look() {
    let fit = Fit::session(9)
        .callback(EarlyStopping::minimize("valid_loss"))
        .start()
        .unwrap();
    'epochs: for _ in fit.epochs() {
        for loss in fit.train([1.0, 3.0]) {
            fit.loss(loss);
            if loss < 2.0 {
                break 'epochs;
            }
        }
        fit.log("valid_loss", 1.0);
    }
    let (_plan, state, outcome) = fit.into_parts();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(epochs_of(&state), (0, 1));
}

#[test]
fn a_break_after_the_last_value_keeps_the_epoch() {
    for cuts_its_passes in [false, true] {
        let fit = Fit::session(9).start().unwrap();
        for epoch in fit.epochs() {
            for loss in fit.train([1.0, 3.0]) {
                fit.loss(loss);
                if cuts_its_passes {
                    break;
                }
            }
            fit.log("valid_loss", 1.0);
            if epoch == 2 {
                break;
            }
        }
        let (_plan, state, outcome) = fit.into_parts();
        assert!(outcome.is_finished(), "{outcome}");
        assert_eq!(epochs_of(&state), (2, 0));
    }
}

#[test]
fn an_epoch_that_a_break_ends_early_is_cut_short() {
    /// The part of an epoch that the loop makes before it breaks.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Until {
        /// In the training pass, with a value logged before it.
        Train,
        /// After the training pass, before anything is logged.
        Logged,
        /// In the validation pass.
        Valid,
        /// After the last value.
        End,
    }
    for until in [Until::Train, Until::Logged, Until::Valid, Until::End] {
        let fit = Fit::session(9).start().unwrap();
        'epochs: for epoch in fit.epochs() {
            let ends = |part| epoch == 2 && part == until;
            fit.log("rate", 0.5);
            for loss in fit.train([1.0, 3.0]) {
                fit.loss(loss);
                if ends(Until::Train) {
                    break 'epochs;
                }
            }
            if ends(Until::Logged) {
                break;
            }
            fit.log("accuracy", 0.5);
            for loss in fit.valid([1.0, 3.0]) {
                fit.loss(loss);
                if ends(Until::Valid) {
                    break 'epochs;
                }
            }
            if ends(Until::End) {
                break;
            }
        }
        let (_plan, state, outcome) = fit.into_parts();
        assert!(outcome.is_finished(), "{outcome}");
        let expected = if until == Until::End { (2, 0) } else { (1, 1) };
        assert_eq!(epochs_of(&state), expected, "{until:?}");
    }
}

#[test]
fn a_first_epoch_without_a_value_that_a_break_ends_is_cut_short() {
    let fit = Fit::session(9).start().unwrap();
    assert_eq!(fit.epochs().next(), Some(1));
    let (_plan, state, outcome) = fit.into_parts();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(epochs_of(&state), (0, 1));
}

#[test]
fn the_record_is_not_complete_at_the_end_of_a_validation_that_a_break_ends() {
    for (breaks, is_complete) in [(false, true), (true, false)] {
        let fit = Fit::session(1)
            .on(Fit::on_valid_end, move |record: &Record| {
                assert_eq!(record.is_complete(), is_complete);
            })
            .start()
            .unwrap();
        for _ in fit.epochs() {
            for loss in fit.valid([1.0, 3.0]) {
                fit.loss(loss);
                if breaks {
                    break;
                }
            }
        }
        let outcome = fit.finish();
        assert!(outcome.is_finished(), "{outcome}");
    }
}

#[test]
fn a_stop_stays_a_stop_if_the_session_is_dropped() {
    let journal = Journal::default();
    let fit = journaled(&journal)
        .on(Fit::on_epoch_end, || Flow::stop("enough"))
        .start()
        .unwrap();
    for _ in fit.epochs() {}
    drop(fit);
    let calls = journal.take();
    assert!(calls.contains(&"on_stop".to_owned()), "{calls:?}");
    assert!(
        calls.last().unwrap().starts_with("exit: stopped by"),
        "{calls:?}"
    );
}

#[test]
fn a_function_that_returns_an_error_interrupts_the_fit_and_every_callback_exits() {
    fn train(journal: &Journal) -> Result<(), Box<dyn Error>> {
        let fit = journaled(journal).start()?;
        for _ in fit.epochs() {
            for text in fit.train(["1", "one"]) {
                fit.loss(text.parse::<f64>()?);
            }
        }
        Ok(fit.finish().ok().map(drop)?)
    }
    let journal = Journal::default();
    let error = train(&journal).unwrap_err();
    assert_eq!(error.to_string(), "invalid float literal");
    let expected = [
        "on_fit_begin",
        "on_epoch_begin",
        "on_train_begin",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_train_end",
        "on_epoch_end",
        "on_interrupt",
        "on_fit_end",
        "exit: interrupted by the loop itself: the session was dropped before it was finished",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn a_panic_of_the_loop_fails_the_fit_and_every_callback_exits() {
    let journal = Journal::default();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let fit = journaled(&journal).start().unwrap();
        for _ in fit.epochs() {
            for loss in fit.train([1.0, 2.0]) {
                assert!(loss > 1.5, "an index out of bounds");
            }
        }
        fit.finish()
    }));
    assert!(panic.is_err());
    let expected = [
        "on_fit_begin",
        "on_epoch_begin",
        "on_train_begin",
        "on_train_batch_begin",
        "on_fit_error",
        "exit: failed in the loop itself: panicked: the loop panicked",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn a_panic_that_the_loop_catches_has_failed_the_fit() {
    let fit = Fit::session(3).start().unwrap();
    let mut epochs = 0;
    for _ in fit.epochs() {
        epochs += 1;
        let pass = catch_unwind(AssertUnwindSafe(|| {
            for loss in fit.train([1.0, 2.0]) {
                assert!(loss > 1.5, "an index out of bounds");
            }
        }));
        assert!(pass.is_err());
    }
    assert_eq!(epochs, 1);
    assert!(fit.finish().failed().is_some());
}

#[test]
fn a_lent_model_is_state_at_every_breakpoint_and_in_the_exits() {
    #[derive(Debug, PartialEq)]
    struct Weights(f64);
    #[derive(Debug, PartialEq)]
    struct Bias(u32);
    struct Watch(Journal);
    impl Watch {
        fn look(&self, at: &Breakpoint, weights: &mut Weights) {
            weights.0 += 1.0;
            self.0.note(at.name());
        }
    }
    impl Callback<Fit> for Watch {
        fn handlers(&self, h: &mut Handlers<Fit, Self>) {
            h.on(Fit::on_enter, Self::look);
            h.on_all(Self::look);
            h.on(Fit::on_exit, Self::look);
        }
    }
    let (journal, mut weights, mut bias) = (Journal::default(), Weights(0.0), Bias(0));
    let watch = Watch(journal.clone());
    let fit = Fit::session(1)
        .lend(&mut weights)
        .lend(&mut bias)
        .plan_with(|plan| {
            plan.add_local(watch);
        })
        .on(Fit::on_epoch_end, |bias: &mut Bias| bias.0 = 7)
        .start()
        .unwrap();
    for _ in fit.epochs() {
        for _ in fit.train([1.0, 2.0]) {
            fit.borrow::<Weights>().unwrap().0 += 100.0;
        }
    }
    assert!(fit.finish().is_finished());
    let calls = journal.take();
    assert_eq!(
        (calls[0].as_str(), calls.last().unwrap().as_str()),
        ("on_enter", "on_exit")
    );
    let looks = f64::from(u32::try_from(calls.len()).unwrap());
    assert_eq!((weights, bias), (Weights(200.0 + looks), Bias(7)));
}

#[test]
fn a_session_counts_from_where_its_state_stands() {
    let fit = Fit::session(4)
        .state(Epoch::new(2))
        .state(Step::new(70))
        .start()
        .unwrap();
    let mut epochs = vec![];
    for epoch in fit.epochs() {
        epochs.push(epoch);
        for loss in fit.train([1.0, 2.0]) {
            fit.loss(loss);
        }
    }
    assert_eq!(epochs, [3, 4]);
    let (_plan, state, outcome) = fit.into_parts();
    assert!(outcome.is_finished());
    assert_eq!(state.get(), Some(&Step::new(74)));
}

#[test]
#[expect(clippy::never_loop, reason = "the loop breaks in its first epoch")]
fn a_number_that_a_break_leaves_out_is_absent_and_its_name_is_right() {
    let fit = Fit::session(3)
        .callback(EarlyStopping::minimize("valid_loss"))
        .start()
        .unwrap();
    for _ in fit.epochs() {
        for loss in fit.train([1.0, 3.0]) {
            fit.loss(loss);
        }
        break;
    }
    let outcome = fit.finish();
    assert!(outcome.is_finished(), "{outcome}");
}
