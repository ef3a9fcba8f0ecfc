//! In the fit loop handlers read and change what is at work: batch, prediction, gradients, learning rate.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Epoch, Fit, Learner, LearningRate, Loss, OptimizerName, Phase, Trainer};
use callbacks::{At, Attach, BoxError, Closure, Record, Reply};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use support::journal::Journal;
use support::line::{Input, Line, Output, Slope, inputs};

/// What the learner does in a fit of one batch, with one handler attached.
fn fit_with<K: 'static, F>(at: At<Fit>, handler: F) -> Vec<String>
where
    F: Closure<K>,
    F::Out: Reply<()>,
{
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&journal))
        .learning_rate(0.5)
        .valid(inputs([8.0]))
        .on(at, handler);
    let fitted = trainer.fit(inputs([4.0])).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    journal.take()
}

#[test]
fn a_changed_batch_reaches_forward() {
    let lines = fit_with(Fit::on_train_batch_begin, |batch: &mut Input| batch.0 = 6.0);
    assert_eq!(lines[0], "forward 6 in train");
    let lines = fit_with(Fit::on_valid_batch_begin, |batch: &mut Input| batch.0 = 7.0);
    assert_eq!(lines[4], "forward 7 in valid");
}

#[test]
fn a_changed_prediction_reaches_the_loss() {
    let lines = fit_with(Fit::on_train_batch_after_pred, |made: &mut Output| {
        made.0 *= 10.0;
    });
    assert_eq!(lines[1], "loss of 40");
    let lines = fit_with(Fit::on_valid_batch_after_pred, |made: &mut Output| {
        made.0 = 3.0;
    });
    assert_eq!(lines[5], "loss of 3");
}

#[test]
fn a_changed_prediction_is_what_predict_gives_back() {
    let mut trainer = Trainer::new(Line::new(&Journal::default())).on(
        Fit::on_predict_batch_end,
        |made: &mut Output, batch: &Input| made.0 += batch.0,
    );
    let predicted = trainer.predict(inputs([2.0, 3.0])).unwrap();
    assert_eq!(predicted.predictions, [Output(4.0), Output(6.0)]);
}

#[test]
fn changed_gradients_reach_the_step() {
    let lines = fit_with(Fit::on_train_batch_before_step, |slope: &mut Slope| {
        slope.0 = -1.0;
    });
    assert_eq!(lines[3], "step of main by 0.5 along -1");
}

#[test]
fn a_changed_learning_rate_reaches_the_step_from_every_breakpoint_before_it() {
    let places = [
        Fit::on_fit_begin,
        Fit::on_epoch_begin,
        Fit::on_train_begin,
        Fit::on_train_batch_begin,
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_after_loss,
        Fit::on_train_batch_before_backward,
        Fit::on_train_batch_before_step,
    ];
    for at in places {
        let lines = fit_with(at, |rate: &mut LearningRate| rate.set(rate.get() / 2.0));
        assert_eq!(lines[3], "step of main by 0.25 along 4", "{at:?}");
    }
}

#[test]
fn each_of_several_optimisers_has_a_learning_rate_of_its_own() {
    let journal = Journal::default();
    let mut learner = Line::new(&journal);
    learner.optimizers = &["slow", "fast"];
    let halve = |rate: &mut LearningRate, name: &OptimizerName| {
        if name.0 == "fast" {
            rate.set(rate.get() / 2.0);
        }
    };
    let mut trainer = Trainer::new(learner)
        .learning_rate(0.5)
        .learning_rate_of("fast", 4.0)
        .on(Fit::on_train_batch_before_step, halve);
    let _ = trainer.fit(inputs([1.0])).unwrap();
    let lines = journal.take();
    assert_eq!(lines[3], "step of slow by 0.5 along 1");
    assert_eq!(lines[7], "step of fast by 2 along 1");
}

#[test]
fn the_rate_scaled_between_steps_is_that_of_every_optimiser() {
    let journal = Journal::default();
    let mut learner = Line::new(&journal);
    learner.optimizers = &["slow", "fast"];
    let mut trainer = Trainer::new(learner)
        .learning_rate(0.5)
        .learning_rate_of("fast", 4.0)
        .on(Fit::on_train_begin, |rate: &mut LearningRate| {
            rate.scale(0.5);
        });
    let _ = trainer.fit(inputs([1.0])).unwrap();
    let lines = journal.take();
    assert_eq!(lines[3], "step of slow by 0.25 along 1");
    assert_eq!(lines[7], "step of fast by 2 along 1");
}

#[test]
fn the_initial_rate_stays_that_of_the_beginning_of_the_fit() {
    let journal = Journal::default();
    let halve = |rate: &mut LearningRate| rate.set(rate.initial() * 0.5);
    let mut trainer = Trainer::new(Line::new(&journal))
        .learning_rate(0.5)
        .epochs(3)
        .on(Fit::on_epoch_begin, halve);
    let _ = trainer.fit(inputs([1.0])).unwrap();
    let lines = journal.take().into_iter();
    let steps: Vec<_> = lines.filter(|line| line.starts_with("step")).collect();
    assert_eq!(steps, ["step of main by 0.25 along 1"; 3]);
}

#[test]
fn the_rate_of_the_only_optimiser_is_the_one_that_handlers_read_at_every_breakpoint() {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(2)
        .learning_rate_of("main", 4.0);
    for at in [
        Fit::on_epoch_begin,
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_end,
        Fit::on_epoch_end,
    ] {
        let note = journal.clone();
        let read = move |rate: &LearningRate| note.note(rate.to_string());
        trainer.plan().on(at, read);
    }
    let _ = trainer.fit(inputs([1.0, 1.0])).unwrap();
    assert_eq!(journal.take(), ["4"; 2 * (1 + 2 + 2 + 1)]);
}

#[test]
fn the_rate_set_between_steps_is_that_of_every_optimiser() {
    // All places of an epoch but those of one optimiser.
    let between = [
        (Fit::on_epoch_begin, [1, 1]),
        (Fit::on_train_begin, [1, 1]),
        (Fit::on_train_batch_begin, [1, 2]),
        (Fit::on_train_batch_end, [0, 1]),
        (Fit::on_train_end, [0, 0]),
        (Fit::on_valid_batch_end, [0, 0]),
        (Fit::on_epoch_end, [0, 0]),
    ];
    for (at, visits_before) in between {
        let journal = Journal::default();
        let mut learner = Line::new(&journal);
        learner.optimizers = &["slow", "fast"];
        let mut visits = 0;
        let set = move |rate: &mut LearningRate| {
            visits += 1;
            rate.set(f64::from(visits));
        };
        let mut trainer = Trainer::new(learner).learning_rate(0.5).epochs(2);
        trainer = trainer.valid(inputs([1.0])).on(at, set);
        let _ = trainer.fit(inputs([1.0, 1.0])).unwrap();
        let steps = journal.take().into_iter();
        let steps: Vec<_> = steps.filter(|line| line.starts_with("step")).collect();
        let in_an_epoch = visits_in_an_epoch(at);
        let mut expected = Vec::new();
        for before in [0, in_an_epoch] {
            for visits in visits_before.map(|visits| visits + before) {
                let rate = if visits == 0 {
                    "0.5".into()
                } else {
                    visits.to_string()
                };
                expected.push(format!("step of slow by {rate} along 1"));
                expected.push(format!("step of fast by {rate} along 1"));
            }
        }
        assert_eq!(steps, expected, "{at:?}");
    }
}

/// How often a breakpoint fires in an epoch of two batches to train on and one to validate on.
fn visits_in_an_epoch(at: At<Fit>) -> u32 {
    let is_of_a_batch = at.breakpoint().name().starts_with("on_train_batch");
    if is_of_a_batch { 2 } else { 1 }
}

#[test]
fn handlers_read_batch_prediction_loss_gradients_and_the_learner_itself() {
    let journal = Journal::default();
    let note = journal.clone();
    let mut trainer = Trainer::new(Line::new(&Journal::default())).on(
        Fit::on_train_batch_before_step,
        move |batch: &Input,
              made: &Output,
              loss: &Loss,
              slope: &Slope,
              line: callbacks::Local<'_, Line>| {
            note.note(format!(
                "{batch:?} {made:?} {loss} {slope:?} {}",
                line.weight
            ));
        },
    );
    let _ = trainer.fit(inputs([4.0])).unwrap();
    assert_eq!(journal.take(), ["Input(4.0) Output(4.0) 4 Slope(4.0) 1"]);
}

#[test]
fn handlers_change_the_learner() {
    let set = |mut line: callbacks::LocalMut<'_, Line>| line.weight = 3.0;
    let lines = fit_with(Fit::on_train_begin, set);
    assert_eq!(lines[1], "loss of 12");
}

#[test]
fn the_mean_loss_of_a_pass_is_there_from_its_end_and_a_handler_adds_metrics() {
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .learning_rate(0.0)
        .valid(inputs([5.0]))
        .on(Fit::on_train_begin, |record: &Record| {
            assert_eq!(record.get("train_loss"), None);
        })
        .on(Fit::on_train_end, |record: &mut Record| {
            assert_eq!(record.get("train_loss"), Some(3.0));
            record.set("train_twice", 6.0);
        });
    let fitted = trainer.fit(inputs([2.0, 4.0])).unwrap();
    let (_, record) = fitted.history.iter().next().unwrap();
    assert_eq!(
        record.to_string(),
        "train_loss 3  train_twice 6  valid_loss 5"
    );
}

#[test]
fn the_metrics_of_an_epoch_begin_empty() {
    let once = |record: &mut Record, epoch: &Epoch| {
        if epoch.get() == 1 {
            record.set("once", 1.0);
        }
    };
    let empty = |record: &Record| assert_eq!(record.iter().count(), 0);
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(3)
        .on(Fit::on_epoch_begin, empty)
        .on(Fit::on_epoch_end, once);
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    assert_eq!(
        fitted.history.of("once").collect::<Vec<_>>(),
        [(Epoch::new(1), 1.0)]
    );
}

#[test]
fn the_mean_loss_is_over_samples_and_not_over_batches() {
    let mut learner = Line::new(&Journal::default());
    learner.samples = |batch| if batch.0 > 1.0 { 1 } else { 3 };
    let mut trainer = Trainer::new(learner);
    let evaluated = trainer.evaluate(inputs([1.0, 5.0])).unwrap();
    assert_eq!(evaluated.record.get("valid_loss"), Some(2.0));
}

/// A learner whose losses wait on a device, which counts how often they are read.
struct Remote(Arc<AtomicU64>);

impl Learner for Remote {
    type Batch = Input;
    type Prediction = Output;
    type Gradients = Slope;

    fn samples(&self, _: &Input) -> u64 {
        1
    }

    fn forward(&mut self, _: &Input, _: Phase) -> Result<Output, BoxError> {
        Ok(Output(0.0))
    }

    fn loss(&mut self, _: &Output, _: &Input) -> Result<Loss, BoxError> {
        let reads = self.0.clone();
        Ok(Loss::lazy(move || {
            reads.fetch_add(1, Ordering::Relaxed);
            Ok::<_, BoxError>(0.5)
        }))
    }

    fn backward(&mut self, _: &Output, _: &Input, _: OptimizerName) -> Result<Slope, BoxError> {
        Ok(Slope(0.0))
    }

    fn step(&mut self, _: Slope, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn a_loss_is_read_only_when_the_pass_ends_where_no_handler_reads_it_before() {
    let reads = Arc::new(AtomicU64::new(0));
    let (during, after) = (reads.clone(), reads.clone());
    let mut trainer = Trainer::new(Remote(reads))
        .on(Fit::on_train_batch_end, move |_: &Loss| {
            assert_eq!(during.load(Ordering::Relaxed), 0);
        })
        .on(Fit::on_train_end, move |record: &Record| {
            assert_eq!(after.load(Ordering::Relaxed), 5);
            assert_eq!(record.get("train_loss"), Some(0.5));
        });
    let fitted = trainer.fit(inputs([1.0; 5])).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
}

#[test]
fn a_pass_that_fails_reads_no_loss() {
    let reads = Arc::new(AtomicU64::new(0));
    let fails = || Err::<(), _>("no");
    let mut trainer = Trainer::new(Remote(reads.clone())).on(Fit::on_train_batch_end, fails);
    let fitted = trainer.fit(inputs([1.0; 5])).unwrap();
    assert!(fitted.outcome.failed().is_some());
    assert_eq!(reads.load(Ordering::Relaxed), 0);
}

#[test]
fn a_loss_that_several_handlers_read_is_read_once() {
    let reads = Arc::new(AtomicU64::new(0));
    let mut trainer = Trainer::new(Remote(reads.clone()));
    for at in [Fit::on_train_batch_after_loss, Fit::on_train_batch_end] {
        trainer = trainer.on(at, |loss: &Loss| {
            assert!((loss.value() - 0.5).abs() < 1e-12);
        });
    }
    let fitted = trainer.fit(inputs([1.0; 5])).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    assert_eq!(reads.load(Ordering::Relaxed), 5);
}

#[test]
fn the_debug_text_of_a_loss_reads_nothing_and_has_what_was_read() {
    let reads = Arc::new(AtomicU64::new(0));
    let loss = Remote(reads.clone()).loss(&Output(0.0), &Input(0.0));
    let loss = loss.unwrap();
    assert!(!format!("{loss:?}").contains("0.5"));
    assert_eq!(reads.load(Ordering::Relaxed), 0);
    assert!((loss.value() - 0.5).abs() < 1e-12);
    assert!(format!("{loss:?}").contains("0.5"));
}
