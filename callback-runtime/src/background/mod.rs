//! The background: callbacks that only read, and run later than they are fired.
//!
//! Handlers are bound by `bind.rs`. A call is kept with copies of what its handler asks for (`keep.rs`) in a bounded queue (`queue.rs`), and run by a worker thread of
//! the callback's own. Both policies of a full queue are said with [`Background`] (`policy.rs`); what a handler may answer, when the
//! loop has gone on, is in `reply.rs`; what the loop is told later in `ledger.rs` and `dropped.rs`. The thread itself is in `raw/lane.rs`, since it
//! calls through addresses.

// Traits that seal public ones are `pub` in a private module.
#![allow(unreachable_pub)]

mod bind;
mod dropped;
mod keep;
mod later;
mod ledger;
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
