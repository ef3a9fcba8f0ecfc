//! Writes what is logged as a table, a row for each epoch or step.

use crate::driver::{Driver, LogData, Value};
use crate::fit::{Epoch, Fit, Metrics, Step};
use callback_macros::callback;
use callback_runtime::BoxError;
use csv::Writer;
use std::fmt;
use std::io::Write;

/// Writes comma-separated values: a row for each epoch of a [`Fit`] and for each step of a [`Driver`], behind others, with weight 10:
/// what they put into metrics or log is in it. Needs the feature `csv`.
///
/// The first row says which columns there are. What is not there later leaves an empty cell; what comes only later has no column,
/// and fails the run. The parts of a value have a column each, such as `energy.mean`.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::Csv;
/// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
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
    to: Writer<Box<dyn Write + Send>>,
    columns: Vec<String>,
}

type Cells = Vec<(String, String)>;

impl Csv {
    /// Writes to a file, or to anything else. Each row is flushed, so that it can be read while the run goes on.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Csv;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(Csv::new(std::io::stderr()));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(to: impl Write + Send + 'static) -> Self {
        Self {
            to: Writer::from_writer(Box::new(to)),
            columns: Vec::new(),
        }
    }

    fn write(&mut self, cells: &Cells) -> Result<(), BoxError> {
        if self.columns.is_empty() {
            self.columns = cells.iter().map(|(name, _)| name.clone()).collect();
            self.to.write_record(&self.columns)?;
        }
        if let Some((late, _)) = cells.iter().find(|(name, _)| !self.columns.contains(name)) {
            return Err(format!("`{late}` has no column, as it is not in the first row; log it there, or write JSON lines").into());
        }
        let value_of = |column: &String| {
            let found = cells.iter().find(|(name, _)| name == column);
            found.map_or("", |(_, value)| value.as_str())
        };
        self.to.write_record(self.columns.iter().map(value_of))?;
        Ok(self.to.flush()?)
    }
}

#[callback(Fit, Driver, discover = false, weight = 10)]
impl Csv {
    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &Metrics) -> Result<(), BoxError> {
        let mut cells = vec![("epoch".to_owned(), epoch.to_string())];
        cells.extend(
            metrics
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_string())),
        );
        self.write(&cells)
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<(), BoxError> {
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
