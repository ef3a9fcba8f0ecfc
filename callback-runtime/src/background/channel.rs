//! The channel between a loop and one worker: that of crossbeam or, under loom, a model with the same interface.

#[cfg(not(loom))]
pub(super) use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, unbounded};
#[cfg(loom)]
pub(super) use modelled::{Receiver, Sender, TrySendError, bounded, receive, unbounded};

/// Waits for the next message. `None` if there is no sender any more.
///
/// The worker polls an empty queue from time to time, and blocks after many polls until the next message.
#[cfg(not(loom))]
pub(super) fn receive<M>(queue: &Receiver<M>) -> Option<M> {
    use crossbeam_channel::TryRecvError;
    use std::{thread, time::Duration};
    const POLL_INTERVAL: Duration = Duration::from_millis(1);
    const MAX_POLLS: u32 = 50;
    for _ in 0..MAX_POLLS {
        match queue.try_recv() {
            Ok(message) => return Some(message),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => thread::park_timeout(POLL_INTERVAL),
        }
    }
    queue.recv().ok()
}

#[cfg(loom)]
mod modelled {
    use crate::background::sync::{Condvar, Mutex};
    use std::collections::VecDeque;
    use std::sync::Arc;

    struct Queue<M> {
        waiting: Mutex<Waiting<M>>,
        changed: Condvar,
        room: usize,
    }

    struct Waiting<M> {
        messages: VecDeque<M>,
        senders: usize,
    }

    pub(in crate::background) struct Sender<M>(Arc<Queue<M>>);
    pub(in crate::background) struct Receiver<M>(Arc<Queue<M>>);

    pub(in crate::background) enum TrySendError<M> {
        Full(M),
    }

    pub(in crate::background) fn bounded<M>(room: usize) -> (Sender<M>, Receiver<M>) {
        let queue = Arc::new(Queue {
            waiting: Mutex::new(Waiting {
                messages: VecDeque::new(),
                senders: 1,
            }),
            changed: Condvar::new(),
            // crossbeam passes a message directly if there is no room. Room for one is close enough for a model.
            room: room.max(1),
        });
        (Sender(queue.clone()), Receiver(queue))
    }

    pub(in crate::background) fn unbounded<M>() -> (Sender<M>, Receiver<M>) {
        bounded(usize::MAX)
    }

    pub(in crate::background) fn receive<M>(queue: &Receiver<M>) -> Option<M> {
        queue.recv().ok()
    }

    impl<M> Sender<M> {
        pub(in crate::background) fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
            let mut waiting = self.0.waiting.lock().unwrap();
            if waiting.messages.len() >= self.0.room {
                return Err(TrySendError::Full(message));
            }
            waiting.messages.push_back(message);
            self.0.changed.notify_all();
            Ok(())
        }

        pub(in crate::background) fn send(&self, message: M) -> Result<(), M> {
            let mut waiting = self.0.waiting.lock().unwrap();
            while waiting.messages.len() >= self.0.room {
                waiting = self.0.changed.wait(waiting).unwrap();
            }
            waiting.messages.push_back(message);
            self.0.changed.notify_all();
            Ok(())
        }

        pub(in crate::background) fn len(&self) -> usize {
            self.0.waiting.lock().unwrap().messages.len()
        }
    }

    impl<M> Receiver<M> {
        pub(in crate::background) fn recv(&self) -> Result<M, ()> {
            let mut waiting = self.0.waiting.lock().unwrap();
            loop {
                if let Some(message) = waiting.messages.pop_front() {
                    self.0.changed.notify_all();
                    return Ok(message);
                }
                if waiting.senders == 0 {
                    return Err(());
                }
                waiting = self.0.changed.wait(waiting).unwrap();
            }
        }

        pub(in crate::background) fn try_recv(&self) -> Result<M, ()> {
            let message = self.0.waiting.lock().unwrap().messages.pop_front();
            self.0.changed.notify_all();
            message.ok_or(())
        }

        pub(in crate::background) fn try_iter(&self) -> impl Iterator<Item = M> {
            std::iter::from_fn(|| self.try_recv().ok())
        }
    }

    impl<M> Clone for Receiver<M> {
        fn clone(&self) -> Self {
            Self(self.0.clone())
        }
    }

    impl<M> Drop for Sender<M> {
        fn drop(&mut self) {
            self.0.waiting.lock().unwrap().senders -= 1;
            self.0.changed.notify_all();
        }
    }
}
