//! Files that are replaced as wholes: a reader finds the old one or the new one, and no half.

use callback_runtime::BoxError;
use std::fmt;
use std::fs::{self, File, FileType};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file beside the one at `path`, and renames it into its place once it is whole. Through symbolic links it replaces what they
/// lead to, and leaves them as they are. Only a regular file is replaced.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), BoxError> {
    refuse_unless_file(path, fs::metadata(path))?;
    let place = place_of(path);
    let mut unfinished = place.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    remove_left_over(&unfinished)?;
    let file = File::create_new(&unfinished).map_err(|error| with_path(&unfinished, &error))?;
    let replaced = keep_permissions(&place, &file)
        .and_then(|()| write_all(file, write))
        .and_then(|()| fs::rename(&unfinished, &place));
    if replaced.is_err() {
        // The first error is the one that is returned.
        let _ = fs::remove_file(&unfinished);
    }
    Ok(replaced.map_err(|error| with_path(path, &error))?)
}

/// A file that only its owner may read stays so.
fn keep_permissions(place: &Path, file: &File) -> io::Result<()> {
    match fs::metadata(place) {
        Ok(old) => file.set_permissions(old.permissions()),
        Err(_) => Ok(()),
    }
}

fn write_all(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    write(&mut file)?;
    file.flush()?;
    file.get_ref().sync_all()
}

/// A program that was killed may have left an unfinished file. Anything else of that name is not ours, and a link would be written
/// through.
fn remove_left_over(unfinished: &Path) -> Result<(), BoxError> {
    let found = fs::symlink_metadata(unfinished);
    let is_there = found.is_ok();
    refuse_unless_file(unfinished, found)?;
    if is_there {
        fs::remove_file(unfinished).map_err(|error| with_path(unfinished, &error))?;
    }
    Ok(())
}

fn refuse_unless_file(path: &Path, found: io::Result<fs::Metadata>) -> Result<(), BoxError> {
    match found {
        Ok(found) if found.is_file() => Ok(()),
        Ok(found) => Err(NotAFile {
            path: path.to_owned(),
            is: kind_of(found.file_type()),
        }
        .into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(with_path(path, &error).into()),
    }
}

/// More links in a row are refused by every system.
const MOST_LINKS: usize = 64;

/// Where a path leads to: to a file, or to a place at which there is none yet.
fn place_of(path: &Path) -> PathBuf {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&place) else {
            break;
        };
        place.pop();
        place.push(target);
    }
    place
}

fn with_path(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn kind_of(found: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
        if found.is_fifo() {
            return "a pipe";
        }
        if found.is_socket() {
            return "a socket";
        }
    }
    match (found.is_dir(), found.is_symlink()) {
        (true, _) => "a folder",
        (_, true) => "a symbolic link",
        _ => "something other than a file",
    }
}

/// A device, a folder or something else stands where a file is to be replaced. It is left as it is: the cause of the failure of
/// [`SaveState::to_file`](super::SaveState::to_file).
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{NotAFile, SaveState};
/// use std::error::Error;
/// # use doc_models::Well;
///
/// let folder = std::env::temp_dir();
/// let path = folder.clone();
/// let save = SaveState::<Well>::to_file(Period::steps(1), move |_step| path.clone());
/// let outcome = VariationalDriver::new(Well::default()).callback(save).run(1)?;
/// let why = outcome.failed().and_then(Error::source).and_then(|cause| cause.downcast_ref::<NotAFile>()).unwrap();
/// assert_eq!((&why.path, why.is), (&folder, "a folder"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAFile {
    /// Where it stands.
    pub path: PathBuf,
    /// What it is: `a folder`, `a device`, …
    pub is: &'static str,
}

impl fmt::Display for NotAFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, is } = self;
        write!(
            f,
            "{} is {is}, and only a file is replaced; give `SaveState::to_file` the path of a file, \
             or write there with `SaveState::new`",
            path.display()
        )
    }
}

impl std::error::Error for NotAFile {}

#[cfg(all(test, unix))]
mod tests {
    use super::kind_of;

    #[test]
    fn a_device_is_called_one() {
        let found = std::fs::metadata("/dev/null").unwrap();
        assert_eq!(kind_of(found.file_type()), "a device");
    }
}
