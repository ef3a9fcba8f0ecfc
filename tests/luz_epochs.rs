//! How long a fit goes on, and what it comes to: epochs, stops that come too early, history, a second fit.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
}

use callbacks::fit::{
    Epoch, Fit, History, Iteration, LearningRate, Loss, OptimizerName, Step, Trainer,
};
use callbacks::{At, Attach, BoxError, Flow, Outcome, Record};
use std::cell::Cell;
use std::rc::Rc;
use support::journal::Journal;
use support::line::{Input, Line, Output, Slope, inputs};
use support::tracer::Tracer;

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default()))
}

/// How many epochs were told of their end.
fn epochs_of(outcome: impl FnOnce(Trainer<Line>) -> Outcome) -> (u64, Outcome) {
    let ended = Rc::new(Cell::new(0));
    let count = ended.clone();
    let counting = trainer().on(Fit::on_epoch_end, move || count.set(count.get() + 1));
    let outcome = outcome(counting);
    (ended.get(), outcome)
}

fn fit(mut trainer: Trainer<Line>) -> Outcome {
    trainer.fit(inputs([1.0, 2.0])).unwrap().outcome
}

/// A fit of at least 2 and at most 5 epochs, with a handler that always answers `flow`.
fn fit_two_to_five(at: At<Fit>, flow: &Flow) -> (u64, Outcome) {
    let flow = flow.clone();
    epochs_of(|trainer| {
        let always = move || flow.clone();
        fit(trainer
            .epochs(5)
            .min_epochs(2)
            .valid(inputs([1.0]))
            .on(at, always))
    })
}

#[test]
fn a_fit_ends_after_max_epochs() {
    for max in [0, 1, 3] {
        let (epochs, outcome) = epochs_of(|trainer| fit(trainer.epochs(max)));
        assert_eq!(epochs, max);
        assert!(outcome.is_finished());
    }
}

#[test]
fn a_stop_before_min_epochs_is_refused_and_noted() {
    let (epochs, outcome) = fit_two_to_five(Fit::on_epoch_end, &Flow::stop("enough"));
    assert_eq!(epochs, 2);
    let stop = outcome.stopped().expect("stopped at the end of epoch 2");
    assert_eq!(stop.reason(), "enough");
    let [refused] = outcome.refused() else {
        panic!("one stop was refused: {:?}", outcome.refused());
    };
    assert!(refused.reason().contains("enough") && refused.reason().contains("1 of at least 2"));
    assert_eq!(refused.origin().callback(), Some("closure#2"));
    assert_eq!(
        refused.origin().breakpoint().unwrap().name(),
        "on_epoch_end"
    );
}

#[test]
fn a_stop_inside_an_epoch_acts_when_min_epochs_are_complete() {
    for (at, firings) in [
        (Fit::on_epoch_begin, 1),
        (Fit::on_train_begin, 1),
        (Fit::on_train_batch_before_step, 2),
        (Fit::on_valid_batch_end, 1),
        (Fit::on_valid_end, 1),
    ] {
        let (epochs, outcome) = fit_two_to_five(at, &Flow::stop("enough"));
        // In the third epoch, whose end is fired, too.
        assert_eq!(epochs, 3, "{at:?}");
        assert!(outcome.stopped().is_some(), "{at:?}");
        assert_eq!(outcome.refused().len(), 2 * firings, "{at:?}");
    }
}

#[test]
fn a_stop_before_the_first_epoch_is_refused_as_well() {
    let (epochs, outcome) = fit_two_to_five(Fit::on_fit_begin, &Flow::stop("enough"));
    assert_eq!(epochs, 5);
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(outcome.refused().len(), 1);
}

#[test]
fn leaving_the_fit_is_refused_like_a_stop_and_then_finishes_it() {
    let (epochs, outcome) = fit_two_to_five(Fit::on_train_batch_end, &Flow::leave(Fit::FIT));
    assert_eq!(epochs, 3);
    assert!(outcome.is_finished());
    assert_eq!(outcome.refused().len(), 4);
}

#[test]
fn an_interrupt_is_not_refused() {
    for at in [
        Fit::on_fit_begin,
        Fit::on_epoch_begin,
        Fit::on_train_batch_end,
        Fit::on_epoch_end,
    ] {
        let (epochs, outcome) = fit_two_to_five(at, &Flow::interrupt("SIGINT"));
        assert!(epochs <= 1, "{at:?}");
        assert_eq!(
            outcome.interrupted().expect("interrupted").reason(),
            "SIGINT"
        );
        assert!(outcome.refused().is_empty());
    }
}

#[test]
fn an_epoch_that_was_left_counts_wherever_it_was_left() {
    let places = [
        Fit::on_epoch_begin,
        Fit::on_train_begin,
        Fit::on_train_batch_begin,
        Fit::on_train_end,
        Fit::on_valid_batch_end,
    ];
    for at in places {
        let stop = || Flow::stop("enough");
        let (epochs, _) = epochs_of(|trainer| {
            let trainer = trainer.epochs(5).min_epochs(2).valid(inputs([1.0]));
            let leave = || Flow::leave(Fit::EPOCH);
            fit(trainer.on(at, leave).on(Fit::on_epoch_end, stop))
        });
        assert_eq!(epochs, 2, "{at:?}");
    }
}

#[test]
fn a_loop_that_asks_to_stop_at_every_batch_does_not_fill_the_memory() {
    let always = || Flow::stop("enough");
    let mut trainer = trainer().min_epochs(1).on(Fit::on_train_batch_end, always);
    let outcome = trainer.fit(vec![Input(1.0); 1000]).unwrap().outcome;
    assert!(outcome.is_finished());
    assert!((1..1000).contains(&outcome.refused().len()));
}

#[test]
fn a_fit_gives_back_learner_history_and_outcome() {
    let mut trainer = trainer().epochs(2).learning_rate(0.25).valid(inputs([8.0]));
    let fitted = trainer.fit(inputs([1.0, 1.0])).unwrap();
    assert!(fitted.outcome.ok().is_ok());
    assert!((fitted.learner.weight - 0.0).abs() < 1e-12);
    let losses = |name| fitted.history.of(name).collect::<Vec<_>>();
    assert_eq!(
        losses("train_loss"),
        [(Epoch::new(1), 0.875), (Epoch::new(2), 0.375)]
    );
    assert_eq!(
        losses("valid_loss"),
        [(Epoch::new(1), 4.0), (Epoch::new(2), 0.0)]
    );
}

#[test]
fn the_history_of_an_epoch_is_there_when_the_next_one_begins() {
    let mut trainer =
        trainer()
            .epochs(3)
            .on(Fit::on_epoch_begin, |history: &History, epoch: &Epoch| {
                assert_eq!(history.len() as u64 + 1, epoch.get());
            });
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
}

#[test]
fn an_epoch_that_failed_is_not_in_the_history() {
    let fails_in_epoch_two = |epoch: &Epoch| -> Result<(), BoxError> {
        if epoch.get() == 2 {
            Err("no")?;
        }
        Ok(())
    };
    for at in [
        Fit::on_epoch_begin,
        Fit::on_train_batch_end,
        Fit::on_epoch_end,
    ] {
        let mut trainer = trainer().epochs(3).on(at, fails_in_epoch_two);
        let fitted = trainer.fit(inputs([1.0])).unwrap();
        assert!(fitted.outcome.failed().is_some());
        assert_eq!(fitted.history.len(), 1, "{at:?}");
    }
}

#[test]
fn a_second_fit_starts_clean() {
    let journal = Journal::default();
    let note = journal.clone();
    let start = move |epoch: &Epoch,
                      step: &Step,
                      rate: &LearningRate,
                      record: &Record,
                      history: &History| {
        note.note(format!("{epoch} {step} {rate} {record} {}", history.len()));
    };
    let mut trainer = trainer()
        .learning_rate(0.5)
        .plan_with(|plan| {
            plan.add_local(Tracer(journal.clone()));
        })
        .on(Fit::on_fit_begin, start)
        .on(Fit::on_train_batch_end, |rate: &mut LearningRate| {
            rate.set(9.0);
        });
    let _ = trainer.fit(inputs([1.0, 2.0])).unwrap();
    let first = journal.take();
    let fitted = trainer.fit(inputs([1.0, 2.0])).unwrap();
    assert_eq!(fitted.history.len(), 1);
    assert_eq!(journal.take(), first);
}

#[test]
fn the_first_error_is_kept_when_the_batches_fail_and_then_the_losses_cannot_be_read() {
    struct Broken;
    impl callbacks::fit::Batches<Input> for Broken {
        fn batches(&mut self, _: u64) -> Box<dyn Iterator<Item = Result<Input, BoxError>> + '_> {
            Box::new([Ok(Input(1.0)), Err("the disk is gone".into())].into_iter())
        }
    }
    let lose = |loss: &mut Loss| *loss = Loss::lazy(|| Err("the device is gone"));
    let mut trainer = trainer().on(Fit::on_train_batch_end, lose);
    let outcome = trainer.fit(Broken).unwrap().outcome;
    assert_eq!(
        outcome.failed().unwrap().cause().to_string(),
        "the disk is gone"
    );
}

#[test]
fn min_epochs_is_a_bound_of_a_fit_and_not_of_an_evaluation_or_a_prediction() {
    let stop = || Flow::stop("enough");
    let mut trainer = trainer()
        .min_epochs(2)
        .on(Fit::on_valid_batch_end, stop)
        .on(Fit::on_predict_batch_end, stop);
    let evaluated = trainer.evaluate(inputs([1.0, 2.0])).unwrap();
    assert!(
        evaluated.outcome.stopped().is_some(),
        "{}",
        evaluated.outcome
    );
    let predicted = trainer.predict(inputs([1.0, 2.0])).unwrap();
    assert!(
        predicted.outcome.stopped().is_some(),
        "{}",
        predicted.outcome
    );
    assert_eq!(predicted.predictions.len(), 1);
}

#[test]
fn a_plan_that_was_refused_keeps_learner_and_validation_data() {
    let mut trainer = trainer()
        .valid(inputs([1.0]))
        .on(Fit::on_fit_begin, |_: &u128| {});
    assert!(trainer.fit(inputs([1.0])).is_err());
    let mut trainer = trainer.state(0_u128);
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    assert!(fitted.outcome.is_finished());
    assert_eq!(fitted.history.of("valid_loss").count(), 1);
}

#[test]
fn a_prediction_is_given_for_each_batch_that_was_not_left_before_it_was_made() {
    let leave_first = |iteration: &Iteration| match iteration.get() {
        1 => Flow::leave(Fit::PREDICT_BATCH),
        _ => Flow::Continue,
    };
    let mut trainer = trainer().on(Fit::on_predict_batch_begin, leave_first);
    let predicted = trainer.predict(inputs([1.0, 2.0, 3.0])).unwrap();
    assert!(predicted.outcome.is_finished());
    assert_eq!(predicted.predictions, [Output(2.0), Output(3.0)]);
}

/// Fails the first time.
fn fail_once() -> impl FnMut() -> Result<(), &'static str> {
    let mut failed = false;
    move || {
        if std::mem::replace(&mut failed, true) {
            Ok(())
        } else {
            Err("once")
        }
    }
}

#[test]
fn a_run_that_failed_leaves_nothing_for_the_next() {
    let journal = Journal::default();
    let nothing = |made: Option<&Output>, loss: Option<&Loss>| {
        assert!(made.is_none() && loss.is_none());
    };
    let mut trainer = trainer()
        .plan_with(|plan| {
            plan.add_local(Tracer(journal.clone()));
        })
        .on(Fit::on_train_batch_begin, nothing)
        .on(Fit::on_train_batch_before_step, fail_once());
    let failed = trainer.fit(inputs([1.0, 2.0])).unwrap().outcome;
    assert!(failed.failed().is_some());
    let left = [
        trainer.get::<Input>().is_some(),
        trainer.get::<Output>().is_some(),
        trainer.get::<Slope>().is_some(),
        trainer.get::<Loss>().is_some(),
        trainer.get::<OptimizerName>().is_some(),
    ];
    assert_eq!(left, [false; 5]);
    // What is of the run, and not of a batch, is there to be looked at.
    assert_eq!(trainer.get::<Epoch>(), Some(&Epoch::new(1)));
    journal.take();
    let finished = trainer.fit(inputs([1.0, 2.0])).unwrap().outcome;
    assert!(finished.is_finished(), "{finished}");
    assert_eq!(journal.take().len(), 3 + 2 * 8 + 3);
}
