//! Writes records for `TensorBoard`.

mod event;
mod file;
mod folder;
mod table;

use super::{DryRun, columns};
use crate::Hyperparameters;
use crate::fit::{LearningRate, Loss, OptimizerName, Phase, Step};
use crate::weight;
use callback_macros::callback;
use callback_runtime::persist::{Fields, SavedValue};
use callback_runtime::{Breakpoint, CallbackInfo, Record, Rounds, Value};
use folder::EventFolder;
use std::fmt;
use std::path::PathBuf;

/// Writes event files for `TensorBoard`: the numbers in the [`Record`] of each round, in every loop with [`Rounds`], over the number of the
/// round. It has the weight [`LOGGERS`](crate::weight::LOGGERS), so that they include what callbacks of smaller weight add. Needs the
/// feature `tensorboard`.
///
/// | tag | number |
/// |---|---|
/// | `train/loss`, `valid/loss`, `valid/accuracy` | `train_loss`, `valid_loss`, `valid_accuracy` of the record |
/// | `energy` | any other number of the record |
/// | `energy/mean`, `energy/error_of_mean`, `energy/variance` | a statistic |
/// | `overlap/re`, `overlap/im` | a complex number |
/// | `place/0`, `place/1`, … | the elements of a vector |
/// | `learning_rate`, or `learning_rate/main` for each of several optimisers | the [`LearningRate`], if it is state of the loop |
/// | `train/batch_loss` | the [`Loss`] of a batch, if it is state of the loop and [`batch_loss`](Self::batch_loss) is set; over steps |
///
/// A round that was [cut short](crate::shelf#rounds-that-are-cut-short) has no numbers. Each run writes a new file, and `TensorBoard` shows
/// the files of one folder together: give each of the runs that you compare a folder. An evaluation and a prediction write no file, and a
/// [`SanityCheck`](super::SanityCheck) removes its file. The numbers have single precision. The file is flushed every second, at the end of an epoch with its passes, and at the end of the run, in
/// every ending.
///
/// An error of the file fails the run, unless the callback is attached with [`on_failure`](callback_runtime::Attachment::on_failure). So do
/// two values with the same tag, such as `energy/mean` beside the statistic `energy`.
///
/// If the state has [`Hyperparameters`], each file has them as a table under the tag `hyperparameters`, among the texts.
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
///
/// # In a run that is restored
///
/// A [restored](callback_runtime::Plan::restore) run continues the event file of the saved run at its position: events that were written later
/// are cut off, so that `TensorBoard` shows no point twice and lacks none. A `TensorBoard` that is running goes on: it keeps the points that
/// it has read, and reads those that are new. If the program has changed what it logs, start `TensorBoard` again, because the events have
/// other lengths. An event file that is missing, is shorter than it was or was edited fails the restored run, and stays as it is; see
/// [`or_new_file`](Self::or_new_file).
pub struct TensorBoard {
    events: EventFolder,
    /// The number of steps between two losses of batches; `None` to write none.
    batch_loss: Option<u64>,
    /// The step whose loss was written last.
    last_loss: Option<Step>,
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
            events: EventFolder::new(folder.into()),
            batch_loss: None,
            last_loss: None,
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

    /// Lets a restored run begin a new event file in the folder, if the one of the saved run is missing or is not as it was. The outcome has a
    /// remark.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::TensorBoard;
    /// # use doc_models::Line;
    /// let log = TensorBoard::new("runs/slow").or_new_file();
    /// assert!(Trainer::new(Line::default()).callback(log).check().is_ok());
    /// ```
    pub fn or_new_file(mut self) -> Self {
        self.events.or_new_file = true;
        self
    }
}

impl TensorBoard {
    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let remedy = "give 1 for every step, or leave it out";
        info.valid_if(self.batch_loss != Some(0), "batch_loss", 0, remedy)
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field_with(
            "last_loss",
            &mut self.last_loss,
            |last| SavedValue::of(&last.map(Step::get)),
            |last, saved| {
                *last = saved.into_type::<Option<u64>>()?.map(Step::new);
                Ok(())
            },
        );
        fields.rewind("file", &mut self.events);
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::LOGGERS, declare = Self::declare, persist = Self::persist)]
impl TensorBoard {
    fn on_enter(&mut self) {
        self.events.take();
        self.last_loss = None;
    }

    /// A folder that cannot be written is reported before the first step. A phase outside of other scopes is an evaluation or a prediction,
    /// which has no round to write.
    fn on_scope_begin(
        &mut self,
        at: &Breakpoint,
        settings: Option<&Hyperparameters>,
    ) -> Result<(), String> {
        if self.events.is_open() || at.phase().is_some() {
            return Ok(());
        }
        let file = self.events.open()?;
        settings.map_or(Ok(()), |settings| {
            file.write_of_run(table::of_hyperparameters(settings))
        })
    }

    fn on_scope_end(
        &mut self,
        step: Option<&Step>,
        phase: Option<&Phase>,
        loss: Option<&Loss>,
    ) -> Result<(), String> {
        if let (Some(step), Some(loss)) = (step, loss)
            && phase.is_none_or(|phase| *phase == Phase::Train)
            && self.is_loss_due(*step)
        {
            self.last_loss = Some(*step);
            self.write_batch_loss(*step, loss)?;
        }
        Ok(())
    }

    fn on_round_end(
        &mut self,
        record: &Record,
        rate: Option<&LearningRate>,
        phase: Option<&Phase>,
    ) -> Result<(), String> {
        if record.is_complete() {
            self.write_round(record, rate)?;
        }
        // Rounds of several passes take their time.
        if phase.is_some() {
            return self.events.flush();
        }
        self.events.flush_if_due()
    }

    fn on_exit(&mut self, dry_run: Option<&DryRun>) -> Result<(), String> {
        let flushed = self.events.flush();
        let file = self.events.take();
        match file.filter(|_| dry_run.is_some()) {
            Some(file) => flushed.and(file.remove()),
            None => flushed,
        }
    }
}

impl TensorBoard {
    fn is_loss_due(&self, step: Step) -> bool {
        let every = self.batch_loss;
        every.is_some_and(|every| step.get().is_multiple_of(every)) && self.last_loss != Some(step)
    }

    fn write_batch_loss(&mut self, step: Step, loss: &Loss) -> Result<(), String> {
        let file = self.events.open()?;
        file.write_scalars(step.get(), [("train/batch_loss".to_owned(), loss.value())])?;
        file.flush_if_due()
    }

    fn write_round(&mut self, record: &Record, rate: Option<&LearningRate>) -> Result<(), String> {
        let values = record.iter();
        let values = values.flat_map(|(name, value)| value_scalars(metric_tag(name), value));
        let scalars: Vec<_> = values
            .chain(rate.into_iter().flat_map(rate_scalars))
            .collect();
        columns::check_tags(scalars.iter().map(|(tag, _)| tag.as_str()))?;
        let file = self.events.open()?;
        file.write_scalars(record.round().number(), scalars)
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

fn rate_scalars(rate: &LearningRate) -> Vec<(String, f64)> {
    let optimizers: Vec<OptimizerName> = rate.optimizers().collect();
    if optimizers.len() < 2 {
        return vec![("learning_rate".to_owned(), rate.get())];
    }
    let rates = optimizers.iter();
    rates
        .map(|OptimizerName(name)| (format!("learning_rate/{name}"), rate.of(name)))
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
            .field("folder", &self.events.path())
            .finish_non_exhaustive()
    }
}
