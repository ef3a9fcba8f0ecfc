//! Writes records as a table, with a row for each round.

use super::lines::LineWriter;
use super::{DryRun, RewindFile, columns};
use crate::weight;
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, Record, Rounds, Value};
use csv::{IntoInnerError, ReaderBuilder, WriterBuilder};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes comma-separated values: a row for the [`Record`] of each round, in every loop with [`Rounds`]. It has the weight
/// [`LOGGERS`](crate::weight::LOGGERS), so that a row has what callbacks of smaller weight add. Needs the feature `csv`.
///
/// The first column is the number of the round, such as `epoch`. The other columns are those of the first row, the
/// [declared](Self::columns) ones, and those of values that the first round [lacks](Record::lacking). A missing value leaves an empty cell. A
/// value without a column fails the run. A round that was [cut short](crate::shelf#rounds-that-are-cut-short) has no row. Each part of a value has a column, such as `energy.mean`. Column names are
/// unique: a value called `epoch` in an epoch's record, or a value with the name of another value's part, fails the run.
///
/// [`Hyperparameters`](crate::Hyperparameters) are not written: a table has one kind of rows. Write them with `JsonLines`.
///
/// In a [`SanityCheck`](super::SanityCheck) the row and the file are checked, and nothing is written.
///
/// An error of the file fails the run, and the row is lost. A row that was written in part is completed before the next one. Attach the
/// callback with [`on_failure`](callback_runtime::Attachment::on_failure) to continue without the row.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::Csv;
/// # use doc_models::Well;
/// # use std::sync::{Arc, Mutex};
/// # #[derive(Clone, Default)]
/// # struct Shared(Arc<Mutex<Vec<u8>>>);
/// # impl std::io::Write for Shared {
/// #     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> { self.0.lock().unwrap().write(bytes) }
/// #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
/// # }
///
/// # let file = Shared::default();
/// # let written = file.clone();
/// // A file, or another writer.
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Csv::new(file));
/// assert!(driver.run(2)?.is_finished());
/// # let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
/// let rows = ["step,energy.mean,energy.error_of_mean,energy.variance", "1,1.25,1,1", "2,0.5,0.5,0.25"];
/// assert!(written.lines().eq(rows));
/// # Ok::<(), PlanError>(())
/// ```
///
/// # In a run that is restored
///
/// With [`to_file`](Self::to_file), a [restored](callback_runtime::Plan::restore) run continues the file at its position in the saved run: rows
/// that were written later are cut off, and the header is not written again. A file that is missing, is shorter than it was, was edited, or
/// belongs to another run fails the restored run, and stays as it is; see [`or_new_file`](Self::or_new_file).
///
/// A writer cannot go back. The header is not written again, rows that were written after the run was saved are written once more, and the
/// outcome has a remark.
pub struct Csv {
    writer: LineWriter,
    declared: Vec<String>,
    /// The names of all columns, in order; empty before the first row.
    columns: Vec<String>,
    /// The file from which the columns were read, if there is one.
    continued: Option<PathBuf>,
}

/// Column names and values of a row.
type Cells = Vec<(String, String)>;

impl Csv {
    /// Writes to a file or another writer. Each row is flushed, so that it can be read during the run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Csv;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(Csv::new(std::io::stderr()));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(to: impl Write + Send + 'static) -> Self {
        Self::to(LineWriter::new(to))
    }

    /// Writes to the file at the path, which is created at the first row. A run that begins anew replaces the file, unless it
    /// [appends](Self::append), and a [restored run](Self#in-a-run-that-is-restored) continues it. Later runs with the same callback go on in it.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::Csv;
    /// # use doc_models::Well;
    ///
    /// let path = std::env::temp_dir().join(format!("callbacks-csv-{}.csv", std::process::id()));
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Csv::to_file(&path));
    /// assert!(driver.run(2)?.is_finished());
    /// assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 3);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_file(path: impl Into<PathBuf>) -> Self {
        Self::to(LineWriter::to_file(path.into()))
    }

    const fn to(writer: LineWriter) -> Self {
        Self {
            writer,
            declared: Vec::new(),
            columns: Vec::new(),
            continued: None,
        }
    }

    /// Continues a file that is there when a run begins anew, with the columns that the file has and without a second header. A value without
    /// a column fails the run, and a column without a value has an empty cell. A row that a killed process has left unfinished
    /// gets a line break.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Csv;
    /// # use doc_models::Well;
    /// # let path = std::env::temp_dir().join(format!("callbacks-csv-append-{}.csv", std::process::id()));
    /// for _ in 0..2 {
    ///     let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Csv::to_file(&path).append());
    ///     assert!(driver.run(2)?.is_finished());
    /// }
    /// // A header and four rows.
    /// assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 5);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn append(mut self) -> Self {
        self.writer = self.writer.set("append", RewindFile::append);
        self
    }

    /// Lets a restored run begin a new file, if the one that is there is not that of the saved run: `metrics.2.csv` beside `metrics.csv`. The
    /// outcome has a remark.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Csv;
    /// # use doc_models::Line;
    /// let log = Csv::to_file("metrics.csv").or_new_file();
    /// assert!(Trainer::new(Line::default()).callback(log).check().is_ok());
    /// ```
    pub fn or_new_file(mut self) -> Self {
        self.writer = self.writer.set("or_new_file", RewindFile::or_new_file);
        self
    }

    /// Declares columns for values that are not in the first row, such as those that are observed with a period. They come after the columns
    /// of the first row. A value with parts needs a column for each part.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::{Csv, ObservableCallback};
    /// # use doc_models::{Draws, Well};
    ///
    /// let place = |_: &Well, draws: &Draws| Complex { re: draws.0[0], im: 0.0 };
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 })
    ///     .callback(ObservableCallback::new("place", Period::steps(5), place))
    ///     .callback(Csv::new(std::io::stderr()).columns(["place.re", "place.im"]));
    /// assert!(driver.run(10)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn columns<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.declared.extend(names.into_iter().map(Into::into));
        self
    }

    fn write(&mut self, cells: &Cells) -> Result<(), BoxError> {
        if self.columns.is_empty() {
            self.read_columns()?;
        }
        let is_first = self.columns.is_empty();
        if is_first {
            self.set_columns(cells)?;
        }
        if is_first || self.writer.begins_file()? {
            self.writer.queue(&format_line(&self.columns)?);
        }
        let names = cells.iter().map(|(name, _)| name);
        let row = if names.eq(&self.columns) {
            format_line(cells.iter().map(|(_, value)| value))?
        } else {
            format_line(self.arrange(cells)?)?
        };
        Ok(self.writer.write(&row)?)
    }

    /// Returns the error that a row would have, without writing it.
    fn check(&mut self, cells: &Cells) -> Result<(), BoxError> {
        if self.columns.is_empty() {
            self.read_columns()?;
        }
        if self.columns.is_empty() {
            values_by_name(cells)?;
        } else {
            self.arrange(cells)?;
        }
        Ok(self.writer.check()?)
    }

    /// Takes the columns from a file that is continued, if there is anything in it.
    fn read_columns(&mut self) -> Result<(), BoxError> {
        let (Some(file), Some(path)) = (self.writer.to_continue()?, self.writer.path()) else {
            return Ok(());
        };
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(file);
        let header = reader.records().next().transpose();
        let header = header.map_err(|error| format!("{}: {error}", path.display()))?;
        let columns: Vec<String> = header.iter().flatten().map(String::from).collect();
        if !columns.is_empty() {
            self.check_declared(&columns, &path)?;
            (self.columns, self.continued) = (columns, Some(path));
        }
        Ok(())
    }

    /// Refuses a file that lacks a declared column.
    fn check_declared(&self, columns: &[String], path: &Path) -> Result<(), String> {
        let mut declared = self.declared.iter();
        let Some(lacking) = declared.find(|name| !columns.contains(name)) else {
            return Ok(());
        };
        let columns = columns.join("`, `");
        Err(format!(
            "{} has no column `{lacking}`, which is declared; its columns are `{columns}`; {OTHER_FILE}",
            path.display()
        ))
    }

    /// Takes the columns from the first row.
    fn set_columns(&mut self, cells: &Cells) -> Result<(), BoxError> {
        let values = values_by_name(cells)?;
        let declared = self.declared.iter();
        let declared = declared.filter(|name| !values.contains_key(name.as_str()));
        let first = cells.iter().map(|(name, _)| name);
        self.columns = first.chain(declared).cloned().collect();
        Ok(())
    }

    /// Returns the values of a row in the order of the columns.
    fn arrange<'c>(&self, cells: &'c Cells) -> Result<Vec<&'c str>, String> {
        let mut values = values_by_name(cells)?;
        let row = self.columns.iter();
        let row = row.map(|column| values.remove(column.as_str()).unwrap_or_default());
        let row = row.collect();
        let names = cells.iter().map(|(name, _)| name.as_str());
        let unknown: Vec<&str> = names.filter(|name| values.contains_key(name)).collect();
        match (&self.continued, &unknown[..]) {
            (_, []) => Ok(row),
            (Some(path), unknown) => Err(unknown_columns_of(path, unknown)),
            (None, unknown) => Err(unknown_columns(unknown)),
        }
    }
}

/// Formats a line of the file, with its line break.
fn format_line(cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Vec<u8>, BoxError> {
    let mut line = WriterBuilder::new()
        .buffer_capacity(256)
        .from_writer(Vec::new());
    line.write_record(cells)?;
    Ok(line.into_inner().map_err(IntoInnerError::into_error)?)
}

/// Returns the values of a row by the names of their columns. Refuses a row that has a name twice.
fn values_by_name(cells: &Cells) -> Result<HashMap<&str, &str>, String> {
    let mut values = HashMap::new();
    for (name, value) in cells {
        if values.insert(name.as_str(), value.as_str()).is_some() {
            return Err(columns::duplicate_name("column", name));
        }
    }
    Ok(values)
}

/// What to do about a file whose columns do not fit.
const OTHER_FILE: &str = "write to another file, or leave out `append()` to replace it";

/// Returns the message about values without a column in a file that is continued.
fn unknown_columns_of(path: &Path, names: &[&str]) -> String {
    let list = names.join("`, `");
    let has = if let [_] = names { "has" } else { "have" };
    format!(
        "`{list}` {has} no column in {}; {OTHER_FILE}",
        path.display()
    )
}

/// Returns the message about values without a column.
fn unknown_columns(names: &[&str]) -> String {
    let (has, it_is, it) = match names {
        [_] => ("has", "it is", "it"),
        _ => ("have", "they are", "them"),
    };
    let list = names.join("`, `");
    format!(
        "`{list}` {has} no column, as {it_is} not in the first row; \
         declare {it} with `columns({names:?})`, or write JSON lines"
    )
}

impl Csv {
    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let mut seen = HashSet::new();
        let is_unique = self.declared.iter().all(|name| seen.insert(name));
        let names = format!("{:?}", self.declared);
        let info = info.valid_if(is_unique, "columns", names, "give each name once");
        self.writer.declare(info, "Csv")
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("columns", &mut self.columns);
        fields.rewind("file", &mut self.writer);
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::LOGGERS, declare = Self::declare, persist = Self::persist)]
impl Csv {
    fn on_round_end(&mut self, record: &Record, dry_run: Option<&DryRun>) -> Result<(), BoxError> {
        if !record.is_complete() {
            return Ok(());
        }
        let round = record.round();
        columns::check_own_column(round.unit(), record)?;
        let mut cells = vec![(round.unit().to_owned(), round.number().to_string())];
        cells.extend(
            record
                .iter()
                .flat_map(|(name, value)| cells_of(name, value)),
        );
        let lacking = record.lacking();
        cells.extend(lacking.map(|name| (name.to_owned(), String::new())));
        if dry_run.is_some() {
            return self.check(&cells);
        }
        self.write(&cells)
    }
}

fn cells_of(name: &str, value: &Value) -> Cells {
    if let Value::Integer(_) | Value::Text(_) = value {
        return vec![(name.to_owned(), value.to_string())];
    }
    let column = |part: Option<_>| match part {
        Some(part) => format!("{name}.{part}"),
        None => name.to_owned(),
    };
    let parts = value.parts();
    parts
        .map(|(part, value)| (column(part), value.to_string()))
        .collect()
}

impl fmt::Debug for Csv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csv")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
