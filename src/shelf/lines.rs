//! Lines of a file: written as wholes, whatever the file does in between.

use std::io::{self, ErrorKind, Write};

/// Writes lines. One that an error cut off is finished before the next is begun, so that none is glued to another; one that was not begun
/// is lost, and its error tells.
pub(super) struct Lines {
    to: Box<dyn Write + Send>,
    /// What is not written yet of a line that was begun.
    rest: Vec<u8>,
}

impl Lines {
    pub(super) fn to(to: impl Write + Send + 'static) -> Self {
        Self {
            to: Box::new(to),
            rest: Vec::new(),
        }
    }

    /// Writes a line, with its end, in one piece if the file takes it so; then flushes.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.settle()?;
        self.rest.extend_from_slice(line);
        let written = self.settle();
        if self.rest.len() == line.len() {
            self.rest.clear();
        }
        written?;
        self.to.flush()
    }

    /// Puts a line before the next one, to be written with it.
    #[cfg(feature = "csv")]
    pub(super) fn owe(&mut self, line: &[u8]) {
        self.rest.extend_from_slice(line);
    }

    fn settle(&mut self) -> io::Result<()> {
        while !self.rest.is_empty() {
            match self.to.write(&self.rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => drop(self.rest.drain(..taken.min(self.rest.len()))),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
