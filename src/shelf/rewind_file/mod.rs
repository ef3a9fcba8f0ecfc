//! A file that is written along the way, and that goes back when a run is restored.

mod checksum;
mod open;
mod position;
mod verify;

use callback_runtime::BoxError;
use callback_runtime::persist::{Rewind, SinkSync};
use checksum::Checksum;
use open::{open, sync, with_path};
pub use position::FilePosition;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use verify::verify;

/// A file that a run writes along the way, for callbacks of your own: `Csv::to_file` and `JsonLines::to_file` write into one. It is opened
/// when the first bytes are written, or when the run is saved. By then a restored run has gone back to its [position](Rewind). A file that is
/// at the path in a run that begins anew is replaced, unless it is to be [continued](Self::append).
///
/// A restored run checks that the file is that of the saved run: it has the bytes that the saved run had written, which a checksum tells. It
/// cuts off what was written later, such as by a process that was killed, and goes on. Any other file, or none, fails the run, and stays
/// as it is, also if the saved run has no position in it, or is resumed without its callbacks; see [`or_new_file`](Self::or_new_file).
///
/// Write nothing in `on_enter`, which comes before a run is restored. Bytes are handed to the operating system at once; for small pieces wrap
/// the file into a [`BufWriter`](std::io::BufWriter), which can go back, too. Flush it at `on_exit`.
///
/// A checkpoint makes durable what was written before it, on the thread that writes it. So a failure of power takes only what a run that continues
/// it writes again.
///
/// ```
/// use callbacks::persist::Fields;
/// use callbacks::prelude::*;
/// use callbacks::shelf::RewindFile;
/// use std::io::{self, BufWriter, Write};
/// # use doc_models::Well;
///
/// /// Writes the trajectory of a system: eight bytes for each step.
/// struct Trajectory {
///     file: BufWriter<RewindFile>,
/// }
///
/// impl Trajectory {
///     fn persist(&mut self, fields: &mut Fields<'_>) {
///         fields.rewind("file", &mut self.file);
///     }
/// }
///
/// #[callback(Driver, register = false, persist = Self::persist)]
/// impl Trajectory {
///     fn on_step_end(&mut self, record: &Record) -> io::Result<()> {
///         let energy = record.value("energy").and_then(|energy| energy.part("mean"));
///         self.file.write_all(&energy.unwrap_or(f64::NAN).to_le_bytes())
///     }
///
///     fn on_exit(&mut self) -> io::Result<()> {
///         self.file.flush()
///     }
/// }
///
/// let path = std::env::temp_dir().join(format!("callbacks-trajectory-{}", std::process::id()));
/// let trajectory = Trajectory { file: BufWriter::new(RewindFile::new(&path)) };
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(trajectory);
/// assert!(driver.run(2)?.is_finished());
/// assert_eq!(std::fs::read(&path)?, [1.25_f64.to_le_bytes(), 0.5_f64.to_le_bytes()].concat());
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RewindFile {
    /// The path that the program gave.
    path: PathBuf,
    /// The number of the file that is written: 1 for the one at the path, 2 for the first one beside it, and so on.
    number: u32,
    /// Whether a run that begins anew continues a file that is there.
    appends: bool,
    /// Whether a restored run begins a new file if it cannot go back in the one that is there.
    or_new_file: bool,
    /// The file; `None` before it is opened.
    file: Option<File>,
    /// What the file has, since it was opened.
    written: Checksum,
    /// Whether the name of the file is durable.
    has_durable_name: Arc<AtomicBool>,
    /// The position that was checked last, and the checksum of what is before it.
    checked: Option<(FilePosition, Checksum)>,
    /// Why a new file is begun when the file is opened.
    begins_beside: Option<String>,
    /// Why a new file was begun.
    remark: Option<String>,
}

impl RewindFile {
    /// Writes into the file at the path.
    ///
    /// ```
    /// # use callbacks::shelf::RewindFile;
    /// # use std::io::Write;
    /// # let path = std::env::temp_dir().join(format!("callbacks-rewind-{}", std::process::id()));
    /// std::fs::write(&path, "old")?;
    /// let mut file = RewindFile::new(&path);
    /// assert_eq!(std::fs::read_to_string(&path)?, "old");
    /// file.write_all(b"new")?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "new");
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            number: 1,
            appends: false,
            or_new_file: false,
            file: None,
            written: Checksum::EMPTY,
            has_durable_name: Arc::default(),
            checked: None,
            begins_beside: None,
            remark: None,
        }
    }

    /// Wraps a file that was created just now at the path.
    #[cfg(feature = "tensorboard")]
    pub(super) fn of_new(path: PathBuf, file: File) -> Self {
        let mut this = Self::new(path);
        this.file = Some(file);
        this
    }

    /// Continues a file that is there when a run begins anew, and does not replace it.
    ///
    /// ```
    /// # use callbacks::shelf::RewindFile;
    /// # use std::io::Write;
    /// # let path = std::env::temp_dir().join(format!("callbacks-append-{}", std::process::id()));
    /// std::fs::write(&path, "first, ")?;
    /// RewindFile::new(&path).append().write_all(b"second")?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "first, second");
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn append(mut self) -> Self {
        self.appends = true;
        self
    }

    /// Begins a new file if a restored run cannot go back: if the file is missing, is shorter than it was, was edited, or belongs to another
    /// run, or if there is a file in which the saved run, as it is resumed, has no position. The new file is beside the other one, with a number: `metrics.2.csv` for `metrics.csv`. The outcome of the run has a remark.
    ///
    /// ```
    /// use callbacks::persist::Rewind;
    /// use callbacks::shelf::RewindFile;
    /// use std::io::Write;
    ///
    /// let folder = std::env::temp_dir();
    /// let path = folder.join(format!("callbacks-metrics-{}.csv", std::process::id()));
    /// let mut file = RewindFile::new(&path);
    /// file.write_all(b"step,energy\n")?;
    /// let position = file.position()?;
    /// std::fs::write(&path, "edited\n")?;
    ///
    /// assert!(RewindFile::new(&path).check(Some(&position)).is_err());
    /// let mut file = RewindFile::new(&path).or_new_file();
    /// file.rewind(position)?;
    /// assert!(file.path().to_string_lossy().ends_with(".2.csv"));
    /// # std::fs::remove_file(file.path())?;
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn or_new_file(mut self) -> Self {
        self.or_new_file = true;
        self
    }

    /// Returns the path of the file that is written.
    pub fn path(&self) -> PathBuf {
        self.numbered(self.number)
    }

    /// Returns the path with a number before its extension; without one for the number 1.
    fn numbered(&self, number: u32) -> PathBuf {
        if number < 2 {
            return self.path.clone();
        }
        let mut name = self.path.file_stem().unwrap_or_default().to_owned();
        name.push(format!(".{number}"));
        if let Some(extension) = self.path.extension() {
            name.push(".");
            name.push(extension);
        }
        self.path.with_file_name(name)
    }

    /// Opens the file if it is not open.
    fn open(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.begin()?,
        };
        Ok(self.file.insert(file))
    }

    /// Refuses to replace a file in a run that is restored without a position in it.
    fn check_replaces_nothing(&mut self) -> io::Result<()> {
        let path = self.path();
        let has_content = fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() > 0);
        if self.appends || self.file.is_some() || !has_content {
            return Ok(());
        }
        let why = format!(
            "{} is there, and the saved run has no position in it",
            path.display()
        );
        if !self.or_new_file {
            return Err(io::Error::other(format!("{why}; {NO_POSITION}")));
        }
        self.remark = Some(format!("goes on in a new file: {why}"));
        self.begins_beside = Some(why);
        Ok(())
    }

    /// Opens the file of a run that begins anew.
    fn begin(&mut self) -> io::Result<File> {
        if let Some(why) = self.begins_beside.take() {
            let file = self.create_beside(&why);
            self.remark = None;
            return file;
        }
        let path = self.path();
        let length = if self.appends { None } else { Some(0) };
        let mut file = open(&path, length)?;
        self.written = Checksum::of(&mut file).map_err(|error| with_path(&path, &error))?;
        Ok(file)
    }

    /// Returns whether the file has no byte, after it was opened.
    #[cfg(any(feature = "csv", feature = "json"))]
    pub(super) fn is_empty(&mut self) -> io::Result<bool> {
        self.open()?;
        Ok(self.written.length == 0)
    }

    /// Whether the file ends within a line, after it was opened.
    #[cfg(any(feature = "csv", feature = "json"))]
    pub(super) fn ends_within_line(&mut self) -> io::Result<bool> {
        self.open()?;
        Ok(self.written.last.is_some_and(|byte| byte != b'\n'))
    }

    /// Returns the file whose content is continued, to be read; `None` if there is nothing in it.
    #[cfg(feature = "csv")]
    pub(super) fn to_continue(&self) -> io::Result<Option<File>> {
        let may_have_content = match self.file {
            Some(_) => self.written.length > 0,
            None => self.appends,
        };
        if !may_have_content {
            return Ok(None);
        }
        let path = self.path();
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(with_path(&path, &error)),
        }
    }

    /// Returns the error of a file that cannot be written. Leaves the file as it is, and creates none.
    #[cfg(any(feature = "csv", feature = "json"))]
    pub(super) fn check_writable(&self) -> io::Result<()> {
        match self.file {
            Some(_) => Ok(()),
            None => open::check_writable(&self.path()),
        }
    }

    /// Returns what makes the file durable, so that no checkpoint is of one that a failure of power has cut.
    fn sync_file(&mut self) -> io::Result<SinkSync> {
        let path = self.path();
        let file = self.open()?.try_clone();
        let file = file.map_err(|error| with_path(&path, &error))?;
        let has_durable_name = self.has_durable_name.clone();
        Ok(SinkSync::new(move || {
            let is_new = !has_durable_name.load(Ordering::Relaxed);
            sync(&path, &file, is_new).map_err(|error| with_path(&path, &error))?;
            has_durable_name.store(true, Ordering::Relaxed);
            Ok(())
        }))
    }

    /// Creates the first file beside the path that is not there.
    fn create_beside(&mut self, why: &str) -> io::Result<File> {
        loop {
            self.number += 1;
            let path = self.path();
            match File::create_new(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(with_path(&path, &error)),
                Ok(file) => {
                    self.written = Checksum::EMPTY;
                    self.remark = Some(format!("goes on in {}: {why}", path.display()));
                    return Ok(file);
                }
            }
        }
    }

    /// Cuts off what is behind the position, and continues there. `written` is the checksum of what is before it.
    fn cut(&mut self, at: FilePosition, written: Checksum) -> io::Result<()> {
        let path = self.numbered(at.number);
        let file = open(&path, Some(at.length))?;
        (self.number, self.file, self.written) = (at.number, Some(file), written);
        Ok(())
    }
}

/// Writes at the end of the file.
impl Write for RewindFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.open()?.write(bytes);
        let count = written.map_err(|error| with_path(&self.path(), &error))?;
        self.written.add(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.as_mut().map_or(Ok(()), File::flush);
        flushed.map_err(|error| with_path(&self.path(), &error))
    }
}

impl Rewind for RewindFile {
    type Position = FilePosition;

    fn position(&mut self) -> Result<FilePosition, BoxError> {
        self.open()?;
        self.flush()?;
        Ok(FilePosition::new(self.number, self.written))
    }

    fn sync_later(&mut self) -> Result<Option<SinkSync>, BoxError> {
        Ok(Some(self.sync_file()?))
    }

    fn check(&mut self, to: Option<&FilePosition>) -> Result<(), BoxError> {
        let Some(to) = to else {
            return Ok(self.check_replaces_nothing()?);
        };
        let verified = verify(&self.numbered(to.number), *to);
        self.checked = verified.as_ref().ok().map(|written| (*to, *written));
        match verified {
            Err(why) if !self.or_new_file => Err(why.into_error().into()),
            _ => Ok(()),
        }
    }

    fn rewind(&mut self, to: FilePosition) -> Result<(), BoxError> {
        (self.file, self.begins_beside) = (None, None);
        self.has_durable_name = Arc::default();
        let checked = self.checked.take().filter(|(at, _)| *at == to);
        let verified = match checked {
            Some((_, written)) => Ok(written),
            None => verify(&self.numbered(to.number), to),
        };
        match verified {
            Ok(written) => self.cut(to, written)?,
            Err(why) if self.or_new_file => self.file = Some(self.create_beside(&why.to_string())?),
            Err(why) => return Err(why.into_error().into()),
        }
        Ok(())
    }

    fn remark(&mut self) -> Option<String> {
        self.remark.take()
    }
}

/// What to do about a file that a restored run would replace.
const NO_POSITION: &str = "resume with what callbacks remember, give the callback the name that it had in the saved run, \
     go on in the file with `append()`, begin a new one beside it with `or_new_file()`, or move it away";
