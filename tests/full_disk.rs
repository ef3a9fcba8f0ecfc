//! Checkpoints on a real disk that is full, and on one that is read-only. `.ci/full_disk` makes the disks; without them there is nothing to do.

use callbacks::Cause;
use callbacks::checkpoint::{CheckpointDir, CheckpointError, CheckpointProblem, Resume};
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, WhenBusy};
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Names a folder with room for a few checkpoints.
const SMALL: &str = "CALLBACKS_SMALL_DISK";
/// Names a folder with the checkpoints of a run, on a file system that is mounted read-only.
const READ_ONLY: &str = "CALLBACKS_READ_ONLY_DISK";

/// Trains a few weights with this callback, from the latest checkpoint of the folder if there is one.
fn train(epochs: u64, checkpoint: Checkpoint, folder: &Path) -> (Outcome, Vec<f64>) {
    let mut weights = vec![0.5; 256];
    let session = Fit::session(epochs)
        .lend(&mut weights)
        .persist::<Vec<f64>>("weights")
        .callback(checkpoint)
        .resume(Resume::latest(folder))
        .unwrap();
    let fit = session.start().unwrap();
    for _ in fit.epochs() {
        for batch in fit.train([1.0, 2.0]) {
            let mut weights = fit.borrow::<Vec<f64>>().unwrap();
            weights.iter_mut().for_each(|x| *x = 0.9 * *x + batch);
            drop(weights);
            fit.loss(batch);
        }
    }
    (fit.finish(), weights)
}

/// Asserts that a run has failed with the error of an operation in the folder, and returns its kind.
fn assert_failed_in(folder: &Path, outcome: &Outcome, remedy: &str) -> ErrorKind {
    let failure = outcome.failed().expect("the disk takes all of it");
    let Cause::Error(error) = failure.cause() else {
        panic!("{failure}");
    };
    let error = error.downcast_ref::<CheckpointError>().unwrap();
    assert!(error.path().starts_with(folder), "{error}");
    let text = error.to_string();
    assert!(text.contains(remedy), "{text}");
    let CheckpointProblem::Operation { error, .. } = error.problem() else {
        panic!("{text}");
    };
    error.kind()
}

/// The checkpoints that are whole; one of the last two is the latest.
fn assert_whole(folder: &Path) -> Vec<String> {
    let dir = CheckpointDir::new(folder);
    let listed = dir.list().unwrap().complete;
    let names: Vec<_> = listed.into_iter().map(|each| each.head.name).collect();
    for name in &names {
        let saved = dir.read(name).unwrap().saved;
        assert!(saved.state("weights").is_some(), "{name}");
    }
    let latest = dir.latest().unwrap().unwrap().head.name;
    // The disk may be full when the last one is whole and the pointer is not moved yet.
    assert!(names.iter().rev().take(2).any(|name| *name == latest));
    names
}

#[test]
fn a_full_disk_is_an_error_with_the_path_and_what_was_whole_stays() {
    let Some(disk) = env::var_os(SMALL).map(PathBuf::from) else {
        return;
    };
    fs::write(disk.join("notes.txt"), "mine").unwrap();
    for in_background in [false, true] {
        let folder = disk.join("all");
        let checkpoint = || {
            let checkpoint = Checkpoint::to(&folder).keep_all();
            if in_background {
                checkpoint.in_background(WhenBusy::Wait)
            } else {
                checkpoint
            }
        };
        let (outcome, _) = train(100, checkpoint(), &folder);
        let kind = assert_failed_in(&folder, &outcome, "free space there, or use another folder");
        assert_eq!(kind, ErrorKind::StorageFull);
        let names = assert_whole(&folder);
        assert!(names.len() >= 2, "{names:?}");
        assert_eq!(names[0], "checkpoint-000001");
        assert_eq!(fs::read_to_string(disk.join("notes.txt")).unwrap(), "mine");

        // The same program goes on when there is room again, and removes what the write that failed has left.
        let latest = CheckpointDir::new(&folder).latest().unwrap().unwrap().head;
        let count = latest.sequence;
        for name in names.iter().filter(|name| **name != latest.name) {
            fs::remove_dir_all(folder.join(name)).unwrap();
        }
        let (outcome, resumed) = train(count + 1, checkpoint(), &folder);
        assert!(outcome.is_finished(), "{outcome}");
        assert_eq!(assert_whole(&folder).len(), 2);
        let files = fs::read_dir(&folder).unwrap().count();
        assert_eq!(files, 3, "two checkpoints, and the pointer");

        fs::remove_dir_all(&folder).unwrap();
        let (outcome, whole) = train(count + 1, Checkpoint::to(&folder).keep_last(1), &folder);
        assert!(outcome.is_finished(), "{outcome}");
        assert_eq!(resumed, whole);
        fs::remove_dir_all(&folder).unwrap();
    }
    // Checkpoints for the read-only disk.
    let (outcome, _) = train(2, Checkpoint::to(&disk), &disk);
    assert!(outcome.is_finished(), "{outcome}");
}

#[test]
fn a_read_only_disk_is_an_error_with_the_path_and_can_be_read() {
    let Some(disk) = env::var_os(READ_ONLY).map(PathBuf::from) else {
        return;
    };
    let before = assert_whole(&disk);
    let (outcome, _) = train(3, Checkpoint::to(&disk), &disk);
    let remedy = "give the process the permission, or use another folder";
    let kind = assert_failed_in(&disk, &outcome, remedy);
    assert_eq!(kind, ErrorKind::ReadOnlyFilesystem);
    assert_eq!(assert_whole(&disk), before);
    assert_eq!(before, ["checkpoint-000001", "checkpoint-000002"]);
}
