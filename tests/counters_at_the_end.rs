//! Counters that come to the end of what a `u64` holds stay there: no run fails because of it.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::Driver;
use callbacks::fit::{Epoch, Epochs, Fit, Iteration, MicroStep, SampleCount, Step, Trainer};
use callbacks::{Attach, Outcome, Period};
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::walk;

const END: u64 = u64::MAX;

/// A trainer of two batches.
fn fit(trainer: Trainer<Line>) -> Outcome {
    let mut trainer = trainer;
    trainer.fit(inputs([1.0, 2.0])).unwrap().outcome
}

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default()))
}

#[test]
fn the_step_of_a_fit_stays_at_the_end() {
    let seen = Journal::default();
    let note = seen.clone();
    let trainer = trainer()
        .on(Fit::on_fit_begin, |step: &mut Step| {
            *step = Step::new(END - 1);
        })
        .on(Fit::on_train_batch_after_step, move |step: &Step| {
            note.note(step.to_string());
        });
    let outcome = fit(trainer);
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(seen.take(), [END.to_string(), END.to_string()]);
}

#[test]
fn the_micro_step_the_iteration_and_the_samples_of_a_fit_stay_at_the_end() {
    let seen = Journal::default();
    let note = seen.clone();
    let trainer = trainer()
        .on(
            Fit::on_train_begin,
            |micro: &mut MicroStep, iteration: &mut Iteration, samples: &mut SampleCount| {
                *micro = MicroStep::new(END);
                *iteration = Iteration::new(END);
                *samples = SampleCount::new(END);
            },
        )
        .on(
            Fit::on_train_batch_end,
            move |micro: &MicroStep, iteration: &Iteration, samples: &SampleCount| {
                let all = [micro.get(), iteration.get(), samples.get()];
                note.note(format!("{}", all == [END; 3]));
            },
        );
    let outcome = fit(trainer);
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(seen.take(), ["true", "true"]);
}

#[test]
fn batches_of_more_samples_than_can_be_counted_are_trained_on() {
    let mut line = Line::new(&Journal::default());
    line.samples = |_| u64::MAX;
    let outcome = fit(Trainer::new(line));
    assert!(outcome.is_finished(), "{outcome}");
}

#[test]
fn the_epochs_of_a_fit_end_at_the_end() {
    let trainer = trainer().epochs(2).on(
        Fit::on_epoch_begin,
        |epoch: &mut Epoch, epochs: &mut Epochs| {
            epochs.max = END;
            *epoch = Epoch::new(END);
        },
    );
    let outcome = fit(trainer);
    assert!(outcome.is_finished(), "{outcome}");
}

#[test]
fn the_step_of_a_driver_stays_at_the_end() {
    let seen = Journal::default();
    let note = seen.clone();
    let mut driver = walk()
        .on(Driver::on_run_start, |step: &mut Step| {
            *step = Step::new(END - 1);
        })
        .on(Driver::on_step_end, move |step: &Step| {
            note.note(step.to_string());
        });
    let outcome = driver.run(3).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(seen.take(), [END; 3].map(|end| end.to_string()));
}

#[test]
fn a_driver_that_is_asked_for_more_steps_than_can_be_counted_runs_until_it_is_stopped() {
    let mut driver = walk().on(Driver::on_step_end, |step: &Step| {
        if step.get() == 3 {
            callbacks::Flow::stop("enough")
        } else {
            callbacks::Flow::Continue
        }
    });
    assert!(driver.run(END).unwrap().stopped().is_some());
    // From 3 on, so many more go beyond what can be counted.
    let mut again = driver.on(Driver::on_step_start, || callbacks::Flow::stop("now"));
    assert!(again.run(END).unwrap().stopped().is_some());
}

#[test]
fn a_period_near_the_end_is_due_at_its_last_mark_and_never_again() {
    let seen = Journal::default();
    let note = seen.clone();
    let mut trainer = trainer()
        .epochs(3)
        .on(Fit::on_fit_begin, |step: &mut Step| {
            *step = Step::new(END - 2);
        });
    let due = move |step: &Step| note.note(step.to_string());
    trainer
        .plan()
        .on(Fit::on_train_batch_after_step, due)
        .every(Period::steps(END));
    let outcome = fit(trainer);
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(seen.take(), [END.to_string()]);
}
