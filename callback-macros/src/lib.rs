//! The macros of `callbacks`: [`macro@callback`] and [`breakpoints!`].
//!
//! `#[callback]` has two stages, because a proc macro cannot see what another one wrote: the attribute hands a copy
//! of its block to the hidden macro beside the loop, which adds the names of its breakpoints and hands both to
//! [`__expand_callback!`]. [`pipeline`] names the steps of each.

mod attributes;
mod breakpoints;
mod callback;
mod errors;
mod facade;
mod pipeline;
mod spelling;

use proc_macro::TokenStream;

/// Makes the functions of an `impl` block handlers: their names say when they run, their parameters what they may touch.
///
/// A function whose name begins with `on_`, `before_` or `after_` runs at the breakpoint of that name; one with
/// `#[on(train_batch_end, valid_batch_end)]` runs at those. Every other function stays an ordinary method.
///
/// The arguments, all optional, in any order:
///
/// | argument | meaning |
/// |---|---|
/// | `Fit`, `Driver` | the loops that the block serves; `Fit` when none is named |
/// | `weight = 10` | the place among other callbacks, lighter ones first; any `f64` constant, 0 when absent |
/// | `name = "loss"` | what the callback is called, instead of its type's name |
/// | `discover = false` | registered for configuration files, but not found by `.discover()` |
/// | `register = false` | not registered at all; a generic callback must say so |
/// | `crate = path` | where `callbacks` is, if it was renamed or re-exported |
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct PrintLoss;
///
/// #[callback(weight = 10)]
/// impl PrintLoss {
///     fn on_train_batch_end(&mut self, step: &Step, loss: &Loss) {
///         println!("step {step}: loss {loss:.4}");
///     }
///
///     #[on(fit_begin, fit_end)]
///     fn draw_line(&self) {
///         println!("----");
///     }
/// }
///
/// Plan::<Fit>::new().add(PrintLoss);
/// ```
#[proc_macro_attribute]
pub fn callback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::callback(arguments.into(), item.into()).into()
}

/// Declares a loop: its breakpoints, the scopes around them, and which state exists where.
///
/// Inside braces stand the scopes of the loop. A scope opens with its first breakpoint and closes with its last;
/// a `phase` is a scope whose breakpoints can also be named without it, `on_batch_end` for `on_train_batch_end`.
/// State after `with` exists as long as its scope is open, or from its breakpoint to the end of the scope around it.
///
/// ```
/// use callbacks::prelude::*;
///
/// /// The energy of a configuration.
/// struct Energy(f64);
///
/// breakpoints! {
///     /// Walks downhill.
///     pub loop Descent {
///         scope RUN {
///             on_run_begin;
///             scope STEP {
///                 before_step;
///                 on_force with Energy;
///                 after_step;
///             }
///             on_run_end;
///         }
///         stop => on_stop;
///     }
/// }
///
/// #[derive(Default)]
/// struct Lowest(Option<f64>);
///
/// #[callback(Descent)]
/// impl Lowest {
///     fn after_step(&mut self, energy: &Energy) {
///         let lowest = self.0.get_or_insert(energy.0);
///         *lowest = lowest.min(energy.0);
///     }
/// }
///
/// Plan::<Descent>::new().add(Lowest::default());
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
