//! The file system of the operating system.

use crate::script::{RUN, checkpoint};
use callbacks::checkpoint::{
    self, CheckpointDir, CheckpointProblem, Disk, FileSystem, Found, NewFile,
};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder that is gone with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("callbacks-checkpoint-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn checkpoints_are_written_replaced_and_removed() {
    let folder = Folder::new("written");
    let path = folder.0.join("jobs").join("checkpoints");
    let checkpoints = CheckpointDir::new(&path);
    for (name, number) in [("one", 1), ("two", 2), ("one", 3), ("three", 4)] {
        let written = checkpoints.write(checkpoint(name, number)).unwrap();
        assert!(written.leftovers.is_empty());
        let files = fs::read_dir(&written.path).unwrap().flatten();
        let sizes = files.map(|file| file.metadata().unwrap().len());
        assert_eq!(sizes.sum::<u64>(), written.bytes);
        let latest = checkpoints.latest().unwrap().unwrap();
        assert_eq!(latest, checkpoint::read(path.join(name)).unwrap());
    }
    checkpoints.remove("two", RUN).unwrap();
    let mut names: Vec<_> = Disk.list(&path).unwrap();
    names.sort();
    assert_eq!(names, ["latest", "one", "three"]);
    assert_eq!(fs::read_to_string(path.join("latest")).unwrap(), "three\n");
}

#[test]
fn a_worker_thread_writes() {
    let folder = Folder::new("worker");
    let checkpoints = CheckpointDir::new(&folder.0);
    let worker = std::thread::spawn({
        let checkpoints = checkpoints.clone();
        move || checkpoints.write(checkpoint("one", 1))
    });
    worker.join().unwrap().unwrap();
    assert_eq!(checkpoints.latest().unwrap().unwrap().head.sequence, 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_read_only_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new("read-only");
    let checkpoints = CheckpointDir::new(&folder.0);
    checkpoints.write(checkpoint("one", 1)).unwrap();
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o555)).unwrap();
    // The administrator may write everywhere.
    let is_enforced = fs::create_dir(folder.0.join("probe")).is_err();
    if is_enforced {
        let error = checkpoints.write(checkpoint("two", 2)).unwrap_err();
        assert!(error.path().starts_with(&folder.0), "{error}");
        let is_permission = matches!(
            error.problem(),
            CheckpointProblem::Operation { error, .. } if error.kind() == io::ErrorKind::PermissionDenied
        );
        assert!(is_permission, "{error}");
        assert!(
            error
                .to_string()
                .contains("give the process the permission"),
            "{error}"
        );
        assert_eq!(checkpoints.latest().unwrap().unwrap().head.name, "one");
    }
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_directory_that_is_a_file_is_refused() {
    let folder = Folder::new("file");
    let path = folder.0.join("checkpoints");
    fs::write(&path, "").unwrap();
    let checkpoints = CheckpointDir::new(&path);
    for error in [
        checkpoints.write(checkpoint("one", 1)).unwrap_err(),
        checkpoints.latest().unwrap_err(),
        checkpoints.list().unwrap_err(),
    ] {
        assert!(error.path().starts_with(&path), "{error}");
        assert!(
            matches!(error.problem(), CheckpointProblem::Operation { .. }),
            "{error}"
        );
    }
}

/// The operating system, whose nth operation finds that the directory was removed before it.
#[derive(Debug)]
struct Removing {
    directory: PathBuf,
    left: AtomicUsize,
}

impl Removing {
    fn count(&self) -> &Disk {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            let _ = fs::remove_dir_all(&self.directory);
        }
        &Disk
    }
}

impl FileSystem for Removing {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.count().create_dir(path)
    }

    fn create_file(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        self.count().create_file(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.count().sync_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.count().rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.count().remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.count().remove_dir(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.count().read(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.count().list(path)
    }

    fn find(&self, path: &Path) -> io::Result<Option<Found>> {
        self.count().find(path)
    }
}

#[test]
fn a_directory_that_is_removed_while_it_is_written_is_refused() {
    let folder = Folder::new("removed");
    let directory = folder.0.join("checkpoints");
    let mut refused = 0;
    for nth in 1..100 {
        CheckpointDir::new(&directory)
            .write(checkpoint("one", 1))
            .unwrap();
        let files = Removing {
            directory: directory.clone(),
            left: AtomicUsize::new(nth),
        };
        let checkpoints = CheckpointDir::with_files(&directory, Arc::new(files));
        if let Err(error) = checkpoints.write(checkpoint("one", 2)) {
            assert!(error.path().starts_with(&directory), "{error}");
            refused += 1;
        }
        match CheckpointDir::new(&directory).latest() {
            Ok(latest) => assert!(latest.is_none_or(|read| read.head.name == "one")),
            Err(error) => assert!(error.path().starts_with(&directory), "{error}"),
        }
    }
    assert!(refused > 10, "{refused}");
}
