//! Callbacks that stop a run without patience: at a count, and at what is not finite.
#![allow(
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::fit::{MicroStep, SampleCount};
use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, MaxTime, StopAfter, TerminateOnNan};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use std::time::Duration;
use support::journal::Journal;
use support::line::{Line, Slope, inputs};
use support::walk::walk;

const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default())).epochs(3)
}

fn reason(outcome: &Outcome) -> &str {
    outcome.stopped().map_or("no stop", Stop::reason)
}

/// Fits once more behind another fit, and with another instance beside.
fn fit_twice(make: impl Fn() -> Trainer<Line>, check: impl Fn(&mut Trainer<Line>)) {
    let mut trainer = make();
    check(&mut trainer);
    check(&mut trainer);
}

#[test]
fn a_loss_that_is_not_finite_stops_before_the_update_of_its_batch() {
    for value in NOT_FINITE {
        for place in 1..=4_usize {
            let batches = move || {
                let mut batches = [1.0; 4];
                batches[place - 1] = value;
                inputs(batches)
            };
            fit_twice(
                || trainer().learning_rate(0.0).callback(TerminateOnNan::new()),
                |trainer| {
                    let outcome = trainer.fit(batches()).unwrap().outcome;
                    let text = format!("the loss of batch {place} is {value}");
                    assert_eq!(reason(&outcome), text);
                    let at = outcome.stopped().unwrap().origin().breakpoint();
                    assert_eq!(at.unwrap().name(), "on_train_batch_after_loss");
                    assert_eq!(trainer.get::<Step>(), Some(&Step::new(place as u64 - 1)));
                    assert_eq!(
                        trainer.get::<MicroStep>(),
                        Some(&MicroStep::new(place as u64))
                    );
                },
            );
        }
    }
}

#[test]
fn a_loss_that_is_not_finite_stops_a_session_at_the_end_of_its_batch() {
    for value in NOT_FINITE {
        let fit = Fit::session(2)
            .callback(TerminateOnNan::new())
            .start()
            .unwrap();
        let mut batches = 0;
        for _ in fit.epochs() {
            for loss in fit.train([1.0, value, 1.0]) {
                fit.loss(loss);
                batches += 1;
            }
        }
        let text = format!("the loss of batch 2 is {value}");
        assert_eq!((reason(&fit.finish()), batches), (text.as_str(), 2));
    }
}

#[test]
fn a_loss_that_cannot_be_read_fails_the_run_and_is_no_stop() {
    let lost = |mut ctx: Ctx<'_>| {
        ctx.insert(Loss::lazy(|| Err::<f64, _>("the device is lost")));
    };
    let mut trainer = trainer().callback(TerminateOnNan::new());
    trainer
        .plan()
        .on(Fit::on_train_batch_after_loss, lost)
        .weight(-1.0);
    let outcome = trainer.fit(inputs([1.0])).unwrap().outcome;
    let cause = outcome.failed().expect("it fails").cause().to_string();
    assert!(cause.contains("the device is lost"), "{cause}");
}

#[test]
fn gradients_that_are_not_finite_stop_before_the_update_of_their_batch() {
    // The gradient is the input; a weight of 0 keeps the loss of an infinite one from mattering.
    for value in NOT_FINITE {
        for place in 1..=3_usize {
            fit_twice(
                || {
                    trainer()
                        .learning_rate(0.0)
                        .callback(TerminateOnNan::gradients::<Slope>())
                },
                |trainer| {
                    let mut batches = [1.0; 3];
                    batches[place - 1] = value;
                    let outcome = trainer.fit(inputs(batches)).unwrap().outcome;
                    let text =
                        format!("the gradients of batch {place} are not finite: {value} in `0`");
                    assert_eq!(reason(&outcome), text);
                    assert_eq!(trainer.get::<Step>(), Some(&Step::new(place as u64 - 1)));
                },
            );
        }
    }
}

#[test]
fn parameters_that_are_not_finite_stop_after_their_round_in_every_loop() {
    type Weights = (Vec<f64>, f64);
    for value in NOT_FINITE {
        let spoil = move |record: &Record, weights: &mut Weights| {
            weights.0 = vec![
                0.0,
                if record.round().number() == 2 {
                    value
                } else {
                    1.0
                },
            ];
        };
        let weights = || -> Weights { (vec![], 0.0) };
        let nan = TerminateOnNan::parameters::<Weights>;
        let mut trainer = trainer()
            .state(weights())
            .callback(nan())
            .on(Fit::on_epoch_end, spoil);
        for _ in 0..2 {
            let fitted = trainer.fit(inputs([1.0])).unwrap();
            let text = format!("the parameters are not finite after epoch 2: {value} in `0`");
            assert_eq!(reason(&fitted.outcome), text);
        }
        let driver = walk().state(weights()).callback(nan());
        let outcome = driver.on(Driver::on_step_end, spoil).run(5).unwrap();
        let text = format!("the parameters are not finite after step 2: {value} in `0`");
        assert_eq!(reason(&outcome), text);

        let (mut plan, mut state) = (Plan::<Relax>::new(), State::new());
        state.insert(Energy(1.0));
        state.insert(weights());
        plan.add(nan());
        plan.on(Relax::after_step, spoil);
        assert_eq!(reason(&relax(&mut plan, &mut state, 5).unwrap()), text);
    }
}

#[test]
fn a_count_that_is_reached_stops_in_every_loop() {
    let samples = |trainer: &Trainer<Line>| trainer.get::<SampleCount>().unwrap().get();
    for (stop, limit, expected) in [
        (StopAfter::steps(4), "the limit of 4 steps is reached", 8),
        (StopAfter::epochs(2), "the limit of 2 epochs is reached", 12),
        (
            StopAfter::samples(5),
            "the limit of 5 samples is reached",
            6,
        ),
        (
            StopAfter::samples(1),
            "the limit of 1 samples is reached",
            2,
        ),
    ] {
        let mut trainer = trainer().callback(stop);
        for _ in 0..2 {
            let outcome = trainer.fit(inputs([0.5, 0.5, 0.5])).unwrap().outcome;
            assert_eq!(reason(&outcome), limit);
            assert_eq!(samples(&trainer), expected, "{limit}");
        }
    }
    let mut driver = walk().callback(StopAfter::steps(4));
    for expected in [3, 4, 5, 6] {
        let steps = if expected == 3 { 3 } else { 9 };
        assert_eq!(driver.run(steps).unwrap().is_finished(), expected == 3);
        assert_eq!(driver.step().get(), expected);
    }
    let (mut plan, mut state) = (Plan::<Relax>::new(), State::new());
    state.insert(Energy(1.0));
    plan.add(StopAfter::steps(4));
    let outcome = relax(&mut plan, &mut state, 9).unwrap();
    assert_eq!(reason(&outcome), "the limit of 4 steps is reached");
    assert_eq!(state.get::<Step>(), Some(&Step::new(4)));
}

#[test]
fn patience_is_whole_again_after_each_kind_of_stop() {
    let watch = || EarlyStopping::minimize("watched").patience(2);
    for (stopping, third) in [
        (watch().check_finite(), f64::NAN),
        (watch().divergence(5.0), 9.0),
        (watch().goal(0.5), 0.5),
    ] {
        let report = move |step: &Step, record: &mut Record| {
            record.set("watched", if step.get() == 3 { third } else { 1.0 });
        };
        let mut driver = walk().callback(stopping).on(Driver::on_step_end, report);
        // The look at step 2 is the first one without an improvement. After the stop, those at steps 4, 5 and 6 are.
        for stop in [3, 6] {
            assert!(driver.run(9).unwrap().stopped().is_some());
            assert_eq!(driver.step(), Step::new(stop));
        }
    }
}

#[test]
fn a_unit_that_the_loop_does_not_count_and_a_count_of_zero_are_problems_of_the_plan() {
    assert!(walk().callback(StopAfter::epochs(1)).check().is_err());
    for (stop, text) in [
        (StopAfter::steps(0), "StopAfter: has a `steps` of 0"),
        (StopAfter::epochs(0), "StopAfter: has an `epochs` of 0"),
        (StopAfter::samples(0), "StopAfter: has a `samples` of 0"),
    ] {
        let error = trainer().callback(stop).check().unwrap_err();
        assert_eq!(error.problems().len(), 1, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn a_time_limit_keeps_its_margin() {
    let limit = MaxTime::new(Duration::from_hours(1));
    let at_once = limit.clone().margin(Duration::from_hours(1));
    let outcome = trainer()
        .callback(at_once)
        .fit(inputs([0.5]))
        .unwrap()
        .outcome;
    assert!(
        reason(&outcome).ends_with("of 3600s, 3600s before its end"),
        "{outcome}"
    );
    let half = limit.clone().margin(Duration::from_mins(30));
    assert!(
        trainer()
            .callback(half)
            .fit(inputs([0.5]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let too_long = limit.margin(Duration::from_hours(2));
    let error = trainer().callback(too_long).check().unwrap_err();
    assert!(
        error.to_string().contains("has a `margin` of 7200s"),
        "{error}"
    );
}

#[test]
fn a_stop_says_all_that_decided() {
    let stopped = |stopping: EarlyStopping, values: &'static [f64]| {
        let report = move |step: &Step, record: &mut Record| {
            let index = usize::try_from(step.get()).unwrap() - 1;
            record.set("watched", values[index.min(values.len() - 1)]);
        };
        let mut driver = walk().callback(stopping).on(Driver::on_step_end, report);
        reason(&driver.run(99).unwrap()).to_owned()
    };
    let minimize = || EarlyStopping::minimize("watched");
    let cases = [
        (
            minimize(),
            "`watched` has not improved on 0.2125 in 1 look: 0.25",
        ),
        (
            minimize().min_delta(0.01).patience(2),
            "`watched` has not improved on 0.2125 by more than 0.01 in 3 looks: 0.21",
        ),
        (
            minimize().min_relative_delta(0.5).patience(1),
            "`watched` has not improved on 0.2125 by more than 0.10625, 0.5 of it in 2 looks: 0.21",
        ),
        (
            minimize().baseline(0.1),
            "`watched` has not improved on the baseline 0.1 in 1 look: 0.2125",
        ),
        (minimize().goal(0.22), "`watched` has reached 0.22: 0.2125"),
        (
            minimize().divergence(0.24).patience(9),
            "`watched` is worse than 0.24: 0.25",
        ),
    ];
    for (stopping, text) in cases {
        assert_eq!(stopped(stopping, &[0.2125, 0.25, 0.21]), text);
    }
    // A number at the threshold is not worse than it.
    let at_it = minimize().divergence(0.25).patience(9);
    assert!(stopped(at_it, &[0.25, 0.25]).starts_with("`watched` has not improved"));
    for value in NOT_FINITE {
        let values: &'static [f64] = Box::leak(vec![1.0, value].into_boxed_slice());
        let stopping = EarlyStopping::maximize("watched")
            .patience(9)
            .check_finite();
        assert_eq!(stopped(stopping, values), format!("`watched` is {value}"));
    }
}

/// A reason that a program can look at.
#[derive(Debug, PartialEq)]
struct Diverged {
    loss: f64,
}

impl std::fmt::Display for Diverged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the loss is {}", self.loss)
    }
}

#[test]
fn the_outcome_gives_the_reason_back_that_a_callback_gave() {
    let stop = |loss: &Loss| Flow::stop_with(Diverged { loss: loss.value() });
    let is_diverged = |outcome: &Outcome| {
        let stop = outcome.stopped().unwrap();
        assert_eq!(stop.reason(), "the loss is 2");
        assert_eq!(stop.reason_as::<Diverged>(), Some(&Diverged { loss: 2.0 }));
        assert_eq!(stop.reason_as::<String>(), None);
    };
    let mut trainer = trainer().on(Fit::on_train_batch_after_loss, stop);
    is_diverged(&trainer.fit(inputs([2.0])).unwrap().outcome);
    let fit = Fit::session(1)
        .on(Fit::on_train_batch_end, stop)
        .start()
        .unwrap();
    for _ in fit.epochs() {
        for batch in fit.train([2.0]) {
            fit.loss(batch);
        }
    }
    is_diverged(&fit.finish());
}

/// A reason whose destructor panics.
struct Explosive;

impl std::fmt::Display for Explosive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("careful")
    }
}

impl Drop for Explosive {
    fn drop(&mut self) {
        panic!("a destructor");
    }
}

#[test]
fn a_reason_whose_destructor_panics_is_dropped_all_the_same() {
    // One of them is dropped by the run, which refuses or outdoes it, and one with the outcome.
    let mut trainer = trainer()
        .min_epochs(2)
        .on(Fit::on_epoch_end, || Flow::stop_with(Explosive))
        .on(Fit::on_epoch_end, |epoch: &Epoch| match epoch.get() {
            2 => Flow::interrupt("a signal"),
            _ => Flow::Continue,
        });
    let outcome = trainer.fit(inputs([1.0])).unwrap().outcome;
    assert!(outcome.interrupted().is_some());
    assert_eq!(
        outcome.refused()[0].reason(),
        "careful (refused: 1 of at least 2 epochs are complete)"
    );
    let mut trainer = Trainer::new(Line::new(&Journal::default()));
    trainer
        .plan()
        .on(Fit::on_epoch_end, || Flow::stop_with(Explosive));
    let outcome = trainer.fit(inputs([1.0])).unwrap().outcome;
    assert_eq!(reason(&outcome), "careful");
}
