//! Ready-made callbacks.
//!
//! None of them is discovered: what a program does not attach does not run.
//!
//! * [`Recorder`]: how far each phase has come, in all runs so far;
//! * [`EarlyStopping`], [`ConvergenceStopping`], [`InvalidLossStopping`], [`MaxTime`]: stop a fit or a driver;
//! * [`ObservableCallback`], [`SaveState`]: log and save what is driven, with a [`Period`](crate::Period);
//! * [`InvalidSettings`]: what they say of settings that cannot be, before anything runs;
//! * `JsonLines` and `Csv`, behind the features `json` and `csv`: write what is logged;
//! * `Progress`, behind the feature `indicatif`: shows how far a run has come; `Printer` prints without tearing it;
//! * `TensorBoard`, behind the feature `tensorboard`: writes what is logged as `TensorBoard` reads it.

#[cfg(any(feature = "csv", feature = "json", feature = "tensorboard"))]
mod columns;
mod convergence;
#[cfg(feature = "csv")]
mod csv;
mod early_stopping;
mod in_a_row;
mod invalid_loss;
#[cfg(feature = "json")]
mod json_lines;
#[cfg(any(feature = "csv", feature = "json"))]
mod lines;
mod max_time;
mod monitor;
mod observable;
#[cfg(feature = "indicatif")]
mod progress;
mod recorder;
mod save_state;
mod settings;
#[cfg(feature = "tensorboard")]
mod tensorboard;

#[cfg(feature = "csv")]
pub use self::csv::Csv;
pub use convergence::ConvergenceStopping;
pub use early_stopping::EarlyStopping;
pub use invalid_loss::InvalidLossStopping;
#[cfg(feature = "json")]
pub use json_lines::JsonLines;
pub use max_time::MaxTime;
pub use observable::ObservableCallback;
#[cfg(feature = "indicatif")]
pub use progress::{Printer, Progress};
pub use recorder::{Counts, Record, Recorder};
pub use save_state::SaveState;
pub use settings::{InvalidSetting, InvalidSettings};
#[cfg(feature = "tensorboard")]
pub use tensorboard::TensorBoard;
