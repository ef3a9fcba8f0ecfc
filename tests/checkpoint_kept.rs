//! Which checkpoints stay where names repeat, where other runs write, and after errors.

mod support {
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod scored;
}

use callbacks::checkpoint::{CheckpointDir, Resume};
use callbacks::prelude::*;
use callbacks::shelf::Checkpoint;
use std::fs;
use support::folder::Folder;
use support::momentum::{Momentum, train};
use support::scored::{SCORES, fit, trainer};

/// The folders of the checkpoints, and the epochs in which they were written.
fn kept(folder: &Folder) -> Vec<(String, f64)> {
    let listed = CheckpointDir::new(folder.path()).list().unwrap().complete;
    let heads = listed.into_iter().map(|listed| listed.head);
    heads
        .map(|head| (head.name, head.numbers["epoch"]))
        .collect()
}

fn epochs(folder: &Folder) -> Vec<f64> {
    kept(folder).into_iter().map(|(_, epoch)| epoch).collect()
}

#[test]
fn a_resume_that_fails_removes_nothing() {
    let folder = Folder::new("failed-resume");
    fit(trainer(&SCORES).callback(Checkpoint::to(folder.path()).keep_all()));
    let before = folder.names("");
    let mut other = trainer(&[1.0; 9])
        .state(vec![1.0])
        .plan_with(|plan| {
            plan.persist::<Vec<f64>>("what the checkpoint does not have");
        })
        .callback(Checkpoint::to(folder.path()))
        .resume(Resume::latest(folder.path()))
        .unwrap();
    let outcome = other.fit(train()).unwrap().outcome;
    assert!(outcome.failed().is_some(), "{outcome}");
    assert_eq!(folder.names(""), before);
}

#[test]
fn the_best_epochs_stay_whatever_the_period_is() {
    // The best scores are those of the epochs 2, 3 and 1; the last checkpoint within an epoch is of the sixth.
    for steps in [1, 2, 3, 5, 100] {
        let folder = Folder::new("steps-and-best");
        let checkpoint = Checkpoint::to(folder.path()).every(Period::steps(steps));
        fit(trainer(&SCORES).callback(checkpoint.keep_best_min("score", 2).keep_last(1)));
        let epochs = epochs(&folder);
        assert!(epochs.starts_with(&[2.0, 3.0]), "{steps}: {epochs:?}");

        let folder = Folder::new("steps-and-only-best");
        let checkpoint = Checkpoint::to(folder.path()).every(Period::steps(steps));
        fit(trainer(&SCORES).callback(checkpoint.keep_best_min("score", 1).keep_last(0)));
        assert_eq!(self::epochs(&folder), [2.0], "{steps}");
    }
}

#[test]
fn a_period_of_epochs_says_which_of_them_are_compared() {
    let folder = Folder::new("epochs-and-best");
    let checkpoint = Checkpoint::to(folder.path()).every(Period::epochs(3));
    fit(trainer(&SCORES).callback(checkpoint.keep_best_min("score", 1).keep_last(0)));
    assert_eq!(epochs(&folder), [3.0]);
}

#[test]
fn a_checkpoint_with_the_name_of_one_that_stays_gets_its_number_behind_it() {
    let folder = Folder::new("same-names");
    let checkpoint = Checkpoint::to(folder.path()).named("s{score:.0}");
    let checkpoint = checkpoint.keep_best_min("score", 1).keep_last(1);
    fit(trainer(&[1.4, 1.1, 1.2]).callback(checkpoint));
    assert_eq!(
        kept(&folder),
        [("s1".to_owned(), 2.0), ("s1-3".to_owned(), 3.0)]
    );
}

#[test]
fn a_second_run_keeps_one_checkpoint_beside_that_of_the_first() {
    let folder = Folder::new("second-run");
    let last = || {
        let checkpoint = Checkpoint::to(folder.path()).named("last");
        checkpoint.keep_last(1)
    };
    fit(trainer(&SCORES[..2]).callback(last()));
    fit(trainer(&SCORES).callback(last()));
    assert_eq!(epochs(&folder), [2.0, 6.0]);
    fit(trainer(&SCORES).callback(last()));
    assert_eq!(epochs(&folder), [2.0, 6.0, 6.0]);
}

#[test]
fn a_checkpoint_with_a_file_of_somebody_else_stays() {
    let folder = Folder::new("foreign-file");
    let note = folder.path().join("checkpoint-000002").join("notes.txt");
    let write = move || fs::write(&note, "the best so far");
    let trainer = trainer(&SCORES).callback(Checkpoint::to(folder.path()));
    fit(trainer.on(Fit::on_epoch_begin, move |epoch: &Epoch| {
        if epoch.get() == 3 { write() } else { Ok(()) }
    }));
    assert_eq!(epochs(&folder), [2.0, 5.0, 6.0]);
}

#[test]
fn a_failed_run_has_a_checkpoint_beside_one_of_the_same_name() {
    let folder = Folder::new("failed-name");
    let checkpoint = Checkpoint::to(folder.path()).named("last");
    let mut trainer = trainer(&SCORES)
        .callback(checkpoint.keep_last(1).with_failures())
        .on(Fit::on_epoch_begin, |epoch: &Epoch| {
            if epoch.get() == 3 {
                Err("on purpose")
            } else {
                Ok(())
            }
        });
    let outcome = trainer.fit(train()).unwrap().outcome;
    assert!(outcome.failed().is_some(), "{outcome}");
    let listed = CheckpointDir::new(folder.path()).list().unwrap().complete;
    let failed: Vec<bool> = listed.iter().map(|listed| listed.head.failed).collect();
    assert_eq!(failed, [false, true]);
}

#[test]
fn a_misspelt_number_fails_the_run_after_its_first_round() {
    for steps in [None, Some(2)] {
        let folder = Folder::new("misspelt");
        let checkpoint = Checkpoint::to(folder.path()).keep_best_min("scroe", 1);
        let checkpoint = match steps {
            Some(steps) => checkpoint.every(Period::steps(steps)),
            None => checkpoint,
        };
        let score = |record: &mut Record| record.set("score", 1.0);
        let mut trainer = Trainer::new(Momentum::new())
            .epochs(3)
            .on(Fit::on_epoch_end, score)
            .callback(checkpoint);
        let outcome = trainer.fit(train()).unwrap().outcome.to_string();
        assert!(
            outcome.contains("`scroe`") && outcome.contains("`score`"),
            "{outcome}"
        );
    }
}
