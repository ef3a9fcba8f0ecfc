//! Shows the progress of a run.

mod counts;
mod printer;
mod screen;
mod task;
mod text;

pub use printer::Printer;

use crate::fit::{Epochs, Iteration, Loss, Phase, Total};
use crate::weight;
use callback_macros::callback;
use callback_runtime::{Breakpoint, Outcome, Record, Round, Rounds};
use counts::BatchCounts;
use indicatif::ProgressDrawTarget;
use screen::Screen;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use task::Task;

/// Shows the progress of a run in every loop with [`Rounds`], with the [`Record`], the rate and the time left. If the rounds have passes in
/// them, as the epochs of a fit do, it shows the batches of each pass with their loss. Otherwise it shows the rounds, such as the steps of a
/// driver. It has the weight [`LOGGERS`](crate::weight::LOGGERS). Needs the feature `indicatif`.
///
/// On a terminal, it draws a bar on standard error, ten times a second at most, and reads the loss of a batch only then. One line stays for
/// each round with passes, or for each run. If standard error is not a terminal, it prints plain lines: one for each round with passes, but
/// at most a hundred, or one for each tenth of a run. The last line is the [`Outcome`], whatever it is.
///
/// The state of the loop says what there is: its [`Phase`] and [`Iteration`] tell of passes, and the number of rounds is in [`Epochs`] or
/// [`Total`]. If the number of batches or rounds is not known, a spinner replaces the bar, and the lines are those of rounds 1, 2, 5, 10,
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
    /// The number of the round before the run.
    from: u64,
    /// The round under way, and when it began.
    round: (u64, Instant),
    /// The pass or run under way; `None` between two passes.
    task: Option<Task>,
    /// When the bar was drawn last.
    drawn_at: Option<Instant>,
    /// The number of the last round with passes that was printed as a line.
    printed: u64,
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
            from: 0,
            round: (0, Instant::now()),
            task: None,
            drawn_at: None,
            printed: 0,
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

    /// Sets the number of rounds in each run, such as the steps of a driver that runs for a simulated time.
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

#[callback(Rounds, register = false, ready_made, weight = weight::LOGGERS)]
impl Progress {
    fn on_enter(&mut self, record: &Record) {
        self.began = Instant::now();
        self.from = record.round().number();
        self.round = (self.from, self.began);
        self.printed = self.from;
        self.batches.clear_recorded();
        self.task = None;
        self.drawn_at = None;
    }

    fn on_scope_begin(
        &mut self,
        at: &Breakpoint,
        record: &Record,
        phase: Option<&Phase>,
        epochs: Option<&Epochs>,
        total: Option<&Total>,
    ) {
        let round = record.round();
        if self.round.0 != round.number() {
            self.round = (round.number(), Instant::now());
        }
        match phase {
            Some(phase) if at.bounds_phase() => self.begin_pass(*phase, round, epochs),
            None if self.task.is_none() => self.begin_run(round, epochs, total),
            _ => {}
        }
    }

    fn on_scope_end(
        &mut self,
        at: &Breakpoint,
        record: &Record,
        phase: Option<&Phase>,
        iteration: Option<&Iteration>,
        total: Option<&Total>,
        loss: Option<&Loss>,
    ) {
        let (Some(phase), Some(batch)) = (phase, iteration) else {
            return;
        };
        if at.bounds_phase() {
            self.end_pass(*phase, *batch, record);
        } else if let Some(task) = self
            .task
            .as_mut()
            .filter(|task| task.is_behind(batch.get()))
        {
            task.set_position(batch.get());
            task.set_total(total.and_then(|total| total.get()));
            self.draw_if_due(|names| text::format_batch(loss, record, names));
        }
    }

    fn on_round_end(&mut self, record: &Record, phase: Option<&Phase>, epochs: Option<&Epochs>) {
        if phase.is_none() {
            self.end_round(record);
        } else if counts::is_due(
            record.round().number(),
            epochs.map(|epochs| epochs.max),
            100,
        ) {
            self.print_round(record, epochs);
        }
    }

    fn on_exit(
        &mut self,
        outcome: &Outcome,
        record: Option<&Record>,
        phase: Option<&Phase>,
        epochs: Option<&Epochs>,
    ) {
        if let Some(record) = record.filter(|_| outcome.failed().is_none()) {
            if phase.is_none() {
                self.print_last(record);
            } else if self.printed < record.round().number() {
                self.print_round(record, epochs);
            }
        }
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
    fn begin_run(&mut self, round: Round, epochs: Option<&Epochs>, total: Option<&Total>) {
        let total = total.and_then(|total| total.get());
        let total = total.or_else(|| epochs.map(|epochs| epochs.max.saturating_sub(self.from)));
        let total = total.or(self.steps);
        self.task = Some(Task::new(round.unit().to_owned(), self.from, total));
        self.draw_if_due(|_| Vec::new());
    }

    fn begin_pass(&mut self, phase: Phase, round: Round, epochs: Option<&Epochs>) {
        let name = if round.number() == self.from {
            phase.to_string()
        } else {
            format!("{} {phase}", text::format_round(round, epochs))
        };
        self.task = Some(Task::new(name, 0, self.batches.get(phase)));
        self.draw_if_due(|_| Vec::new());
    }

    /// Ends a pass. The passes of a round have one line together.
    fn end_pass(&mut self, phase: Phase, batches: Iteration, record: &Record) {
        self.batches.record(phase, batches.get());
        let is_alone = record.round().number() == self.from;
        if let Some(task) = self.task.take().filter(|_| is_alone) {
            let plural = if batches.get() == 1 { "" } else { "es" };
            let label = format!("{phase}, {batches} batch{plural}");
            let values = text::format_all(record, &self.names);
            self.print(&label, &values, task.began);
        }
    }

    /// Ends a round without passes.
    fn end_round(&mut self, record: &Record) {
        if let Some(task) = &mut self.task {
            task.set_position(record.round().number());
        }
        self.draw_if_due(|names| text::format_present(record, names));
        let is_due = |task: &Task| counts::is_due(task.done(), task.total(), 10);
        if !self.has_bar && self.task.as_ref().is_some_and(is_due) {
            self.print_task(record);
        }
    }

    /// Prints the last round of a run without passes.
    fn print_last(&mut self, record: &Record) {
        self.print_task(record);
        self.task = None;
    }

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

    /// Prints a round with passes.
    fn print_round(&mut self, record: &Record, epochs: Option<&Epochs>) {
        let round = record.round();
        self.printed = round.number();
        let values = text::format_all(record, &self.names);
        self.print(&text::format_round(round, epochs), &values, self.round.1);
    }

    /// Prints the position of the run, unless it is printed already or no round has ended.
    fn print_task(&mut self, record: &Record) {
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
