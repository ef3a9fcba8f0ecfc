//! The shelf's progress: what stands on a terminal, and what in a file.
#![cfg(feature = "indicatif")]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod terminal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Driver, Time, stop_unless};
use callbacks::fit::{Batches, Epoch, Fit, Loss, Phase, Step, Trainer};
use callbacks::shelf::Progress;
use callbacks::{Attach, Breakpoint, Complex, Flow, Record, Stats, callback};
use indicatif::{InMemoryTerm, ProgressDrawTarget};
use std::io;
use std::time::Duration;
use support::journal::Journal;
use support::line::{Input, Line, inputs};
use support::terminal::{Page, shown, terminal, words};
use support::walk::walk;

/// Notes the lowest line of a terminal wherever something is drawn.
struct Watch(InMemoryTerm, Journal);

#[callback(Fit, Driver, register = false, weight = 20)]
impl Watch {
    #[on(phase_begin, batch_end, step_end)]
    fn note(&self, _: &Breakpoint) {
        let lines = self.0.contents();
        self.1.note(lines.lines().last().unwrap_or_default());
    }
}

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default())).learning_rate(0.5)
}

/// A source that cannot tell how many batches there will be.
fn untold<const N: usize>(values: [f64; N]) -> impl Batches<Input> {
    move |_: u64| inputs(values).into_iter().filter(|_| true)
}

#[test]
fn a_bar_goes_over_as_many_batches_as_their_source_has() {
    let (progress, term) = terminal();
    let seen = Journal::default();
    // The known lengths are of other data.
    let mut trainer = trainer().callback(progress.batches(Phase::Train, 9));
    trainer.plan().add_local(Watch(term, seen.clone()));
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let end = words(&seen.take()[1]);
    assert_eq!(
        end,
        "epoch 1/1 train [========================] 1/1 | loss 1.0000"
    );
}

#[test]
fn a_bar_goes_over_the_batches_with_the_loss_and_what_is_in_the_metrics() {
    let (progress, term) = terminal();
    let seen = Journal::default();
    let mut trainer = trainer()
        .epochs(2)
        .valid(inputs([4.0]))
        .callback(progress.batches(Phase::Valid, 1));
    trainer.plan().add_local(Watch(term.clone(), seen.clone()));
    assert!(
        trainer
            .fit(untold([1.0, 2.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let seen: Vec<String> = seen.take().iter().map(|line| words(line)).collect();
    // How many batches train has is known from the second epoch on.
    let expected = [
        "epoch 1/2 train / 0",
        "epoch 1/2 train - 1 | loss 1.0000",
        "epoch 1/2 train \\ 2 | loss 1.0000",
        "epoch 1/2 valid [------------------------] 0/1",
        "epoch 1/2 valid [========================] 1/1 | loss -2.0000 | train_loss 1.0000",
        "epoch 2/2 train [------------------------] 0/2",
        "epoch 2/2 train [============>-----------] 1/2 | loss -0.5000",
        "epoch 2/2 train [========================] 2/2 | loss -2.0000",
        "epoch 2/2 valid [------------------------] 0/1",
        "epoch 2/2 valid [========================] 1/1 | loss -8.0000 | train_loss -1.2500",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn what_stays_on_the_terminal_is_a_line_for_each_epoch_and_the_ending() {
    let (progress, term) = terminal();
    let mut trainer = trainer().epochs(2).callback(progress);
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let first = [
        "epoch 1/2: train_loss 1.0000",
        "epoch 2/2: train_loss 0.5000",
        "finished",
    ];
    assert_eq!(shown(&term), first);
    // The next fit begins anew.
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(shown(&term)[3], "epoch 1/2: train_loss 0.0000");
    assert_eq!(shown(&term).len(), 6);
}

#[test]
fn an_evaluation_and_a_prediction_are_a_pass_each() {
    let (progress, term) = terminal();
    let mut trainer = trainer().callback(progress);
    assert!(
        trainer
            .evaluate(inputs([3.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    assert!(
        trainer
            .predict(inputs([3.0, 4.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let expected = [
        "valid, 1 batch: valid_loss 3.0000",
        "finished",
        "predict, 2 batches",
        "finished",
    ];
    assert_eq!(shown(&term), expected);
}

#[test]
fn a_pass_that_turns_out_longer_has_no_bar() {
    let (progress, term) = terminal();
    let seen = Journal::default();
    let mut trainer = trainer().callback(progress.batches(Phase::Train, 1));
    trainer.plan().add_local(Watch(term, seen.clone()));
    assert!(
        trainer
            .fit(untold([1.0, 2.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let bars: Vec<bool> = seen.take().iter().map(|line| line.contains('[')).collect();
    assert_eq!(bars, [true, true, false]);
}

#[test]
fn a_bar_goes_over_the_steps_of_each_run() {
    let (progress, term) = terminal();
    let seen = Journal::default();
    let mut driver = walk().callback(progress.steps(2));
    driver.plan().add_local(Watch(term.clone(), seen.clone()));
    for _ in 0..2 {
        assert!(driver.run(2).unwrap().is_finished());
    }
    let seen: Vec<String> = seen.take().iter().map(|line| words(line)).collect();
    let expected = [
        "step [============>-----------] 1/2 | place 1.0000",
        "step [========================] 2/2 | place 2.0000",
        "step [============>-----------] 3/4 | place 3.0000",
        "step [========================] 4/4 | place 4.0000",
    ];
    assert_eq!(seen, expected);
    let stays = [
        "step 2/2: place 2.0000",
        "finished",
        "step 4/4: place 4.0000",
        "finished",
    ];
    assert_eq!(shown(&term), stays);
}

#[test]
fn a_run_for_a_simulated_time_has_a_spinner_with_counts() {
    let (progress, term) = terminal();
    let seen = Journal::default();
    let mut driver =
        walk()
            .callback(progress)
            .on(Driver::before_parameter_update, |record: &mut Record| {
                record.set("a vector is not shown", vec![1.0]);
            });
    driver.plan().add_local(Watch(term, seen.clone()));
    assert!(driver.run_for(Time::new(1.0)).unwrap().is_finished());
    let seen: Vec<String> = seen.take().iter().map(|line| words(line)).collect();
    assert_eq!(
        seen,
        ["step - 1 | place 1.0000", "step \\ 2 | place 2.0000"]
    );
}

#[test]
fn what_is_shown_is_what_was_chosen_and_a_dash_for_what_is_not_there() {
    let page = Page::default();
    let names = [
        "energy",
        "energy.variance",
        "overlap",
        "sites",
        "tiny",
        "enrgy",
    ];
    let mut driver = walk()
        .callback(Progress::lines(page.clone()).show(names))
        .on(Driver::on_step_end, |record: &mut Record| {
            record.set("energy", Stats::of([-1.0, -3.0]));
            record.set("overlap", Complex { re: 0.5, im: -0.25 });
            record.set("sites", vec![1.0, 0.5]);
            record.set("tiny", 1.25e-7);
        });
    assert!(driver.run(1).unwrap().is_finished());
    let expected = "step 1/1: energy -2.0000 ± 1.0000  energy.variance 1.0000  overlap 0.5000-0.2500i  \
                    sites [1.0000, 0.5000]  tiny 1.250e-7  enrgy -";
    assert_eq!(page.lines(), [expected, "finished"]);
}

#[test]
fn without_a_terminal_there_is_a_line_for_each_tenth_and_no_escape_code() {
    let page = Page::default();
    let mut driver = walk().callback(Progress::lines(page.clone()).steps(40));
    assert!(driver.run(40).unwrap().is_finished());
    let mut expected: Vec<String> = (1..=10)
        .map(|tenth| format!("step {at}/40: place {at}.0000", at = 4 * tenth))
        .collect();
    expected.push("finished".into());
    assert_eq!(page.lines(), expected);
    assert!(
        !page
            .0
            .lock()
            .unwrap()
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\n')
    );
}

#[test]
fn without_a_terminal_lines_become_rare_if_the_number_of_steps_is_unknown() {
    let page = Page::default();
    let mut driver = walk().callback(Progress::lines(page.clone()));
    assert!(driver.run_for(Time::new(35.0)).unwrap().is_finished());
    let expected = [1, 2, 5, 10, 20, 50, 70].map(|at| format!("step {at}: place {at}.0000"));
    assert_eq!(page.lines()[..7], expected);
    assert_eq!(page.lines()[7..], ["finished"]);
}

#[test]
fn of_many_epochs_a_hundred_have_a_line_and_the_last_is_among_them() {
    let page = Page::default();
    let progress = Progress::lines(page.clone());
    let mut trainer = trainer().epochs(251).callback(progress);
    for last in [250, 1] {
        let stop = move |epoch: &Epoch| match epoch.get() {
            here if here == last => Flow::stop("enough"),
            _ => Flow::Continue,
        };
        trainer.plan().on(Fit::on_epoch_end, stop);
        let outcome = trainer.fit(inputs([0.0])).unwrap().outcome;
        assert!(outcome.stopped().is_some());
    }
    let lines = page.lines();
    assert_eq!(lines.len(), 101 + 2);
    assert_eq!(lines[99], "epoch 250/251: train_loss 0.0000");
    assert_eq!(lines[101], "epoch 1/251: train_loss 0.0000");
}

#[test]
fn the_next_fit_may_have_other_batches() {
    let (progress, term) = terminal();
    let seen = Journal::default();
    let mut trainer = trainer().callback(progress);
    trainer.plan().add_local(Watch(term, seen.clone()));
    for _ in 0..2 {
        assert!(trainer.fit(untold([1.0])).unwrap().outcome.is_finished());
    }
    assert!(seen.take().iter().all(|line| !line.contains('[')));
}

#[test]
fn in_every_ending_the_bar_is_gone_and_the_last_line_tells_of_it() {
    type End = fn() -> Result<Flow, &'static str>;
    let endings: [(End, &[&str]); 4] = [
        (
            || Ok(Flow::stop("enough")),
            &[
                "epoch 1/1: train_loss 1.0000",
                "stopped by end at on_train_batch_end",
            ],
        ),
        (
            || Ok(Flow::interrupt("SIGINT")),
            &[
                "epoch 1/1: train_loss 1.0000",
                "interrupted by end at on_train_batch_end",
            ],
        ),
        (
            || Err("broken"),
            &["epoch 1/1 train 0/2", "failed in end at on_train_batch_end"],
        ),
        (
            || std::panic::resume_unwind(Box::new("broken")),
            &["epoch 1/1 train 0/2", "failed in end at on_train_batch_end"],
        ),
    ];
    for (end, expected) in endings {
        let (progress, term) = terminal();
        let mut trainer = trainer().callback(progress.batches(Phase::Train, 2));
        trainer.plan().on(Fit::on_train_batch_end, end).named("end");
        let _ = trainer.fit(inputs([1.0, 2.0])).unwrap();
        let lines = shown(&term);
        assert_eq!(lines.len(), 2, "{lines:?}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.starts_with(expected), "{line}");
        }
    }
}

#[test]
fn a_driver_that_fails_has_one_line_for_where_it_stood() {
    let (tenth, between) = (2, 3);
    for at in [tenth, between] {
        let page = Page::default();
        let progress = Progress::lines(page.clone()).steps(20);
        let mut driver = walk().callback(progress);
        let fail = move |step: &Step| match step.get() {
            here if here == at => Err("broken\nfor good"),
            _ => Ok(()),
        };
        driver.plan().on(Driver::on_step_start, fail);
        assert!(driver.run(20).unwrap().failed().is_some());
        let mut expected = vec!["step 2/20: place 2.0000"];
        expected.extend((at == between).then_some("step 3/20"));
        expected.push("failed in closure at on_step_start");
        expected.push("for good");
        assert_eq!(page.lines(), expected);
    }
}

/// The loss is fetched from a device, and the fit is asked whether it was.
fn is_loss_read(progress: Progress) -> bool {
    let read = Journal::default();
    let note = read.clone();
    let mut trainer =
        trainer()
            .callback(progress)
            .on(Fit::on_train_batch_after_loss, |loss: &mut Loss| {
                *loss = Loss::lazy(|| Ok::<_, io::Error>(1.0));
            });
    let look = move |loss: &Loss| note.note(loss.is_read().to_string());
    trainer
        .plan()
        .on(Fit::on_train_batch_end, look)
        .weight(20.0);
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    read.take() == ["true"]
}

#[test]
fn a_loss_is_read_only_if_it_is_drawn() {
    assert!(is_loss_read(terminal().0));
    assert!(!is_loss_read(terminal().0.refresh(Duration::MAX)));
    assert!(!is_loss_read(
        Progress::live(ProgressDrawTarget::hidden()).refresh(Duration::ZERO)
    ));
    assert!(!is_loss_read(Progress::lines(io::sink())));
}

#[test]
fn metrics_of_others_are_shown_at_the_end_of_the_epoch_that_they_belong_to() {
    let page = Page::default();
    let mut trainer = trainer()
        .epochs(2)
        .callback(Progress::lines(page.clone()).show(["accuracy", "valid_loss"]))
        .on(Fit::on_epoch_end, |record: &mut Record| {
            record.set("accuracy", 0.5);
        });
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let expected = [
        "epoch 1/2: accuracy 0.5000  valid_loss -",
        "epoch 2/2: accuracy 0.5000  valid_loss -",
        "finished",
    ];
    assert_eq!(page.lines(), expected);
}

#[test]
fn a_run_without_an_end_begins_anywhere_and_a_stopped_step_does_not_count() {
    let page = Page::default();
    let mut driver = walk().callback(Progress::lines(page.clone())).on(
        Driver::before_parameter_update,
        stop_unless("half-way", |record: &Record| {
            record.get("place") != Some(4.0)
        }),
    );
    assert!(driver.run(1).unwrap().is_finished());
    assert!(driver.run(u64::MAX).unwrap().stopped().is_some());
    let lines = page.lines();
    let last = format!("step 3/{}: place 3.0000", u64::MAX);
    assert!(lines.contains(&last), "{lines:?}");
}
