//! Writes metrics and logs as JSON, with a line for each epoch or step.

use super::columns;
use super::lines::LineWriter;
use crate::driver::{Complex, Driver, LogData, Stats, Value};
use crate::fit::{Epoch, Fit, Metrics, Step};
use callback_macros::callback;
use callback_runtime::BoxError;
use serde_json::{Map, Value as Json, json};
use std::fmt;
use std::io::Write;

/// Writes a line of JSON for each epoch of a [`Fit`] and for each step of a [`Driver`]. With weight 10, so that a line has what callbacks
/// of smaller weight put into the metrics or the log. An epoch that was [cut short](crate::shelf#epochs-that-are-cut-short) has no line.
/// Needs the feature `json`.
///
/// JSON has no NaN and no infinity: they are written as `null`. Names are unique: a metric called `epoch`, a value of the log called
/// `step`, or a value with the name of another value's part, such as `energy.mean` beside the statistic `energy`, fails the run.
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
        }
    }

    fn write(&mut self, line: &Map<String, Json>) -> Result<(), BoxError> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        Ok(self.writer.write(&line)?)
    }
}

#[callback(Fit, Driver, discover = false, ready_made, weight = 10)]
impl JsonLines {
    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &Metrics) -> Result<(), BoxError> {
        if !metrics.is_complete() {
            return Ok(());
        }
        columns::check_own_column("epoch", metrics.iter().map(|(name, _)| name))?;
        let mut line = Map::new();
        line.insert("epoch".to_owned(), epoch.get().into());
        line.extend(
            metrics
                .iter()
                .map(|(name, value)| (name.to_owned(), value.into())),
        );
        self.write(&line)
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<(), BoxError> {
        columns::check_own_column("step", log.iter().map(|(name, _)| name))?;
        columns::check_parts(log)?;
        let mut line = Map::new();
        line.insert("step".to_owned(), step.get().into());
        line.extend(
            log.iter()
                .map(|(name, value)| (name.to_owned(), json_of(value))),
        );
        self.write(&line)
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Number(value) => (*value).into(),
        Value::Vector(values) => values.clone().into(),
        Value::Complex(Complex { re, im }) => json!({ "re": re, "im": im }),
        Value::Stats(Stats {
            mean,
            error_of_mean,
            variance,
        }) => json!({ "mean": mean, "error_of_mean": error_of_mean, "variance": variance }),
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}
