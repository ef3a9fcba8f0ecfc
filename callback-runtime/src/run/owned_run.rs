//! A run that owns its plan and its state, between the calls of the code that owns the loop.

use super::lent::Lent;
use super::pending_flow::{PendingFlow, PendingKind};
use super::{Run, RunCore, RunState};
use crate::loops::Loop;
use crate::outcome::{Cause, Ending, Fault, Origin, Outcome, Remarks};
use crate::plan::{Plan, PlanError};
use crate::state::{AsState, Ctx, State};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A run with its plan and its state.
pub(super) struct OwnedRun<L: Loop> {
    pub(super) plan: Plan<L>,
    pub(super) state: State,
    /// The state of the run, while no method uses it. `None` while one does, and after the end.
    run_state: Option<RunState>,
    /// Whether a method runs handlers. If a handler exits the process and the run is in a thread-local, the run is dropped during the call,
    /// and must not end.
    is_in_call: bool,
    has_ended: bool,
}

impl<L: Loop> OwnedRun<L> {
    /// Checks the plan and enters every callback.
    pub(super) fn start(
        mut plan: Plan<L>,
        mut state: State,
        lent: &Lent<'_>,
    ) -> Result<Self, PlanError> {
        let mut started = Ok(RunState::default());
        lent.lend(state.ctx(), |ctx| started = enter(&mut plan, ctx));
        Ok(Self {
            run_state: Some(started?),
            plan,
            state,
            is_in_call: false,
            has_ended: false,
        })
    }

    /// Calls `f` with the run. A panic of `f` leaves the run usable.
    pub(super) fn call<T>(&mut self, f: impl FnOnce(&mut Run<'_, L>) -> T) -> T {
        self.is_in_call = true;
        let result = call(&mut self.plan, &mut self.run_state, self.state.ctx(), f);
        self.is_in_call = false;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Calls `f` with the run while `lent` is in the state.
    pub(super) fn call_lending(&mut self, lent: &Lent<'_>, f: impl FnOnce(&mut Run<'_, L>)) {
        if lent.is_empty() {
            return self.call(f);
        }
        self.is_in_call = true;
        let (plan, run_state) = (&mut self.plan, &mut self.run_state);
        let mut result = Ok(());
        lent.lend(self.state.ctx(), |ctx| {
            result = call(plan, run_state, ctx, f);
        });
        self.is_in_call = false;
        result.unwrap_or_else(|panic| resume_unwind(panic));
    }

    /// Returns the state of the run between two calls; `None` after the end.
    #[inline]
    pub(super) fn run_state(&self) -> Option<&RunState> {
        self.run_state.as_ref()
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.run_state().is_none_or(RunState::is_interrupted)
    }

    /// Whether the run is interrupted, or has work at a resume point.
    #[inline]
    pub(super) fn is_on_slow_path(&self) -> bool {
        self.run_state().is_some_and(|run| run.slow_path)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.run_state().is_some_and(RunState::has_failed)
    }

    /// Fails the run, unless it has failed already. The loop is the origin.
    pub(super) fn fail(&mut self, cause: Cause) {
        if let Some(run_state) = &mut self.run_state {
            let _ = run_state.fail(Fault::new(Origin::of_loop(), cause));
        }
    }

    /// Interrupts the run, unless it is stopped or has failed already.
    pub(super) fn interrupt(&mut self, reason: &str) {
        if let Some(run_state) = &mut self.run_state
            && !run_state.is_stopping()
        {
            run_state.add_flow(PendingFlow {
                kind: PendingKind::Interrupt(reason.to_owned().into()),
                origin: Origin::of_loop(),
            });
        }
    }

    /// Whether the run has not ended and can be ended now.
    pub(super) fn is_under_way(&self) -> bool {
        !self.has_ended && !self.is_in_call
    }

    /// Ends the open scopes, innermost first, and exits every callback.
    pub(super) fn end(&mut self, lent: &Lent<'_>) -> Outcome {
        self.has_ended = true;
        self.is_in_call = true;
        let run_state = self.run_state.take().unwrap_or_default();
        let plan = &mut self.plan;
        let mut outcome = Outcome::new(Ending::Finished, Remarks::default());
        lent.lend(self.state.ctx(), |ctx| {
            outcome = end(plan, run_state, ctx);
        });
        outcome
    }

    /// Removes the plan and the state.
    pub(super) fn take_parts(&mut self) -> (Plan<L>, State) {
        (
            std::mem::take(&mut self.plan),
            std::mem::take(&mut self.state),
        )
    }
}

fn enter<L: Loop>(plan: &mut Plan<L>, ctx: Ctx<'_>) -> Result<RunState, PlanError> {
    plan.core.prepare(ctx.as_table())?;
    let mut run = RunCore::begin(plan.core.run_parts(), ctx);
    // If the run is interrupted already, the next call returns an error.
    let _ = run.enter();
    Ok(run.into_run_state())
}

/// Calls `f` with the run that `run_state` describes. Returns the panic of `f`, if it panics.
fn call<L: Loop, T>(
    plan: &mut Plan<L>,
    run_state: &mut Option<RunState>,
    ctx: Ctx<'_>,
    f: impl FnOnce(&mut Run<'_, L>) -> T,
) -> Result<T, Box<dyn Any + Send>> {
    let before = run_state.take().unwrap_or_default();
    let mut run = Run::of(RunCore::of(plan.core.run_parts(), ctx, before));
    let result = catch_unwind(AssertUnwindSafe(|| f(&mut run)));
    *run_state = Some(run.into_run_state());
    result
}

fn end<L: Loop>(plan: &mut Plan<L>, run_state: RunState, ctx: Ctx<'_>) -> Outcome {
    let mut run = RunCore::of(plan.core.run_parts(), ctx, run_state);
    while let Some(innermost) = run.run_state.open.last().copied() {
        if run.run_state.open.len() == 1 && !run.run_state.is_interrupted() {
            run.run_last_calls();
        }
        // A break ends outer scopes, which this loop does anyway.
        let _ = run.close(innermost);
    }
    run.end()
}
