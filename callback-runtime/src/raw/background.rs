//! A callback that its own worker thread calls, and whose enter and exit run on the loop's thread.

use crate::background::sync::{Condvar, Mutex, MutexGuard};
use std::any::{Any, TypeId};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// How long a plan that is dropped waits for a worker in the middle of a call.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hands one callback out to one user at a time: to its worker, or to the loop's thread.
///
/// **Invariant:** `callback` points at a live value of a `Send` type until the cell is closed, and only the user that `used_by` names
/// refers to it. [`Core`](super::core::Core) makes a cell for a callback it owns, and closes it before it hands the callback out
/// or drops it.
pub(crate) struct CallbackCell {
    callback: *mut dyn Any,
    used_by: Mutex<UsedBy>,
    changed: Condvar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UsedBy {
    Nothing,
    Worker,
    Loop,
    /// The callback is not to be used through the cell any more.
    Closed,
}

// SAFETY: `Core::share_with_worker` makes a cell only of a callback whose type is `Send`; by the invariant one thread at a time uses it.
unsafe impl Send for CallbackCell {}
// SAFETY: as above.
unsafe impl Sync for CallbackCell {}

impl CallbackCell {
    pub(super) fn new(callback: *mut dyn Any) -> Self {
        Self {
            callback,
            used_by: Mutex::new(UsedBy::Closed),
            changed: Condvar::new(),
        }
    }

    /// Calls `job` with the callback, on the worker's thread. `None` if the cell is closed.
    pub(crate) fn with<R>(&self, job: impl FnOnce(&mut dyn Any) -> R) -> Option<R> {
        self.with_as(UsedBy::Worker, job)
    }

    /// The same on the loop's thread, where there is no worker.
    pub(crate) fn with_on_the_loop<R>(&self, job: impl FnOnce(&mut dyn Any) -> R) -> Option<R> {
        self.with_as(UsedBy::Loop, job)
    }

    fn with_as<R>(&self, user: UsedBy, job: impl FnOnce(&mut dyn Any) -> R) -> Option<R> {
        let user = self.enter(user)?;
        // SAFETY: the callback is alive by the invariant, and `enter` made this the only user.
        let result = job(unsafe { &mut *self.callback });
        drop(user);
        Some(result)
    }

    /// Runs `call`, which uses the callback on the loop's thread. `None` if the cell is closed.
    pub(super) fn keep_idle<R>(&self, call: impl FnOnce() -> R) -> Option<R> {
        let user = self.enter(UsedBy::Loop)?;
        let result = call();
        drop(user);
        Some(result)
    }

    /// Ends all use of the callback through the cell. Waits for the worker, but not for the loop: the loop's thread is the one that
    /// closes, or one of its calls exits the process and thereby drops the plan.
    pub(super) fn close(&self) {
        let mut used_by = self.lock();
        while *used_by == UsedBy::Worker {
            used_by = self.wait(used_by);
        }
        *used_by = UsedBy::Closed;
        self.changed.notify_all();
    }

    /// The same for a plan that is dropped. Whether the worker gave the callback back in time: one that exits the process itself
    /// never does.
    pub(super) fn close_in_time(&self) -> bool {
        let until = Instant::now() + PATIENCE;
        let mut used_by = self.lock();
        while *used_by == UsedBy::Worker && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            let waited = self.changed.wait_timeout(used_by, left);
            used_by = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let is_idle = *used_by != UsedBy::Worker;
        *used_by = UsedBy::Closed;
        self.changed.notify_all();
        is_idle
    }

    pub(super) fn reopen(&self) {
        let mut used_by = self.lock();
        if *used_by == UsedBy::Closed {
            *used_by = UsedBy::Nothing;
        }
    }

    /// Waits for the other user, and names this one.
    fn enter(&self, user: UsedBy) -> Option<User<'_>> {
        let mut used_by = self.lock();
        loop {
            match *used_by {
                UsedBy::Closed => return None,
                UsedBy::Nothing => break,
                UsedBy::Worker | UsedBy::Loop => used_by = self.wait(used_by),
            }
        }
        *used_by = user;
        Some(User(self))
    }

    fn lock(&self) -> MutexGuard<'_, UsedBy> {
        self.used_by.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'c>(&self, used_by: MutexGuard<'c, UsedBy>) -> MutexGuard<'c, UsedBy> {
        let waited = self.changed.wait(used_by);
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the callback back when it is dropped, also by a panic.
struct User<'c>(&'c CallbackCell);

impl Drop for User<'_> {
    fn drop(&mut self) {
        let mut used_by = self.0.lock();
        if *used_by != UsedBy::Closed {
            *used_by = UsedBy::Nothing;
        }
        self.0.changed.notify_all();
    }
}

/// A copy of a value that may be sent to another thread. Only `new` requires `T: Send`, so that the compiler reports a missing
/// bound once and not twice.
#[derive(Debug)]
pub struct Copied<T>(T);

// SAFETY: `new` takes only what is `Send`.
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

/// The witness that callbacks of a type may be sent to another thread.
#[derive(Debug, Clone, Copy)]
pub struct Sendable {
    type_id: fn() -> TypeId,
    as_any: fn(*mut ()) -> *mut dyn Any,
}

impl Sendable {
    pub const fn of<C: Send + 'static>() -> Self {
        Self {
            type_id: TypeId::of::<C>,
            as_any: as_any::<C>,
        }
    }

    pub(super) fn is_of(self, callback: TypeId) -> bool {
        (self.type_id)() == callback
    }

    /// The address of a callback of this type, with its type.
    pub(super) fn as_any(self, callback: *mut ()) -> *mut dyn Any {
        (self.as_any)(callback)
    }
}

fn as_any<C: 'static>(callback: *mut ()) -> *mut dyn Any {
    callback.cast::<C>()
}

/// A callback and its cell without a plan, for the tests that loom runs.
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

    /// Calls it as a handler on the loop's thread is called.
    pub(crate) fn on_the_loop(&self, call: impl FnOnce(&C)) -> bool {
        self.cell.keep_idle(|| call(self.callback.get())).is_some()
    }

    pub(crate) fn close(&self) {
        self.cell.close();
    }

    pub(crate) fn get(&self) -> &C {
        self.callback.get()
    }
}
