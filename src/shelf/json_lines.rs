//! Writes records as JSON, with a line for each round.

use super::lines::LineWriter;
use super::{DryRun, RewindFile, columns};
use crate::weight;
use crate::{Hyperparameter, Hyperparameters};
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, Complex, Record, Rounds, Stats, Value};
use serde_json::{Map, Value as Json, json};
use std::fmt;
use std::io::Write;
use std::path::PathBuf;

/// Writes a line of JSON for the [`Record`] of each round, in every loop with [`Rounds`]. It has the weight
/// [`LOGGERS`](crate::weight::LOGGERS), so that a line has what callbacks of smaller weight add. A round that was
/// [cut short](crate::shelf#rounds-that-are-cut-short) has no line. Needs the feature `json`.
///
/// JSON has no NaN and no infinity: they are written as `null`. Names are unique: a value called `epoch` in an epoch's record, or a value
/// with the name of another value's part, such as `energy.mean` beside the statistic `energy`, fails the run.
///
/// If the state has [`Hyperparameters`], the first line has them, and no round: `{"hyperparameters":{"lr":0.1}}`. A reader of rows skips a line
/// without the name of the round, such as `epoch`. A later run with other hyperparameters begins with another such line.
///
/// In a [`SanityCheck`](super::SanityCheck) the line and the file are checked, and nothing is written.
///
/// An error of the file fails the run, and the line is lost. A line that was written in part is completed before the next one. Attach the
/// callback with [`on_failure`](callback_runtime::Attachment::on_failure) to continue without the line.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::JsonLines;
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
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(JsonLines::new(file));
/// assert!(driver.run(2)?.is_finished());
/// # let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
/// assert_eq!(written.lines().nth(1), Some(r#"{"step":2,"energy":{"mean":0.5,"error_of_mean":0.5,"variance":0.25}}"#));
/// # Ok::<(), PlanError>(())
/// ```
///
/// # In a run that is restored
///
/// With [`to_file`](Self::to_file), a [restored](callback_runtime::Plan::restore) run continues the file at its position in the saved run: lines
/// that were written later are cut off. A file that is missing, is shorter than it was, was edited, or belongs to another run fails the
/// restored run, and stays as it is; see [`or_new_file`](Self::or_new_file).
///
/// A writer cannot go back. Lines that were written after the run was saved are written once more, and the outcome has a remark.
pub struct JsonLines {
    writer: LineWriter,
    /// The hyperparameters of the last row.
    settings: Option<Hyperparameters>,
    /// The line of hyperparameters that was written last.
    settings_line: Option<String>,
}

impl JsonLines {
    /// Writes to a file or another writer. Each line is flushed, so that it can be read during the run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::JsonLines;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(JsonLines::new(std::io::stderr()));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(to: impl Write + Send + 'static) -> Self {
        Self::to(LineWriter::new(to))
    }

    /// Writes to the file at the path, which is created at the first line. A run that begins anew replaces the file, unless it
    /// [appends](Self::append), and a [restored run](Self#in-a-run-that-is-restored) continues it. Later runs with the same callback go on in it.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::JsonLines;
    /// # use doc_models::Well;
    ///
    /// let path = std::env::temp_dir().join(format!("callbacks-json-{}.jsonl", std::process::id()));
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(JsonLines::to_file(&path));
    /// assert!(driver.run(2)?.is_finished());
    /// assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 2);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_file(path: impl Into<PathBuf>) -> Self {
        Self::to(LineWriter::to_file(path.into()))
    }

    const fn to(writer: LineWriter) -> Self {
        Self {
            writer,
            settings: None,
            settings_line: None,
        }
    }

    /// Continues a file that is there when a run begins anew. A line that a killed process has left unfinished gets a line break.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::JsonLines;
    /// # use doc_models::Well;
    /// # let path = std::env::temp_dir().join(format!("callbacks-json-append-{}.jsonl", std::process::id()));
    /// for _ in 0..2 {
    ///     let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(JsonLines::to_file(&path).append());
    ///     assert!(driver.run(2)?.is_finished());
    /// }
    /// assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 4);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn append(mut self) -> Self {
        self.writer = self.writer.set("append", RewindFile::append);
        self
    }

    /// Lets a restored run begin a new file, if the one that is there is not that of the saved run: `metrics.2.jsonl` beside `metrics.jsonl`.
    /// The outcome has a remark.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::JsonLines;
    /// # use doc_models::Line;
    /// let log = JsonLines::to_file("metrics.jsonl").or_new_file();
    /// assert!(Trainer::new(Line::default()).callback(log).check().is_ok());
    /// ```
    pub fn or_new_file(mut self) -> Self {
        self.writer = self.writer.set("or_new_file", RewindFile::or_new_file);
        self
    }

    /// Writes a line of hyperparameters, unless it was written before.
    fn write_settings(&mut self, settings: Option<&Hyperparameters>) -> Result<(), BoxError> {
        let Some(new) = settings.filter(|new| self.settings.as_ref() != Some(*new)) else {
            return Ok(());
        };
        let values = new.iter();
        let values = values.map(|(name, value)| (name.to_owned(), json_of_setting(value)));
        let values = Json::Object(values.collect());
        let line = Map::from_iter([("hyperparameters".to_owned(), values)]);
        let line = serde_json::to_string(&line)?;
        if self.settings_line.as_ref() != Some(&line) {
            self.write(line.clone().into_bytes())?;
            self.settings_line = Some(line);
        }
        self.settings = Some(new.clone());
        Ok(())
    }

    fn write(&mut self, mut line: Vec<u8>) -> Result<(), BoxError> {
        line.push(b'\n');
        Ok(self.writer.write(&line)?)
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        self.writer.declare(info, "JsonLines")
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        // What is compared first must not hide the line.
        self.settings = None;
        fields.field("hyperparameters", &mut self.settings_line);
        fields.rewind("file", &mut self.writer);
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::LOGGERS, declare = Self::declare, persist = Self::persist)]
impl JsonLines {
    fn on_round_end(
        &mut self,
        record: &Record,
        settings: Option<&Hyperparameters>,
        dry_run: Option<&DryRun>,
    ) -> Result<(), BoxError> {
        if !record.is_complete() {
            return Ok(());
        }
        let round = record.round();
        columns::check_own_column(round.unit(), record)?;
        columns::check_parts(record)?;
        let mut line = Map::new();
        line.insert(round.unit().to_owned(), round.number().into());
        line.extend(
            record
                .iter()
                .map(|(name, value)| (name.to_owned(), json_of(value))),
        );
        if dry_run.is_some() {
            return Ok(self.writer.check()?);
        }
        if self.writer.begins_file()? {
            (self.settings, self.settings_line) = (None, None);
        }
        self.write_settings(settings)?;
        self.write(serde_json::to_vec(&line)?)
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Number(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::Vector(values) => values.clone().into(),
        Value::Complex(Complex { re, im }) => json!({ "re": re, "im": im }),
        Value::Stats(Stats {
            mean,
            error_of_mean,
            variance,
        }) => json!({ "mean": mean, "error_of_mean": error_of_mean, "variance": variance }),
    }
}

fn json_of_setting(value: &Hyperparameter) -> Json {
    match value {
        Hyperparameter::Number(value) => (*value).into(),
        Hyperparameter::Integer(value) => (*value).into(),
        Hyperparameter::Text(text) => text.as_ref().into(),
        Hyperparameter::Bool(value) => (*value).into(),
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}
