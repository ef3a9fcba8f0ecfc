//! Shows the progress of a run.

mod counts;
mod printer;
mod screen;
mod task;
mod text;

pub use printer::Printer;

use crate::driver::Driver;
use crate::fit::{Epoch, Epochs, Fit, Iteration, Loss, Phase, Step, Total};
use crate::weight;
use callback_macros::callback;
use callback_runtime::{Outcome, Record};
use counts::BatchCounts;
use indicatif::ProgressDrawTarget;
use screen::Screen;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use task::Task;

/// Shows the progress of a run: the batches of each pass of a [`Fit`] with their loss, or the steps of a [`Driver`], and the
/// [`Record`]; with the rate and the time left. Weight 10. Needs the feature `indicatif`.
///
/// On a terminal, it draws a bar on standard error, ten times a second at most, and reads the loss of a batch only then. One line stays for
/// each epoch, or for each run of a driver. If standard error is not a terminal, it prints plain lines: one for each epoch, but at most a
/// hundred, or one for each tenth of a driver's steps. The last line is the [`Outcome`], whatever it is.
///
/// If the number of batches or steps is not known, a spinner replaces the bar, and the lines of a driver are those of steps 1, 2, 5, 10,
/// 20, 50 and so on. If a source of batches has no exact length, its length is known from the second epoch on, or from the start if
/// [`batches`](Self::batches) sets it.
///
/// Other output to the terminal tears the bar. Output through a [`Printer`] does not.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::Progress;
/// # use doc_models::{Line, Points};
/// # use doc_models::Well;
///
/// let mut trainer = Trainer::new(Line::default()).epochs(3).callback(Progress::new());
/// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
///
/// let progress = Progress::new().steps(20).show(["energy"]);
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(progress);
/// assert!(driver.run(20)?.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct Progress {
    printer: Printer,
    has_bar: bool,
    refresh: Duration,
    names: Vec<Cow<'static, str>>,
    batches: BatchCounts,
    steps: Option<u64>,
    /// When the run began.
    began: Instant,
    /// When the last epoch began.
    epoch_began: Instant,
    /// The pass or run under way; `None` between two passes.
    task: Option<Task>,
    /// When the bar was drawn last.
    drawn_at: Option<Instant>,
    /// The last epoch that was printed as a line.
    printed_epoch: Epoch,
}

impl Progress {
    /// Shows progress on standard error: a bar if it is a terminal, lines if it is not.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Progress;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Progress::new());
    /// assert!(driver.run(20)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new() -> Self {
        let target = ProgressDrawTarget::stderr();
        if target.is_hidden() {
            Self::lines(io::stderr())
        } else {
            Self::live(target)
        }
    }

    /// Shows a bar on another target of indicatif. A hidden target shows nothing.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// use indicatif::ProgressDrawTarget;
    ///
    /// let on_stdout = Progress::live(ProgressDrawTarget::stdout());
    /// let hidden = Progress::live(ProgressDrawTarget::hidden());
    /// ```
    pub fn live(target: ProgressDrawTarget) -> Self {
        Self::on(Screen::live(target))
    }

    /// Writes plain lines to a file or another writer.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Progress;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(Progress::lines(std::io::stdout()));
    /// assert!(trainer.evaluate(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn lines(to: impl Write + Send + 'static) -> Self {
        Self::on(Screen::lines(to))
    }

    fn on(screen: Screen) -> Self {
        Self {
            has_bar: screen.has_bar(),
            printer: Printer::new(screen),
            refresh: Duration::from_millis(100),
            names: Vec::new(),
            batches: BatchCounts::default(),
            steps: None,
            began: Instant::now(),
            epoch_began: Instant::now(),
            task: None,
            drawn_at: None,
            printed_epoch: Epoch::default(),
        }
    }

    /// Selects the values of the record to show; by default all but vectors. A part of a value has a name like
    /// `energy.variance`. In lines, a dash stands for a missing value.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// let progress = Progress::new().show(["energy", "energy.variance"]);
    /// ```
    pub fn show<N: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = names.into_iter().map(N::into).collect();
        self
    }

    /// Sets the number of batches in the passes of a phase, for sources without an exact length.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Progress;
    /// # use doc_models::{Line, Points};
    /// let points = vec![Points(vec![(1.0, 2.0)]); 8];
    /// let progress = Progress::new().batches(Phase::Train, points.len() as u64);
    /// let mut trainer = Trainer::new(Line::default()).callback(progress);
    /// assert!(trainer.fit(points)?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn batches(mut self, phase: Phase, batches: u64) -> Self {
        self.batches.set(phase, batches);
        self
    }

    /// Sets the number of steps in each run of a driver, for runs for a simulated time.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Progress;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Progress::new().steps(50));
    /// assert!(driver.run(50)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = Some(steps);
        self
    }

    /// Sets the shortest time between two drawings of the bar; 0.1 s by default. Drawing reads the loss of a batch, which may wait for the
    /// device.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// let every_five_seconds = Progress::new().refresh(std::time::Duration::from_secs(5));
    /// ```
    pub fn refresh(mut self, interval: Duration) -> Self {
        self.refresh = interval;
        self
    }

    /// Returns a handle that prints above the bar.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Progress;
    /// # use doc_models::{Line, Points};
    /// let progress = Progress::new();
    /// let printer = progress.printer();
    /// let mut trainer = Trainer::new(Line::default())
    ///     .callback(progress)
    ///     .on(Fit::on_fit_begin, move || printer.println("here we go"));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn printer(&self) -> Printer {
        self.printer.clone()
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

#[callback(Fit, Driver, discover = false, ready_made, weight = weight::LOGGERS)]
impl Progress {
    fn on_enter(&mut self) {
        self.began = Instant::now();
        self.batches.clear_recorded();
        self.task = None;
        self.drawn_at = None;
        self.printed_epoch = Epoch::default();
    }

    fn on_epoch_begin(&mut self) {
        self.epoch_began = Instant::now();
    }

    fn on_phase_begin(&mut self, phase: &Phase, epoch: &Epoch, epochs: &Epochs) {
        let name = match epoch.get() {
            0 => phase.to_string(),
            epoch => format!("epoch {epoch}/{} {phase}", epochs.max),
        };
        self.task = Some(Task::new(name, 0, self.batches.get(*phase)));
        self.draw_if_due(|_| Vec::new());
    }

    fn on_batch_end(
        &mut self,
        iteration: &Iteration,
        total: &Total,
        loss: Option<&Loss>,
        record: &Record,
    ) {
        if let Some(task) = &mut self.task {
            task.set_position(iteration.get());
            task.set_total(total.get());
        }
        self.draw_if_due(|names| {
            let loss = loss.map(|loss| {
                let loss = text::format_number(loss.value());
                text::format_entry("loss", &loss)
            });
            let record = text::format_present(record, names);
            loss.into_iter().chain(record).collect()
        });
    }

    fn on_phase_end(
        &mut self,
        phase: &Phase,
        epoch: &Epoch,
        iteration: &Iteration,
        record: &Record,
    ) {
        self.batches.record(*phase, iteration.get());
        let task = self.task.take();
        // The passes of an epoch have one line together.
        if let Some(task) = task.filter(|_| epoch.get() == 0) {
            let plural = if iteration.get() == 1 { "" } else { "es" };
            let label = format!("{phase}, {iteration} batch{plural}");
            let values = text::format_all(record, &self.names);
            self.print(&label, &values, task.began);
        }
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, epochs: &Epochs, record: &Record) {
        if counts::is_due(epoch.get(), Some(epochs.max), 100) {
            self.print_epoch(*epoch, *epochs, record);
        }
    }

    fn on_fit_end(&mut self, epoch: &Epoch, epochs: &Epochs, record: &Record) {
        if self.printed_epoch < *epoch {
            self.print_epoch(*epoch, *epochs, record);
        }
    }

    fn on_run_start(&mut self, step: &Step, total: &Total) {
        let total = total.get().or(self.steps);
        self.task = Some(Task::new("step".into(), step.get(), total));
        self.draw_if_due(|_| Vec::new());
    }

    fn on_step_end(&mut self, step: &Step, record: &Record) {
        if let Some(task) = &mut self.task {
            task.set_position(step.get());
        }
        self.draw_if_due(|names| text::format_present(record, names));
        let is_due = |task: &Task| counts::is_due(task.done(), task.total(), 10);
        if !self.has_bar && self.task.as_ref().is_some_and(is_due) {
            self.print_step(record);
        }
    }

    fn on_run_end(&mut self, record: &Record) {
        self.print_step(record);
        self.task = None;
    }

    fn on_exit(&mut self, outcome: &Outcome) {
        // A task that is still under way has failed. Its line has no values, since they may be half-changed.
        if let Some(task) = self.task.take().filter(|task| !task.is_printed()) {
            self.print(&task.label(), "", task.began);
        }
        self.printer.screen().end();
        let ending = outcome.to_string();
        let mut lines = ending.lines();
        self.print(lines.next().unwrap_or_default(), "", self.began);
        lines.for_each(|line| self.printer.println(line));
    }
}

impl Progress {
    /// Draws the bar, unless it was drawn just now. `values` is called only if the bar is drawn.
    fn draw_if_due(&mut self, values: impl FnOnce(&text::Names) -> Vec<String>) {
        let is_fresh = |drawn_at: Instant| drawn_at.elapsed() < self.refresh;
        if !self.has_bar || self.drawn_at.is_some_and(is_fresh) {
            return;
        }
        if let Some(task) = &self.task {
            let view = task.view(&values(&self.names));
            self.printer.screen().draw(view);
            self.drawn_at = Some(Instant::now());
        }
    }

    fn print_epoch(&mut self, epoch: Epoch, epochs: Epochs, record: &Record) {
        self.printed_epoch = epoch;
        let label = format!("epoch {epoch}/{}", epochs.max);
        let values = text::format_all(record, &self.names);
        self.print(&label, &values, self.epoch_began);
    }

    /// Prints the last step, unless it is printed already or there is none.
    fn print_step(&mut self, record: &Record) {
        let is_new = |task: &&mut Task| task.done() > 0 && !task.is_printed();
        if let Some(task) = self.task.as_mut().filter(is_new) {
            task.set_printed();
            let (label, began) = (task.label(), task.began);
            self.print(&label, &text::format_all(record, &self.names), began);
        }
    }

    fn print(&self, label: &str, values: &str, began: Instant) {
        let line = text::format_line(label, values, began.elapsed());
        self.printer.println(line);
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("show", &self.names)
            .finish_non_exhaustive()
    }
}
