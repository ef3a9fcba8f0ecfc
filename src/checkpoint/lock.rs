//! The lock of a directory, which one process has while it writes or removes checkpoints there.

use super::dir::CheckpointDir;
use super::error::{CheckpointError, CheckpointProblem};
use super::files::Lock;
use std::fs::File;
use std::time::Duration;

/// The pause before the second try. Each one is twice as long as the one before, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How long all pauses are together. Another process has the lock while it writes a checkpoint, which may be large.
const PATIENCE: Duration = Duration::from_mins(5);

impl CheckpointDir {
    /// Waits until no other process has the lock of the directory, and takes it. `None` if folders have no locks here, or the directory does
    /// not exist. An `Err` if another process keeps it, such as one that is stopped.
    pub(super) fn lock(&self) -> Result<Option<File>, CheckpointError> {
        let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
        loop {
            match self.files.try_lock(&self.path) {
                Lock::Taken(lock) => return Ok(Some(lock)),
                Lock::Unknown => return Ok(None),
                Lock::Held if waited >= PATIENCE => {
                    let problem = CheckpointProblem::Locked { waited };
                    return Err(CheckpointError::new(&self.path, problem));
                }
                Lock::Held => self.files.pause(pause),
            }
            waited += pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
