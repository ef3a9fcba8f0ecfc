//! A file system in memory whose operations fail, and that forgets what was not made durable.

use crate::memory_tree::{Node, Tree};
use callbacks::checkpoint::{FileSystem, Found, Lock, NewFile};
use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An error of the device.
    Device,
    /// No space is left.
    Full,
    /// No permission.
    Permission,
    /// A write writes half of its bytes, and the next operation finds no space. Other operations succeed.
    Short,
    /// The process is killed: neither this operation nor a later one happens.
    Kill,
}

impl Fault {
    pub(crate) const ERRORS: [Self; 4] = [Self::Device, Self::Full, Self::Permission, Self::Short];

    fn kind(self) -> ErrorKind {
        match self {
            Self::Full | Self::Short => ErrorKind::StorageFull,
            Self::Permission => ErrorKind::PermissionDenied,
            Self::Device | Self::Kill => ErrorKind::Other,
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    tree: Tree,
    /// The operations until now.
    operations: usize,
    /// The operation that fails, counted from 1, and how.
    trouble: Option<(usize, Fault)>,
    /// The number of tries to take a lock for which another process has it.
    held: usize,
    /// How long this one has waited for it.
    waited: Duration,
}

/// A file system in memory. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryDisk(Arc<Mutex<Inner>>);

impl MemoryDisk {
    /// Makes a disk that has a tree.
    pub(crate) fn of(tree: Tree) -> Self {
        let disk = Self::default();
        disk.inner().tree = tree;
        disk
    }

    /// Lets one operation fail, counted from 1 and from now.
    pub(crate) fn fail(&self, nth: usize, fault: Fault) {
        let mut inner = self.inner();
        inner.operations = 0;
        inner.trouble = Some((nth, fault));
    }

    /// Returns the number of operations until now.
    pub(crate) fn operations(&self) -> usize {
        self.inner().operations
    }

    /// Lets operations succeed again. Returns whether there were as many as the one that was to fail.
    pub(crate) fn heal(&self) -> bool {
        let mut inner = self.inner();
        let trouble = inner.trouble.take();
        trouble.is_none_or(|(nth, _)| inner.operations >= nth)
    }

    /// Lets another process have the lock for so many tries.
    pub(crate) fn hold_lock(&self, tries: usize) {
        self.inner().held = tries;
    }

    /// Returns how long this process has waited for a lock.
    pub(crate) fn waited(&self) -> Duration {
        self.inner().waited
    }

    /// Whether the process was killed.
    pub(crate) fn is_killed(&self) -> bool {
        let inner = self.inner();
        matches!(inner.trouble, Some((nth, Fault::Kill)) if inner.operations >= nth)
    }

    /// Returns what the disk has now, and what of it is durable.
    pub(crate) fn tree(&self) -> Tree {
        self.inner().tree.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation, and fails if it is the one that is to fail.
    fn begin(&self) -> io::Result<MutexGuard<'_, Inner>> {
        let mut inner = self.inner();
        inner.operations += 1;
        match inner.trouble {
            Some((nth, Fault::Kill)) if inner.operations >= nth => Err(ErrorKind::Other.into()),
            Some((_, Fault::Short | Fault::Kill)) => Ok(inner),
            Some((nth, fault)) if inner.operations == nth => Err(fault.kind().into()),
            _ => Ok(inner),
        }
    }
}

impl FileSystem for MemoryDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.begin()?.tree.create(path, Node::folder()).map(|_| ())
    }

    fn create_file(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        let node = self.begin()?.tree.create(path, Node::file())?;
        let disk = self.clone();
        Ok(Box::new(OpenFile { disk, node }))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.begin()?.tree.sync_folder(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.begin()?.tree.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.begin()?.tree.remove(path, false)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.begin()?.tree.remove(path, true)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.begin()?.tree.content(path).map(<[u8]>::to_vec)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.begin()?.tree.names(path)
    }

    fn try_lock(&self, _: &Path) -> Lock {
        let mut inner = self.inner();
        match inner.held.checked_sub(1) {
            Some(left) => {
                inner.held = left;
                Lock::Held
            }
            None => Lock::Unknown,
        }
    }

    fn pause(&self, duration: Duration) {
        self.inner().waited += duration;
    }

    fn find(&self, path: &Path) -> io::Result<Option<Found>> {
        let inner = self.begin()?;
        Ok(inner.tree.find(path).map(|node| match node {
            Node::File { content, .. } => Found::File(content.len() as u64),
            Node::Folder { .. } => Found::Folder,
        }))
    }
}

/// A file that is being written.
struct OpenFile {
    disk: MemoryDisk,
    node: usize,
}

impl Write for OpenFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut inner = self.disk.begin()?;
        let is_short = inner.trouble == Some((inner.operations, Fault::Short));
        let length = if is_short {
            bytes.len() / 2
        } else {
            bytes.len()
        };
        if is_short {
            inner.trouble = Some((inner.operations + 1, Fault::Full));
        }
        inner.tree.append(self.node, &bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for OpenFile {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.begin()?.tree.sync_file(self.node);
        Ok(())
    }
}
