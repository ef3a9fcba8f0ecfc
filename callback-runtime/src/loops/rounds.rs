//! Rounds: what a loop counts its records by, and the counters that a run advances.

use super::scope_counts::{Advance, CountReader};
use super::{At, AtEach, Loop, ScopeId};
use crate::period::{Counter, CounterReader, Unit};
use crate::raw::{Slot, View};
use crate::record::{Record, RecordedNames, Round};
use crate::state::Ctx;
use std::any::TypeId;

/// A loop that marks the breakpoint at which the record of a round is complete. A callback with `#[callback(Rounds)]` attaches to every such
/// loop: `EarlyStopping` and `Csv` of the shelf, and your own.
///
/// `breakpoints!` writes this impl if the words `completes Step` follow a breakpoint. A round can be a scope that counts: then the run
/// advances the counter and empties the [`Record`] where the scope begins, and marks the record as complete where the scope ends, unless
/// something cut it short. If the rounds are not such a scope, the loop calls [`Record::begin`] and [`Record::complete`] itself.
///
/// A loop that changes its parameters between measuring them and the end of the round writes `measures` behind a breakpoint before the change,
/// as the driver does: `before_parameter_update measures;`. There, and at the end of each phase, `KeepBest` of the shelf copies the
/// parameters of a number that is in the record by then ([`AtEach::measured`]).
///
/// A block with `#[callback(Rounds)]` has handlers of these names:
///
/// | handler | runs |
/// |---|---|
/// | `on_enter`, `on_exit` | once, at the beginning and the end of the run |
/// | `on_scope_begin`, `on_scope_end` | at the begin and the end of every scope and phase |
/// | `on_poll` | at the end of every scope, phase and round, and at each breakpoint that the loop declares with `polls`: the places to look at the clock or for a signal, so often that a stop is quick in every phase |
/// | `on_round_end` | at the breakpoint with `completes`, where the record of a round is complete |
///
/// Several handlers of a block that run at the same breakpoint run in the order of the block.
///
/// These handlers have the record and what else every loop has. They ask for state that only some loops have with `Option`, and for
/// `&Breakpoint` to tell the places apart:
///
/// ```
/// use callbacks::prelude::*;
/// use std::path::PathBuf;
///
/// /// Stops a run, in every phase, once a file of this name exists.
/// struct StopFile(PathBuf);
///
/// #[callback(Rounds, register = false)]
/// impl StopFile {
///     fn on_poll(&self) -> Flow {
///         if self.0.exists() { Flow::stop("the stop file exists") } else { Flow::Continue }
///     }
///
///     fn on_round_end(&self, record: &Record, rate: Option<&LearningRate>) {
///         println!("{}: {record} {rate:?}", record.round());
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(StopFile("stop".into()));
/// let explanation = plan.explain(&State::new())?;
/// for at in [Fit::on_train_batch_end, Fit::on_valid_batch_end, Fit::on_epoch_end] {
///     assert_eq!(explanation.rows(at)[0].callback(), "StopFile");
/// }
/// # Ok::<(), PlanError>(())
/// ```
///
/// Your own loop marks its rounds like this:
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::{Rounds, breakpoints};
///
/// breakpoints! {
///     pub loop Newton with Step as steps, Guess {
///         scope RUN {
///             on_run_begin;
///             scope STEP counts Step {
///                 before_step;
///                 after_step completes Step;
///             }
///             on_run_end;
///         }
///     }
/// }
///
/// struct Guess(f64);
///
/// /// Prints the record of each round, in every loop with rounds.
/// struct PrintRounds;
///
/// #[callback(Rounds, register = false)]
/// impl PrintRounds {
///     fn on_round_end(&self, record: &Record) {
///         println!("{}: {record:.4}", record.round());
///     }
/// }
///
/// let mut state = State::new();
/// state.insert(Guess(1.0));
/// let mut plan = Plan::<Newton>::new();
/// plan.on(Newton::after_step, |guess: &Guess, record: &mut Record| record.set("guess", guess.0)).weight(-1.0);
/// plan.add(PrintRounds);
/// let outcome = plan.run(&mut state, |run| {
///     for _ in 0..3 {
///         run.scope(Newton::STEP, |run| {
///             let mut state = run.state();
///             let guess = state.get_mut::<Guess>().ok_or("there is no guess")?;
///             guess.0 = f64::midpoint(guess.0, 2.0 / guess.0);
///             Ok(())
///         })?;
///     }
///     Ok(())
/// })?;
/// assert!(outcome.is_finished());
/// assert_eq!(state.get::<Step>().map(|step| step.get()), Some(3));
/// assert_eq!(format!("{:?}", Newton::on_round_end), "[\"after_step\"]");
/// # Ok::<(), PlanError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the loop `{Self}` does not mark where its rounds are complete",
    label = "this callback needs the record of a round",
    note = "in the `breakpoints!` of `{Self}`, write `completes` and the counter behind that breakpoint, as in `after_step completes Step;`"
)]
#[expect(
    non_upper_case_globals,
    reason = "the constants have the names of breakpoints, as those of a loop do"
)]
pub trait Rounds: Loop {
    /// What counts the rounds.
    type Counter: Counter;
    /// The name of a round, such as `epoch`.
    const ROUND: &'static str;
    /// The unit that the counter of the rounds counts; `None` if it has no unit. While a round is under way, the counter includes it.
    const UNIT: Option<Unit> = None;
    /// Each breakpoint at which the record of a round is complete. A loop with parts, such as equilibration and measurement, has several.
    const on_round_end: AtEach<Self> = AtEach::round_ends();
    /// The begin of every scope.
    const on_scope_begin: AtEach<Self> = AtEach::scope_begins();
    /// The end of every scope.
    const on_scope_end: AtEach<Self> = AtEach::scope_ends();
    /// The end of every scope and round, and each breakpoint that the loop declares with `polls`.
    const on_poll: AtEach<Self> = AtEach::polls();
    /// The first breakpoint of a run.
    const on_enter: At<Self> = At::new(0);
    /// The last breakpoint of a run.
    const on_exit: At<Self> = At::new(last_index::<Self>());
}

/// The loop info that the macro `Rounds` passes on, like the macro beside a loop.
///
/// `#[callback(Rounds)]` calls it. It is not public API.
#[doc(hidden)]
#[macro_export]
macro_rules! Rounds {
    ({$($krate:tt)*} $($rest:tt)*) => {
        $crate::__rounds_info! {
            [names "on_epoch_end on_train_epoch_end after_epoch epoch_completed on_step_end after_step on_train_batch_end"] {} {$($krate)*} $($rest)*
        }
    };
    (@aliases {$($krate:tt)*} $($rest:tt)*) => {
        $crate::__rounds_info! {
            [table "Fit, Keras, Hugging Face\ton_epoch_end\ton_round_end\t
Lightning, TorchTNT\ton_train_epoch_end\ton_round_end\t
fastai\tafter_epoch\ton_round_end\t
ignite\tepoch_completed\ton_round_end\t
Driver, Hugging Face\ton_step_end\ton_round_end\tif a round is a step, as in `Driver`; in `Fit` it is an epoch
nvalchemi\tafter_step\ton_round_end\tif a round is a step, as in `Driver`; in `Fit` it is an epoch
Fit, Keras\ton_train_batch_end\ton_scope_end\tit has every scope: look at `&Breakpoint`, or name the loop, as in `#[callback(Fit)]`
"] {@aliases} {$($krate)*} $($rest)*
        }
    };
}

/// The two arms of `Rounds`, with the names of other frameworks or their table.
#[doc(hidden)]
#[macro_export]
macro_rules! __rounds_info {
    ([$($aliases:tt)*] {$($word:tt)*} {$($krate:tt)*} [$($done:tt)*] [{$($next:tt)*} $($more:tt)*] $($rest:tt)*) => {
        $($next)* ! {
            $($word)* {$($krate)*}
            [$($done)* {Rounds trait $($aliases)* [on_enter] [each on_scope_begin] [each on_scope_end] [each on_poll] [each on_round_end] [on_exit]}]
            [$($more)*] $($rest)*
        }
    };
    ([$($aliases:tt)*] {$($word:tt)*} {$($krate:tt)*} [$($done:tt)*] [] $($rest:tt)*) => {
        $($krate)* ::__private::__expand_callback! {
            {$($krate)*}
            [$($done)* {Rounds trait $($aliases)* [on_enter] [each on_scope_begin] [each on_scope_end] [each on_poll] [each on_round_end] [on_exit]}]
            $($rest)*
        }
    };
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a loop has at most `MAX_BREAKPOINTS` breakpoints"
)]
const fn last_index<L: Loop>() -> u16 {
    L::BREAKPOINTS.len().saturating_sub(1) as u16
}

/// The rounds of a loop, as a value.
#[derive(Debug, Clone, Copy)]
pub struct RoundInfo {
    unit: &'static str,
    counter: TypeId,
    /// Makes a function that reads the counter of the rounds.
    reader: fn() -> CountReader,
}

impl RoundInfo {
    /// Describes the rounds of a loop. `breakpoints!` calls this.
    ///
    /// ```
    /// use callbacks::{Fit, Loop};
    ///
    /// assert!(Fit::ROUNDS.is_some());
    /// ```
    pub const fn of<L: Rounds>() -> Self {
        Self {
            unit: L::ROUND,
            counter: TypeId::of::<L::Counter>(),
            reader: reader::<L::Counter>,
        }
    }

    /// Puts a record into the state, unless one is there, and prepares it for a run: its round has the count of the counter.
    pub(crate) fn prepare(self, state: &mut Ctx<'_>, names: &RecordedNames) {
        if state.get::<Record>().is_none() {
            state.insert(Record::default());
        }
        let count = (self.reader)()(&mut state.reborrow().into_view());
        if let Some(record) = state.get_mut::<Record>() {
            record.begin_run(self.at(count), names);
        }
    }

    /// Returns the round with this count.
    pub(super) const fn at(self, count: u64) -> Round {
        Round::new(self.unit, count)
    }

    /// Returns a function that reads the counter of the rounds.
    pub(super) fn reader(self) -> CountReader {
        (self.reader)()
    }

    /// Returns the type of the counter of the rounds.
    pub(super) const fn counter(self) -> TypeId {
        self.counter
    }
}

fn reader<T: Counter>() -> CountReader {
    let slot = Slot::<T>::find();
    Box::new(move |state: &mut View<'_>| {
        let counter = state.get_mut_at(&slot);
        let amount = counter.and_then(|counter| crate::Amount::from(counter.count()).whole());
        amount.unwrap_or_default()
    })
}

/// A counter that the run advances where a scope begins.
#[derive(Debug, Clone, Copy)]
pub struct ScopeCounter {
    scope: ScopeId,
    type_id: TypeId,
    prepare: fn(&mut Ctx<'_>),
    /// Reads and sets the counter; made where a run is saved or restored.
    reader: fn() -> CounterReader,
    /// Makes a function that advances the counter.
    advance: fn() -> Advance,
}

impl ScopeCounter {
    /// The counter `T` of the scope with this index. `breakpoints!` calls this for `scope STEP counts Step`.
    ///
    /// ```
    /// use callbacks::{Fit, Loop};
    ///
    /// // The fit counts its epochs itself, because handlers may change how many there are.
    /// assert!(Fit::COUNTERS.is_empty());
    /// ```
    pub const fn of<T: Counter + Default>(scope: u8) -> Self {
        const {
            assert!(
                T::ADVANCES,
                "a scope counts whole numbers; declare the counter with `callbacks::counter!(Step: u64);`"
            );
        }
        Self {
            scope: ScopeId::new(scope as usize),
            type_id: TypeId::of::<T>(),
            prepare: prepare::<T>,
            // The unit does not matter: the loop declares it.
            reader: || CounterReader::of::<T>(Unit::Steps),
            advance: advance::<T>,
        }
    }

    pub(crate) const fn scope(self) -> ScopeId {
        self.scope
    }

    /// Returns the type of the counter.
    pub(crate) const fn type_id(self) -> TypeId {
        self.type_id
    }

    /// Returns what reads and sets the counter.
    pub(crate) fn reader(self) -> CounterReader {
        (self.reader)()
    }

    /// Puts the counter into the state, unless it is there.
    pub(crate) fn prepare(self, state: &mut Ctx<'_>) {
        (self.prepare)(state);
    }

    /// Returns a function that advances the counter.
    pub(super) fn advance(self) -> Advance {
        (self.advance)()
    }
}

fn prepare<T: Counter + Default>(state: &mut Ctx<'_>) {
    if state.get::<T>().is_none() {
        state.insert(T::default());
    }
}

fn advance<T: Counter>() -> Advance {
    let slot = Slot::<T>::find();
    Box::new(move |state: &mut View<'_>| {
        if let Some(counter) = state.get_mut_at(&slot) {
            counter.advance();
        }
    })
}
