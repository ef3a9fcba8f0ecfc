//! What is found before anything is written: a directory that cannot be written, a lock that another process has.

use crate::disk::Folder;
use crate::memory_disk::{Fault, MemoryDisk};
use crate::script::{DIRECTORY, RUN, check_tidy, checkpoint, directory};
use callbacks::checkpoint::{
    CheckpointDir, CheckpointProblem, Disk, FileSystem, Lock, NewCheckpoint,
};
use callbacks::persist::{Rewind, SavedRun, SinkSync};
use callbacks::prelude::*;
use callbacks::shelf::Checkpoint;
use callbacks::{Outcome, breakpoints};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

breakpoints! {
    loop Walk with Step as steps {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                after_step completes Step;
            }
            on_run_end;
        }
    }
}

/// Walks three steps, and returns how many were made.
fn walk(checkpoint: Checkpoint, state: &mut State) -> (Outcome, u64) {
    let made = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&made);
    let mut plan = Plan::<Walk>::new();
    plan.add(checkpoint);
    plan.on(Walk::before_step, move || {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let outcome = plan.run(state, |run| {
        run.scope(Walk::RUN, |run| {
            for _ in 0..3 {
                run.scope(Walk::STEP, |_| Ok(()))?;
            }
            Ok(())
        })?;
        Ok(())
    });
    (outcome.unwrap(), made.load(Ordering::Relaxed))
}

#[test]
fn a_run_whose_directory_cannot_be_written_fails_before_its_first_step() {
    for fault in [Fault::Device, Fault::Full, Fault::Permission] {
        let disk = MemoryDisk::default();
        disk.create_dir(Path::new("/jobs")).unwrap();
        // The folder, the names around it, the file, its bytes, their durability, and its removal.
        let mut failed = 0;
        for nth in 1.. {
            disk.fail(nth, fault);
            let probe = directory(&disk).check_writable();
            let is_reached = disk.heal();
            if let Err(error) = probe {
                failed += 1;
                assert!(error.to_string().contains("/jobs"), "{error}");
            }
            if !is_reached {
                break;
            }
        }
        assert!(failed >= 6, "{failed}");

        let disk = MemoryDisk::default();
        disk.fail(1, fault);
        let (outcome, made) = walk(Checkpoint::into_dir(directory(&disk)), &mut State::new());
        let failure = outcome.failed().unwrap().to_string();
        assert!(failure.contains("/jobs"), "{failure}");
        assert_eq!(made, 0);
    }
}

#[test]
fn a_process_that_is_killed_while_it_tries_to_write_leaves_nothing_behind_the_next_write() {
    let mut left = 0;
    for nth in 1.. {
        let disk = MemoryDisk::default();
        disk.fail(nth, Fault::Kill);
        let _ = directory(&disk).check_writable();
        if !disk.heal() {
            break;
        }
        for tree in disk.tree().after_power_failure() {
            let disk = MemoryDisk::of(tree);
            let names = disk.list(Path::new(DIRECTORY)).unwrap_or_default();
            left += names.len();
            directory(&disk).write(checkpoint("one", 1)).unwrap();
            check_tidy(&disk);
        }
    }
    assert!(left > 0, "a file was left at no place");
}

#[test]
fn a_write_waits_for_the_lock_of_another_process() {
    let disk = MemoryDisk::default();
    directory(&disk).write(checkpoint("one", 1)).unwrap();
    disk.hold_lock(20);
    directory(&disk).write(checkpoint("two", 2)).unwrap();
    assert!(disk.waited() > Duration::from_millis(100));
    disk.hold_lock(20);
    directory(&disk).remove("one", RUN).unwrap();
    check_tidy(&disk);
}

#[test]
fn a_lock_that_is_never_released_is_an_error_that_names_the_directory() {
    let disk = MemoryDisk::default();
    directory(&disk).write(checkpoint("one", 1)).unwrap();
    directory(&disk).write(checkpoint("two", 2)).unwrap();
    disk.hold_lock(usize::MAX);
    let write = directory(&disk).write(checkpoint("three", 3));
    for error in [
        write.unwrap_err(),
        directory(&disk).remove("one", RUN).unwrap_err(),
    ] {
        let is_locked = matches!(error.problem(), CheckpointProblem::Locked { waited } if *waited >= Duration::from_mins(1));
        assert!(is_locked, "{error}");
        assert_eq!(error.path(), Path::new(DIRECTORY));
        assert!(error.to_string().contains("locked by another process"));
    }
    disk.hold_lock(0);
    let names = directory(&disk).list().unwrap().complete.len();
    assert_eq!(names, 2);
    check_tidy(&disk);
}

#[test]
fn a_folder_has_one_lock() {
    let folder = Folder::new("lock");
    let first = Disk.try_lock(&folder.0);
    if matches!(first, Lock::Unknown) {
        return;
    }
    assert!(matches!(Disk.try_lock(&folder.0), Lock::Held));
    drop(first);
    assert!(matches!(Disk.try_lock(&folder.0), Lock::Taken(_)));
    assert!(matches!(
        Disk.try_lock(&folder.0.join("none")),
        Lock::Unknown
    ));
}

#[test]
fn two_checkpoints_of_one_directory_are_a_problem_of_the_plan() {
    let folder = Folder::new("twice");
    fs::create_dir(folder.0.join("runs")).unwrap();
    let check = |first: &Path, second: &Path| {
        let mut plan = Plan::<Walk>::new();
        plan.add(Checkpoint::to(first));
        plan.add(Checkpoint::into_dir(CheckpointDir::new(second)));
        plan.check(&State::new())
    };
    for (first, second) in [
        ("runs", "runs"),
        ("runs", "runs/"),
        ("runs", "./runs/../runs"),
        ("new/deep", "./new/deep"),
    ] {
        let error = check(&folder.0.join(first), &folder.0.join(second)).unwrap_err();
        let text = error.to_string();
        for part in [
            "a directory of its own",
            "`.every(…).every(…)`",
            "before.rs",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.contains(first), "{text}");
    }
    check(&folder.0.join("runs"), &folder.0.join("runs/best")).unwrap();
    check(&folder.0.join("runs"), &folder.0.join("best")).unwrap();
}

/// A sink whose disk is gone.
#[derive(Debug)]
struct Lost;

impl Rewind for Lost {
    type Position = u64;

    fn position(&mut self) -> Result<u64, BoxError> {
        Ok(7)
    }

    fn sync_later(&mut self) -> Result<Option<SinkSync>, BoxError> {
        Ok(Some(SinkSync::new(|| {
            Err(io::Error::other("rows.csv: it is gone"))
        })))
    }

    fn rewind(&mut self, _: u64) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn a_checkpoint_is_not_written_if_what_the_run_has_written_cannot_be_made_durable() {
    let mut plan = Plan::<Fit>::new();
    plan.persist_fields("rows", |rows: &mut Lost, fields| fields.rewind("at", rows));
    let mut state = State::new();
    state.insert(Lost);
    let mut saved = SavedRun::default();
    let outcome = plan.run(&mut state, |run| {
        saved = run.save()?;
        Ok(())
    });
    outcome.unwrap().ok().unwrap();

    let disk = MemoryDisk::default();
    let new = NewCheckpoint {
        saved,
        ..NewCheckpoint::new("last", RUN, 1)
    };
    let error = directory(&disk).write(new).unwrap_err().to_string();
    assert!(error.contains("rows.csv: it is gone"), "{error}");
    assert!(directory(&disk).latest().unwrap().is_none());
}
