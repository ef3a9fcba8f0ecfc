//! Lists the checkpoints of a directory.

use super::contents::CheckpointHead;
use super::dir::CheckpointDir;
use super::error::{CheckpointError, CheckpointProblem};
use super::files::Found;
use super::names::{Hidden, is_name};
use std::path::PathBuf;

/// What a directory has.
///
/// ```
/// # use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-list-{}", std::process::id()));
/// # let checkpoints = CheckpointDir::new(&folder);
/// checkpoints.write(NewCheckpoint::new("epoch-1", "run-a", 1))?;
/// # std::fs::create_dir(folder.join("plots")).unwrap();
/// let listing = checkpoints.list()?;
/// assert_eq!(listing.complete[0].head.name, "epoch-1");
/// // The folder `plots` has no manifest.
/// assert!(listing.skipped[0].path().starts_with(folder.join("plots")));
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Listing {
    /// The checkpoints whose manifest is whole and whose files have their sizes, by their numbers in their runs. Their bytes are verified
    /// when they are read.
    pub complete: Vec<ListedCheckpoint>,
    /// Why the other folders are skipped.
    pub skipped: Vec<CheckpointError>,
}

/// A checkpoint of a [`Listing`].
///
/// ```
/// # use callbacks::checkpoint::{CheckpointDir, ListedCheckpoint, NewCheckpoint};
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-listed-{}", std::process::id()));
/// # let checkpoints = CheckpointDir::new(&folder);
/// # checkpoints.write(NewCheckpoint::new("epoch-1", "run-a", 1))?;
/// for ListedCheckpoint { path, head, .. } in checkpoints.list()?.complete {
///     println!("{}: {} of {}", path.display(), head.sequence, head.run_id);
/// }
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListedCheckpoint {
    /// Its folder.
    pub path: PathBuf,
    /// What its manifest says of it.
    pub head: CheckpointHead,
}

impl CheckpointDir {
    /// Lists the checkpoints of all runs, and why other folders are none. A directory that does not exist has none.
    pub fn list(&self) -> Result<Listing, CheckpointError> {
        let names = self.names()?;
        let mut listing = Listing::default();
        for folder in &names {
            match self.listed(folder, &names) {
                Ok(listed) => listing.complete.extend(listed),
                Err(error) => listing.skipped.push(error),
            }
        }
        let by_number = |listed: &ListedCheckpoint| {
            let head = &listed.head;
            (head.sequence, head.name.clone())
        };
        listing.complete.sort_by_key(by_number);
        Ok(listing)
    }

    /// Returns the checkpoint of a folder. `None` if it is no folder, or one of something else that is hidden.
    fn listed(
        &self,
        folder: &str,
        names: &[String],
    ) -> Result<Option<ListedCheckpoint>, CheckpointError> {
        let path = self.path.join(folder);
        let name = match Hidden::parse(folder) {
            // The write that replaced it was cut short.
            Some((_, Hidden::Replaced(name))) if !names.contains(&name) => name,
            Some(_) => return Err(CheckpointError::new(path, CheckpointProblem::Unfinished)),
            None => folder.to_owned(),
        };
        if !is_name(&name) || self.find(&path)? != Some(Found::Folder) {
            return Ok(None);
        }
        let head = self.head(&path)?;
        if head.name == name {
            return Ok(Some(ListedCheckpoint { path, head }));
        }
        let expected = head.name;
        Err(CheckpointError::new(
            path,
            CheckpointProblem::Renamed { expected },
        ))
    }
}
