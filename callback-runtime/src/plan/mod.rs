//! Plans: callbacks and state, ordered, checked and resolved. What actually runs.

mod attach;
mod check;
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

pub use attach::Attachment;
pub(crate) use check::CheckInput;
pub(crate) use erased::AnyCallback;
pub(crate) use nearest::nearest;
pub(crate) use order::{Decided, Members};
pub(crate) use order_rules::{DeclaredBy, NamedBy, OrderRule, OrderSide, UndecidedPair};
pub use problem::{PlanError, Problem, ProblemKind};
pub(crate) use problem_text::{ProblemText, length, one_line, wrap};
pub(crate) use resolve::{HandlerRecord, Resolved, decided, with_role};

use crate::background::BackgroundSetting;
use crate::callback::{CallbackInfo, Location, Relations};
use crate::loops::{Availability, Breakpoint, Loop, is_well_formed};
use crate::outcome::{OnFailure, quietly};
use crate::parallel::{Executor, ThreadAffinity};
use crate::period::{AttachedPeriod, Clock, Periods, Position};
use crate::raw::{GateTable, Sendable, Table};
use crate::run::Dispatcher;
use crate::state::{AsState, Ctx};
use discover::DiscoveryRequest;
use order::PlanRelation;
use std::any::TypeId;
use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

/// The callbacks of a loop, ordered and checked: what actually runs.
///
/// Callbacks are attached; then [`run`](Self::run) checks the plan against the state, and runs the loop with it. A plan
/// runs as often as one likes.
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
    pub(crate) dispatcher: Dispatcher<dyn AnyCallback<L>>,
    pub(crate) clock: Clock,
    pub(crate) gates: Box<GateTable>,
    /// One for each callback of the machine.
    pub(crate) attached: Vec<Attached>,
    pub(crate) requests: Vec<DiscoveryRequest>,
    /// The next place of insertion.
    pub(crate) next_insertion: usize,
    pub(crate) of_loop: Availability<L>,
    pub(crate) of_run: Availability<L>,
    pub(crate) refuse_stops: Option<StopRule>,
    /// What it says of the order of its callbacks.
    pub(crate) plan_relations: Vec<PlanRelation>,
    pub(crate) strict: bool,
    /// Who runs handlers at the same time.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    /// What periods remember of runs before the handlers were bound anew.
    pub(crate) periods: Periods,
    pub(crate) resolved: Resolved,
    /// Something was attached since `resolved` was made.
    pub(crate) stale: bool,
    pub(crate) notes: Vec<Problem>,
}

/// Why a stop, raised at a breakpoint, may not take effect; `None` if it may.
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

/// What a plan knows of a callback.
pub(crate) struct Attached {
    pub(crate) info: CallbackInfo,
    /// It could not say more of itself, and why.
    pub(crate) panicked: Option<String>,
    pub(crate) type_id: TypeId,
    /// Name and weight given when it was attached.
    pub(crate) name: Option<String>,
    pub(crate) weight: Option<f64>,
    /// What its failures do to a run.
    pub(crate) on_failure: OnFailure,
    /// That it may be sent to another thread, if that is known.
    pub(crate) sendable: Option<Sendable>,
    /// Where its handlers run.
    pub(crate) background: BackgroundSetting,
    pub(crate) periods: Vec<AttachedPeriod>,
    /// What was said of it and others when it was attached.
    pub(crate) relations: Relations,
    /// Where it stands among the others: the place of the call that attached it, and its rank within that call.
    pub(crate) insertion: (usize, usize),
    pub(crate) attached_at: Location,
    pub(crate) by_hand: bool,
    pub(crate) affinity: ThreadAffinity,
    /// Where it was said that it must be able to run in parallel.
    pub(crate) parallel: Option<Location>,
    /// Somebody may have changed it, and with it what it says of itself.
    pub(crate) changed: bool,
    /// Not suppressed by an instance attached by hand.
    pub(crate) active: bool,
}

impl Attached {
    pub(crate) fn weight(&self) -> f64 {
        self.weight.unwrap_or_else(|| self.info.own_weight())
    }

    pub(crate) fn explicit_name(&self) -> Option<&str> {
        self.name.as_deref().or_else(|| self.info.explicit_name())
    }

    /// Where it is written or, if that is not known, attached.
    pub(crate) fn location(&self) -> Location {
        self.info.own_location().unwrap_or(self.attached_at)
    }
}

/// What a run is made of, apart from its state.
pub(crate) struct Parts<'p, L: Loop> {
    pub(crate) dispatcher: &'p mut Dispatcher<dyn AnyCallback<L>>,
    pub(crate) resolved: &'p Resolved,
    pub(crate) clock: &'p mut Clock,
    pub(crate) gates: &'p mut GateTable,
    /// Where it will end, as far as that is known.
    pub(crate) totals: Position,
    pub(crate) refuse_stops: Option<StopRule>,
}

impl<L: Loop> Plan<L> {
    /// A plan without callbacks.
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
        let of_loop = Availability::of_loop();
        Self {
            dispatcher: Dispatcher::new(L::BREAKPOINTS.len()),
            clock: Clock::of(of_loop.counters().to_vec()),
            gates: Box::default(),
            attached: Vec::new(),
            requests: Vec::new(),
            next_insertion: 0,
            of_loop,
            of_run: Availability::nothing(),
            refuse_stops: None,
            plan_relations: Vec::new(),
            strict: false,
            executor: None,
            periods: Periods::default(),
            resolved: Resolved::default(),
            stale: true,
            notes: Vec::new(),
        }
    }

    /// Says what only the coming runs know: state that they provide beside what the loop declares, and breakpoints that they
    /// will not fire. Replaces what was said before.
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
    pub fn expect(&mut self, say: impl FnOnce(&mut Availability<L>)) -> &mut Self {
        self.of_run = Availability::nothing();
        say(&mut self.of_run);
        self
    }

    /// Lets a rule of the loop refuse stops: asked when a callback stops the run, it answers why that is too early, or `None`. A
    /// refused stop is noted in the outcome and forgotten. An interrupt is not asked about.
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
        // Who may run at the same time depends on whether there is one.
        self.stale |= self.refuse_stops.is_none() && self.executor.is_some();
        self.refuse_stops = Some(rule);
        self
    }

    /// Checks the plan against a state without running anything. All problems are reported together.
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
        self.prepare(state.as_table())
    }

    /// What is worth knowing of the plan and no error: handlers that can never run. Filled by a check.
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
        &self.notes
    }

    /// The names of the callbacks, in the order in which they run, as of the last check or run; empty before the first.
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
        let resolved = &self.resolved;
        let order = resolved.order.iter();
        order.map(|at| resolved.names[*at].as_ref()).collect()
    }

    /// Resolves what has changed, and checks.
    pub(crate) fn parts(&mut self) -> Parts<'_, L> {
        Parts {
            dispatcher: &mut self.dispatcher,
            resolved: &self.resolved,
            clock: &mut self.clock,
            gates: &mut self.gates,
            totals: self.of_run.totals(),
            refuse_stops: self.refuse_stops,
        }
    }

    pub(crate) fn prepare(&mut self, state: &Table) -> Result<(), PlanError> {
        let mut problems = self.resolve();
        problems.extend(check::check(&check::CheckInput {
            attached: &self.attached,
            resolved: &self.resolved,
            of_loop: &self.of_loop,
            of_run: &self.of_run,
            state,
            members: &self.resolved.members,
            strict: self.strict,
            registered: OnceCell::new(),
        }));
        problems.extend(self.check_parallel());
        problems.extend(self.of_run.problems().iter().cloned());
        problems.sort_by_key(Problem::location);
        let (errors, notes): (Vec<_>, Vec<_>) = problems.into_iter().partition(Problem::is_error);
        if let [first, more @ ..] = notes.as_slice() {
            quietly(|| tracing::warn!(note = %first, more = more.len(), "the plan has notes"));
        }
        self.notes = notes;
        if errors.is_empty() {
            return Ok(());
        }
        // Resolved anew next time, so that it reports the same problems again.
        self.stale = true;
        Err(PlanError::new(errors))
    }
}

impl<L: Loop> Default for Plan<L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: Loop> fmt::Debug for Plan<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self
            .attached
            .iter()
            .map(|callback| callback.info.type_label());
        write!(f, "Plan<{}> ", L::NAME)?;
        f.debug_list().entries(labels).finish()
    }
}
