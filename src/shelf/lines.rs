//! Writes whole lines, also after an error of the file, and goes back when a run is restored.

use super::{FilePosition, RewindFile};
use callback_runtime::persist::{Rewind, SinkSync};
use callback_runtime::{BoxError, CallbackInfo};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

/// Writes lines. A line that an error cut off is completed before the next one, so that no line is glued to another one. A line is lost if
/// the error comes before its first byte is written.
pub(super) struct LineWriter {
    to: Destination,
    /// The bytes to write before the next line: the rest of a line that was cut off, or a queued line.
    pending: Vec<u8>,
    /// The settings of files that were made for a writer.
    misplaced: Vec<&'static str>,
    /// What the report of a restored run says.
    remark: Option<String>,
}

/// What lines are written to.
enum Destination {
    /// It cannot go back.
    Writer(Box<dyn Write + Send>),
    File(RewindFile),
}

impl LineWriter {
    pub(super) fn new(to: impl Write + Send + 'static) -> Self {
        Self::to(Destination::Writer(Box::new(to)))
    }

    pub(super) fn to_file(path: PathBuf) -> Self {
        Self::to(Destination::File(RewindFile::new(path)))
    }

    const fn to(to: Destination) -> Self {
        Self {
            to,
            pending: Vec::new(),
            misplaced: Vec::new(),
            remark: None,
        }
    }

    /// Changes a setting of the file.
    pub(super) fn set(
        mut self,
        name: &'static str,
        set: impl FnOnce(RewindFile) -> RewindFile,
    ) -> Self {
        match self.to {
            Destination::File(file) => self.to = Destination::File(set(file)),
            Destination::Writer(_) => self.misplaced.push(name),
        }
        self
    }

    /// Declares the settings of files that were made for a writer.
    pub(super) fn declare(&self, info: CallbackInfo, logger: &str) -> CallbackInfo {
        self.misplaced.iter().fold(info, |info, name| {
            info.problem(format!(
                "`{name}` is a setting of a file, and this writes to a writer; make it with `{logger}::to_file`"
            ))
        })
    }

    /// Writes a line, which ends with its line break, in one call if the file takes it at once. Then flushes the file.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.complete_line()?;
        self.write_pending()?;
        self.pending.extend_from_slice(line);
        let written = self.write_pending();
        if self.pending.len() == line.len() {
            self.pending.clear();
        }
        written?;
        self.to.flush()
    }

    /// Returns the error of a file that cannot be written, without writing into it.
    pub(super) fn check(&mut self) -> io::Result<()> {
        match &mut self.to {
            Destination::File(file) => file.check_writable(),
            Destination::Writer(to) => {
                // `write_all` would not call the writer at all.
                let _nothing = to.write(&[])?;
                to.flush()
            }
        }
    }

    /// Queues a line that is written before the next one.
    #[cfg(feature = "csv")]
    pub(super) fn queue(&mut self, line: &[u8]) {
        self.pending.extend_from_slice(line);
    }

    /// Returns whether the next line is the first one of a file.
    pub(super) fn begins_file(&mut self) -> io::Result<bool> {
        match &mut self.to {
            Destination::File(file) => Ok(file.is_empty()? && self.pending.is_empty()),
            Destination::Writer(_) => Ok(false),
        }
    }

    /// Returns the file whose lines are continued, to be read; `None` if there are none.
    #[cfg(feature = "csv")]
    pub(super) fn to_continue(&self) -> io::Result<Option<std::fs::File>> {
        match &self.to {
            Destination::File(file) => file.to_continue(),
            Destination::Writer(_) => Ok(None),
        }
    }

    /// Returns the path of the file, if there is one.
    #[cfg(feature = "csv")]
    pub(super) fn path(&self) -> Option<PathBuf> {
        match &self.to {
            Destination::File(file) => Some(file.path()),
            Destination::Writer(_) => None,
        }
    }

    /// Queues the line break of a line that a killed process has left in a file that is continued.
    fn complete_line(&mut self) -> io::Result<()> {
        if let Destination::File(file) = &mut self.to
            && self.pending.is_empty()
            && file.ends_within_line()?
        {
            self.pending.push(b'\n');
        }
        Ok(())
    }

    fn write_pending(&mut self) -> io::Result<()> {
        while !self.pending.is_empty() {
            match self.to.write(&self.pending) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => drop(self.pending.drain(..written.min(self.pending.len()))),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Destination {
    fn as_write(&mut self) -> &mut dyn Write {
        match self {
            Self::Writer(to) => to,
            Self::File(file) => file,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.as_write().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.as_write().flush()
    }
}

/// A writer has no position: it is flushed when a run is saved, and a restored run goes on where it is.
impl Rewind for LineWriter {
    type Position = Option<FilePosition>;

    fn position(&mut self) -> Result<Option<FilePosition>, BoxError> {
        self.write_pending()?;
        match &mut self.to {
            Destination::File(file) => file.position().map(Some),
            Destination::Writer(to) => {
                to.flush()?;
                Ok(None)
            }
        }
    }

    fn sync_later(&mut self) -> Result<Option<SinkSync>, BoxError> {
        match &mut self.to {
            Destination::File(file) => file.sync_later(),
            Destination::Writer(_) => Ok(None),
        }
    }

    fn check(&mut self, to: Option<&Option<FilePosition>>) -> Result<(), BoxError> {
        match &mut self.to {
            Destination::File(file) => file.check(to.and_then(Option::as_ref)),
            Destination::Writer(_) => Ok(()),
        }
    }

    fn rewind(&mut self, to: Option<FilePosition>) -> Result<(), BoxError> {
        match (&mut self.to, to) {
            (Destination::File(file), Some(to)) => {
                file.rewind(to)?;
                self.pending.clear();
            }
            // The saved run wrote to a writer: the file begins.
            (Destination::File(_), None) => {}
            (Destination::Writer(_), _) => self.remark = Some(CANNOT_GO_BACK.to_owned()),
        }
        Ok(())
    }

    fn remark(&mut self) -> Option<String> {
        match &mut self.to {
            Destination::File(file) => file.remark(),
            Destination::Writer(_) => self.remark.take(),
        }
    }
}

/// What is remarked of a writer when a run is restored.
const CANNOT_GO_BACK: &str = "writes to a writer, which cannot go back: what was written after the run was saved is written again; \
     give it the path of a file with `to_file`";
