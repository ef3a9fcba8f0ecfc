//! Plans: the callbacks of a loop, ordered, checked and bound.
//!
//! - `attach`, `attachment`, `attached`, `erased`: attaching callbacks to a plan;
//! - `manage`, `discover`, `relate`: replacing and removing them, finding registered ones, and declaring relations between them;
//! - `order`, `order_rules`, `undecided`: the order of the callbacks, and the pairs whose order matters and is undecided;
//! - `core`, `resolve`: a plan without the type of its loop, and how it binds handlers;
//! - `check`: the rules of a plan, one function each;
//! - `problem`, `problem_text`, `nearest`: the problems that a check reports, and suggestions for misspelt names.

mod attach;
mod attached;
mod attachment;
mod check;
mod core;
mod discover;
mod erased;
mod manage;
mod nearest;
mod order;
mod order_rules;
mod problem;
mod problem_text;
mod relate;
mod resolve;
mod undecided;

pub use attachment::Attachment;
pub(crate) use check::CheckInput;
pub(crate) use core::PlanCore;
pub(crate) use erased::ErasedCallback;
pub(crate) use nearest::nearest;
pub(crate) use order::{DecidedOrders, OrderId, Suggestions};
pub(crate) use order_rules::{DeclaredBy, NamedBy, OrderRule, OrderSide, UndecidedPair};
pub use problem::{PlanError, Problem, ProblemKind};
pub(crate) use problem_text::{INSERT_ADVICE, ProblemText, length, one_line, wrap};
pub(crate) use resolve::Resolved;

use crate::loops::{Availability, Breakpoint, Loop, LoopInfo, is_well_formed};
use crate::state::{AsState, Ctx};
use std::fmt;
use std::marker::PhantomData;

pub(crate) use attached::Attached;
pub(crate) use core::RunParts;

/// The callbacks of a loop, ordered and checked: what actually runs.
///
/// Attach callbacks, then call [`run`](Self::run), which checks the plan against the state and runs the loop. The same plan can run
/// many times.
///
/// ```
/// use callbacks::prelude::*;
///
/// struct Position(f64);
///
/// breakpoints! {
///     loop Relax with Position { scope STEP { before_step; after_step; } }
/// }
///
/// let mut state = State::new();
/// state.insert(Position(1.0));
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, |position: &Position| println!("{:.3}", position.0));
/// let outcome = plan.run(&mut state, |run| {
///     for _ in 0..10 {
///         run.scope(Relax::STEP, |run| {
///             if let Some(position) = run.state().get_mut::<Position>() {
///                 position.0 *= 0.5;
///             }
///             Ok(())
///         })?;
///     }
///     Ok(())
/// })?;
/// assert!(outcome.is_finished());
/// assert!(state.get::<Position>().is_some_and(|position| position.0 < 0.001));
/// # Ok::<(), PlanError>(())
/// ```
pub struct Plan<L: Loop> {
    pub(crate) core: PlanCore,
    marker: PhantomData<fn() -> L>,
}

/// A rule that can refuse a stop. It gets the state and the breakpoint at which a handler stopped the run, and returns why the stop may
/// not take effect, or `None` if it may.
///
/// ```
/// use callbacks::StopRule;
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let not_before_ten: StopRule = |state, _at| {
///     let steps = state.get::<u64>().copied().unwrap_or_default();
///     (steps < 10).then(|| format!("{steps} of at least 10 steps"))
/// };
/// let mut plan = Plan::<Relax>::new();
/// plan.refuse_stops(not_before_ten);
/// plan.on(Relax::before_step, || Flow::stop("small enough"));
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// assert_eq!(outcome.refused().len(), 1);
/// # Ok::<(), PlanError>(())
/// ```
pub type StopRule = fn(&Ctx<'_>, &Breakpoint) -> Option<String>;

impl<L: Loop> Plan<L> {
    /// Creates a plan without callbacks.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.check(&State::new())?;
    /// assert!(plan.names().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new() -> Self {
        const {
            assert!(
                is_well_formed::<L>(),
                "the indices of the loop are indices of its own tables"
            );
        }
        Self {
            core: PlanCore::new(LoopInfo::of::<L>(), Availability::<L>::of_loop()),
            marker: PhantomData,
        }
    }

    /// Declares what only the next runs know: the state that they provide in addition to that of the loop, and the breakpoints that they do
    /// not fire. A second call replaces the first.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Batch;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_train_batch_begin, |_: &Batch| {});
    /// assert!(plan.check(&State::new()).is_err());
    /// plan.expect(|states| states.within::<Batch>(Fit::TRAIN_BATCH));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    pub fn expect(&mut self, declare: impl FnOnce(&mut Availability<L>)) -> &mut Self {
        self.core.of_run = Availability::fill(declare);
        self
    }

    /// Sets a rule that can refuse stops: when a callback stops the run, the rule returns why that is too early, or `None`. If the rule refuses
    /// a stop, the run continues and the outcome lists the stop. A rule never refuses an interrupt.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::stop("small enough"));
    /// plan.refuse_stops(|_state, at| Some(format!("never at {at}")));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert!(outcome.is_finished());
    /// assert_eq!(outcome.refused()[0].reason(), "small enough (refused: never at before_step)");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn refuse_stops(&mut self, rule: StopRule) -> &mut Self {
        self.core.refuse_stops(rule);
        self
    }

    /// Checks the plan against a state without running anything, and reports all problems together.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |notes: &mut String| notes.push('.'));
    /// plan.on(Fit::on_train_batch_begin, |loss: &Loss| println!("{loss}"));
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert_eq!(error.problems().len(), 2);
    /// ```
    pub fn check(&mut self, state: &impl AsState) -> Result<(), PlanError> {
        self.core.check(state.as_table(), false)
    }

    /// Returns the notes of the last check: problems that are not errors, such as handlers that can never run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_valid_end, || {});
    /// plan.expect(|states| states.silent_scope(Fit::VALID, "there is no validation data"));
    /// plan.check(&State::new())?;
    /// assert!(plan.notes()[0].to_string().ends_with("can never run here: there is no validation data"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn notes(&self) -> &[Problem] {
        &self.core.notes
    }

    /// Returns the names of the callbacks in the order in which they run, as of the last check or run. Empty before the first.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).weight(10.0).named("print");
    /// plan.on(Fit::on_epoch_end, || {});
    /// plan.on(Fit::on_epoch_begin, || {});
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["closure", "closure#2", "print"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn names(&self) -> Vec<&str> {
        let resolved = &self.core.resolved;
        let order = resolved.order.iter();
        order.map(|id| resolved.names[*id].as_ref()).collect()
    }
}

impl<L: Loop> Default for Plan<L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: Loop> fmt::Debug for Plan<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.core.attached.iter();
        let labels = labels.map(|callback| callback.info.type_label());
        write!(f, "Plan<{}> ", L::NAME)?;
        f.debug_list().entries(labels).finish()
    }
}
