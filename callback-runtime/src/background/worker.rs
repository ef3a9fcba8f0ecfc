//! The worker of one callback in the background: a queue of calls, and the thread that makes them.
//!
//! Waking a thread is a system call, which takes longer than everything else that a firing does here. So a worker polls an empty queue
//! for some time before it blocks: see `channel::receive`.

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

/// A queue with more room than this is unbounded, because a bounded queue reserves memory for its room and no program fills this one.
const MAX_BOUNDED_ROOM: usize = 1 << 24;

/// A call with copies of its parameters, which gets the callback.
pub(crate) type BackgroundCall = Box<dyn FnOnce(&mut dyn Any) -> Result<(), BoxError> + Send>;

enum Message {
    Call(HandlerId, BackgroundCall),
    /// Wakes the loop, which waits until the worker drops this: all messages before it are done then.
    Barrier(#[expect(dead_code, reason = "its drop is the message")] Sender<()>),
}

/// The loop's side of one callback in the background.
pub(crate) struct Worker {
    /// The length of the queue, and what happens when it is full.
    policy: Background,
    shared: Arc<Shared>,
    /// The thread and its queue. `None` between runs, and if the system could not start a thread.
    running: Mutex<Option<Running>>,
}

/// The thread of a worker, from the beginning to the end of a run.
struct Running {
    sender: Sender<Message>,
    /// A second receiver of the queue, with which the loop drops calls that the worker has not begun.
    receiver: Receiver<Message>,
    thread: JoinHandle<()>,
}

/// Makes a call with the callback of a cell. `None` if the cell is closed.
type CallWith = fn(&CallbackCell, BackgroundCall) -> Option<Result<(), BoxError>>;

/// What the loop and the worker's thread share.
struct Shared {
    cell: Arc<CallbackCell>,
    /// Empty when a run begins.
    report: Mutex<BackgroundReport>,
    /// Whether the report has a failure that the loop has not collected.
    has_failures: AtomicBool,
    /// Whether a call has panicked in this run. The other calls of the run are dropped then.
    has_panicked: AtomicBool,
}

impl Worker {
    /// Makes a worker without a thread.
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

    /// Starts the worker's thread, when a run begins.
    pub(crate) fn start(&self) {
        self.stop();
        self.shared.reset();
        let (sender, receiver) = match self.policy.room.max(1) {
            room if room > MAX_BOUNDED_ROOM => channel::unbounded(),
            room => channel::bounded(room),
        };
        let (shared, queue) = (self.shared.clone(), receiver.clone());
        let spawned = thread::Builder::new()
            .name("callback".into())
            .spawn(move || shared.run(&queue));
        match spawned {
            Ok(thread) => {
                *self.running() = Some(Running {
                    sender,
                    receiver,
                    thread,
                });
            }
            Err(error) => quietly(|| {
                tracing::warn!(%error, "no thread for the background; its calls are made in the loop");
            }),
        }
    }

    /// Ends the worker's thread after its current call, and drops the queued calls.
    pub(crate) fn stop(&self) {
        let running = self.running().take();
        if let Some(running) = running {
            // The thread catches every panic of a call, so it ends without one.
            let _ = running.end(&self.shared).join();
        }
    }

    /// Adds a call to the queue. If the queue is full, the policy decides. Returns whether there are failures to collect.
    pub(crate) fn enqueue(&self, handler: HandlerId, call: BackgroundCall) -> HandlerStatus {
        let message = Message::Call(handler, call);
        // The lock is released here, before code or destructors of the user run.
        let sent = match self.running().as_ref() {
            Some(running) => Ok(running.send(message, self.policy)),
            None => Err(message),
        };
        match sent {
            Ok(None) => {}
            Ok(Some(oldest)) => self.shared.drop_one(oldest),
            Err(message) => self.shared.process(message, CallbackCell::with_on_loop),
        }
        if self.shared.has_failures.load(Ordering::Acquire) {
            HandlerStatus::BackgroundFailure
        } else {
            HandlerStatus::Continue
        }
    }

    /// Waits until all queued calls are made or dropped.
    pub(crate) fn wait_until_done(&self) {
        let barrier = {
            let running = self.running();
            let Some(running) = running.as_ref() else {
                return;
            };
            let (done, barrier) = channel::bounded(0);
            // An error means that the worker has ended, so no call is left.
            let _ = running.sender.send(Message::Barrier(done));
            running.thread.thread().unpark();
            barrier
        };
        // Always an error: the worker drops its end without sending.
        let _ = barrier.recv();
    }

    /// Drops the queued calls.
    pub(crate) fn discard(&self) {
        let clone = |running: &Running| running.receiver.clone();
        let receiver = self.running().as_ref().map(clone);
        if let Some(receiver) = receiver {
            self.shared.drop_all(&receiver);
        }
    }

    /// Removes and returns the failures that the loop has not collected.
    pub(crate) fn take_failures(&self) -> Vec<BackgroundFailure> {
        let mut report = self.shared.report();
        self.shared.has_failures.store(false, Ordering::Relaxed);
        std::mem::take(&mut report.failures)
    }

    /// Returns the number of dropped calls in this run, by handler.
    pub(crate) fn dropped(&self) -> Vec<(HandlerId, u64)> {
        let report = self.shared.report();
        let dropped = report.dropped.iter();
        dropped.map(|(handler, times)| (*handler, *times)).collect()
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Worker {
    /// Ends the worker without waiting for it. A worker that still runs here belongs to a process that exits inside of a call, and its own
    /// call may be what exits the process.
    fn drop(&mut self) {
        let running = self.running().take();
        if let Some(running) = running {
            running.end(&self.shared);
        }
    }
}

impl Running {
    /// Drops the queued calls, and ends the thread after its current call.
    fn end(self, shared: &Shared) -> JoinHandle<()> {
        shared.drop_all(&self.receiver);
        drop(self.sender);
        self.thread.thread().unpark();
        self.thread
    }

    /// Adds a message to the queue. If the queue is full, this waits, or takes out and returns the oldest call, as the policy says.
    fn send(&self, message: Message, policy: Background) -> Option<Message> {
        let mut oldest = None;
        // The worker receives as long as there is a sender, so the queue is not disconnected.
        if let Err(TrySendError::Full(message)) = self.sender.try_send(message) {
            if policy.drops_oldest {
                oldest = self.receiver.try_recv().ok();
            }
            self.thread.thread().unpark();
            // Waits for the worker to make room, if there is none now.
            let _ = self.sender.send(message);
        }
        // Wakes a worker that waits for its next poll, if the queue is more than half full.
        if self.sender.len() * 2 > policy.room {
            self.thread.thread().unpark();
        }
        oldest
    }
}

impl Shared {
    /// Forgets the failures and the dropped calls of the last run.
    fn reset(&self) {
        let old = std::mem::take(&mut *self.report());
        dispose(old, "an error");
        self.has_failures.store(false, Ordering::Relaxed);
        self.has_panicked.store(false, Ordering::Relaxed);
    }

    /// Processes messages until there is no sender. This is what the worker's thread runs.
    fn run(&self, queue: &Receiver<Message>) {
        while let Some(message) = channel::receive(queue) {
            self.process(message, CallbackCell::with_on_worker);
        }
    }

    /// Makes the call of a message, unless a call has panicked in this run.
    fn process(&self, message: Message, with: CallWith) {
        match message {
            Message::Call(handler, call) if !self.has_panicked.load(Ordering::Relaxed) => {
                self.call_handler(handler, call, with);
            }
            dropped => self.drop_one(dropped),
        }
    }

    /// Makes a call, and adds its failure to the report.
    fn call_handler(&self, handler: HandlerId, call: BackgroundCall, with: CallWith) {
        let cause = match catch(|| with(&self.cell, call)) {
            Ok(Some(Ok(()))) => return,
            Ok(None) => return self.report().count_dropped(handler),
            Ok(Some(Err(error))) => Cause::Error(error),
            Err(panic) => {
                self.has_panicked.store(true, Ordering::Relaxed);
                panic
            }
        };
        self.report()
            .failures
            .push(BackgroundFailure { handler, cause });
        self.has_failures.store(true, Ordering::Release);
    }

    fn drop_all(&self, queue: &Receiver<Message>) {
        queue.try_iter().for_each(|message| self.drop_one(message));
    }

    /// Drops a message, and counts it if it is a call.
    fn drop_one(&self, message: Message) {
        if let Message::Call(handler, _) = &message {
            self.report().count_dropped(*handler);
        }
        dispose(message, "a copy for the background");
    }

    fn report(&self) -> MutexGuard<'_, BackgroundReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
