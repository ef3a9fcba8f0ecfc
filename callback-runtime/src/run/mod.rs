//! A run: one pass through a loop, with the callbacks of its plan.
//!
//! * [`fire`](Run::fire) runs the handlers of a breakpoint (`fire.rs`), and what they answer is taken in (`apply_status.rs`);
//! * [`scope`](Run::scope) owns a begin/end pair and catches a leave of it (`scope.rs`);
//! * the beginning and the one ending are in `ending.rs`;
//! * [`Guard`] is the same for engines whose control flow is not ours (`guard.rs`).

mod ask;
mod break_reason;
mod dispatcher;
mod ending;
mod fire;
mod guard;
mod pending_flow;
mod reply;
mod scope;
mod swallowed;

pub use break_reason::Break;
pub(crate) use dispatcher::{DispatchRecord, Dispatcher, HandlerTraits};
pub use guard::Guard;
pub(crate) use reply::origin;

use crate::loops::{BreakpointSet, Loop};
use crate::outcome::{Failure, Outcome, Stop};
use crate::plan::{AnyCallback, Parts, Plan, PlanError, Resolved, StopRule};
use crate::raw::Frame;
use crate::state::{AsState, Ctx};
use ending::OuterValues;
use pending_flow::PendingFlow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use swallowed::SwallowedFailures;

/// A run under way: what the closure given to [`Plan::run`] fires breakpoints with.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::Break;
/// breakpoints! { pub loop Relax { scope RUN { on_run_begin; on_start; on_run_end; } } }
///
/// /// The loop, apart from kind it is run with.
/// fn relax(run: &mut Run<'_, Relax>) -> Result<(), Break> {
///     run.scope(Relax::RUN, |run| {
///         run.fire(Relax::on_start)?;
///         run.state().insert(0.5);
///         Ok(())
///     })?;
///     Ok(())
/// }
///
/// let mut state = State::new();
/// let outcome = Plan::<Relax>::new().run(&mut state, relax)?;
/// assert!(outcome.is_finished());
/// assert_eq!(state.get(), Some(&0.5));
/// # Ok::<(), PlanError>(())
/// ```
#[repr(C)]
pub struct Run<'a, L: Loop> {
    /// What handlers are called with: the state. At the address of the whole, so that a firing keeps one address less.
    pub(crate) frame: Frame<'a>,
    pub(crate) dispatcher: &'a mut Dispatcher<dyn AnyCallback<L>>,
    pub(crate) resolved: &'a Resolved,
    pub(crate) run_state: RunState,
}

/// What a run knows of itself.
#[derive(Default)]
pub(crate) struct RunState {
    /// The breakpoints that are looked at when fired: those with handlers, or all while something is pending.
    pub(crate) active: BreakpointSet,
    /// Those whose handlers have a period each: they are looked at when one of them may be due.
    pub(crate) waiting: BreakpointSet,
    /// A firing is not just to run the handlers: something is pending, or late.
    pub(crate) slow_path: bool,
    /// A leave, a stop or a failure waits to be handed on.
    pub(crate) has_pending: bool,
    /// The open scopes, outermost first.
    pub(crate) open: Vec<usize>,
    pub(crate) stage: Stage,
    pub(crate) pending_flow: Option<PendingFlow>,
    /// What was wished at the end of an outermost scope: it becomes the wish if the loop goes on.
    /// Boxed, because it is looked at in every firing and hardly ever there.
    pub(crate) deferred: Option<Box<PendingFlow>>,
    pub(crate) failure: Option<Failure>,
    /// What the state held that the run puts there itself.
    pub(crate) outer_values: OuterValues,
    /// How many callbacks, in their order, have been entered.
    pub(crate) entered: usize,
    /// The end of an outermost scope has been fired, and none has been opened since.
    pub(crate) body_is_done: bool,
    /// Whether a stop may take effect.
    pub(crate) refuse_stops: Option<StopRule>,
    pub(crate) refused: Vec<Stop>,
    pub(crate) swallowed: SwallowedFailures,
    /// Handlers that were skipped, by breakpoint and place in its list.
    pub(crate) skipped: std::collections::BTreeMap<(usize, usize), u64>,
}

/// How far a run has come on its way to its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Stage {
    #[default]
    Running,
    /// `on_stop` or `on_interrupt` has been fired. Flows have no effect any more.
    StopFired,
    /// The end of an outermost scope is fired. An error leads to the exits directly; what is wished acts only if the loop
    /// goes on.
    Ending,
    /// The same of a run that was stopped, or the exits: flows have no effect.
    Closing,
}

impl<L: Loop> Plan<L> {
    /// Checks the plan and runs the loop `body` with it. Every callback is entered before and exited afterwards, in every
    /// ending; a panic, of a handler or of `body`, is an ending too.
    ///
    /// The `Err` is a plan with problems, told before anything ran; a run that failed says so in its outcome.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::stop("enough"));
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     run.scope(Relax::STEP, |_| Ok(()))?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(outcome.stopped().map(Stop::reason), Some("enough"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn run<'s>(
        &mut self,
        state: impl Into<Ctx<'s>>,
        body: impl FnOnce(&mut Run<'_, L>) -> Result<(), Break>,
    ) -> Result<Outcome, PlanError> {
        let state = state.into();
        self.prepare(state.as_table())?;
        let mut run = Run::begin(self.parts(), state);
        if run.enter().is_ok() {
            let caught = catch_unwind(AssertUnwindSafe(|| body(&mut run)));
            run.handle_body(caught);
        }
        Ok(run.end())
    }
}

impl<'a, L: Loop> Run<'a, L> {
    fn begin(parts: Parts<'a, L>, mut state: Ctx<'a>) -> Self {
        let Parts {
            dispatcher,
            resolved,
            clock,
            gates,
            totals,
            refuse_stops,
        } = parts;
        let run_state = RunState {
            active: resolved.active,
            waiting: resolved.periodic,
            outer_values: OuterValues::take(&mut state),
            refuse_stops,
            ..RunState::default()
        };
        clock.begin();
        let now = clock.position_if_it_can_be_told(state.as_table());
        dispatcher.begin(gates, &now, &totals);
        Self {
            dispatcher,
            resolved,
            frame: Frame::of(state.into_view(), gates, clock),
            run_state,
        }
    }

    /// What it knows of itself, for a guard to keep.
    fn into_run_state(mut self) -> RunState {
        std::mem::take(&mut self.run_state)
    }

    /// The state of the run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut state = State::new();
    /// let outcome = Plan::<Fit>::new().run(&mut state, |run| {
    ///     run.state().insert(1_u32);
    ///     Ok(())
    /// })?;
    /// assert_eq!(state.get(), Some(&1_u32));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state(&mut self) -> Ctx<'_> {
        Ctx::from(self.frame.view())
    }

    /// Whether any handler runs at a breakpoint: a loop may leave out work that only they would see.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {});
    /// let mut handled = Vec::new();
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     handled = vec![run.is_handled(Fit::on_epoch_end), run.is_handled(Fit::on_epoch_begin)];
    ///     Ok(())
    /// })?;
    /// assert_eq!(handled, [true, false]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_handled<A>(&self, at: crate::At<L, A>) -> bool {
        let (resolved, at) = (self.resolved, at.index());
        resolved.active.has(at) || resolved.periodic.has(at)
    }

    /// Notes an error of the loop's own now and not when it is handed on, for a loop that has something to finish first. Later
    /// errors are attached to the first one. A break that is no error is handed back as it is.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut closed_after_failure = false;
    /// let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| {
    ///     let read = Err("no data".into()).map_err(|broken| run.note(broken));
    ///     closed_after_failure = run.failure().is_some();
    ///     read
    /// })?;
    /// assert!(closed_after_failure);
    /// assert_eq!(outcome.failed().unwrap().cause().to_string(), "no data");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn note(&mut self, broken: Break) -> Break {
        self.handle_body::<()>(Ok(Err(broken)));
        Break::PENDING
    }

    /// How the run has failed, if it has; nothing more will run then but what is told of it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut seen = None;
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Err::<(), _>("the disk is full"));
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     let stepped = run.scope(Relax::STEP, |_| Ok(()));
    ///     seen = run.failure().map(|failure| failure.cause().to_string());
    ///     stepped.map(drop)
    /// })?;
    /// assert_eq!(seen.as_deref(), Some("the disk is full"));
    /// # assert!(outcome.failed().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn failure(&self) -> Option<&Failure> {
        self.run_state.failure.as_ref()
    }
}

impl<L: Loop> fmt::Debug for Run<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self
            .run_state
            .open
            .iter()
            .map(|scope| L::SCOPES[*scope].name());
        write!(f, "Run<{}> in ", L::NAME)?;
        f.debug_list().entries(open).finish()
    }
}
