//! A path that is taken for something else: the error says what it is, and what to write.

use crate::disk::Folder;
use crate::script::checkpoint;
use callbacks::checkpoint::{CheckpointDir, CheckpointProblem, Resume};
use std::fs;

/// Returns a folder with the checkpoints `one` and `two`.
fn written(name: &str) -> Folder {
    let folder = Folder::new(name);
    let checkpoints = CheckpointDir::new(&folder.0);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    checkpoints.write(checkpoint("two", 2)).unwrap();
    folder
}

/// Checks the error of a resume.
fn assert_says(resume: &Resume, parts: &[&str]) -> callbacks::checkpoint::CheckpointError {
    let error = resume.load().unwrap_err();
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    error
}

#[test]
fn a_directory_in_place_of_a_checkpoint() {
    let folder = written("is-directory");
    let two = folder.0.join("two");
    let parts = ["is a directory of checkpoints", "`Resume::latest(…)`"];
    let error = assert_says(&Resume::from(&folder.0), &parts);
    assert!(matches!(error.problem(), CheckpointProblem::IsDirectory));
    assert_eq!(error.path(), folder.0);
    assert_eq!(error.newest(), Some(two.as_path()));
    // Also if no file says which is the latest.
    fs::remove_file(folder.0.join("latest")).unwrap();
    assert_says(&Resume::from(&folder.0), &parts);
}

#[test]
fn a_file_in_place_of_its_folder() {
    let folder = written("is-file");
    for file in ["one/manifest.json", "one/tensors.safetensors", "latest"] {
        for resume in [
            Resume::from(folder.0.join(file)),
            Resume::latest(folder.0.join(file)),
        ] {
            let error = assert_says(&resume, &["is a file", "give the folder that it is in"]);
            assert!(error.path().ends_with(file), "{error}");
        }
    }
}

#[test]
fn a_checkpoint_in_place_of_a_directory() {
    let folder = written("is-checkpoint");
    let parts = ["is a checkpoint", "`Resume::from(…)`"];
    let error = assert_says(&Resume::latest(folder.0.join("one")), &parts);
    assert!(matches!(error.problem(), CheckpointProblem::IsCheckpoint));
}

#[test]
fn a_checkpoint_that_is_gone_names_the_newest_that_is_there() {
    let folder = written("is-gone");
    let error = assert_says(&Resume::from(folder.0.join("none")), &["is missing"]);
    assert_eq!(error.newest(), Some(folder.0.join("two").as_path()));
    let error = assert_says(&Resume::from(folder.0.join("a/b")), &["is missing"]);
    assert_eq!(error.newest(), None);
}
