//! Replaces whole files: a reader finds the old file or the new one, and never a part.

use callback_runtime::BoxError;
use std::fmt;
use std::fs::{self, File, FileType};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a new file beside the one at `path`, and renames it when it is complete. Symbolic links stay: their target is replaced. Refuses
/// to replace anything but a regular file.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), BoxError> {
    write_beside(path, write, |unfinished, target| {
        fs::rename(unfinished, target)
    })
}

/// Does what [`replace`] does, and then removes the new file instead of renaming it.
pub(super) fn try_to_replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), BoxError> {
    write_beside(path, write, |unfinished, _| fs::remove_file(unfinished))
}

/// Writes a new file beside the one at `path`, and calls `finish` with both paths when it is complete.
fn write_beside(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    finish: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<(), BoxError> {
    check_is_file(path, fs::metadata(path))?;
    let target = resolve_links(path);
    let mut unfinished = target.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    remove_unfinished(&unfinished)?;
    let file = File::create_new(&unfinished).map_err(|error| with_path(&unfinished, &error))?;
    let replaced = copy_permissions(&target, &file)
        .and_then(|()| write_all(file, write))
        .and_then(|()| finish(&unfinished, &target));
    if replaced.is_err() {
        // The first error is returned.
        let _ = fs::remove_file(&unfinished);
    }
    Ok(replaced.map_err(|error| with_path(path, &error))?)
}

/// Gives the new file the permissions of the old one, so that a private file stays private.
fn copy_permissions(target: &Path, file: &File) -> io::Result<()> {
    match fs::metadata(target) {
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

/// Removes the unfinished file of a program that was killed. Refuses anything else with that name: it is not ours, and writing to a link
/// would change its target.
fn remove_unfinished(unfinished: &Path) -> Result<(), BoxError> {
    let metadata = fs::symlink_metadata(unfinished);
    let exists = metadata.is_ok();
    check_is_file(unfinished, metadata)?;
    if exists {
        fs::remove_file(unfinished).map_err(|error| with_path(unfinished, &error))?;
    }
    Ok(())
}

/// Refuses anything but a regular file, or nothing, at `path`.
fn check_is_file(path: &Path, metadata: io::Result<fs::Metadata>) -> Result<(), BoxError> {
    match metadata {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(metadata) => Err(NotAFile {
            path: path.to_owned(),
            kind: kind_name(metadata.file_type()),
        }
        .into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(with_path(path, &error).into()),
    }
}

/// Every operating system refuses more symbolic links in a row.
const MAX_LINKS: usize = 64;

/// Follows symbolic links. There need not be a file at their end.
fn resolve_links(path: &Path) -> PathBuf {
    let mut resolved = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&resolved) else {
            break;
        };
        resolved.pop();
        resolved.push(target);
    }
    resolved
}

fn with_path(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

pub(super) fn kind_name(file_type: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_char_device() || file_type.is_block_device() {
            return "a device";
        }
        if file_type.is_fifo() {
            return "a pipe";
        }
        if file_type.is_socket() {
            return "a socket";
        }
    }
    match (file_type.is_dir(), file_type.is_symlink()) {
        (true, _) => "a folder",
        (_, true) => "a symbolic link",
        _ => "something other than a file",
    }
}

/// The cause of the failure of [`SaveState::to_file`](super::SaveState::to_file) if there is a device, a folder or something else in place
/// of the file. It stays as it is.
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
/// assert_eq!((&why.path, why.kind), (&folder, "a folder"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAFile {
    /// The path.
    pub path: PathBuf,
    /// What is there: `a folder`, `a device`, …
    pub kind: &'static str,
}

impl fmt::Display for NotAFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kind } = self;
        write!(
            f,
            "{} is {kind}, and only a file is replaced; give `SaveState::to_file` the path of a file, \
             or write there with `SaveState::new`",
            path.display()
        )
    }
}

callback_runtime::debug_as_display!(NotAFile);

impl std::error::Error for NotAFile {}

#[cfg(all(test, unix))]
mod tests {
    use super::kind_name;

    #[test]
    fn a_device_is_called_a_device() {
        let metadata = std::fs::metadata("/dev/null").unwrap();
        assert_eq!(kind_name(metadata.file_type()), "a device");
    }
}
