//! All `unsafe` of the workspace, behind an interface that is safe.
//!
//! Why there is any: a firing must cost no hash lookup and no lock (P8), so handlers are bound to addresses of
//! state once, and called through plain function pointers. The types with an invariant state it in their docs:
//!
//! * [`slot`], [`slot_sets`]: within a process, a slot stands for exactly one type.
//! * [`table`], [`view`]: a cell is null, or the address of a live value of its slot's type. While the layout is the same, so is the
//!   address of every value.
//! * [`fetch`]: a parameter touches the slot that it names, and no more than its access says.
//! * [`periods`]: a gate reads eight bytes that a live table keeps, and that have been written.
//! * [`handler`], [`entries`], [`fast_path`], [`lookup`], [`frame`]: a handler is called with pointers into the table of the call, and
//!   only if all slots that it requires are filled.
//! * [`core`], [`background`], [`owned`]: a callback is alive, and has one user at a time.
//! * [`parallel`]: the handlers of a group are of different callbacks, and can hold what they ask for at the same time.
#![allow(unsafe_code)]
// Traits that seal public ones are `pub` in a private module.
#![allow(unreachable_pub)]

mod background;
mod core;
mod entries;
mod fast_path;
mod fetch;
mod frame;
mod handler;
mod lookup;
mod owned;
mod parallel;
mod periods;
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
pub use handler::ErasedHandler;
pub use lookup::Lookup;
pub use parallel::Job;
pub(crate) use parallel::{GroupResult, MemberResult, PanicPayload};
pub use periods::PlainCounter;
pub(crate) use periods::{GateFactory, GateTable};
pub(crate) use slot::Slot;
pub use slot::SlotId;
pub(crate) use table::Lent;
pub use table::Table;
pub(crate) use view::View;
