//! Saving a run and continuing it, in this process or in another one.
//!
//! - `fields`, `field_tensors`, `declared`, `state`: what callbacks and values of the state remember, and the function that names it;
//! - `rewind`, `sinks`: what a run writes along the way, and that goes back to the position of the saved run;
//! - `savable`, `value`, `to_value`, `from_value`, `value_error`, `saved_fields`: saved values;
//! - `buffers`: the memory of saved tensors, used again;
//! - `tensor`, `tensors`: arrays of numbers, and taking them out of a saved run and back;
//! - `formats`, `saved_run_value`: saved values and runs in a file, such as JSON;
//! - `saved_run`, `saved_ending`, `save`, `restore`, `plan`: a run at one moment;
//! - `resume_point`, `receive`: where a loop can be saved and resumed, and the callbacks that get what was saved;
//! - `check`: the names under which a run is saved;
//! - `report`: what was loaded, and the errors.

mod buffers;
mod check;
mod declared;
mod field_tensors;
mod fields;
mod formats;
mod from_value;
mod plan;
mod receive;
mod report;
mod restore;
mod resume_point;
mod rewind;
mod savable;
mod save;
mod saved_ending;
mod saved_fields;
mod saved_run;
mod saved_run_value;
mod sinks;
mod state;
mod tensor;
mod tensors;
mod to_value;
mod value;
mod value_error;

pub(crate) use buffers::Buffers;
pub(crate) use check::{check_saved_names, check_saved_state};
pub(crate) use declared::CallbackPersistence;
pub use declared::Migration;
pub use fields::Fields;
pub(crate) use plan::PlanPersistence;
pub(crate) use receive::SavedRunReceiver;
pub use report::{RestoreError, Restored, SaveError};
pub(crate) use resume_point::SaveRequests;
pub use rewind::Rewind;
pub use savable::Savable;
pub use saved_ending::{SavedEnding, SavedStop};
pub use saved_fields::SavedFields;
pub use saved_run::SavedRun;
pub use tensor::{Element, ElementType, SavedTensor};
pub use value::SavedValue;
pub use value_error::SavedValueError;
