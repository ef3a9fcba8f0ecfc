//! The file operations that checkpoints consist of, so that a test can let each of them fail.

use crate::unsupported_sync::ignore_unsupported;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// File operations. Those of the operating system are [`Disk`].
#[doc(hidden)]
pub trait FileSystem: fmt::Debug + Send + Sync {
    /// Creates a folder in a folder that exists.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Creates a file. Fails if there is one.
    fn create_file(&self, path: &Path) -> io::Result<Box<dyn NewFile>>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Gives a file or a folder another name. A file replaces a file of this name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder that is empty.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Reads a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Returns the names in a folder.
    fn list(&self, path: &Path) -> io::Result<Vec<OsString>>;
    /// Takes the lock of a folder, unless another process has it.
    fn try_lock(&self, _folder: &Path) -> Lock {
        Lock::Unknown
    }
    /// Waits before the next try to take a lock.
    fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
    /// Returns what has this path. `None` if nothing has.
    fn find(&self, path: &Path) -> io::Result<Option<Found>>;
}

/// A file that is being written.
#[doc(hidden)]
pub trait NewFile: Write {
    /// Makes the content durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// What became of the try to take the lock of a folder.
#[doc(hidden)]
#[derive(Debug)]
pub enum Lock {
    /// This process has it until the file is dropped.
    Taken(fs::File),
    /// Another process has it.
    Held,
    /// Folders have no locks here.
    Unknown,
}

/// What has a path.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A file of so many bytes.
    File(u64),
    /// A folder.
    Folder,
    /// Something else.
    Other,
}

/// The file operations of the operating system.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl FileSystem for Disk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create_file(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        let file = fs::File::create_new(path)?;
        Ok(Box::new(file))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        // Windows cannot open a folder as a file, and writes its names in order.
        if cfg!(windows) {
            return Ok(());
        }
        ignore_unsupported(fs::File::open(path)?.sync_all())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let entries = fs::read_dir(path)?;
        entries
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect()
    }

    fn try_lock(&self, folder: &Path) -> Lock {
        let Ok(folder) = fs::File::open(folder) else {
            return Lock::Unknown;
        };
        match folder.try_lock() {
            Ok(()) => Lock::Taken(folder),
            Err(fs::TryLockError::WouldBlock) => Lock::Held,
            Err(fs::TryLockError::Error(_)) => Lock::Unknown,
        }
    }

    fn find(&self, path: &Path) -> io::Result<Option<Found>> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(if metadata.is_dir() {
            Found::Folder
        } else if metadata.is_file() {
            Found::File(metadata.len())
        } else {
            Found::Other
        }))
    }
}

impl NewFile for fs::File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}
