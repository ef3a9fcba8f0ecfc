//! Opens files to write at their end, and cuts them off.

use crate::shelf::replace::kind_name;
use crate::unsupported_sync::ignore_unsupported;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file to write at its end, which is `length` if there is one. Creates the file if there is none.
pub(super) fn open(path: &Path, length: Option<u64>) -> io::Result<File> {
    check_is_file(path)?;
    let cut = length.map_or(Ok(()), |length| set_length(path, length));
    let mut options = OpenOptions::new();
    let options = options.read(true).append(true).create(true);
    let opened = cut.and_then(|()| options.open(path));
    opened.map_err(|error| with_path(path, &error))
}

/// Cuts a file off. A file that is open to append cannot be cut on every system.
fn set_length(path: &Path, length: u64) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(false);
    options.open(path)?.set_len(length)
}

/// Makes the content of a file durable, and the name of one that is new.
pub(super) fn sync(path: &Path, file: &File, is_new: bool) -> io::Result<()> {
    ignore_unsupported(file.sync_data())?;
    // Windows cannot open a folder as a file, and writes its names in order.
    let folder = path.parent().filter(|_| is_new && !cfg!(windows));
    let Some(folder) = folder else {
        return Ok(());
    };
    let here = folder.as_os_str().is_empty().then_some(Path::new("."));
    // A folder that cannot be read has no name that can be made durable.
    File::open(here.unwrap_or(folder))
        .map_or(Ok(()), |folder| ignore_unsupported(folder.sync_all()))
}

/// Returns the error of a file that cannot be written. Leaves the file as it is, and creates none.
#[cfg(any(feature = "csv", feature = "json"))]
pub(super) fn check_writable(path: &Path) -> io::Result<()> {
    check_is_file(path)?;
    try_to_write(path).map_err(|error| with_path(path, &error))
}

#[cfg(any(feature = "csv", feature = "json"))]
fn try_to_write(path: &Path) -> io::Result<()> {
    let exists = fs::exists(path)?;
    let mut options = OpenOptions::new();
    options.append(true).create_new(!exists).open(path)?;
    if exists {
        return Ok(());
    }
    fs::remove_file(path)
}

/// Refuses anything but a file, or nothing, at the path.
fn check_is_file(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            let kind = kind_name(found.file_type());
            let place = path.display();
            let text = format!(
                "{place} is {kind}, and only a file can go back; give the path of a file, or open it as a writer"
            );
            Err(io::Error::other(text))
        }
        _ => Ok(()),
    }
}

/// Returns the error with the path.
pub(super) fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
