//! All `unsafe` code of the workspace, behind a safe interface.
//!
//! A firing must cost no hash lookup and no lock. So a plan resolves each parameter of a handler to an address in the state once,
//! and a firing calls the handlers through plain function pointers with these addresses. The files, each with the invariant that
//! its code keeps and that the others rely on:
//!
//! * [`slot`]: a slot index stands for exactly one type in the whole process.
//! * [`slot_sets`]: sets of slots as bits; no invariant of its own.
//! * [`table`]: a cell is null, or the address of a live value of its slot's type. While the table's layout is the same, each value
//!   stays at its address.
//! * [`view`]: safe code never gets a `&mut Table`, so it cannot swap a table that a run has borrowed.
//! * [`fetch`]: a parameter touches only the slot that its [`Access`] names, and only in the way that its [`AccessKind`] says.
//! * [`frame`]: the gates of a frame read counters of the frame's table.
//! * [`gates`]: a gate reads eight initialized bytes of a live table.
//! * [`handler`], [`entries`], [`fast_path`]: a call passes a live callback of the handler's type, and parameter pointers of the
//!   table that the call passes. All state that the handler requires is there.
//! * [`lookup`]: the same for the parameter pointers of a query.
//! * [`owned`]: the owner of a value does not touch it while a call uses a copy of its address.
//! * [`core`]: callbacks live longer than the entries that point to them.
//! * [`background`]: one thread at a time uses a callback that has a worker.
//! * [`parallel`]: handlers that run at the same time belong to different callbacks, and their accesses are compatible.
//!
//! A change of one file that keeps its invariant needs no look at the others.
#![allow(unsafe_code)]
// Traits that seal public ones are `pub` in a private module.
#![allow(unreachable_pub)]

mod background;
mod core;
mod entries;
mod fast_path;
mod fetch;
mod frame;
mod gates;
mod handler;
mod lookup;
mod owned;
mod parallel;
mod slot;
mod slot_sets;
mod table;
mod view;

pub(crate) use background::CallbackCell;
#[cfg(all(test, loom))]
pub(crate) use background::CallbackOwner;
pub use background::{Copied, Sendable};
pub(crate) use core::Core;
pub use fetch::{Access, AccessKind, Fetch, Params, Seal};
pub use frame::{CallContext, Deliver, Frame, HandlerStatus, IntoError};
pub use gates::PlainCounter;
pub(crate) use gates::{GateFactory, GateTable};
pub use handler::ErasedHandler;
pub use lookup::Lookup;
pub use parallel::Job;
pub(crate) use parallel::{GroupResult, MemberResult, PanicPayload};
pub(crate) use slot::Slot;
pub use slot::SlotId;
pub(crate) use table::LentError;
pub use table::Table;
pub(crate) use view::View;
