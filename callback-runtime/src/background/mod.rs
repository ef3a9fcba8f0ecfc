//! The background: callbacks that only read, and run later than they are fired.
//!
//! `bind.rs` binds handlers, and `later.rs` makes of each one that queues its calls, with copies of what it asks for (`keep.rs`). The worker
//! of the callback (`worker.rs`) takes them out of a bounded channel (`channel.rs`) and makes them. [`Background`] (`policy.rs`) says what a
//! full queue does; `reply.rs` says what a handler may return, when the loop has gone on; `ledger.rs` and `dropped.rs` keep what
//! the loop is to know later.

// Traits that seal public ones are `pub` in a private module.
#![allow(unreachable_pub)]

mod bind;
mod channel;
mod dropped;
mod keep;
mod later;
mod ledger;
#[cfg(all(test, loom))]
mod loom;
mod method;
mod policy;
mod reply;
mod worker;

pub use dropped::Dropped;
pub use keep::{Keeper, KeptParams, Lagging, ask_later};
pub(crate) use later::Later;
pub(crate) use ledger::Late;
pub use method::LaggingMethod;
pub use policy::Background;
pub use reply::{LateReply, TakeIn};
pub(crate) use worker::Worker;
