//! Writes checkpoints in the loop, or on a thread.

use super::keep::Keep;
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
    /// It is not written, and [`Checkpoint::skipped`](super::Checkpoint::skipped) counts it. One of a stop, an interrupt or a request is
    /// written all the same.
    Skip,
}

/// Writes checkpoints.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// `None` writes in the loop.
    busy: Option<WhenBusy>,
    thread: Option<WriterThread>,
    /// The number of checkpoints that were not written, because the thread was busy.
    pub(super) skipped: u64,
}

/// A thread that writes, from the first checkpoint of a run to its exit.
#[derive(Debug)]
struct WriterThread {
    jobs: Sender<Job>,
    results: Receiver<Result<(), CheckpointError>>,
    is_writing: bool,
    handle: JoinHandle<()>,
}

#[derive(Debug)]
struct Job {
    dir: CheckpointDir,
    new: NewCheckpoint,
    keep: Keep,
}

impl Job {
    /// Writes the checkpoint, and removes those that do not stay.
    fn run(self) -> Result<(), CheckpointError> {
        let Self { dir, new, keep } = self;
        let (run_id, sequence, failed) = (new.run_id.clone(), new.sequence, new.failed);
        write_beside_others(&dir, new)?;
        if failed {
            return Ok(());
        }
        keep.prune(&dir, &run_id, sequence)
    }
}

/// Writes a checkpoint. If another run has one of its name, its own name gets the beginning of the run's id.
fn write_beside_others(dir: &CheckpointDir, new: NewCheckpoint) -> Result<(), CheckpointError> {
    let other_name = format!("{}-{:.4}", new.name, new.run_id);
    if dir.is_taken(&new.name, &new.run_id) {
        let name = other_name;
        return dir.write(NewCheckpoint { name, ..new }).map(drop);
    }
    match dir.write(new.clone()) {
        // Another run has written it in between.
        Err(error) if matches!(error.problem(), CheckpointProblem::OtherRun { .. }) => {
            let name = other_name;
            dir.write(NewCheckpoint { name, ..new }).map(drop)
        }
        written => written.map(drop),
    }
}

impl Writer {
    pub(super) const fn on_thread(busy: WhenBusy) -> Self {
        Self {
            busy: Some(busy),
            thread: None,
            skipped: 0,
        }
    }

    /// Writes a checkpoint, or lets the thread do it. Returns whether it did: one that `may_be_skipped` is not written while the thread is busy.
    pub(super) fn write(
        &mut self,
        dir: &CheckpointDir,
        new: NewCheckpoint,
        keep: &Keep,
        may_be_skipped: bool,
    ) -> Result<bool, BoxError> {
        let job = Job {
            dir: dir.clone(),
            new,
            keep: keep.clone(),
        };
        let Some(busy) = self.busy else {
            job.run()?;
            return Ok(true);
        };
        let thread = match &mut self.thread {
            Some(thread) => thread,
            none => none.insert(WriterThread::start()?),
        };
        match busy {
            WhenBusy::Skip if may_be_skipped => thread.poll()?,
            WhenBusy::Skip | WhenBusy::Wait => thread.wait()?,
        }
        if thread.is_writing {
            self.skipped += 1;
            return Ok(false);
        }
        thread.send(job)?;
        Ok(true)
    }

    /// Returns the error of the thread, if it has one.
    pub(super) fn poll(&mut self) -> Result<(), BoxError> {
        match &mut self.thread {
            Some(thread) if thread.is_writing => thread.poll(),
            _ => Ok(()),
        }
    }

    /// Waits until all is written, and ends the thread.
    pub(super) fn finish(&mut self) -> Result<(), BoxError> {
        let Some(mut thread) = self.thread.take() else {
            return Ok(());
        };
        let result = thread.wait();
        let WriterThread { jobs, handle, .. } = thread;
        drop(jobs);
        // A panic of the thread is an error of `wait`.
        let _ = handle.join();
        result
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
            handle: thread.spawn(write_all)?,
        })
    }

    fn send(&mut self, job: Job) -> Result<(), BoxError> {
        self.jobs.send(job).map_err(|_| LOST)?;
        self.is_writing = true;
        Ok(())
    }

    /// Waits for the checkpoint that is being written.
    fn wait(&mut self) -> Result<(), BoxError> {
        if !std::mem::take(&mut self.is_writing) {
            return Ok(());
        }
        Ok(self.results.recv().map_err(|_| LOST)??)
    }

    /// Returns the error of the checkpoint that was written, if it is done.
    fn poll(&mut self) -> Result<(), BoxError> {
        if !self.is_writing {
            return Ok(());
        }
        let result = match self.results.try_recv() {
            Ok(result) => result,
            Err(TryRecvError::Empty) => return Ok(()),
            Err(TryRecvError::Disconnected) => {
                self.is_writing = false;
                return Err(LOST.into());
            }
        };
        self.is_writing = false;
        Ok(result?)
    }
}

const LOST: &str =
    "the thread that writes checkpoints has ended by a panic; the checkpoints before are whole";
