//! The return values of handlers, and the endings of runs.
//!
//! - `flow`, `reply`: the types that a handler can return, and how the run gets the value;
//! - `failure`: errors and panics, and where they come from;
//! - `on_failure`: what a failure of a callback does to the run;
//! - `ending`: how a run ended, for the loop and the exits;
//! - `remarks`, `skipped`: what it did not do, beside its ending;
//! - `debug_as_display`: the `Debug` of errors, which people read;
//! - `catch`: calls of user code whose panic must not leave the library.

mod catch;
mod debug_as_display;
mod ending;
mod failure;
mod flow;
mod on_failure;
mod reason;
mod remarks;
mod reply;
mod skipped;

pub use catch::catch;
pub(crate) use catch::{dispose, quietly};
pub use ending::{Ending, Outcome, Stop};
pub use failure::{BoxError, Cause, Failure, Fault, Origin};
pub use flow::{Flow, ScopeExit};
pub use on_failure::{OnFailure, Swallowed};
pub use reason::Reason;
pub use remarks::Remark;
pub(crate) use remarks::{Remarks, Times};
pub use reply::{Answer, Answers, Reply};
pub(crate) use skipped::MissingState;
pub use skipped::{NeverDue, Skipped};
