//! The power fails after the nth file operation, for every n: what was written before is there, whatever of the rest was lost.
//!
//! `CALLBACKS_CRASHES_EACH=1` checks everything that two crashes can leave, and not only each 53rd of it.

use crate::memory_disk::{Fault, MemoryDisk};
use crate::script::{Expected, STEPS, Step, check_tidy, directory};

/// Does the steps until an operation before which the process is killed. Returns the disk, what it has, and the step that was begun.
fn run_until(nth: usize) -> (MemoryDisk, Expected, Option<Step>) {
    let disk = MemoryDisk::default();
    disk.fail(nth, Fault::Kill);
    let mut expected = Expected::default();
    for step in STEPS {
        let done = step.run(&directory(&disk));
        if disk.is_killed() {
            // The step that returned `Ok` is durable, even if the process was killed before it removed what it replaced.
            if done.is_ok() {
                expected.done(step);
                return (disk, expected, None);
            }
            return (disk, expected, Some(step));
        }
        done.unwrap();
        expected.done(step);
    }
    (disk, expected, None)
}

/// Checks a disk, and that the run that continues on it leaves no hidden file.
fn check_and_continue(disk: &MemoryDisk, expected: &Expected, begun: Option<Step>) {
    let checkpoints = directory(disk);
    expected.check(&checkpoints, begun);
    let mut expected = expected.clone();
    if let Some(step) = begun {
        let again = step.run(&checkpoints);
        let is_gone = matches!(step, Step::Remove(name) if checkpoints.read(name).is_err());
        assert!(again.is_ok() || is_gone, "{again:?}");
        expected.done(step);
    }
    let next = Step::Write("three", 9);
    next.run(&checkpoints).unwrap();
    expected.done(next);
    expected.check(&checkpoints, None);
    check_tidy(disk);
}

#[test]
fn a_process_is_killed_before_every_operation() {
    for nth in 1.. {
        let (disk, expected, begun) = run_until(nth);
        if disk.heal() {
            check_and_continue(&disk, &expected, begun);
        } else {
            break;
        }
    }
}

#[test]
fn the_power_fails_before_every_operation() {
    let mut count = 0;
    for nth in 1.. {
        let (disk, expected, begun) = run_until(nth);
        if !disk.heal() {
            break;
        }
        for tree in disk.tree().after_power_failure() {
            count += 1;
            check_and_continue(&MemoryDisk::of(tree), &expected, begun);
        }
    }
    assert!(count > 1_000, "{count} trees");
}

/// How many trees there are for each that is checked. All of them take minutes.
fn each() -> usize {
    let each = std::env::var("CALLBACKS_CRASHES_EACH");
    each.map_or(53, |each| each.parse().unwrap())
}

/// Kills the process in a step, and the one that continues in its second try. Returns whether both have as many operations.
fn kill_twice(index: usize, first: usize, second: usize, count: &mut usize) -> (bool, bool) {
    let disk = MemoryDisk::default();
    let mut expected = Expected::default();
    for step in &STEPS[..index] {
        step.run(&directory(&disk)).unwrap();
        expected.done(*step);
    }
    let step = STEPS[index];
    disk.fail(first, Fault::Kill);
    let _ = step.run(&directory(&disk));
    let is_first_reached = disk.heal();
    disk.fail(second, Fault::Kill);
    let _ = step.run(&directory(&disk));
    let is_second_reached = disk.heal();
    for tree in disk.tree().after_power_failure() {
        *count += 1;
        if (*count).is_multiple_of(each()) {
            check_and_continue(&MemoryDisk::of(tree), &expected, Some(step));
        }
    }
    (is_first_reached, is_second_reached)
}

#[test]
fn the_power_fails_while_a_process_continues_that_was_killed() {
    let mut count = 0;
    // The replacement of the latest one, and a removal.
    for index in [2, 6] {
        for first in 1.. {
            let seconds = (1..).map(|second| kill_twice(index, first, second, &mut count));
            let reached = seconds.take_while(|(_, second)| *second);
            if !reached.fold(false, |_, (first, _)| first) {
                break;
            }
        }
    }
    assert!(count > 1_000, "{count} trees");
}
