//! Writes records as JSON, with a line for each round.

use super::lines::LineWriter;
use super::{DryRun, columns};
use crate::weight;
use crate::{Hyperparameter, Hyperparameters};
use callback_macros::callback;
use callback_runtime::{BoxError, Complex, Record, Rounds, Stats, Value};
use serde_json::{Map, Value as Json, json};
use std::fmt;
use std::io::Write;

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
pub struct JsonLines {
    writer: LineWriter,
    /// The hyperparameters that were written last.
    settings: Option<Hyperparameters>,
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
        Self {
            writer: LineWriter::new(to),
            settings: None,
        }
    }

    /// Writes a line of hyperparameters, unless it was written before.
    fn write_settings(&mut self, settings: Option<&Hyperparameters>) -> Result<(), BoxError> {
        let Some(new) = settings.filter(|new| self.settings.as_ref() != Some(*new)) else {
            return Ok(());
        };
        let values = new.iter();
        let values = values.map(|(name, value)| (name.to_owned(), json_of_setting(value)));
        let values = Json::Object(values.collect());
        self.write(&Map::from_iter([("hyperparameters".to_owned(), values)]))?;
        self.settings = Some(new.clone());
        Ok(())
    }

    fn write(&mut self, line: &Map<String, Json>) -> Result<(), BoxError> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        Ok(self.writer.write(&line)?)
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::LOGGERS)]
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
        self.write_settings(settings)?;
        self.write(&line)
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
