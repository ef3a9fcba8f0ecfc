//! Whether a file is the one of a saved run.

use super::FilePosition;
use super::checksum::Checksum;
use super::open::with_path;
use crate::shelf::replace::kind_name;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// What to do about a file that is not the one of the saved run.
const REMEDY: &str =
    "bring back the file of the saved run, or begin a new one beside it with `or_new_file()`";

/// Why a file cannot go back.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is not the one of the saved run.
    Other(String),
    /// It cannot be read.
    Unread(io::Error),
}

/// Writes the reason alone: a run that goes on in a new file needs no remedy.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(found) => f.write_str(found),
            Self::Unread(error) => error.fmt(f),
        }
    }
}

impl Refusal {
    fn new(path: &Path, found: &str) -> Self {
        Self::Other(format!("{} {found}", path.display()))
    }

    /// Returns the error of a run that cannot go on, with what to do.
    pub(super) fn into_error(self) -> io::Error {
        match self {
            Self::Other(found) => io::Error::other(format!("{found}; {REMEDY}")),
            Self::Unread(error) => error,
        }
    }
}

/// Returns the checksum of what is before the position. Refuses a file that is not the one that had this position.
pub(super) fn verify(path: &Path, at: FilePosition) -> Result<Checksum, Refusal> {
    let unread = |error| Refusal::Unread(with_path(path, &error));
    match fs::metadata(path) {
        Ok(found) => check_length(path, &found, at.length)?,
        Err(error) if error.kind() == ErrorKind::NotFound && at.length == 0 => {
            return Ok(Checksum::EMPTY);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let written = at.length;
            let found = format!("is missing, and the saved run had written {written} bytes");
            return Err(Refusal::new(path, &found));
        }
        Err(error) => return Err(unread(error)),
    }
    let checksum = read(path, at.length).map_err(unread)?;
    check_content(path, checksum, at)?;
    Ok(checksum)
}

fn check_length(path: &Path, found: &Metadata, written: u64) -> Result<(), Refusal> {
    if !found.is_file() {
        let kind = kind_name(found.file_type());
        let found = format!("is {kind}, and the saved run had written a file");
        return Err(Refusal::new(path, &found));
    }
    let length = found.len();
    if length < written {
        let found = format!("has {length} bytes, and the saved run had written {written}");
        return Err(Refusal::new(path, &found));
    }
    Ok(())
}

fn check_content(path: &Path, found: Checksum, at: FilePosition) -> Result<(), Refusal> {
    if (found.length, found.crc32()) == (at.length, at.crc32) {
        return Ok(());
    }
    let (length, crc32, expected) = (at.length, found.crc32(), at.crc32);
    let found = format!(
        "was edited, or belongs to another run: its first {length} bytes have the CRC-32 {crc32:08x}, \
         and those of the saved run {expected:08x}"
    );
    Err(Refusal::new(path, &found))
}

/// Computes the checksum of the first bytes of a file.
fn read(path: &Path, length: u64) -> io::Result<Checksum> {
    Checksum::of(&mut File::open(path)?.take(length))
}
