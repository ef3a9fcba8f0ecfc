//! Saving a run and continuing it, in this process or in another one.
//!
//! - `fields`, `declared`, `state`: what callbacks and values of the state remember, and the function that names it;
//! - `value`, `to_value`, `from_value`, `value_error`, `saved_fields`: saved values, whatever the format of a file;
//! - `saved_run`, `save`, `restore`, `plan`: a run at one moment;
//! - `report`: what was loaded, and the errors.

mod declared;
mod fields;
mod from_value;
mod plan;
mod report;
mod restore;
mod save;
mod saved_fields;
mod saved_run;
mod state;
mod to_value;
mod value;
mod value_error;

pub use declared::Migrate;
pub(crate) use declared::Persist;
pub use fields::Fields;
pub use report::{RestoreError, Restored, SaveError};
pub(crate) use save::PersistedCallback;
pub use saved_fields::SavedFields;
pub use saved_run::SavedRun;
pub(crate) use state::PersistedState;
pub use value::SavedValue;
pub use value_error::SavedValueError;
