//! An event file: records of a length, an event, and a checksum of either.

use super::event::{Event, Scalar, Summary, What};
use prost::Message;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long what was written may wait for who watches the run.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct EventFile {
    path: PathBuf,
    to: BufWriter<File>,
    flushed: Instant,
}

impl EventFile {
    /// A new file in the folder, which is made if there is none.
    pub(super) fn create(folder: &Path) -> Result<Self, String> {
        make(folder)?;
        let (path, file) = create_new(folder)?;
        let mut events = Self {
            path,
            to: BufWriter::new(file),
            flushed: Instant::now(),
        };
        events.write(0, What::FileVersion("brain.Event:2".into()))?;
        events.flush()?;
        Ok(events)
    }

    /// Writes numbers by their tags.
    pub(super) fn scalars(
        &mut self,
        step: u64,
        scalars: impl IntoIterator<Item = (String, f64)>,
    ) -> Result<(), String> {
        let value: Vec<Scalar> = scalars.into_iter().map(scalar).collect();
        if value.is_empty() {
            return Ok(());
        }
        self.write(step, What::Summary(Summary { value }))
    }

    /// Flushes what has waited for long enough.
    pub(super) fn flush_now_and_then(&mut self) -> Result<(), String> {
        if self.flushed.elapsed() < PATIENCE {
            return Ok(());
        }
        self.flush()
    }

    pub(super) fn flush(&mut self) -> Result<(), String> {
        self.flushed = Instant::now();
        let flushed = self.to.flush();
        flushed.map_err(|error| told(&self.path, &error))
    }

    fn write(&mut self, step: u64, what: What) -> Result<(), String> {
        let event = Event {
            wall_time: now().as_secs_f64(),
            step: i64::try_from(step).unwrap_or(i64::MAX),
            what: Some(what),
        };
        let written = self.to.write_all(&record(&event.encode_to_vec()));
        written.map_err(|error| told(&self.path, &error))
    }
}

/// A file or a device that stands where the folder is to be stays as it is.
fn make(folder: &Path) -> Result<(), String> {
    if fs::metadata(folder).is_ok_and(|found| !found.is_dir()) {
        let folder = folder.display();
        return Err(format!(
            "{folder} is no folder; give `TensorBoard::new` a folder, or a path at which there is nothing"
        ));
    }
    fs::create_dir_all(folder).map_err(|error| told(folder, &error))
}

/// `TensorBoard` knows event files by their name. No two of them have the same.
fn create_new(folder: &Path) -> Result<(PathBuf, File), String> {
    let stem = format!(
        "events.out.tfevents.{:010}.{}.{}",
        now().as_secs(),
        host(),
        std::process::id()
    );
    let mut nth = 0;
    loop {
        let path = folder.join(format!("{stem}.{nth}"));
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => nth += 1,
            Err(error) => return Err(told(&path, &error)),
        }
    }
}

/// The machine's name, as far as it can be told, of letters that are good for a file's.
fn host() -> String {
    let name = ["HOSTNAME", "COMPUTERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    let name = name.or_else(|| fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let mut name = name.unwrap_or_default();
    name.retain(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    if name.is_empty() {
        "localhost".into()
    } else {
        name
    }
}

/// A record: the length, its checksum, the data, their checksum; numbers with their lowest byte first.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend(length);
    record.extend(masked_checksum(&length).to_le_bytes());
    record.extend(data);
    record.extend(masked_checksum(data).to_le_bytes());
    record
}

/// The checksum is turned and moved, so that one of data with checksums in it is none of theirs.
fn masked_checksum(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the format has single precision"
)]
fn scalar((tag, value): (String, f64)) -> Scalar {
    Scalar {
        tag,
        simple_value: Some(value as f32),
    }
}

/// A clock before 1970 is one that was never set.
fn now() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

fn told(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::EventFile;
    use std::fs::File;
    use std::io::BufWriter;
    use std::path::PathBuf;
    use std::time::Instant;

    #[test]
    fn what_cannot_be_written_is_reported_with_the_file() {
        let path = PathBuf::from(file!());
        let read_only = File::open(&path)
            .or_else(|_| File::open("Cargo.toml"))
            .unwrap();
        let mut events = EventFile {
            path: path.clone(),
            to: BufWriter::new(read_only),
            flushed: Instant::now(),
        };
        events.scalars(1, [("loss".to_owned(), 0.5)]).unwrap();
        let told = events.flush().unwrap_err();
        assert!(told.starts_with(&format!("{}: ", path.display())), "{told}");
    }
}
