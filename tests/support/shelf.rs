//! Every callback of the shelf, for the tests that go through all of them.
#![allow(dead_code, reason = "no test uses all of it")]

use super::line::{Input, Output, Slope};
use super::walk::{Place, Walk};
use callbacks::driver::{Driver, VariationalDriver};
use callbacks::fit::{Fit, LearningRate, SampleCount};
use callbacks::metrics::Mean;
use callbacks::schedule::Exponential;
use callbacks::shelf::{
    ClipGradients, ConvergenceStopping, EarlyStopping, Ema, Freeze, InvalidLossStopping, KeepBest,
    MaxTime, Measure, ObservableCallback, PrintRounds, RateSchedule, Recorder, ReduceOnPlateau,
    SaveState, StochasticWeightAveraging, StopAfter, TerminateOnNan, Throughput, ValueSchedule,
    WeightDecay,
};
use callbacks::{Callback, Period, Record, State};
use foreign_loop::Relax;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Parameters that are in the state of each loop in which a test runs a callback.
pub(crate) type Weights = Vec<f64>;

/// Puts what callbacks ask for into the state of a loop that does not have it.
pub(crate) fn furnish(state: &mut State) {
    state.insert(Weights::new());
    state.insert(LearningRate::new(0.5));
    state.insert(SampleCount::default());
}

/// Does the same for a driver.
pub(crate) fn furnished(driver: VariationalDriver<Walk>) -> VariationalDriver<Walk> {
    driver
        .state(Weights::new())
        .state(LearningRate::new(0.5))
        .state(SampleCount::default())
}

/// What a test does with each of them. `make` makes one that watches `stage.watched` and writes into the stage.
pub(crate) trait EachCallback {
    /// With one that serves every loop with rounds; `Relax` is one of another crate.
    fn of_all<C>(&mut self, name: &'static str, make: fn(&Stage) -> C)
    where
        C: Callback<Fit> + Callback<Driver> + Callback<Relax> + Send;
    /// With one that serves a fit alone.
    fn of_fit<C: Callback<Fit> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C);
    /// With one that serves a driver alone.
    fn of_driver<C: Callback<Driver> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C);
}

pub(crate) fn each_callback(test: &mut impl EachCallback) {
    test.of_all("EarlyStopping", |stage| {
        EarlyStopping::minimize(stage.watched).patience(1)
    });
    test.of_all("ConvergenceStopping", |stage| {
        let stopping = ConvergenceStopping::new(stage.watched, 1.0);
        stopping.smoothing_window(2).patience(1)
    });
    test.of_all("ConvergenceStopping", |stage| {
        let stopping = ConvergenceStopping::new(stage.watched, 1.0);
        stopping.smoothing_window(1).patience(1)
    });
    test.of_all("InvalidLossStopping", |stage| {
        InvalidLossStopping::new(stage.watched).patience(1)
    });
    test.of_all("KeepBest", |stage| {
        KeepBest::<Weights>::minimize(stage.watched)
    });
    test.of_all("RestoreBest", |stage| {
        let stopping = EarlyStopping::minimize(stage.watched).patience(1);
        stopping.restore_best::<Weights>()
    });
    test.of_fit("TerminateOnNan", |_| TerminateOnNan::new());
    test.of_fit("TerminateOnNanGradients", |_| {
        TerminateOnNan::gradients::<Slope>()
    });
    test.of_all("TerminateOnNanParameters", |_| {
        TerminateOnNan::parameters::<Weights>()
    });
    test.of_all("RateSchedule", |_| {
        RateSchedule::per_round(Exponential::new(0.5)).record()
    });
    test.of_all("ValueSchedule", |_| {
        let half = Exponential::new(0.5);
        let set = |weights: &mut Weights, value| *weights = vec![value];
        ValueSchedule::per_round(half, 1.0, set)
    });
    test.of_all("ReduceOnPlateau", |stage| {
        ReduceOnPlateau::minimize(stage.watched).record()
    });
    test.of_fit("ClipGradients", |_| {
        ClipGradients::<Slope>::by_norm(1e9).skip_not_finite()
    });
    test.of_all("Ema", |_| Ema::<Weights>::new(0.5).apply_at_end());
    test.of_all("StochasticWeightAveraging", |_| {
        StochasticWeightAveraging::<Weights>::from_epoch(1).apply_at_end()
    });
    test.of_all("Freeze", |_| Freeze::<Weights>::prefix("0").until_epoch(2));
    test.of_fit("WeightDecay", |_| WeightDecay::<Weights>::constant(0.5));
    test.of_fit("Measure", |_| {
        Measure::new("mean", Mean::new(), |mean, output: &Output, _: &Input| {
            mean.push(output.0, 1.0)
        })
    });
    test.of_all("Throughput", |_| Throughput::new());
    test.of_all("PrintRounds", |stage| PrintRounds::to(stage.clone()));
    test.of_all("StopAfter", |_| StopAfter::steps(1000));
    test.of_all("MaxTime", |_| MaxTime::new(Duration::MAX));
    test.of_all("StopHandle", |_| callbacks::shelf::StopHandle::new());
    #[cfg(feature = "signal-hook")]
    test.of_all("Interrupts", |_| callbacks::shelf::Interrupts::new());
    #[cfg(feature = "checkpoint")]
    test.of_all("Checkpoint", |stage| {
        callbacks::shelf::Checkpoint::to(&stage.folder).keep_best_min(stage.watched, 1)
    });
    #[cfg(feature = "csv")]
    test.of_all("Csv", |stage| {
        callbacks::shelf::Csv::new(stage.clone()).columns([stage.watched])
    });
    #[cfg(feature = "json")]
    test.of_all("JsonLines", |stage| {
        callbacks::shelf::JsonLines::new(stage.clone())
    });
    #[cfg(feature = "tensorboard")]
    test.of_all("TensorBoard", |stage| {
        callbacks::shelf::TensorBoard::new(&stage.folder).batch_loss(1)
    });
    #[cfg(feature = "indicatif")]
    test.of_all("Progress", |stage| {
        callbacks::shelf::Progress::lines(stage.clone())
    });
    test.of_fit("Recorder", |_| Recorder);
    test.of_driver("ObservableCallback", |_| {
        let seen = |walk: &Walk, at: &Place| vec![walk.x, at.0];
        ObservableCallback::new("seen", Period::steps(2).first(), seen)
    });
    test.of_all("SaveState", |stage| {
        let mut page = stage.clone();
        SaveState::new(Period::steps(2), move |record: &Record, round| {
            Ok(writeln!(page, "{record} at {round}")?)
        })
    });
}

/// What the shelf has that is no callback.
const OTHERS: [&str; 22] = [
    "Counts",
    "DryRun",
    "FilePosition",
    "InvalidDecay",
    "MixBatch",
    "MixError",
    "MixSamples",
    "NotAFile",
    "PairedTargets",
    "Pairs",
    "Patch",
    "PatchImages",
    "PhaseCounts",
    "Printer",
    "RateCurve",
    "RatePoint",
    "RewindFile",
    "SanityCheckError",
    "SanityPart",
    "SaveHandle",
    "SmoothTargets",
    "WhenBusy",
];

/// Callbacks without a memory that need a batch of their own (`tests/data_*.rs`), one that needs a learner of its own
/// (`tests/gradients_mixed_precision.rs`), and two that make a run of their own (`tests/rates_finder.rs`, `tests/sanity_check*.rs`).
const APART: [&str; 7] = [
    "CutMix",
    "LabelSmoothing",
    "LrFinder",
    "MixedPrecision",
    "Mixup",
    "SanityCheck",
    "SanityChecked",
];

/// The names of all callbacks of the shelf, whatever the features.
pub(crate) fn names() -> Vec<String> {
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../src/shelf/mod.rs"));
    let source = source.unwrap();
    let uses = source.split("pub use ").skip(1);
    let uses = uses.filter_map(|rest| rest.split(';').next());
    let words = uses.flat_map(|names| names.split(|letter: char| !letter.is_alphanumeric()));
    let names = words.filter(|word| word.starts_with(char::is_uppercase));
    let mut names: Vec<String> = names
        .filter(|name| !OTHERS.contains(name) && !APART.contains(name))
        .map(String::from)
        .collect();
    names.sort();
    names
}

/// Where temporary files are: in memory, if there is such a place, because a disk takes longer to make them durable than all else takes.
fn temporary() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return memory.to_owned();
    }
    std::env::temp_dir()
}

/// What callbacks watch, and what they write: a page and a folder that are one test's own.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) watched: &'static str,
    pub(crate) folder: PathBuf,
    page: Arc<Mutex<Vec<u8>>>,
}

impl Stage {
    pub(crate) fn new(watched: &'static str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("callbacks-shelf-{}-{nth}", std::process::id());
        Self {
            watched,
            folder: temporary().join(name),
            page: Arc::default(),
        }
    }

    /// The lines that were written since, without times and the heads of tables, and the sizes of files. All are gone afterwards.
    pub(crate) fn take(&self) -> Vec<String> {
        let page = std::mem::take(&mut *self.page.lock().unwrap());
        let page = String::from_utf8(page).unwrap();
        let is_head = |line: &&str| line.starts_with("epoch,") || line.starts_with("step,");
        let lines = page.lines().filter(|line| !is_head(line));
        let timeless = lines.map(|line| line.split(" (").next().unwrap_or_default().to_owned());
        let mut written: Vec<String> = timeless.collect();
        for file in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            written.push(format!("{} bytes", file.metadata().unwrap().len()));
        }
        let _ = fs::remove_dir_all(&self.folder);
        written
    }
}

impl Write for Stage {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.page.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
