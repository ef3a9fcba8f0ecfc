//! Ready-made callbacks.
//!
//! None of them is discovered: what a program does not attach does not run.
//!
//! * [`Recorder`]: how far each phase has come, in all runs so far;
//! * [`EarlyStopping`], [`ConvergenceStopping`], [`InvalidLossStopping`], [`MaxTime`]: stop a fit or a driver;
//! * [`ObservableCallback`], [`SaveState`]: log and save what is driven, with a [`Period`](crate::Period);
//! * [`InvalidSettings`]: what they say of settings that cannot be, before anything runs; [`NotAFile`]: what [`SaveState`] says of a path at
//!   which no file can be;
//! * `JsonLines` and `Csv`, behind the features `json` and `csv`: write what is logged;
//! * `Progress`, behind the feature `indicatif`: shows how far a run has come; `Printer` prints without tearing it;
//! * `TensorBoard`, behind the feature `tensorboard`: writes what is logged as `TensorBoard` reads it.
//!
//! # Patience
//!
//! **A stopper's patience is how many looks in a row that speak for a stop it lets pass: the next one stops the run.** It has one look at
//! each complete epoch of a fit, or step of a driver, at which its number is there. `patience(0)` stops at the first look that speaks for
//! a stop, `patience(10)` at the 11th in a row.
//!
//! | there | here |
//! |---|---|
//! | NetKet, `EarlyStopping(patience=p)` and `ConvergenceStopping(patience=p)` | `.patience(p)` |
//! | NetKet, `InvalidLossStopping(patience=p)` | `.patience(p - 1)`; 0 for 0 |
//! | luz, Keras and Lightning, early stopping with `patience = p` | `.patience(p - 1)`; 0 for 0 |
//!
//! luz with `patience = 1` stops after one epoch without improvement, which is `.patience(0)` here. With `patience = 0` luz stops at
//! the second epoch, improved or not; nothing here does.
//!
//! `start_from(n)` of a stopper lets `n` epochs or steps pass before the first look, as NetKet's `start_from_step` does.
//!
//! # Memory
//!
//! What the callbacks of the shelf remember belongs to one fit, or to one driver:
//!
//! * a fit begins with none of it, in whichever trainer;
//! * the runs of one driver are one run, as its steps are: the best value, the window and the patience go on. A run behind one that a
//!   stopper has stopped has all of that stopper's patience again. Another driver begins with none of it. A stopper takes a
//!   run for one of another driver unless the run begins at the step at which the stopper last looked, or one further;
//! * each run has all of the time of [`MaxTime`], a file of its own of `TensorBoard`, and its own lines of `Progress`;
//! * the columns of `Csv`, and the rest of a line that `Csv` or `JsonLines` could not write, belong to the file, and so to every run
//!   that writes to it;
//! * [`Record`] is state of a trainer, and counts all of its runs;
//! * the period of [`ObservableCallback`] and [`SaveState`] belongs to the plan in which they are, as [all
//!   periods](crate::Plan::periods) do.
//!
//! # Epochs that are cut short
//!
//! A stop, an interrupt or a leave of `EPOCH` or `FIT` can cut an epoch short, before all of its passes have been made. Its metrics are not
//! [complete](crate::fit::Metrics::is_complete): no stopper looks at them, and no logger writes them. To skip the validation of an epoch
//! that is to count, leave `VALID` at `on_valid_begin`.

#[cfg(any(feature = "csv", feature = "json", feature = "tensorboard"))]
mod columns;
mod convergence;
#[cfg(feature = "csv")]
mod csv;
mod early_stopping;
mod invalid_loss;
#[cfg(feature = "json")]
mod json_lines;
#[cfg(any(feature = "csv", feature = "json"))]
mod lines;
mod max_time;
mod monitor;
mod observable;
mod patience;
#[cfg(feature = "indicatif")]
mod progress;
mod recorder;
mod replace;
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
pub use replace::NotAFile;
pub use save_state::SaveState;
pub use settings::{InvalidSetting, InvalidSettings};
#[cfg(feature = "tensorboard")]
pub use tensorboard::TensorBoard;
