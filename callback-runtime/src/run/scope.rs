//! Opening and closing scopes: each begin that fires has its end.

use super::pending_flow::PendingKind;
use super::{Break, Run, RunCore, Stage};
use crate::loops::{BreakpointId, Loop, Role, Scope, ScopeId};
use crate::outcome::{Cause, Fault, Origin};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of the body of a run or a scope, or its panic.
pub(crate) type Caught<T> = Result<Result<T, Break>, Box<dyn Any + Send>>;

impl<L: Loop> Run<'_, L> {
    /// Fires the begin of the scope, runs `body`, and fires the end. Returns the value of `body`, or `Ok(None)` after a leave of this scope.
    /// Returns an `Err` after a leave of an outer scope, a stop or a failure.
    ///
    /// The end is fired whatever `body` returns, except after a failure, which may leave the state half-changed.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_force, || Flow::leave(Relax::STEP));
    /// let mut steps = Vec::new();
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     run.scope(Relax::RUN, |run| {
    ///         steps.push(run.scope(Relax::STEP, |_| Ok("results"))?);
    ///         steps.push(run.scope(Relax::STEP, |run| run.fire(Relax::on_force).map(|()| "results"))?);
    ///         Ok(())
    ///     })?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(steps, [Some("results"), None]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn scope<T>(
        &mut self,
        scope: Scope<L>,
        body: impl FnOnce(&mut Self) -> Result<T, Break>,
    ) -> Result<Option<T>, Break> {
        self.core.open(scope.id())?;
        let value = match self.core.begin_scope(scope.id()) {
            Ok(()) => {
                let caught = catch_unwind(AssertUnwindSafe(|| body(self)));
                self.core.handle_body(caught)
            }
            Err(_) => None,
        };
        self.core.close(scope.id())?;
        Ok(value)
    }
}

impl RunCore<'_> {
    /// Opens a scope. Returns an `Err` if the run is interrupted. Fails the run if the scope is not inside the innermost open one.
    pub(crate) fn open(&mut self, scope: ScopeId) -> Result<(), Break> {
        self.apply_deferred()?;
        if let Some(innermost) = self.run_state.open.last().copied()
            && (scope == innermost || !self.loop_info.is_same_or_inside(scope, innermost))
        {
            let name = |scope: ScopeId| self.loop_info.scopes[scope].name();
            let cause = Cause::Misplaced(format!(
                "opened the scope {}, which is not inside of {}",
                name(scope),
                name(innermost)
            ));
            let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
            return Err(Break::PENDING);
        }
        self.run_state.open.push(scope);
        self.run_state.body_is_done = false;
        Ok(())
    }

    /// Fires the begin of a scope.
    pub(crate) fn begin_scope(&mut self, scope: ScopeId) -> Result<(), Break> {
        if self.run_state.slow_path && self.reopens(scope)? {
            return Ok(());
        }
        self.begin_round(scope);
        let begin = self.loop_info.scopes[scope].begin();
        if self.has_work(begin) && !self.fire_handled(begin) {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Whether a saved run had this scope open, so that its begin has been fired already. Fails the run if another one was open.
    #[cold]
    fn reopens(&mut self, scope: ScopeId) -> Result<bool, Break> {
        let Some(expected) = self.run_state.next_to_reopen(self.resolved) else {
            return Ok(false);
        };
        if expected == scope {
            return Ok(true);
        }
        let name = |scope: ScopeId| self.loop_info.scopes[scope].name();
        let cause = Cause::Misplaced(format!(
            "opened the scope {}, where the saved run had {} open; open that one again and go on in it from the position in the state, also if \
             nothing is left to do there",
            name(scope),
            name(expected)
        ));
        let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
        Err(Break::PENDING)
    }

    /// Fails a run whose loop has ended and has not opened a scope that a saved run had open: its end would not be fired.
    pub(crate) fn check_reopened(&mut self) {
        if !self.run_state.is_interrupted()
            && let Some(next) = self.run_state.next_to_reopen(self.resolved)
        {
            let name = self.loop_info.scopes[next].name();
            let cause = Cause::Misplaced(format!(
                "ended without the scope {name}, which the saved run had open; open it again and go on in it from the position in the state, also if \
                 nothing is left to do there"
            ));
            let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
        }
    }

    /// Fires the end of the innermost scope and closes it. A leave of this scope ends here.
    pub(crate) fn close(&mut self, scope: ScopeId) -> Result<(), Break> {
        let depth = self.run_state.open.len().saturating_sub(1);
        // A round that was cut short is no place to go on from.
        let is_whole = !self.run_state.is_interrupted();
        self.complete_round(scope);
        if !self.run_state.has_failed() {
            self.fire_end(self.loop_info.scopes[scope].end(), depth);
        }
        self.run_state.open.pop();
        if self.run_state.slow_path && is_whole && self.ends_round(scope) {
            self.resume_after_round();
        }
        let pending = self.run_state.pending_flow();
        if pending.is_some_and(|pending| pending.kind == PendingKind::Leave(depth)) {
            self.run_state.resume(self.resolved);
            return Ok(());
        }
        self.check_interrupted()
    }

    /// Whether the record of a round is complete at the end of this scope.
    fn ends_round(&self, scope: ScopeId) -> bool {
        let end = self.loop_info.scopes[scope].end();
        self.loop_info.breakpoints[end].is_round_end()
    }

    /// Returns the value of a body; `None` if it has none. An error or a panic of the body fails the run.
    pub(crate) fn handle_body<T>(&mut self, caught: Caught<T>) -> Option<T> {
        let cause = match caught {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(broken)) => Cause::Error(broken.into_error(self.run_state.is_interrupted())?),
            Err(payload) => Cause::of_panic(payload),
        };
        let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
        None
    }

    /// Advances the counters of the scope. If the scope is a round of the loop, its record begins.
    #[inline]
    fn begin_round(&mut self, scope: ScopeId) {
        // Most loops count by themselves.
        if let Some(counts) = self.scope_counts.get() {
            counts.begin(scope, &mut self.frame.view());
        }
    }

    /// If the scope is a round of the loop and nothing cut it short, marks its record as complete.
    #[inline]
    fn complete_round(&mut self, scope: ScopeId) {
        if let Some(counts) = self.scope_counts.get()
            && !self.run_state.is_interrupted()
        {
            counts.complete(scope, &mut self.frame.view());
        }
    }

    /// Fires the end of a scope. Before the end of the outermost scope it fires the stop breakpoint, if the run is stopped.
    fn fire_end(&mut self, end: BreakpointId, depth: usize) {
        if depth > 0 {
            if self.has_work(end) {
                self.run_end(end);
            }
            return;
        }
        if self.run_state.is_stopping() {
            self.run_last_calls();
            self.fire_stop();
        }
        if !self.run_state.has_failed() && self.has_work(end) {
            self.run_outermost_end(end);
        }
    }

    /// Runs the handlers of the end of an outermost scope, in the stage that belongs to it.
    fn run_outermost_end(&mut self, end: BreakpointId) {
        let before = self.run_state.stage;
        self.run_state.stage = match before {
            Stage::Running => Stage::Ending,
            _ => Stage::Closing,
        };
        self.run_end(end);
        self.run_state.body_is_done = true;
        if !self.run_state.has_failed() {
            // The loop may open another outermost scope.
            self.run_state.stage = before;
        }
    }

    /// Runs the handlers of the end of a scope, also while the run is interrupted.
    fn run_end(&mut self, end: BreakpointId) {
        if self.run_state.slow_path {
            self.run_list(end);
        } else {
            // `close` handles the flows that the handlers return.
            self.fire_handled(end);
        }
    }

    /// Fires `on_stop` or `on_interrupt` if a flow stops the run and neither has been fired yet.
    pub(crate) fn fire_stop(&mut self) {
        if self.run_state.stage != Stage::Running {
            return;
        }
        let Some(pending) = self.run_state.pending_flow() else {
            return;
        };
        let role = match pending.kind {
            PendingKind::Leave(_) => return,
            PendingKind::Stop(_) => Role::Stop,
            PendingKind::Interrupt(_) => Role::Interrupt,
        };
        let stop = pending.as_stop();
        self.run_state.stage = Stage::StopFired;
        if let (Some(stop), Some(at)) = (stop, self.loop_info.first_with_role(role)) {
            self.frame.view().insert(stop);
            self.run_list(at);
        }
    }
}
