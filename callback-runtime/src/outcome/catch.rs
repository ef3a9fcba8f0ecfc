//! Calls of user code whose panic must not leave the library: destructors of users' values, and `tracing` subscribers.

use crate::outcome::Cause;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls `f`, and returns a panic as a [`Cause`]. The loops of `callbacks` use it, too.
pub fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Cause> {
    catch_unwind(AssertUnwindSafe(f)).map_err(Cause::of_panic)
}

/// Calls `f` and ignores a panic. This is for reports, because a failure of a report cannot be reported.
pub(crate) fn quietly(f: impl FnOnce()) {
    let _ = catch(f);
}

/// Drops a value whose destructor may panic. If it does, a `tracing` warning reports the panic; `what` is the value in that warning.
pub(crate) fn dispose<T>(value: T, what: &str) {
    if let Err(cause) = catch(|| drop(value)) {
        quietly(|| tracing::warn!(%cause, "the destructor of {what} failed"));
    }
}
