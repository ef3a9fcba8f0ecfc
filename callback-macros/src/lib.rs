//! The macros of `callbacks`: [`macro@callback`], [`breakpoints!`], and the derives of `Parameters` and `Gradients`.
//!
//! `#[callback]` has two stages, because a proc macro cannot see what another one wrote. The first stage passes a copy of the block
//! to the hidden macro beside the loop. That macro adds the names of the loop's breakpoints, and passes both to the second stage,
//! [`__expand_callback!`]. `pipeline.rs` lists the steps of each stage.

#![forbid(unsafe_code)]

mod attributes;
mod breakpoints;
mod callback;
mod crate_path;
mod derive;
mod errors;
mod handler_name;
mod pipeline;
mod spelling;
mod unit;

use proc_macro::TokenStream;

/// Makes functions of an `impl` block handlers. The name of a handler says when it runs, and its parameters say which state it uses.
///
/// A function whose name begins with `on_`, `before_` or `after_` runs at the breakpoint of that name. A name without a phase, such
/// as `on_batch_end`, refers to the breakpoint in every phase. A function with `#[on(train_batch_end, valid_batch_end)]` runs at the
/// breakpoints in the attribute, and `#[on(batch_end, phase = train)]` limits them to one phase. Every other function is an ordinary
/// method. A method that the rest of the block does not call is an error if it has the name of a breakpoint without `on_`, or that of a
/// hook of another framework, such as `training_step`: it belongs in another block.
///
/// A handler has a parameter `&T` to read the state of type `T`, `&mut T` to change it, `Option` of either if the state may be absent,
/// `Local<'_, T>` or `LocalMut<'_, T>` for types that stay on their thread, `&Breakpoint`, or only `Ctx<'_>` for all state. It returns
/// nothing, a `Flow`, the answer that its breakpoint declares, or a `Result` of one of these.
///
/// A type has at most one block for each loop. The arguments of the block are optional and may be in any order:
///
/// | argument | meaning |
/// |---|---|
/// | `Fit`, `Driver` | the loops that the block serves; `Fit` by default |
/// | `Rounds` | the block serves every loop with rounds; the trait `Rounds` lists the names of its handlers |
/// | `weight = 10` | the position among other callbacks, in ascending order; any `f64` constant, 0 by default |
/// | `name = "loss"` | the name of the callback; its type's name by default |
/// | `after(Metrics, "loss")` | the callback runs after these at every breakpoint, whatever its weight |
/// | `before(Logger)` | the callback runs before these |
/// | `group(Measures)` | the callback belongs to the group that this type names |
/// | `requires(Metrics)` | a plan without one of these has a problem |
/// | `incompatible(Profiler)` | a plan with one of these beside the callback has a problem |
/// | `no_conflict(Clip)` | both may write the same state in either order |
/// | `provides(Best, T = Self::make)` | the state that the callback provides, from its `Default` or from a function |
/// | `background` | the handlers run on a thread of the callback |
/// | `produces("accuracy")` | the names of the values that the callback puts into the `Record` |
/// | `declare = Self::declare` | a function that adds to the `CallbackInfo` what depends on the instance: invalid settings, names in the record |
/// | `persist(best, looks)` | the fields that the callback remembers, which a saved run has; `persist` alone is the whole value, `persist = Self::persist` a function that names them; `version = 2` and `migrate = Self::migrate` in the list are for fields that have changed |
/// | `ready_made` | a library writes the callback for programs that it does not know; see `CallbackInfo::ready_made` |
/// | `discover = false` | the callback is registered for configuration files, but `.discover()` does not find it |
/// | `register = false` | the callback is not registered; required for a generic callback |
/// | `crate = path` | the path of `callbacks`, if it is renamed or re-exported |
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
///     // The full name of a breakpoint.
///     fn on_epoch_begin(&mut self, epoch: &Epoch, rate: &mut LearningRate) {
///         rate.set(0.1 / epoch.get() as f64);
///     }
///
///     // A name without a phase: the handler runs in every phase, also in prediction, which has no loss.
///     fn on_batch_end(&mut self, loss: Option<&Loss>) {
///         self.batches += 1;
///         self.print(loss);
///     }
///
///     // In training this handler runs instead of `on_batch_end`.
///     fn on_train_batch_end(&self, loss: &Loss) -> Flow {
///         if loss.value().is_nan() { Flow::stop("the loss is NaN") } else { Flow::Continue }
///     }
///
///     // A function of any name, at several breakpoints. The attribute may omit `on_`.
///     #[on(train_end, valid_end)]
///     fn report(&self, record: &Record) {
///         println!("{record}");
///     }
///
///     // An ordinary method.
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
/// A handler with one or several `#[every(…)]` does not run each time its breakpoint fires, but when one of the clauses makes it due:
///
/// | clause | meaning |
/// |---|---|
/// | `epochs = 1`, `steps = 10`, `micro_steps = 4`, `samples = 5_000` | due when the loop's count crosses a multiple; any expression of type `u64` |
/// | `time = 0.5` | the same for simulated time; any expression of type `f64` |
/// | `seconds = 30` | the same for wall-clock time; any expression of type `f64` |
/// | `first`, `last` | due at the first firing of the breakpoint in a run, and at the last unless the run fails |
/// | `offset = 3` | beside one unit: its multiples are counted from this number |
/// | `until = 1_000` | beside one unit: not due after this number |
/// | `once(steps = 500)` | due once, when the count crosses this number |
/// | `when = Self::is_due` | due when this function of the loop's `Position` returns `true` |
/// | `only_when = Self::is_due` | beside units: due only if this function returns `true`; does not apply to `first` and `last` |
///
/// In an expression `self` is the callback, so that two instances can have different periods. The expression is evaluated when the
/// plan is built.
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
/// A block can serve several loops, which must be in scope. A handler runs in the loops that have its breakpoint:
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
/// `after`, `before`, `requires`, `incompatible` and `no_conflict` refer to callbacks by a type, by a group or, in quotes, by a name. A
/// type refers to every callback of that type, and a group to every callback in it. An attachment can set the same relations for one
/// instance:
///
/// ```
/// use callbacks::prelude::*;
///
/// /// The group of the callbacks that measure.
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
/// With `background` the handlers run on a thread of the callback, with copies of the state. Their parameters are `&T` or `Option<&T>` of
/// types that are `Clone`, and they return nothing or a `Result<(), E>`. `on_enter` and `on_exit` run in the loop, `on_exit` after all
/// other handlers. The attachment sets the length of the queue, and what happens when it is full.
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
/// # fn attach(record: Log) {
/// let mut plan = Plan::<Fit>::new();
/// plan.add(record).background(Background::queue(1024));
/// # }
/// ```
///
/// The state that a callback provides exists from the callback's `on_enter` on, and every callback can use it. Its first value is that
/// of its `Default`, or of a function that takes `&self`, unless the state exists already. A block that provides state needs no handler:
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
/// Settings are checked where they are declared. An invalid one is a problem of the plan, before anything runs, and so is a monitored name
/// that nothing puts into the record:
///
/// ```
/// use callbacks::CallbackInfo;
/// use callbacks::prelude::*;
///
/// struct Report {
///     name: String,
///     digits: usize,
/// }
///
/// impl Report {
///     fn declare(&self, info: CallbackInfo) -> CallbackInfo {
///         info.monitors(self.name.clone()).valid_if(self.digits <= 17, "digits", self.digits, "give 17 or fewer")
///     }
/// }
///
/// #[callback(register = false, declare = Self::declare)]
/// impl Report {
///     fn on_epoch_end(&self, record: &Record) {
///         println!("{:.*}", self.digits, record.get(&self.name).unwrap_or(f64::NAN));
///     }
/// }
///
/// struct Accuracy;
///
/// #[callback(produces("accuracy"), weight = callbacks::weight::EARLY)]
/// impl Accuracy {
///     fn on_epoch_end(&self, record: &mut Record) {
///         record.set("accuracy", 0.75);
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.expect(|run| run.records(["train_loss"]));
/// plan.add(Report { name: "acuracy".into(), digits: 99 });
/// plan.add(Accuracy);
/// let error = plan.check(&State::new()).unwrap_err();
/// assert_eq!(error.problems().len(), 2);
/// assert!(error.to_string().contains("has a `digits` of 99"));
/// assert!(error.problems().iter().any(|problem| problem.hint() == Some("did you mean `accuracy`?")));
/// ```
///
/// A weight is any constant. A generic callback needs `register = false`, because the macro cannot know the types to register it for. A
/// program that has renamed `callbacks` passes the new path as `crate`:
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

#[doc = include_str!("breakpoints/breakpoints.md")]
#[proc_macro]
pub fn breakpoints(declaration: TokenStream) -> TokenStream {
    pipeline::breakpoints(&declaration.into()).into()
}

/// Implements `callbacks::Parameters` for a struct of arrays, of numbers and of structs that implement it.
///
/// The names of fields, and the indices in lists and tuples, are joined by `.`: `layers.0.weights`. A field with `#[parameters(skip)]` has
/// no parameters. `#[parameters(crate = path)]` above the struct is the path of `callbacks`, if it is renamed. A struct may contain itself, as in
/// `children: Vec<Tree>`. Of two structs that contain each other, implement the trait of one by hand.
///
/// ```
/// use callbacks::{BoxError, Parameters};
///
/// #[derive(Parameters)]
/// struct Line {
///     slope: f64,
///     #[parameters(skip)]
///     unit: &'static str,
/// }
///
/// let mut line = Line { slope: 2.0, unit: "m/s" };
/// line.scale_where(0.5, &|name| name == "slope")?;
/// assert_eq!((line.slope, line.unit), (1.0, "m/s"));
/// # Ok::<(), BoxError>(())
/// ```
#[proc_macro_derive(Parameters, attributes(parameters))]
pub fn derive_parameters(item: TokenStream) -> TokenStream {
    pipeline::derive(derive::syntax::Derived::Parameters, item.into()).into()
}

/// Implements `callbacks::Gradients` for a struct of arrays, of numbers and of structs that implement it.
///
/// The names of fields, and the indices in lists and tuples, are joined by `.`: `layers.0.weights`. A field with `#[gradients(skip)]` has
/// no gradients. `#[gradients(crate = path)]` above the struct is the path of `callbacks`, if it is renamed. A struct may contain itself, as in
/// `children: Vec<Tree>`. Of two structs that contain each other, implement the trait of one by hand.
///
/// ```
/// use callbacks::{BoxError, Gradients};
///
/// #[derive(callbacks::Gradients)]
/// struct Slope(f64, #[gradients(skip)] &'static str);
///
/// let mut slope = Slope(-3.0, "m/s");
/// slope.clamp(2.0)?;
/// assert_eq!((slope.0, slope.1), (-2.0, "m/s"));
/// # Ok::<(), BoxError>(())
/// ```
#[proc_macro_derive(Gradients, attributes(gradients))]
pub fn derive_gradients(item: TokenStream) -> TokenStream {
    pipeline::derive(derive::syntax::Derived::Gradients, item.into()).into()
}

/// The second stage of [`macro@callback`], which the macros beside loops call.
#[doc(hidden)]
#[proc_macro]
pub fn __expand_callback(input: TokenStream) -> TokenStream {
    pipeline::expand_callback(input.into()).into()
}
