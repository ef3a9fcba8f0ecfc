//! All `unsafe` of the workspace, behind an interface that is safe.
//!
//! Why there is any: a firing must cost no hash lookup and no lock (P8), so handlers are bound to addresses of
//! state once, and called through plain function pointers. One invariant each:
//!
//! * [`slot`]: **Invariant:** within a process, a slot index stands for exactly one type.
//! * [`table`]: **Invariant:** the cell at an index is null, or the address of a live value of the slot's type that
//!   nothing else refers to while the table is borrowed. While a table's layout is the same, so is the address of every value
//!   that is there.
//! * [`fetch`]: **Invariant:** reading a parameter touches the slot it names, and no more than its need says.
//! * [`list`], [`straight`], [`lookup`]: **Invariant:** a handler is called, and a value given, only with what it is aimed at in the table at
//!   hand, and with what it requires there. Where no handler can change either, both are looked at once for the whole list.
//! * [`gate`], [`clock`]: **Invariant:** what is read of a counter are eight bytes of a place that a table which is alive keeps for
//!   it, and that have been written.
//! * [`lane`], [`later`]: **Invariant:** while a worker may run, nobody else touches its callback, which is of a type that may be
//!   sent to another thread; whoever else may touch it waits until the lane rests, and who gives it up joins the worker first.
//! * [`thunk`], [`machine`]: **Invariant:** an armed handler's two pointers are a live callback and a live function of the types
//!   its entry point was compiled for, its slots do not alias, and a machine runs one handler at a time,
//!   or those of one group.
//! * [`group`], [`spread`]: **Invariant:** the handlers of a group are of different callbacks, and what they ask for can be held
//!   together; none of them changes the table itself. Only those run on another thread whose callback is `Send`, whose function is
//!   `Send + Sync`, and all of whose parameters say by their types that they may be there. [`borrow`] watches over it.
#![allow(unsafe_code)]
// Traits that seal public ones are `pub` in a private module.
#![allow(unreachable_pub)]

mod borrow;
mod clock;
mod cost;
mod fetch;
mod gate;
mod group;
mod lane;
mod later;
mod list;
mod lookup;
mod machine;
mod needs;
mod owned;
mod slot;
mod spread;
mod straight;
mod table;
mod thunk;
mod timed;

pub(crate) use clock::{Clock, Watch};
pub use fetch::{Fetch, Need, Params, Seal, Want};
pub use lane::Sendable;
pub use later::Copied;
pub(crate) use list::Traits;
pub use lookup::Lookup;
pub(crate) use machine::Machine;
pub use owned::Erased;
pub(crate) use owned::Owned;
pub(crate) use slot::Slot;
pub(crate) use spread::Done;
pub use spread::Job;
pub use table::Table;
pub(crate) use table::{Lent, View};
pub use thunk::{Code, Deliver, Frame, Handed, IntoError, Thunk};
