//! Writes what is logged as a table, a row for each epoch or step.

use super::lines::Lines;
use super::settings::Settings;
use super::{InvalidSettings, columns};
use crate::driver::{Driver, LogData, Value};
use crate::fit::{Epoch, Fit, Metrics, Step};
use callback_macros::callback;
use callback_runtime::BoxError;
use csv::{IntoInnerError, WriterBuilder};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Write;

/// Writes comma-separated values: a row for each epoch of a [`Fit`] and for each step of a [`Driver`], with weight 10: what callbacks of a
/// lesser weight put into metrics or log is in it. Needs the feature `csv`.
///
/// The first row says which columns there are, beside those that are [declared](Self::columns) and those of metrics that the epoch of this
/// row [lacks](Metrics::lacking). What is not there later leaves an empty cell; what comes later and has no column fails the run. An epoch
/// that was [cut short](crate::shelf#epochs-that-are-cut-short) has no row. The parts of a value have a column each, such as `energy.mean`. No two columns
/// have one name: a metric called `epoch`, a value of the log called `step`, or one called as another's part is, fails the run.
///
/// A row that the file did not take is lost; one that it took in part is finished when it takes more, before the next one. Attach it with
/// [`on_failure`](callback_runtime::Attachment::on_failure) to go on without the row.
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
/// // A file, or anything that can be written to.
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Csv::new(file));
/// assert!(driver.run(2)?.is_finished());
/// # let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
/// let rows = ["step,energy.mean,energy.error_of_mean,energy.variance", "1,1.25,1,1", "2,0.5,0.5,0.25"];
/// assert!(written.lines().eq(rows));
/// # Ok::<(), PlanError>(())
/// ```
pub struct Csv {
    to: Lines,
    declared: Vec<String>,
    columns: Vec<String>,
}

type Cells = Vec<(String, String)>;

impl Csv {
    /// Writes to a file, or to anything else. Each row is flushed, so that it can be read while the run goes on.
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
        Self {
            to: Lines::to(to),
            declared: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// Declares columns of what is not in the first row, such as what is observed now and then. They stand behind those of the first
    /// row. Of a value with parts it is each part.
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
            self.begin(cells)?;
        }
        let names = cells.iter().map(|(name, _)| name);
        let row = if names.eq(&self.columns) {
            line_of(cells.iter().map(|(_, value)| value))?
        } else {
            line_of(self.arrange(cells)?)?
        };
        Ok(self.to.write(&row)?)
    }

    /// The first row, and the columns with it.
    fn begin(&mut self, cells: &Cells) -> Result<(), BoxError> {
        let names = by_name(cells)?;
        let late = self.declared.iter();
        let late = late.filter(|name| !names.contains_key(name.as_str()));
        let first = cells.iter().map(|(name, _)| name);
        self.columns = first.chain(late).cloned().collect();
        self.to.owe(&line_of(&self.columns)?);
        Ok(())
    }

    /// The values of a row, each in its column.
    fn arrange<'c>(&self, cells: &'c Cells) -> Result<Vec<&'c str>, String> {
        let mut values = by_name(cells)?;
        let row = self.columns.iter();
        let row = row.map(|column| values.remove(column.as_str()).unwrap_or_default());
        let row = row.collect();
        let late: Vec<&str> = cells.iter().map(|(name, _)| name.as_str()).collect();
        let late: Vec<&str> = late
            .into_iter()
            .filter(|name| values.contains_key(name))
            .collect();
        if late.is_empty() {
            return Ok(row);
        }
        Err(without_column(&late))
    }
}

/// As the file has it, with its end.
fn line_of(cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Vec<u8>, BoxError> {
    let mut line = WriterBuilder::new()
        .buffer_capacity(256)
        .from_writer(Vec::new());
    line.write_record(cells)?;
    Ok(line.into_inner().map_err(IntoInnerError::into_error)?)
}

/// The values of a row by the names of their columns, each of which there is once.
fn by_name(cells: &Cells) -> Result<HashMap<&str, &str>, String> {
    let mut values = HashMap::new();
    for (name, value) in cells {
        if values.insert(name.as_str(), value.as_str()).is_some() {
            return Err(columns::two_have("column", name));
        }
    }
    Ok(values)
}

fn without_column(names: &[&str]) -> String {
    let (has, it_is, it) = match names {
        [_] => ("has", "it is", "it"),
        _ => ("have", "they are", "them"),
    };
    let told = names.join("`, `");
    format!(
        "`{told}` {has} no column, as {it_is} not in the first row; \
         declare {it} with `columns({names:?})`, or write JSON lines"
    )
}

#[callback(Fit, Driver, discover = false, weight = 10)]
impl Csv {
    fn on_enter(&self) -> Result<(), InvalidSettings> {
        let mut once = HashSet::new();
        let is_right = self.declared.iter().all(|name| once.insert(name));
        let names = format!("{:?}", self.declared);
        Settings::of("Csv")
            .expect(is_right, "columns", names, "give each name once")
            .done()
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &Metrics) -> Result<(), BoxError> {
        if !metrics.is_complete() {
            return Ok(());
        }
        columns::refuse("epoch", metrics.iter().map(|(name, _)| name))?;
        let mut cells = vec![("epoch".to_owned(), epoch.to_string())];
        cells.extend(
            metrics
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_string())),
        );
        let absent = metrics.lacking();
        cells.extend(absent.map(|name| (name.to_owned(), String::new())));
        self.write(&cells)
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<(), BoxError> {
        columns::refuse("step", log.iter().map(|(name, _)| name))?;
        let mut cells = vec![("step".to_owned(), step.to_string())];
        cells.extend(log.iter().flat_map(|(name, value)| cells_of(name, value)));
        self.write(&cells)
    }
}

fn cells_of(name: &str, value: &Value) -> Cells {
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
