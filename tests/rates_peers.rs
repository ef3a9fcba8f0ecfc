//! Schedules have the values of PyTorch's, and so has a reduction on a plateau. `peers/rates/table.py` has written the tables.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Epoch, Fit, LearningRate, Trainer};
use callbacks::schedule::{
    Anneal, Constant, Cosine, CosineRestarts, Exponential, Linear, MultiStep, OneCycle, Polynomial,
    Schedule, SchedulePosition, StepDecay, Warmup,
};
use callbacks::shelf::ReduceOnPlateau;
use callbacks::{Attach, Record, weight};
use std::sync::{Arc, Mutex};
use support::journal::Journal;
use support::line::{Line, inputs};

const INITIAL: f64 = 0.1;

/// Returns the lines of a table: a name, and the columns behind it.
fn table(text: &str) -> Vec<(&str, Vec<Vec<f64>>)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let numbers = |column: &str| {
        let numbers = column.split(' ').map(|number| number.parse().unwrap());
        numbers.collect()
    };
    lines
        .map(|line| {
            let (name, columns) = line.split_once(": ").unwrap();
            (name, columns.split(": ").map(numbers).collect())
        })
        .collect()
}

fn boxed(schedule: impl Schedule) -> Box<dyn Schedule> {
    Box::new(schedule)
}

/// The schedule that the table has under this name.
#[allow(clippy::cast_precision_loss, reason = "the positions are small")]
fn schedule(name: &str) -> Box<dyn Schedule> {
    let cycle = || OneCycle::new(0.5).over(60);
    let linear = || cycle().anneal(Anneal::Linear);
    match name {
        "step 1 0.9" => boxed(StepDecay::new(1, 0.9)),
        "step 7 0.5" => boxed(StepDecay::new(7, 0.5)),
        "step 30 0.1" => boxed(StepDecay::new(30, 0.1)),
        "multistep 10,25,40 0.1" => boxed(MultiStep::new([10, 25, 40], 0.1)),
        "multistep 1,2 0.7" => boxed(MultiStep::new([1, 2], 0.7)),
        "exponential 0.95" => boxed(Exponential::new(0.95)),
        "exponential 1.02" => boxed(Exponential::new(1.02)),
        "constant 0.25 12" => boxed(Constant::new(0.25).until(12)),
        "constant 0.5 60" => boxed(Constant::new(0.5).until(60)),
        "linear 0.25 1.0 20" => boxed(Linear::new(0.25, 1.0).over(20)),
        // Without a length, it spans the run.
        "linear 1.0 0.1 59" => boxed(Linear::new(1.0, 0.1)),
        "warmup 0.1 15" => boxed(Warmup::linear(15).from(0.1)),
        "exponential_warmup 0.01 20" => boxed(Warmup::exponential(20).from(0.01)),
        "polynomial 1 59" => boxed(Polynomial::new(1.0)),
        "polynomial 2 40" => boxed(Polynomial::new(2.0).over(40)),
        "polynomial 0.5 50" => boxed(Polynomial::new(0.5).over(50)),
        "cosine 59 0" => boxed(Cosine::new()),
        "cosine 60 0.01" => boxed(Cosine::new().min(0.01).over(60)),
        "restarts 10 1 0" => boxed(CosineRestarts::new(10)),
        "restarts 5 2 0.001" => boxed(CosineRestarts::new(5).growth(2).min(0.001)),
        "restarts 3 3 0" => boxed(CosineRestarts::new(3).growth(3)),
        "onecycle 0.5 60 cos" => boxed(cycle()),
        "onecycle 0.5 60 linear" => boxed(linear()),
        "onecycle 0.5 60 cos three" => boxed(cycle().three_phase()),
        "onecycle 0.5 60 linear three" => boxed(linear().three_phase()),
        "onecycle 1.0 80 cos 0.4 10 100" => {
            let cycle = OneCycle::new(1.0).over(80).pct_start(0.4);
            boxed(cycle.div_factor(10.0).final_div_factor(100.0))
        }
        "onecycle 1.0 61 linear 0.45 5 50 three" => {
            let cycle = OneCycle::new(1.0).over(61).pct_start(0.45).three_phase();
            let cycle = cycle.div_factor(5.0).final_div_factor(50.0);
            boxed(cycle.anneal(Anneal::Linear))
        }
        "lambda" => boxed(|at: u64| 1.0 / (1.0 + at as f64)),
        "multiplicative" => boxed(|at: u64| 0.97_f64.powf(at as f64)),
        "sequential warmup cosine" => boxed(Warmup::linear(10).before(Cosine::new().over(50))),
        "sequential constant exponential" => {
            boxed(Constant::new(0.1).then(20, Exponential::new(0.9)))
        }
        "sequential three" => {
            let chain = Warmup::linear(5).from(0.5).before(StepDecay::new(4, 0.5));
            boxed(chain.then(25, Polynomial::new(2.0).over(30)))
        }
        "chained warmup exponential" => boxed(Warmup::linear(10).times(Exponential::new(0.95))),
        "chained constant multistep" => {
            let constant = Constant::new(0.5).until(7);
            boxed(constant.times(MultiStep::new([15, 30], 0.2)))
        }
        "momentum 60 cos" => boxed(cycle().momentum(0.85, 0.95)),
        "momentum 60 linear" => boxed(linear().momentum(0.85, 0.95)),
        "momentum 60 cos three" => boxed(cycle().three_phase().momentum(0.85, 0.95)),
        "momentum 60 linear 0.8 0.9" => boxed(linear().momentum(0.8, 0.9)),
        other => panic!("no schedule is called {other}"),
    }
}

/// Whether two values are the same but for rounding. PyTorch computes a value from the one before it, so that what should be 0 is almost 0.
fn is_same(ours: f64, theirs: f64) -> bool {
    let difference = (ours - theirs).abs();
    difference <= 1e-12 * theirs.abs() || difference <= 1e-15 * INITIAL
}

#[test]
fn each_schedule_has_the_values_of_pytorch() {
    let table = table(include_str!("peers/rates/schedules.txt"));
    assert_eq!(table.len(), 38);
    for (name, columns) in table {
        let schedule = schedule(name);
        assert_eq!(columns[0].len(), 60);
        for (at, theirs) in columns[0].iter().enumerate() {
            let ours = schedule.value(INITIAL, SchedulePosition::new(at as u64).of(59));
            assert!(is_same(ours, *theirs), "{name} at {at}: {ours}, {theirs}");
        }
    }
}

/// The reduction with the settings in a name, such as `bumpy min 0.5 0 rel 0.01 0 0.001 1e-8`: what is watched, its direction, the factor,
/// the patience, the threshold, the cooldown, the smallest rate and `eps`.
fn plateau(name: &str) -> ReduceOnPlateau {
    let words: Vec<&str> = name.split(' ').collect();
    let number = |at: usize| words[at].parse::<f64>().unwrap();
    let count = |at: usize| words[at].parse::<u64>().unwrap();
    let plateau = match words[1] {
        "min" => ReduceOnPlateau::minimize("watched"),
        _ => ReduceOnPlateau::maximize("watched"),
    };
    let plateau = match words[4] {
        "rel" => plateau.threshold(number(5)),
        _ => plateau.absolute_threshold(number(5)),
    };
    let plateau = plateau.factor(number(2)).patience(count(3));
    let plateau = plateau.cooldown(count(6)).min_rate(number(7));
    plateau.eps(number(8))
}

/// The rates after each epoch of a fit with this reduction, in which these values are watched.
fn rates(plateau: ReduceOnPlateau, watched: Vec<f64>) -> Vec<f64> {
    let epochs = watched.len() as u64;
    let rates: Arc<Mutex<Vec<f64>>> = Arc::default();
    let note = Arc::clone(&rates);
    let report = move |epoch: &Epoch, record: &mut Record| {
        let at = usize::try_from(epoch.get()).unwrap() - 1;
        record.set("watched", watched[at]);
    };
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(epochs)
        .learning_rate(INITIAL)
        .callback(plateau)
        .on(Fit::on_epoch_end, report)
        .plan_with(|plan| {
            let read = move |rate: &LearningRate| note.lock().unwrap().push(rate.get());
            plan.on(Fit::on_epoch_end, read).weight(weight::LAST);
        });
    let fitted = trainer.fit(inputs([0.0])).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    let rates = rates.lock().unwrap();
    rates.clone()
}

#[test]
fn a_reduction_on_a_plateau_has_the_rates_of_pytorch() {
    let table = table(include_str!("peers/rates/plateaus.txt"));
    assert_eq!(table.len(), 8);
    for (name, columns) in table {
        let [watched, theirs] = &columns[..] else {
            panic!("{name} has {} columns", columns.len());
        };
        let ours = rates(plateau(name), watched.clone());
        assert_eq!((ours.len(), theirs.len()), (60, 60));
        for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            assert!(is_same(*ours, *theirs), "{name} at {at}: {ours}, {theirs}");
        }
    }
}
