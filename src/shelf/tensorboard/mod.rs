//! Writes what is logged as `TensorBoard` reads it.

mod event;
mod file;

use super::settings::Settings;
use super::{InvalidSettings, columns};
use crate::driver::{Driver, LogData, Value};
use crate::fit::{Epoch, Fit, LearningRate, Loss, Metrics, OptimizerName, Step};
use callback_macros::callback;
use file::EventFile;
use std::fmt;
use std::path::PathBuf;

/// Writes event files for `TensorBoard`: numbers for each epoch of a [`Fit`] and for each step of a [`Driver`], behind others, with
/// weight 10: what they put into metrics or log is in it. Needs the feature `tensorboard`.
///
/// | tag | what | over |
/// |---|---|---|
/// | `train/loss`, `valid/loss`, `valid/accuracy` | the metrics `train_loss`, `valid_loss`, `valid_accuracy` | epochs |
/// | any other name | the metric of that name | epochs |
/// | `learning_rate`, or `learning_rate/main` for each of several optimisers | what it is at the epoch's end | epochs |
/// | `train/batch_loss` | the loss of a batch, if it is [asked for](Self::batch_loss) | steps |
/// | `energy` | a number in the log | steps |
/// | `energy/mean`, `energy/error_of_mean`, `energy/variance` | a statistic | steps |
/// | `overlap/re`, `overlap/im` | a complex number | steps |
/// | `place/0`, `place/1`, … | a vector: one tag for each of its elements, so rather a short one | steps |
///
/// An epoch that was [cut short](crate::shelf#epochs-that-are-cut-short) has no numbers. Each run writes a file of its own, and `TensorBoard` shows those of one folder together; give what is to be compared a folder each. Numbers
/// have single precision there. A file is flushed every second, and at the end of each epoch and of the run, however it ends. An
/// error of the file fails the run, and so do two values that have one tag, such as `energy/mean` beside the statistic `energy`, unless the callback is attached with [`on_failure`](callback_runtime::Attachment::on_failure).
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
    /// So many steps lie between losses of batches, if they are asked for.
    batch_loss: Option<u64>,
    /// The file of the run under way.
    file: Option<EventFile>,
    /// The optimisers that have made a step.
    optimizers: Vec<OptimizerName>,
}

impl TensorBoard {
    /// Writes into this folder, which is made if there is none.
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

    /// Writes the loss of a training batch, too, every so many steps, 1 or more; never, if nothing is said. Reading a loss may wait
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

#[callback(Fit, Driver, discover = false, weight = 10)]
impl TensorBoard {
    fn on_enter(&self) -> Result<(), InvalidSettings> {
        let remedy = "give 1 for every step, or leave it out";
        Settings::of("TensorBoard")
            .expect(self.batch_loss != Some(0), "batch_loss", 0, remedy)
            .done()
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
            file.scalars(step.get(), [("train/batch_loss".to_owned(), loss.value())])?;
            file.flush_now_and_then()?;
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: &Epoch,
        metrics: &Metrics,
        rate: &LearningRate,
    ) -> Result<(), String> {
        if metrics.is_complete() {
            let rates = rates(rate, &self.optimizers);
            let metrics = metrics.iter().map(|(name, value)| (tag_of(name), value));
            self.write(epoch.get(), metrics.chain(rates))?;
        }
        self.flush()
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) -> Result<(), String> {
        let scalars = log.iter().flat_map(|(name, value)| scalars_of(name, value));
        self.write(step.get(), scalars)?;
        self.file
            .as_mut()
            .map_or(Ok(()), EventFile::flush_now_and_then)
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
        columns::refuse_twice(scalars.iter().map(|(tag, _)| tag.as_str()))?;
        self.file
            .as_mut()
            .map_or(Ok(()), |file| file.scalars(step, scalars))
    }

    fn flush(&mut self) -> Result<(), String> {
        self.file.as_mut().map_or(Ok(()), EventFile::flush)
    }
}

/// The metrics of one phase stand together in `TensorBoard`.
fn tag_of(metric: &str) -> String {
    let of = |phase: &str| {
        Some(format!(
            "{phase}/{}",
            metric.strip_prefix(phase)?.strip_prefix('_')?
        ))
    };
    let tag = of("train").or_else(|| of("valid"));
    tag.unwrap_or_else(|| metric.to_owned())
}

fn rates(rate: &LearningRate, optimizers: &[OptimizerName]) -> Vec<(String, f64)> {
    if optimizers.len() < 2 {
        return vec![("learning_rate".to_owned(), rate.get())];
    }
    let of = |OptimizerName(name): &OptimizerName| (format!("learning_rate/{name}"), rate.of(name));
    optimizers.iter().map(of).collect()
}

fn scalars_of(name: &str, value: &Value) -> impl Iterator<Item = (String, f64)> {
    let tag = move |part: Option<_>| match part {
        Some(part) => format!("{name}/{part}"),
        None => name.to_owned(),
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
