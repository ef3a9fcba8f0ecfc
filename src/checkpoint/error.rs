//! What is wrong with a checkpoint, and where.

use super::names::{NAME_RULE, RUN_RULE};
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The error of a checkpoint: the file or folder that it concerns, what was found and expected, and what to do.
///
/// ```
/// use callbacks::checkpoint::{self, CheckpointProblem};
///
/// let error = checkpoint::read("no/such/checkpoint").unwrap_err();
/// assert!(matches!(error.problem(), CheckpointProblem::Missing));
/// assert!(error.path().ends_with("manifest.json"));
/// assert_eq!(
///     error.to_string().replace('\\', "/"),
///     "no/such/checkpoint/manifest.json is missing; give the folder of a whole checkpoint"
/// );
/// ```
pub struct CheckpointError(Box<Details>);

struct Details {
    path: PathBuf,
    problem: CheckpointProblem,
    newest: Option<PathBuf>,
}

/// What a [`CheckpointError`] says of its path.
///
/// ```
/// use callbacks::checkpoint::{CheckpointDir, CheckpointProblem, NewCheckpoint};
///
/// let error = CheckpointDir::new("runs").write(NewCheckpoint::new("a/b", "run-a", 1)).unwrap_err();
/// assert!(matches!(error.problem(), CheckpointProblem::Name { .. }));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckpointProblem {
    /// A file operation failed: there is no space, or no permission.
    Operation {
        /// The operation.
        operation: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// There is no such file or folder.
    Missing,
    /// It is not of a checkpoint.
    Foreign {
        /// What it is, or how it begins.
        found: String,
        /// What it is in a checkpoint.
        expected: &'static str,
    },
    /// A later version of this crate wrote it, in a format that this version does not read.
    Newer {
        /// The version of the format.
        found: u64,
        /// The latest version of the format that is read.
        expected: u64,
    },
    /// A file is shorter or longer than it was written.
    Size {
        /// Its bytes.
        found: u64,
        /// The bytes that the manifest has.
        expected: u64,
    },
    /// A file is not as it was written.
    Checksum {
        /// The CRC-32 of its bytes.
        found: u32,
        /// The CRC-32 that the manifest has.
        expected: u32,
    },
    /// A value is not as this crate writes it.
    Value {
        /// Its key in the manifest, or its tensor.
        key: String,
        /// The value.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// It belongs to another run.
    OtherRun {
        /// The id of its run.
        found: String,
        /// The id of this run.
        expected: String,
    },
    /// A folder cannot have this name.
    Name {
        /// The name.
        found: String,
    },
    /// A run cannot have this id.
    RunId {
        /// The id.
        found: String,
    },
    /// The folder has another name than the one under which the checkpoint was written.
    Renamed {
        /// The name under which it was written.
        expected: String,
    },
    /// The checkpoint is the one that `latest` names, and is not removed.
    IsLatest,
    /// A failed checkpoint would replace one that has not failed.
    ReplacesComplete,
    /// The folder of the checkpoint has something else in it.
    Occupied {
        /// The name of a file that is not of the checkpoint.
        found: String,
    },
    /// A write or a removal was cut short here. The next write of the run removes it.
    Unfinished,
    /// There are several checkpoints, and no file says which of them is the newest.
    NoPointer,
    /// It is a directory of checkpoints, where one of them is needed.
    IsDirectory,
    /// It is a checkpoint, where a directory of checkpoints is needed.
    IsCheckpoint,
    /// It is a file of a checkpoint or of a directory of checkpoints, where a folder is needed.
    IsFileOfCheckpoint,
    /// Another process has the lock of the directory, and did not release it.
    Locked {
        /// How long this one has tried to take it.
        waited: Duration,
    },
}

impl CheckpointError {
    pub(super) fn new(path: impl Into<PathBuf>, problem: CheckpointProblem) -> Self {
        Self(Box::new(Details {
            path: path.into(),
            problem,
            newest: None,
        }))
    }

    /// Returns the same error with a checkpoint that can be used instead.
    pub(super) fn with_newest(mut self, newest: Option<PathBuf>) -> Self {
        self.0.newest = newest;
        self
    }

    /// Returns the file or folder that the error concerns.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns what is wrong.
    pub fn problem(&self) -> &CheckpointProblem {
        &self.0.problem
    }

    /// Returns the folder of the newest whole checkpoint, if [`CheckpointDir::latest`](super::CheckpointDir::latest) failed and there is
    /// another one.
    pub fn newest(&self) -> Option<&Path> {
        self.0.newest.as_deref()
    }
}

/// Makes the error of a file operation.
pub(super) fn failed(
    path: &Path,
    operation: &'static str,
) -> impl FnOnce(io::Error) -> CheckpointError {
    move |error| CheckpointError::new(path, CheckpointProblem::Operation { operation, error })
}

/// Makes the error of an operation that reads. What does not exist is missing.
pub(super) fn unread(
    path: &Path,
    operation: &'static str,
) -> impl FnOnce(io::Error) -> CheckpointError {
    move |error| match error.kind() {
        io::ErrorKind::NotFound => CheckpointError::new(path, CheckpointProblem::Missing),
        _ => failed(path, operation)(error),
    }
}

impl CheckpointProblem {
    /// Returns what to do.
    fn remedy(&self) -> &'static str {
        match self {
            Self::Operation { error, .. } => remedy_of(error),
            Self::Missing => "give the folder of a whole checkpoint",
            Self::Foreign { .. } => "give a checkpoint that this crate wrote",
            Self::Newer { .. } => "use the version of `callbacks` that wrote it",
            Self::Size { .. } | Self::Checksum { .. } | Self::Value { .. } => {
                "it was changed after it was written; use another checkpoint"
            }
            Self::OtherRun { .. } => "use another name or another folder, or the id of its run",
            Self::Name { .. } => NAME_RULE,
            Self::RunId { .. } => RUN_RULE,
            Self::Renamed { .. } => "give it back its name, or read it by its path",
            Self::IsLatest => "write another checkpoint first",
            Self::ReplacesComplete => "give the failed checkpoint a name of its own",
            Self::Occupied { .. } => "move it elsewhere",
            Self::Unfinished => "the next write of its run removes it",
            Self::NoPointer => "write the name of one of them into this file",
            Self::IsDirectory => {
                "write `Resume::latest(…)` to continue from its latest one, or give the folder of one of them"
            }
            Self::IsCheckpoint => {
                "write `Resume::from(…)` to continue from it, or give the directory that it is in"
            }
            Self::IsFileOfCheckpoint => "give the folder that it is in",
            Self::Locked { .. } => {
                "see whether a process that uses the directory is stopped or hangs, and let it go on or end it; \
                 or give each run a directory of its own"
            }
        }
    }
}

fn remedy_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free space there, or use another folder"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "give the process the permission, or use another folder"
        }
        io::ErrorKind::NotADirectory => "a part of this path is a file; give the path of a folder",
        io::ErrorKind::NotFound => "leave the folder where it is while a run uses it",
        _ => "see whether the device works, and try again",
    }
}

/// Writes what is wrong, after the path.
impl fmt::Display for CheckpointProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation { operation, error } => write!(f, ": {operation} failed: {error}"),
            Self::Missing => f.write_str(" is missing"),
            Self::Foreign { found, expected } => {
                write!(
                    f,
                    " is not of a checkpoint: found {found}, expected {expected}"
                )
            }
            Self::Newer { found, expected } => {
                write!(
                    f,
                    " is newer: found `version` {found}, expected at most {expected}"
                )
            }
            Self::Size { found, expected } => {
                write!(f, ": found {found} bytes, expected {expected}")
            }
            Self::Checksum { found, expected } => {
                write!(f, ": found `crc32` {found:08x}, expected {expected:08x}")
            }
            Self::Value {
                key,
                found,
                expected,
            } => {
                write!(f, ": `{key}`: found {found}, expected {expected}")
            }
            Self::OtherRun { found, expected } => {
                write!(
                    f,
                    " belongs to another run: found `run` {found:?}, expected {expected:?}"
                )
            }
            Self::Name { found } => write!(f, ": {found:?} cannot be the name of a checkpoint"),
            Self::RunId { found } => write!(f, ": {found:?} cannot be the id of a run"),
            Self::Renamed { expected } => {
                write!(f, " has another name: expected the `name` {expected:?}")
            }
            Self::IsLatest => f.write_str(" is the checkpoint that `latest` names"),
            Self::ReplacesComplete => {
                f.write_str(" has not failed, and a failed checkpoint would replace it")
            }
            Self::Occupied { found } => {
                write!(f, " has {found:?}, which is not of the checkpoint")
            }
            Self::Unfinished => f.write_str(" is unfinished"),
            Self::NoPointer => f.write_str(" is missing, and there are several checkpoints"),
            Self::IsDirectory => f.write_str(" is a directory of checkpoints, and not one of them"),
            Self::IsCheckpoint => {
                f.write_str(" is a checkpoint, and not a directory of checkpoints")
            }
            Self::IsFileOfCheckpoint => f.write_str(" is a file, and not a folder"),
            Self::Locked { waited } => {
                let seconds = waited.as_secs();
                write!(
                    f,
                    " is locked by another process, which did not release it in {seconds} seconds"
                )
            }
        }
    }
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            path,
            problem,
            newest,
        } = &*self.0;
        write!(f, "{}{problem}; {}", path.display(), problem.remedy())?;
        match newest {
            Some(newest) => write!(f, "; the newest whole checkpoint is {}", newest.display()),
            None => Ok(()),
        }
    }
}

callback_runtime::debug_as_display!(CheckpointError);

impl Error for CheckpointError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.problem {
            CheckpointProblem::Operation { error, .. } => Some(error),
            _ => None,
        }
    }
}
