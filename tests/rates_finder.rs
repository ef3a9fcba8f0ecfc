//! `LrFinder`: the sweep, what ends it, and what it restores.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod scripted;
}

use callbacks::fit::{Batches, Fit, LearningRate, Trainer};
use callbacks::shelf::{LrFinder, RateCurve};
use callbacks::{Attach, BoxError, Plan};
use support::scripted::{Scripted, find, is_close, trainer};

fn rates(curve: &RateCurve) -> Vec<f64> {
    curve.points().iter().map(|point| point.rate).collect()
}

#[test]
fn the_rates_have_equal_ratios_or_equal_differences() {
    let finder = || LrFinder::new().range(1e-3, 10.0).steps(5);
    let ratios = find(finder(), vec![1.0; 2]);
    assert!(
        is_close(&rates(&ratios), &[1e-3, 1e-2, 1e-1, 1.0, 10.0]),
        "{ratios}"
    );
    assert!(!ratios.has_exploded());
    let differences = find(finder().range(1.0, 9.0).linear(), vec![1.0]);
    assert_eq!(rates(&differences), [1.0, 3.0, 5.0, 7.0, 9.0]);
    let default = find(LrFinder::new(), vec![1.0; 7]);
    let default = rates(&default);
    assert_eq!((default.len(), default[0]), (100, 1e-7));
    assert!((default[99] - 10.0).abs() < 1e-12);
}

#[test]
fn each_step_is_made_with_the_rate_of_its_point() {
    let mut seen = Vec::new();
    let restore = |learner: &mut Scripted, ()| {
        seen.clone_from(&learner.rates);
        Ok(())
    };
    let finder = LrFinder::new().steps(20);
    let curve = finder.find_restoring(&mut trainer(), vec![1.0; 3], |_| Ok(()), restore);
    assert_eq!(rates(&curve.unwrap()), seen);
}

#[test]
fn the_smoothed_loss_is_a_mean_without_bias() {
    let curve = find(LrFinder::new().steps(3).smoothing(0.5), vec![4.0, 1.0, 7.0]);
    let smoothed: Vec<f64> = curve.points().iter().map(|point| point.smoothed).collect();
    // 4; (4/4 + 1/2) / (3/4); (4/8 + 1/4 + 7/2) / (7/8).
    assert!(is_close(&smoothed, &[4.0, 2.0, 34.0 / 7.0]), "{smoothed:?}");
    let losses: Vec<f64> = curve.points().iter().map(|point| point.loss).collect();
    assert_eq!(losses, [4.0, 1.0, 7.0]);
    let unsmoothed = find(LrFinder::new().steps(3).smoothing(0.0), vec![4.0, 1.0, 2.0]);
    assert!(
        unsmoothed
            .points()
            .iter()
            .all(|point| point.loss.to_bits() == point.smoothed.to_bits())
    );
}

#[test]
fn the_sweep_ends_where_the_loss_explodes() {
    let finder = || LrFinder::new().smoothing(0.0);
    let count = |finder: LrFinder, losses: &[f64]| {
        let curve = find(finder.steps(losses.len() as u64), losses.to_vec());
        (curve.points().len(), curve.has_exploded())
    };
    assert_eq!(count(finder(), &[2.0, 1.0, 4.0, 4.1, 0.0]), (4, true));
    assert_eq!(
        count(finder().stop_factor(10.0), &[2.0, 1.0, 10.0, 4.1, 0.5]),
        (5, false)
    );
    let infinite = || finder().stop_factor(f64::INFINITY);
    assert_eq!(count(infinite(), &[1.0, 1e300, 1.0]), (3, false));
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(count(infinite(), &[1.0, wrong, 1.0]), (2, true));
        assert_eq!(count(finder(), &[wrong, 1.0]), (1, true));
    }
    // For a negative loss, the distance counts: 3 above the lowest one.
    assert_eq!(count(finder(), &[-1.0, -0.5, 1.9, 2.1, 0.0]), (4, true));
}

#[test]
fn the_learner_is_restored_to_the_bit() {
    let mut trainer = trainer();
    let before = trainer.learner().clone();
    let curve = LrFinder::new().find(&mut trainer, vec![1.0; 4]).unwrap();
    assert_eq!(*trainer.learner(), before);
    assert_eq!(
        LrFinder::new().find(&mut trainer, vec![1.0; 4]).unwrap(),
        curve
    );
    let fitted = |mut trainer: Trainer<Scripted>| {
        assert!(trainer.fit(vec![0.5; 3]).unwrap().outcome.is_finished());
        trainer.into_learner()
    };
    assert_eq!(fitted(trainer), fitted(self::trainer()));
}

#[test]
fn the_learner_is_restored_after_a_failure_and_the_trainer_keeps_its_callbacks() {
    let ran = |_: &LearningRate| -> () { panic!("a callback of the trainer ran in the sweep") };
    let mut trainer = trainer()
        .on(Fit::on_train_batch_begin, ran)
        .valid(vec![1.0])
        .epochs(3)
        .min_epochs(2);
    trainer.learner().fails_at = Some(5);
    let before = trainer.learner().clone();
    let error = LrFinder::new()
        .find(&mut trainer, vec![1.0; 9])
        .unwrap_err();
    assert!(error.to_string().contains("the device is lost"), "{error}");
    assert_eq!(*trainer.learner(), before);
    trainer.learner().fails_at = None;
    assert!(LrFinder::new().find(&mut trainer, vec![1.0; 9]).is_ok());
    trainer.learner().optimizers = &["twice", "twice"];
    let problem = LrFinder::new()
        .find(&mut trainer, vec![1.0; 9])
        .unwrap_err();
    assert!(
        problem
            .to_string()
            .contains("two optimisers are called `twice`"),
        "{problem}"
    );
    trainer.learner().optimizers = &[];
    trainer.check().unwrap();
    assert_eq!(trainer.plan().names(), ["closure"]);
}

#[test]
fn invalid_settings_and_a_source_without_batches_are_errors() {
    let error = |finder: LrFinder| {
        finder
            .find(&mut trainer(), vec![1.0])
            .unwrap_err()
            .to_string()
            .replace("\n    ", " ")
    };
    let remedy = "give two finite rates above 0 that increase";
    for (start, end) in [
        (0.0, 1.0),
        (-1.0, 1.0),
        (2.0, 1.0),
        (1.0, 1.0),
        (f64::NAN, 1.0),
        (1.0, f64::INFINITY),
    ] {
        let text = error(LrFinder::new().range(start, end));
        let expected = format!("LrFinder: has a `range` of {start} to {end} {remedy}");
        assert!(text.contains(&expected), "{text}");
        assert!(
            text.contains("rates_finder.rs:"),
            "it names the call: {text}"
        );
    }
    assert!(error(LrFinder::new().steps(1)).contains("a `steps` of 1 give 2 or more"));
    assert!(
        error(LrFinder::new().smoothing(1.0))
            .contains("a `smoothing` of 1 give one from 0 to less than 1")
    );
    for factor in [1.0, f64::NAN] {
        let expected = format!("a `stop_factor` of {factor} give one above 1");
        assert!(error(LrFinder::new().stop_factor(factor)).contains(&expected));
    }
    assert!(error(LrFinder::new().of("mian")).contains("there is no optimiser `mian`"));
    let empty = LrFinder::new()
        .find(&mut trainer(), |_| Vec::new())
        .unwrap_err();
    assert!(
        empty
            .to_string()
            .contains("no batch of the pass has a loss"),
        "{empty}"
    );
}

#[test]
fn one_of_several_optimisers_can_be_swept() {
    let mut trainer = trainer().learning_rate(0.5);
    trainer.learner().optimizers = &["generator", "critic"];
    let mut seen = Vec::new();
    let restore = |learner: &mut Scripted, ()| {
        seen.clone_from(&learner.rates);
        Ok(())
    };
    let finder = LrFinder::new().range(1.0, 4.0).steps(3).of("critic");
    finder
        .find_restoring(&mut trainer, vec![1.0], |_| Ok(()), restore)
        .unwrap();
    assert_eq!(seen, [0.5, 1.0, 0.5, 2.0, 0.5, 4.0]);
}

#[test]
fn in_a_session_the_finder_is_a_callback() {
    let fit = Fit::session(10)
        .learning_rate(0.5)
        .callback(LrFinder::new().range(1.0, 8.0).steps(4))
        .start()
        .unwrap();
    let mut rates = Vec::new();
    for _ in fit.epochs() {
        for _batch in fit.train([(); 3]) {
            rates.push(fit.learning_rate().unwrap());
            fit.loss(1.0);
        }
    }
    let outcome = fit.finish();
    assert_eq!(outcome.stopped().unwrap().reason(), "the sweep is complete");
    assert!(is_close(&rates, &[1.0, 2.0, 4.0, 8.0]), "{rates:?}");
    let fit = Fit::session(1)
        .learning_rate(0.5)
        .callback(LrFinder::new())
        .start()
        .unwrap();
    for _ in fit.epochs() {
        assert_eq!(fit.train([(); 3]).count(), 3);
    }
    // A batch without a loss has no point.
    let outcome = fit.finish();
    let reason = outcome.stopped().unwrap().reason();
    assert!(
        reason.contains("after 0 of 100 steps of the sweep"),
        "{outcome}"
    );
}

#[test]
fn a_sweep_begins_anew_with_each_run() {
    let mut trainer = trainer().callback(LrFinder::new().steps(20));
    let mut curve = || {
        assert!(
            trainer
                .fit(vec![1.0; 50])
                .unwrap()
                .outcome
                .stopped()
                .is_some()
        );
        let plan: &Plan<Fit> = trainer.plan();
        plan.get::<LrFinder>().unwrap().curve().clone()
    };
    let first = curve();
    assert_eq!(first.points().len(), 20);
    assert_eq!(curve(), first);
}

#[test]
fn a_fit_that_ends_before_the_sweep_is_stopped_with_the_reason() {
    let mut trainer = trainer().epochs(2).callback(LrFinder::new());
    let outcome = trainer.fit(vec![1.0; 30]).unwrap().outcome;
    let reason = outcome.stopped().unwrap().reason();
    assert!(
        reason.contains("after 60 of 100 steps of the sweep"),
        "{outcome}"
    );
    assert!(reason.contains("`LrFinder::find`"), "{outcome}");
}

#[test]
fn the_losses_of_a_dropped_group_are_no_part_of_the_next_step() {
    let mut trainer = trainer().accumulate(2).drop_last_group();
    let finder = LrFinder::new().steps(4).smoothing(0.0);
    // The third batch of each pass makes no step.
    let curve = finder.find(&mut trainer, vec![1.0, 3.0, 100.0]).unwrap();
    let losses: Vec<f64> = curve.points().iter().map(|point| point.loss).collect();
    assert_eq!(losses, [2.0; 4]);
}

/// A source that notes the epochs that it is asked for.
struct Source<'s>(&'s mut Vec<u64>);

impl Batches<f64> for Source<'_> {
    fn batches(&mut self, epoch: u64) -> Box<dyn Iterator<Item = Result<f64, BoxError>> + '_> {
        self.0.push(epoch);
        Box::new([1.0; 8].into_iter().map(Ok))
    }
}

#[test]
fn the_sweep_goes_on_with_the_batches_of_the_next_epoch() {
    let mut asked = Vec::new();
    let finder = LrFinder::new().steps(20);
    let curve = finder.find(&mut trainer(), Source(&mut asked)).unwrap();
    assert_eq!((curve.points().len(), asked), (20, vec![1, 2, 3]));
}
