//! What a checkpoint has: the saved run, and what is known about it without loading it.

use super::CheckpointError;
use callback_runtime::persist::SavedRun;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A checkpoint that is to be written.
///
/// ```
/// use callbacks::checkpoint::NewCheckpoint;
///
/// let new = NewCheckpoint {
///     reason: "periodic".to_owned(),
///     numbers: [("valid_loss".to_owned(), 0.25)].into(),
///     ..NewCheckpoint::new("epoch-3", "run-a", 3)
/// };
/// assert!(!new.failed);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewCheckpoint {
    /// The name of its folder. One of this name and this run is replaced.
    pub name: String,
    /// The id of the run: letters of ASCII, digits, `-` and `_`. A run that continues keeps it.
    pub run_id: String,
    /// The number of the checkpoint in its run. Later ones have larger numbers.
    pub sequence: u64,
    /// Why it is written: `periodic`, `interrupted`, …
    pub reason: String,
    /// Whether the run has failed. Such a checkpoint never becomes `latest`.
    pub failed: bool,
    /// Numbers by which it is chosen: a metric, the epoch.
    pub numbers: BTreeMap<String, f64>,
    /// The run at this moment.
    pub saved: SavedRun,
}

impl NewCheckpoint {
    /// Returns a checkpoint without reason and numbers, of an empty run.
    pub fn new(name: impl Into<String>, run_id: impl Into<String>, sequence: u64) -> Self {
        Self {
            name: name.into(),
            run_id: run_id.into(),
            sequence,
            ..Self::default()
        }
    }
}

/// What a manifest says of its checkpoint, but for the run itself.
///
/// ```
/// # use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-head-{}", std::process::id()));
/// # let checkpoints = CheckpointDir::new(&folder);
/// let mut new = NewCheckpoint::new("best", "run-a", 7);
/// new.numbers.insert("valid_loss".to_owned(), 0.25);
/// checkpoints.write(new)?;
///
/// let head = checkpoints.read("best")?.head;
/// assert_eq!((head.run_id.as_str(), head.sequence, head.numbers["valid_loss"]), ("run-a", 7, 0.25));
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CheckpointHead {
    /// The version of this crate that wrote it.
    pub crate_version: String,
    /// The name under which it was written.
    pub name: String,
    /// The id of its run.
    pub run_id: String,
    /// Its number in its run.
    pub sequence: u64,
    /// The name of the loop.
    pub loop_name: String,
    /// Why it was written.
    pub reason: String,
    /// Whether the run had failed.
    pub failed: bool,
    /// Numbers by which it is chosen.
    pub numbers: BTreeMap<String, f64>,
}

impl CheckpointHead {
    pub(super) fn of(new: &NewCheckpoint) -> Self {
        Self {
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            name: new.name.clone(),
            run_id: new.run_id.clone(),
            sequence: new.sequence,
            loop_name: new.saved.loop_name().to_owned(),
            reason: new.reason.clone(),
            failed: new.failed,
            numbers: new.numbers.clone(),
        }
    }
}

/// A checkpoint that was read. All of its bytes are verified.
///
/// ```
/// # use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-read-{}", std::process::id()));
/// # let checkpoints = CheckpointDir::new(&folder);
/// checkpoints.write(NewCheckpoint::new("best", "run-a", 7))?;
/// let read = checkpoints.read("best")?;
/// assert!(read.path.ends_with("best"));
/// assert_eq!(read.saved.callbacks().count(), 0);
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SavedCheckpoint {
    /// Its folder.
    pub path: PathBuf,
    /// What its manifest says of it.
    pub head: CheckpointHead,
    /// The run, for [`Plan::restore`](crate::Plan::restore).
    pub saved: SavedRun,
}

/// What a write did. The checkpoint is durable.
///
/// ```
/// # use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-written-{}", std::process::id()));
/// # let checkpoints = CheckpointDir::new(&folder);
/// let written = checkpoints.write(NewCheckpoint::new("best", "run-a", 7))?;
/// assert!(written.path.join("manifest.json").is_file());
/// assert!(written.bytes > 0 && written.leftovers.is_empty());
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Written {
    /// The folder of the checkpoint.
    pub path: PathBuf,
    /// The bytes of its files.
    pub bytes: u64,
    /// Why hidden files of the run could not be removed. The next write tries it again.
    pub leftovers: Vec<CheckpointError>,
}
