//! Writes whole lines, also after an error of the file.

use std::io::{self, ErrorKind, Write};

/// Writes lines. A line that an error cut off is completed before the next one, so that no line is glued to another one. A line is lost if
/// the error comes before its first byte is written.
pub(super) struct LineWriter {
    to: Box<dyn Write + Send>,
    /// The bytes to write before the next line: the rest of a line that was cut off, or a queued line.
    pending: Vec<u8>,
}

impl LineWriter {
    pub(super) fn new(to: impl Write + Send + 'static) -> Self {
        Self {
            to: Box::new(to),
            pending: Vec::new(),
        }
    }

    /// Writes a line, which ends with its line break, in one call if the file takes it at once. Then flushes the file.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
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
        // `write_all` would not call the file at all.
        let _nothing = self.to.write(&[])?;
        self.to.flush()
    }

    /// Queues a line that is written before the next one.
    #[cfg(feature = "csv")]
    pub(super) fn queue(&mut self, line: &[u8]) {
        self.pending.extend_from_slice(line);
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
