//! Removes what a run left behind, and checkpoints of a run.

use super::dir::CheckpointDir;
use super::error::{CheckpointError, CheckpointProblem, failed};
use super::names::{Hidden, MANIFEST, TENSORS};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

impl CheckpointDir {
    /// Removes a checkpoint of a run. The one that `latest` names stays, and so does one of another run.
    ///
    /// ```
    /// # use callbacks::checkpoint::{CheckpointDir, CheckpointProblem, NewCheckpoint};
    /// # let folder = std::env::temp_dir().join(format!("callbacks-doc-remove-{}", std::process::id()));
    /// # let checkpoints = CheckpointDir::new(&folder);
    /// checkpoints.write(NewCheckpoint::new("epoch-1", "run-a", 1))?;
    /// let error = checkpoints.remove("epoch-1", "run-a").unwrap_err();
    /// assert!(matches!(error.problem(), CheckpointProblem::IsLatest));
    ///
    /// checkpoints.write(NewCheckpoint::new("epoch-2", "run-a", 2))?;
    /// checkpoints.remove("epoch-1", "run-a")?;
    /// # std::fs::remove_dir_all(folder).ok();
    /// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
    /// ```
    pub fn remove(&self, name: &str, run_id: &str) -> Result<(), CheckpointError> {
        self.check_name(name)?;
        self.check_run_id(run_id)?;
        let _lock = self.lock()?;
        self.settle(run_id);
        let path = self.folder_of(name)?;
        let path = path.unwrap_or_else(|| self.path.join(name));
        self.check_own(&path, name, run_id)?;
        if self.pointer()?.as_deref() == Some(name) {
            return Err(CheckpointError::new(path, CheckpointProblem::IsLatest));
        }
        let removed = self.hidden(run_id, &Hidden::Removed);
        self.rename(&path, &removed)?;
        self.remove_removed(&removed)
    }

    /// Removes a checkpoint of a run, unless it is gone, is damaged, or has other files in it: then it is for people to look at.
    pub(crate) fn remove_listed(&self, name: &str, run_id: &str) -> Result<(), CheckpointError> {
        let removed = match self.folder_of(name)? {
            Some(path) if self.head(&path).is_ok() => self.remove(name, run_id),
            _ => return Ok(()),
        };
        match removed {
            Err(error) if matches!(error.problem(), CheckpointProblem::Occupied { .. }) => Ok(()),
            removed => removed,
        }
    }

    /// Removes a folder that has a hidden name, which must be durable before the files are gone.
    fn remove_removed(&self, path: &Path) -> Result<(), CheckpointError> {
        self.sync()?;
        self.remove_folder(path)?;
        self.sync()
    }

    /// Does what [`settle`](Self::settle) does, also for runs that were killed before their first checkpoint: their ids are lost. While this
    /// process has the lock of the directory no other one writes, so that all hidden files are of processes that were killed. Returns the
    /// lock, and what of this run could not be done. An `Err` if another process keeps the lock.
    pub(crate) fn settle_all(
        &self,
        run_id: &str,
    ) -> Result<(Option<File>, Vec<CheckpointError>), CheckpointError> {
        let lock = self.lock()?;
        if lock.is_some() {
            let names = self.names().unwrap_or_default();
            let runs: BTreeSet<&str> = names
                .iter()
                .filter_map(|name| Some(Hidden::parse(name)?.0))
                .collect();
            for other in runs.into_iter().filter(|other| *other != run_id) {
                // What cannot be removed is not of this run.
                let _ = self.settle(other);
            }
        }
        Ok((lock, self.settle(run_id)))
    }

    /// Removes the hidden files of a run, and gives a checkpoint its name back if nothing replaced it. Returns what could not be done.
    pub(crate) fn settle(&self, run_id: &str) -> Vec<CheckpointError> {
        let names = match self.names() {
            Ok(names) => names,
            Err(error) => return vec![error],
        };
        let hidden = names.iter().filter_map(|name| Hidden::parse(name));
        let (hidden, of_others): (Vec<_>, Vec<_>) = hidden.partition(|(of, _)| *of == run_id);
        for (of, hidden) in of_others {
            // No run knows the id of a probe. One that is under way does not need its file any more.
            if hidden == Hidden::Probe {
                let _ = self.settle_one(of, &hidden);
            }
        }
        let hidden = hidden.into_iter();
        let settled = hidden.map(|(_, hidden)| self.settle_one(run_id, &hidden));
        settled.filter_map(Result::err).collect()
    }

    pub(super) fn settle_one(&self, run_id: &str, hidden: &Hidden) -> Result<(), CheckpointError> {
        let path = self.hidden(run_id, hidden);
        match hidden {
            Hidden::Writing => self.remove_folder(&path),
            Hidden::Pointer => self.remove_file(&path),
            Hidden::Probe => match self.find(&path)? {
                Some(_) => self.remove_file(&path),
                // Another process has removed it.
                None => Ok(()),
            },
            Hidden::Removed => self.remove_removed(&path),
            Hidden::Replaced(name) => {
                if self.find(&self.path.join(name))?.is_some() {
                    self.remove_removed(&path)
                } else {
                    self.rename(&path, &self.path.join(name))?;
                    self.sync()
                }
            }
        }
    }

    /// Removes what a write has left that failed. What it replaced stays until the next write, because its replacement may not be durable.
    pub(super) fn undo(&self, run_id: &str, name: &str) {
        let replaced = Hidden::Replaced(name.to_owned());
        let is_gone = matches!(self.find(&self.path.join(name)), Ok(None));
        // The next write tries it again, and reports it.
        if is_gone && matches!(self.find(&self.hidden(run_id, &replaced)), Ok(Some(_))) {
            let _ = self.settle_one(run_id, &replaced);
        }
        for hidden in [Hidden::Writing, Hidden::Pointer] {
            if !matches!(self.find(&self.hidden(run_id, &hidden)), Ok(None)) {
                let _ = self.settle_one(run_id, &hidden);
            }
        }
    }

    /// Removes a folder of a checkpoint with the files that a checkpoint has. Fails if there are others.
    fn remove_folder(&self, path: &Path) -> Result<(), CheckpointError> {
        for file in [MANIFEST, TENSORS] {
            let file = path.join(file);
            if self.find(&file)?.is_some() {
                self.remove_file(&file)?;
            }
        }
        self.files
            .remove_dir(path)
            .map_err(failed(path, "removing the folder"))
    }

    fn remove_file(&self, path: &Path) -> Result<(), CheckpointError> {
        self.files
            .remove_file(path)
            .map_err(failed(path, "removing it"))
    }
}
