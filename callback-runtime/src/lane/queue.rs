//! A bounded queue between a loop and one worker.
//!
//! To wake a thread is a call of the system, which takes longer than everything else here. So a worker with nothing to do looks again
//! after a while by itself, and only after it has looked in vain for long does it ask to be woken.

use super::Background;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a worker waits before it looks again, and how often it looks in vain before it asks to be woken.
const LOOK: Duration = Duration::from_millis(1);
const LOOKS: u32 = 50;
/// Room for more than this is made when it is needed.
const RESERVED: usize = 1024;

/// Jobs that wait for a worker, in order.
#[derive(Debug)]
pub(crate) struct Queue<J> {
    inner: Mutex<Inner<J>>,
    /// The worker waits for it.
    work: Condvar,
    /// The loop waits for it.
    progress: Condvar,
}

#[derive(Debug)]
struct Inner<J> {
    jobs: VecDeque<J>,
    policy: Background,
    worker: Worker,
    /// The worker is to end when nothing is left.
    is_closed: bool,
    is_awaited: bool,
}

/// What the worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worker {
    /// There has been none.
    Absent,
    Busy,
    /// It looks again by itself.
    Idle,
    /// It looks when it is woken.
    Asleep,
    /// It has been woken.
    Called,
    /// It takes nothing more, and counts what is left.
    Leaving,
    Gone,
}

/// What became of a job.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pushed<J> {
    Waits,
    /// It waits, and this one no more.
    InPlaceOf(J),
    /// There is no worker any more.
    Refused(J),
    /// There has never been one.
    Yours(J),
}

impl<J> Queue<J> {
    pub(crate) fn new(policy: Background) -> Self {
        let room = policy.room().min(RESERVED);
        Self {
            inner: Mutex::new(Inner {
                jobs: VecDeque::with_capacity(room),
                policy,
                worker: Worker::Absent,
                is_closed: false,
                is_awaited: false,
            }),
            work: Condvar::new(),
            progress: Condvar::new(),
        }
    }

    /// There is a worker from now on.
    pub(crate) fn open(&self) {
        let mut inner = self.lock();
        (inner.worker, inner.is_closed) = (Worker::Idle, false);
    }

    /// There was none after all.
    pub(crate) fn abandon(&self) {
        self.lock().worker = Worker::Absent;
    }

    /// The worker ends when it has done what is left.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.work.notify_all();
    }

    /// Puts a job behind the others; where there is no room, by the policy.
    pub(crate) fn push(&self, job: J) -> Pushed<J> {
        let mut inner = self.lock();
        while inner.is_full() && inner.is_manned() && !inner.policy.drops_oldest() {
            inner = self.wait(inner);
        }
        match inner.worker {
            Worker::Absent => return Pushed::Yours(job),
            Worker::Leaving | Worker::Gone => return Pushed::Refused(job),
            _ => {}
        }
        let oldest = if inner.is_full() {
            inner.jobs.pop_front()
        } else {
            None
        };
        inner.jobs.push_back(job);
        let is_called = inner.call();
        drop(inner);
        if is_called {
            self.work.notify_one();
        }
        oldest.map_or(Pushed::Waits, Pushed::InPlaceOf)
    }

    /// The next job, for the worker, which has done the one before; `None` if it is to end.
    pub(crate) fn next(&self) -> Option<J> {
        let mut inner = self.lock();
        let mut looks = 0;
        loop {
            let job = inner.jobs.pop_front();
            inner.worker = match job {
                Some(_) => Worker::Busy,
                None if looks < LOOKS => Worker::Idle,
                None => Worker::Asleep,
            };
            self.tell_progress(&inner);
            if job.is_some() || inner.is_closed {
                return job;
            }
            inner = self.wait_for_work(inner);
            looks += 1;
        }
    }

    /// Takes what waits, and does not let the worker have it.
    pub(crate) fn take(&self) -> VecDeque<J> {
        std::mem::take(&mut self.lock().jobs)
    }

    /// The same for the worker, which takes nothing more: who waits for room is let go.
    pub(crate) fn quit(&self) -> VecDeque<J> {
        let mut inner = self.lock();
        inner.worker = Worker::Leaving;
        self.progress.notify_all();
        std::mem::take(&mut inner.jobs)
    }

    /// There is no worker any more: who waits for it to be done is let go.
    pub(crate) fn leave(&self) {
        self.lock().worker = Worker::Gone;
        self.progress.notify_all();
    }

    /// Waits until the worker has done everything, or is gone.
    pub(crate) fn wait_until_done(&self) {
        let mut inner = self.lock();
        while inner.has_something_to_do() {
            inner = self.wait(inner);
        }
    }

    /// Waits for the worker to have done something.
    fn wait<'q>(&self, mut inner: MutexGuard<'q, Inner<J>>) -> MutexGuard<'q, Inner<J>> {
        inner.is_awaited = true;
        self.work.notify_one();
        let mut inner = self
            .progress
            .wait(inner)
            .unwrap_or_else(PoisonError::into_inner);
        inner.is_awaited = false;
        inner
    }

    fn wait_for_work<'q>(&self, inner: MutexGuard<'q, Inner<J>>) -> MutexGuard<'q, Inner<J>> {
        if inner.worker == Worker::Asleep {
            return self
                .work
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let waited = self.work.wait_timeout(inner, LOOK);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn tell_progress(&self, inner: &Inner<J>) {
        if inner.is_awaited {
            self.progress.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<J>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J> Inner<J> {
    fn is_full(&self) -> bool {
        self.jobs.len() >= self.policy.room().max(1)
    }

    fn is_manned(&self) -> bool {
        !matches!(self.worker, Worker::Absent | Worker::Leaving | Worker::Gone)
    }

    fn has_something_to_do(&self) -> bool {
        match self.worker {
            Worker::Absent | Worker::Gone => false,
            Worker::Busy | Worker::Leaving => true,
            Worker::Idle | Worker::Asleep | Worker::Called => !self.jobs.is_empty(),
        }
    }

    /// Whether the worker is to be woken now: it would not look by itself, or hardly in time.
    fn call(&mut self) -> bool {
        let is_half_full = self.jobs.len() * 2 > self.policy.room();
        let is_to_be_called = match self.worker {
            Worker::Asleep => true,
            Worker::Idle => is_half_full,
            _ => false,
        };
        if is_to_be_called {
            self.worker = Worker::Called;
        }
        is_to_be_called
    }
}

#[cfg(test)]
mod tests {
    use super::{Pushed, Queue, Worker};
    use crate::lane::Background;
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    /// Longer than any of this takes.
    const DEADLINE: Duration = Duration::from_mins(1);

    /// A worker that hands out what it gets.
    fn worker(queue: &Arc<Queue<u32>>) -> Receiver<u32> {
        queue.open();
        let (done, gets) = channel();
        let queue = queue.clone();
        std::thread::spawn(move || {
            while let Some(job) = queue.next() {
                // Whoever wants to know is there until the queue is closed.
                let _ = done.send(job);
            }
            queue.leave();
        });
        gets
    }

    #[test]
    fn a_worker_that_fell_asleep_is_woken() {
        let queue = Arc::new(Queue::new(Background::queue(8)));
        let gets = worker(&queue);
        for job in 0..3 {
            while queue.lock().worker != Worker::Asleep {
                std::thread::yield_now();
            }
            assert_eq!(queue.push(job), Pushed::Waits);
            assert_eq!(gets.recv_timeout(DEADLINE), Ok(job));
        }
        queue.close();
        assert!(gets.recv_timeout(DEADLINE).is_err());
    }

    #[test]
    fn one_that_is_gone_lets_go_of_who_waits_for_room_and_gets_nothing_more() {
        let queue = Arc::new(Queue::new(Background::queue(1)));
        queue.open();
        assert_eq!(queue.push(1), Pushed::Waits);
        let (refused, is_refused) = channel();
        let waits = queue.clone();
        std::thread::spawn(move || refused.send(waits.push(2)));
        while !queue.lock().is_awaited {
            std::thread::yield_now();
        }
        assert_eq!(queue.quit(), [1]);
        assert_eq!(is_refused.recv_timeout(DEADLINE), Ok(Pushed::Refused(2)));
        queue.leave();
        queue.wait_until_done();
    }

    #[test]
    fn without_a_worker_jobs_are_given_back() {
        let queue = Queue::new(Background::queue(1));
        assert_eq!(queue.push(1), Pushed::Yours(1));
        queue.open();
        queue.abandon();
        assert_eq!(queue.push(2), Pushed::Yours(2));
    }

    #[test]
    fn a_queue_of_any_size_is_made() {
        let queue = Queue::new(Background::queue(usize::MAX));
        queue.open();
        assert_eq!(queue.push(1), Pushed::Waits);
        assert_eq!(queue.take(), [1]);
    }
}
