//! The macros of `callbacks`: [`macro@callback`] and [`breakpoints!`].
//!
//! `#[callback]` has two stages, because a proc macro cannot see what another one wrote: the attribute hands a copy
//! of its block to the hidden macro beside the loop, which adds the names of its breakpoints and hands both to
//! [`__expand_callback!`]. `pipeline.rs` names the steps of each.

#![forbid(unsafe_code)]

mod attributes;
mod breakpoints;
mod callback;
mod errors;
mod facade;
mod pipeline;
mod spelling;
mod unit;

use proc_macro::TokenStream;

/// Makes the functions of an `impl` block handlers: their names say when they run, their parameters what they may touch.
///
/// A function whose name begins with `on_`, `before_` or `after_` runs at the breakpoint of that name, or at all that are called
/// so but for their phase; one with `#[on(train_batch_end, valid_batch_end)]` runs at those, and with
/// `#[on(batch_end, phase = train)]` in that phase alone. Every other function stays an ordinary method.
///
/// A handler asks for `&T` to read the state of type `T`, `&mut T` to change it, `Option` of either where it may be absent,
/// `Local<'_, T>` or `LocalMut<'_, T>` for types that stay on their thread, `&Breakpoint`, or `Ctx<'_>` alone for everything. It
/// answers nothing, a `Flow`, at a breakpoint that declares an answer that answer, or a `Result` of one of these.
///
/// A type has at most one block for each loop: its weight and its name are those of the block.
///
/// The arguments, all optional, in any order:
///
/// | argument | meaning |
/// |---|---|
/// | `Fit`, `Driver` | the loops that the block serves; `Fit` when none is named |
/// | `weight = 10` | the place among other callbacks, lighter ones first; any `f64` constant, 0 when absent |
/// | `name = "loss"` | what the callback is called, instead of its type's name |
/// | `after(Metrics, "loss")` | it runs after these at every breakpoint, whatever its weight |
/// | `before(Logger)` | it runs before these |
/// | `group(Measures)` | it is one of the group that this type stands for |
/// | `requires(Metrics)` | a plan in which none of these is attached has a problem |
/// | `incompatible(Profiler)` | a plan in which one of these is attached beside it has a problem |
/// | `no_conflict(Clip)` | it does not matter which goes first, though both write the same state |
/// | `provides(Record, T = Self::make)` | the state it brings, made by its `Default` or by a function |
/// | `discover = false` | registered for configuration files, but not found by `.discover()` |
/// | `register = false` | not registered at all; a generic callback must say so |
/// | `crate = path` | where `callbacks` is, if it was renamed or re-exported |
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Watch {
///     batches: u64,
/// }
///
/// #[callback(weight = 10, name = "watch")]
/// impl Watch {
///     // A breakpoint's own name.
///     fn on_epoch_begin(&mut self, epoch: &Epoch, rate: &mut LearningRate) {
///         rate.set(0.1 / epoch.get() as f64);
///     }
///
///     // Without its phase: in every phase that has it, also in prediction, where there is no loss.
///     fn on_batch_end(&mut self, loss: Option<&Loss>) {
///         self.batches += 1;
///         self.print(loss);
///     }
///
///     // In its phase this one runs instead of `on_batch_end`.
///     fn on_train_batch_end(&self, loss: &Loss) -> Flow {
///         if loss.value().is_nan() { Flow::stop("the loss is NaN") } else { Flow::Continue }
///     }
///
///     // Any name, at several breakpoints; `on_` may be left out there.
///     #[on(train_end, valid_end)]
///     fn report(&self, metrics: &Metrics) {
///         println!("{metrics}");
///     }
///
///     // No handler: an ordinary method.
///     fn print(&self, loss: Option<&Loss>) {
///         println!("{loss:?}");
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Watch::default());
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["watch"]);
/// # Ok::<(), PlanError>(())
/// ```
///
/// A handler that is not to run each time says how often, in one or several `#[every(…)]`; it is due when any part says so:
///
/// | word | meaning |
/// |---|---|
/// | `epochs = 1`, `steps = 10`, `micro_steps = 4`, `samples = 5_000` | when the loop's count crosses a multiple; any expression of type `u64` |
/// | `time = 0.5` | the same of simulated time; any expression of type `f64` |
/// | `seconds = 30` | the same of the clock; any expression of type `f64` |
/// | `first`, `last` | also at the run's first firing of the breakpoint, also at its last unless the run fails; alone, only there |
/// | `offset = 3` | beside one unit: its multiples are counted from there |
/// | `until = 1_000` | beside one unit: not beyond there |
/// | `once(steps = 500)` | a single time, when the count crosses this |
/// | `when = Self::is_due` | when this function of the loop's `Position` says so |
/// | `only_when = Self::is_due` | beside units: only if this function says so, too; `first` and `last` are not asked |
///
/// `self` is the callback, so that each instance can have a period of its own; it is read when the plan is built.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::{Position, Unit};
///
/// struct Snapshots {
///     every: u64,
/// }
///
/// impl Snapshots {
///     const LIMIT: u64 = 1_000;
///
///     fn is_power_of_two(position: &Position) -> bool {
///         position.whole(Unit::Steps).is_some_and(u64::is_power_of_two)
///     }
/// }
///
/// #[callback(register = false)]
/// impl Snapshots {
///     #[every(steps = self.every, epochs = 1, first, last)]
///     fn on_train_batch_end(&self) {}
///
///     #[on(epoch_end)]
///     #[every(seconds = 30)]
///     #[every(epochs = 10, offset = 5, until = Self::LIMIT)]
///     fn report(&self) {}
///
///     #[every(when = Self::is_power_of_two)]
///     fn on_train_batch_begin(&self) {}
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Snapshots { every: 100 });
/// # let _ = plan;
/// ```
///
/// One block serves several loops, each of which is in scope by its name. A function runs in the loops that have its breakpoint:
///
/// ```
/// use callbacks::prelude::*;
///
/// breakpoints! {
///     pub loop Relax { scope RUN { on_run_begin; on_fit_end; on_run_end; } }
/// }
///
/// #[derive(Default)]
/// struct Log;
///
/// #[callback(Fit, Relax, discover = false)]
/// impl Log {
///     fn on_fit_end(&self) {}
///     fn on_run_end(&self) {}
///     fn on_epoch_end(&self) {}
/// }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.add(Log);
/// assert!(!plan.explain(&State::new())?.to_string().contains("on_epoch_end"));
/// # Ok::<(), PlanError>(())
/// ```
///
/// Who is meant by `after` and its kind is said by a type, by a group or, in quotes, by a name. A type means every callback of that
/// type, a group every callback in it. The same can be said of one instance where it is attached:
///
/// ```
/// use callbacks::prelude::*;
///
/// /// The group of those that measure.
/// struct Measures;
///
/// #[derive(Default)]
/// struct Norm;
///
/// #[callback(group(Measures), discover = false)]
/// impl Norm {
///     fn on_epoch_end(&self) {}
/// }
///
/// #[derive(Default)]
/// struct Log;
///
/// #[callback(after(Measures), before("notes"), requires(Norm), weight = -10, discover = false)]
/// impl Log {
///     fn on_epoch_end(&self) {}
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Log);
/// assert!(plan.check(&State::new()).unwrap_err().to_string().contains("requires `Norm`"));
/// plan.on(Fit::on_epoch_end, || {}).named("notes").weight(-20.0);
/// plan.add(Norm);
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["Norm", "Log", "notes"]);
/// # Ok::<(), PlanError>(())
/// ```
///
/// With `background` the handlers run later, on a thread of the callback's own, with copies of what they ask for: they read, `&T` or
/// `Option<&T>` of types that are `Clone`, and return nothing or a `Result<(), E>`. Enter and exit run in the loop, exit when everything
/// is done. What a full queue does is said where the callback is attached.
///
/// ```
/// use callbacks::Background;
/// use callbacks::prelude::*;
///
/// struct Log(std::io::BufWriter<std::fs::File>);
///
/// #[callback(background)]
/// impl Log {
///     fn on_train_batch_end(&mut self, step: &Step, loss: &Loss) -> std::io::Result<()> {
///         use std::io::Write;
///         writeln!(self.0, "{step} {loss}")
///     }
/// }
///
/// # fn attach(log: Log) {
/// let mut plan = Plan::<Fit>::new();
/// plan.add(log).background(Background::queue(1024));
/// # }
/// ```
///
/// State that a callback provides is there from the callback's own `on_enter` on, for everybody, unless it was there before. It is
/// made by its `Default`, or by a function that takes `&self`. A block that brings state needs no handler:
///
/// ```
/// use callbacks::prelude::*;
///
/// /// The last losses.
/// struct Recent(Vec<f64>);
///
/// #[derive(Default)]
/// struct Count(u32);
///
/// #[derive(Default)]
/// struct Gather {
///     most: usize,
/// }
///
/// impl Gather {
///     fn recent(&self) -> Recent {
///         Recent(Vec::with_capacity(self.most))
///     }
/// }
///
/// #[callback(provides(Count, Recent = Self::recent), discover = false)]
/// impl Gather {
///     fn on_train_batch_end(&self, loss: &Loss, recent: &mut Recent, count: &mut Count) {
///         recent.0.push(loss.value());
///         count.0 += 1;
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |recent: &Recent| println!("{:?}", recent.0));
/// assert!(plan.check(&State::new()).unwrap_err().to_string().contains("`Gather`"));
/// plan.add(Gather { most: 100 });
/// plan.check(&State::new())?;
/// # Ok::<(), PlanError>(())
/// ```
///
/// A weight is any constant. A generic callback is not registered, because nobody says for which types, and a program that knows
/// `callbacks` by another name says which:
///
/// ```
/// use callbacks as hooks;
/// use hooks::prelude::*;
///
/// struct Last<T>(T);
///
/// impl Last<()> {
///     const WEIGHT: f64 = f64::INFINITY;
/// }
///
/// #[hooks::callback(weight = Last::<()>::WEIGHT, register = false, crate = hooks)]
/// impl<T: Send + Sync + 'static> Last<T> {
///     fn on_fit_end(&mut self, value: Option<&T>) {}
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Last(7_u32));
/// plan.on(Fit::on_fit_end, || {}).named("first").weight(1e9);
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["first", "Last"]);
/// # Ok::<(), PlanError>(())
/// ```
#[proc_macro_attribute]
pub fn callback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::callback(arguments.into(), item.into()).into()
}

/// Declares a loop: its breakpoints, the scopes around them, and which state exists where.
///
/// Inside braces stand the scopes of the loop. A scope opens with its first breakpoint and closes with its last, which a run fires
/// itself; those between them the loop fires. A `phase` is a scope whose breakpoints can also be named without it, `on_batch_end`
/// for `on_train_batch_end`, and its own begin and end as `on_phase_begin` and `on_phase_end`.
///
/// | part | meaning |
/// |---|---|
/// | `crate = path;` | in front of the loop: where `callbacks` is, if it was renamed or re-exported |
/// | `pub loop Fit with Epoch { … }` | the loop's type, and state that exists at every breakpoint |
/// | `with Epoch as epochs, Step as steps` | on the loop's line: what counts `epochs`, `steps`, `micro_steps`, `samples` or `time` |
/// | `scope EPOCH with T { … }` | a scope, and state that exists as long as it is open |
/// | `phase TRAIN { … }` | a scope that is a phase |
/// | `on_force with Force;` | a breakpoint, and state that exists from here to the end of the scope around it |
/// | `on_update -> Verdict;` | a breakpoint inside a scope whose handlers answer |
/// | `stop => on_stop;` | the breakpoint that tells of a stop; so do `interrupt =>` and `error =>` |
///
/// Every loop has `on_enter` and `on_exit` besides. Doc comments go to what they stand on. What a loop declares with `with` it also
/// has to put into the state: a handler that requires what is not there is skipped, and the outcome counts it.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Clone, Copy)]
/// struct Energy(f64);
/// struct Force(f64);
///
/// /// What the handlers of `on_update` answer: one rejection rejects.
/// #[derive(Clone, Debug, PartialEq)]
/// enum Verdict {
///     Accept,
///     Reject,
/// }
///
/// impl callbacks::Answer for Verdict {
///     fn merge(self, other: Self) -> Self {
///         if self == Verdict::Reject { self } else { other }
///     }
/// }
///
/// breakpoints! {
///     /// Goes downhill. `Energy` is there all of the time.
///     loop Relax with Energy {
///         scope RUN {
///             on_run_begin;
///             phase WARM {
///                 on_warm_begin;
///                 on_warm_step;
///                 on_warm_end;
///             }
///             phase MAIN {
///                 on_main_begin;
///                 on_main_step;
///                 /// There is a force from here to the end of the phase.
///                 on_force with Force;
///                 on_update -> Verdict;
///                 on_main_end;
///             }
///             on_run_end;
///         }
///         stop => on_stop;
///         interrupt => on_interrupt;
///         error => on_error;
///     }
/// }
///
/// #[derive(Default)]
/// struct Uphill;
///
/// #[callback(Relax)]
/// impl Uphill {
///     // Both `on_warm_step` and `on_main_step`.
///     fn on_step(&self, at: &Breakpoint, energy: &Energy) {
///         println!("{at}: {}", energy.0);
///     }
///
///     fn on_update(&self, force: &Force) -> Verdict {
///         if force.0 > 0.0 { Verdict::Reject } else { Verdict::Accept }
///     }
/// }
///
/// let mut state = State::new();
/// state.insert(Energy(1.0));
/// let mut plan = Plan::<Relax>::new();
/// plan.discover();
/// let mut verdict = None;
/// let outcome = plan.run(&mut state, |run| {
///     run.scope(Relax::RUN, |run| {
///         run.scope(Relax::WARM, |run| run.fire(Relax::on_warm_step))?;
///         run.scope(Relax::MAIN, |run| {
///             run.fire(Relax::on_main_step)?;
///             run.state().insert(Force(0.5));
///             run.fire(Relax::on_force)?;
///             verdict = run.ask(Relax::on_update)?;
///             Ok(())
///         })
///     })?;
///     Ok(())
/// })?;
/// assert!(outcome.is_finished());
/// assert_eq!(verdict, Some(Verdict::Reject));
/// # Ok::<(), PlanError>(())
/// ```
#[proc_macro]
pub fn breakpoints(declaration: TokenStream) -> TokenStream {
    pipeline::breakpoints(&declaration.into()).into()
}

/// The second stage of [`macro@callback`], which only the macros that [`breakpoints!`] wrote call.
#[doc(hidden)]
#[proc_macro]
pub fn __expand_callback(handover: TokenStream) -> TokenStream {
    pipeline::expand_callback(handover.into()).into()
}
