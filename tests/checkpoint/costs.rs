//! What a checkpoint costs does not grow with the number of those before.

use crate::memory_disk::MemoryDisk;
use crate::script::directory;
use crate::support::scored::{fit, trainer};
use callbacks::checkpoint::CheckpointDir;
use callbacks::prelude::*;
use callbacks::shelf::Checkpoint;
use std::sync::{Arc, Mutex};

/// Returns the file operations of each epoch.
fn operations(checkpoint: impl FnOnce(CheckpointDir) -> Checkpoint) -> Vec<usize> {
    let disk = MemoryDisk::default();
    let counts = Arc::new(Mutex::new(Vec::new()));
    let scores: Vec<f64> = (0..20).map(f64::from).collect();
    let trainer = trainer(&scores).callback(checkpoint(directory(&disk)));
    let (disk, seen) = (disk.clone(), counts.clone());
    let count = move || seen.lock().unwrap().push(disk.operations());
    fit(trainer.plan_with(|plan| {
        plan.on(Fit::on_epoch_begin, count);
    }));
    let counts = counts.lock().unwrap();
    counts.windows(2).map(|at| at[1] - at[0]).collect()
}

#[test]
fn each_checkpoint_takes_as_many_file_operations_however_many_are_kept() {
    let most = |choose: fn(Checkpoint) -> Checkpoint| {
        let counts = operations(|dir| choose(Checkpoint::into_dir(dir)));
        counts.into_iter().max().unwrap()
    };
    let with_removal = most(|checkpoint| checkpoint);
    let without = most(Checkpoint::keep_all);
    assert!(0 < without && without < with_removal);
    assert_eq!(most(|checkpoint| checkpoint.keep_last(10)), with_removal);
    let best = |checkpoint: Checkpoint| checkpoint.keep_best_max("score", 5).keep_last(4);
    assert_eq!(most(best), with_removal);
}
