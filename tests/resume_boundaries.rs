//! Where resumed runs go wrong elsewhere: at the end of an epoch, at its last batch, in random generators, in the checkpoints that are kept, and
//! in what a fit knows of its optimisers.

mod support {
    pub(crate) mod dice;
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod scored;
}

use callbacks::checkpoint::{CheckpointDir, Resume};
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, TensorBoard};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use support::dice::{Call, Dice, Draws, Log, take};
use support::folder::Folder;
use support::scored::{SCORES, fit, trainer};

/// A trainer of a die, for three epochs of three batches.
fn dice(log: &Log) -> Trainer<Dice> {
    Trainer::new(Dice::new(log)).epochs(3)
}

/// Writes a checkpoint after each batch and each epoch, and returns their paths.
fn checkpoints_of(trainer: Trainer<Dice>, folder: &Folder) -> Vec<PathBuf> {
    let checkpoint = Checkpoint::to(folder.path())
        .every(Period::micro_steps(1))
        .every(Period::epochs(1));
    let mut trainer = trainer.callback(checkpoint.keep_all());
    assert!(trainer.fit(Draws(3)).unwrap().outcome.is_finished());
    let listed = CheckpointDir::new(folder.path()).list().unwrap().complete;
    let paths = listed.iter();
    paths
        .map(|each| folder.path().join(&each.head.name))
        .collect()
}

/// Continues from a checkpoint to the end, and returns the calls of the learner.
fn calls_from(checkpoint: &PathBuf) -> Vec<Call> {
    let log = Log::default();
    let mut trainer = dice(&log).resume(Resume::from(checkpoint)).unwrap();
    assert!(trainer.fit(Draws(3)).unwrap().outcome.is_finished());
    take(&log)
}

#[test]
fn a_resume_exactly_at_an_epochs_end_neither_skips_nor_repeats_an_epoch() {
    let folder = Folder::new("epoch-ends");
    fit(trainer(&SCORES).callback(Checkpoint::to(folder.path()).keep_all()));
    for end in 1..=6_u64 {
        let begun = Arc::new(Mutex::new(Vec::new()));
        let (seen, asked) = (Arc::clone(&begun), Arc::new(Mutex::new(Vec::new())));
        let note = move |epoch: &Epoch| seen.lock().unwrap().push(epoch.get());
        let from = folder.path().join(format!("checkpoint-{end:06}"));
        let mut resumed = trainer(&SCORES)
            .on(Fit::on_epoch_begin, note)
            .resume(Resume::from(from))
            .unwrap();
        let batches = {
            let asked = Arc::clone(&asked);
            move |epoch: u64| {
                asked.lock().unwrap().push(epoch);
                support::momentum::train()
            }
        };
        let fitted = resumed.fit(batches).unwrap();
        assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
        let epochs: Vec<u64> = fitted
            .history
            .iter()
            .map(|(epoch, _)| epoch.get())
            .collect();
        assert_eq!(epochs, [1, 2, 3, 4, 5, 6]);
        let rest: Vec<u64> = (end + 1..=6).collect();
        assert_eq!(*begun.lock().unwrap(), rest, "from the end of epoch {end}");
        assert_eq!(*asked.lock().unwrap(), rest, "from the end of epoch {end}");
    }
}

#[test]
fn the_last_batch_of_an_epoch_is_not_applied_twice() {
    let (folder, log) = (Folder::new("last-batch"), Log::default());
    let checkpoints = checkpoints_of(dice(&log), &folder);
    let is_step = |call: &Call| matches!(call, Call::Step(..));
    let whole: Vec<Call> = take(&log).into_iter().filter(is_step).collect();
    assert_eq!((checkpoints.len(), whole.len()), (12, 9));
    for (nth, checkpoint) in checkpoints.iter().enumerate() {
        // Each epoch has a checkpoint after each of its three batches, and one at its end.
        let applied = nth / 4 * 3 + (nth % 4 + 1).min(3);
        let mut rest = calls_from(checkpoint);
        rest.retain(is_step);
        assert_eq!(rest, whole[applied..], "from {}", checkpoint.display());
    }
}

/// Asserts that what was drawn before a checkpoint and what is drawn after it are together what was drawn without a cut.
fn assert_does_not_fork(number_of: fn(&Call) -> Option<u64>) {
    let (folder, log) = (Folder::new("forks"), Log::default());
    let checkpoints = checkpoints_of(dice(&log), &folder);
    let whole: Vec<u64> = take(&log).iter().filter_map(number_of).collect();
    let mut different = whole.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 9, "{whole:?}");
    for (nth, checkpoint) in checkpoints.iter().enumerate() {
        let drawn = nth / 4 * 3 + (nth % 4 + 1).min(3);
        let rest: Vec<u64> = calls_from(checkpoint)
            .iter()
            .filter_map(number_of)
            .collect();
        assert_eq!(rest, whole[drawn..], "from {}", checkpoint.display());
    }
}

#[test]
fn the_random_generator_of_a_learner_does_not_fork() {
    assert_does_not_fork(|call| match call {
        Call::Forward(drawn, _) => Some(*drawn),
        Call::Step(..) => None,
    });
}

#[test]
fn the_random_generator_of_a_data_source_does_not_fork() {
    assert_does_not_fork(|call| match call {
        Call::Forward(_, batch) => Some(*batch),
        Call::Step(..) => None,
    });
}

#[test]
fn the_best_checkpoints_are_known_again() {
    let folder = Folder::new("top-k");
    let checkpoint = || {
        let checkpoint = Checkpoint::to(folder.path()).keep_last(0);
        checkpoint
            .keep_best_min("score", 2)
            .named("{epoch}-{score:.1}")
    };
    fit(trainer(&[3.0, 1.0, 2.0, 5.0]).callback(checkpoint()));
    assert_eq!(folder.names(""), ["2-1.0", "3-2.0", "latest"]);
    // The latest is that of epoch 3. The fifth epoch is better than one of the two, and the others are worse than both.
    let resumed = trainer(&[3.0, 1.0, 2.0, 5.0, 1.5, 4.0]).callback(checkpoint());
    fit(resumed.resume(Resume::latest(folder.path())).unwrap());
    assert_eq!(folder.names(""), ["2-1.0", "5-1.5", "latest"]);
}

#[test]
fn a_fit_knows_which_optimisers_it_has_used() {
    let whole = |folder: &Folder, from: Option<&str>| {
        let dice = Dice::with_optimizers(&["generator", "critic"], &Log::default());
        let checkpoint = Checkpoint::to(folder.path().join("runs"))
            .every(Period::micro_steps(1))
            .keep_all();
        let mut trainer = Trainer::new(dice)
            .epochs(2)
            .valid(Draws(5))
            .callback(TensorBoard::new(folder.path().join("board")))
            .callback(checkpoint);
        if let Some(from) = from {
            let from = folder.path().join("runs").join(from);
            trainer = trainer.resume(Resume::from(from)).unwrap();
        }
        let outcome = trainer.fit(Draws(3)).unwrap().outcome;
        assert!(outcome.is_finished(), "{outcome}");
        let rate = trainer.get::<LearningRate>().unwrap();
        let names: Vec<&str> = rate.optimizers().map(|name| name.0).collect();
        assert_eq!(names, ["generator", "critic"]);
        let [events] = &folder.names("board")[..] else {
            panic!("{:?}", folder.names("board"));
        };
        fs::read(folder.path().join("board").join(events))
            .unwrap()
            .len()
    };
    let folder = Folder::new("optimisers");
    let bytes = whole(&folder, None);
    // After the last batch of the training pass, a board writes the rates of all optimisers, and none of them steps before.
    assert_eq!(whole(&folder, Some("checkpoint-000003")), bytes);
}
