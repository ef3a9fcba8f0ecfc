//! The nth file operation fails, for every n: what was complete stays complete, and the next try succeeds.

use crate::memory_disk::{Fault, MemoryDisk};
use crate::script::{DIRECTORY, Expected, STEPS, Step, check_tidy, directory};
use callbacks::checkpoint::{CheckpointError, CheckpointProblem};
use std::path::Path;

/// Returns a disk on which the first steps were done, and what it has.
fn disk_after(steps: &[Step]) -> (MemoryDisk, Expected) {
    let disk = MemoryDisk::default();
    let mut expected = Expected::default();
    for step in steps {
        step.run(&directory(&disk)).unwrap();
        expected.done(*step);
    }
    expected.check(&directory(&disk), None);
    (disk, expected)
}

/// Checks that an error names a path of the directory.
fn check_error(error: &CheckpointError) {
    let path = error.path();
    let is_around = Path::new(DIRECTORY).starts_with(path);
    assert!(path.starts_with(DIRECTORY) || is_around, "{error}");
    assert!(error.to_string().contains(&*path.to_string_lossy()));
}

/// Lets the nth operation of a step fail. Returns whether the step has as many.
fn fail_in_step(index: usize, nth: usize, fault: Fault) -> bool {
    let step = STEPS[index];
    let (disk, mut expected) = disk_after(&STEPS[..index]);
    let checkpoints = directory(&disk);
    disk.fail(nth, fault);
    let done = step.run(&checkpoints);
    let is_reached = disk.heal();
    match done {
        Ok(()) => expected.done(step),
        Err(error) => {
            check_error(&error);
            expected.check(&checkpoints, Some(step));
            let again = step.run(&checkpoints);
            let is_gone = matches!(step, Step::Remove(name) if checkpoints.read(name).is_err());
            assert!(again.is_ok() || is_gone, "{again:?}");
            expected.done(step);
        }
    }
    expected.check(&checkpoints, None);
    // The next write removes what an operation that failed has left.
    let last = Step::Write("three", 9);
    last.run(&checkpoints).unwrap();
    expected.done(last);
    expected.check(&checkpoints, None);
    check_tidy(&disk);
    is_reached
}

#[test]
fn an_operation_of_a_write_or_a_removal_fails() {
    for fault in Fault::ERRORS {
        for (index, step) in STEPS.into_iter().enumerate() {
            let reached = (1..).take_while(|nth| fail_in_step(index, *nth, fault));
            let count = reached.count();
            assert!(count >= 10, "{count} operations in {step:?}");
        }
    }
}

#[test]
fn a_write_that_fails_leaves_no_hidden_file_if_removing_works() {
    for (index, step) in STEPS
        .into_iter()
        .enumerate()
        .filter(|(_, step)| is_new(*step))
    {
        for nth in 1.. {
            let (disk, _) = disk_after(&STEPS[..index]);
            disk.fail(nth, Fault::Full);
            let done = step.run(&directory(&disk));
            if !disk.heal() {
                break;
            }
            if done.is_err() && disk.tree().find(DIRECTORY.as_ref()).is_some() {
                check_tidy(&disk);
            }
        }
    }
}

/// Whether a step writes a checkpoint whose name is new.
fn is_new(step: Step) -> bool {
    matches!(
        step,
        Step::Write("one", 1) | Step::Write("two", 2) | Step::Write("three", _)
    )
}

#[test]
fn an_operation_of_a_read_fails() {
    let (disk, _) = disk_after(&STEPS);
    let checkpoints = directory(&disk);
    let whole = checkpoints.latest().unwrap().unwrap();
    let listed = checkpoints.list().unwrap();
    for fault in [Fault::Device, Fault::Permission] {
        for nth in 1.. {
            disk.fail(nth, fault);
            let latest = checkpoints.latest();
            let is_reached = disk.heal();
            match latest {
                Ok(read) => assert_eq!(read.as_ref(), Some(&whole)),
                Err(error) => {
                    check_error(&error);
                    assert!(matches!(
                        error.problem(),
                        CheckpointProblem::Operation { .. }
                    ));
                }
            }
            disk.fail(nth, fault);
            if let Ok(listing) = checkpoints.list() {
                let count = listing.complete.len() + listing.skipped.len();
                assert_eq!(count, listed.complete.len());
            }
            if !disk.heal() && !is_reached {
                break;
            }
        }
    }
}
