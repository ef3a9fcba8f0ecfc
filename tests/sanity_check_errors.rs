//! The errors of a sanity check: each names the part that failed, and the trainer is as before.

mod support {
    pub(crate) mod momentum;
    pub(crate) mod sanity;
}

use callbacks::metrics::{Accuracy, Metric};
use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, Measure, SanityCheck, SanityCheckError, SanityPart};
use std::error::Error;
use support::momentum::{Fails, Guess, Momentum, Numbers, train};
use support::sanity::{checks, fit, trainer};

fn error(trainer: &mut Trainer<Momentum>) -> SanityCheckError {
    SanityCheck::by_clone().run(trainer, train()).unwrap_err()
}

#[test]
fn an_error_names_the_part_and_the_learner_is_as_before() {
    let cases = [
        (
            Fails::Forward(Phase::Train),
            SanityPart::Forward(Phase::Train),
            "the forward function on a training batch: Forward(Train) fails",
        ),
        (
            Fails::Forward(Phase::Valid),
            SanityPart::Forward(Phase::Valid),
            "the forward function on a validation batch: Forward(Valid) fails",
        ),
        (
            Fails::Panics(Phase::Valid),
            SanityPart::Forward(Phase::Valid),
            "the forward function on a validation batch: panicked: the shapes differ",
        ),
        (
            Fails::Loss(Phase::Train),
            SanityPart::Loss(Phase::Train),
            "the loss of a training batch: Loss(Train) fails",
        ),
        (
            Fails::Loss(Phase::Valid),
            SanityPart::Loss(Phase::Valid),
            "the loss of a validation batch: Loss(Valid) fails",
        ),
        (
            Fails::Backward,
            SanityPart::Backward,
            "the backward function on a training batch: Backward fails",
        ),
        (
            Fails::Step,
            SanityPart::Step,
            "the step of the optimiser: Step fails",
        ),
    ];
    for (fails, part, text) in cases {
        for check in checks() {
            let mut trainer = trainer(Momentum::failing(fails));
            let error = check.run(&mut trainer, train()).unwrap_err();
            assert_eq!(error.part(), Some(&part));
            assert_eq!(
                error.to_string(),
                format!("the sanity check failed in {text}")
            );
            let source = error
                .source()
                .and_then(|source| source.downcast_ref::<Failure>());
            assert!(source.is_some());
            assert_eq!(*trainer.learner(), Momentum::failing(fails));
            trainer.learner().fails = None;
            assert_eq!(fit(&mut trainer), fit(&mut self::trainer(Momentum::new())));
        }
    }
}

#[test]
fn an_error_of_a_callback_names_it() {
    let accuracy = Measure::new(
        "accuracy",
        Accuracy::new(),
        |accuracy, _: &Guess, _: &Numbers| accuracy.update(&[0], &[-1]),
    );
    let mut trainer = trainer(Momentum::new()).callback(accuracy.only("valid"));
    let error = error(&mut trainer);
    let SanityPart::Callback { name, at } = error.part().unwrap() else {
        panic!("{error}");
    };
    assert!(name.starts_with("Measure"), "{name}");
    assert_eq!(*at, "on_valid_batch_end");
    let text = error.to_string();
    assert!(
        text.starts_with("the sanity check failed in Measure"),
        "{text}"
    );
    assert!(
        text.contains("targets[0] is the class -1; classes are counted from 0"),
        "{text}"
    );
}

#[test]
fn a_name_that_no_one_logs_is_found_before_the_fit() {
    let add = |record: &mut Record| record.set("accuracy", 0.5);
    let mut trainer = trainer(Momentum::new())
        .callback(EarlyStopping::maximize("precision"))
        .on(Fit::on_valid_end, add);
    let error = error(&mut trainer);
    assert!(
        error.to_string().contains("there is no number `precision`"),
        "{error}"
    );
}

/// Data whose file is gone.
struct Broken;

impl callbacks::fit::Batches<Numbers> for Broken {
    fn batches(
        &mut self,
        _: u64,
    ) -> Box<dyn Iterator<Item = Result<Numbers, callbacks::BoxError>> + '_> {
        Box::new(std::iter::once(Err("the file is gone".into())))
    }
}

#[test]
fn data_without_a_batch_or_with_an_error_is_found() {
    let mut trainer = trainer(Momentum::new());
    let none = SanityCheck::by_clone()
        .run(&mut trainer, Vec::new())
        .unwrap_err();
    assert_eq!(none.part(), Some(&SanityPart::Data(Phase::Train)));
    let mut trainer = trainer.valid(|_| Vec::new());
    assert_eq!(
        error(&mut trainer).part(),
        Some(&SanityPart::Data(Phase::Valid))
    );

    let mut trainer = trainer.valid(Broken);
    let error = error(&mut trainer);
    assert_eq!(error.part(), Some(&SanityPart::Data(Phase::Valid)));
    assert_eq!(
        error.to_string(),
        "the sanity check failed in the validation data: the file is gone"
    );
}

#[test]
fn a_loss_that_is_not_finite_is_an_error() {
    for loss in [f64::NAN, f64::INFINITY] {
        let mut trainer = trainer(Momentum::new()).valid(vec![Numbers(vec![loss])]);
        let error = error(&mut trainer);
        assert_eq!(error.part(), Some(&SanityPart::Loss(Phase::Valid)));
        assert!(error.to_string().contains("`valid_loss` is "), "{error}");
    }
}

#[test]
fn problems_of_the_plan_are_those_of_the_fit() {
    let mut trainer = trainer(Momentum::new()).epochs(2).min_epochs(9);
    trainer.plan().on(Fit::on_epoch_end, |_: &String| {});
    let error = error(&mut trainer);
    assert_eq!(error.plan().unwrap().problems().len(), 2);
    assert_eq!(error.to_string(), trainer.check().unwrap_err().to_string());
}

#[test]
fn a_learner_that_cannot_be_copied_or_restored_is_an_error() {
    let run = |fails| {
        let mut trainer = trainer(Momentum::failing(fails));
        SanityCheck::by_saving()
            .run(&mut trainer, train())
            .unwrap_err()
    };
    assert_eq!(
        run(Fails::Save).to_string(),
        "the sanity check failed in the copy of the learner: Save fails"
    );
    assert_eq!(
        run(Fails::Load).to_string(),
        "the sanity check failed in restoring the trainer: Load fails"
    );
    assert_eq!(
        run(Fails::LoadOfNothing).to_string(),
        "the sanity check failed in restoring the trainer: `load` does not restore what `save` has written: saving it again gives other bytes"
    );
    let panics = SanityCheck::restoring(|_: &Momentum| panic!("no clone"), |_, (): ()| Ok(()));
    let error = panics
        .run(&mut trainer(Momentum::new()), train())
        .unwrap_err();
    assert_eq!(error.part(), Some(&SanityPart::Copy));
    assert!(error.to_string().ends_with("panicked: no clone"), "{error}");
}

#[test]
fn everything_else_is_restored_although_a_value_cannot_be() {
    /// A value whose old copy panics where it is put back: the value in its place cannot be dropped.
    #[derive(Clone)]
    struct Fragile(bool);
    impl Drop for Fragile {
        fn drop(&mut self) {
            assert!(!std::mem::take(&mut self.0), "broken");
        }
    }
    #[derive(Clone)]
    struct Seen(u32);
    let change = |fragile: &mut Fragile, seen: &mut Seen| {
        fragile.0 = true;
        seen.0 += 1;
    };
    let mut trainer = trainer(Momentum::failing(Fails::Load))
        .state(Fragile(false))
        .state(Seen(7))
        .on(Fit::on_fit_begin, change);
    let check = SanityCheck::by_saving().keeps::<Fragile>().keeps::<Seen>();
    let error = check.run(&mut trainer, train()).unwrap_err();
    assert_eq!(trainer.get::<Seen>().map(|seen| seen.0), Some(7));
    assert_eq!(error.part(), Some(&SanityPart::Restore));
    assert_eq!(
        error.to_string(),
        "the sanity check failed in restoring the trainer: panicked: broken\n  \
         also, the sanity check failed in restoring the trainer: Load fails"
    );
    assert_eq!(error.others().count(), 1);
}

#[test]
fn a_stop_is_no_error_and_an_interrupt_is_one() {
    let mut stopped = trainer(Momentum::new()).on(Fit::on_train_batch_end, || Flow::stop("enough"));
    let checked = SanityCheck::by_clone().run(&mut stopped, train()).unwrap();
    assert!(checked.outcome.stopped().is_some());
    assert_eq!((checked.train_batches, checked.valid_batches), (1, 0));

    let mut interrupted =
        trainer(Momentum::new()).on(Fit::on_train_batch_end, || Flow::interrupt("Ctrl-C"));
    let error = error(&mut interrupted);
    assert_eq!(error.part(), None);
    assert!(
        error
            .to_string()
            .starts_with("the sanity check was interrupted by"),
        "{error}"
    );
    assert_eq!(interrupted.learner().bits(), Momentum::new().bits());
}
