//! The event file of a run in its folder, which goes back when a run is restored.

use super::file::EventFile;
use crate::shelf::{FilePosition, RewindFile};
use callback_runtime::BoxError;
use callback_runtime::persist::{Rewind, SinkSync};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

pub(super) struct EventFolder {
    path: PathBuf,
    /// Whether a restored run begins a new file if it cannot go back in the one that is there.
    pub(super) or_new_file: bool,
    /// The file of the run under way; `None` before its first scope.
    file: Option<EventFile>,
    /// The file that was checked last.
    checked: Option<RewindFile>,
    /// Why a new file was begun.
    remark: Option<String>,
}

impl EventFolder {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            or_new_file: false,
            file: None,
            checked: None,
            remark: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the run has a file.
    pub(super) const fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Returns the file of the run, which is created if there is none.
    pub(super) fn open(&mut self) -> Result<&mut EventFile, String> {
        let file = match self.file.take() {
            Some(file) => file,
            None => EventFile::create(&self.path)?,
        };
        Ok(self.file.insert(file))
    }

    pub(super) fn flush(&mut self) -> Result<(), String> {
        self.file.as_mut().map_or(Ok(()), EventFile::flush)
    }

    /// Flushes the file if the last flush was long ago.
    pub(super) fn flush_if_due(&mut self) -> Result<(), String> {
        self.file.as_mut().map_or(Ok(()), EventFile::flush_if_due)
    }

    /// Ends the file of the run, and returns it.
    pub(super) fn take(&mut self) -> Option<EventFile> {
        self.file.take()
    }

    /// Returns the event file of a saved run.
    fn saved_file(&self, name: &str) -> Result<RewindFile, String> {
        let path = Path::new(name);
        if path.file_name() != Some(OsStr::new(name)) {
            return Err(format!(
                "`{name}` is no name of a file in {}",
                self.path.display()
            ));
        }
        Ok(RewindFile::new(self.path.join(path)))
    }

    fn rewind_file(&mut self, name: &str, to: FilePosition) -> Result<EventFile, BoxError> {
        let mut file = match self.checked.take() {
            Some(file) => file,
            None => self.saved_file(name)?,
        };
        file.rewind(to)?;
        Ok(EventFile::of(file))
    }
}

/// The name of the event file, and a position in it; nothing before there is a file.
impl Rewind for EventFolder {
    type Position = Option<(String, FilePosition)>;

    fn position(&mut self) -> Result<Self::Position, BoxError> {
        self.file.as_mut().map(EventFile::position).transpose()
    }

    fn sync_later(&mut self) -> Result<Option<SinkSync>, BoxError> {
        let sync = self.file.as_mut().map(EventFile::sync_later);
        Ok(sync.transpose()?.flatten())
    }

    /// A run that begins anew has a new file.
    fn check(&mut self, to: Option<&Self::Position>) -> Result<(), BoxError> {
        self.checked = None;
        let Some(Some((name, at))) = to else {
            return Ok(());
        };
        let mut file = self.saved_file(name)?;
        match file.check(Some(at)) {
            Err(error) if !self.or_new_file => return Err(error),
            Err(_) => {}
            Ok(()) => self.checked = Some(file),
        }
        Ok(())
    }

    fn rewind(&mut self, to: Self::Position) -> Result<(), BoxError> {
        self.file = None;
        let Some((name, at)) = to else {
            return Ok(());
        };
        match self.rewind_file(&name, at) {
            Ok(file) => self.file = Some(file),
            Err(why) if self.or_new_file => {
                self.remark = Some(format!("goes on in a new file: {why}"));
            }
            Err(why) => return Err(why),
        }
        Ok(())
    }

    fn remark(&mut self) -> Option<String> {
        self.remark.take()
    }
}
