//! What luz has on its shelf of callbacks that steer, each test named after a row of the comparison with it. Each callback does the same in a
//! trainer and in a session.

mod support {
    pub(crate) mod classifier;
    pub(crate) mod complaint;
    pub(crate) mod given;
    pub(crate) mod measures;
    pub(crate) mod scripted;
    pub(crate) mod sink;
}

use callbacks::fit::{FitSession, OptimizerName};
use callbacks::prelude::*;
use callbacks::schedule::{Exponential, StepDecay};
use callbacks::shelf::{
    ClipGradients, EarlyStopping, KeepBest, LrFinder, MixBatch, MixedPrecision, Mixup, RateCurve,
    RateSchedule,
};
use support::classifier::{Classifier, Images, Logits};
use support::given::{Batch, Given, Prediction, Slopes, one};
use support::measures::{accuracy, all_right, f1_of_classes, half_right};
use support::scripted::{find, is_close};
use support::sink::{seen, sink};

/// What a fit of `Given` leaves.
#[derive(Debug, PartialEq)]
struct Trace {
    /// The gradients of each step.
    steps: Vec<Vec<f64>>,
    place: f64,
    /// The loss scale, and whether half precision is on.
    precision: (f64, bool),
    /// What the handlers of the test note.
    notes: Vec<f64>,
    /// The records of the complete epochs.
    records: Vec<String>,
    /// The reason of a stop, or the cause of a failure.
    ending: Option<String>,
}

fn texts(history: &History) -> Vec<String> {
    let records = history.iter();
    records.map(|(_, record)| record.to_string()).collect()
}

impl Trace {
    fn of(given: &Given, notes: &[f64], history: &History, outcome: &Outcome) -> Self {
        let failure = outcome.failed().map(|failure| failure.cause().to_string());
        let steps = given.steps.iter();
        Self {
            steps: steps.map(|(_, slopes)| slopes.clone()).collect(),
            place: given.place(),
            precision: given.precision,
            notes: notes.to_vec(),
            records: texts(history),
            ending: failure.or(outcome.stopped().map(|stop| stop.reason().to_owned())),
        }
    }
}

/// Fits twice, which leaves the same.
fn in_a_trainer(epochs: u64, batches: &[Batch], attach: &dyn Fn(&mut Plan<Fit>)) -> Trace {
    let given = || Given::new(batches[0].0.len(), 0);
    let mut trainer = Trainer::new(given())
        .epochs(epochs)
        .learning_rate(1.0)
        .state(Vec::<f64>::new())
        .on(Fit::on_fit_begin, |notes: &mut Vec<f64>| notes.clear())
        .plan_with(attach);
    let [first, second] = [(); 2].map(|()| {
        *trainer.learner() = given();
        let fitted = trainer.fit(batches.to_vec()).unwrap();
        let (history, outcome) = (fitted.history.clone(), fitted.outcome);
        let notes = trainer.get::<Vec<f64>>().unwrap().clone();
        Trace::of(trainer.learner(), &notes, &history, &outcome)
    });
    assert_eq!(first, second);
    first
}

/// One training pass of a loop that exists already.
fn train(fit: &FitSession<'_>, batches: &[Batch]) {
    let optimizer = OptimizerName("main");
    for batch in fit.train(batches) {
        let mut given = fit.borrow::<Given>().unwrap();
        let loss = given.loss(&Prediction, batch).unwrap();
        let slopes = given.backward(&Prediction, batch, optimizer).unwrap();
        drop(given);
        fit.loss(loss);
        fit.with_state(|mut state| state.insert(slopes));
        if fit.fire(Fit::on_train_batch_before_step).is_err() || fit.skips_step() {
            continue;
        }
        let slopes = fit.with_state(|state| state.get::<Slopes>().cloned());
        let (slopes, rate) = (slopes.flatten().unwrap(), fit.learning_rate().unwrap());
        let mut given = fit.borrow::<Given>().unwrap();
        given.step(slopes, rate, optimizer).unwrap();
    }
}

fn in_a_session(epochs: u64, batches: &[Batch], attach: &dyn Fn(&mut Plan<Fit>)) -> Trace {
    let mut given = Given::new(batches[0].0.len(), 0);
    let (weights, biases) = (Vec::new(), Vec::new());
    let fit = Fit::session(epochs)
        .learning_rate(1.0)
        .lend(&mut given)
        .state(Slopes { weights, biases })
        .state(Vec::<f64>::new())
        .fires(Fit::on_train_batch_before_step)
        .plan_with(attach)
        .start()
        .unwrap();
    fit.epochs().for_each(|_| train(&fit, batches));
    let (_plan, state, outcome) = fit.into_parts();
    let notes = state.get::<Vec<f64>>().unwrap();
    Trace::of(&given, notes, state.get().unwrap(), &outcome)
}

/// Fits in both loops, which leave the same.
fn in_both(epochs: u64, batches: &[Batch], attach: impl Fn(&mut Plan<Fit>)) -> Trace {
    let trace = in_a_trainer(epochs, batches, &attach);
    assert_eq!(in_a_session(epochs, batches, &attach), trace);
    trace
}

/// The number of epochs of a fit of at most one for each value.
fn epochs(stopping: &EarlyStopping, values: &'static [f64]) -> usize {
    let trace = in_both(values.len() as u64, &[one(0.0)], |plan| {
        plan.add(stopping.clone());
        let log = |epoch: &Epoch, record: &mut Record| {
            record.set("watched", values[usize::try_from(epoch.get()).unwrap() - 1]);
        };
        plan.on(Fit::on_epoch_end, log);
    });
    assert_eq!(trace.ending.is_none(), trace.records.len() == values.len());
    trace.records.len()
}

#[test]
fn early_stopping() {
    let (falling, stuck) = (&[4.0, 3.5, 3.0, 2.5], &[5.0, 4.0, 4.0, 4.0, 4.0, 4.0]);
    let minimize = || EarlyStopping::minimize("watched");
    // luz counts the epochs without an improvement up to its `patience`, which is 3 here.
    assert_eq!(epochs(&minimize().patience(2), stuck), 5);
    // The `patience = 0` of luz stops after the second epoch, although that improves.
    assert_eq!(epochs(&minimize().patience(0), falling), 4);
    // Better by more than `min_delta`.
    assert_eq!(epochs(&minimize().min_delta(0.5), falling), 2);
    assert_eq!(epochs(&minimize().min_delta(0.25), falling), 4);
    assert_eq!(epochs(&EarlyStopping::maximize("watched"), falling), 2);
    // The first value is no improvement on the baseline, and the next one is.
    assert_eq!(epochs(&minimize().baseline(3.75), falling), 1);
    assert_eq!(epochs(&minimize().baseline(3.75).patience(1), falling), 4);
}

/// What a fit leaves that keeps the parameters nearest to 2, and whose fourth epoch has this handler.
fn kept(ending: fn() -> Result<Flow, &'static str>) -> Trace {
    // Each epoch makes a step of 1 upwards.
    in_both(4, &[one(-1.0)], |plan| {
        plan.add(KeepBest::<Given>::minimize("distance"));
        let note = |given: &Given, record: &mut Record| {
            record.set("distance", (given.place() - 2.0).abs());
        };
        plan.on(Fit::on_epoch_end, note);
        let end = move |epoch: &Epoch| match epoch.get() {
            4 => ending(),
            _ => Ok(Flow::Continue),
        };
        plan.on(Fit::on_train_begin, end);
    })
}

#[test]
fn keep_best_model() {
    let continues = kept(|| Ok(Flow::Continue));
    let stopped = kept(|| Ok(Flow::stop("enough")));
    let failed = kept(|| Err("broken"));
    let endings = [&continues, &stopped, &failed].map(|trace| trace.ending.as_deref());
    assert_eq!(endings, [None, Some("enough"), Some("broken")]);
    for (trace, steps) in [(continues, 4), (stopped, 3), (failed, 3)] {
        assert_eq!(trace.steps.len(), steps);
        assert_eq!(trace.place.to_bits(), 2.0_f64.to_bits());
    }
}

#[test]
fn lr_scheduler() {
    let rates = |schedule: fn() -> RateSchedule| {
        let trace = in_both(3, &[one(1.0), one(1.0)], |plan| {
            plan.add(schedule());
            let note = |rate: &LearningRate, notes: &mut Vec<f64>| notes.push(rate.get());
            plan.on(Fit::on_train_batch_before_step, note);
        });
        // The loop steps along a slope of 1 with these rates.
        assert!((trace.place + trace.notes.iter().sum::<f64>()).abs() < 1e-12);
        trace.notes
    };
    let of_epochs = rates(|| RateSchedule::per_epoch(Exponential::new(0.5)));
    assert_eq!(of_epochs, [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]);
    let of_steps = rates(|| RateSchedule::per_step(Exponential::new(0.5)));
    assert_eq!(of_steps, [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
    let of_pairs = rates(|| RateSchedule::per_epoch(StepDecay::new(2, 0.5)));
    assert_eq!(of_pairs, [1.0, 1.0, 1.0, 1.0, 0.5, 0.5]);
    // luz aborts in a second fit, and if the optimiser has a name.
    let of_name = in_a_trainer(3, &[one(1.0)], &|plan| {
        plan.add(RateSchedule::per_epoch(Exponential::new(0.5)).of("main"));
    });
    assert_eq!(of_name.place.to_bits(), (-1.75_f64).to_bits());
}

/// What is left of a step along (3, -4), whose norm is in the record.
fn clipped(clip: fn() -> ClipGradients<Slopes>, norm: u32) -> Vec<f64> {
    let batch = Batch(vec![3.0, -4.0], Vec::new(), 1);
    let mut trace = in_both(1, &[batch], |plan| {
        plan.add(clip());
    });
    let record = format!("grad_norm {norm}  train_loss 0  grad_norm_max {norm}");
    assert_eq!(trace.records, [record]);
    trace.steps.remove(0)
}

#[test]
fn gradient_clip() {
    // The factor is 1 / (5 + 1e-6), and 1 / (7 + 1e-6) in the norm of the sum.
    let slopes = clipped(|| ClipGradients::by_norm(1.0), 5);
    assert!(is_close(&slopes, &[3.0 / 5.000_001, -4.0 / 5.000_001]));
    let slopes = clipped(|| ClipGradients::by_norm(1.0).norm_type(1.0), 7);
    assert!(is_close(&slopes, &[3.0 / 7.000_001, -4.0 / 7.000_001]));
    // A norm that is small enough stays, and a limit of 0 freezes the weights.
    assert_eq!(clipped(|| ClipGradients::by_norm(5.5), 5), [3.0, -4.0]);
    assert_eq!(clipped(|| ClipGradients::by_norm(0.0), 5), [0.0, 0.0]);
    assert_eq!(clipped(|| ClipGradients::by_value(3.5), 5), [3.0, -3.5]);
}

#[test]
fn mixed_precision() {
    let batches = [1.0, f64::INFINITY, 2.0, 4.0].map(one);
    let trace = in_both(1, &batches, |plan| {
        let precision = MixedPrecision::<Given>::new();
        plan.add(precision.initial_scale(8.0).growth_interval(2));
        let note = |given: &Given, notes: &mut Vec<f64>| {
            notes.extend(given.precision.1.then_some(given.precision.0));
        };
        plan.on(Fit::on_train_batch_end, note);
    });
    // The gradients are those without the scale, and the second step is skipped.
    assert_eq!(trace.steps, [[1.0], [2.0], [4.0]]);
    assert_eq!(trace.notes, [8.0, 4.0, 4.0, 8.0]);
    // The losses are 0, -1, -1 and -3.
    let record = "train_loss -1.25  loss_scale 8  overflows 1";
    assert_eq!(trace.records, [record]);
    assert_eq!(trace.precision, (1.0, false));
}

/// Inputs and one-hot targets.
#[derive(Debug, Clone, PartialEq)]
struct Samples(Vec<f64>, Vec<Vec<f64>>);

impl MixBatch for Samples {
    type Inputs = Vec<f64>;
    type Targets = Vec<Vec<f64>>;

    fn parts(&mut self) -> (&mut Vec<f64>, &mut Vec<Vec<f64>>) {
        (&mut self.0, &mut self.1)
    }
}

fn samples() -> Samples {
    let targets = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    Samples(vec![1.0, 2.0, 4.0], targets.map(Vec::from).to_vec())
}

/// Whether each sample has the greater weight in its pair, and its input is mixed as its target is.
fn is_mixed(batch: &Samples) -> bool {
    let mut pairs = batch.0.iter().zip(&batch.1).enumerate();
    let all = pairs.all(|(at, (input, targets))| {
        let weighted = targets.iter().zip(samples().0);
        let expected: f64 = weighted.map(|(weight, input)| weight * input).sum();
        targets[at] >= 0.5 && (input - expected).abs() < 1e-12
    });
    all && *batch != samples()
}

/// The batches of training and of validation as the loop of a session gets them: it puts each into the state before its begin.
fn mixed_in_a_session(mixup: Mixup<Samples>) -> (Vec<Samples>, Vec<Samples>) {
    let fit = Fit::session(1).state(samples()).callback(mixup);
    let fit = fit.start().unwrap();
    let put = |_: &u8| drop(fit.with_state(|mut state| state.insert(samples())));
    let get = |_| fit.with_state(|state| state.get::<Samples>().cloned());
    let get = |batch| get(batch).flatten().unwrap();
    let (mut train, mut valid) = (Vec::new(), Vec::new());
    for _ in fit.epochs() {
        train.extend(fit.train((0..2).inspect(put)).map(get));
        valid.extend(fit.valid((0..1).inspect(put)).map(get));
    }
    assert!(fit.finish().is_finished());
    (train, valid)
}

#[test]
fn mixup() {
    let mixup = || Mixup::<Samples>::new(0.4).seed(3);
    let fit = |mixup: Mixup<Samples>| {
        let mut trainer = sink().valid(vec![samples()]).callback(mixup.clone());
        let mixed = seen(&mut trainer, vec![samples(); 2]);
        assert_eq!(mixed_in_a_session(mixup), mixed);
        mixed
    };
    let (train, valid) = fit(mixup());
    assert!(train.iter().all(is_mixed), "{train:?}");
    assert!(train[0] != train[1] && valid == [samples()]);
    // luz fails in validation if its loss is the automatic one.
    let (same, valid) = fit(mixup().on_validation());
    assert_eq!(same, train);
    assert!(valid.iter().all(is_mixed), "{valid:?}");
}

/// The curve of a sweep in a session, and the rates that its loop has used.
fn sweep_in_a_session(finder: LrFinder, losses: &[f64]) -> (RateCurve, Vec<f64>) {
    let fit = Fit::session(9).learning_rate(0.5).callback(finder);
    let fit = fit.start().unwrap();
    let mut rates = Vec::new();
    for _ in fit.epochs() {
        for loss in fit.train(losses) {
            rates.push(fit.learning_rate().unwrap());
            fit.loss(*loss);
        }
    }
    let (plan, _state, outcome) = fit.into_parts();
    assert!(outcome.stopped().is_some(), "{outcome}");
    (plan.get::<LrFinder>().unwrap().curve().clone(), rates)
}

#[test]
fn lr_finder() {
    let sweep = |finder: LrFinder, losses: &[f64]| {
        let curve = find(finder.clone(), losses.to_vec());
        let (of_session, rates) = sweep_in_a_session(finder, losses);
        assert_eq!(of_session, curve);
        let points = curve.points().iter().map(|point| point.rate);
        assert!(points.eq(rates.iter().copied()), "{curve}");
        (curve, rates)
    };
    let (curve, rates) = sweep(LrFinder::new().range(0.5, 8.0).steps(5), &[1.0; 3]);
    assert!(is_close(&rates, &[0.5, 1.0, 2.0, 4.0, 8.0]), "{curve}");
    assert!(!curve.has_exploded());
    // The fourth loss is more than 4 times the lowest one.
    let explosive = LrFinder::new().smoothing(0.0);
    let (curve, rates) = sweep(explosive, &[2.0, 1.0, 4.0, 4.5, 1.0]);
    assert!(curve.has_exploded() && rates.len() == 4, "{curve}");
    assert_eq!(sweep(LrFinder::new(), &[1.0; 40]).1.len(), 100);
}

/// The records of a trainer and of a session, whose loop puts images and predictions into the state.
fn records(plan: fn(&mut Plan<Fit>)) -> [Vec<String>; 2] {
    let trainer = Trainer::new(Classifier::default()).epochs(2);
    let mut trainer = trainer.valid(all_right()).plan_with(plan);
    let of_trainer = texts(&trainer.fit(half_right()).unwrap().history);
    let fit = Fit::session(2).plan_with(plan).state(Images::default());
    let fit = fit.state(Logits::default()).start().unwrap();
    let show = |images: Images| {
        fit.samples(images.labels.len() as u64);
        fit.loss(1.0);
        fit.with_state(|mut state| {
            state.insert(Logits(images.scores.clone()));
            state.insert(images);
        });
    };
    for _ in fit.epochs() {
        fit.train(half_right()).for_each(show);
        fit.valid(all_right()).for_each(show);
    }
    let (_plan, state, _outcome) = fit.into_parts();
    [of_trainer, texts(state.get().unwrap())]
}

#[test]
fn metrics() {
    let [of_trainer, of_session] = records(|plan| {
        plan.add(accuracy());
        plan.add(f1_of_classes());
    });
    // Three samples with two right ones, and one with none; the loss comes first.
    let expected = "train_loss 1  train_accuracy 0.5  train_f1 [0.5, 0.5]  \
                    valid_loss 1  valid_accuracy 1  valid_f1 [1, 1]";
    assert_eq!(of_trainer, [expected; 2]);
    assert_eq!(of_session, of_trainer);
    let misspelt = EarlyStopping::maximize("valid_acuracy");
    let trainer = Trainer::new(Classifier::default()).callback(accuracy());
    let mut trainer = trainer.valid(all_right()).callback(misspelt.clone());
    let text = trainer.check().unwrap_err().to_string();
    assert!(text.contains("did you mean `valid_accuracy`?"), "{text}");
    // The loop of a session can log any name, so its first epoch reports the slip.
    let fit = Fit::session(1).callback(misspelt).start().unwrap();
    fit.epochs().for_each(|_| fit.log("valid_accuracy", 0.5));
    let text = fit.finish().failed().unwrap().to_string();
    assert!(text.contains("did you mean `valid_accuracy`?"), "{text}");
}
