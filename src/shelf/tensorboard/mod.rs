//! Writes records for `TensorBoard`.

mod event;
mod file;

use super::settings::SettingsCheck;
use super::{InvalidSettings, columns};
use crate::driver::Driver;
use crate::fit::{Epoch, Fit, LearningRate, Loss, OptimizerName, Step};
use crate::weight;
use callback_macros::callback;
use callback_runtime::{Record, Value};
use file::EventFile;
use std::fmt;
use std::path::PathBuf;

/// Writes event files for `TensorBoard`: the numbers of each epoch of a [`Fit`] and of each step of a [`Driver`]. With weight 10, so that
/// they include what callbacks of smaller weight add to the record. Needs the feature `tensorboard`.
///
/// | tag | number | over |
/// |---|---|---|
/// | `train/loss`, `valid/loss`, `valid/accuracy` | the metrics `train_loss`, `valid_loss`, `valid_accuracy` | epochs |
/// | any other name | the metric of that name | epochs |
/// | `learning_rate`, or `learning_rate/main` for each of several optimisers | the learning rate at the end of the epoch | epochs |
/// | `train/batch_loss` | the loss of a batch, if [`batch_loss`](Self::batch_loss) is set | steps |
/// | `energy` | a number in the log | steps |
/// | `energy/mean`, `energy/error_of_mean`, `energy/variance` | a statistic | steps |
/// | `overlap/re`, `overlap/im` | a complex number | steps |
/// | `place/0`, `place/1`, … | the elements of a vector | steps |
///
/// An epoch that was [cut short](crate::shelf#rounds-that-are-cut-short) has no numbers. Each run writes a new file, and `TensorBoard`
/// shows the files of one folder together: give each of the runs that you compare a folder. The numbers have single precision. The file is
/// flushed every second, and at the end of each epoch and of the run, in every ending.
///
/// An error of the file fails the run, unless the callback is attached with [`on_failure`](callback_runtime::Attachment::on_failure). So do
/// two values with the same tag, such as `energy/mean` beside the statistic `energy`.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::TensorBoard;
/// # use doc_models::Well;
///
/// let folder = std::env::temp_dir().join(format!("callbacks-tensorboard-{}", std::process::id()));
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(TensorBoard::new(folder.join("first")));
/// assert!(driver.run(20)?.is_finished());
/// assert_eq!(std::fs::read_dir(folder.join("first"))?.count(), 1);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TensorBoard {
    folder: PathBuf,
    /// The number of steps between two losses of batches; `None` to write none.
    batch_loss: Option<u64>,
    /// The file of the run under way.
    file: Option<EventFile>,
    /// The optimisers that have made a step in this run.
    optimizers: Vec<OptimizerName>,
}

impl TensorBoard {
    /// Writes into this folder, which is created if there is none.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::TensorBoard;
    /// # use doc_models::{Line, Points};
    /// # let folder = std::env::temp_dir().join(format!("callbacks-tensorboard-new-{}", std::process::id()));
    /// # let in_folder = |name: &str| folder.join(name);
    /// let runs = in_folder("runs");
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).callback(TensorBoard::new(runs.join("slow")));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// // tensorboard --logdir runs
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            batch_loss: None,
            file: None,
            optimizers: Vec::new(),
        }
    }

    /// Sets the number of steps, 1 or more, after which the loss of a training batch is written; never by default. Reading a loss may wait
    /// for the device.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::TensorBoard;
    /// # use doc_models::{Line, Points};
    /// # let runs = std::env::temp_dir().join(format!("callbacks-tensorboard-batch-{}", std::process::id()));
    /// let log = TensorBoard::new(runs.join("slow")).batch_loss(100);
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).callback(log);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # std::fs::remove_dir_all(runs)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn batch_loss(mut self, every: u64) -> Self {
        self.batch_loss = Some(every);
        self
    }
}

#[callback(Fit, Driver, discover = false, ready_made, weight = weight::LOGGERS)]
impl TensorBoard {
    fn on_enter(&self) -> Result<(), InvalidSettings> {
        let remedy = "give 1 for every step, or leave it out";
        SettingsCheck::new("TensorBoard")
            .require(self.batch_loss != Some(0), "batch_loss", 0, remedy)
            .finish()
    }

    #[on(fit_begin, run_start)]
    fn open(&mut self) -> Result<(), String> {
        self.optimizers.clear();
        self.file = Some(EventFile::create(&self.folder)?);
        Ok(())
    }

    fn on_train_batch_after_step(&mut self, optimizer: Option<&OptimizerName>) {
        let new = optimizer.filter(|name| !self.optimizers.contains(name));
        self.optimizers.extend(new);
    }

    fn on_train_batch_end(&mut self, step: &Step, loss: Option<&Loss>) -> Result<(), String> {
        let every = self.batch_loss;
        let is_due = every.is_some_and(|every| step.get().is_multiple_of(every));
        if let (Some(loss), true, Some(file)) = (loss, is_due, &mut self.file) {
            file.write_scalars(step.get(), [("train/batch_loss".to_owned(), loss.value())])?;
            file.flush_if_due()?;
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: &Epoch,
        record: &Record,
        rate: &LearningRate,
    ) -> Result<(), String> {
        if record.is_complete() {
            let rates = rate_scalars(rate, &self.optimizers);
            let record = record.iter();
            let record = record.flat_map(|(name, value)| value_scalars(metric_tag(name), value));
            self.write(epoch.get(), record.chain(rates))?;
        }
        self.flush()
    }

    fn on_step_end(&mut self, step: &Step, record: &Record) -> Result<(), String> {
        let scalars = record.iter();
        let scalars = scalars.flat_map(|(name, value)| value_scalars(name.to_owned(), value));
        self.write(step.get(), scalars)?;
        self.file.as_mut().map_or(Ok(()), EventFile::flush_if_due)
    }

    #[on(fit_end, run_end)]
    fn end(&mut self) -> Result<(), String> {
        self.flush()
    }

    fn on_exit(&mut self) -> Result<(), String> {
        let flushed = self.flush();
        self.file = None;
        flushed
    }
}

impl TensorBoard {
    fn write(
        &mut self,
        step: u64,
        scalars: impl Iterator<Item = (String, f64)>,
    ) -> Result<(), String> {
        let scalars: Vec<_> = scalars.collect();
        columns::check_tags(scalars.iter().map(|(tag, _)| tag.as_str()))?;
        self.file
            .as_mut()
            .map_or(Ok(()), |file| file.write_scalars(step, scalars))
    }

    fn flush(&mut self) -> Result<(), String> {
        self.file.as_mut().map_or(Ok(()), EventFile::flush)
    }
}

/// Returns the tag of a metric. `TensorBoard` shows the metrics of one phase together, since their tags begin with the phase.
fn metric_tag(metric: &str) -> String {
    let in_phase = |phase: &str| {
        let name = metric.strip_prefix(phase)?.strip_prefix('_')?;
        Some(format!("{phase}/{name}"))
    };
    let tag = in_phase("train").or_else(|| in_phase("valid"));
    tag.unwrap_or_else(|| metric.to_owned())
}

fn rate_scalars(rate: &LearningRate, optimizers: &[OptimizerName]) -> Vec<(String, f64)> {
    if optimizers.len() < 2 {
        return vec![("learning_rate".to_owned(), rate.get())];
    }
    let names = optimizers.iter().map(|OptimizerName(name)| name);
    names
        .map(|name| (format!("learning_rate/{name}"), rate.of(name)))
        .collect()
}

fn value_scalars(name: String, value: &Value) -> impl Iterator<Item = (String, f64)> {
    let tag = move |part: Option<_>| match part {
        Some(part) => format!("{name}/{part}"),
        None => name.clone(),
    };
    value.parts().map(move |(part, value)| (tag(part), value))
}

impl fmt::Debug for TensorBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorBoard")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
