//! The worker of one callback in the background: a bounded queue, and the thread that makes the calls in it.
//!
//! To wake a thread is a system call, which takes longer than all else that a firing does here. So a worker without work looks
//! again by itself for a while, and waits to be woken only after it has looked in vain for long.

use super::Background;
use super::channel::{self, Receiver, Sender, TrySendError};
use super::ledger::{Late, Ledger, Whose};
use crate::catch::{catch, dispose, quietly};
use crate::failure::{BoxError, Cause};
use crate::raw::{CallbackCell, Code};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Mutex, MutexGuard};
use std::any::Any;
use std::sync::{Arc, PoisonError};

/// A queue with more room than this reserves no memory for it: no program fills it.
const ENDLESS: usize = 1 << 24;

/// A call with its copies.
pub(crate) type Job = Box<dyn FnOnce(&mut dyn Any) -> Result<(), BoxError> + Send>;

enum Message {
    Call(Whose, Job),
    /// The loop waits: dropped when all that came before is done.
    Rest(#[expect(dead_code, reason = "its drop is the message")] Sender<()>),
}

/// The loop's side of one callback in the background.
pub(crate) struct Worker {
    policy: Background,
    shared: Arc<Shared>,
    /// `None` between runs, and where the system has no thread to give.
    running: Mutex<Option<Running>>,
}

struct Running {
    calls: Sender<Message>,
    /// The worker's own end of the queue, to take out what is not to be done any more.
    queued: Receiver<Message>,
    thread: JoinHandle<()>,
}

/// Calls a job with the callback; `None` if that is gone.
type Call = fn(&Shared, Job) -> Option<Result<(), BoxError>>;

/// What both sides use.
struct Shared {
    cell: Arc<CallbackCell>,
    ledger: Mutex<Ledger>,
    /// The ledger has a failure that the loop does not know of.
    is_late: AtomicBool,
    /// A call has panicked: the callback is not called any more in this run.
    is_broken: AtomicBool,
}

impl Worker {
    pub(crate) fn new(policy: Background, cell: Arc<CallbackCell>) -> Self {
        Self {
            policy,
            shared: Arc::new(Shared {
                cell,
                ledger: Mutex::new(Ledger::default()),
                is_late: AtomicBool::new(false),
                is_broken: AtomicBool::new(false),
            }),
            running: Mutex::new(None),
        }
    }

    /// A run begins.
    pub(crate) fn start(&self) {
        self.stop();
        self.shared.begin();
        let (calls, queued) = match self.policy.room().max(1) {
            room if room > ENDLESS => channel::unbounded(),
            room => channel::bounded(room),
        };
        let (shared, queue) = (self.shared.clone(), queued.clone());
        let spawned = thread::Builder::new()
            .name("callback".into())
            .spawn(move || shared.work(&queue));
        match spawned {
            Ok(thread) => {
                *self.running() = Some(Running {
                    calls,
                    queued,
                    thread,
                });
            }
            Err(error) => quietly(|| {
                tracing::warn!(%error, "no thread for the background; its calls are made in the loop");
            }),
        }
    }

    /// Ends the worker; what waits is not done any more.
    pub(crate) fn stop(&self) {
        let Some(running) = self.running().take() else {
            return;
        };
        let Running {
            calls,
            queued,
            thread,
        } = running;
        self.shared.drop_all(&queued);
        drop(calls);
        thread.thread().unpark();
        // It catches every panic of a call.
        let _ = thread.join();
    }

    /// Puts a call behind the others. Where there is no room, the policy decides.
    pub(crate) fn push(&self, whose: Whose, job: Job) -> Code {
        // The lock is free before anything of a user's is called or dropped.
        let left = match self.running().as_ref() {
            Some(running) => running.send(Message::Call(whose, job), self.policy),
            None => Left::ToDo(Message::Call(whose, job)),
        };
        match left {
            Left::Nothing => {}
            Left::Oldest(message) => self.shared.drop_one(message),
            Left::ToDo(message) => self.shared.take(message, Shared::on_the_loop),
        }
        if self.shared.is_late.load(Ordering::Acquire) {
            Code::Late
        } else {
            Code::Continue
        }
    }

    /// Waits until all that was pushed is done.
    pub(crate) fn wait_until_done(&self) {
        let rests = {
            let running = self.running();
            let Some(running) = running.as_ref() else {
                return;
            };
            let (done, rests) = channel::bounded(0);
            // It fails only where there is no worker, which has nothing to do then.
            let _ = running.calls.send(Message::Rest(done));
            running.thread.thread().unpark();
            rests
        };
        // An error says that the worker has dropped its end.
        let _ = rests.recv();
    }

    /// What waits is not done any more.
    pub(crate) fn discard(&self) {
        let queued = self.running().as_ref().map(|it| it.queued.clone());
        if let Some(queued) = queued {
            self.shared.drop_all(&queued);
        }
    }

    /// The failures that the loop does not know of.
    pub(crate) fn take_late(&self) -> Vec<Late> {
        let mut ledger = self.shared.ledger();
        self.shared.is_late.store(false, Ordering::Relaxed);
        ledger.take_late()
    }

    /// How many calls of which handlers were dropped in this run.
    pub(crate) fn dropped(&self) -> Vec<(Whose, u64)> {
        self.shared.ledger().dropped()
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Worker {
    /// A worker that still runs belongs to a process that exits inside of a call. It is not waited for: it may be waiting for the same exit.
    fn drop(&mut self) {
        if let Some(running) = self.running().take() {
            self.shared.drop_all(&running.queued);
            drop(running.calls);
            running.thread.thread().unpark();
        }
    }
}

/// What is left to do for a push.
enum Left {
    Nothing,
    Oldest(Message),
    ToDo(Message),
}

impl Running {
    fn send(&self, message: Message, policy: Background) -> Left {
        let (message, oldest) = match self.calls.try_send(message) {
            Ok(()) => return self.sent(policy, None),
            // The worker lives as long as `calls`.
            Err(TrySendError::Disconnected(_)) => return Left::Nothing,
            Err(TrySendError::Full(message)) if policy.drops_oldest() => {
                (message, self.queued.try_recv().ok())
            }
            Err(TrySendError::Full(message)) => (message, None),
        };
        self.thread.thread().unpark();
        // There is room, or the worker makes it.
        let _ = self.calls.send(message);
        self.sent(policy, oldest)
    }

    /// A worker that looks again by itself is woken in time before the queue is full.
    fn sent(&self, policy: Background, oldest: Option<Message>) -> Left {
        if self.calls.len() * 2 > policy.room() {
            self.thread.thread().unpark();
        }
        oldest.map_or(Left::Nothing, Left::Oldest)
    }
}

impl Shared {
    fn begin(&self) {
        let old = std::mem::take(&mut *self.ledger());
        dispose(old, "an error");
        self.is_late.store(false, Ordering::Relaxed);
        self.is_broken.store(false, Ordering::Relaxed);
    }

    fn work(&self, queue: &Receiver<Message>) {
        while let Some(message) = channel::next(queue) {
            self.take(message, |shared, job| shared.cell.with(job));
        }
    }

    fn on_the_loop(&self, job: Job) -> Option<Result<(), BoxError>> {
        self.cell.with_on_the_loop(job)
    }

    fn take(&self, message: Message, call: Call) {
        match message {
            Message::Call(whose, job) if !self.is_broken.load(Ordering::Relaxed) => {
                self.make(whose, job, call);
            }
            dropped => self.drop_one(dropped),
        }
    }

    /// Makes a call; one that panicked is the last.
    fn make(&self, whose: Whose, job: Job, call: Call) {
        let made = catch(|| call(self, job));
        let cause = match made {
            Ok(Some(Ok(()))) => return,
            Ok(None) => return self.ledger().drop_one(whose),
            Ok(Some(Err(error))) => Cause::Error(error),
            Err(panic) => {
                self.is_broken.store(true, Ordering::Relaxed);
                panic
            }
        };
        self.ledger().fail(whose, cause);
        self.is_late.store(true, Ordering::Release);
    }

    fn drop_all(&self, queue: &Receiver<Message>) {
        queue.try_iter().for_each(|message| self.drop_one(message));
    }

    fn drop_one(&self, message: Message) {
        if let Message::Call(whose, _) = &message {
            self.ledger().drop_one(*whose);
        }
        dispose(message, "a copy for the background");
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
