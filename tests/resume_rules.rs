//! What a run that is saved or resumed refuses or waits for: fields of one name, interrupts between two batches, evaluations before the fit,
//! another run of the program, and one name for several checkpoints.

#![allow(clippy::float_cmp, reason = "whole numbers")]

mod support {
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod random_walk;
    pub(crate) mod scored;
}

use callbacks::checkpoint::{CheckpointDir, Resume};
use callbacks::persist::SavedFields;
use callbacks::prelude::*;
use callbacks::shelf::Checkpoint;
use support::folder::Folder;
use support::momentum::train;
use support::random_walk::Walk;
use support::scored::{SCORES, fit, trainer};

#[test]
fn two_fields_of_one_name_are_refused() {
    let (mut weight, mut velocity) = (1.0, 2.0);
    let saved = SavedFields::save(|fields| {
        fields.field("parameters", &mut weight);
        fields.field("parameters", &mut velocity);
    });
    let error = saved.unwrap_err().to_string();
    assert!(
        error.contains("`parameters`") && error.contains("two fields"),
        "{error}"
    );
}

#[test]
fn an_interrupt_between_two_batches_waits_until_the_run_can_be_saved() {
    let whole = fit(trainer(&SCORES).valid(train()));
    for at in [
        Fit::on_train_end,
        Fit::on_train_batch_after_loss,
        Fit::on_valid_end,
    ] {
        let folder = Folder::new("waits");
        let checkpoint = Checkpoint::to(folder.path()).every(Period::never());
        let interrupt = |epoch: &Epoch| {
            if epoch.get() == 2 {
                Flow::interrupt("Ctrl-C")
            } else {
                Flow::Continue
            }
        };
        let mut first = trainer(&SCORES)
            .valid(train())
            .callback(checkpoint)
            .on(at, interrupt);
        let outcome = first.fit(train()).unwrap().outcome;
        assert!(outcome.interrupted().is_some(), "{at:?}: {outcome}");
        assert!(
            !outcome.to_string().contains("not saved"),
            "{at:?}: {outcome}"
        );
        let second = trainer(&SCORES)
            .valid(train())
            .resume(Resume::latest(folder.path()))
            .unwrap();
        assert_eq!(fit(second), whole, "{at:?}");
    }
}

#[test]
fn an_evaluation_has_the_saved_learner_and_leaves_the_rest_to_the_fit() {
    let folder = Folder::new("evaluates");
    let learnt = fit(trainer(&SCORES[..3]).callback(Checkpoint::to(folder.path())));
    let mut resumed = trainer(&SCORES)
        .resume(Resume::latest(folder.path()))
        .unwrap();
    resumed.evaluate(vec![]).map(drop).unwrap_err();
    assert!(resumed.evaluate(train()).unwrap().outcome.is_finished());
    assert_eq!(resumed.learner().bits()[..2], learnt[..2]);
    let whole = fit(trainer(&SCORES));
    assert_eq!(fit(resumed), whole);
}

#[test]
fn a_driver_refuses_the_checkpoint_of_another_of_its_runs() {
    let folder = Folder::new("second-run");
    let mut driver = VariationalDriver::new(Walk::new()).callback(Checkpoint::to(folder.path()));
    assert!(driver.run(3).unwrap().is_finished() && driver.run(2).unwrap().is_finished());
    let mut again = VariationalDriver::new(Walk::new())
        .resume(Resume::latest(folder.path()))
        .unwrap();
    let failed = again.run(3).unwrap().failed().unwrap().to_string();
    assert!(
        failed.contains("began at step 3, and this one begins at step 0"),
        "{failed}"
    );
}

#[test]
fn a_fit_refuses_the_checkpoint_of_a_later_one_of_its_trainer() {
    let folder = Folder::new("second-fit");
    let with = || trainer(&SCORES).callback(Checkpoint::to(folder.path()));
    let resumed = || {
        trainer(&SCORES)
            .resume(Resume::latest(folder.path()))
            .unwrap()
    };
    let mut twice = with();
    assert!(twice.fit(train()).unwrap().outcome.is_finished());
    let second = twice.fit(train()).unwrap().outcome;
    assert!(second.is_finished(), "{second}");
    assert!(second.to_string().contains("of another run"), "{second}");

    let mut again = resumed();
    let failed = again.fit(train()).unwrap().outcome;
    let failed = failed.failed().unwrap().to_string();
    for part in [
        "fit 2 of its trainer",
        "this is fit 1",
        "a directory of its own",
    ] {
        assert!(failed.contains(part), "{failed}");
    }
    // The second fit of this trainer continues it.
    let mut again = resumed();
    let saved = again.plan().take_restore().unwrap();
    assert!(again.fit(train()).unwrap().outcome.is_finished());
    again.plan().restore(saved);
    let outcome = again.fit(train()).unwrap().outcome;
    assert!(
        outcome.to_string().contains("nothing was left to do"),
        "{outcome}"
    );
}

#[test]
fn a_fit_that_is_tried_again_stays_the_fit_that_was_saved() {
    let folder = Folder::new("tried-again");
    let stop = |step: &Step| {
        if step.get() == 5 {
            Flow::interrupt("Ctrl-C")
        } else {
            Flow::Continue
        }
    };
    let mut first = trainer(&SCORES).callback(Checkpoint::to(folder.path()));
    first = first.plan_with(|plan| {
        plan.on(Fit::on_train_batch_end, stop).for_one_run();
    });
    assert!(first.fit(train()).unwrap().outcome.interrupted().is_some());
    // The same program goes on, and is killed; then it is started again.
    let mut on = first.resume(Resume::latest(folder.path())).unwrap();
    assert!(on.fit(train()).unwrap().outcome.is_finished());
    let again = trainer(&SCORES)
        .resume(Resume::latest(folder.path()))
        .unwrap();
    fit(again);
}

#[test]
fn a_run_that_begins_where_another_one_has_written_says_so_at_once() {
    let folder = Folder::new("begins-beside");
    let with = || trainer(&SCORES[..2]).callback(Checkpoint::to(folder.path()));
    let outcome = |mut trainer: Trainer<_>| trainer.fit(train()).unwrap().outcome.to_string();
    assert!(!outcome(with()).contains("another run"));
    let text = outcome(with());
    for part in [
        "Checkpoint: ",
        "checkpoint-000002 of another run",
        "`.resume(Resume::latest(…))`",
        "a directory of its own",
    ] {
        assert!(text.contains(part), "{text}");
    }
    // One that continues the latest checkpoint has nothing to say.
    let more = trainer(&SCORES).callback(Checkpoint::to(folder.path()));
    let text = outcome(more.resume(Resume::latest(folder.path())).unwrap());
    assert!(!text.contains("another run"), "{text}");
}

#[test]
fn several_checkpoints_need_several_names() {
    let problem = |checkpoint: Checkpoint| trainer(&SCORES).callback(checkpoint).check();
    let named = || Checkpoint::to("runs").named("best");
    assert!(
        problem(named())
            .unwrap_err()
            .to_string()
            .contains("each replaces the one before")
    );
    assert!(problem(named().keep_last(1)).is_ok());
    assert!(problem(named().keep_last(0).keep_best_min("score", 1)).is_ok());
}

#[test]
fn a_stop_inside_of_an_epoch_is_saved_once_and_without_a_false_remark() {
    let folder = Folder::new("stop");
    let stop = |step: &Step| {
        if step.get() == 5 {
            Flow::stop("enough")
        } else {
            Flow::Continue
        }
    };
    let mut stopped = trainer(&SCORES)
        .callback(Checkpoint::to(folder.path()))
        .on(Fit::on_train_batch_end, stop);
    let outcome = stopped.fit(train()).unwrap().outcome;
    assert!(!outcome.to_string().contains("not saved"), "{outcome}");
    assert_eq!(
        CheckpointDir::new(folder.path())
            .latest()
            .unwrap()
            .unwrap()
            .head
            .numbers["step"],
        5.0
    );
}
