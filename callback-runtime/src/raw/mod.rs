//! All `unsafe` of the workspace, behind an interface that is safe.
//!
//! Why there is any: a firing must cost no hash lookup and no lock (P8), so handlers are bound to addresses of
//! state once, and called through plain function pointers. Four files, one invariant each:
//!
//! * [`slot`]: **Invariant:** within a process, a slot index stands for exactly one type.
//! * [`table`]: **Invariant:** the cell at an index is null, or the address of a live value of the slot's type that
//!   nothing else refers to while the table is borrowed.
//! * [`fetch`]: **Invariant:** reading a parameter touches the slot it names, and no more than its need says.
//! * [`machine`]: **Invariant:** an armed handler's two pointers are a live callback and a live function of the types
//!   its entry point was compiled for, its slots do not alias, and a machine runs one handler at a time.
#![allow(unsafe_code)]
// Traits that seal public ones are `pub` in a private module.
#![allow(unreachable_pub)]

mod fetch;
mod machine;
mod slot;
mod table;

pub use fetch::{Fetch, Need, Params, Want};
pub use machine::{Code, Deliver, Erased, Frame, Sink, Thunk};
pub(crate) use machine::{Machine, Owned};
pub use table::Table;
pub(crate) use table::{Lent, View};
