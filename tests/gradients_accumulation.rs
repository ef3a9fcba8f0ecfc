//! Gradients that are accumulated: one update for each group of batches, with the mean over the samples of the group.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod given;
    pub(crate) mod journal;
    pub(crate) mod tracer;
}

use callbacks::fit::{Fit, MicroStep, OptimizerName, SampleCount, SkipStep, Step, Trainer};
use callbacks::{At, Attach, Flow};
use support::given::{Batch, Given, Slopes, one};
use support::journal::Journal;
use support::tracer::Tracer;

fn steps(trainer: &mut Trainer<Given>, batches: Vec<Batch>) -> Vec<(&'static str, Vec<f64>)> {
    trainer.learner().steps.clear();
    let outcome = trainer.fit(batches).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
    std::mem::take(&mut trainer.learner().steps)
}

fn ones<const N: usize>(gradients: [f64; N]) -> Vec<Batch> {
    gradients.map(one).to_vec()
}

#[test]
fn a_group_has_one_update_with_the_mean() {
    let mut trainer = Trainer::new(Given::new(1, 0)).accumulate(2);
    for _ in 0..2 {
        let found = steps(&mut trainer, ones([1.0, 3.0, 5.0, 11.0]));
        assert_eq!(found, [("main", vec![2.0]), ("main", vec![8.0])]);
        let counts = (
            trainer.get::<Step>().map(|steps| steps.get()),
            trainer.get::<MicroStep>().map(|steps| steps.get()),
            trainer.get::<SampleCount>().map(|samples| samples.get()),
        );
        assert_eq!(counts, (Some(2), Some(4), Some(4)));
    }
}

#[test]
fn the_mean_is_over_samples() {
    let batches = vec![
        Batch(vec![1.0], vec![8.0], 1),
        Batch(vec![5.0], vec![0.0], 3),
    ];
    let mut trainer = Trainer::new(Given::new(1, 1)).accumulate(2);
    assert_eq!(
        steps(&mut trainer, batches.clone()),
        [("main", vec![4.0, 2.0])]
    );
    let reversed = batches.into_iter().rev().collect();
    assert_eq!(steps(&mut trainer, reversed), [("main", vec![4.0, 2.0])]);
}

#[test]
fn a_batch_without_samples_adds_nothing() {
    let empty = || Batch(vec![f64::NAN], vec![], 0);
    let mut trainer = Trainer::new(Given::new(1, 0)).accumulate(3);
    for batches in [
        vec![empty(), one(1.0), one(3.0)],
        vec![one(1.0), empty(), one(3.0)],
        vec![one(1.0), one(3.0), empty()],
    ] {
        assert_eq!(steps(&mut trainer, batches), [("main", vec![2.0])]);
    }
}

#[test]
fn a_group_of_one_batch_is_that_batch_to_the_bit() {
    let odd = vec![one(0.1), one(-0.0), one(1e-310)];
    let bits = |found: Vec<(&str, Vec<f64>)>| -> Vec<u64> {
        found
            .iter()
            .map(|(_, values)| values[0].to_bits())
            .collect()
    };
    let plain = bits(steps(&mut Trainer::new(Given::new(1, 0)), odd.clone()));
    let mut of_one = Trainer::new(Given::new(1, 0)).accumulate(1);
    assert_eq!(bits(steps(&mut of_one, odd.clone())), plain);
    // A batch alone in the last group.
    let mut of_four = Trainer::new(Given::new(1, 0)).accumulate(4);
    assert_eq!(bits(steps(&mut of_four, odd[..1].to_vec())), plain[..1]);
}

#[test]
fn the_last_group_of_an_epoch_is_stepped_or_dropped() {
    let batches = || ones([1.0, 3.0, 5.0]);
    let mut stepped = Trainer::new(Given::new(1, 0)).accumulate(2).epochs(2);
    let twice = [2.0, 5.0, 2.0, 5.0].map(|slope| ("main", vec![slope]));
    assert_eq!(steps(&mut stepped, batches()), twice);
    let mut dropped = Trainer::new(Given::new(1, 0)).accumulate(2).epochs(2);
    dropped = dropped.drop_last_group();
    assert_eq!(
        steps(&mut dropped, batches()),
        [("main", vec![2.0]), ("main", vec![2.0])]
    );
    // No group reaches into the next epoch.
    let mut never = Trainer::new(Given::new(1, 0)).accumulate(4).epochs(3);
    never = never.drop_last_group();
    let outcome = never.fit(move |_| batches()).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(never.learner().steps, []);
    assert_eq!(never.get::<Step>(), Some(&Step::new(0)));
}

#[test]
fn the_breakpoints_of_an_update_fire_once_for_each_group() {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Given::new(1, 0))
        .accumulate(2)
        .plan_with(|plan| {
            plan.add_local(Tracer(journal.clone()));
        });
    steps(&mut trainer, ones([1.0, 2.0]));
    let first = [
        "on_train_batch_begin",
        "on_train_batch_after_pred",
        "on_train_batch_after_loss",
        "on_train_batch_before_backward",
        "on_train_batch_end",
    ];
    let mut second = first.to_vec();
    second.splice(
        4..4,
        [
            "on_train_batch_before_step",
            "on_train_batch_after_step",
            "on_update_end",
        ],
    );
    let lines = journal.take();
    assert_eq!(lines[3..8], first);
    assert_eq!(lines[8..16], second);
}

#[test]
fn each_of_several_optimisers_has_its_own_sum() {
    let mut trainer = Trainer::new(Given::with_optimizers(&["a", "b"], 1, 0)).accumulate(2);
    let found = steps(&mut trainer, ones([1.0, 3.0, 5.0]));
    let expected = [
        ("a", vec![2.0]),
        ("b", vec![20.0]),
        ("a", vec![5.0]),
        ("b", vec![50.0]),
    ];
    assert_eq!(found, expected);
    assert_eq!(trainer.get::<Step>(), Some(&Step::new(2)));
}

#[test]
fn handlers_change_the_mean_before_the_step() {
    let mut trainer = Trainer::new(Given::new(1, 0)).accumulate(2).on(
        Fit::on_train_batch_before_step,
        |slopes: &mut Slopes| {
            slopes.weights[0] += 0.5;
        },
    );
    assert_eq!(steps(&mut trainer, ones([1.0, 3.0])), [("main", vec![2.5])]);
    // Between two updates the state has no gradients.
    assert!(trainer.get::<Slopes>().is_none());
}

/// A trainer of groups of 2 that leaves the batch of this micro-step at a breakpoint.
fn leaving(at: At<Fit>, micro_step: u64) -> Trainer<Given> {
    let leave = move |now: &MicroStep| match now.get() {
        now if now == micro_step => Flow::leave(Fit::TRAIN_BATCH),
        _ => Flow::Continue,
    };
    Trainer::new(Given::new(1, 0)).accumulate(2).on(at, leave)
}

#[test]
fn a_batch_that_is_left_does_not_belong_to_its_group() {
    for at in [
        Fit::on_train_batch_begin,
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_after_loss,
        Fit::on_train_batch_before_backward,
    ] {
        for micro_step in [1, 2] {
            let mut trainer = leaving(at, micro_step);
            let batches = match micro_step {
                1 => ones([99.0, 1.0, 3.0, 5.0]),
                _ => ones([1.0, 99.0, 3.0, 5.0]),
            };
            let found = steps(&mut trainer, batches);
            assert_eq!(
                found,
                [("main", vec![2.0]), ("main", vec![5.0])],
                "{at:?} {micro_step}"
            );
        }
    }
}

#[test]
fn the_last_group_is_stepped_or_dropped_although_its_last_batch_is_left() {
    for at in [
        Fit::on_train_batch_begin,
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_before_backward,
    ] {
        // 1 and 3 are a group, and 5 is the rest of the last one.
        let batches = || ones([1.0, 3.0, 5.0, 99.0]);
        let found = steps(&mut leaving(at, 4), batches());
        assert_eq!(found, [("main", vec![2.0]), ("main", vec![5.0])], "{at:?}");
        let mut dropped = leaving(at, 4).drop_last_group();
        assert_eq!(
            steps(&mut dropped, batches()),
            [("main", vec![2.0])],
            "{at:?}"
        );
        // There is no rest.
        let found = steps(&mut leaving(at, 3), ones([1.0, 3.0, 99.0]));
        assert_eq!(found, [("main", vec![2.0])], "{at:?}");
    }
}

/// A trainer of two optimisers and groups of 2 that leaves the batch of this micro-step before the gradients of this optimiser.
fn leaving_between(optimizer: &'static str, micro_step: u64) -> Trainer<Given> {
    let leave = move |name: &OptimizerName, now: &MicroStep| {
        if name.0 == optimizer && now.get() == micro_step {
            Flow::leave(Fit::TRAIN_BATCH)
        } else {
            Flow::Continue
        }
    };
    Trainer::new(Given::with_optimizers(&["a", "b"], 1, 0))
        .accumulate(2)
        .on(Fit::on_train_batch_before_backward, leave)
}

#[test]
fn a_batch_that_is_left_between_two_optimisers_is_in_no_sum() {
    let whole = [("a", vec![2.0]), ("b", vec![20.0])];
    for optimizer in ["a", "b"] {
        let found = steps(&mut leaving_between(optimizer, 1), ones([99.0, 1.0, 3.0]));
        assert_eq!(found, whole, "{optimizer}");
    }
    // The first optimiser has stepped with the batch, and the second one has no step.
    let found = steps(&mut leaving_between("b", 2), ones([1.0, 3.0, 5.0, 7.0]));
    let expected = [("a", vec![2.0]), ("a", vec![6.0]), ("b", vec![60.0])];
    assert_eq!(found, expected);
    // The rest of the last group.
    let found = steps(&mut leaving_between("a", 4), ones([1.0, 3.0, 5.0, 99.0]));
    let rest = [("a", vec![5.0]), ("b", vec![50.0])];
    assert_eq!(found, [whole, rest].concat());
}

#[test]
fn the_update_of_a_rest_fires_its_breakpoints_after_the_batch_that_was_left() {
    let journal = Journal::default();
    let mut trainer = leaving(Fit::on_train_batch_after_pred, 2).plan_with(|plan| {
        plan.add_local(Tracer(journal.clone()));
    });
    steps(&mut trainer, ones([1.0, 99.0]));
    let lines = journal.take();
    assert_eq!(
        lines[8..15],
        [
            "on_train_batch_begin",
            "on_train_batch_after_pred",
            "on_train_batch_end",
            "on_train_batch_before_step",
            "on_train_batch_after_step",
            "on_update_end",
            "on_train_end",
        ]
    );
    assert_eq!(trainer.get::<Step>(), Some(&Step::new(1)));
    assert!(trainer.get::<Slopes>().is_none() && trainer.get::<Batch>().is_none());
}

#[test]
fn an_update_that_is_left_ends_its_group() {
    let mut trainer = leaving(Fit::on_train_batch_before_step, 2);
    let found = steps(&mut trainer, ones([1.0, 3.0, 5.0, 7.0]));
    assert_eq!(found, [("main", vec![6.0])]);
    let mut several = Trainer::new(Given::with_optimizers(&["a", "b"], 1, 0))
        .accumulate(2)
        .on(
            Fit::on_train_batch_before_step,
            |name: &OptimizerName, step: &MicroStep| {
                if name.0 == "a" && step.get() == 2 {
                    Flow::leave(Fit::TRAIN_BATCH)
                } else {
                    Flow::Continue
                }
            },
        );
    // Of the second group alone, for both.
    let found = steps(&mut several, ones([1.0, 3.0, 5.0, 7.0]));
    assert_eq!(found, [("a", vec![6.0]), ("b", vec![60.0])]);
}

#[test]
fn a_skipped_step_is_not_counted_and_ends_nothing_else() {
    let journal = Journal::default();
    for optimizers in [&["a"][..], &["a", "b"]] {
        let skip = |name: &OptimizerName, step: &MicroStep, skip: &mut SkipStep| {
            if name.0 == "a" && step.get() == 1 {
                skip.skip();
            }
        };
        let mut trainer = Trainer::new(Given::with_optimizers(optimizers, 1, 0))
            .on(Fit::on_train_batch_before_step, skip)
            .plan_with(|plan| {
                plan.add_local(Tracer(journal.clone()));
            });
        let found = steps(&mut trainer, ones([1.0, 3.0]));
        let lines = journal.take();
        let updates = lines.iter().filter(|line| *line == "on_update_end").count();
        let after = lines
            .iter()
            .filter(|line| *line == "on_train_batch_after_step")
            .count();
        let ends = lines
            .iter()
            .filter(|line| *line == "on_train_batch_end")
            .count();
        let steps_counted = trainer.get::<Step>().map(|steps| steps.get());
        if optimizers.len() == 1 {
            assert_eq!(found, [("a", vec![3.0])]);
            assert_eq!((updates, after, ends, steps_counted), (1, 1, 2, Some(1)));
        } else {
            // The second optimiser steps all the same.
            assert_eq!(
                found,
                [("b", vec![10.0]), ("a", vec![3.0]), ("b", vec![30.0])]
            );
            assert_eq!((updates, after, ends, steps_counted), (2, 3, 2, Some(2)));
        }
    }
}

#[test]
fn the_gradients_of_a_skipped_step_are_gone() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .on(Fit::on_train_batch_before_step, |skip: &mut SkipStep| {
            skip.skip();
        })
        .on(Fit::on_train_batch_end, |slopes: Option<&Slopes>| {
            assert!(slopes.is_none());
        });
    assert_eq!(steps(&mut trainer, ones([1.0, 3.0])), []);
}

#[test]
fn a_skip_does_not_outlive_a_batch_that_is_left() {
    let mut trainer = Trainer::new(Given::new(1, 0)).on(
        Fit::on_train_batch_before_step,
        |step: &MicroStep, skip: &mut SkipStep| {
            if step.get() > 1 {
                return Flow::Continue;
            }
            skip.skip();
            Flow::leave(Fit::TRAIN_BATCH)
        },
    );
    assert_eq!(steps(&mut trainer, ones([1.0, 3.0])), [("main", vec![3.0])]);
}

#[test]
fn a_skipped_group_is_over() {
    let mut trainer = Trainer::new(Given::new(1, 0)).accumulate(2).on(
        Fit::on_train_batch_before_step,
        |step: &MicroStep, skip: &mut SkipStep| {
            if step.get() == 2 {
                skip.skip();
            }
        },
    );
    let found = steps(&mut trainer, ones([1.0, 3.0, 5.0, 7.0]));
    assert_eq!(found, [("main", vec![6.0])]);
}

#[test]
fn the_loss_of_an_epoch_is_the_mean_over_all_batches() {
    let mut trainer = Trainer::new(Given::new(1, 0))
        .accumulate(2)
        .learning_rate(1.0);
    let fitted = trainer.fit(ones([1.0, 3.0, 5.0])).unwrap();
    // 0, 0, -2: the place before each batch.
    let losses: Vec<f64> = fitted
        .history
        .of("train_loss")
        .map(|(_, loss)| loss)
        .collect();
    assert!((losses[0] + 2.0 / 3.0).abs() < 1e-12, "{losses:?}");
}

/// Batches of one number each. The third one cannot be read.
struct Texts;
impl callbacks::fit::Batches<Batch> for Texts {
    fn batches(
        &mut self,
        _: u64,
    ) -> Box<dyn Iterator<Item = Result<Batch, callbacks::BoxError>> + '_> {
        let texts = ["1", "3", "x", "5"].into_iter();
        Box::new(texts.map(|text| Ok(one(text.parse()?))))
    }
}

#[test]
fn an_error_in_the_data_fails_the_fit_after_the_batches_before_it() {
    let mut trainer = Trainer::new(Given::new(1, 0)).accumulate(2);
    let outcome = trainer.fit(Texts).unwrap().outcome;
    assert!(outcome.failed().is_some(), "{outcome}");
    assert_eq!(trainer.learner().steps, [("main", vec![2.0])]);
}
