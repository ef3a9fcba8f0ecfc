//! The worker of one callback in the background: a bounded queue, and the thread that makes the calls in it.
//!
//! To wake a thread is a system call, which takes longer than all else that a firing does here. So a worker without work looks
//! again by itself for a while, and waits to be woken only after it has looked in vain for long.

use super::Background;
use super::channel::{self, Receiver, Sender, TrySendError};
use super::report::{BackgroundFailure, BackgroundReport};
use crate::background::sync::atomic::{AtomicBool, Ordering};
use crate::background::sync::thread::{self, JoinHandle};
use crate::background::sync::{Mutex, MutexGuard};
use crate::callback::HandlerId;
use crate::outcome::{BoxError, Cause, catch, dispose, quietly};
use crate::raw::{CallbackCell, HandlerStatus};
use std::any::Any;
use std::sync::{Arc, PoisonError};

/// A queue with more room than this reserves no memory for it: no program fills it.
const MAX_BOUNDED_ROOM: usize = 1 << 24;

/// A call with its copies.
pub(crate) type BackgroundCall = Box<dyn FnOnce(&mut dyn Any) -> Result<(), BoxError> + Send>;

enum Message {
    Call(HandlerId, BackgroundCall),
    /// The loop waits: dropped when all that came before is done.
    Barrier(#[expect(dead_code, reason = "its drop is the message")] Sender<()>),
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
type CallWith = fn(&Shared, BackgroundCall) -> Option<Result<(), BoxError>>;

/// What both sides use.
struct Shared {
    cell: Arc<CallbackCell>,
    report: Mutex<BackgroundReport>,
    /// The ledger has a failure that the loop does not know of.
    has_failures: AtomicBool,
    /// A call has panicked: the callback is not called any more in this run.
    has_panicked: AtomicBool,
}

impl Worker {
    pub(crate) fn new(policy: Background, cell: Arc<CallbackCell>) -> Self {
        Self {
            policy,
            shared: Arc::new(Shared {
                cell,
                report: Mutex::new(BackgroundReport::default()),
                has_failures: AtomicBool::new(false),
                has_panicked: AtomicBool::new(false),
            }),
            running: Mutex::new(None),
        }
    }

    /// A run begins.
    pub(crate) fn start(&self) {
        self.stop();
        self.shared.begin();
        let (calls, queued) = match self.policy.room().max(1) {
            room if room > MAX_BOUNDED_ROOM => channel::unbounded(),
            room => channel::bounded(room),
        };
        let (shared, queue) = (self.shared.clone(), queued.clone());
        let spawned = thread::Builder::new()
            .name("callback".into())
            .spawn(move || shared.run(&queue));
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
    pub(crate) fn enqueue(&self, handler: HandlerId, call: BackgroundCall) -> HandlerStatus {
        // The lock is free before anything of a user's is called or dropped.
        let outcome = match self.running().as_ref() {
            Some(running) => running.send(Message::Call(handler, call), self.policy),
            None => SendOutcome::NotQueued(Message::Call(handler, call)),
        };
        match outcome {
            SendOutcome::Sent => {}
            SendOutcome::Displaced(message) => self.shared.drop_one(message),
            SendOutcome::NotQueued(message) => self.shared.take(message, Shared::on_the_loop),
        }
        if self.shared.has_failures.load(Ordering::Acquire) {
            HandlerStatus::BackgroundFailure
        } else {
            HandlerStatus::Continue
        }
    }

    /// Waits until all that was pushed is done.
    pub(crate) fn wait_until_done(&self) {
        let barrier = {
            let running = self.running();
            let Some(running) = running.as_ref() else {
                return;
            };
            let (done, barrier) = channel::bounded(0);
            // It fails only where there is no worker, which has nothing to do then.
            let _ = running.calls.send(Message::Barrier(done));
            running.thread.thread().unpark();
            barrier
        };
        // An error says that the worker has dropped its end.
        let _ = barrier.recv();
    }

    /// What waits is not done any more.
    pub(crate) fn discard(&self) {
        let queued = self.running().as_ref().map(|it| it.queued.clone());
        if let Some(queued) = queued {
            self.shared.drop_all(&queued);
        }
    }

    /// The failures that the loop does not know of.
    pub(crate) fn take_failures(&self) -> Vec<BackgroundFailure> {
        let mut report = self.shared.report();
        self.shared.has_failures.store(false, Ordering::Relaxed);
        report.take_failures()
    }

    /// How many calls of which handlers were dropped in this run.
    pub(crate) fn dropped(&self) -> Vec<(HandlerId, u64)> {
        self.shared.report().dropped()
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
enum SendOutcome {
    Sent,
    Displaced(Message),
    NotQueued(Message),
}

impl Running {
    fn send(&self, message: Message, policy: Background) -> SendOutcome {
        let (message, oldest) = match self.calls.try_send(message) {
            Ok(()) => return self.sent(policy, None),
            // The worker lives as long as `calls`.
            Err(TrySendError::Disconnected(_)) => return SendOutcome::Sent,
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
    fn sent(&self, policy: Background, oldest: Option<Message>) -> SendOutcome {
        if self.calls.len() * 2 > policy.room() {
            self.thread.thread().unpark();
        }
        oldest.map_or(SendOutcome::Sent, SendOutcome::Displaced)
    }
}

impl Shared {
    fn begin(&self) {
        let old = std::mem::take(&mut *self.report());
        dispose(old, "an error");
        self.has_failures.store(false, Ordering::Relaxed);
        self.has_panicked.store(false, Ordering::Relaxed);
    }

    fn run(&self, queue: &Receiver<Message>) {
        while let Some(message) = channel::receive(queue) {
            self.take(message, |shared, call| shared.cell.with_on_worker(call));
        }
    }

    fn on_the_loop(&self, call: BackgroundCall) -> Option<Result<(), BoxError>> {
        self.cell.with_on_loop(call)
    }

    fn take(&self, message: Message, with: CallWith) {
        match message {
            Message::Call(handler, call) if !self.has_panicked.load(Ordering::Relaxed) => {
                self.call_handler(handler, call, with);
            }
            dropped => self.drop_one(dropped),
        }
    }

    /// Makes a call; one that panicked is the last.
    fn call_handler(&self, handler: HandlerId, call: BackgroundCall, with: CallWith) {
        let made = catch(|| with(self, call));
        let cause = match made {
            Ok(Some(Ok(()))) => return,
            Ok(None) => return self.report().drop_one(handler),
            Ok(Some(Err(error))) => Cause::Error(error),
            Err(panic) => {
                self.has_panicked.store(true, Ordering::Relaxed);
                panic
            }
        };
        self.report().fail(handler, cause);
        self.has_failures.store(true, Ordering::Release);
    }

    fn drop_all(&self, queue: &Receiver<Message>) {
        queue.try_iter().for_each(|message| self.drop_one(message));
    }

    fn drop_one(&self, message: Message) {
        if let Message::Call(handler, _) = &message {
            self.report().drop_one(*handler);
        }
        dispose(message, "a copy for the background");
    }

    fn report(&self) -> MutexGuard<'_, BackgroundReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
