//! Worker threads that run the callbacks of a plan which may lag.

use super::later::Kept;
use super::thunk::Code;
use crate::failure::Cause;
use crate::lane::{Background, Late, Ledger, Pushed, Queue, Whose};
use std::any::TypeId;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// The witness that callbacks of a type may be sent to another thread.
#[derive(Debug, Clone, Copy)]
pub struct Sendable(fn() -> TypeId);

impl Sendable {
    pub const fn of<C: Send + 'static>() -> Self {
        Self(TypeId::of::<C>)
    }

    pub(super) fn is_of(self, callback: TypeId) -> bool {
        (self.0)() == callback
    }
}

/// A call that waits.
pub(super) struct Job {
    pub(super) whose: Whose,
    pub(super) kept: Kept,
}

/// One callback in the background: the calls that wait for it, and the thread that makes them.
///
/// **Invariant:** while the lane does not rest, nobody but its worker touches the callback; and the callback outlives the worker.
pub(super) struct Lane {
    queue: Queue<Job>,
    callback: Address,
    ledger: Mutex<Ledger>,
    /// There is a failure that the loop has not been told of.
    is_late: AtomicBool,
    worker: Mutex<Option<JoinHandle<()>>>,
}

/// The address of a callback that may be sent to another thread.
struct Address(*mut ());

// SAFETY: of a type that is `Send` (`Lanes::open`), and used by one thread at a time, by the lane's invariant.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl Lane {
    fn new(policy: Background, callback: *mut ()) -> Self {
        Self {
            queue: Queue::new(policy),
            callback: Address(callback),
            ledger: Mutex::default(),
            is_late: AtomicBool::new(false),
            worker: Mutex::default(),
        }
    }

    /// A run begins.
    fn start(self: &Arc<Self>) {
        self.stop();
        *self.ledger() = Ledger::default();
        self.is_late.store(false, Ordering::Relaxed);
        self.queue.open();
        let lane = self.clone();
        let spawned = thread::Builder::new()
            .name("callback".into())
            .spawn(move || lane.work());
        match spawned {
            Ok(worker) => *self.worker() = Some(worker),
            Err(error) => {
                self.queue.abandon();
                tracing::warn!(%error, "no thread for the background; its calls are made in the loop");
            }
        }
    }

    /// Ends the worker; what waits is not done any more.
    fn stop(&self) {
        let Some(worker) = self.worker().take() else {
            return;
        };
        self.discard();
        self.queue.close();
        // It catches every panic of a handler.
        let _ = worker.join();
    }

    /// Puts a call behind the others.
    #[inline]
    pub(super) fn push(&self, job: Job) -> Code {
        match self.queue.push(job) {
            Pushed::Waits => {}
            Pushed::InPlaceOf(job) | Pushed::Refused(job) => self.drop_one(job),
            Pushed::Yours(job) => drop(self.make(job)),
        }
        if self.is_late.load(Ordering::Acquire) {
            Code::Late
        } else {
            Code::Continue
        }
    }

    fn work(&self) {
        let quits = Quits(self);
        while let Some(job) = self.queue.next() {
            if self.make(job).is_break() {
                break;
            }
        }
        drop(quits);
    }

    /// Makes a call; one that panicked is the last.
    fn make(&self, job: Job) -> ControlFlow<()> {
        let Job { whose, kept } = job;
        // By the lane's invariant the callback is ours: this is the worker, or there is none.
        let made = catch_unwind(AssertUnwindSafe(|| kept(self.callback.0)));
        let (cause, flow) = match made {
            Ok(Ok(())) => return ControlFlow::Continue(()),
            Ok(Err(error)) => (Cause::Error(error), ControlFlow::Continue(())),
            Err(panic) => (Cause::of_panic(panic), ControlFlow::Break(())),
        };
        self.ledger().fail(whose, cause);
        self.is_late.store(true, Ordering::Release);
        flow
    }

    pub(super) fn wait_until_done(&self) {
        self.queue.wait_until_done();
    }

    fn take_late(&self) -> Vec<Late> {
        let mut ledger = self.ledger();
        self.is_late.store(false, Ordering::Relaxed);
        ledger.take_late()
    }

    fn discard(&self) {
        self.queue
            .take()
            .into_iter()
            .for_each(|job| self.drop_one(job));
    }

    fn drop_one(&self, job: Job) {
        self.ledger().drop_one(job.whose);
        // The copies are of somebody's types.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(job.kept))) {
            let cause = Cause::of_panic(panic);
            tracing::warn!(%cause, "a call that was dropped");
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn worker(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that the worker is gone when it is, however it ends.
struct Quits<'l>(&'l Lane);

impl Drop for Quits<'_> {
    fn drop(&mut self) {
        let Self(lane) = self;
        // What is left is counted before the loop, which waits for that, goes on.
        let left = lane.queue.quit().into_iter();
        left.for_each(|job| lane.drop_one(job));
        lane.queue.leave();
    }
}

/// The lanes of a machine, by callback. Their workers have ended when it is dropped.
#[derive(Default)]
pub(crate) struct Lanes {
    lanes: BTreeMap<usize, Arc<Lane>>,
}

impl Lanes {
    /// Who asked for it is to have the callback at `address` touched only while the lane rests, and to keep it until the lane is
    /// dropped; the callback may be sent to another thread.
    pub(super) fn open(&mut self, instance: usize, address: *mut (), policy: Background) {
        let lane = Arc::new(Lane::new(policy, address));
        self.lanes.insert(instance, lane);
    }

    pub(super) fn of(&self, instance: usize) -> Option<&Arc<Lane>> {
        self.lanes.get(&instance)
    }

    pub(super) fn start(&mut self) {
        self.lanes.values().for_each(Lane::start);
    }

    pub(crate) fn have(&self, instance: usize) -> bool {
        self.lanes.contains_key(&instance)
    }

    /// The callbacks that have one.
    pub(crate) fn instances(&self) -> Vec<usize> {
        self.lanes.keys().copied().collect()
    }

    pub(crate) fn wait_until_done(&self) {
        self.lanes.values().for_each(|lane| lane.wait_until_done());
    }

    /// Ends the workers.
    pub(crate) fn stop(&self) {
        self.lanes.values().for_each(|lane| lane.stop());
    }

    /// The failures of a callback that the loop has not been told of.
    pub(crate) fn take_late(&self, instance: usize) -> Vec<Late> {
        self.of(instance)
            .map(|lane| lane.take_late())
            .unwrap_or_default()
    }

    /// What waits for a callback is not done any more.
    pub(crate) fn discard(&self, instance: usize) {
        if let Some(lane) = self.of(instance) {
            lane.discard();
        }
    }

    /// How many calls of which handlers were dropped in this run.
    pub(crate) fn dropped(&self) -> Vec<(Whose, u64)> {
        let lanes = self.lanes.values();
        lanes.flat_map(|lane| lane.ledger().dropped()).collect()
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.stop();
    }
}
