//! Calls into code that may panic where a panic must not go further: destructors of values that users bring, and what they
//! use to follow a run.

use crate::outcome::Cause;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `f`; a panic becomes a [`Cause`]. The loops of `callbacks` use it, too.
pub fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Cause> {
    catch_unwind(AssertUnwindSafe(f)).map_err(Cause::of_panic)
}

/// Runs `f` and drops its panic. For reports, whose failure cannot be reported.
pub(crate) fn quietly(f: impl FnOnce()) {
    let _ = catch(f);
}

/// Drops a value whose destructor may panic. A `tracing` warning reports the panic and names the value as `what`.
pub(crate) fn dispose<T>(value: T, what: &str) {
    if let Err(cause) = catch(|| drop(value)) {
        quietly(|| tracing::warn!(%cause, "the destructor of {what} failed"));
    }
}
