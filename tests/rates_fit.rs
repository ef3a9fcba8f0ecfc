//! Learning rates and other values by a schedule, in a fit of a trainer and of a session.
#![allow(
    clippy::float_cmp,
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it; the values are exact"
)]

mod support {
    pub(crate) mod complaint;
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::fit::{BatchesPerStep, Epoch, Fit, LearningRate, Step, Trainer};
use callbacks::schedule::{
    Cosine, Exponential, Linear, OneCycle, Schedule, SchedulePosition, StepDecay,
};
use callbacks::shelf::{RateSchedule, ValueSchedule};
use callbacks::{Attach, Outcome};
use std::sync::{Arc, Mutex};
use support::complaint::complaint;
use support::journal::Journal;
use support::line::{Input, Line, inputs};
use support::walk::walk;

type Seen = Arc<Mutex<Vec<f64>>>;

fn take(seen: &Seen) -> Vec<f64> {
    std::mem::take(&mut *seen.lock().unwrap())
}

/// A trainer whose rate is noted at each step.
fn noting(learner: Line) -> (Trainer<Line>, Seen) {
    let seen = Seen::default();
    let note = Arc::clone(&seen);
    let trainer = Trainer::new(learner).learning_rate(0.5);
    let note = move |rate: &LearningRate| note.lock().unwrap().push(rate.get());
    (trainer.on(Fit::on_train_batch_before_step, note), seen)
}

fn line() -> Line {
    Line::new(&Journal::default())
}

fn finish(outcome: &Outcome) {
    assert!(outcome.is_finished(), "{outcome}");
}

/// The values of a schedule at the positions of a run.
fn values(schedule: &impl Schedule, initial: f64, total: u64) -> Vec<f64> {
    let positions = (0..total).map(|at| SchedulePosition::new(at).of(total));
    positions.map(|at| schedule.value(initial, at)).collect()
}

#[test]
fn a_schedule_per_step_sets_the_rate_of_each_step() {
    let cycle = OneCycle::new(2.0);
    let (trainer, seen) = noting(line());
    // The validation pass has more batches than the training pass, and its length does not count.
    let mut trainer = trainer
        .epochs(4)
        .valid(inputs([1.0; 7]))
        .callback(RateSchedule::per_step(cycle));
    finish(&trainer.fit(inputs([1.0; 3])).unwrap().outcome);
    assert_eq!(take(&seen), values(&cycle, 0.5, 12));
    // A second fit, and a new instance in place of the old one.
    finish(&trainer.fit(inputs([1.0; 3])).unwrap().outcome);
    assert_eq!(take(&seen), values(&cycle, 0.5, 12));
    assert!(
        trainer
            .plan()
            .replace(RateSchedule::per_step(cycle))
            .is_some()
    );
    finish(&trainer.fit(inputs([1.0; 5])).unwrap().outcome);
    assert_eq!(take(&seen), values(&cycle, 0.5, 20));
}

#[test]
fn a_schedule_per_epoch_sets_the_rate_of_each_epoch() {
    let (trainer, seen) = noting(line());
    let schedule = RateSchedule::per_epoch(Linear::new(1.0, 0.0)).record();
    let mut trainer = trainer.epochs(4).callback(schedule);
    let fitted = trainer.fit(inputs([1.0; 2])).unwrap();
    let recorded: Vec<f64> = fitted.history.of("lr").map(|(_, rate)| rate).collect();
    assert_eq!(recorded, [0.5, 0.375, 0.25, 0.125]);
    let expected = [0.5, 0.5, 0.375, 0.375, 0.25, 0.25, 0.125, 0.125];
    assert_eq!(take(&seen), expected);
}

#[test]
fn other_callbacks_may_change_the_rate_until_the_next_position() {
    let (trainer, seen) = noting(line());
    let double = |rate: &mut LearningRate| rate.scale(2.0);
    let mut trainer = trainer
        .epochs(2)
        .on(Fit::on_train_batch_end, double)
        .callback(RateSchedule::per_epoch(StepDecay::new(1, 0.5)));
    finish(&trainer.fit(inputs([1.0; 3])).unwrap().outcome);
    assert_eq!(take(&seen), [0.5, 1.0, 2.0, 0.25, 0.5, 1.0]);
    let (trainer, seen) = noting(line());
    let mut trainer =
        trainer
            .on(Fit::on_train_batch_begin, double)
            .callback(RateSchedule::per_step(
                |step: u64| if step == 1 { 0.5 } else { 1.0 },
            ));
    finish(&trainer.fit(inputs([1.0; 3])).unwrap().outcome);
    assert_eq!(take(&seen), [1.0, 0.5, 1.0]);
}

#[test]
fn each_optimiser_has_its_schedule_and_its_initial_rate() {
    let mut learner = line();
    learner.optimizers = &["generator", "critic"];
    let (trainer, seen) = noting(learner);
    let mut trainer = trainer
        .epochs(2)
        .learning_rate_of("critic", 4.0)
        .callback(RateSchedule::per_epoch(Exponential::new(0.5)).record());
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    let columns: Vec<String> = fitted
        .history
        .iter()
        .last()
        .unwrap()
        .1
        .iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(columns, ["train_loss", "lr.generator", "lr.critic"]);
    assert!(
        fitted
            .history
            .of("lr.critic")
            .map(|(_, rate)| rate)
            .eq([4.0, 2.0])
    );
    assert_eq!(take(&seen), [0.5, 4.0, 0.25, 2.0]);
}

#[test]
fn a_schedule_of_one_optimiser_leaves_the_others_alone() {
    let mut learner = line();
    learner.optimizers = &["generator", "critic"];
    let (trainer, seen) = noting(learner);
    let halve = || RateSchedule::per_step(Exponential::new(0.5));
    let mut trainer = trainer.callback(halve().of("critic").record()).callback(
        RateSchedule::per_step(|step: u64| if step == 0 { 1.0 } else { 8.0 }).of("generator"),
    );
    let fitted = trainer.fit(inputs([1.0; 3])).unwrap();
    assert!(
        fitted
            .history
            .of("lr.critic")
            .map(|(_, rate)| rate)
            .eq([0.125])
    );
    assert_eq!(fitted.history.of("lr.generator").count(), 0);
    assert_eq!(take(&seen), [0.5, 0.5, 4.0, 0.25, 4.0, 0.125]);
}

/// Batches without a length that is known.
fn endless(_: u64) -> impl Iterator<Item = Input> + 'static {
    inputs([1.0; 3]).into_iter().filter(|_| true)
}

#[test]
fn a_length_that_is_not_known_fails_the_run_before_its_first_step() {
    let (trainer, seen) = noting(line());
    let mut trainer = trainer.callback(RateSchedule::per_step(Cosine::new()));
    let outcome = trainer.fit(endless).unwrap().outcome;
    let expected = "the schedule spans the whole run, and the number of its steps is not known; give it with `.total(…)`, or the \
                    schedule a length with `.over(…)`";
    assert_eq!(outcome.failed().unwrap().cause().to_string(), expected);
    assert!(take(&seen).is_empty());
}

#[test]
fn a_length_that_is_given_counts() {
    let cosine = Cosine::new();
    let (trainer, seen) = noting(line());
    let schedule = RateSchedule::per_step(cosine).total(6);
    let mut trainer = trainer.epochs(2).callback(schedule);
    finish(&trainer.fit(endless).unwrap().outcome);
    assert_eq!(take(&seen), values(&cosine, 0.5, 6));
    let (trainer, seen) = noting(line());
    let mut trainer = trainer
        .epochs(2)
        .callback(RateSchedule::per_step(cosine.over(6)));
    finish(&trainer.fit(endless).unwrap().outcome);
    assert_eq!(take(&seen), values(&cosine, 0.5, 6));
}

#[test]
fn from_its_end_on_the_schedule_leaves_the_rate_alone() {
    let (trainer, seen) = noting(line());
    let schedule = RateSchedule::per_step(|_: u64| 2.0).until(2);
    let halve = |rate: &mut LearningRate| rate.scale(0.5);
    let mut trainer = trainer
        .callback(schedule)
        .on(Fit::on_train_batch_end, halve);
    finish(&trainer.fit(inputs([1.0; 4])).unwrap().outcome);
    assert_eq!(take(&seen), [1.0, 1.0, 0.5, 0.25]);
}

/// The failure of a fit with this schedule.
fn failure(schedule: RateSchedule) -> String {
    let mut trainer = Trainer::new(line()).callback(schedule);
    complaint(trainer.fit(inputs([1.0; 3])))
}

#[test]
fn mistakes_are_reported_with_what_to_write() {
    let negative = failure(RateSchedule::per_step(StepDecay::new(0, -0.5)));
    let expected = [
        "RateSchedule: has a `step_size` of 0; give 1 or more",
        "RateSchedule: has a `gamma` of -0.5; give one that is finite and not negative",
    ];
    let problems: Vec<&str> = negative.lines().collect();
    assert_eq!(problems.len(), 2, "{negative}");
    let mut both = problems.iter().zip(expected);
    assert!(
        both.all(|(problem, text)| problem.ends_with(text)),
        "{negative}"
    );
    let initial = ValueSchedule::per_step(|_: u64| 1.0, f64::NAN, |_: &mut Line, _| {});
    let text = complaint(Trainer::new(line()).callback(initial).fit(inputs([1.0])));
    assert!(
        text.ends_with("has an `initial` of NaN; give a finite one"),
        "{text}"
    );
    let misspelt = failure(RateSchedule::per_step(Exponential::new(0.5)).of("mian"));
    let expected = "there is no optimiser `mian`; did you mean `main`?";
    assert!(misspelt.ends_with(expected), "{misspelt}");
    for (text, zero) in [
        (
            "a `total` of 0",
            RateSchedule::per_epoch(Cosine::new()).total(0),
        ),
        (
            "an `until` of 0",
            RateSchedule::per_epoch(Cosine::new()).until(0),
        ),
    ] {
        let problem = failure(zero);
        let expected = format!("RateSchedule: has {text}; give 1 or more");
        assert!(problem.ends_with(&expected), "{problem}");
    }
    for wrong in [f64::NAN, f64::INFINITY] {
        let not_finite = failure(RateSchedule::per_step(
            move |step: u64| if step == 1 { wrong } else { 1.0 },
        ));
        let expected = format!(
            "the schedule of the learning rate gives {wrong} at position 1; let it give finite ones"
        );
        assert_eq!(not_finite, expected);
    }
}

/// A value that no state has.
struct Absent;

#[test]
fn a_loop_without_a_rate_or_the_value_is_a_problem_of_the_plan() {
    let mut driver = walk().callback(RateSchedule::per_step(Exponential::new(0.5)));
    let problem = driver.run(1).unwrap_err().to_string();
    assert!(
        problem.contains("nothing provides `LearningRate`"),
        "{problem}"
    );
    let value = ValueSchedule::per_round(|_: u64| 1.0, 1.0, |_: &mut Absent, _| {});
    let mut trainer = Trainer::new(line()).callback(value);
    let error = trainer.check().unwrap_err();
    assert_eq!(error.problems().len(), 1, "{error}");
    let problem = error.to_string();
    assert!(problem.contains("nothing provides `Absent`"), "{problem}");
}

#[test]
fn a_value_has_a_schedule_like_a_rate() {
    struct Temperature(Vec<f64>);
    let cosine = Cosine::new();
    let cooling = |name: &'static str| {
        let set = |temperature: &mut Temperature, value| temperature.0.push(value);
        ValueSchedule::per_step(cosine, 3.0, set).record_as(name)
    };
    let mut trainer = Trainer::new(line())
        .epochs(2)
        .valid(inputs([1.0; 5]))
        .state(Temperature(Vec::new()))
        .callback(cooling("temperature"));
    for _ in 0..2 {
        let fitted = trainer.fit(inputs([1.0; 3])).unwrap();
        let recorded: Vec<f64> = fitted
            .history
            .of("temperature")
            .map(|(_, value)| value)
            .collect();
        let expected = values(&cosine, 3.0, 6);
        assert_eq!(recorded, [expected[2], expected[5]]);
    }
    let expected = [values(&cosine, 3.0, 6), values(&cosine, 3.0, 6)].concat();
    assert_eq!(trainer.get::<Temperature>().unwrap().0, expected);
}

#[test]
fn a_fit_of_one_position_is_followed_by_another_one() {
    let (trainer, seen) = noting(line());
    let mut trainer = trainer.callback(RateSchedule::per_epoch(|_: u64| 0.5));
    for _ in 0..2 {
        finish(&trainer.fit(inputs([1.0])).unwrap().outcome);
    }
    assert_eq!(take(&seen), [0.25, 0.25]);
}

#[test]
fn an_evaluation_and_a_prediction_change_nothing() {
    let weight = |line: &mut Line, value| line.weight = value;
    for schedule in [ValueSchedule::per_epoch, ValueSchedule::per_step] {
        let mut trainer = Trainer::new(line())
            .learning_rate(0.0)
            .epochs(2)
            .callback(schedule(Exponential::new(0.5), 8.0, weight))
            .callback(RateSchedule::per_epoch(Cosine::new()));
        finish(&trainer.fit(inputs([1.0])).unwrap().outcome);
        finish(&trainer.evaluate(inputs([1.0])).unwrap().outcome);
        finish(&trainer.predict(inputs([1.0])).unwrap().outcome);
        assert_eq!(trainer.learner().weight.to_bits(), 4.0_f64.to_bits());
    }
}

#[test]
fn a_value_that_is_not_finite_is_not_set() {
    let place = ValueSchedule::per_round(
        |at: u64| if at == 2 { f64::NAN } else { 1.0 },
        1.0,
        |line: &mut Line, value| line.weight = value,
    );
    let mut trainer = Trainer::new(line())
        .learning_rate(0.0)
        .epochs(4)
        .callback(place);
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    let text = fitted.outcome.failed().unwrap().cause().to_string();
    assert_eq!(
        text,
        "the schedule gives NaN at position 2; let it give finite ones"
    );
    assert_eq!(fitted.learner.weight.to_bits(), 1.0_f64.to_bits());
}

/// The rates of the steps in a session that begins after so many epochs and steps.
fn session(epochs_before: u64, steps_before: u64, schedule: RateSchedule) -> Vec<f64> {
    let fit = Fit::session(4)
        .learning_rate(0.5)
        .state(Epoch::new(epochs_before))
        .state(Step::new(steps_before))
        .callback(schedule)
        .start()
        .unwrap();
    let mut rates = Vec::new();
    for _ in fit.epochs() {
        for _batch in fit.train([1.0; 3]) {
            rates.push(fit.learning_rate().unwrap());
            fit.loss(1.0);
        }
    }
    finish(&fit.finish());
    rates
}

#[test]
fn a_fit_that_is_resumed_has_the_rates_of_one_that_was_not_interrupted() {
    for schedule in [RateSchedule::per_step, RateSchedule::per_epoch] {
        let whole = session(0, 0, schedule(Cosine::new()));
        assert_eq!(whole.len(), 12);
        for epochs in 1..4 {
            let rest = session(epochs, 3 * epochs, schedule(Cosine::new()));
            assert_eq!(rest, whole[usize::try_from(3 * epochs).unwrap()..]);
        }
    }
}

#[test]
fn several_batches_make_a_step_if_gradients_are_accumulated() {
    let three = BatchesPerStep::new(3);
    for (group, steps) in [(three, 4.0), (three.drop_incomplete(), 2.0)] {
        let fit = Fit::session(2)
            .learning_rate(1.0)
            .state(group)
            .callback(RateSchedule::per_step(Linear::new(1.0, 0.0)))
            .start()
            .unwrap();
        let mut rates = Vec::new();
        for _ in fit.epochs() {
            for _batch in fit.train([1.0; 5]) {
                rates.push(fit.learning_rate());
                fit.loss(1.0);
            }
        }
        finish(&fit.finish());
        // A session counts a step for each batch with a loss.
        assert_eq!(rates[1], Some(1.0 - 1.0 / steps));
    }
}
