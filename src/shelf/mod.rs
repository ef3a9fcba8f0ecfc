//! Ready-made callbacks.
//!
//! None of them is discovered: a program attaches those that it uses. Each of them attaches to every loop with [`Rounds`](crate::Rounds),
//! except for these:
//!
//! | for | callbacks |
//! |---|---|
//! | a fit | [`Recorder`], [`TerminateOnNan`] of losses and gradients, [`LrFinder`], [`SanityCheck`], [`MixedPrecision`], [`Mixup`], [`CutMix`], [`LabelSmoothing`] |
//! | a driver | [`ObservableCallback`] |
//! | both | [`ClipGradients`], [`WeightDecay`] |
//!
//! * [`Recorder`]: counts passes and batches of each phase, in all runs;
//! * [`Measure`]: computes a [metric](crate::metrics) in each pass; [`Throughput`]: the samples per second;
//! * [`SanityCheck`]: checks a trainer with a few batches, before hours are spent;
//! * [`EarlyStopping`], [`ConvergenceStopping`], [`InvalidLossStopping`], [`TerminateOnNan`], [`StopAfter`], [`MaxTime`]: stop a run;
//! * [`KeepBest`]: restores the best parameters where a run ends; [`RestoreBest`]: does it beside early stopping;
//! * [`RateSchedule`], [`ReduceOnPlateau`]: change learning rates; [`ValueSchedule`]: changes any value of the state;
//!   [`LrFinder`]: finds a learning rate;
//! * [`Mixup`], [`CutMix`], [`LabelSmoothing`]: change the batches of a fit;
//! * [`ClipGradients`], [`MixedPrecision`]: change gradients before a step;
//! * [`Ema`], [`StochasticWeightAveraging`], [`Freeze`], [`WeightDecay`]: average, freeze and shrink parameters;
//! * [`StopHandle`]: stops runs from another thread; `Interrupts`, with the feature `signal-hook`: interrupts them at Ctrl-C and SIGTERM;
//! * [`SaveState`]: saves a value of the state, with a [`Period`](crate::Period); [`ObservableCallback`]: logs an observable of a driven
//!   system, with a period;
//! * [`NotAFile`]: the failure of [`SaveState`] at a path that has something other than a file;
//! * [`InvalidDecay`]: the failure of [`WeightDecay`] whose function returns NaN, an infinity or a negative number;
//! * [`PrintRounds`]: prints a line for each round;
//! * [`RewindFile`]: a file for callbacks of your own, which a restored run continues where the saved run was, with its [`FilePosition`];
//! * `JsonLines` and `Csv`, with the features `json` and `csv`: write records;
//! * `Progress`, with the feature `indicatif`: shows the progress of a run; `Printer` prints above its bar;
//! * `TensorBoard`, with the feature `tensorboard`: writes records for `TensorBoard`.
//!
//! # Patience
//!
//! **The patience of a stopper is the number of looks in a row that may call for a stop; the next one stops the run.** The stopper looks
//! once at each complete round, such as an epoch of a fit or a step of a driver, if its number is there. `patience(0)` stops at the first
//! look that calls for a stop, `patience(10)` at the 11th in a row.
//!
//! | elsewhere | here |
//! |---|---|
//! | NetKet, `EarlyStopping(patience=p)` and `ConvergenceStopping(patience=p)` | `.patience(p)` |
//! | NetKet, `InvalidLossStopping(patience=p)` | `.patience(p - 1)`; 0 for 0 |
//! | luz, Keras and Lightning, early stopping with `patience = p` | `.patience(p - 1)`; 0 for 0 |
//! | PyTorch, `ReduceLROnPlateau(patience=p)`, which reduces the rate in place of a stop | `.patience(p)` |
//! | Keras, `ReduceLROnPlateau(patience=p)` | `.patience(p - 1)`; 0 for 0 |
//!
//! luz with `patience = 1` stops after one epoch without improvement, which is `.patience(0)` here. With `patience = 0`, luz stops at the
//! second epoch even if it improves; there is no such setting here.
//!
//! `start_from(n)` of a stopper skips the first `n` rounds, as NetKet's `start_from_step` does.
//!
//! # Memory
//!
//! The memory of a callback of the shelf belongs to one fit or to one driver:
//!
//! * a stopper continues in a run that begins at the round of the stopper's last look, or one round later: best value, window and patience
//!   stay. In any other run it begins without memory. So a fit begins without memory, in whichever trainer, and the runs of one driver count
//!   as one run. After a stopper has stopped a run, its patience begins again with the next run;
//! * the averages of [`Ema`] and [`StochasticWeightAveraging`] go on in the next run of a driver, and begin anew in each fit; they stay
//!   until then;
//! * [`ReduceOnPlateau`] remembers as a stopper does. Schedules, [`Mixup`] and [`CutMix`] remember nothing: what they do depends on the
//!   position alone;
//! * each run has the whole time of [`MaxTime`], a separate file of `TensorBoard`, and separate lines of `Progress`;
//! * the columns of `Csv`, and the rest of a line that `Csv` or `JsonLines` could not write, belong to the file, and so to every run
//!   that writes to it;
//! * each pass or round has its own value of [`Measure`] and [`Throughput`];
//! * [`PhaseCounts`] is state of a trainer, and counts all of its runs;
//! * the request of a [`StopHandle`] stays, and stops each run that begins later, until it is reset;
//! * the period of [`ObservableCallback`] and [`SaveState`] belongs to their plan, as [all periods](crate::Plan::periods) do.
//!
//! A [saved run](crate::Run::save) has all of this memory, but for requests of a [`StopHandle`] and for what belongs to a file or a screen. It
//! can be saved anywhere, also in the middle of a pass or of a validation, and the run that continues it does what the first one would have
//! done. Time counts where the run was under way: [`MaxTime`] and [`Throughput`] leave out the time in between. The state that a callback
//! changes is for the plan: [`Plan::persist_fields`](crate::Plan::persist_fields) with
//! [`LearningRate::persist`](crate::fit::LearningRate::persist), [`PhaseCounts::persist`] and
//! [`Parameters::persist`](trait@crate::Parameters). A [`ValueSchedule`] sets its value again at the next begin of a scope.
//!
//! # Files of a restored run
//!
//! A run that is [restored](crate::Plan::restore) continues what it writes along the way at the position of the saved run, so that no row
//! stands twice and none is missing:
//!
//! * `Csv::to_file`, `JsonLines::to_file`, `TensorBoard` and a [`RewindFile`] cut their file back, after they have checked that it is the
//!   one of the saved run;
//! * a writer, as in `Csv::new`, cannot go back: it goes on without a second header, and the outcome has a remark;
//! * [`SaveState`] replaces whole files, and so those of the rounds that are made again;
//! * [`PrintRounds`] and `Progress` print on.
//!
//! # Rounds that are cut short
//!
//! A stop, an interrupt or a leave of `EPOCH` or `FIT` can cut an epoch short, before all of its passes are made. Its record is not
//! [complete](crate::Record::is_complete): stoppers and loggers ignore it. So it is with the rounds of every loop. To skip the validation of
//! an epoch that should count, leave `VALID` at `on_valid_begin`.

#[cfg(feature = "checkpoint")]
mod checkpoint;
#[cfg(any(feature = "csv", feature = "json", feature = "tensorboard"))]
mod columns;
#[cfg(feature = "csv")]
mod csv;
mod data;
mod digits;
mod gradients;
#[cfg(feature = "signal-hook")]
mod interrupts;
#[cfg(feature = "json")]
mod json_lines;
#[cfg(any(feature = "csv", feature = "json"))]
mod lines;
mod measure;
mod observable;
mod print_rounds;
#[cfg(feature = "indicatif")]
mod progress;
mod rates;
mod recorder;
mod replace;
mod rewind_file;
mod sanity_check;
mod save_state;
mod snapshot_slot;
mod stopping;
#[cfg(feature = "tensorboard")]
mod tensorboard;
mod weights;

#[cfg(feature = "checkpoint")]
pub use self::checkpoint::{Checkpoint, SaveHandle, WhenBusy};
#[cfg(feature = "csv")]
pub use self::csv::Csv;
pub use data::{
    CutMix, LabelSmoothing, MixBatch, MixError, MixSamples, Mixup, PairedTargets, Pairs, Patch,
    PatchImages, SmoothTargets,
};
pub use gradients::{ClipGradients, MixedPrecision};
#[cfg(feature = "signal-hook")]
pub use interrupts::Interrupts;
#[cfg(feature = "json")]
pub use json_lines::JsonLines;
pub use measure::{Measure, Throughput};
pub use observable::ObservableCallback;
pub use print_rounds::PrintRounds;
#[cfg(feature = "indicatif")]
pub use progress::{Printer, Progress};
pub use rates::{LrFinder, RateCurve, RatePoint, RateSchedule, ReduceOnPlateau, ValueSchedule};
pub use recorder::{Counts, PhaseCounts, Recorder};
pub use replace::NotAFile;
pub use rewind_file::{FilePosition, RewindFile};
pub use sanity_check::{DryRun, SanityCheck, SanityCheckError, SanityChecked, SanityPart};
pub use save_state::SaveState;
pub use stopping::{
    ConvergenceStopping, EarlyStopping, InvalidLossStopping, KeepBest, MaxTime, RestoreBest,
    StopAfter, StopHandle, TerminateOnNan, TerminateOnNanGradients, TerminateOnNanParameters,
};
#[cfg(feature = "tensorboard")]
pub use tensorboard::TensorBoard;
pub use weights::{Ema, Freeze, InvalidDecay, StochasticWeightAveraging, WeightDecay};
