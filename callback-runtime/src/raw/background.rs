//! Access to a callback from two threads: its worker calls its handlers, and the loop's thread calls those for enter and exit.
//!
//! The queue of the worker is in `background/worker.rs`, which knows nothing of the callback but its [`CallbackCell`].

use crate::background::sync::{Condvar, Mutex, MutexGuard};
use std::any::{Any, TypeId};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// How long dropping a plan waits for a worker that is in the middle of a call.
const WORKER_TIMEOUT: Duration = Duration::from_secs(2);

/// Lets one thread at a time use a callback: its worker, or the loop's thread.
///
/// **Invariant:** until the cell is closed, `callback` is the address of a live value of a `Send` type, and only the thread that `used_by`
/// names uses it. [`Core`](super::core::Core) makes a cell for a callback that it owns, and closes the cell before it gives the callback
/// out or drops it.
pub(crate) struct CallbackCell {
    /// The address of the callback, which never changes.
    callback: *mut dyn Any,
    /// The current user of the callback.
    used_by: Mutex<UsedBy>,
    /// Wakes the threads that wait for `used_by` to change.
    changed: Condvar,
}

/// The user of a cell's callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UsedBy {
    Nothing,
    /// The worker's thread, in a call.
    Worker,
    /// The loop's thread, in a call.
    Loop,
    /// The cell is closed: no call may use the callback through it.
    Closed,
}

// SAFETY: `Core::share_with_worker` makes a cell only for a callback whose type is `Send`. By the invariant one thread at a time uses it:
// `CallbackCell::enter` waits for the other one.
unsafe impl Send for CallbackCell {}
// SAFETY: as for `Send`.
unsafe impl Sync for CallbackCell {}

impl CallbackCell {
    /// Makes a closed cell.
    pub(super) fn new(callback: *mut dyn Any) -> Self {
        Self {
            callback,
            used_by: Mutex::new(UsedBy::Closed),
            changed: Condvar::new(),
        }
    }

    /// Calls `job` with the callback, on the worker's thread. `None` if the cell is closed.
    pub(crate) fn with_on_worker<R>(&self, job: impl FnOnce(&mut dyn Any) -> R) -> Option<R> {
        self.with_as(UsedBy::Worker, job)
    }

    /// Calls `job` with the callback, on the loop's thread, if there is no worker's thread. `None` if the cell is closed.
    pub(crate) fn with_on_loop<R>(&self, job: impl FnOnce(&mut dyn Any) -> R) -> Option<R> {
        self.with_as(UsedBy::Loop, job)
    }

    fn with_as<R>(&self, user: UsedBy, job: impl FnOnce(&mut dyn Any) -> R) -> Option<R> {
        let _guard = self.enter(user)?;
        // SAFETY: by the invariant the callback is alive, because `enter` found the cell open. While the guard lives, `enter` lets no other
        // user in.
        Some(job(unsafe { &mut *self.callback }))
    }

    /// Calls `call` on the loop's thread while the worker does not use the callback. `None` if the cell is closed.
    pub(super) fn while_idle<R>(&self, call: impl FnOnce() -> R) -> Option<R> {
        let _guard = self.enter(UsedBy::Loop)?;
        Some(call())
    }

    /// Closes the cell, after a call of the worker has ended. It does not wait for a call on the loop's thread: that thread is the one
    /// that closes the cell, from inside of the call if the call exits the process and so drops the plan.
    pub(super) fn close(&self) {
        let mut used_by = self.lock();
        while *used_by == UsedBy::Worker {
            used_by = self.wait(used_by);
        }
        *used_by = UsedBy::Closed;
        self.changed.notify_all();
    }

    /// Closes the cell of a plan that is dropped. Returns whether the call of the worker ended in time: a call that exits the process
    /// never ends.
    pub(super) fn close_in_time(&self) -> bool {
        let deadline = Instant::now() + WORKER_TIMEOUT;
        let mut used_by = self.lock();
        while *used_by == UsedBy::Worker && Instant::now() < deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            let waited = self.changed.wait_timeout(used_by, left);
            used_by = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let is_idle = *used_by != UsedBy::Worker;
        *used_by = UsedBy::Closed;
        self.changed.notify_all();
        is_idle
    }

    /// Opens the cell, if it is closed.
    pub(super) fn reopen(&self) {
        let mut used_by = self.lock();
        if *used_by == UsedBy::Closed {
            *used_by = UsedBy::Nothing;
        }
    }

    /// Waits until no other thread uses the callback, and then notes that `user` does. `None` if the cell is closed.
    fn enter(&self, user: UsedBy) -> Option<UserGuard<'_>> {
        let mut used_by = self.lock();
        loop {
            match *used_by {
                UsedBy::Closed => return None,
                UsedBy::Nothing => break,
                UsedBy::Worker | UsedBy::Loop => used_by = self.wait(used_by),
            }
        }
        *used_by = user;
        Some(UserGuard(self))
    }

    fn lock(&self) -> MutexGuard<'_, UsedBy> {
        self.used_by.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'c>(&self, used_by: MutexGuard<'c, UsedBy>) -> MutexGuard<'c, UsedBy> {
        let waited = self.changed.wait(used_by);
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the use of a callback when it is dropped, also by a panic.
struct UserGuard<'c>(&'c CallbackCell);

impl Drop for UserGuard<'_> {
    fn drop(&mut self) {
        let mut used_by = self.0.lock();
        if *used_by != UsedBy::Closed {
            *used_by = UsedBy::Nothing;
        }
        self.0.changed.notify_all();
    }
}

/// A copy of a value, which may be sent to another thread. The constructor requires `T: Send` and the type does not, so that the compiler
/// reports a missing bound once.
#[derive(Debug)]
pub struct Copied<T>(T);

// SAFETY: `Copied::new`, the only constructor, requires `T: Send`.
unsafe impl<T> Send for Copied<T> {}

impl<T> Copied<T> {
    pub(crate) fn new(value: T) -> Self
    where
        T: Send,
    {
        Self(value)
    }

    pub(crate) fn get(&self) -> &T {
        &self.0
    }
}

/// The proof that callbacks of one type are `Send`.
#[derive(Debug, Clone, Copy)]
pub struct Sendable {
    /// Returns the type.
    type_id: fn() -> TypeId,
    /// Adds the type to the address of a callback.
    as_any: fn(*mut ()) -> *mut dyn Any,
}

impl Sendable {
    /// Makes the proof for callbacks of type `C`.
    pub const fn of<C: Send + 'static>() -> Self {
        Self {
            type_id: TypeId::of::<C>,
            as_any: as_any::<C>,
        }
    }

    /// Whether this is the proof for callbacks of the type `callback`.
    pub(super) fn is_of(self, callback: TypeId) -> bool {
        (self.type_id)() == callback
    }

    /// Converts the address of a callback of this type to one with the type.
    pub(super) fn as_any(self, callback: *mut ()) -> *mut dyn Any {
        (self.as_any)(callback)
    }
}

fn as_any<C: 'static>(callback: *mut ()) -> *mut dyn Any {
    callback.cast::<C>()
}

/// A callback and its cell without a plan, for the loom tests.
#[cfg(all(test, loom))]
pub(crate) struct CallbackOwner<C> {
    cell: std::sync::Arc<CallbackCell>,
    callback: super::owned::Owned<C>,
}

#[cfg(all(test, loom))]
impl<C: Send + 'static> CallbackOwner<C> {
    pub(crate) fn new(callback: C) -> Self {
        let callback = super::owned::Owned::new(Box::new(callback));
        let any = Sendable::of::<C>().as_any(callback.as_ptr());
        let cell = std::sync::Arc::new(CallbackCell::new(any));
        cell.reopen();
        Self { cell, callback }
    }

    pub(crate) fn cell(&self) -> std::sync::Arc<CallbackCell> {
        self.cell.clone()
    }

    /// Calls `call` with the callback, as a handler on the loop's thread is called. Returns whether the cell is open.
    pub(crate) fn call_on_loop(&self, call: impl FnOnce(&C)) -> bool {
        self.cell.while_idle(|| call(self.callback.get())).is_some()
    }

    pub(crate) fn close(&self) {
        self.cell.close();
    }

    pub(crate) fn get(&self) -> &C {
        self.callback.get()
    }
}
