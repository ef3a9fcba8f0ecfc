//! Reads checkpoints, and verifies all of their bytes.

use super::contents::{CheckpointHead, SavedCheckpoint};
use super::dir::CheckpointDir;
use super::error::{CheckpointError, CheckpointProblem, unread};
use super::files::{Disk, FileSystem, Found};
use super::manifest::{Manifest, decode_head};
use super::names::{LATEST, MANIFEST, TENSORS, is_name};
use super::tensors;
use super::wrong_path::explain_folder;
use std::path::{Path, PathBuf};

/// Reads the checkpoint of a folder, which may have any name. An `Err` names the file that is missing, cut, changed, or of another version.
///
/// ```
/// use callbacks::checkpoint::{self, CheckpointDir, NewCheckpoint};
///
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-by-path-{}", std::process::id()));
/// CheckpointDir::new(&folder).write(NewCheckpoint::new("best", "run-a", 7))?;
/// assert_eq!(checkpoint::read(folder.join("best"))?.head.sequence, 7);
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> Result<SavedCheckpoint, CheckpointError> {
    let path = path.as_ref();
    read_folder(&Disk, path).map_err(|error| explain_folder(path, error))
}

fn read_folder(files: &dyn FileSystem, path: &Path) -> Result<SavedCheckpoint, CheckpointError> {
    let Manifest {
        head,
        tensors: record,
        mut saved,
    } = read_manifest(files, path, Manifest::decode)?;
    let file = path.join(TENSORS);
    let at_file = |problem| CheckpointError::new(&file, problem);
    let bytes = files.read(&file).map_err(unread(&file, "reading it"))?;
    record.check(&bytes).map_err(at_file)?;
    let tensors = tensors::decode(&bytes).map_err(at_file)?;
    saved.put_tensors(tensors).map_err(|error| {
        at_file(CheckpointProblem::Value {
            key: "header".to_owned(),
            found: error.to_string(),
            expected: "all tensors of the manifest".to_owned(),
        })
    })?;
    let path = path.to_owned();
    Ok(SavedCheckpoint { path, head, saved })
}

fn read_manifest<T>(
    files: &dyn FileSystem,
    path: &Path,
    decode: impl FnOnce(&[u8]) -> Result<T, CheckpointProblem>,
) -> Result<T, CheckpointError> {
    let file = path.join(MANIFEST);
    let bytes = files.read(&file).map_err(unread(&file, "reading it"))?;
    decode(&bytes).map_err(|problem| CheckpointError::new(file, problem))
}

impl CheckpointDir {
    /// Reads a checkpoint by its name.
    pub fn read(&self, name: &str) -> Result<SavedCheckpoint, CheckpointError> {
        self.check_name(name)?;
        let folder = self.folder_of(name)?;
        read_folder(
            &*self.files,
            &folder.unwrap_or_else(|| self.path.join(name)),
        )
    }

    /// Reads the checkpoint that the file `latest` names. Without that file it is the only checkpoint of the directory: the process was
    /// killed before the first one was named. A directory that has none, or does not exist, returns `None`.
    ///
    /// If the checkpoint cannot be read, the `Err` has the [newest](CheckpointError::newest) of the others that can.
    ///
    /// ```
    /// # use callbacks::checkpoint::{self, CheckpointDir, NewCheckpoint};
    /// # let folder = std::env::temp_dir().join(format!("callbacks-doc-latest-{}", std::process::id()));
    /// # let checkpoints = CheckpointDir::new(&folder);
    /// checkpoints.write(NewCheckpoint::new("epoch-1", "run-a", 1))?;
    /// checkpoints.write(NewCheckpoint::new("epoch-2", "run-a", 2))?;
    /// # std::fs::write(folder.join("epoch-2").join("tensors.safetensors"), "").unwrap();
    /// // Then the disk loses a file of `epoch-2`.
    /// let saved = match checkpoints.latest() {
    ///     Ok(saved) => saved,
    ///     Err(error) => {
    ///         eprintln!("{error}");
    ///         error.newest().map(checkpoint::read).transpose()?
    ///     }
    /// };
    /// assert_eq!(saved.unwrap().head.name, "epoch-1");
    /// # std::fs::remove_dir_all(folder).ok();
    /// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
    /// ```
    pub fn latest(&self) -> Result<Option<SavedCheckpoint>, CheckpointError> {
        let name = self.pointer().map_err(|error| self.offer(error, None))?;
        let saved = match &name {
            Some(name) => self.read(name).map(Some),
            None => self.only(),
        };
        saved.map_err(|error| self.offer(error, name.as_deref()))
    }

    /// Adds the newest checkpoint that can be read, but for the one of a name.
    fn offer(&self, error: CheckpointError, name: Option<&str>) -> CheckpointError {
        error.with_newest(self.newest(name))
    }

    /// Returns the name in the file `latest`. `None` if there is no such file.
    pub(super) fn pointer(&self) -> Result<Option<String>, CheckpointError> {
        let path = self.path.join(LATEST);
        if self.find(&path)?.is_none() {
            return Ok(None);
        }
        let bytes = self
            .files
            .read(&path)
            .map_err(unread(&path, "reading it"))?;
        let name = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        if is_name(&name) {
            return Ok(Some(name));
        }
        let problem = CheckpointProblem::Foreign {
            found: format!("{name:?}"),
            expected: "the name of a checkpoint",
        };
        Err(CheckpointError::new(path, problem))
    }

    /// Reads the only checkpoint of the directory.
    fn only(&self) -> Result<Option<SavedCheckpoint>, CheckpointError> {
        let mut listing = self.list()?;
        listing.complete.retain(|listed| !listed.head.failed);
        let mut damaged = listing.skipped.into_iter().filter(is_damaged);
        match (&listing.complete[..], damaged.next()) {
            ([], None) => Ok(None),
            ([], Some(error)) => Err(error),
            ([only], None) => read_folder(&*self.files, &only.path).map(Some),
            _ => {
                let path = self.path.join(LATEST);
                Err(CheckpointError::new(path, CheckpointProblem::NoPointer))
            }
        }
    }

    /// Returns the folder of the newest checkpoint that can be read, but for the one of a name.
    pub(super) fn newest(&self, name: Option<&str>) -> Option<PathBuf> {
        let listing = self.list().ok()?;
        let mut others = listing.complete.into_iter().rev();
        let found = others.find(|listed| {
            let is_other = !listed.head.failed && Some(listed.head.name.as_str()) != name;
            is_other && read_folder(&*self.files, &listed.path).is_ok()
        });
        found.map(|listed| listed.path)
    }

    /// Whether a folder of this name is none of this run: of another one, damaged, or no checkpoint.
    pub(crate) fn is_taken(&self, name: &str, run_id: &str) -> bool {
        let is_own = |path: &Path| {
            self.head_of_any(path)
                .is_ok_and(|head| head.run_id == run_id)
        };
        matches!(self.folder_of(name), Ok(Some(path)) if !is_own(&path))
    }

    /// Reads what a folder's manifest says, whatever the other file is like.
    pub(super) fn head_of_any(&self, path: &Path) -> Result<CheckpointHead, CheckpointError> {
        read_manifest(&*self.files, path, decode_head).map(|(head, _)| head)
    }

    /// Reads what a folder's manifest says, and checks the size of the other file.
    pub(super) fn head(&self, path: &Path) -> Result<CheckpointHead, CheckpointError> {
        let (head, tensors) = read_manifest(&*self.files, path, decode_head)?;
        let file = path.join(TENSORS);
        let found = match self.find(&file)? {
            Some(Found::File(size)) => tensors.check_size(size),
            _ => Err(CheckpointProblem::Missing),
        };
        found.map_err(|problem| CheckpointError::new(file, problem))?;
        Ok(head)
    }
}

/// Whether the error is of a checkpoint that was written, and not of a folder of something else.
fn is_damaged(error: &CheckpointError) -> bool {
    match error.problem() {
        CheckpointProblem::Foreign { .. }
        | CheckpointProblem::Unfinished
        | CheckpointProblem::Renamed { .. } => false,
        CheckpointProblem::Missing => !error.path().ends_with(MANIFEST),
        _ => true,
    }
}
