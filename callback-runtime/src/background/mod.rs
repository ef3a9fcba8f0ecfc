//! The background: handlers that only read, and run on a thread of their callback while the loop goes on.
//!
//! - `handlers`, `method`, `reply`: which functions can be bound for the background, and what they may return;
//! - `snapshot`, `binding`: the copies of a handler's parameters, and the handler that queues a call with them;
//! - `policy`: [`Background`], the length of the queue and what happens when it is full;
//! - `worker`, `channel`, `sync`: the thread of one callback, and its queue;
//! - `report`, `dropped`: failures and dropped calls, until the loop collects them;
//! - `plan`, `check`: which callbacks of a plan run in the background, and whether they can;
//! - `run`: how a run reports the failures of calls;
//! - `loom`: tests of the worker.
//!
//! A worker and the loop's thread share the callback through a `CallbackCell` of `raw/background.rs`.

// Traits that seal public ones are `pub` in a private module.
#![allow(unreachable_pub)]

mod binding;
mod channel;
mod check;
mod dropped;
mod handlers;
#[cfg(all(test, loom))]
mod loom;
mod method;
mod plan;
mod policy;
mod reply;
mod report;
mod run;
mod snapshot;
pub(crate) mod sync;
mod worker;

pub(crate) use binding::BackgroundBinding;
pub(crate) use check::{check_background, check_queues, check_sendable};
pub use dropped::Dropped;
pub use method::BackgroundMethod;
pub(crate) use plan::BackgroundSetting;
pub use policy::Background;
pub use reply::{BackgroundReply, IntoResult};
pub(crate) use report::BackgroundFailure;
pub use snapshot::{BackgroundParam, SnapshotFns, SnapshotParams, ask_background};
pub(crate) use worker::Worker;
