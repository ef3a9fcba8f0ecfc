//! A directory of checkpoints, and how paths in it are found.

use super::error::{CheckpointError, CheckpointProblem, failed, unread};
use super::files::{Disk, FileSystem, Found};
use super::names::Hidden;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A directory with a folder for each checkpoint, and a file `latest` that names the newest one.
///
/// Several runs can write into one directory. Each writes and removes its own checkpoints alone, and from one thread at a time.
///
/// ```
/// use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
///
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-dir-{}", std::process::id()));
/// let checkpoints = CheckpointDir::new(&folder);
/// assert!(checkpoints.latest()?.is_none());
/// checkpoints.write(NewCheckpoint::new("epoch-1", "run-a", 1))?;
/// checkpoints.write(NewCheckpoint::new("epoch-2", "run-a", 2))?;
/// checkpoints.remove("epoch-1", "run-a")?;
///
/// let latest = checkpoints.latest()?.unwrap();
/// assert_eq!(latest.head.name, "epoch-2");
/// assert_eq!(checkpoints.list()?.complete.len(), 1);
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CheckpointDir {
    pub(super) path: PathBuf,
    pub(super) files: Arc<dyn FileSystem>,
}

impl CheckpointDir {
    /// Names a directory. The first write creates it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::with_files(path, Arc::new(Disk))
    }

    /// Names a directory of another file system, such as one whose operations fail.
    #[doc(hidden)]
    pub fn with_files(path: impl Into<PathBuf>, files: Arc<dyn FileSystem>) -> Self {
        Self {
            path: path.into(),
            files,
        }
    }

    /// Returns the path of the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns one path for every spelling of the path: `runs`, `./runs/`, and a link to it.
    pub(crate) fn absolute(&self) -> PathBuf {
        let path = std::path::absolute(&self.path);
        let path = path.unwrap_or_else(|_| self.path.clone());
        for found in path.ancestors() {
            if let Ok(real) = found.canonicalize() {
                let rest = path.strip_prefix(found).unwrap_or(Path::new(""));
                return real.components().chain(rest.components()).collect();
            }
        }
        path
    }

    pub(super) fn hidden(&self, run_id: &str, what: &Hidden) -> PathBuf {
        self.path.join(what.name(run_id))
    }

    pub(super) fn find(&self, path: &Path) -> Result<Option<Found>, CheckpointError> {
        self.files
            .find(path)
            .map_err(unread(path, "looking for it"))
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> Result<(), CheckpointError> {
        self.files
            .rename(from, to)
            .map_err(failed(from, "renaming it"))
    }

    /// Makes the names in the directory durable.
    pub(super) fn sync(&self) -> Result<(), CheckpointError> {
        self.sync_dir(&self.path)
    }

    pub(super) fn sync_dir(&self, path: &Path) -> Result<(), CheckpointError> {
        self.files
            .sync_dir(path)
            .map_err(failed(path, "making it durable"))
    }

    /// Returns the names in the directory that are text, sorted. A directory that does not exist has none.
    pub(super) fn names(&self) -> Result<Vec<String>, CheckpointError> {
        if self.find(&self.path)?.is_none() {
            return Ok(Vec::new());
        }
        self.names_in(&self.path)
    }

    pub(super) fn names_in(&self, path: &Path) -> Result<Vec<String>, CheckpointError> {
        let names = self.files.list(path).map_err(unread(path, "listing it"))?;
        let names = names.into_iter();
        let mut names: Vec<_> = names.filter_map(|name| name.into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    /// Returns the folder of a checkpoint. If a write was cut short while it replaced the checkpoint, the folder has a hidden name.
    pub(super) fn folder_of(&self, name: &str) -> Result<Option<PathBuf>, CheckpointError> {
        let path = self.path.join(name);
        match self.find(&path)? {
            Some(Found::Folder) => return Ok(Some(path)),
            Some(_) => {
                let problem = CheckpointProblem::Foreign {
                    found: "a file".to_owned(),
                    expected: "a folder",
                };
                return Err(CheckpointError::new(path, problem));
            }
            None => {}
        }
        let replaced = Hidden::Replaced(name.to_owned());
        let is_it =
            |hidden: &String| Hidden::parse(hidden).is_some_and(|(_, hidden)| hidden == replaced);
        let found = self.names()?.into_iter().find(is_it);
        Ok(found.map(|hidden| self.path.join(hidden)))
    }
}
