//! A run: one execution of a loop, with the callbacks of a plan.
//!
//! - `fire`, `reply`: [`Run::fire`], which runs the handlers of a breakpoint and handles what they return;
//! - `ask`: [`Run::ask`], for breakpoints whose handlers return an answer;
//! - `scope`: [`Run::scope`], which fires the begin and the end of a scope, and catches a leave of it;
//! - `ending`, `remarks`: entering the callbacks, the one ending of a run, and what its outcome tells beside it;
//! - `run_state`, `pending_flow`, `swallowed`, `break_reason`: the state of a run, what interrupts it, and the failures that do not;
//! - `dispatcher`, `handler_record`: the bound handlers of a plan, and which of them run when a breakpoint fires;
//! - `owned_run`, `lent`: a run that owns its plan and its state, and the values that its loop lends;
//! - `guard`: [`Guard`], a run as a value, for engines that call an observer;
//! - `session`: [`Session`], a run as a value, for loops that ask for their rounds.

mod ask;
mod break_reason;
mod dispatcher;
mod ending;
mod fire;
mod guard;
mod handler_record;
mod lent;
mod owned_run;
mod pending_flow;
mod remarks;
mod reply;
mod rounds_left;
mod run_state;
mod scope;
mod session;
mod swallowed;

pub use break_reason::Break;
pub(crate) use dispatcher::Dispatcher;
pub use guard::Guard;
pub(crate) use handler_record::{HandlerRecord, HandlerTraits};
pub(crate) use pending_flow::{PendingFlow, PendingKind};

use crate::loops::{Loop, LoopInfo, ScopeCounts};
use crate::outcome::{Failure, Outcome, Remark};
use crate::persist::PlanPersistence;
use crate::plan::{Plan, PlanError, Resolved, RunParts};
use crate::raw::Frame;
use crate::state::{AsState, Ctx};
use ending::OuterValues;
pub use lent::NotLent;
pub(crate) use run_state::{MAX_REFUSED, RunState, Stage};
pub use session::{OpenScope, Scopes, Session, SessionBuilder};
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A run in progress. The closure that [`Plan::run`] calls fires breakpoints with it.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::Break;
/// breakpoints! { pub loop Relax { scope RUN { on_run_begin; on_start; on_run_end; } } }
///
/// /// The loop, which knows nothing of its callbacks.
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
pub struct Run<'a, L: Loop> {
    pub(crate) core: RunCore<'a>,
    marker: PhantomData<fn() -> L>,
}

/// A run in progress, without the type of its loop, so that its code is compiled once for all loops.
#[repr(C)]
pub(crate) struct RunCore<'a> {
    /// The context in which handlers are called. It is the first field, at the address of the whole, so that firing needs one register less.
    pub(crate) frame: Frame<'a>,
    /// The callbacks and their bound handlers.
    pub(crate) dispatcher: &'a mut Dispatcher,
    /// The order, the names and the breakpoints of the callbacks.
    pub(crate) resolved: &'a Resolved,
    /// The loop, as a value.
    pub(crate) loop_info: &'static LoopInfo,
    /// The counters that the run advances.
    scope_counts: &'a ScopeCounts,
    /// What is saved with the run, and the saved run from which it continues.
    pub(crate) persistence: &'a mut PlanPersistence,
    /// The progress of the run, and what its outcome will report.
    pub(crate) run_state: RunState,
}

impl<L: Loop> Plan<L> {
    /// Checks the plan, enters every callback, runs the loop `body`, and exits every callback, whatever the ending of the run. A panic of a
    /// handler or of `body` fails the run and does not leave this function.
    ///
    /// Returns an `Err` with the problems of the plan if it has any; then nothing has run. The outcome reports the failure of a run.
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
        self.core.prepare(state.as_table())?;
        let mut run = Run::of(RunCore::begin(self.core.run_parts(), state));
        if run.core.enter().is_ok() {
            let caught = catch_unwind(AssertUnwindSafe(|| body(&mut run)));
            run.core.handle_body(caught);
        }
        Ok(run.core.end())
    }
}

impl<L: Loop> Run<'_, L> {
    /// Returns the state of the run, so that a guard can continue it later.
    fn into_run_state(self) -> RunState {
        let Self { core, marker: _ } = self;
        core.into_run_state()
    }
}

impl<'a> RunCore<'a> {
    /// Begins a run: saves the values that it replaces in the state, and resets the periods.
    fn begin(parts: RunParts<'a>, mut state: Ctx<'a>) -> Self {
        let outer_values = OuterValues::take(&mut state);
        parts
            .loop_info
            .prepare_rounds(&mut state, parts.recorded_names);
        let run_state = RunState::new(parts.resolved, outer_values, parts.refuse_stops);
        parts.clock.begin();
        let now = parts.clock.position_or_default(state.as_table());
        parts.dispatcher.begin(parts.gates, &now, &parts.totals);
        Self::of(parts, state, run_state)
    }

    /// Continues the run that `run_state` describes, with its plan and state.
    fn of(parts: RunParts<'a>, state: Ctx<'a>, run_state: RunState) -> Self {
        let RunParts {
            loop_info,
            scope_counts,
            dispatcher,
            resolved,
            clock,
            gates,
            persistence,
            ..
        } = parts;
        Self {
            frame: Frame::of(state.into_view(), gates, clock),
            dispatcher,
            resolved,
            loop_info,
            scope_counts,
            persistence,
            run_state,
        }
    }

    /// Returns the state of the run, so that a guard can continue it later.
    fn into_run_state(self) -> RunState {
        let Self { run_state, .. } = self;
        run_state
    }

    pub(crate) fn state(&mut self) -> Ctx<'_> {
        Ctx::from(self.frame.view())
    }
}

impl<'a, L: Loop> Run<'a, L> {
    fn of(core: RunCore<'a>) -> Self {
        Self {
            core,
            marker: PhantomData,
        }
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
        self.core.state()
    }

    /// Whether a breakpoint has handlers. A loop can omit work whose results only they would use.
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
        let (resolved, at) = (self.core.resolved, at.id());
        resolved.active.contains(at) || resolved.periodic.contains(at)
    }

    /// Fails the run with an error of the loop now, and not when `body` returns it. Useful for a loop that must clean up before it returns.
    /// Later errors are attached to the first one. Returns a break that is not an error unchanged.
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
        self.core.handle_body::<()>(Ok(Err(broken)));
        Break::PENDING
    }

    /// Adds a remark of the loop to the [outcome](Outcome::remarks): something that the run did not do, although a user may expect it. A text
    /// that is there already is counted.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| {
    ///     run.remark("the grid had no cells");
    ///     Ok(())
    /// })?;
    /// assert_eq!(outcome.to_string(), "finished (1 remark)\n  the grid had no cells");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn remark(&mut self, text: impl Into<String>) {
        Remark::add(text.into(), &mut self.core.run_state.cold.remarks);
    }

    /// The failure of the run, if it has failed. After a failure, only the handlers of the error breakpoint and the exits run.
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
        self.core.run_state.failure()
    }
}

impl<L: Loop> fmt::Debug for Run<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.core.run_state.open.iter();
        let open = open.map(|scope| L::SCOPES[*scope].name());
        write!(f, "Run<{}> in ", L::NAME)?;
        f.debug_list().entries(open).finish()
    }
}
