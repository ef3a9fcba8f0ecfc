//! The sanity check leaves a trainer as it was, to the bit.

mod support {
    pub(crate) mod momentum;
    pub(crate) mod sanity;
}

use callbacks::fit::{MicroStep, SampleCount};
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::shelf::{DryRun, EarlyStopping, PhaseCounts, Recorder, SanityCheck};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use support::momentum::{Momentum, train, valid};
use support::sanity::{checks, fit, trainer};

#[test]
fn a_fit_after_a_check_is_that_without_one_to_the_bit() {
    let expected = fit(&mut trainer(Momentum::new()));
    for check in checks() {
        let mut trainer = trainer(Momentum::new());
        for _ in 0..2 {
            let checked = check.run(&mut trainer, train()).unwrap();
            assert!(checked.outcome.is_finished(), "{}", checked.outcome);
            assert_eq!(trainer.learner().bits(), Momentum::new().bits());
        }
        assert_eq!(fit(&mut trainer), expected);
    }
}

#[test]
fn without_steps_the_optimiser_is_left_alone() {
    let nothing = SanityCheck::restoring(|_: &Momentum| Ok(()), |_, ()| Ok(()));
    let mut trainer = trainer(Momentum::new());
    let checked = nothing.without_steps().run(&mut trainer, train()).unwrap();
    assert_eq!((checked.train_batches, checked.valid_batches), (1, 1));
    assert!(checked.record.get("train_loss").is_some() && checked.record.is_complete());
    // Only the generator of random numbers has moved.
    assert_eq!(trainer.learner().bits()[..2], Momentum::new().bits()[..2]);
    let with_steps = SanityCheck::restoring(|_: &Momentum| Ok(()), |_, ()| Ok(()));
    with_steps.run(&mut trainer, train()).unwrap();
    assert_ne!(trainer.learner().bits()[..2], Momentum::new().bits()[..2]);
}

#[test]
fn the_record_of_the_check_has_what_loggers_and_stoppers_find() {
    let mut trainer = trainer(Momentum::new()).callback(EarlyStopping::minimize("valid_guess"));
    let checked = SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!((checked.train_batches, checked.valid_batches), (1, 1));
    let names: Vec<&str> = checked.record.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["train_loss", "train_guess", "valid_loss", "valid_guess"]
    );
    assert!(checked.record.is_complete());
}

#[test]
fn the_number_of_batches_is_a_setting() {
    for (batches, expected) in [(1, (1, 1)), (2, (2, 2)), (99, (3, 2))] {
        let check = SanityCheck::by_clone().batches(batches);
        let checked = check.run(&mut trainer(Momentum::new()), train()).unwrap();
        assert_eq!((checked.train_batches, checked.valid_batches), expected);
    }
    let check = SanityCheck::by_clone().batches(0);
    let error = check
        .run(&mut trainer(Momentum::new()), train())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a sanity check of 0 batches checks nothing; give at least 1"
    );
    let checked = SanityCheck::by_clone()
        .run(&mut Trainer::new(Momentum::new()), train())
        .unwrap();
    assert_eq!((checked.train_batches, checked.valid_batches), (1, 0));
}

/// All counters of a trainer, with its learning rate and its record.
fn counters(trainer: &Trainer<Momentum>) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        trainer.get::<Epoch>().copied(),
        trainer.get::<Step>().copied(),
        trainer.get::<MicroStep>().copied(),
        trainer.get::<SampleCount>().copied(),
        trainer.get::<Iteration>().copied(),
        trainer.get::<Phase>().copied(),
        trainer
            .get::<LearningRate>()
            .map(|rate| (rate.initial(), rate.get())),
        trainer.get::<Record>().cloned(),
        trainer.get::<PhaseCounts>().cloned(),
    )
}

#[test]
fn counters_record_and_counts_are_as_before() {
    let halve = |rate: &mut LearningRate| rate.set(rate.get() / 2.0);
    let mut trainer = trainer(Momentum::new())
        .callback(Recorder)
        .on(Fit::on_epoch_end, halve);
    let new = counters(&trainer);
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!(counters(&trainer), new);
    fit(&mut trainer);
    let fitted = counters(&trainer);
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!(counters(&trainer), fitted);
}

#[test]
fn the_periods_of_handlers_are_as_before() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let mut trainer = trainer(Momentum::new());
    let note = move |step: &Step, dry: Option<&DryRun>| {
        see.lock().unwrap().push((step.get(), dry.is_some()));
    };
    trainer
        .plan()
        .on(Fit::on_train_batch_end, note)
        .every(Period::steps(1).once());
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    fit(&mut trainer);
    assert_eq!(*seen.lock().unwrap(), [(1, true), (1, false)]);
    let before = trainer.plan().periods();
    assert_ne!(before.entries().count(), 0);
    SanityCheck::by_clone()
        .batches(2)
        .run(&mut trainer, train())
        .unwrap();
    assert_eq!(trainer.plan().periods(), before);
}

#[test]
fn stoppers_begin_the_fit_without_memory() {
    let stopping = || EarlyStopping::minimize("valid_loss").patience(1);
    let mut expected = trainer(Momentum::new()).epochs(50).callback(stopping());
    let expected = fit(&mut expected);
    let mut trainer = trainer(Momentum::new()).epochs(50).callback(stopping());
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!(fit(&mut trainer), expected);
}

#[test]
fn data_that_depends_on_the_epoch_alone_is_as_before() {
    let shuffled = |epoch: u64| {
        let mut batches = train();
        batches.rotate_left(usize::try_from(epoch).unwrap() % 3);
        batches
    };
    let new =
        || trainer(Momentum::new()).valid(move |epoch| shuffled(epoch).into_iter().chain(valid()));
    let expected = new().fit(shuffled).unwrap().history;
    let mut trainer = new();
    SanityCheck::by_clone().run(&mut trainer, shuffled).unwrap();
    assert_eq!(trainer.fit(shuffled).unwrap().history, expected);
}

#[test]
fn the_validation_data_is_asked_once_and_stays_with_the_trainer() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut trainer = trainer(Momentum::new()).epochs(1).valid(|_| {
        CALLS.fetch_add(1, Ordering::Relaxed);
        valid()
    });
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    let (history, _) = fit(&mut trainer);
    assert_eq!(history.of("valid_loss").count(), 1);
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
}

#[test]
fn state_that_handlers_change_is_kept_on_request() {
    #[derive(Clone)]
    struct Seen(u32);
    #[derive(Clone)]
    struct New;
    let check = SanityCheck::by_clone().keeps::<Seen>().keeps::<New>();
    let mut trainer = trainer(Momentum::new())
        .state(Seen(7))
        .on(Fit::on_train_batch_end, |seen: &mut Seen| seen.0 += 1)
        .on(Fit::on_fit_begin, |mut ctx: Ctx<'_>| {
            ctx.insert(New);
        });
    check.run(&mut trainer, train()).unwrap();
    assert_eq!(trainer.get::<Seen>().unwrap().0, 7);
    assert!(trainer.get::<New>().is_none());
}

#[test]
fn the_plan_has_the_same_callbacks_afterwards() {
    let mut trainer = trainer(Momentum::new()).callback(Recorder);
    trainer.check().unwrap();
    let names: Vec<String> = trainer
        .plan()
        .names()
        .into_iter()
        .map(String::from)
        .collect();
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    trainer.check().unwrap();
    assert_eq!(trainer.plan().names(), names);
    let mut strict = trainer.plan_with(|plan| {
        plan.strict(true);
    });
    SanityCheck::by_clone().run(&mut strict, train()).unwrap();
}

#[test]
fn a_callback_for_one_run_is_in_the_fit_after_the_check() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let mut trainer = trainer(Momentum::new()).epochs(1);
    let note = move |dry: Option<&DryRun>| see.lock().unwrap().push(dry.is_some());
    trainer
        .plan()
        .on(Fit::on_epoch_end, note)
        .named("once")
        .for_one_run();
    for _ in 0..2 {
        SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    }
    fit(&mut trainer);
    fit(&mut trainer);
    assert_eq!(*seen.lock().unwrap(), [true, true, false]);
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert_eq!(seen.lock().unwrap().len(), 3);
}

#[test]
fn a_check_leaves_the_saved_run_to_the_fit() {
    let mut trainer = trainer(Momentum::new());
    trainer.plan().restore(SavedRun::default());
    for check in checks() {
        check.run(&mut trainer, train()).unwrap();
        let saved = trainer.plan().take_restore().unwrap();
        trainer.plan().restore(saved);
    }
}
