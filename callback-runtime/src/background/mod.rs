//! The background: handlers that only read, and run on a thread of their callback while the loop goes on.
//!
//! - `handlers`, `method`, `reply`: how a handler is bound for the background, and what it may return;
//! - `snapshot`, `binding`: each firing queues a call with copies of the handler's parameters;
//! - `policy`: [`Background`], the length of the queue and what happens when it is full;
//! - `worker`, `channel`, `sync`: the thread of one callback and its queue;
//! - `report`, `dropped`: failures and dropped calls, until the loop collects them;
//! - `plan`, `check`, `run`: which callbacks of a plan run here, whether they can, and how a run reports their failures.

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
