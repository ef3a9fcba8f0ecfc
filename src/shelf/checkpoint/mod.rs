//! Writes checkpoints of the run: [`Checkpoint`].
//!
//! - `handlers`: when a checkpoint is asked for, and what happens to the saved run;
//! - `keep`: which checkpoints stay;
//! - `name`: the names of their folders;
//! - `own`: which checkpoints of the run are there;
//! - `request`: [`SaveHandle`] and the other requests from outside;
//! - `writer`: writing in the loop, or on a thread.

mod handlers;
mod keep;
mod name;
mod own;
mod request;
mod writer;

pub use request::SaveHandle;
pub use writer::WhenBusy;

use super::stopping::Direction;
use crate::checkpoint::CheckpointDir;
use callback_runtime::{Period, RecordId};
use handlers::{Access, Pending};
use keep::{Best, Keep};
use name::NameTemplate;
use request::Request;
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use writer::Writer;

/// Writes checkpoints, from which a run [continues](crate::Attach::resume) after it was killed: in every loop with
/// [`Rounds`](callback_runtime::Rounds). Needs the feature `checkpoint`.
///
/// A checkpoint has [all that a plan knows by name](crate::persist): what callbacks remember, the record, counters and periods, the learner of
/// a trainer and the system of a driver, and what the program names with [`persist`](crate::Attach::persist). It is written when every other
/// callback of the moment has its state in, at the next place from which the loop can be resumed: in a fit after a batch, or between two
/// epochs. The [format](crate::checkpoint) is a folder that Python reads, too. A process that is killed at any instruction leaves the
/// checkpoints before whole.
///
/// Without further settings it writes at the end of each round, where the run is stopped or interrupted, and keeps the last two. It removes only
/// checkpoints of its own run, and none before its replacement is durable.
///
/// ```
/// use callbacks::checkpoint::Resume;
/// use callbacks::prelude::*;
/// use callbacks::shelf::Checkpoint;
/// # use doc_models::{Line, Points};
///
/// # let folder = std::env::temp_dir().join(format!("callbacks-doc-checkpoint-callback-{}", std::process::id()));
/// # let points = || vec![Points(vec![(1.0, 2.0)])];
/// // The same program, started again, goes on where it was.
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(3)
///     .callback(Checkpoint::to(&folder))
///     .resume(Resume::latest(&folder))?;
/// assert!(trainer.fit(points())?.outcome.is_finished());
///
/// let mut trainer = Trainer::new(Line::default()).epochs(5).resume(Resume::latest(&folder))?;
/// assert_eq!(trainer.fit(points())?.history.len(), 5);
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), BoxError>(())
/// ```
pub struct Checkpoint {
    dir: CheckpointDir,
    /// When to write; the end of each round if there is none.
    periods: Vec<Period>,
    keep: Keep,
    name: NameTemplate,
    /// Whether it writes where the run is stopped or interrupted.
    writes_halts: bool,
    /// Whether it writes when the run has failed.
    writes_failures: bool,
    requests: Vec<Request>,
    writer: Writer,
    /// The record of the run, by which the next run of a driver is known.
    record: Option<RecordId>,
    /// The id of the run; empty before the first run.
    run_id: String,
    /// What the run does with the directory.
    access: Access,
    /// The number of the last checkpoint that was asked for.
    sequence: u64,
    /// What it has asked for.
    pending: Option<Pending>,
}

impl Checkpoint {
    /// Writes checkpoints into this directory. The run creates it before its first step, and fails there if it cannot be written.
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits");
    /// assert!(format!("{checkpoint:?}").contains("runs/digits"));
    /// ```
    pub fn to(directory: impl Into<PathBuf>) -> Self {
        Self::into_dir(CheckpointDir::new(directory))
    }

    /// Writes checkpoints into a directory that exists as a value.
    ///
    /// ```
    /// # use callbacks::checkpoint::CheckpointDir;
    /// # use callbacks::shelf::Checkpoint;
    /// let runs = CheckpointDir::new("runs/digits");
    /// let checkpoint = Checkpoint::into_dir(runs.clone());
    /// # let _ = checkpoint;
    /// ```
    pub fn into_dir(directory: CheckpointDir) -> Self {
        Self {
            dir: directory,
            periods: Vec::new(),
            keep: Keep::default(),
            name: NameTemplate::default(),
            writes_halts: true,
            writes_failures: false,
            requests: Vec::new(),
            writer: Writer::default(),
            record: None,
            run_id: String::new(),
            access: Access::Unchecked,
            sequence: 0,
            pending: None,
        }
    }

    /// Writes with a period: of steps, epochs, samples, simulated time or seconds, or several of them. Each call adds one; without a call it
    /// writes at the end of each round.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").every(Period::epochs(1)).every(Period::seconds(600.0));
    /// # let _ = checkpoint;
    /// ```
    pub fn every(mut self, period: Period) -> Self {
        self.periods.push(period);
        self
    }

    /// Keeps the last `count` checkpoints; 2 by default. With 0 only the [best](Self::keep_best_min) are written and kept, beside those of
    /// stops, interrupts and requests.
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").keep_last(5);
    /// # let _ = checkpoint;
    /// ```
    pub fn keep_last(mut self, count: usize) -> Self {
        self.keep.last = Some(count);
        self
    }

    /// Keeps all checkpoints.
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").keep_all();
    /// # let _ = checkpoint;
    /// ```
    pub fn keep_all(mut self) -> Self {
        self.keep.last = None;
        self
    }

    /// Keeps the `count` checkpoints whose record has the smallest value of a number, beside the last ones. Rounds that were cut short, NaN and
    /// infinite values are not among them. In a loop of epochs whose periods are of another unit, such as steps, it writes also where an epoch
    /// ends that is one of the best.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Checkpoint;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(Checkpoint::to("runs/line").keep_best_min("train_los", 3));
    /// assert!(trainer.check().unwrap_err().to_string().contains("`train_loss`"));
    /// ```
    pub fn keep_best_min(self, monitor: impl Into<Cow<'static, str>>, count: usize) -> Self {
        self.keep_best(monitor.into(), Direction::Minimize, count)
    }

    /// Keeps the `count` checkpoints whose record has the greatest value of a number; see [`keep_best_min`](Self::keep_best_min).
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").keep_best_max("valid_accuracy", 3).keep_last(0);
    /// # let _ = checkpoint;
    /// ```
    pub fn keep_best_max(self, monitor: impl Into<Cow<'static, str>>, count: usize) -> Self {
        self.keep_best(monitor.into(), Direction::Maximize, count)
    }

    fn keep_best(mut self, monitor: Cow<'static, str>, direction: Direction, count: usize) -> Self {
        self.keep.best = Some(Best::new(monitor, direction, count));
        self
    }

    /// Names the folders: `epoch-{epoch:02}-{valid_loss:.4}`. A name in braces is a counter of the loop (`epoch`, `step`, …), a number of the
    /// record, or `n`, the number of the checkpoint; after a colon it has the width or the digits, as in `format!`. A value that is not there
    /// is `none`. A checkpoint with the name of one before replaces it, or has its number behind it if the one before stays; one with a name that
    /// another run has gets four letters behind it. The
    /// default is `checkpoint-{n:06}`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Checkpoint;
    /// # use doc_models::{Line, Points};
    /// let named = |name: &str| Trainer::new(Line::default()).callback(Checkpoint::to("runs/line").named(name));
    /// assert!(named("epoch-{epoch:02}-{train_loss:.3}").check().is_ok());
    /// assert!(named("epoch-{epoch").check().is_err());
    /// ```
    pub fn named(mut self, template: impl Into<String>) -> Self {
        self.name = NameTemplate::new(template.into());
        self
    }

    /// Writes none where the run is stopped or interrupted.
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").without_halts();
    /// # let _ = checkpoint;
    /// ```
    pub fn without_halts(mut self) -> Self {
        self.writes_halts = false;
        self
    }

    /// Writes also when the run has failed, for inspection. Such a checkpoint is marked as failed: it is never the latest, is not counted among
    /// those that are kept, and no run continues from it.
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").with_failures();
    /// # let _ = checkpoint;
    /// ```
    pub fn with_failures(mut self) -> Self {
        self.writes_failures = true;
        self
    }

    /// Writes also when a handle [asks for it](SaveHandle::save).
    ///
    /// ```
    /// # use callbacks::shelf::{Checkpoint, SaveHandle};
    /// let handle = SaveHandle::new();
    /// let checkpoint = Checkpoint::to("runs/digits").on_request(handle.clone());
    /// handle.save();
    /// # let _ = checkpoint;
    /// ```
    pub fn on_request(mut self, handle: SaveHandle) -> Self {
        self.requests.push(Request::Handle(handle));
        self
    }

    /// Writes also when a file of this path appears: `touch save-now`. The file is removed. It is looked for at most ten times in a second.
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").when_file_appears("runs/digits/save-now");
    /// # let _ = checkpoint;
    /// ```
    pub fn when_file_appears(mut self, path: impl Into<PathBuf>) -> Self {
        self.requests.push(Request::file(path.into()));
        self
    }

    /// Writes also at SIGUSR1: `kill -USR1`. Needs the feature `signal-hook`, and a Unix.
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// let checkpoint = Checkpoint::to("runs/digits").on_sigusr1();
    /// # let _ = checkpoint;
    /// ```
    #[cfg(all(unix, feature = "signal-hook"))]
    pub fn on_sigusr1(mut self) -> Self {
        self.requests.push(Request::signal());
        self
    }

    /// Writes on a thread: the loop waits only until what is saved is copied. One checkpoint is written at a time; `busy` says what happens to
    /// the next one. An error of the thread is a failure of this callback at the next end of a scope, or at the exit, which waits for the
    /// thread. This needs the memory of two copies of what is saved, and the loop alone that of one; both are used again by later checkpoints.
    ///
    /// ```
    /// # use callbacks::shelf::{Checkpoint, WhenBusy};
    /// let checkpoint = Checkpoint::to("runs/digits").in_background(WhenBusy::Wait);
    /// # let _ = checkpoint;
    /// ```
    pub fn in_background(mut self, busy: WhenBusy) -> Self {
        self.writer = Writer::on_thread(busy);
        self
    }

    /// Returns how often none was written, because the thread [was busy](WhenBusy::Skip).
    ///
    /// ```
    /// # use callbacks::shelf::Checkpoint;
    /// assert_eq!(Checkpoint::to("runs/digits").skipped(), 0);
    /// ```
    pub fn skipped(&self) -> u64 {
        self.writer.skipped
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("directory", &self.dir.path())
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}
