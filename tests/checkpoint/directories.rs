//! Several checkpoints and runs in one directory: each run changes its own, and what is not of a checkpoint stays.

use crate::memory_disk::MemoryDisk;
use crate::script::{DIRECTORY, RUN, check_tidy, checkpoint, directory};
use callbacks::checkpoint::{CheckpointProblem, FileSystem, Listing, NewCheckpoint};
use std::path::{Path, PathBuf};

fn path(name: &str) -> PathBuf {
    Path::new(DIRECTORY).join(name)
}

fn names(listing: &Listing) -> Vec<&str> {
    let complete = listing.complete.iter();
    complete.map(|listed| listed.head.name.as_str()).collect()
}

/// Creates a file with a text.
fn put(disk: &MemoryDisk, path: &Path, text: &str) {
    disk.create_file(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

/// Copies a folder.
fn copy(disk: &MemoryDisk, from: &Path, to: &Path) {
    disk.create_dir(to).unwrap();
    for name in disk.list(from).unwrap() {
        let bytes = disk.read(&from.join(&name)).unwrap();
        disk.create_file(&to.join(&name))
            .unwrap()
            .write_all(&bytes)
            .unwrap();
    }
}

#[test]
fn a_directory_that_is_empty_or_missing_has_no_checkpoint() {
    let disk = MemoryDisk::default();
    assert!(directory(&disk).latest().unwrap().is_none());
    assert!(directory(&disk).list().unwrap().complete.is_empty());
    disk.create_dir(Path::new("/jobs")).unwrap();
    disk.create_dir(Path::new(DIRECTORY)).unwrap();
    assert!(directory(&disk).latest().unwrap().is_none());
    // Nor has one with other things in it.
    disk.create_dir(&path("plots")).unwrap();
    put(&disk, &path("notes.txt"), "all well");
    assert!(directory(&disk).latest().unwrap().is_none());
}

#[test]
fn the_listing_has_complete_checkpoints_by_number_and_why_others_are_none() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    for (name, number) in [("b", 10), ("a", 9), ("torn", 11), ("copied", 8)] {
        checkpoints.write(checkpoint(name, number)).unwrap();
    }
    disk.remove_file(&path("torn/tensors.safetensors")).unwrap();
    put(&disk, &path("torn/tensors.safetensors"), "short");
    copy(&disk, &path("a"), &path("copy of a"));
    copy(&disk, &path("a"), &path(".checkpoint-run-b.writing"));
    disk.create_dir(&path("plots")).unwrap();
    disk.create_dir(&path(".git")).unwrap();

    let listing = checkpoints.list().unwrap();
    assert_eq!(names(&listing), ["copied", "a", "b"]);
    let skipped: Vec<_> = listing
        .skipped
        .iter()
        .map(|error| error.path().to_owned())
        .collect();
    let expected = [
        ".checkpoint-run-b.writing",
        "copy of a",
        "plots/manifest.json",
        "torn/tensors.safetensors",
    ];
    assert_eq!(skipped, expected.map(path));
    assert!(matches!(
        listing.skipped[0].problem(),
        CheckpointProblem::Unfinished
    ));
    assert!(matches!(
        listing.skipped[1].problem(),
        CheckpointProblem::Renamed { .. }
    ));
    assert!(matches!(
        listing.skipped[2].problem(),
        CheckpointProblem::Missing
    ));
    assert!(matches!(
        listing.skipped[3].problem(),
        CheckpointProblem::Size { .. }
    ));
}

#[test]
fn a_run_changes_no_checkpoint_of_another_run() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    checkpoints.write(checkpoint("two", 2)).unwrap();
    let write = checkpoints.write(NewCheckpoint::new("one", "run-b", 3));
    for error in [
        write.unwrap_err(),
        checkpoints.remove("one", "run-b").unwrap_err(),
    ] {
        let is_other = matches!(
            error.problem(),
            CheckpointProblem::OtherRun { found, expected } if found == RUN && expected == "run-b"
        );
        assert!(is_other, "{error}");
    }
    // Nor does it remove what the other run left behind.
    copy(&disk, &path("one"), &path(".checkpoint-run-a.writing"));
    checkpoints
        .write(NewCheckpoint::new("three", "run-b", 1))
        .unwrap();
    assert!(
        disk.find(&path(".checkpoint-run-a.writing"))
            .unwrap()
            .is_some()
    );
    checkpoints.write(checkpoint("four", 4)).unwrap();
    check_tidy(&disk);
    assert_eq!(
        names(&checkpoints.list().unwrap()),
        ["one", "three", "two", "four"]
    );
}

#[test]
fn what_the_run_did_not_write_stays() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    checkpoints.write(checkpoint("two", 2)).unwrap();
    put(&disk, &path("one/notes.txt"), "the best one");
    let write = checkpoints.write(checkpoint("one", 3)).unwrap_err();
    for error in [write, checkpoints.remove("one", RUN).unwrap_err()] {
        let is_named = matches!(error.problem(), CheckpointProblem::Occupied { found } if found == "notes.txt");
        assert!(is_named, "{error}");
    }
    disk.create_dir(&path("plots")).unwrap();
    let error = checkpoints.write(checkpoint("plots", 3)).unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::Foreign { .. }),
        "{error}"
    );
    put(&disk, &path("notes"), "all well");
    let error = checkpoints.write(checkpoint("notes", 3)).unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::Foreign { .. }),
        "{error}"
    );
    copy(&disk, &path("two"), &path("copy"));
    let error = checkpoints.remove("copy", RUN).unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::Renamed { .. }),
        "{error}"
    );
    check_tidy(&disk);
}

#[test]
fn the_latest_one_is_not_removed() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    let error = checkpoints.remove("one", RUN).unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::IsLatest),
        "{error}"
    );
    checkpoints.write(checkpoint("two", 2)).unwrap();
    checkpoints.remove("one", RUN).unwrap();
    let error = checkpoints.remove("one", RUN).unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::Missing),
        "{error}"
    );
    assert_eq!(names(&checkpoints.list().unwrap()), ["two"]);
}

#[test]
fn a_failed_checkpoint_is_never_the_latest() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    let failed = |name: &str, number| {
        let mut new = checkpoint(name, number);
        new.failed = true;
        new
    };
    checkpoints.write(failed("broken", 1)).unwrap();
    assert!(checkpoints.latest().unwrap().is_none());
    checkpoints.write(checkpoint("one", 2)).unwrap();
    let error = checkpoints.write(failed("one", 3)).unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::ReplacesComplete),
        "{error}"
    );
    checkpoints.write(failed("broken", 4)).unwrap();
    assert_eq!(checkpoints.latest().unwrap().unwrap().head.name, "one");
    // It is not offered either.
    disk.remove_file(&path("one/manifest.json")).unwrap();
    assert_eq!(checkpoints.latest().unwrap_err().newest(), None);
    checkpoints.remove("broken", RUN).unwrap();
}

#[test]
fn without_the_pointer_the_only_checkpoint_is_the_latest() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    disk.remove_file(&path("latest")).unwrap();
    assert_eq!(checkpoints.latest().unwrap().unwrap().head.name, "one");
    checkpoints.write(checkpoint("two", 2)).unwrap();
    disk.remove_file(&path("latest")).unwrap();
    let error = checkpoints.latest().unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::NoPointer),
        "{error}"
    );
    assert_eq!(error.path(), path("latest"));
    assert_eq!(error.newest(), Some(path("two").as_path()));
    // One that is damaged counts.
    disk.remove_file(&path("two/tensors.safetensors")).unwrap();
    let error = checkpoints.latest().unwrap_err();
    assert_eq!(error.newest(), Some(path("one").as_path()));
    disk.remove_file(&path("one/tensors.safetensors")).unwrap();
    let error = checkpoints.latest().unwrap_err();
    assert!(
        matches!(error.problem(), CheckpointProblem::Missing),
        "{error}"
    );
}

#[test]
fn a_checkpoint_that_is_damaged_can_be_replaced_by_its_run() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    disk.remove_file(&path("one/tensors.safetensors")).unwrap();
    checkpoints.write(checkpoint("one", 2)).unwrap();
    assert_eq!(checkpoints.latest().unwrap().unwrap().head.sequence, 2);
}

#[test]
fn what_cannot_be_removed_is_reported_by_the_write() {
    let disk = MemoryDisk::default();
    let checkpoints = directory(&disk);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    let removed = path(".checkpoint-run-a.removed");
    disk.create_dir(&removed).unwrap();
    put(&disk, &removed.join("notes.txt"), "all well");
    let written = checkpoints.write(checkpoint("two", 2)).unwrap();
    assert_eq!(written.leftovers.len(), 1);
    assert_eq!(written.leftovers[0].path(), removed);
    disk.remove_file(&removed.join("notes.txt")).unwrap();
    assert!(
        checkpoints
            .write(checkpoint("two", 3))
            .unwrap()
            .leftovers
            .is_empty()
    );
    check_tidy(&disk);
}
