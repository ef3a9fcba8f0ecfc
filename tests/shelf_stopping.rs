//! The stoppers of the shelf: what they watch, when they stop, and that they do the same in a fit and in a driver.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Driver, Verdict};
use callbacks::fit::{Epoch, Fit, Step, Trainer};
use callbacks::shelf::{ConvergenceStopping, EarlyStopping, InvalidLossStopping, MaxTime};
use callbacks::{Attach, Breakpoint, Callback, Complex, Outcome, Record, Stats, Stop};
use std::time::Duration;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::walk;

/// When a driver whose log has these values, one for each step, is stopped, and why.
fn in_a_driver(stopper: impl Callback<Driver> + Send, values: &[f64]) -> (u64, Outcome) {
    let values = values.to_vec();
    let steps = values.len().try_into().unwrap();
    let report = move |step: &Step, record: &mut Record| {
        let at = usize::try_from(step.get()).unwrap();
        record.set("watched", values[at - 1]);
    };
    let mut driver = walk().callback(stopper).on(Driver::on_step_end, report);
    let outcome = driver.run(steps).unwrap();
    (driver.step().get(), outcome)
}

/// The same of a fit, whose metrics have these values, one for each epoch.
fn in_a_fit(stopper: impl Callback<Fit> + Send, values: &[f64]) -> (u64, Outcome) {
    let values = values.to_vec();
    let epochs = values.len().try_into().unwrap();
    let report = move |epoch: &Epoch, record: &mut Record| {
        let at = usize::try_from(epoch.get()).unwrap();
        record.set("watched", values[at - 1]);
    };
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(epochs)
        .callback(stopper)
        .on(Fit::on_epoch_end, report);
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    (fitted.history.len().try_into().unwrap(), fitted.outcome)
}

/// Stopped at this step or epoch; 0 for not at all.
fn stopped_at<C>(stopper: &C, values: &[f64]) -> u64
where
    C: Callback<Driver> + Callback<Fit> + Clone + Send,
{
    let (step, driven) = in_a_driver(stopper.clone(), values);
    let (epoch, fitted) = in_a_fit(stopper.clone(), values);
    assert_eq!(step, epoch, "{driven} but {fitted}");
    let reasons = [&driven, &fitted].map(|outcome| outcome.stopped().map(Stop::reason));
    assert_eq!(reasons[0], reasons[1]);
    if reasons[0].is_some() { step } else { 0 }
}

#[test]
fn early_stopping_waits_as_long_as_its_patience() {
    let falling = [5.0, 4.0, 3.0, 2.0, 1.0];
    let stuck = [5.0, 4.0, 4.0, 4.0, 4.0, 4.0];
    let again = [5.0, 4.0, 4.0, 3.0, 3.0, 3.0];
    let patient = |looks| EarlyStopping::minimize("watched").patience(looks);
    assert_eq!(stopped_at(&patient(0), &falling), 0);
    assert_eq!(stopped_at(&patient(0), &stuck), 3);
    assert_eq!(stopped_at(&patient(2), &stuck), 5);
    assert_eq!(stopped_at(&patient(1), &again), 6);
}

#[test]
fn early_stopping_knows_its_direction() {
    let rising = [1.0, 2.0, 3.0];
    assert_eq!(stopped_at(&EarlyStopping::maximize("watched"), &rising), 0);
    assert_eq!(stopped_at(&EarlyStopping::minimize("watched"), &rising), 2);
}

#[test]
fn an_improvement_must_be_greater_than_the_absolute_delta() {
    let stopping = EarlyStopping::minimize("watched").min_delta(0.5);
    assert_eq!(stopped_at(&stopping, &[-3.0, -3.75, -4.5]), 0);
    assert_eq!(stopped_at(&stopping, &[-3.0, -3.75, -4.25]), 3);
}

#[test]
fn a_relative_delta_is_right_for_either_sign_and_direction() {
    let tenth = |stopping: EarlyStopping| stopping.min_relative_delta(0.1);
    for (stopping, sign) in [
        (EarlyStopping::minimize("watched"), -1.0),
        (EarlyStopping::maximize("watched"), 1.0),
    ] {
        // Away from zero.
        let stopping = tenth(stopping);
        assert_eq!(stopped_at(&stopping, &[10.0 * sign, 11.5 * sign]), 0);
        assert_eq!(stopped_at(&stopping, &[10.0 * sign, 10.5 * sign]), 2);
        // Towards it.
        assert_eq!(stopped_at(&stopping, &[-10.0 * sign, -8.5 * sign]), 0);
        assert_eq!(stopped_at(&stopping, &[-10.0 * sign, -9.5 * sign]), 2);
    }
}

#[test]
fn early_stopping_has_a_baseline_a_goal_and_a_start() {
    let falling = [5.0, 4.0, 3.0, 2.0, 1.0];
    let watch = || EarlyStopping::minimize("watched");
    assert_eq!(stopped_at(&watch().baseline(3.5).patience(2), &falling), 0);
    assert_eq!(stopped_at(&watch().baseline(2.5).patience(2), &falling), 3);
    assert_eq!(stopped_at(&watch().goal(2.0), &falling), 4);
    assert_eq!(
        stopped_at(&EarlyStopping::maximize("watched").goal(5.0), &falling),
        1
    );
    let rising = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(stopped_at(&watch().start_from(2), &rising), 4);
}

#[test]
fn what_is_not_finite_is_no_improvement() {
    let stopping = EarlyStopping::minimize("watched").min_relative_delta(0.1);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(stopped_at(&stopping, &[5.0, value]), 2);
        assert_eq!(stopped_at(&stopping, &[value, 5.0]), 1);
        let patient = stopping.clone().patience(1);
        assert_eq!(stopped_at(&patient, &[value, 5.0, 4.0, 3.0]), 0);
        assert_eq!(stopped_at(&patient, &[5.0, value, 4.0, value, 3.0]), 0);
        // Nor does it reach a goal.
        assert_eq!(stopped_at(&patient.goal(1.0), &[5.0, value, 4.0]), 0);
    }
}

#[test]
fn what_is_watched_and_never_there_fails_the_run_at_once() {
    let misspelt = || EarlyStopping::minimize("wacthed");
    let (step, outcome) = in_a_driver(misspelt(), &[1.0, 2.0]);
    let text = "there is no number `wacthed` at step 1; did you mean `watched`? monitor one of these: place, watched; for a \
                number of later rounds, write `.produces(\"wacthed\")` where the callback or the closure that adds it is \
                attached, or `.start_from(…)` on the stopper";
    assert_eq!(step, 1);
    assert_eq!(outcome.failed().unwrap().cause().to_string(), text);
    let (_, outcome) = in_a_fit(misspelt(), &[1.0, 2.0]);
    let text = outcome.failed().unwrap().cause().to_string();
    assert!(text.contains("train_loss, watched"), "{text}");
}

#[test]
fn what_is_watched_now_and_then_is_waited_for() {
    let mut driver = walk().callback(EarlyStopping::minimize("rare").patience(1));
    driver
        .plan()
        .on(Driver::on_step_end, |step: &Step, record: &mut Record| {
            if step.get() % 5 == 1 {
                record.set("rare", 1.0);
            }
        });
    assert!(driver.run(100).unwrap().stopped().is_some());
    assert_eq!(driver.step(), Step::new(11));
}

#[test]
fn each_fit_begins_anew_and_the_runs_of_a_driver_are_one() {
    let stopping = || EarlyStopping::minimize("constant").patience(2);
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(3)
        .callback(stopping())
        .on(Fit::on_epoch_end, |record: &mut Record| {
            record.set("constant", 1.0);
        });
    for _ in 0..3 {
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    }
    let mut driver = walk()
        .callback(stopping())
        .on(Driver::on_step_end, |record: &mut Record| {
            record.set("constant", 1.0);
        });
    assert!(driver.run(2).unwrap().is_finished());
    assert!(driver.run(9).unwrap().stopped().is_some());
    assert_eq!(driver.step(), Step::new(4));
}

/// The steps at which a driver stands after each of three runs of 4 steps, if it is never told anything but this value.
fn after_three_runs(stopper: impl Callback<Driver> + Send, value: f64) -> [u64; 3] {
    let report = move |record: &mut Record| record.set("watched", value);
    let mut driver = walk().callback(stopper).on(Driver::on_step_end, report);
    [(); 3].map(|()| {
        assert!(driver.run(4).unwrap().failed().is_none());
        driver.step().get()
    })
}

#[test]
fn patience_goes_on_from_run_to_run_and_is_whole_again_after_a_stop() {
    // The first look is an improvement; the fifth without one, at step 6, stops.
    let stopping = EarlyStopping::minimize("watched").patience(4);
    assert_eq!(after_three_runs(stopping, 1.0), [4, 6, 10]);
    // The window is full with the third look, and stays so.
    let stopping = ConvergenceStopping::new("watched", 1.0).smoothing_window(3);
    assert_eq!(after_three_runs(stopping.patience(3), 1.0), [4, 6, 10]);
    let stopping = InvalidLossStopping::new("watched").patience(5);
    assert_eq!(after_three_runs(stopping, f64::NAN), [4, 6, 10]);
    // Whoever has reached the goal has.
    let stopping = EarlyStopping::minimize("watched").goal(1.0);
    assert_eq!(after_three_runs(stopping, 1.0), [1, 2, 3]);
}

#[test]
fn no_stopper_looks_before_it_is_to_start() {
    let converging = ConvergenceStopping::new("watched", 1.0).start_from(3);
    let converging = converging.smoothing_window(2).patience(0);
    assert_eq!(stopped_at(&converging, &[1.0; 6]), 5);
    let valid = InvalidLossStopping::new("watched").start_from(3);
    assert_eq!(stopped_at(&valid, &[f64::NAN; 6]), 4);
    // What has not been there by then is not missed.
    let stoppers = || {
        let early = EarlyStopping::minimize("late").start_from(2);
        let valid = InvalidLossStopping::new("late").start_from(2);
        walk().callback(early.patience(9)).callback(valid)
    };
    let report = |step: &Step, record: &mut Record| {
        if step.get() == 3 {
            record.set("late", 1.0);
        }
    };
    let mut driver = stoppers().on(Driver::on_step_end, report);
    assert!(driver.run(5).unwrap().is_finished());
    assert!(stoppers().run(5).unwrap().failed().is_some());
}

#[test]
fn the_advice_lists_what_is_a_number_and_nothing_else() {
    let report = |record: &mut Record| {
        record.set("energy", Stats::of([-1.0, -3.0]));
        record.set("overlap", Complex { re: 0.5, im: -0.25 });
        record.set("short", vec![1.0, 2.0]);
        record.set("long", vec![0.0; 100]);
    };
    let watching = |name| {
        let stopping = InvalidLossStopping::new(name);
        walk().callback(stopping).on(Driver::on_step_end, report)
    };
    let mut driver = watching("overlap");
    let outcome = driver.run(1).unwrap();
    let text = outcome.failed().unwrap().cause().to_string();
    let expected = "there is no number `overlap` at step 1; monitor one of these: place, energy, energy.mean, \
                    energy.error_of_mean, energy.variance, overlap.re, overlap.im, short.0, short.1, long.0 to long.99";
    assert!(text.starts_with(expected), "{text}");
    for name in ["energy.variance", "overlap.im", "short.1", "long.99"] {
        assert!(watching(name).run(1).unwrap().is_finished());
    }
}

#[test]
fn convergence_is_a_smoothed_value_at_its_target_for_some_time() {
    let stopping = |window, patience| {
        let stopping = ConvergenceStopping::new("watched", 1.0);
        stopping.smoothing_window(window).patience(patience)
    };
    let values = [3.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(stopped_at(&stopping(1, 1), &values), 3);
    assert_eq!(stopped_at(&stopping(2, 1), &values), 7);
    assert_eq!(stopped_at(&stopping(4, 0), &values), 8);
    assert_eq!(stopped_at(&stopping(4, 1), &values), 0);
    assert_eq!(stopped_at(&stopping(9, 0), &values), 0);
}

/// The values `head`, and then `tail` so often.
fn values(head: &[f64], tail: f64, times: usize) -> Vec<f64> {
    head.iter().copied().chain([tail].repeat(times)).collect()
}

#[test]
fn patience_is_that_of_netkets_early_and_convergence_stopping() {
    let early = || EarlyStopping::minimize("watched").patience(10);
    let converging = |window| {
        let stopping = ConvergenceStopping::new("watched", 9.0);
        stopping.smoothing_window(window).patience(10)
    };
    // Each table is one of NetKet's tests, which counts its values from 0.
    let netkets = |at: u64| at + 1;
    let table = [values(&[10.0], 9.0, 12), vec![1.0; 4]].concat();
    assert_eq!(stopped_at(&early(), &table), netkets(12));
    assert_eq!(stopped_at(&converging(1), &table), netkets(11));
    assert_eq!(stopped_at(&converging(3), &table), netkets(13));
    let mut falling = values(&[11.0], 0.0, 12);
    for (at, value) in (0..12).zip(&mut falling[1..]) {
        *value = 10.0 - 1e-3 * f64::from(at);
    }
    falling.extend([9.0; 4]);
    assert_eq!(stopped_at(&early().baseline(9.0), &falling), netkets(10));
    let relative = |part| early().min_relative_delta(part);
    assert_eq!(stopped_at(&relative(1.5e-3), &falling), netkets(12));
    let late = [vec![11.0; 20], vec![10.0; 12], vec![9.0; 6]].concat();
    assert_eq!(stopped_at(&early().start_from(9), &late), netkets(31));
}

#[test]
fn one_number_is_the_same_patience_for_every_stopper() {
    for patience in 0..4 {
        let after = |looks: u64| looks + patience + 1;
        let early = EarlyStopping::minimize("watched").patience(patience);
        assert_eq!(stopped_at(&early, &[1.0; 9]), after(1));
        let converging = ConvergenceStopping::new("watched", 1.0).smoothing_window(1);
        assert_eq!(
            stopped_at(&converging.patience(patience), &[1.0; 9]),
            after(0)
        );
        let invalid = InvalidLossStopping::new("watched").patience(patience);
        assert_eq!(stopped_at(&invalid, &values(&[1.0], f64::NAN, 8)), after(1));
    }
    // What luz calls a patience of 1.
    let luz = EarlyStopping::minimize("watched").patience(0);
    assert_eq!(stopped_at(&luz, &[2.0, 1.0, 1.0, 1.0]), 3);
}

#[test]
fn an_invalid_loss_is_borne_as_long_as_patience_says() {
    let stopping = InvalidLossStopping::new("watched");
    let values = [
        1.0,
        f64::NAN,
        1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    assert_eq!(stopped_at(&stopping, &values), 2);
    assert_eq!(stopped_at(&stopping.clone().patience(1), &values), 5);
    assert_eq!(stopped_at(&stopping.clone().patience(2), &values), 6);
    assert_eq!(stopped_at(&stopping.patience(3), &values), 0);
}

#[test]
fn time_is_up_at_once_or_never() {
    let values = [1.0; 4];
    let (none, much) = (Duration::ZERO, Duration::MAX);
    // A driver polls before each attempt.
    assert_eq!(in_a_driver(MaxTime::new(none), &values).0, 0);
    assert!(in_a_fit(MaxTime::new(none), &values).1.stopped().is_some());
    assert_eq!(stopped_at(&MaxTime::new(much), &values), 0);
}

#[test]
fn stoppers_run_after_what_fills_the_log_and_none_of_them_is_discovered() {
    let mut driver = walk()
        .callback(MaxTime::new(Duration::MAX))
        .callback(EarlyStopping::minimize("place"))
        .plan_with(|plan| {
            plan.discover();
        });
    driver.plan().on(Driver::on_step_end, || {}).named("other");
    driver.check().unwrap();
    assert_eq!(driver.plan().names(), ["other", "MaxTime", "EarlyStopping"]);
}

#[test]
fn time_is_up_for_attempts_without_end_too() {
    let mut driver = walk()
        .retry_limit(u64::MAX)
        .callback(MaxTime::new(Duration::from_millis(5)))
        .on(Driver::on_compute_update_end, || Verdict::Reject);
    let outcome = driver.run(1).unwrap();
    let stop = outcome.stopped().map(|stop| stop.reason().to_owned());
    assert!(stop.is_some_and(|why| why.starts_with("time is up")));
    assert_eq!(driver.step().get(), 0);
}

#[test]
fn time_is_up_in_a_validation_too() {
    let limit = Duration::from_millis(5);
    let mut trainer = Trainer::new(Line::new(&Journal::default())).callback(MaxTime::new(limit));
    let endless = |_: u64| inputs([1.0]).into_iter().cycle();
    let outcome = trainer.evaluate(endless).unwrap().outcome;
    let at = outcome
        .stopped()
        .and_then(|stop| stop.origin().breakpoint());
    assert_eq!(at.map(Breakpoint::name), Some("on_valid_batch_end"));
}
