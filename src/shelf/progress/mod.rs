//! Shows how far a run has come.

mod course;
mod pace;
mod printer;
mod screen;
mod text;

pub use printer::Printer;

use crate::driver::{Driver, LogData};
use crate::fit::{Epoch, Epochs, Fit, Iteration, Loss, Metrics, Phase, Step, Total};
use callback_macros::callback;
use callback_runtime::Outcome;
use course::Course;
use indicatif::ProgressDrawTarget;
use pace::Lengths;
use screen::Screen;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Shows how far a run has come: the batches of each pass of a [`Fit`], the steps of a [`Driver`], with the rate, the time left, and
/// the loss of the batch and the metrics, or the log. Weight 10. Needs the feature `indicatif`.
///
/// On a terminal it is a bar on standard error, drawn ten times a second at most; only then is the loss of a batch read. What stays
/// is a line for each epoch, or one for each run of a driver. Where standard error is no terminal there are plain lines and
/// nothing else: one for each epoch, but a hundred at most, or one for each tenth of a driver's steps. In every ending the last
/// line is the [`Outcome`].
///
/// If the number of batches or steps is unknown, a spinner replaces the bar, and a driver prints a line at the steps 1, 2, 5, 10, 20, 50
/// and so on. For a source without a known number of batches it is known from the second epoch on, or [set](Self::batches).
///
/// Whoever prints beside a bar tears it. A [`Printer`] does not.
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
    batches: Lengths,
    steps: Option<u64>,
    /// When the run began, and the epoch.
    began: Instant,
    epoch_began: Instant,
    under_way: Option<Course>,
    drawn: Option<Instant>,
    /// The last epoch that has a line.
    told: Epoch,
}

impl Progress {
    /// Shows progress on standard error: a bar if it is a terminal, lines if it is not.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Progress;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Progress::new());
    /// // Nobody has told how many steps there are: on a terminal this is a spinner.
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

    /// Shows a bar on another target of indicatif; nothing at all, if it is a hidden one.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// use indicatif::ProgressDrawTarget;
    ///
    /// let on_standard_output = Progress::live(ProgressDrawTarget::stdout());
    /// let nowhere = Progress::live(ProgressDrawTarget::hidden());
    /// ```
    pub fn live(target: ProgressDrawTarget) -> Self {
        Self::on(Screen::live(target))
    }

    /// Writes plain lines to a file, or to anything else, wherever the program runs.
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
            printer: Printer::of(screen),
            refresh: Duration::from_millis(100),
            names: Vec::new(),
            batches: Lengths::default(),
            steps: None,
            began: Instant::now(),
            epoch_began: Instant::now(),
            under_way: None,
            drawn: None,
            told: Epoch::default(),
        }
    }

    /// Shows these metrics, or these values of the log, and no others; everything but vectors, if nothing is said. A part of a
    /// value is named as in `energy.variance`. In lines a dash stands for what is not there.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// let progress = Progress::new().show(["energy", "energy.variance"]);
    /// ```
    pub fn show<N: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = names.into_iter().map(N::into).collect();
        self
    }

    /// Tells how many batches the passes of a phase have, if their source cannot.
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
        self.batches.tell(phase, batches);
        self
    }

    /// Tells how many steps each run of a driver makes, if it is for a simulated time.
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

    /// Draws the bar no more often than this; a tenth of a second if nothing is said. A batch's loss is read when it is drawn, and
    /// reading it may wait for the device.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// let on_a_slow_line = Progress::new().refresh(std::time::Duration::from_secs(5));
    /// ```
    pub fn refresh(mut self, at_most: Duration) -> Self {
        self.refresh = at_most;
        self
    }

    /// A handle for others to print with while the bar is there.
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

#[callback(Fit, Driver, discover = false, weight = 10)]
impl Progress {
    fn on_enter(&mut self) {
        self.began = Instant::now();
        self.batches.forget();
        self.under_way = None;
        self.drawn = None;
        self.told = Epoch::default();
    }

    fn on_epoch_begin(&mut self) {
        self.epoch_began = Instant::now();
    }

    fn on_phase_begin(&mut self, phase: &Phase, epoch: &Epoch, epochs: &Epochs) {
        let name = match epoch.get() {
            0 => phase.to_string(),
            epoch => format!("epoch {epoch}/{} {phase}", epochs.max),
        };
        self.set_out(name, 0, self.batches.of(*phase));
        self.look(|_| Vec::new());
    }

    fn on_batch_end(
        &mut self,
        iteration: &Iteration,
        total: &Total,
        loss: Option<&Loss>,
        metrics: &Metrics,
    ) {
        self.reach(iteration.get());
        self.learn(*total);
        self.look(|names| {
            let loss = loss.map(|loss| text::entry("loss", &text::number(loss.value())));
            let metrics = text::present(metrics, names);
            loss.into_iter().chain(metrics).collect()
        });
    }

    fn on_phase_end(
        &mut self,
        phase: &Phase,
        epoch: &Epoch,
        iteration: &Iteration,
        metrics: &Metrics,
    ) {
        self.batches.see(*phase, iteration.get());
        let course = self.under_way.take();
        // An epoch has a line of its own.
        if let Some(course) = course.filter(|_| epoch.get() == 0) {
            let plural = if iteration.get() == 1 { "" } else { "es" };
            let what = format!("{phase}, {iteration} batch{plural}");
            self.tell(&what, &text::complete(metrics, &self.names), course.began);
        }
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, epochs: &Epochs, metrics: &Metrics) {
        if pace::is_due(epoch.get(), Some(epochs.max), 100) {
            self.tell_epoch(*epoch, *epochs, metrics);
        }
    }

    fn on_fit_end(&mut self, epoch: &Epoch, epochs: &Epochs, metrics: &Metrics) {
        if self.told < *epoch {
            self.tell_epoch(*epoch, *epochs, metrics);
        }
    }

    fn on_run_start(&mut self, step: &Step, total: &Total) {
        self.set_out("step".into(), step.get(), total.get().or(self.steps));
        self.look(|_| Vec::new());
    }

    fn on_step_end(&mut self, step: &Step, log: &LogData) {
        self.reach(step.get());
        self.look(|names| text::present(log, names));
        let due = |course: &Course| pace::is_due(course.done(), course.total(), 10);
        if !self.has_bar && self.under_way.as_ref().is_some_and(due) {
            self.tell_step(log);
        }
    }

    fn on_run_end(&mut self, log: &LogData) {
        self.tell_step(log);
        self.under_way = None;
    }

    fn on_exit(&mut self, outcome: &Outcome) {
        // What is still under way has failed; what its state came to is not to be relied on.
        if let Some(course) = self.under_way.take().filter(|course| !course.is_told()) {
            self.tell(&course.what(), "", course.began);
        }
        self.printer.screen().end();
        let ending = outcome.to_string();
        let mut lines = ending.lines();
        self.tell(lines.next().unwrap_or_default(), "", self.began);
        lines.for_each(|line| self.printer.println(line));
    }
}

impl Progress {
    fn set_out(&mut self, name: String, from: u64, total: Option<u64>) {
        self.under_way = Some(Course::new(name, from, total));
    }

    fn reach(&mut self, position: u64) {
        if let Some(course) = &mut self.under_way {
            course.reach(position);
        }
    }

    fn learn(&mut self, total: Total) {
        if let Some(course) = &mut self.under_way {
            course.learn(total.get());
        }
    }

    /// Draws the bar, if it is time to. What it shows is put into words only then.
    fn look(&mut self, values: impl FnOnce(&text::Names) -> Vec<String>) {
        let is_fresh = |drawn: Instant| drawn.elapsed() < self.refresh;
        if !self.has_bar || self.drawn.is_some_and(is_fresh) {
            return;
        }
        if let Some(course) = &self.under_way {
            let view = course.view(&values(&self.names));
            self.printer.screen().draw(view);
            self.drawn = Some(Instant::now());
        }
    }

    fn tell_epoch(&mut self, epoch: Epoch, epochs: Epochs, metrics: &Metrics) {
        self.told = epoch;
        let what = format!("epoch {epoch}/{}", epochs.max);
        let values = text::complete(metrics, &self.names);
        self.tell(&what, &values, self.epoch_began);
    }

    /// Tells of the last step, if there is one that has not been told.
    fn tell_step(&mut self, log: &LogData) {
        let untold = |course: &&mut Course| course.done() > 0 && !course.is_told();
        if let Some(course) = self.under_way.as_mut().filter(untold) {
            course.set_reported();
            let (what, began) = (course.what(), course.began);
            self.tell(&what, &text::complete(log, &self.names), began);
        }
    }

    fn tell(&self, what: &str, values: &str, began: Instant) {
        let line = text::line(what, values, began.elapsed());
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
