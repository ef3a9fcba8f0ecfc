//! An event file: records with a length, an event, and a checksum of each.

use super::event::{Event, Summary, SummaryValue, What};
use crate::shelf::{FilePosition, RewindFile};
use callback_runtime::BoxError;
use callback_runtime::persist::{Rewind, SinkSync};
use prost::Message;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// The longest time between two flushes of a file that is written to, so that a run can be watched.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

pub(super) struct EventFile {
    to: BufWriter<RewindFile>,
    flushed_at: Instant,
}

impl EventFile {
    /// Creates a file in the folder, and the folder if there is none.
    pub(super) fn create(folder: &Path) -> Result<Self, String> {
        create_folder(folder)?;
        let mut events = Self::of(create_file(folder)?);
        events.write(0, What::FileVersion("brain.Event:2".into()))?;
        events.flush()?;
        Ok(events)
    }

    /// Continues a file at its end.
    pub(super) fn of(file: RewindFile) -> Self {
        Self {
            to: BufWriter::new(file),
            flushed_at: Instant::now(),
        }
    }

    /// Flushes the file, and returns its name and the position after what was written.
    pub(super) fn position(&mut self) -> Result<(String, FilePosition), BoxError> {
        let path = self.to.get_ref().path();
        let name = path.file_name().unwrap_or_default();
        Ok((name.to_string_lossy().into_owned(), self.to.position()?))
    }

    /// Returns what makes durable what was written.
    pub(super) fn sync_later(&mut self) -> Result<Option<SinkSync>, BoxError> {
        self.to.sync_later()
    }

    /// Writes numbers with their tags.
    pub(super) fn write_scalars(
        &mut self,
        step: u64,
        scalars: impl IntoIterator<Item = (String, f64)>,
    ) -> Result<(), String> {
        let value: Vec<SummaryValue> = scalars.into_iter().map(scalar).collect();
        if value.is_empty() {
            return Ok(());
        }
        self.write(step, What::Summary(Summary { value }))
    }

    /// Writes a value that belongs to the whole run.
    pub(super) fn write_of_run(&mut self, value: SummaryValue) -> Result<(), String> {
        let value = vec![value];
        self.write(0, What::Summary(Summary { value }))
    }

    /// Flushes the file if the last flush was long ago.
    pub(super) fn flush_if_due(&mut self) -> Result<(), String> {
        if self.flushed_at.elapsed() < FLUSH_INTERVAL {
            return Ok(());
        }
        self.flush()
    }

    pub(super) fn flush(&mut self) -> Result<(), String> {
        self.flushed_at = Instant::now();
        self.to.flush().map_err(|error| error.to_string())
    }

    /// Removes the file.
    pub(super) fn remove(self) -> Result<(), String> {
        let path = self.to.get_ref().path();
        drop(self.to);
        fs::remove_file(&path).map_err(|error| with_path(&path, &error))
    }

    fn write(&mut self, step: u64, what: What) -> Result<(), String> {
        let event = Event {
            wall_time: now().as_secs_f64(),
            step: i64::try_from(step).unwrap_or(i64::MAX),
            what: Some(what),
        };
        let written = self.to.write_all(&encode_record(&event.encode_to_vec()));
        written.map_err(|error| error.to_string())
    }
}

/// Creates the folder if there is none. Refuses a file or a device in its place.
fn create_folder(folder: &Path) -> Result<(), String> {
    if fs::metadata(folder).is_ok_and(|metadata| !metadata.is_dir()) {
        let folder = folder.display();
        return Err(format!(
            "{folder} is no folder; give `TensorBoard::new` a folder, or a path at which there is nothing"
        ));
    }
    fs::create_dir_all(folder).map_err(|error| with_path(folder, &error))
}

/// Creates a file with a new name. `TensorBoard` recognises event files by the form of their names.
fn create_file(folder: &Path) -> Result<RewindFile, String> {
    let stem = format!(
        "events.out.tfevents.{:010}.{}.{}",
        now().as_secs(),
        host_name(),
        std::process::id()
    );
    let mut number = 0;
    loop {
        let path = folder.join(format!("{stem}.{number}"));
        match File::create_new(&path) {
            Ok(file) => return Ok(RewindFile::of_new(path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(with_path(&path, &error)),
        }
    }
}

/// Returns the name of the machine, without characters that may not be in a file's name, or `localhost` if it is not known.
fn host_name() -> String {
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

/// Encodes a record: the length, its checksum, the data, their checksum. Numbers are little-endian.
fn encode_record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend(length);
    record.extend(masked_checksum(&length).to_le_bytes());
    record.extend(data);
    record.extend(masked_checksum(data).to_le_bytes());
    record
}

/// Computes a checksum that is masked, as the format demands: the checksum of data that contain checksums would be weak.
fn masked_checksum(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the format has single precision"
)]
fn scalar((tag, value): (String, f64)) -> SummaryValue {
    SummaryValue {
        tag,
        simple_value: Some(value as f32),
        ..SummaryValue::default()
    }
}

/// Returns the time since 1970; 0 if the clock of the machine was never set.
fn now() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

fn with_path(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::EventFile;
    use crate::shelf::RewindFile;
    use std::fs::File;
    use std::path::PathBuf;

    #[test]
    fn an_error_of_the_file_names_its_path() {
        let path = PathBuf::from(file!());
        let read_only = File::open(&path)
            .or_else(|_| File::open("Cargo.toml"))
            .unwrap();
        let mut events = EventFile::of(RewindFile::of_new(path.clone(), read_only));
        events.write_scalars(1, [("loss".to_owned(), 0.5)]).unwrap();
        let error = events.flush().unwrap_err();
        let prefix = format!("{}: ", path.display());
        assert!(error.starts_with(&prefix), "{error}");
    }
}
