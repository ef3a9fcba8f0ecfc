//! Says what is at a path that was taken for something else: a directory of checkpoints for one of them, or the other way round.

use super::dir::CheckpointDir;
use super::error::{CheckpointError, CheckpointProblem};
use super::files::Found;
use super::names::{LATEST, MANIFEST, TENSORS};
use std::path::Path;

/// Returns the error of reading the checkpoint of a folder, which says what else is at the path.
pub(super) fn explain_folder(path: &Path, error: CheckpointError) -> CheckpointError {
    let is_unread = matches!(
        error.problem(),
        CheckpointProblem::Missing | CheckpointProblem::Operation { .. }
    );
    if !is_unread || !error.path().ends_with(MANIFEST) {
        return error;
    }
    if is_file_of_checkpoint(path) {
        return CheckpointError::new(path, CheckpointProblem::IsFileOfCheckpoint);
    }
    let directory = CheckpointDir::new(path);
    let newest = directory.newest(None);
    if newest.is_some() || is_file(&directory, &path.join(LATEST)) {
        let error = CheckpointError::new(path, CheckpointProblem::IsDirectory);
        return error.with_newest(newest);
    }
    match path.parent() {
        Some(around) if !path.exists() => {
            error.with_newest(CheckpointDir::new(around).newest(None))
        }
        _ => error,
    }
}

/// Refuses a path that is no directory of checkpoints: a checkpoint, or a file of one.
pub(super) fn check_directory(directory: &CheckpointDir) -> Result<(), CheckpointError> {
    let path = directory.path();
    let problem = if is_file_of_checkpoint(path) {
        CheckpointProblem::IsFileOfCheckpoint
    } else if is_file(directory, &path.join(MANIFEST)) {
        CheckpointProblem::IsCheckpoint
    } else {
        return Ok(());
    };
    Err(CheckpointError::new(path, problem))
}

fn is_file(directory: &CheckpointDir, path: &Path) -> bool {
    matches!(directory.find(path), Ok(Some(Found::File(_))))
}

fn is_file_of_checkpoint(path: &Path) -> bool {
    let has_name = [MANIFEST, TENSORS, LATEST]
        .iter()
        .any(|name| path.ends_with(name));
    has_name && path.is_file()
}
