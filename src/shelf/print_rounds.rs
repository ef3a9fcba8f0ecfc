//! Prints a line for each round.

use super::DryRun;
use super::digits::round_digits;
use crate::fit::{Epochs, LearningRate};
use crate::weight;
use callback_macros::callback;
use callback_runtime::{CallbackInfo, Record, Round, Rounds};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

/// Prints a line for each complete round, in every loop with [`Rounds`]: its number, the values of the [`Record`], and the learning rate if
/// there is one. It has the weight [`LOGGERS`](crate::weight::LOGGERS).
///
/// It prints to standard output, or [to](Self::to) another writer. An error of the writer, such as a pipe that is closed, is ignored. A
/// [period](crate::Attachment::every) thins the lines out. A run that is restored prints the rounds again that came after the saved run.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::PrintRounds;
/// # use doc_models::{Line, Points, Well};
///
/// // Prints `epoch  1/20  train_loss 4.0000  lr 0.01`, and so on.
/// let mut trainer = Trainer::new(Line::default()).epochs(20).callback(PrintRounds::new());
/// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).plan_with(|plan| {
///     plan.add(PrintRounds::new()).every(Period::steps(100));
/// });
/// assert!(driver.run(500)?.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct PrintRounds {
    /// The names of the values that are printed; empty for all of them.
    names: Vec<Cow<'static, str>>,
    decimals: usize,
    writer: Box<dyn Write + Send>,
}

impl PrintRounds {
    /// Prints all values to standard output, with 4 decimals.
    pub fn new() -> Self {
        Self::to(io::stdout())
    }

    /// Prints to a writer.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::PrintRounds;
    /// # use doc_models::{Line, Points};
    /// let lines = PrintRounds::to(std::io::stderr());
    /// let mut trainer = Trainer::new(Line::default()).callback(lines);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        Self {
            names: Vec::new(),
            decimals: 4,
            writer: Box::new(writer),
        }
    }

    /// Prints these values of the record alone, in this order. A name that a round does not have is left out.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::PrintRounds;
    /// # use doc_models::Line;
    /// let lines = PrintRounds::new().show(["train_loss", "valid_loss"]);
    /// assert!(Trainer::new(Line::default()).callback(lines).check().is_ok());
    /// ```
    pub fn show<N: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the number of decimals, at most 17.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::PrintRounds;
    /// # use doc_models::Line;
    /// assert!(Trainer::new(Line::default()).callback(PrintRounds::new().decimals(2)).check().is_ok());
    /// assert!(Trainer::new(Line::default()).callback(PrintRounds::new().decimals(99)).check().is_err());
    /// ```
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = decimals;
        self
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let decimals = self.decimals;
        info.valid_if(decimals <= 17, "decimals", decimals, "give 17 or fewer")
    }

    fn line(&self, record: &Record, epochs: Option<Epochs>, rate: Option<&LearningRate>) -> String {
        let place = place(record.round(), epochs);
        let values = self.values(record);
        let rates = rate.map(|rate| rate.named(None)).unwrap_or_default();
        let rates = rates
            .into_iter()
            .filter(|(name, _)| record.value(name).is_none());
        let rates = rates.map(|(name, rate)| format!("  {name} {}", round_digits(rate, 4)));
        let rates = rates.collect::<Vec<_>>().concat();
        format!("{place}  {values}{rates}")
    }

    fn values(&self, record: &Record) -> String {
        let decimals = self.decimals;
        if self.names.is_empty() {
            return format!("{record:.decimals$}");
        }
        let values = self.names.iter().filter_map(|name| {
            let value = record.value(name)?;
            Some(format!("{name} {value:.decimals$}"))
        });
        values.collect::<Vec<_>>().join("  ")
    }
}

/// Formats a round as `epoch  3/10`, or as `epoch 3` if the number of rounds is not known.
fn place(round: Round, epochs: Option<Epochs>) -> String {
    let (unit, number) = (round.unit(), round.number());
    match epochs {
        Some(Epochs { max, .. }) if max < u64::MAX => {
            let width = max.to_string().len();
            format!("{unit} {number:>width$}/{max}")
        }
        _ => format!("{unit} {number}"),
    }
}

impl Default for PrintRounds {
    fn default() -> Self {
        Self::new()
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::LOGGERS, declare = Self::declare)]
impl PrintRounds {
    fn on_round_end(
        &mut self,
        record: &Record,
        epochs: Option<&Epochs>,
        rate: Option<&LearningRate>,
        dry_run: Option<&DryRun>,
    ) {
        if record.is_complete() && dry_run.is_none() {
            let line = self.line(record, epochs.copied(), rate);
            // A closed pipe is no reason to end a run.
            let _ = writeln!(self.writer, "{line}");
        }
    }
}

impl fmt::Debug for PrintRounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrintRounds")
            .field("names", &self.names)
            .field("decimals", &self.decimals)
            .finish_non_exhaustive()
    }
}
