//! Writes checkpoints in the loop, or on a thread.

use super::own::OwnCheckpoints;
use crate::checkpoint::{CheckpointDir, CheckpointError, CheckpointProblem, NewCheckpoint};
use callback_runtime::BoxError;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;

/// What happens to a checkpoint while the thread writes the one before.
///
/// ```
/// use callbacks::shelf::{Checkpoint, WhenBusy};
///
/// let checkpoint = Checkpoint::to("runs/digits").in_background(WhenBusy::Skip);
/// # let _ = checkpoint;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenBusy {
    /// The loop waits until the one before is written.
    Wait,
    /// It is not written, and [`Checkpoint::skipped`](super::Checkpoint::skipped) counts it. One of the best, that of the last epoch, and
    /// one of a stop, an interrupt or a request are written all the same.
    Skip,
}

/// Writes checkpoints, and knows which of the run are there.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// `None` writes in the loop.
    busy: Option<WhenBusy>,
    thread: Option<WriterThread>,
    pub(super) own: OwnCheckpoints,
    /// Whether the run under way has written one.
    pub(super) has_written: bool,
    /// The number of checkpoints that were not written, because the thread was busy.
    pub(super) skipped: u64,
}

/// A thread that writes, from the first checkpoint of a run to its exit.
#[derive(Debug)]
struct WriterThread {
    jobs: Sender<Job>,
    results: Receiver<JobResult>,
    is_writing: bool,
    is_alive: bool,
    handle: JoinHandle<()>,
}

/// A checkpoint that is to be written.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) dir: CheckpointDir,
    pub(super) new: NewCheckpoint,
    /// The names of those that do not stay when it is durable.
    pub(super) leaving: Vec<String>,
}

/// The number and the name of the checkpoint, if it has another name than was asked for.
type Renamed = Option<(u64, String)>;
type JobResult = Result<Renamed, CheckpointError>;

impl Job {
    /// Writes the checkpoint, and removes those that do not stay.
    fn run(self) -> JobResult {
        let Self { dir, new, leaving } = self;
        let run_id = new.run_id.clone();
        let renamed = write_beside_others(&dir, new)?;
        // Under its other name it may have replaced one of them.
        let is_other = |name: &&String| renamed.as_ref().is_none_or(|(_, new)| new != *name);
        for name in leaving.iter().filter(is_other) {
            dir.remove_listed(name, &run_id)?;
        }
        Ok(renamed)
    }
}

/// Writes a checkpoint. If another run has one of its name, its own name gets the beginning of the run's id.
fn write_beside_others(dir: &CheckpointDir, new: NewCheckpoint) -> JobResult {
    let other_name = format!("{}-{:.4}", new.name, new.run_id);
    if !dir.is_taken(&new.name, &new.run_id) {
        match dir.write(new.clone()) {
            // Another run has written it in between.
            Err(error) if matches!(error.problem(), CheckpointProblem::OtherRun { .. }) => {}
            written => return written.map(|_| None),
        }
    }
    let (sequence, name) = (new.sequence, other_name.clone());
    dir.write(NewCheckpoint { name, ..new })?;
    Ok(Some((sequence, other_name)))
}

impl Writer {
    pub(super) fn on_thread(busy: WhenBusy) -> Self {
        Self {
            busy: Some(busy),
            ..Self::default()
        }
    }

    /// Whether a checkpoint can be written now; counts it as skipped if not. Waits for the thread, unless the checkpoint may be skipped.
    pub(super) fn is_free(&mut self, may_be_skipped: bool) -> Result<bool, BoxError> {
        let Some(thread) = &mut self.thread else {
            return Ok(true);
        };
        let done = match self.busy {
            Some(WhenBusy::Skip) if may_be_skipped => thread.poll(),
            _ => thread.wait(),
        };
        let is_free = !thread.is_writing;
        self.skipped += u64::from(!is_free);
        self.heed(done)?;
        Ok(is_free)
    }

    /// Writes a checkpoint, or lets the thread do it, which must be free.
    pub(super) fn write(&mut self, job: Job) -> Result<(), BoxError> {
        self.has_written = true;
        if self.busy.is_none() {
            return self.heed(job.run().map_err(Into::into));
        }
        let thread = match &mut self.thread {
            Some(thread) => thread,
            none => none.insert(WriterThread::start()?),
        };
        let sent = thread.send(job);
        self.heed(sent.map(|()| None))
    }

    /// Returns the error of the thread, if it has one.
    pub(super) fn poll(&mut self) -> Result<(), BoxError> {
        match &mut self.thread {
            Some(thread) if thread.is_writing => {
                let done = thread.poll();
                self.heed(done)
            }
            _ => Ok(()),
        }
    }

    /// Waits until all is written, and ends the thread.
    pub(super) fn finish(&mut self) -> Result<(), BoxError> {
        let Some(mut thread) = self.thread.take() else {
            return Ok(());
        };
        let done = thread.wait();
        let WriterThread { jobs, handle, .. } = thread;
        drop(jobs);
        // A panic of the thread is an error of `wait`.
        let _ = handle.join();
        self.heed(done)
    }

    /// Keeps in mind under which name a checkpoint was written, and that nothing is known after an error.
    fn heed(&mut self, done: Result<Renamed, BoxError>) -> Result<(), BoxError> {
        match done {
            Ok(Some((sequence, name))) => self.own.rename(sequence, &name),
            Ok(None) => {}
            Err(error) => {
                self.own.forget();
                // One that has ended by a panic is replaced.
                self.thread.take_if(|thread| !thread.is_alive);
                return Err(error);
            }
        }
        Ok(())
    }
}

impl WriterThread {
    fn start() -> Result<Self, BoxError> {
        let (jobs, next) = channel::<Job>();
        let (report, results) = channel();
        let write_all = move || {
            for job in next {
                if report.send(job.run()).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("checkpoints".to_owned());
        Ok(Self {
            jobs,
            results,
            is_writing: false,
            is_alive: true,
            handle: thread.spawn(write_all)?,
        })
    }

    fn send(&mut self, job: Job) -> Result<(), BoxError> {
        if self.jobs.send(job).is_err() {
            return Err(self.lost());
        }
        self.is_writing = true;
        Ok(())
    }

    /// Waits for the checkpoint that is being written.
    fn wait(&mut self) -> Result<Renamed, BoxError> {
        if !std::mem::take(&mut self.is_writing) {
            return Ok(None);
        }
        match self.results.recv() {
            Ok(result) => Ok(result?),
            Err(_) => Err(self.lost()),
        }
    }

    /// Returns the result of the checkpoint that was written, if it is done.
    fn poll(&mut self) -> Result<Renamed, BoxError> {
        if !self.is_writing {
            return Ok(None);
        }
        let result = match self.results.try_recv() {
            Ok(result) => result,
            Err(TryRecvError::Empty) => return Ok(None),
            Err(TryRecvError::Disconnected) => return Err(self.lost()),
        };
        self.is_writing = false;
        Ok(result?)
    }

    fn lost(&mut self) -> BoxError {
        (self.is_writing, self.is_alive) = (false, false);
        LOST.into()
    }
}

const LOST: &str =
    "the thread that writes checkpoints has ended by a panic; the checkpoints before are whole";
