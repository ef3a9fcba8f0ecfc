//! Writes checkpoints, so that a process that is killed at any instruction leaves the ones before.

use super::contents::{CheckpointHead, NewCheckpoint, Written};
use super::dir::CheckpointDir;
use super::error::{CheckpointError, CheckpointProblem, failed};
use super::files::{Found, NewFile};
use super::manifest::{FileRecord, encode};
use super::names::{Hidden, LATEST, MANIFEST, TENSORS, is_name, is_run_id};
use super::tensors::TensorFile;
use callback_runtime::persist::{SavedRun, SavedValue};
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::Path;

impl CheckpointDir {
    /// Writes a checkpoint, and names it in the file `latest` unless it is of a failed run. When this returns `Ok`, both are durable.
    ///
    /// A checkpoint of this name is replaced if it is of the same run. An `Err` leaves all checkpoints that were there.
    ///
    /// ```
    /// # use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
    /// # let folder = std::env::temp_dir().join(format!("callbacks-doc-write-{}", std::process::id()));
    /// # let checkpoints = CheckpointDir::new(&folder);
    /// checkpoints.write(NewCheckpoint::new("last", "run-a", 1))?;
    /// checkpoints.write(NewCheckpoint::new("last", "run-a", 2))?;
    /// assert_eq!(checkpoints.read("last")?.head.sequence, 2);
    ///
    /// let error = checkpoints.write(NewCheckpoint::new("last", "run-b", 1)).unwrap_err();
    /// assert!(error.to_string().contains("belongs to another run: found `run` \"run-a\", expected \"run-b\""));
    /// # std::fs::remove_dir_all(folder).ok();
    /// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
    /// ```
    pub fn write(&self, new: NewCheckpoint) -> Result<Written, CheckpointError> {
        self.check_name(&new.name)?;
        self.check_run_id(&new.run_id)?;
        let (name, run_id) = (new.name.clone(), new.run_id.clone());
        self.create()?;
        // What cannot be removed is reported after the write, which holds the lock of the directory.
        let (_lock, _) = self.settle_all(&run_id)?;
        self.check_replaced(&new)?;
        let written = self.write_and_name(new);
        if written.is_err() {
            self.undo(&run_id, &name);
        }
        let bytes = written?;
        Ok(Written {
            path: self.path.join(name),
            bytes,
            leftovers: self.settle(&run_id),
        })
    }

    pub(super) fn check_name(&self, name: &str) -> Result<(), CheckpointError> {
        if is_name(name) {
            return Ok(());
        }
        let found = name.to_owned();
        Err(CheckpointError::new(
            &self.path,
            CheckpointProblem::Name { found },
        ))
    }

    pub(super) fn check_run_id(&self, run_id: &str) -> Result<(), CheckpointError> {
        if is_run_id(run_id) {
            return Ok(());
        }
        let found = run_id.to_owned();
        Err(CheckpointError::new(
            &self.path,
            CheckpointProblem::RunId { found },
        ))
    }

    /// Creates the directory, and the ones around it.
    pub(super) fn create(&self) -> Result<(), CheckpointError> {
        let mut missing = Vec::new();
        for path in self.path.ancestors() {
            if path.as_os_str().is_empty() || self.find(path)?.is_some() {
                break;
            }
            missing.push(path);
        }
        for path in missing.into_iter().rev() {
            match self.files.create_dir(path) {
                // Another run has created it at the same time.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => created.map_err(failed(path, "creating the folder"))?,
            }
            let around = path.parent().filter(|path| !path.as_os_str().is_empty());
            self.sync_dir(around.unwrap_or(Path::new(".")))?;
        }
        Ok(())
    }

    /// Refuses to replace what this run did not write, and a checkpoint by a failed one.
    fn check_replaced(&self, new: &NewCheckpoint) -> Result<(), CheckpointError> {
        let Some(path) = self.folder_of(&new.name)? else {
            return Ok(());
        };
        let own = self.check_own(&path, &new.name, &new.run_id);
        let head = own.map_err(|error| match error.problem() {
            CheckpointProblem::Missing => CheckpointError::new(
                &path,
                CheckpointProblem::Foreign {
                    found: "a folder without a manifest".to_owned(),
                    expected: "a checkpoint of this run",
                },
            ),
            _ => error,
        })?;
        if new.failed && !head.failed {
            return Err(CheckpointError::new(
                path,
                CheckpointProblem::ReplacesComplete,
            ));
        }
        Ok(())
    }

    /// Checks that a folder is a checkpoint of the run, and has nothing else in it.
    pub(super) fn check_own(
        &self,
        path: &Path,
        name: &str,
        run_id: &str,
    ) -> Result<CheckpointHead, CheckpointError> {
        let head = self.head_of_any(path)?;
        let problem = if head.run_id != run_id {
            CheckpointProblem::OtherRun {
                found: head.run_id,
                expected: run_id.to_owned(),
            }
        } else if head.name != name {
            CheckpointProblem::Renamed {
                expected: head.name,
            }
        } else {
            let mut names = self.names_in(path)?.into_iter();
            match names.find(|name| name != MANIFEST && name != TENSORS) {
                Some(found) => CheckpointProblem::Occupied { found },
                None => return Ok(head),
            }
        };
        Err(CheckpointError::new(path, problem))
    }

    fn write_and_name(&self, new: NewCheckpoint) -> Result<u64, CheckpointError> {
        let head = CheckpointHead::of(&new);
        let folder = self.hidden(&head.run_id, &Hidden::Writing);
        let bytes = self.write_folder(&folder, &head, new.saved)?;
        self.put_in_place(&folder, &head)?;
        if !head.failed {
            self.point_to(&head)?;
        }
        Ok(bytes)
    }

    /// Writes the files of a checkpoint into a new folder, and makes them durable. Returns their bytes.
    fn write_folder(
        &self,
        folder: &Path,
        head: &CheckpointHead,
        mut saved: SavedRun,
    ) -> Result<u64, CheckpointError> {
        saved.sync_sinks().map_err(failed(
            &self.path,
            "making durable what the run has written",
        ))?;
        let (manifest_path, tensors_path) = (folder.join(MANIFEST), folder.join(TENSORS));
        let at_manifest = |problem| CheckpointError::new(&manifest_path, problem);
        let tensors = saved.take_tensors();
        let saved = saved.to_value();
        let names = tensors.keys().map(String::as_str).collect();
        check_tensors(&saved, &names).map_err(at_manifest)?;
        let tensors = TensorFile::new(tensors);
        let tensors = tensors.map_err(|problem| CheckpointError::new(&tensors_path, problem))?;
        self.files
            .create_dir(folder)
            .map_err(failed(folder, "creating the folder"))?;
        let record = self.write_file(&tensors_path, tensors.parts())?;
        let manifest = encode(head, record, saved).map_err(at_manifest)?;
        let written = self.write_file(&manifest_path, [manifest.as_slice()])?;
        self.sync_dir(folder)?;
        Ok(record.size + written.size)
    }

    /// Writes a new file, part after part, and makes it durable.
    pub(super) fn write_file<'a>(
        &self,
        path: &Path,
        parts: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<FileRecord, CheckpointError> {
        let file = self.files.create_file(path);
        let mut file = file.map_err(failed(path, "creating the file"))?;
        let record = write_parts(&mut file, parts).map_err(failed(path, "writing it"))?;
        file.sync().map_err(failed(path, "making it durable"))?;
        Ok(record)
    }

    /// Gives the folder its name. One of this name gets a hidden name before, and is complete all the time.
    fn put_in_place(&self, folder: &Path, head: &CheckpointHead) -> Result<(), CheckpointError> {
        let path = self.path.join(&head.name);
        if self.find(&path)? == Some(Found::Folder) {
            let replaced = self.hidden(&head.run_id, &Hidden::Replaced(head.name.clone()));
            self.rename(&path, &replaced)?;
        }
        self.rename(folder, &path)?;
        self.sync()
    }

    /// Replaces the file that names the newest checkpoint.
    fn point_to(&self, head: &CheckpointHead) -> Result<(), CheckpointError> {
        let file = self.hidden(&head.run_id, &Hidden::Pointer);
        self.write_file(&file, [head.name.as_bytes(), b"\n"])?;
        self.rename(&file, &self.path.join(LATEST))?;
        self.sync()
    }
}

/// Returns the bytes that were written, and their CRC-32.
fn write_parts<'a>(
    file: &mut Box<dyn NewFile>,
    parts: impl IntoIterator<Item = &'a [u8]>,
) -> io::Result<FileRecord> {
    let mut file = BufWriter::new(file);
    let (mut size, mut hasher) = (0, crc32fast::Hasher::new());
    for part in parts {
        file.write_all(part)?;
        hasher.update(part);
        size += part.len() as u64;
    }
    file.flush()?;
    let crc32 = hasher.finalize();
    Ok(FileRecord { size, crc32 })
}

/// Refuses a run whose tensors were taken out before: they would not be in the file. `names` are those in the file.
fn check_tensors(value: &SavedValue, names: &BTreeSet<&str>) -> Result<(), CheckpointProblem> {
    match value {
        SavedValue::TensorName(name) | SavedValue::NumbersName(name)
            if !names.contains(name.as_str()) =>
        {
            Err(CheckpointProblem::Value {
                key: name.clone(),
                found: "the name of a tensor that was taken out of the run".to_owned(),
                expected: "the tensor".to_owned(),
            })
        }
        SavedValue::List(values) => values
            .iter()
            .try_for_each(|value| check_tensors(value, names)),
        SavedValue::Map(entries) => entries
            .iter()
            .try_for_each(|(_, value)| check_tensors(value, names)),
        _ => Ok(()),
    }
}
